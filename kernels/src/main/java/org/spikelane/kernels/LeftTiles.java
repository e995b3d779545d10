package org.spikelane.kernels;

import static org.spikelane.kernels.VectorShapes.FLOATS;
import static org.spikelane.kernels.VectorShapes.LANES;
import static org.spikelane.kernels.VectorShapes.WIDTH;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/**
 * The left operand a of a dense product {@code c[i][j] += sum over s of a[i][s]*b[s][j]}, copied to the order in which
 * register tiles read it: [tile][step][{@link #ROWS}].
 *
 * <p>One tile is one ascending stream, which hardware prefetchers follow from any level of memory. Rows that are columns
 * of a matrix (gradients) are copied a vector at a time; rows of a matrix are transposed, at 512 bits in registers. Rows
 * of the last tile beyond those copied hold anything.
 */
final class LeftTiles {

  /** Rows of a tile. A smaller register tile takes the first or the last four. */
  static final int ROWS = 8;

  // At 512 bits a vector holds a step of two tiles, which masks part: a species of half the width would be a second one.
  private static final boolean TWO_TILES = LANES > ROWS;
  private static final int TOGETHER = Math.max(LANES, ROWS);
  private static final VectorMask<Float> FIRST = VectorMask.fromLong(FLOATS, (1 << ROWS) - 1);
  private static final VectorMask<Float> SECOND = FIRST.not();

  // Tiles are an odd number of cache lines apart: a step of many tiles, written together, does not share the sets of L1.
  private static final int LINE = 16;

  // Where an instruction selects lanes of two vectors; elsewhere that takes several, and loads and stores are as fast.
  private static final boolean TRANSPOSES = WIDTH == 512;
  private static final FloatVector EACH_LOW = pairs(1, 0);
  private static final FloatVector EACH_HIGH = pairs(1, LANES / 2);
  private static final FloatVector TWO_LOW = pairs(2, 0);
  private static final FloatVector TWO_HIGH = pairs(2, LANES / 2);
  private static final FloatVector FOUR_LOW = pairs(4, 0);
  private static final FloatVector FOUR_HIGH = pairs(4, LANES / 2);

  private float[] data = {};
  private int tile;
  private final long[] bits = new long[Long.SIZE];

  /** Which lanes of two vectors alternate, {@code together} of each at a time, from lane {@code first} of both on. */
  private static FloatVector pairs(int together, int first) {
    float[] lanes = new float[LANES];
    for (int i = 0; i < LANES; i++) {
      int pair = i / (2 * together);
      int of = i / together % 2;
      lanes[i] = first + pair * together + i % together + of * LANES;
    }
    return FloatVector.fromArray(FLOATS, lanes, 0);
  }

  float[] data() {
    return data;
  }

  /** Index of the first value of a row, the next being {@link #ROWS} further. */
  int at(int row) {
    return row / ROWS * tile + row % ROWS;
  }

  /**
   * Makes room for so many rows; what they held is gone. Steps are filled up to {@link PackedWeights#padded}: -0 times the
   * +0 that b has there is -0, and adding -0 changes nothing.
   */
  void resize(int rows, int steps) {
    int end = PackedWeights.padded(steps);
    tile = ROWS * end + LINE;
    int tiles = Math.ceilDiv(rows, TOGETHER) * TOGETHER / ROWS;
    if (data.length < tiles * tile) {
      data = new float[tiles * tile];
    }
    for (int t = 0; steps < end && t < tiles; t++) {
      Arrays.fill(data, t * tile + ROWS * steps, t * tile + ROWS * end, -0f);
    }
  }

  /** {@code a[i][s] = x[r + i][column + s]}. */
  void copyRows(Rows x, int r, int count, int column, int steps) {
    resize(count, steps);
    int i = 0;
    for (; i <= count - ROWS; i += ROWS) {
      int done = TRANSPOSES ? transpose(x.data(), x.at(r + i) + column, x.stride(), steps, data, at(i)) : 0;
      copyEightRows(x.data(), x.at(r + i) + column, x.stride(), done, steps, data, at(i));
    }
    for (; i < count; i++) {
      copyRow(i, x.data(), x.at(r + i) + column, 1, steps);
    }
  }

  /** {@code a[i][s] = x[at + s*stride]}. */
  void copyRow(int i, float[] x, int at, int stride, int steps) {
    int to = at(i);
    for (int s = 0; s < steps; s++) {
      data[to + s * ROWS] = x[at + s * stride];
    }
  }

  /** {@code a[i][s] = x[r + s][column + i]}. */
  void copyColumns(Rows x, int r, int steps, int column, int count) {
    resize(count, steps);
    int whole = count / TOGETHER * TOGETHER;
    for (int s = 0; s < steps; s++) {
      copyStep(x.data(), x.at(r + s) + column, whole, data, s * ROWS, tile);
    }
    for (int i = whole; i < count; i++) {
      copyRow(i, x.data(), x.at(r) + column + i, x.stride(), steps);
    }
  }

  /** {@code a[i][s] = value} where neuron {@code neuron + s} fired in row r + i, else 0; {@code neuron} starts a word. */
  void expandRows(SpikeRows spk, float value, int r, int count, int neuron, int steps) {
    resize(count, steps);
    for (int i = 0; i < count; i += Long.SIZE) {
      int rows = Math.min(Long.SIZE, count - i);
      for (int s = 0; s < steps; s += Long.SIZE) {
        for (int l = 0; l < rows; l++) {
          bits[l] = spk.words()[spk.at(r + i + l) + ((neuron + s) >>> 6)];
        }
        Arrays.fill(bits, rows, Long.SIZE, 0);
        SpikeRows.transpose(bits, 0);
        expandWords(bits, value, Math.min(Long.SIZE, steps - s), rows, data, at(i) + s * ROWS, tile);
      }
    }
  }

