package org.spikelane.connection;

import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import org.spikelane.kernels.Rows;
import org.spikelane.kernels.SpikeRows;
import org.spikelane.layer.Block;
import org.spikelane.layer.GradientSums;
import org.spikelane.layer.ProductChoice;
import org.spikelane.layer.Shape;
import org.spikelane.layer.Signal;
import org.spikelane.layer.Spikes;
import org.spikelane.layer.Stage;
import org.spikelane.layer.Values;

/**
 * A two-dimensional cross-correlation with zero padding, as a product of the image's patches with the weights: {@code
 * y[c][p][q] = (sum over k, i, j of weight[c][k][i][j]*x[k][p*stride + i*dilation - before][…]) + bias[c]}, k running
 * over the input channels of c's group.
 *
 * <p>An image of spikes has patches of spikes, which are multiplied as {@link Linear}'s spikes are, by events or densely;
 * so have, where products may choose, samples of floats that are few spikes and nothing else ({@link EventSamples}).
 */
final class Convolution {

  private final Shape input;
  private final Shape output;
  private final Window rows;
  private final Window columns;
  private final GroupedWeights weights;
  private SpikePatches spikePatches;

  /**
   * A cross-correlation of {@code [C, H, W]}.
   *
   * @param weight shape of the weight parameter, [out, in/groups, …]
   */
  Convolution(String prefix, Shape input, Shape weight, Window rows, Window columns, int groups, boolean bias,
      boolean trainable, RandomGenerator random) {
    this.input = input;
    this.output = Window.over(input, weight.extent(0), rows, columns);
    this.rows = rows;
    this.columns = columns;
    long patches = (long) output.extent(1) * output.extent(2) * input.extent(0) * rows.kernel() * columns.kernel();
    if (patches > Integer.MAX_VALUE - 8) {
      throw new IllegalArgumentException("kernel: the patches of " + input + " under a kernel of " + rows.kernel()
          + " by " + columns.kernel() + " exceed an array");
    }
    this.weights = new GroupedWeights(prefix, weight, groups, bias, trainable, random);
  }

  Shape output() {
    return output;
  }

  Window rows() {
    return rows;
  }

  Window columns() {
    return columns;
  }

  GroupedWeights weights() {
    return weights;
  }

  /** The scratch memory and the work of one stage. */
  Worker worker(ProductChoice choice) {
    return new Worker(choice);
  }

  /** A layer that is nothing but this, at work on one block. */
  Stage stage(Signal from, Block block) {
    return new ConvolutionStage(from, block);
  }

  /** Made for the first stage that meets spikes, and shared. */
  private synchronized SpikePatches spikePatches() {
    if (spikePatches == null) {
      spikePatches = new SpikePatches(input, output, rows, columns, weights.groups().size());
    }
    return spikePatches;
  }

  final class Worker {

    private final int channels = input.extent(0);
    private final int height = input.extent(1);
    private final int width = input.extent(2);
    private final int places = output.extent(1) * output.extent(2);
    private final int perPatch = channels * rows.kernel() * columns.kernel();
    private final int groups = weights.groups().size();
    private final ProductChoice choice;
    private final List<Product> products;
    /** [place][out]: the output, or its gradient, channels last. */
    private final float[] results = new float[places * output.extent(0)];
    /** By group: its channels in every result. */
    private final Rows[] resultsOf = new Rows[groups];
    /** [place][in, kh, kw]: what the kernel sees at each place of the output; as what follows, made when first asked for. */
    private float[] patches;
    /** By group: its channels in every patch. */
    private Rows[] patchesOf;
    private SpikePatches.Image spikes;
    private GroupedWeights.Gradient gradient;

    private Worker(ProductChoice choice) {
      this.choice = choice;
      this.products = weights.groups().stream().map(group -> group.product(choice, places)).toList();
      for (int g = 0; g < groups; g++) {
        resultsOf[g] = new Rows(results, g * (output.extent(0) / groups), output.extent(0));
      }
    }

    /** Room for patches of floats. */
    Rows[] patches() {
      if (patches == null) {
        patches = new float[places * perPatch];
        patchesOf = new Rows[groups];
        for (int g = 0; g < groups; g++) {
          patchesOf[g] = new Rows(patches, g * (perPatch / groups), perPatch);
        }
      }
      return patchesOf;
    }

    /** Room for patches of spikes. */
    SpikePatches.Image spikes() {
      if (spikes == null) {
        spikes = spikePatches().image();
      }
      return spikes;
    }

    private GroupedWeights.Gradient gradient() {
      if (gradient == null) {
        gradient = weights.new Gradient(choice, places);
      }
      return gradient;
    }

    /** {@code y = W * x + bias} for one image at {@code x[xAt …]}. */
    void forward(float[] x, int xAt, float[] y, int yAt) {
      gatherPatches(x, xAt);
      for (int g = 0; g < groups; g++) {
        products.get(g).forward(patches()[g], resultsOf[g], places);
      }
      deliverResults(y, yAt);
    }

    /** The same for the image of spikes in row t, a spike counting {@code value}. */
    void forward(SpikeRows x, int t, float value, float[] y, int yAt) {
      SpikePatches.Image image = spikes();
      image.gather(x, t);
      for (int g = 0; g < groups; g++) {
        products.get(g).forward(image.patches(g), value, resultsOf[g], places);
      }
      deliverResults(y, yAt);
    }

    private void deliverResults(float[] y, int yAt) {
      for (int p = 0; p < places; p++) {
        for (int c = 0; c < output.extent(0); c++) {
          y[yAt + c * places + p] = results[p * output.extent(0) + c];
        }
      }
    }

