package org.spikelane.kernels;

/**
 * Weights {@code w} [K][N], presynaptic neuron first, in the order in which one {@link ProductKernels} walks them.
 *
 * <p>Columns are cut into panels of equal width, the last filled up with zeros, and each panel is contiguous:
 * {@code w[k][n]} is {@code data[at(n / panel) + k * panel + n % panel]}. A product that holds a panel's results in
 * registers thus reads memory in one ascending stream, and the panel takes few pages and all sets of a cache, whatever
 * power of two N is. A copy: it has to be packed again after the weights changed. Any number of threads may read it.
 */
public final class PackedWeights {

  // Large arrays of G1, the usual collector, start at a whole page, their values 16 bytes later: here panels start at a
  // cache line, which saves vectors of 64 bytes a second line, up to two fifths of an event-driven product's time.
  private static final int FIRST = 12;

  private static final int MOST = Integer.MAX_VALUE - 8 - FIRST;

  // Rows of weights that are transposed together: a cache line of the source.
  private static final int BLOCK = 16;

  private final int k;
  private final int n;
  private final int panel;
  private final float[] data;
  private final float[] byColumn;

  /** @param byColumn whether to keep a second copy, {@link #byColumn} */
  PackedWeights(int k, int n, int panel, boolean byColumn) {
    long size = (long) k * panels(n, panel) * panel;
    if (k < 0 || n < 0 || size > MOST) {
      throw new IllegalArgumentException("weights: expected at most " + MOST + " values in panels of "
          + panel + " columns, got " + k + " by " + n);
    }
    this.k = k;
    this.n = n;
    this.panel = panel;
    this.data = new float[FIRST + (int) size];
    this.byColumn = byColumn ? new float[k * n] : null;
  }

  private static int panels(int n, int panel) {
    return panel == 0 ? 0 : (n + panel - 1) / panel;
  }

  /** Presynaptic neurons, K. */
  public int k() {
    return k;
  }

  /** Postsynaptic neurons, N. */
  public int n() {
    return n;
  }

  float[] data() {
    return data;
  }

  /** The weights as row-major [N][K]; null if they are not kept so. */
  float[] byColumn() {
    return byColumn;
  }

  int panels() {
    return panels(n, panel);
  }

  /** Index in {@link #data} of the first weight of a panel. */
  int at(int p) {
    return FIRST + p * k * panel;
  }

  /**
   * Copies weights.
   *
   * @param w row-major [K][N]
   * @throws IllegalArgumentException if there are not K times N of them
   */
  public void pack(float[] w) {
    requireSize(w);
    for (int p = 0; p < panels(); p++) {
      int columns = Math.min(panel, n - p * panel);
      for (int i = 0; i < k; i++) {
        System.arraycopy(w, i * n + p * panel, data, at(p) + i * panel, columns);
      }
    }
    for (int i = 0; byColumn != null && i < k; i++) {
      for (int j = 0; j < n; j++) {
        byColumn[j * k + i] = w[i * n + j];
      }
    }
  }

  /**
   * Copies weights that are stored postsynaptic neuron first, as PyTorch's are.
   *
   * @param w row-major [N][K]
   * @throws IllegalArgumentException if there are not N times K of them
   */
  public void packTransposed(float[] w) {
    requireSize(w);
    for (int j = 0; j < n; j += panel) {
      int columns = Math.min(panel, n - j);
      for (int i = 0; i < k; i += BLOCK) {
        packBlock(w, j, columns, i, Math.min(BLOCK, k - i));
      }
    }
    if (byColumn != null) {
      System.arraycopy(w, 0, byColumn, 0, w.length);
    }
  }

  private void packBlock(float[] w, int column, int columns, int row, int rows) {
    int to = at(column / panel) + row * panel;
    for (int i = 0; i < rows; i++) {
      int from = column * k + row + i;
      for (int j = 0; j < columns; j++) {
        data[to + j] = w[from];
        from += k;
      }
      to += panel;
    }
  }

  private void requireSize(float[] w) {
    if (w.length != k * n) {
      throw new IllegalArgumentException("weights: expected " + k + " times " + n + " values, got " + w.length);
    }
  }

  @Override
  public String toString() {
    return "PackedWeights[" + k + ", " + n + "] in panels of " + panel;
  }
}
