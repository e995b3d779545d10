package org.spikelane.kernels;

import static java.lang.Float.floatToRawIntBits;
import static org.spikelane.kernels.VectorShapes.FLOATS;
import static org.spikelane.kernels.VectorShapes.INTS;
import static org.spikelane.kernels.VectorShapes.LANES;
import static org.spikelane.kernels.VectorShapes.MASKED;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/**
 * Products of spikes that count 1 with few columns, such as a readout's, where additions can be masked (AVX-512): no spike
 * becomes a float. Ten columns at a time, one masked addition for each and for each vector of the other factor:
 *
 * <ul>
 * <li>forward, rows of spikes in lanes: {@code y[r][j] = (0 + sum over s of w[s][j] where spk[r] has bit s) + bias[j]};
 * <li>gradient, neurons in lanes: {@code gw[j][s] += sum over r of g[r][j] where spk[r] has bit s}.
 * </ul>
 *
 * <p>Each element of a result is one chain of additions, ascending: the bits of {@link VectorProductKernels}' products of
 * spikes made floats, as fma(1, w, c) rounds like c + w, and fma(0, w, c) is c if w is finite and c not -0. Those products
 * are left the factors that are not finite; sums that start at 0 never become -0. Where neurons are many and columns ten
 * or twenty, this takes half the time they take forward, and two thirds for the gradient.
 *
 * <p>Floats are broadcast as the bits of integers: on a Zen 4 core, vpbroadcastd takes two thirds of the time of vbroadcastss
 * and leaves more units to additions, 13 % of the time forward.
 *
 * <p>A tile's rows and columns beyond those wanted hold what was there before; what becomes of it is dropped. The two tiles
 * are written out, their masks coming from neurons or from rows: no vector may cross a call ({@link VectorShapes}).
 */
final class NarrowProducts {

  /** Columns of a tile: with two vectors of each, 20 sums of the 32 registers; and classes are often ten or twenty. */
  static final int COLUMNS = 10;

  /** Rows, or neurons, of a tile. */
  private static final int ROWS = 2 * LANES;

  /** The bits of a tile's neurons, in a word that starts with them. */
  private static final long TILE_BITS = (1L << ROWS) - 1;

  /** What a tile of masked additions costs beside its columns, in columns: the masks. */
  private static final int MASKS_IN_COLUMNS = 2;

  /** What making floats of the spikes costs beyond the columns of the product, in columns; measured. */
  private static final int FLOATS_IN_COLUMNS = 12;
  private static final int FLOATS_OF_GRADIENT_IN_COLUMNS = 5;

  /**
   * The additions of each column's second vector are {@code fma(c, 1, w)}, which rounds like c + w: where other units add than
   * multiply and add, both have work. On a Zen 4 core that takes 8 % less time than additions alone.
   */
  private static final FloatVector ONE = FloatVector.broadcast(FLOATS, 1f);

  private static final int EXPONENT = 0x7F80_0000;
  private static final int LAST_OF_EXPONENT = 0x0080_0000;

  /** [half word of neurons][row of the tile]: their spikes. */
  private int[] halves = {};
  private final float[] sums = new float[COLUMNS * ROWS];
  /** [row][COLUMNS]: the last columns of a gradient, if they are fewer. */
  private float[] lastColumns = {};

  /** Whether {@link #forward} may be the best product with n columns: not if its last tile is mostly empty. */
  static boolean suits(int n) {
    return MASKED && n <= 2 * COLUMNS && cost(n) < n + FLOATS_IN_COLUMNS;
  }

  /** Of a row of tiles, in columns. */
  private static int cost(int n) {
    return Math.ceilDiv(n, COLUMNS) * (COLUMNS + MASKS_IN_COLUMNS);
  }

  /** Whether {@link #forward} takes less time for {@code count} rows than the products that make floats of the spikes. */
  static boolean takes(PackedWeights w, int count) {
    return w.groupColumns() == COLUMNS && w.isFinite() && cost(w.n()) * Math.ceilDiv(count, ROWS) < count;
  }

  /** The same of {@link #gradient}, for rows [r0, r1) of g. */
  static boolean takesGradient(Rows g, int r0, int r1, int n) {
    return MASKED && Math.ceilDiv(n, COLUMNS) * COLUMNS < n + FLOATS_OF_GRADIENT_IN_COLUMNS && isFinite(g, r0, r1, n);
  }

