package org.spikelane.kernels;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/**
 * Weights {@code w} [K][N], presynaptic neuron first, in the order in which the {@link ProductKernels} of one provider walk
 * them: any of its objects, on any thread, but no other provider's.
 *
 * <p>Columns are cut into panels of equal width, the last filled up with zeros, and each panel is contiguous:
 * {@code w[k][n]} is {@code data[at(n / panel) + k * panel + n % panel]}, panel being its columns. A row of zeros ends each
 * panel where K is odd. A product that holds a panel's results in registers thus reads memory in one ascending stream, and
 * the panel takes few pages and all sets of a cache, whatever power of two N is. A copy: it has to be packed again after the
 * weights changed, while no thread reads. Any number of threads may read it. One panel more of zeros ends the memory, as a
 * slice as long as a panel may start a vector later.
 *
 * <p>They lie outside the heap, where panels can start at a cache line. Arrays start wherever the collector puts them,
 * their values 16 bytes later, and a vector of 64 bytes then touches two lines: event-driven products took up to half as
 * long again. The memory is given back once nothing refers to it; it counts against {@code -XX:MaxDirectMemorySize},
 * which is the heap's maximum unless set.
 */
public final class PackedWeights {

  /** Steps, rows of the weights, that a register tile takes at a time. */
  static final int STEPS_TOGETHER = 2;

  private static final int CACHE_LINE = 64;

  /** Values of an array at most. */
  static final int MOST = Integer.MAX_VALUE - 8;

  // Rows of weights that are transposed together: what they become in a panel of 32 columns fits a first-level cache.
  private static final int BLOCK = 128;

  // While vectors are objects, they would take a tenth of a second for a network's first weights, 784 to 1000.
  private static final RowKernels ROWS = new ScalarRowKernels();

  private final int k;
  private final int n;
  private final int panel;
  private final MemorySegment data;
  private final int group;
  private final float[] grouped;
  private boolean finite = true;

  /** @param group columns of a group of the second copy, {@link #grouped}; 0 for none */
  PackedWeights(int k, int n, int panel, int group) {
    long size = Math.ceilDiv((long) k, STEPS_TOGETHER) * STEPS_TOGETHER * panels(n, panel) * panel + panel;
    long groupedSize = (long) panels(n, group) * (k + Integer.SIZE) * group;
    if (k < 0 || n < 0 || size > MOST || groupedSize > MOST) {
      throw new IllegalArgumentException("weights: expected at least 0 by 0 and, in panels of " + panel
          + " columns, at most " + MOST + " values, got " + k + " by " + n);
    }
    this.k = k;
    this.n = n;
    this.panel = panel;
    this.data = aligned((int) size);
    this.group = group;
    this.grouped = new float[panels(n, group) * groupRows() * group];
  }

  private static int panels(int n, int panel) {
    return panel == 0 ? 0 : Math.ceilDiv(n, panel);
  }

  /** Presynaptic neurons, K. */
  public int k() {
    return k;
  }

  /** Postsynaptic neurons, N. */
  public int n() {
    return n;
  }

  /** Zeros, native, from a cache line on; freed once nothing refers to them. */
  static MemorySegment aligned(int size) {
    return Arena.ofAuto().allocate((long) size * Float.BYTES, CACHE_LINE);
  }

  MemorySegment data() {
    return data;
  }

  /** Columns of a panel. */
  int panelColumns() {
    return panel;
  }

  /** Columns of a group of the second copy, {@link #grouped}; 0 if there is none. */
  int groupColumns() {
    return group;
  }

  /**
   * A second copy as [group][{@link #groupRows}][column of the group], what lies beyond K and N being zero: groups of one
   * column for products whose lanes are rows of spikes made floats, of several for {@link NarrowProducts}. May be empty.
   */
  float[] grouped() {
    return grouped;
  }

  /** Whether all weights of the second copy are finite: sums may then leave out what is multiplied by 0. */
  boolean isFinite() {
    return finite;
  }

  /** K, rounded up to the neurons of whole half words of spikes. */
  int groupRows() {
    return Math.ceilDiv(k, Integer.SIZE) * Integer.SIZE;
  }

  /** Index in {@link #grouped} of the first weight of a column. */
  int groupAt(int column) {
    return column / group * groupRows() * group + column % group;
  }

  int panels() {
    return panels(n, panel);
  }

