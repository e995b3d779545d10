package org.spikelane.connection;

import org.spikelane.kernels.Rows;
import org.spikelane.kernels.SpikeRows;

/** Products of the first {@code count} rows with one {@link DenseWeights}; the worker of one stage, with its scratch. */
interface Product {

  /** {@code y[r] = W·spk[r] + bias}, a spike counting {@code value}. */
  void forward(SpikeRows spk, float value, Rows y, int count);

  /** {@code y[r] = W·x[r] + bias}. */
  void forward(Rows x, Rows y, int count);

  /** {@code gx[r] = Wᵀ·gy[r]}. */
  void backward(Rows gy, Rows gx, int count);

  /** {@code gx[r] += Wᵀ·gy[r]}. */
  void addBackward(Rows gy, Rows gx, int count);
}
