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
 * of a matrix (gradients) are copied as vectors, four at a time; rows of a matrix are transposed, at 512 bits in
 * registers. Rows of the last tile beyond those copied hold anything.
 */
final class LeftTiles {

  /** Rows of a tile. A smaller register tile takes the first or the last four. */
  static final int ROWS = 8;

  // At 512 bits a vector holds a step of two tiles, parted by selects or masks: a species of half the width would be a
  // second one.
  private static final boolean TWO_TILES = LANES > ROWS;
  private static final int TOGETHER = Math.max(LANES, ROWS);
  private static final VectorMask<Float> FIRST = VectorMask.fromLong(FLOATS, (1 << ROWS) - 1);
  private static final VectorMask<Float> SECOND = FIRST.not();

  // Tiles are an odd number of cache lines apart: a step of many tiles, written together, does not share the sets of L1.
  private static final int LINE = 16;

  // Where an instruction selects lanes of two vectors; elsewhere that takes several, and loads and stores are as fast.
  private static final boolean TRANSPOSES = WIDTH == 512;
  private static final FloatVector EACH_LOW = inTurns(0);
  private static final FloatVector EACH_HIGH = inTurns(LANES / 2);
  private static final FloatVector LOW_HALVES = halves(0);
  private static final FloatVector HIGH_HALVES = halves(LANES / 2);

  private float[] data = {};
  private int tile;
  private final long[] bits = new long[Long.SIZE];

  /** Which lanes of two vectors alternate, from lane {@code first} of both on. */
  private static FloatVector inTurns(int first) {
    float[] lanes = new float[LANES];
    for (int i = 0; i < LANES; i++) {
      lanes[i] = first + i / 2 + i % 2 * LANES;
    }
    return FloatVector.fromArray(FLOATS, lanes, 0);
  }

  /** Selects half of each of two vectors, from lane {@code first} of both on, one after the other. */
  private static FloatVector halves(int first) {
    float[] lanes = new float[LANES];
    for (int i = 0; i < LANES; i++) {
      lanes[i] = first + i % (LANES / 2) + 2 * i / LANES * LANES;
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
    tile = ((ROWS * end / LINE + 1) | 1) * LINE;
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
      int at = x.at(r + i) + column;
      int done = TRANSPOSES ? transpose(x.data(), at, x.stride(), steps, data, at(i)) : 0;
      ScalarRowKernels.transposeEightRows(x.data(), at, x.stride(), done, steps, data, at(i), ROWS);
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
    int s = 0;
    for (; s <= steps - 4; s += 4) {
      copyFourSteps(x.data(), x.at(r + s) + column, x.stride(), whole, data, s * ROWS, tile);
    }
    for (; s < steps; s++) {
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

  /** Four steps at once, xRow apart: four streams of reads that wait for memory together, and whole vectors to store. */
  private static void copyFourSteps(float[] x, int xAt, int xRow, int count, float[] to, int toAt, int tile) {
    for (int i = 0; i < count; i += LANES) {
      FloatVector step0 = FloatVector.fromArray(FLOATS, x, xAt + i);
      FloatVector step1 = FloatVector.fromArray(FLOATS, x, xAt + xRow + i);
      FloatVector step2 = FloatVector.fromArray(FLOATS, x, xAt + 2 * xRow + i);
      FloatVector step3 = FloatVector.fromArray(FLOATS, x, xAt + 3 * xRow + i);
      int at = toAt + i / ROWS * tile + i % ROWS;
      if (TWO_TILES) {
        LOW_HALVES.selectFrom(step0, step1).intoArray(to, at);
        LOW_HALVES.selectFrom(step2, step3).intoArray(to, at + LANES);
        HIGH_HALVES.selectFrom(step0, step1).intoArray(to, at + tile);
        HIGH_HALVES.selectFrom(step2, step3).intoArray(to, at + tile + LANES);
      } else {
        step0.intoArray(to, at);
        step1.intoArray(to, at + ROWS);
        step2.intoArray(to, at + 2 * ROWS);
        step3.intoArray(to, at + 3 * ROWS);
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

  /**
   * Eight rows, xRow apart, to [step][8], for as many of the steps as fill vectors. Of eight vectors, the i-th and the one four
   * further become vectors 2i and 2i + 1, which hold their lanes in turns: that rotates the seven bits of each value's place,
   * row*16 + lane, by one. After three such rounds its place is lane*8 + row.
   *
   * @return the first step that fills no vector
   */
  private static int transpose(float[] x, int xAt, int xRow, int steps, float[] y, int yAt) {
    int s = 0;
    for (; s <= steps - LANES; s += LANES) {
      int at = xAt + s;
      FloatVector a0 = FloatVector.fromArray(FLOATS, x, at);
      FloatVector a1 = FloatVector.fromArray(FLOATS, x, at + xRow);
      FloatVector a2 = FloatVector.fromArray(FLOATS, x, at + 2 * xRow);
      FloatVector a3 = FloatVector.fromArray(FLOATS, x, at + 3 * xRow);
      FloatVector a4 = FloatVector.fromArray(FLOATS, x, at + 4 * xRow);
      FloatVector a5 = FloatVector.fromArray(FLOATS, x, at + 5 * xRow);
      FloatVector a6 = FloatVector.fromArray(FLOATS, x, at + 6 * xRow);
      FloatVector a7 = FloatVector.fromArray(FLOATS, x, at + 7 * xRow);
      FloatVector b0 = EACH_LOW.selectFrom(a0, a4);
      FloatVector b1 = EACH_HIGH.selectFrom(a0, a4);
      FloatVector b2 = EACH_LOW.selectFrom(a1, a5);
      FloatVector b3 = EACH_HIGH.selectFrom(a1, a5);
      FloatVector b4 = EACH_LOW.selectFrom(a2, a6);
      FloatVector b5 = EACH_HIGH.selectFrom(a2, a6);
      FloatVector b6 = EACH_LOW.selectFrom(a3, a7);
      FloatVector b7 = EACH_HIGH.selectFrom(a3, a7);
      FloatVector c0 = EACH_LOW.selectFrom(b0, b4);
      FloatVector c1 = EACH_HIGH.selectFrom(b0, b4);
      FloatVector c2 = EACH_LOW.selectFrom(b1, b5);
      FloatVector c3 = EACH_HIGH.selectFrom(b1, b5);
      FloatVector c4 = EACH_LOW.selectFrom(b2, b6);
      FloatVector c5 = EACH_HIGH.selectFrom(b2, b6);
      FloatVector c6 = EACH_LOW.selectFrom(b3, b7);
      FloatVector c7 = EACH_HIGH.selectFrom(b3, b7);
      int to = yAt + s * ROWS;
      EACH_LOW.selectFrom(c0, c4).intoArray(y, to);
      EACH_HIGH.selectFrom(c0, c4).intoArray(y, to + LANES);
      EACH_LOW.selectFrom(c1, c5).intoArray(y, to + 2 * LANES);
      EACH_HIGH.selectFrom(c1, c5).intoArray(y, to + 3 * LANES);
      EACH_LOW.selectFrom(c2, c6).intoArray(y, to + 4 * LANES);
      EACH_HIGH.selectFrom(c2, c6).intoArray(y, to + 5 * LANES);
      EACH_LOW.selectFrom(c3, c7).intoArray(y, to + 6 * LANES);
      EACH_HIGH.selectFrom(c3, c7).intoArray(y, to + 7 * LANES);
    }
    return s;
  }
}
