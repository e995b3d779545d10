package org.spikelane.layer;

import java.util.Arrays;
import org.spikelane.kernels.KernelProvider;
import org.spikelane.kernels.ProductKernels;
import org.spikelane.kernels.Rows;

/**
 * The gradient of a weight [out, in] as what it is the product of: {@code gW[o][i] = sum over r of g[r][o]*x[r][i]},
 * fused, r ascending. Beyond as many rows as are kept, earlier rows are multiplied and added to the weight's sums, in
 * the same order each time.
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
  /** [out, in]: where rows go before those that are kept. */
  private final Sums sums;
  private ProductKernels kernels;

  /** Of a weight [out, in] with these sums. */
  OuterProducts(int outputs, int inputs, Sums sums) {
    this.outputs = outputs;
    this.inputs = inputs;
    this.sums = sums;
    this.most = Math.clamp(MOST_VALUES / (outputs + inputs), 1, MOST_ROWS);
    this.g = new float[Math.min(FIRST_ROWS, most) * outputs];
    this.x = new float[Math.min(FIRST_ROWS, most) * inputs];
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

  /** Adds the rows that another one of the same weight keeps. */
  void add(OuterProducts other) {
    add(new Rows(other.g, 0, outputs), new Rows(other.x, 0, inputs), other.count);
  }

  /** Forgets the rows that are kept. */
  void clear() {
    count = 0;
  }

  /**
   * Writes the product of the rows that are kept over outputs [from, to) of a gradient, zeros if there are none: only where no
   * earlier rows went to the sums. Threads may at once, each with its kernels.
   */
  void setIn(float[] gradient, int from, int to, ProductKernels ofThread) {
    ofThread.setDenseGradient(new Rows(g, from, outputs), new Rows(x, 0, inputs), gradient, from * inputs, 0, count,
        to - from, inputs);
  }

  /** Adds outputs [from, to) of the product of the kept rows to a gradient. Threads may at once, each with its kernels. */
  void addTo(float[] gradient, int from, int to, ProductKernels ofThread) {
    ofThread.denseGradient(new Rows(g, from, outputs), new Rows(x, 0, inputs), gradient, from * inputs, 0, count,
        to - from, inputs);
  }

  /** Adds the product of all rows to the sums, and forgets them. */
  void multiply() {
    if (count > 0) {
      if (kernels == null) {
        kernels = KernelProvider.current().products();
      }
      addTo(sums.values(), 0, outputs, kernels);
      count = 0;
    }
  }

  private void roomForRow() {
    if (g.length == count * outputs) {
      int rows = Math.min(most, 2 * count);
      g = Arrays.copyOf(g, rows * outputs);
      x = Arrays.copyOf(x, rows * inputs);
    }
  }
}
