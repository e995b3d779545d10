package org.spikelane.kernels;

import static org.spikelane.kernels.PackedWeights.bytes;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/**
 * Sums of the gradient of weights [K][N], in the order in which {@link ProductKernels#startEventsGradient} of one provider
 * adds to them: from call to call, whichever objects of that provider made these.
 *
 * <p>Columns are cut into groups, the last filled up with columns that mean nothing, and each group is contiguous: the sum of
 * neuron k and column n is {@code data[(n / columns * K + k) * columns + n % columns]}. A neuron's sums of a group thus fill
 * whole cache lines, and its neighbours' follow, while in row-major order they lie a row apart, across lines.
 *
 * <p>Memory outside the heap, which counts against {@code -XX:MaxDirectMemorySize}; taken when something is first added, kept
 * until nothing refers to this object. Belongs to one thread at a time.
 */
public final class PackedGradient {

  // Rows that are transposed, or values that are added, by way of arrays that fit a first-level cache.
  private static final int ROWS_OF_BLOCK = 64;
  private static final int VALUES_OF_BLOCK = 2048;

  private final int k;
  private final int n;
  private final int columns;
  private final int size;
  private final RowKernels rows;
  private MemorySegment data = MemorySegment.NULL;
  private boolean empty = true;

  /** @param columns of a group */
  PackedGradient(int k, int n, int columns, RowKernels rows) {
    // A group more, as loops may read beyond the last.
    long values = columns == 0 ? 0 : ((long) Math.ceilDiv(n, columns) * k + 1) * columns;
    if (k < 0 || n < 0 || values > PackedWeights.MOST) {
      throw new IllegalArgumentException("gradient: expected at least 0 by 0 and, in groups of " + columns
          + " columns, at most " + PackedWeights.MOST + " values, got " + k + " by " + n);
    }
    this.k = k;
    this.n = n;
    this.columns = columns;
    this.size = (int) values;
    this.rows = rows;
  }

  /** Presynaptic neurons, K. */
  public int k() {
    return k;
  }

  /** Postsynaptic neurons, N. */
  public int n() {
    return n;
  }

  /** Whether no samples were added since it was made or cleared: all sums are 0. */
  public boolean isEmpty() {
    return empty;
  }

  /** Sets all sums to 0. */
  public void clear() {
    empty = true;
  }

  /** Columns of a group. */
  int columns() {
    return columns;
  }

  /** The sums, to be added to. */
  MemorySegment sums() {
    if (data.byteSize() == 0) {
      data = PackedWeights.aligned(size); // Zeros.
    } else if (empty) {
      data.fill((byte) 0);
    }
    empty = false;
    return data;
  }

  /**
   * Adds other sums: {@code sum[k][n] += other[k][n]}. Allocates a block of values.
   *
   * @throws IllegalArgumentException if they are of another size, or of another provider's kernels
   */
  public void add(PackedGradient other) {
    if (other.k != k || other.n != n || other.columns != columns) {
      throw new IllegalArgumentException("other: expected " + this + ", got " + other);
    }
    if (other.empty) {
      return;
    }
    MemorySegment to = sums();
    float[] sum = new float[VALUES_OF_BLOCK];
    float[] term = new float[VALUES_OF_BLOCK];
    for (int i = 0; i < size; i += VALUES_OF_BLOCK) {
      int count = Math.min(VALUES_OF_BLOCK, size - i);
      MemorySegment.copy(to, ValueLayout.JAVA_FLOAT, bytes(i), sum, 0, count);
      MemorySegment.copy(other.data, ValueLayout.JAVA_FLOAT, bytes(i), term, 0, count);
      rows.add(term, 0, sum, 0, 0, count);
      MemorySegment.copy(sum, 0, to, ValueLayout.JAVA_FLOAT, bytes(i), count);
    }
  }

  /**
   * Adds these sums to a gradient: {@code gw[k][n] += sum[k][n]}. Allocates a row of a group.
   *
   * @param gw row-major [K][N]
   * @throws IllegalArgumentException if there are not K times N of them
   */
  public void addTo(float[] gw) {
    requireSize(gw);
    float[] term = new float[columns];
    for (int i = 0; !empty && i < k; i++) {
      for (int j = 0; j < n; j += columns) {
        int count = Math.min(columns, n - j);
        MemorySegment.copy(data, ValueLayout.JAVA_FLOAT, at(j, i), term, 0, count);
        rows.add(term, 0, gw, i * n + j, 0, count);
      }
    }
  }

  /**
   * Writes a part of these sums in the order of PyTorch's weights: {@code gw[n][k] = sum[k][n]} for n in [from, to). Threads
   * may at once, each its part. Allocates a block of rows.
   *
   * @param gw row-major [N][K]
   * @throws IllegalArgumentException if there are not N times K of them, or there is no such part
   */
  public void transposeTo(float[] gw, int from, int to) {
    requireSize(gw);
    if (from < 0 || from > to || to > n) {
      throw new IllegalArgumentException("part: expected columns from 0 to " + n + ", got " + from + " to " + to);
    }
    if (empty) {
      Arrays.fill(gw, from * k, to * k, 0f);
      return;
    }
    float[] block = new float[Math.min(ROWS_OF_BLOCK, k) * columns];
    int end;
    for (int j = from; j < to; j = end) {
      int group = j / columns * columns;
      end = Math.min(to, group + columns);
      for (int i = 0; i < k; i += ROWS_OF_BLOCK) {
        int count = Math.min(ROWS_OF_BLOCK, k - i);
        MemorySegment.copy(data, ValueLayout.JAVA_FLOAT, at(group, i), block, 0, count * columns);
        rows.transpose(block, j - group, columns, count, end - j, gw, j * k + i, k);
      }
    }
  }

  /** Where the sums of a neuron start, of the group whose first column is given; bytes. */
  private long at(int group, int neuron) {
    return bytes(group * k + neuron * columns);
  }

  private void requireSize(float[] gw) {
    if (gw.length != k * n) {
      throw new IllegalArgumentException("gw: expected " + k + " times " + n + " values, got " + gw.length);
    }
  }

  @Override
  public String toString() {
    return "PackedGradient[" + k + ", " + n + "] in groups of " + columns;
  }
}