  // This loop and that of copyStep end alike: what they store is a vector, which may not cross a call (VectorShapes).
  private static void expandWords(long[] bits, float value, int steps, int rows, float[] to, int toAt, int tile) {
    for (int s = 0; s < steps; s++) {
      long fired = bits[s];
      for (int i = 0; i < rows; i += LANES) {
        FloatVector step = FloatVector.zero(FLOATS).blend(value, VectorMask.fromLong(FLOATS, fired >>> i));
        int at = toAt + s * ROWS + i / ROWS * tile + i % ROWS;
        if (TWO_TILES) {
          step.intoArray(to, at, FIRST);
          step.intoArray(to, at + tile - ROWS, SECOND);
        } else {
          step.intoArray(to, at);
        }
      }
    }
  }

  private static void copyStep(float[] x, int xAt, int count, float[] to, int toAt, int tile) {
    for (int i = 0; i < count; i += LANES) {
      FloatVector step = FloatVector.fromArray(FLOATS, x, xAt + i);
      int at = toAt + i / ROWS * tile + i % ROWS;
      if (TWO_TILES) {
        step.intoArray(to, at, FIRST);
        step.intoArray(to, at + tile - ROWS, SECOND);
      } else {
        step.intoArray(to, at);
      }
    }
  }

  private static void copyEightRows(float[] x, int at, int stride, int from, int steps, float[] to, int toAt) {
    for (int s = from; s < steps; s++) {
      to[toAt + s * ROWS] = x[at + s];
      to[toAt + s * ROWS + 1] = x[at + s + stride];
      to[toAt + s * ROWS + 2] = x[at + s + 2 * stride];
      to[toAt + s * ROWS + 3] = x[at + s + 3 * stride];
      to[toAt + s * ROWS + 4] = x[at + s + 4 * stride];
      to[toAt + s * ROWS + 5] = x[at + s + 5 * stride];
      to[toAt + s * ROWS + 6] = x[at + s + 6 * stride];
      to[toAt + s * ROWS + 7] = x[at + s + 7 * stride];
    }
  }

  /**
   * The same, a vector of steps of eight rows at a time: rows alternate one by one, then two by two, then four by four.
   *
   * @return the first step that fills no vector
   */
  private static int transpose(float[] x, int at, int stride, int steps, float[] to, int toAt) {
    int s = 0;
    for (; s <= steps - LANES; s += LANES) {
      FloatVector r0 = FloatVector.fromArray(FLOATS, x, at + s);
      FloatVector r1 = FloatVector.fromArray(FLOATS, x, at + s + stride);
      FloatVector r2 = FloatVector.fromArray(FLOATS, x, at + s + 2 * stride);
      FloatVector r3 = FloatVector.fromArray(FLOATS, x, at + s + 3 * stride);
      FloatVector r4 = FloatVector.fromArray(FLOATS, x, at + s + 4 * stride);
      FloatVector r5 = FloatVector.fromArray(FLOATS, x, at + s + 5 * stride);
      FloatVector r6 = FloatVector.fromArray(FLOATS, x, at + s + 6 * stride);
      FloatVector r7 = FloatVector.fromArray(FLOATS, x, at + s + 7 * stride);
      FloatVector low01 = EACH_LOW.selectFrom(r0, r1);
      FloatVector high01 = EACH_HIGH.selectFrom(r0, r1);
      FloatVector low23 = EACH_LOW.selectFrom(r2, r3);
      FloatVector high23 = EACH_HIGH.selectFrom(r2, r3);
      FloatVector low45 = EACH_LOW.selectFrom(r4, r5);
      FloatVector high45 = EACH_HIGH.selectFrom(r4, r5);
      FloatVector low67 = EACH_LOW.selectFrom(r6, r7);
      FloatVector high67 = EACH_HIGH.selectFrom(r6, r7);
      FloatVector first0 = TWO_LOW.selectFrom(low01, low23);
      FloatVector first1 = TWO_HIGH.selectFrom(low01, low23);
      FloatVector first2 = TWO_LOW.selectFrom(high01, high23);
      FloatVector first3 = TWO_HIGH.selectFrom(high01, high23);
      FloatVector last0 = TWO_LOW.selectFrom(low45, low67);
      FloatVector last1 = TWO_HIGH.selectFrom(low45, low67);
      FloatVector last2 = TWO_LOW.selectFrom(high45, high67);
      FloatVector last3 = TWO_HIGH.selectFrom(high45, high67);
      int t = toAt + s * ROWS;
      FOUR_LOW.selectFrom(first0, last0).intoArray(to, t);
      FOUR_HIGH.selectFrom(first0, last0).intoArray(to, t + LANES);
      FOUR_LOW.selectFrom(first1, last1).intoArray(to, t + 2 * LANES);
      FOUR_HIGH.selectFrom(first1, last1).intoArray(to, t + 3 * LANES);
      FOUR_LOW.selectFrom(first2, last2).intoArray(to, t + 4 * LANES);
      FOUR_HIGH.selectFrom(first2, last2).intoArray(to, t + 5 * LANES);
      FOUR_LOW.selectFrom(first3, last3).intoArray(to, t + 6 * LANES);
      FOUR_HIGH.selectFrom(first3, last3).intoArray(to, t + 7 * LANES);
    }
    return s;
  }
}