  private static boolean isFinite(Rows g, int r0, int r1, int n) {
    int signs = 0;
    for (int r = r0; r < r1; r++) {
      int at = g.at(r);
      for (int j = 0; j < n; j++) {
        // The largest exponent, which infinities and NaN have, is carried into the sign.
        signs |= (floatToRawIntBits(g.data()[at + j]) & EXPONENT) + LAST_OF_EXPONENT;
      }
    }
    return signs >= 0;
  }

  /** {@code y[r] = sum of w's rows that fired, + bias}, for {@code count} rows from r0 on. */
  void forward(SpikeRows spk, PackedWeights w, float[] bias, Rows y, int r0, int count) {
    int halfWords = Math.ceilDiv(w.k(), Integer.SIZE);
    for (int r = r0; r < r0 + count; r += ROWS) {
      int rows = Math.min(ROWS, r0 + count - r);
      gather(spk, r, rows, halfWords);
      for (int j = 0; j < w.n(); j += COLUMNS) {
        forwardTile(halves, halfWords, w.grouped(), w.groupAt(j), sums);
        int columns = Math.min(COLUMNS, w.n() - j);
        for (int i = 0; i < rows; i++) {
          int to = y.at(r + i) + j;
          for (int l = 0; l < columns; l++) {
            y.data()[to + l] = sums[l * ROWS + i] + bias[j + l];
          }
        }
      }
    }
  }

  /** Copies the spikes of some rows to {@link #halves}; none for rows beyond. */
  private void gather(SpikeRows spk, int r, int rows, int halfWords) {
    if (halves.length < halfWords * ROWS) {
      halves = new int[halfWords * ROWS];
    }
    for (int i = 0; i < rows; i++) {
      int at = spk.at(r + i);
      for (int h = 0; h < halfWords; h++) {
        halves[h * ROWS + i] = (int) (spk.words()[at + (h >>> 1)] >>> (h * Integer.SIZE));
      }
    }
    for (int h = 0; h < halfWords; h++) {
      Arrays.fill(halves, h * ROWS + rows, (h + 1) * ROWS, 0);
    }
  }

  /** {@code gw[j][s] += g[r][j]} where {@code spk[r]} has bit s, r in [r0, r1), s below k, j below n. */
  void gradient(SpikeRows spk, Rows g, float[] gw, int r0, int r1, int k, int n) {
    int whole = n / COLUMNS * COLUMNS;
    for (int j = 0; j < whole; j += COLUMNS) {
      gradientOfColumns(spk, r0, r1, g.data(), g.at(r0) + j, g.stride(), gw, j, COLUMNS, k);
    }
    if (whole < n) {
      copyLastColumns(g, r0, r1, whole, n - whole);
      gradientOfColumns(spk, r0, r1, lastColumns, 0, COLUMNS, gw, whole, n - whole, k);
    }
  }

  private void copyLastColumns(Rows g, int r0, int r1, int column, int columns) {
    int rows = r1 - r0;
    if (lastColumns.length < rows * COLUMNS) {
      lastColumns = new float[rows * COLUMNS];
    }
    for (int r = 0; r < rows; r++) {
      System.arraycopy(g.data(), g.at(r0 + r) + column, lastColumns, r * COLUMNS, columns);
    }
  }

  /** The same of {@code columns} columns from {@code column} on; g holds a whole tile of them. */
  private void gradientOfColumns(SpikeRows spk, int r0, int r1, float[] g, int gAt, int gStride, float[] gw, int column,
      int columns, int k) {
    for (int s = 0; s < k; s += ROWS) {
      int neurons = Math.min(ROWS, k - s);
      int at = spk.at(r0) + (s >>> 6);
      int to = column * k + s;
      if (columns == COLUMNS && neurons == ROWS) {
        gradientTile(spk.words(), at, spk.stride(), s & 63, g, gAt, gStride, r1 - r0, gw, to, k);
      } else {
        for (int l = 0; l < columns; l++) {
          System.arraycopy(gw, to + l * k, sums, l * ROWS, neurons);
        }
        gradientTile(spk.words(), at, spk.stride(), s & 63, g, gAt, gStride, r1 - r0, sums, 0, ROWS);
        for (int l = 0; l < columns; l++) {
          System.arraycopy(sums, l * ROWS, gw, to + l * k, neurons);
        }
      }
    }
  }

