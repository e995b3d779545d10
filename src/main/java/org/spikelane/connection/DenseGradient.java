package org.spikelane.connection;

import org.spikelane.kernels.KernelProvider;
import org.spikelane.kernels.ProductKernels;
import org.spikelane.kernels.RowKernels;
import org.spikelane.kernels.Rows;
import org.spikelane.kernels.SpikeRows;
import org.spikelane.layer.GradientSums;

/** Adds the gradients of one {@link DenseWeights} over rows, in ascending order of the rows. */
final class DenseGradient {

  private final ProductKernels kernels = KernelProvider.current().products();
  private final RowKernels rowKernels = KernelProvider.current().rows();
  private final DenseWeights weights;
  private final float[] row;
  private final Rows rowOfValues;

  DenseGradient(DenseWeights weights) {
    this.weights = weights;
    this.row = new float[weights.inputs()];
    this.rowOfValues = Rows.constant(row);
  }

  /** {@code gW += gy[r]·spk[r]ᵀ, gBias += gy[r]}, a spike counting {@code value}. */
  void add(SpikeRows spk, float value, Rows gy, int count, GradientSums sums) {
    float[] gw = sums.of(weights.weight());
    if (value == 1f) {
      kernels.eventsGradient(spk, gy, gw, 0, count, weights.inputs(), weights.outputs());
    } else {
      for (int r = 0; r < count; r++) {
        rowKernels.expand(spk.words(), spk.at(r), value, row, 0, 0, weights.inputs());
        kernels.denseGradient(rowOfValues, gy, gw, r, r + 1, weights.inputs(), weights.outputs());
      }
    }
    addBias(gy, count, sums);
  }

  /** {@code gW += gy[r]·x[r]ᵀ, gBias += gy[r]}. */
  void add(Rows x, Rows gy, int count, GradientSums sums) {
    kernels.denseGradient(x, gy, sums.of(weights.weight()), 0, count, weights.inputs(), weights.outputs());
    addBias(gy, count, sums);
  }

  private void addBias(Rows gy, int count, GradientSums sums) {
    if (weights.bias() != null) {
      float[] gBias = sums.of(weights.bias());
      for (int r = 0; r < count; r++) {
        rowKernels.add(gy.data(), gy.at(r), gBias, 0, 0, weights.outputs());
      }
    }
  }
}