    /** {@code gx += } the transposed convolution of {@code gy}. */
    void addBackward(float[] gy, int gyAt, float[] gx, int gxAt) {
      gatherResults(gy, gyAt);
      for (int g = 0; g < groups; g++) {
        products.get(g).backward(resultsOf[g], patches()[g], places);
      }
      addPatches(gx, gxAt);
    }

    /** Adds the gradients of weight and bias for one image and the gradient of its result. */
    void gradient(float[] x, int xAt, float[] gy, int gyAt, GradientSums sums) {
      gatherPatches(x, xAt);
      gatherResults(gy, gyAt);
      for (int g = 0; g < groups; g++) {
        gradient().add(g, patches()[g], resultsOf[g], places, sums);
      }
    }

    /** The same for the image of spikes in row t, a spike counting {@code value}. */
    void gradient(SpikeRows x, int t, float value, float[] gy, int gyAt, GradientSums sums) {
      SpikePatches.Image image = spikes();
      image.gather(x, t);
      gatherResults(gy, gyAt);
      for (int g = 0; g < groups; g++) {
        gradient().add(g, image.patches(g), value, resultsOf[g], places, sums);
      }
    }

    private void gatherPatches(float[] x, int xAt) {
      patches();
      Arrays.fill(patches, 0f);
      int patch = 0;
      for (int p = 0; p < output.extent(1); p++) {
        int firstRow = rows.firstTap(p);
        int endRow = rows.endTap(p, height);
        for (int q = 0; q < output.extent(2); q++, patch += perPatch) {
          int first = columns.firstTap(q);
          int end = columns.endTap(q, width);
          for (int c = 0; c < channels; c++) {
            for (int i = firstRow; i < endRow; i++) {
              int to = tap(patch, c, i);
              int from = xAt + place(c, p, i, q);
              for (int j = first; j < end; j++) {
                patches[to + j] = x[from + j * columns.dilation()];
              }
            }
          }
        }
      }
    }

    private void addPatches(float[] gx, int gxAt) {
      int patch = 0;
      for (int p = 0; p < output.extent(1); p++) {
        int firstRow = rows.firstTap(p);
        int endRow = rows.endTap(p, height);
        for (int q = 0; q < output.extent(2); q++, patch += perPatch) {
          int first = columns.firstTap(q);
          int end = columns.endTap(q, width);
          for (int c = 0; c < channels; c++) {
            for (int i = firstRow; i < endRow; i++) {
              int from = tap(patch, c, i);
              int to = gxAt + place(c, p, i, q);
              for (int j = first; j < end; j++) {
                gx[to + j * columns.dilation()] += patches[from + j];
              }
            }
          }
        }
      }
    }

    /** Index in {@link #patches} of the first tap of row i of channel c in a patch. */
    private int tap(int patch, int c, int i) {
      return patch + (c * rows.kernel() + i) * columns.kernel();
    }

    /** The place in the image that the first tap of row i sees at (p, q): of padding, perhaps. */
    private int place(int c, int p, int i, int q) {
      return (c * height + rows.at(p, i)) * width + columns.at(q, 0);
    }

    private void gatherResults(float[] gy, int gyAt) {
      for (int p = 0; p < places; p++) {
        for (int c = 0; c < output.extent(0); c++) {
          results[p * output.extent(0) + c] = gy[gyAt + c * places + p];
        }
      }
    }
  }

  private final class ConvolutionStage implements Stage {

    private final Signal from;
    private final Values to;
    private final Worker worker;
    /** Of floats that change from step to step, where products may choose; else null. */
    private final EventSamples events;

    ConvolutionStage(Signal from, Block block) {
      this.from = from;
      this.to = new Values(output.size(), block.samples(), block.steps(), from.constant());
      this.worker = worker(block.product());
      this.events = EventSamples.of(from, block.product());
      // Now rather than when the first such image comes: a step allocates nothing.
      if (from instanceof Values) {
        worker.patches();
      }
      if (from instanceof Spikes || events != null) {
        worker.spikes();
      }
    }

    @Override
    public Values output() {
      return to;
    }

    @Override
    public void forward(int samples) {
      if (events != null) {
        events.find(samples);
      }
      for (int b = 0; b < samples; b++) {
        Rows y = to.rows(b);
        SpikeRows spikes = spikesOf(b);
        for (int t = 0; t < from.rowsPerSample(); t++) {
          if (spikes != null) {
            worker.forward(spikes, t, spikeValue(), y.data(), y.at(t));
          } else {
            Rows x = ((Values) from).rows(b);
            worker.forward(x.data(), x.at(t), y.data(), y.at(t));
          }
        }
      }
    }

    /** The spikes of a sample, or null if it has other values. */
    private SpikeRows spikesOf(int b) {
      return switch (from) {
        case Spikes spikes -> spikes.rows(b);
        case Values values -> events != null && events.eventful(b) ? events.spikes(b) : null;
      };
    }

    private float spikeValue() {
      return from instanceof Spikes spikes ? spikes.value() : 1f;
    }

    @Override
    public void backward(int samples, GradientSums sums) {
      for (int b = 0; b < samples; b++) {
        Rows gy = to.gradient(b);
        SpikeRows spikes = spikesOf(b);
        for (int t = 0; t < from.rowsPerSample(); t++) {
          if (spikes != null) {
            worker.gradient(spikes, t, spikeValue(), gy.data(), gy.at(t), sums);
          } else {
            Rows x = ((Values) from).rows(b);
            worker.gradient(x.data(), x.at(t), gy.data(), gy.at(t), sums);
          }
          if (from.hasGradient()) {
            Rows gx = from.gradient(b);
            Arrays.fill(gx.data(), gx.at(t), gx.at(t) + input.size(), 0f);
            worker.addBackward(gy.data(), gy.at(t), gx.data(), gx.at(t));
          }
        }
      }
    }
  }
}