  /** {@code to[j][i]}, [COLUMNS][ROWS]: the sum of {@code w[s][j]} over the neurons s that fired in row i. */
  private static void forwardTile(int[] spk, int halfWords, float[] w, int wAt, float[] to) {
    FloatVector c00 = FloatVector.zero(FLOATS);
    FloatVector c01 = FloatVector.zero(FLOATS);
    FloatVector c10 = FloatVector.zero(FLOATS);
    FloatVector c11 = FloatVector.zero(FLOATS);
    FloatVector c20 = FloatVector.zero(FLOATS);
    FloatVector c21 = FloatVector.zero(FLOATS);
    FloatVector c30 = FloatVector.zero(FLOATS);
    FloatVector c31 = FloatVector.zero(FLOATS);
    FloatVector c40 = FloatVector.zero(FLOATS);
    FloatVector c41 = FloatVector.zero(FLOATS);
    FloatVector c50 = FloatVector.zero(FLOATS);
    FloatVector c51 = FloatVector.zero(FLOATS);
    FloatVector c60 = FloatVector.zero(FLOATS);
    FloatVector c61 = FloatVector.zero(FLOATS);
    FloatVector c70 = FloatVector.zero(FLOATS);
    FloatVector c71 = FloatVector.zero(FLOATS);
    FloatVector c80 = FloatVector.zero(FLOATS);
    FloatVector c81 = FloatVector.zero(FLOATS);
    FloatVector c90 = FloatVector.zero(FLOATS);
    FloatVector c91 = FloatVector.zero(FLOATS);
    for (int h = 0; h < halfWords; h++) {
      IntVector spk0 = IntVector.fromArray(INTS, spk, h * ROWS).lanewise(VectorOperators.REVERSE);
      IntVector spk1 = IntVector.fromArray(INTS, spk, h * ROWS + LANES).lanewise(VectorOperators.REVERSE);
      int at = wAt + h * Integer.SIZE * COLUMNS;
      for (int s = 0; s < Integer.SIZE; s++) {
        // The bit at hand is the sign.
        VectorMask<Float> f0 = spk0.compare(VectorOperators.LT, 0).cast(FLOATS);
        VectorMask<Float> f1 = spk1.compare(VectorOperators.LT, 0).cast(FLOATS);
        spk0 = spk0.lanewise(VectorOperators.LSHL, 1);
        spk1 = spk1.lanewise(VectorOperators.LSHL, 1);
        FloatVector w0 = IntVector.broadcast(INTS, floatToRawIntBits(w[at + s * COLUMNS])).reinterpretAsFloats();
        c00 = c00.add(w0, f0);
        c01 = c01.lanewise(VectorOperators.FMA, ONE, w0, f1);
        FloatVector w1 = IntVector.broadcast(INTS, floatToRawIntBits(w[at + s * COLUMNS + 1])).reinterpretAsFloats();
        c10 = c10.add(w1, f0);
        c11 = c11.lanewise(VectorOperators.FMA, ONE, w1, f1);
        FloatVector w2 = IntVector.broadcast(INTS, floatToRawIntBits(w[at + s * COLUMNS + 2])).reinterpretAsFloats();
        c20 = c20.add(w2, f0);
        c21 = c21.lanewise(VectorOperators.FMA, ONE, w2, f1);
        FloatVector w3 = IntVector.broadcast(INTS, floatToRawIntBits(w[at + s * COLUMNS + 3])).reinterpretAsFloats();
        c30 = c30.add(w3, f0);
        c31 = c31.lanewise(VectorOperators.FMA, ONE, w3, f1);
        FloatVector w4 = IntVector.broadcast(INTS, floatToRawIntBits(w[at + s * COLUMNS + 4])).reinterpretAsFloats();
        c40 = c40.add(w4, f0);
        c41 = c41.lanewise(VectorOperators.FMA, ONE, w4, f1);
        FloatVector w5 = IntVector.broadcast(INTS, floatToRawIntBits(w[at + s * COLUMNS + 5])).reinterpretAsFloats();
        c50 = c50.add(w5, f0);
        c51 = c51.lanewise(VectorOperators.FMA, ONE, w5, f1);
        FloatVector w6 = IntVector.broadcast(INTS, floatToRawIntBits(w[at + s * COLUMNS + 6])).reinterpretAsFloats();
        c60 = c60.add(w6, f0);
        c61 = c61.lanewise(VectorOperators.FMA, ONE, w6, f1);
        FloatVector w7 = IntVector.broadcast(INTS, floatToRawIntBits(w[at + s * COLUMNS + 7])).reinterpretAsFloats();
        c70 = c70.add(w7, f0);
        c71 = c71.lanewise(VectorOperators.FMA, ONE, w7, f1);
        FloatVector w8 = IntVector.broadcast(INTS, floatToRawIntBits(w[at + s * COLUMNS + 8])).reinterpretAsFloats();
        c80 = c80.add(w8, f0);
        c81 = c81.lanewise(VectorOperators.FMA, ONE, w8, f1);
        FloatVector w9 = IntVector.broadcast(INTS, floatToRawIntBits(w[at + s * COLUMNS + 9])).reinterpretAsFloats();
        c90 = c90.add(w9, f0);
        c91 = c91.lanewise(VectorOperators.FMA, ONE, w9, f1);
      }
    }
    c00.intoArray(to, 0);
    c01.intoArray(to, LANES);
    c10.intoArray(to, ROWS);
    c11.intoArray(to, ROWS + LANES);
    c20.intoArray(to, 2 * ROWS);
    c21.intoArray(to, 2 * ROWS + LANES);
    c30.intoArray(to, 3 * ROWS);
    c31.intoArray(to, 3 * ROWS + LANES);
    c40.intoArray(to, 4 * ROWS);
    c41.intoArray(to, 4 * ROWS + LANES);
    c50.intoArray(to, 5 * ROWS);
    c51.intoArray(to, 5 * ROWS + LANES);
    c60.intoArray(to, 6 * ROWS);
    c61.intoArray(to, 6 * ROWS + LANES);
    c70.intoArray(to, 7 * ROWS);
    c71.intoArray(to, 7 * ROWS + LANES);
    c80.intoArray(to, 8 * ROWS);
    c81.intoArray(to, 8 * ROWS + LANES);
    c90.intoArray(to, 9 * ROWS);
    c91.intoArray(to, 9 * ROWS + LANES);
  }

