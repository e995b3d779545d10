package org.spikelane.connection;

import org.spikelane.kernels.PackedWeights;
import org.spikelane.kernels.ProductKernels;
import org.spikelane.kernels.Rows;
import org.spikelane.kernels.SpikeRows;
import org.spikelane.layer.ProductChoice;

/** Our own kernels: spikes by events or densely, values densely. */
final class KernelProduct implements Product {

  /**
   * Where the rows lie whose spikes are counted to choose by: enough to tell, few enough to cost nothing; at no multiple of
   * an image's width, or all would be patches of its border.
   */
  private static final double[] COUNTED = {0.11, 0.38, 0.62, 0.89};

  /** A call may be the product of one row: asking the clock each time would show. */
  private static final int TIMED = 32;
  private static final int TRIED = 256;

  private final ProductKernels kernels;
  private final DenseWeights weights;
  private final ProductChoice choice;
  private final ProductCosts costs;
  /** For products with gradients of the outputs, made when first needed: the weights, and zeros. */
  private PackedWeights byOutput;
  private float[] noBias;

  KernelProduct(DenseWeights weights, ProductChoice choice, ProductKernels kernels) {
    this.weights = weights;
    this.choice = choice;
    this.kernels = kernels;
    this.costs = new ProductCosts(weights.inputs(), weights.outputs(), TIMED, TRIED);
  }

  @Override
  public void forward(SpikeRows spk, float value, Rows y, int count) {
    if (value != 1f || choice == ProductChoice.DENSE) {
      forwardDensely(spk, value, y, count);
    } else if (choice == ProductChoice.EVENTS) {
      forwardByEvents(spk, y, count);
    } else {
      forwardByCosts(spk, y, count);
    }
  }

  private void forwardByCosts(SpikeRows spk, Rows y, int count) {
    double spikesPerRow = spikesPerRow(spk, weights.inputs(), 0, count);
    boolean byEvents = costs.byEvents(spikesPerRow);
    boolean timed = costs.timed();
    long start = timed ? System.nanoTime() : 0;
    if (byEvents) {
      forwardByEvents(spk, y, count);
    } else {
      forwardDensely(spk, 1f, y, count);
    }
    if (timed) {
      costs.took(byEvents, spikesPerRow, count, System.nanoTime() - start);
    }
  }

  /** About how many of {@code size} neurons fired in each of the rows [r0, r1). */
  static double spikesPerRow(SpikeRows spk, int size, int r0, int r1) {
    int count = r1 - r0;
    if (count == 1) { // A few nanoseconds count here.
      return spk.count(r0, size);
    }
    int counted = Math.min(count, COUNTED.length);
    long spikes = 0;
    for (int i = 0; i < counted; i++) {
      spikes += spk.count(r0 + (count <= COUNTED.length ? i : (int) (count * COUNTED[i])), size);
    }
    return (double) spikes / counted;
  }

  private void forwardByEvents(SpikeRows spk, Rows y, int count) {
    kernels.events(spk, weights.byInput(), weights.biasOrZeros(), y, 0, count);
  }

  private void forwardDensely(SpikeRows spk, float value, Rows y, int count) {
    kernels.dense(spk, value, weights.byInput(), weights.biasOrZeros(), y, 0, count);
  }

  @Override
  public void forward(Rows x, Rows y, int count) {
    kernels.dense(x, weights.byInput(), weights.biasOrZeros(), y, 0, count);
  }

  @Override
  public void backward(Rows gy, Rows gx, int count) {
    if (noBias == null) {
      noBias = new float[weights.inputs()];
    }
    kernels.dense(gy, byOutput(), noBias, gx, 0, count);
  }

  @Override
  public void addBackward(Rows gy, Rows gx, int count) {
    kernels.addDense(gy, byOutput(), gx, 0, count);
  }

  private PackedWeights byOutput() {
    if (byOutput == null) {
      byOutput = weights.byOutput();
    }
    return byOutput;
  }
}