  /** Index in {@link #data} of the first weight of a panel. */
  int at(int p) {
    return p * panelSize();
  }

  /** Values of a panel. */
  int panelSize() {
    return padded(k) * panel;
  }

  /** Steps rounded up to those that register tiles take; what is added changes nothing. */
  static int padded(int steps) {
    return Math.ceilDiv(steps, STEPS_TOGETHER) * STEPS_TOGETHER;
  }

  /**
   * Copies weights.
   *
   * @param w row-major [K][N]
   * @throws IllegalArgumentException if there are not K times N of them
   */
  public void pack(float[] w) {
    pack(w, 0, 1);
  }

  /**
   * Copies a part of the weights: all parts, each once, in any order or at the same time, are {@link #pack(float[])}.
   *
   * @param w row-major [K][N]
   * @param part number of the part, below {@code parts}
   * @throws IllegalArgumentException if there are not K times N of them, or there is no such part
   */
  public void pack(float[] w, int part, int parts) {
    requireSize(w);
    requirePart(part, parts);
    for (int p = firstPanel(part, parts); p < firstPanel(part + 1, parts); p++) {
      int columns = Math.min(panel, n - p * panel);
      for (int i = 0; i < k; i++) {
        MemorySegment.copy(w, i * n + p * panel, data, ValueLayout.JAVA_FLOAT, bytes(at(p) + i * panel), columns);
      }
    }
    if (part == 0) {
      group(w, n, 1);
    }
  }

  /**
   * Copies weights that are stored postsynaptic neuron first, as PyTorch's are.
   *
   * @param w row-major [N][K]
   * @throws IllegalArgumentException if there are not N times K of them
   */
  public void packTransposed(float[] w) {
    packTransposed(w, 0, 1);
  }

  /**
   * Copies a part of the weights: all parts, each once, in any order or at the same time, are {@link
   * #packTransposed(float[])}. Allocates a block of at most 128 rows of a panel.
   *
   * @param w row-major [N][K]
   * @param part number of the part, below {@code parts}
   * @throws IllegalArgumentException if there are not N times K of them, or there is no such part
   */
  public void packTransposed(float[] w, int part, int parts) {
    requireSize(w);
    requirePart(part, parts);
    int first = firstPanel(part, parts);
    int end = firstPanel(part + 1, parts);
    // By way of an array: until C2 has compiled it, writing native memory float by float takes many times as long.
    float[] block = new float[first < end ? Math.min(BLOCK, k) * panel : 0];
    for (int p = first; p < end; p++) {
      for (int i = 0; i < k; i += BLOCK) {
        packBlock(w, p, i, Math.min(BLOCK, k - i), block);
      }
    }
    if (part == 0) {
      group(w, 1, k);
    }
  }

  private int firstPanel(int part, int parts) {
    return (int) ((long) panels() * part / parts);
  }

  /** Copies {@code w[i*row + j*column]} to its place in {@link #grouped}, all in one part: only weights of one panel have it. */
  private void group(float[] w, int row, int column) {
    finite = true;
    for (int j = 0; group > 0 && j < n; j++) {
      int at = groupAt(j);
      for (int i = 0; i < k; i++) {
        float value = w[i * row + j * column];
        grouped[at + i * group] = value;
        finite &= Float.isFinite(value);
      }
    }
  }

  /** Steps are rows of the weights: columns of w, and rows of a panel. */
  private void packBlock(float[] w, int p, int step, int steps, float[] block) {
    int columns = Math.min(panel, n - p * panel);
    ROWS.transpose(w, p * panel * k + step, k, columns, steps, block, 0, panel);
    for (int s = 0; columns < panel && s < steps; s++) {
      Arrays.fill(block, s * panel + columns, (s + 1) * panel, 0f);
    }
    MemorySegment.copy(block, 0, data, ValueLayout.JAVA_FLOAT, bytes(at(p) + step * panel), steps * panel);
  }

  /** Where so many floats end. */
  static long bytes(int floats) {
    return (long) floats * Float.BYTES;
  }

  private static void requirePart(int part, int parts) {
    if (parts < 1) {
      throw new IllegalArgumentException("parts: expected at least 1, got " + parts);
    }
    if (part < 0 || part >= parts) {
      throw new IllegalArgumentException("part: expected 0 to " + (parts - 1) + ", got " + part);
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
