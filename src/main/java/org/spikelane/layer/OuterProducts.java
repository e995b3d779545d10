package org.spikelane.layer;

import java.util.Arrays;
import org.spikelane.kernels.KernelProvider;
import org.spikelane.kernels.ProductKernels;
import org.spikelane.kernels.Rows;

/**
 * The gradient of a weight [out, in] as what it is the product of: {@code gW[o][i] = sum over r of g[r][o]*x[r][i]},
 * fused, r ascending. Beyond as many rows as are kept, sums of earlier rows are added to one another, in the same order
 * each time.
 *
 * <p>Where a sample gives one row, the few rows of a block would walk a large gradient for little work. Copies of rows
 * are kept instead, and multiplied many at a time: {@value #MOST_ROWS}, or what {@value #MOST_VALUES} floats hold.
 */
final class OuterProducts {

  private static final int MOST_ROWS = 512;
  private static final int MOST_VALUES = 1 << 21;
  private static final int FIRST_ROWS = 16;

  private final int outputs;
  private final int inputs;
  private final int most;
  /** Rows that are kept: [count][out] and [count][in]. */
  private float[] g;
  private float[] x;
  private int count;
  /** [out, in]: the sum of the rows before those that are kept; null if there never were any. */
  private float[] sum;
  private ProductKernels kernels;

  /** Of a weight whose first axis is the outputs. */
  OuterProducts(Parameter weight) {
    this.outputs = weight.shape().extent(0);
    this.inputs = weight.shape().size() / outputs;
    this.most = Math.clamp(MOST_VALUES / (outputs + inputs), 1, MOST_ROWS);
    this.g = new float[Math.min(FIRST_ROWS, most) * outputs];
    this.x = new float[Math.min(FIRST_ROWS, most) * inputs];
  }

  int outputs() {
    return outputs;
  }

  /** Adds the first {@code rows} rows. */
  void add(Rows gRows, Rows xRows, int rows) {
    for (int r = 0; r < rows; r++) {
      if (count == most) {
        multiply();
      }
      roomForRow();
      System.arraycopy(gRows.data(), gRows.at(r), g, count * outputs, outputs);
      System.arraycopy(xRows.data(), xRows.at(r), x, count * inputs, inputs);
      count++;
    }
  }

  /** Adds what another one of the same weight holds: first the sum that it has, then its rows. */
  void add(OuterProducts other) {
    if (other.sum != null) {
      multiply();
      KernelProvider.current().rows().add(other.sum, 0, sum, 0, 0, sum.length);
    }
    add(new Rows(other.g, 0, outputs), new Rows(other.x, 0, inputs), other.count);
  }

  /** Forgets all rows. */
  void clear() {
    count = 0;
    if (sum != null) {
      Arrays.fill(sum, 0f);
    }
  }

  /** Writes outputs [from, to) of the gradient. Any number of threads may do so, each with kernels of its own. */
  void reduce(int from, int to, ProductKernels ofThread, float[] gradient) {
    if (sum == null) {
      Arrays.fill(gradient, from * inputs, to * inputs, 0f);
    } else {
      System.arraycopy(sum, from * inputs, gradient, from * inputs, (to - from) * inputs);
    }
    addRows(from, to, ofThread, gradient);
  }

  private void addRows(int from, int to, ProductKernels ofThread, float[] gradient) {
    ofThread.denseGradient(new Rows(g, from, outputs), new Rows(x, 0, inputs), gradient, from * inputs, 0, count,
        to - from, inputs);
  }

  private void multiply() {
    if (sum == null) {
      sum = new float[outputs * inputs];
      kernels = KernelProvider.current().products();
    }
    addRows(0, outputs, kernels, sum);
    count = 0;
  }

  private void roomForRow() {
    if (g.length == count * outputs) {
      int rows = Math.min(most, 2 * count);
      g = Arrays.copyOf(g, rows * outputs);
      x = Arrays.copyOf(x, rows * inputs);
    }
  }
}
