package org.spikelane.connection;

import org.spikelane.kernels.KernelProvider;
import org.spikelane.kernels.PackedWeights;
import org.spikelane.kernels.ProductKernels;
import org.spikelane.kernels.RowKernels;
import org.spikelane.kernels.Rows;
import org.spikelane.kernels.SpikeRows;
import org.spikelane.layer.ProductChoice;

/** Our own kernels: spikes by events or densely, values densely. */
final class KernelProduct implements Product {

  /**
   * Share of neurons firing from which the dense product is the cheaper one: about where the two cross for 512 to 1024
   * neurons on AVX-512. The choice changes the time, never the result.
   */
  private static final double CROSSOVER = 0.4;

  private final ProductKernels kernels = KernelProvider.current().products();
  private final RowKernels rowKernels = KernelProvider.current().rows();
  private final DenseWeights weights;
  private final ProductChoice choice;
  private final float[] noBias;
  private final Rows expanded;
  private PackedWeights byOutput;

  KernelProduct(DenseWeights weights, ProductChoice choice, int rows) {
    this.weights = weights;
    this.choice = choice;
    this.noBias = new float[weights.inputs()];
    this.expanded = new Rows(new float[rows * weights.inputs()], 0, weights.inputs());
  }

  @Override
  public void forward(SpikeRows spk, float value, Rows y, int count) {
    if (value == 1f && (choice == ProductChoice.EVENTS || (choice == ProductChoice.AUTO && sparse(spk, count)))) {
      kernels.events(spk, weights.byInput(), weights.biasOrZeros(), y, 0, count);
    } else {
      for (int r = 0; r < count; r++) {
        rowKernels.expand(spk.words(), spk.at(r), value, expanded.data(), expanded.at(r), 0, weights.inputs());
      }
      forward(expanded, y, count);
    }
  }

  private boolean sparse(SpikeRows spk, int count) {
    long spikes = 0;
    for (int r = 0; r < count; r++) {
      spikes += spk.count(r, weights.inputs());
    }
    return spikes < CROSSOVER * count * weights.inputs();
  }

  @Override
  public void forward(Rows x, Rows y, int count) {
    kernels.dense(x, weights.byInput(), weights.biasOrZeros(), y, 0, count);
  }

  @Override
  public void backward(Rows gy, Rows gx, int count) {
    if (byOutput == null) {
      byOutput = weights.byOutput();
    }
    kernels.dense(gy, byOutput, noBias, gx, 0, count);
  }
}
