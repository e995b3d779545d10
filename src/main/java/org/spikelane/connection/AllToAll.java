package org.spikelane.connection;

import java.util.List;
import java.util.random.RandomGenerator;
import org.ejml.data.FMatrixRMaj;
import org.spikelane.kernels.KernelProvider;
import org.spikelane.kernels.ProductKernels;
import org.spikelane.kernels.Rows;
import org.spikelane.kernels.SpikeRows;
import org.spikelane.layer.Block;
import org.spikelane.layer.GradientSums;
import org.spikelane.layer.Parameter;
import org.spikelane.layer.Shape;
import org.spikelane.layer.Spikes;

/**
 * Every neuron to every neuron of its layer: {@code V(s) = W·s + b}, snnTorch's {@code all_to_all=True} with {@code
 * linear_features}. Parameters {@code recurrent.weight} [N, N] (out, in) and, unless built without, {@code
 * recurrent.bias} [N], which is added at every step, the first included.
 */
public final class AllToAll implements Recurrence {

  /**
   * Rows, steps of samples, whose weight gradients are added together, while the products of the steps before them run: enough
   * that a row of gradients, which is read and written, gets some additions. Products of fewer samples, such as a trainer's
   * shards of eight, hide less than it costs.
   */
  private static final int ROWS_TOGETHER = 512;
  private static final int LEAST_SAMPLES = 16;

  /**
   * Weights between more neurons, above 4 MiB, come from a far cache: products of few samples wait for them and read ahead, and
   * additions beside them would be in their way.
   */
  private static final int NEAR_NEURONS = 1024;
  private static final int FEW_SAMPLES = 16;

  private final DenseWeights weights;

  /** Weights between {@code features} neurons, as PyTorch initialises {@code nn.Linear}. */
  public AllToAll(int features, boolean bias, boolean learn, RandomGenerator random) {
    this.weights = new DenseWeights("recurrent.", Shape.of(features, features), bias, learn, random);
  }

  @Override
  public List<Parameter> parameters() {
    return weights.parameters();
  }

  @Override
  public void refresh(int part, int parts) {
    weights.refresh(part, parts);
  }

  /** The recurrent weight as EJML's matrix [out, in], over the parameter's own array. */
  public FMatrixRMaj weight() {
    return weights.matrix();
  }

  @Override
  public Worker worker(Spikes spikes, Block block) {
    return new DenseWorker(spikes, block);
  }

  private final class DenseWorker implements Worker {

    private final Spikes spikes;
    private final Product product;
    /** Null if nothing is recorded. */
    private final DenseGradient gradient;
    private final SpikeRows[] previous;
    /** In this backward pass. */
    private int stepsTogether;

    DenseWorker(Spikes spikes, Block block) {
      this.spikes = spikes;
      ProductKernels kernels = KernelProvider.current().products();
      this.product = weights.product(block.product(), block.samples(), kernels);
      this.gradient = block.record() ? new DenseGradient(weights, block.product(), block.steps(), kernels) : null;
      this.previous = new SpikeRows[block.samples()];
      for (int b = 0; b < previous.length; b++) {
        SpikeRows own = spikes.rows(b);
        previous[b] = new SpikeRows(own.words(), own.at(-1), own.stride());
      }
    }

    @Override
    public void current(int t, int samples, Rows current) {
      product.forward(spikes.atStep(t - 1), 1f, current, samples);
    }

    @Override
    public void backward(int samples, Rows gCurrent, Rows gSpikes) {
      product.addBackward(gCurrent, gSpikes, samples);
    }

    @Override
    public void gradient(int t, int samples, Rows[] gCurrent, GradientSums sums) {
      int steps = spikes.steps();
      if (t == steps - 1) {
        stepsTogether = stepsTogether(samples);
      }
      if (stepsTogether == steps) {
        if (t == 0) {
          gradient.add(previous, 1f, gCurrent, 0, samples, 0, steps, sums);
        }
        return;
      }
      // Counted from the last step: what is left for step 0, when no product follows, is never more than the others.
      int open = (steps - 1 - t) % stepsTogether + 1;
      if (open == stepsTogether || t == 0) {
        gradient.start(previous, gCurrent, 0, samples, t, t + open, sums);
      }
      if (t == 0) {
        gradient.finish();
      }
    }

    /** All steps, if the gradient is not made of events beside products. */
    private int stepsTogether(int samples) {
      boolean waiting = weights.inputs() > NEAR_NEURONS && samples <= FEW_SAMPLES;
      boolean beside =
          !waiting && samples >= LEAST_SAMPLES && gradient.surelyByEvents(previous, 0, samples, 0, spikes.steps());
      return beside ? Math.clamp(ROWS_TOGETHER / samples, 1, spikes.steps()) : spikes.steps();
    }

    @Override
    public void drop() {
      gradient.drop();
    }
  }
}