  /** {@code gw[j][s] += g[r][j]}, of COLUMNS columns j and ROWS neurons s from bit {@code shift} of the words on. */
  private static void gradientTile(long[] words, int at, int stride, int shift, float[] g, int gAt, int gStride, int rows,
      float[] gw, int gwAt, int gwRow) {
    FloatVector c00 = FloatVector.fromArray(FLOATS, gw, gwAt);
    FloatVector c01 = FloatVector.fromArray(FLOATS, gw, gwAt + LANES);
    FloatVector c10 = FloatVector.fromArray(FLOATS, gw, gwAt + gwRow);
    FloatVector c11 = FloatVector.fromArray(FLOATS, gw, gwAt + gwRow + LANES);
    FloatVector c20 = FloatVector.fromArray(FLOATS, gw, gwAt + 2 * gwRow);
    FloatVector c21 = FloatVector.fromArray(FLOATS, gw, gwAt + 2 * gwRow + LANES);
    FloatVector c30 = FloatVector.fromArray(FLOATS, gw, gwAt + 3 * gwRow);
    FloatVector c31 = FloatVector.fromArray(FLOATS, gw, gwAt + 3 * gwRow + LANES);
    FloatVector c40 = FloatVector.fromArray(FLOATS, gw, gwAt + 4 * gwRow);
    FloatVector c41 = FloatVector.fromArray(FLOATS, gw, gwAt + 4 * gwRow + LANES);
    FloatVector c50 = FloatVector.fromArray(FLOATS, gw, gwAt + 5 * gwRow);
    FloatVector c51 = FloatVector.fromArray(FLOATS, gw, gwAt + 5 * gwRow + LANES);
    FloatVector c60 = FloatVector.fromArray(FLOATS, gw, gwAt + 6 * gwRow);
    FloatVector c61 = FloatVector.fromArray(FLOATS, gw, gwAt + 6 * gwRow + LANES);
    FloatVector c70 = FloatVector.fromArray(FLOATS, gw, gwAt + 7 * gwRow);
    FloatVector c71 = FloatVector.fromArray(FLOATS, gw, gwAt + 7 * gwRow + LANES);
    FloatVector c80 = FloatVector.fromArray(FLOATS, gw, gwAt + 8 * gwRow);
    FloatVector c81 = FloatVector.fromArray(FLOATS, gw, gwAt + 8 * gwRow + LANES);
    FloatVector c90 = FloatVector.fromArray(FLOATS, gw, gwAt + 9 * gwRow);
    FloatVector c91 = FloatVector.fromArray(FLOATS, gw, gwAt + 9 * gwRow + LANES);
    for (int r = 0; r < rows; r++) {
      long fired = words[at + r * stride] >>> shift & TILE_BITS;
      if (fired == 0) {
        continue; // None of the tile's neurons fired: the rule where layers hardly do.
      }
      VectorMask<Float> f0 = VectorMask.fromLong(FLOATS, fired);
      VectorMask<Float> f1 = VectorMask.fromLong(FLOATS, fired >>> LANES);
      int gr = gAt + r * gStride;
      FloatVector g0 = IntVector.broadcast(INTS, floatToRawIntBits(g[gr])).reinterpretAsFloats();
      c00 = c00.add(g0, f0);
      c01 = c01.lanewise(VectorOperators.FMA, ONE, g0, f1);
      FloatVector g1 = IntVector.broadcast(INTS, floatToRawIntBits(g[gr + 1])).reinterpretAsFloats();
      c10 = c10.add(g1, f0);
      c11 = c11.lanewise(VectorOperators.FMA, ONE, g1, f1);
      FloatVector g2 = IntVector.broadcast(INTS, floatToRawIntBits(g[gr + 2])).reinterpretAsFloats();
      c20 = c20.add(g2, f0);
      c21 = c21.lanewise(VectorOperators.FMA, ONE, g2, f1);
      FloatVector g3 = IntVector.broadcast(INTS, floatToRawIntBits(g[gr + 3])).reinterpretAsFloats();
      c30 = c30.add(g3, f0);
      c31 = c31.lanewise(VectorOperators.FMA, ONE, g3, f1);
      FloatVector g4 = IntVector.broadcast(INTS, floatToRawIntBits(g[gr + 4])).reinterpretAsFloats();
      c40 = c40.add(g4, f0);
      c41 = c41.lanewise(VectorOperators.FMA, ONE, g4, f1);
      FloatVector g5 = IntVector.broadcast(INTS, floatToRawIntBits(g[gr + 5])).reinterpretAsFloats();
      c50 = c50.add(g5, f0);
      c51 = c51.lanewise(VectorOperators.FMA, ONE, g5, f1);
      FloatVector g6 = IntVector.broadcast(INTS, floatToRawIntBits(g[gr + 6])).reinterpretAsFloats();
      c60 = c60.add(g6, f0);
      c61 = c61.lanewise(VectorOperators.FMA, ONE, g6, f1);
      FloatVector g7 = IntVector.broadcast(INTS, floatToRawIntBits(g[gr + 7])).reinterpretAsFloats();
      c70 = c70.add(g7, f0);
      c71 = c71.lanewise(VectorOperators.FMA, ONE, g7, f1);
      FloatVector g8 = IntVector.broadcast(INTS, floatToRawIntBits(g[gr + 8])).reinterpretAsFloats();
      c80 = c80.add(g8, f0);
      c81 = c81.lanewise(VectorOperators.FMA, ONE, g8, f1);
      FloatVector g9 = IntVector.broadcast(INTS, floatToRawIntBits(g[gr + 9])).reinterpretAsFloats();
      c90 = c90.add(g9, f0);
      c91 = c91.lanewise(VectorOperators.FMA, ONE, g9, f1);
    }
    c00.intoArray(gw, gwAt);
    c01.intoArray(gw, gwAt + LANES);
    c10.intoArray(gw, gwAt + gwRow);
    c11.intoArray(gw, gwAt + gwRow + LANES);
    c20.intoArray(gw, gwAt + 2 * gwRow);
    c21.intoArray(gw, gwAt + 2 * gwRow + LANES);
    c30.intoArray(gw, gwAt + 3 * gwRow);
    c31.intoArray(gw, gwAt + 3 * gwRow + LANES);
    c40.intoArray(gw, gwAt + 4 * gwRow);
    c41.intoArray(gw, gwAt + 4 * gwRow + LANES);
    c50.intoArray(gw, gwAt + 5 * gwRow);
    c51.intoArray(gw, gwAt + 5 * gwRow + LANES);
    c60.intoArray(gw, gwAt + 6 * gwRow);
    c61.intoArray(gw, gwAt + 6 * gwRow + LANES);
    c70.intoArray(gw, gwAt + 7 * gwRow);
    c71.intoArray(gw, gwAt + 7 * gwRow + LANES);
    c80.intoArray(gw, gwAt + 8 * gwRow);
    c81.intoArray(gw, gwAt + 8 * gwRow + LANES);
    c90.intoArray(gw, gwAt + 9 * gwRow);
    c91.intoArray(gw, gwAt + 9 * gwRow + LANES);
  }
}
