package org.spikelane.connection;

import org.ejml.data.FMatrixRMaj;
import org.ejml.dense.row.CommonOps_FDRM;
import org.spikelane.kernels.KernelProvider;
import org.spikelane.kernels.RowKernels;
import org.spikelane.kernels.Rows;
import org.spikelane.kernels.SpikeRows;

/**
 * EJML's dense product over matrices that wrap our arrays. Rows are copied to contiguous ones first, as EJML knows no
 * strides. It multiplies and adds apart, k ascending, so spikes of 0 and 1 give the bits of {@link KernelProduct},
 * other values one rounding more a term.
 */
final class EjmlProduct implements Product {

  private final RowKernels kernels = KernelProvider.current().rows();
  private final DenseWeights weights;
  private final FMatrixRMaj byInput;
  private final FMatrixRMaj byOutput;
  private final FMatrixRMaj[] inputs;
  private final FMatrixRMaj[] outputs;

  EjmlProduct(DenseWeights weights, int rows) {
    this.weights = weights;
    this.byInput = weights.transposedMatrix();
    this.byOutput = weights.matrix();
    // EJML reshapes a result to fit; one matrix for each number of rows, over the same array, never has to be.
    this.inputs = views(rows, weights.inputs());
    this.outputs = views(rows, weights.outputs());
  }

  private static FMatrixRMaj[] views(int rows, int columns) {
    float[] data = new float[rows * columns];
    FMatrixRMaj[] views = new FMatrixRMaj[rows + 1];
    for (int r = 0; r <= rows; r++) {
      views[r] = FMatrixRMaj.wrap(r, columns, data);
    }
    return views;
  }

  @Override
  public void forward(SpikeRows spk, float value, Rows y, int count) {
    float[] x = inputs[count].data;
    for (int r = 0; r < count; r++) {
      kernels.expand(spk.words(), spk.at(r), value, x, r * weights.inputs(), 0, weights.inputs());
    }
    multiply(inputs[count], byInput, outputs[count], y, count);
    addBias(y, count);
  }

  @Override
  public void forward(Rows x, Rows y, int count) {
    gather(x, inputs[count], count);
    multiply(inputs[count], byInput, outputs[count], y, count);
    addBias(y, count);
  }

  @Override
  public void backward(Rows gy, Rows gx, int count) {
    gather(gy, outputs[count], count);
    multiply(outputs[count], byOutput, inputs[count], gx, count);
  }

  @Override
  public void addBackward(Rows gy, Rows gx, int count) {
    gather(gy, outputs[count], count);
    CommonOps_FDRM.mult(outputs[count], byOutput, inputs[count]);
    for (int r = 0; r < count; r++) {
      kernels.add(inputs[count].data, r * weights.inputs(), gx.data(), gx.at(r), 0, weights.inputs());
    }
  }

  private static void gather(Rows from, FMatrixRMaj to, int count) {
    for (int r = 0; r < count; r++) {
      System.arraycopy(from.data(), from.at(r), to.data, r * to.numCols, to.numCols);
    }
  }

  private static void multiply(FMatrixRMaj a, FMatrixRMaj b, FMatrixRMaj result, Rows y, int count) {
    CommonOps_FDRM.mult(a, b, result);
    for (int r = 0; r < count; r++) {
      System.arraycopy(result.data, r * result.numCols, y.data(), y.at(r), result.numCols);
    }
  }

  private void addBias(Rows y, int count) {
    for (int r = 0; r < count; r++) {
      kernels.add(weights.biasOrZeros(), 0, y.data(), y.at(r), 0, weights.outputs());
    }
  }
}
