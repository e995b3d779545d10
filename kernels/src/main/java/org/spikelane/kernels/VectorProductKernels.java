package org.spikelane.kernels;

import static org.spikelane.kernels.VectorShapes.FLOATS;
import static org.spikelane.kernels.VectorShapes.LANES;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/**
 * {@link ProductKernels} with results that stay in registers while a loop adds to them.
 *
 * <p>Both dense products are one: {@code c[i][j] += sum over s of a[i][s]*b[s][j]}, with c = y, a = x, b = w forward
 * and c = gw, a = x transposed, b = g for the gradient. Row i, step s of a is {@code a[aAt + i*aRow + s*aStep]}, step s
 * of b starts at {@code b[bAt + s*bStep]}. {@link #multiply} cuts it into blocks that stay in the caches, the loops
 * below it into register tiles. The event-driven products walk the bits of every row once for each panel of columns.
 *
 * <p>Each element of a result is one chain of additions, ascending, whatever the cuts: they do not show in the bits.
 * Columns beyond the last whole tile go through masked vectors and not through the scalar twin, because a readout of
 * ten neurons consists of nothing else.
 */
final class VectorProductKernels implements ProductKernels {

  // On Zen 5, JDK 25, 6x4 is up to a fifth faster where rows divide by 6, but batches and layers are multiples of 8.
  private static final int TILE_ROWS = 8;
  private static final int TILE_VECTORS = 2;
  private static final int ROW_VECTORS = 4;
  private static final int PANEL_VECTORS = 8;

  // Small: with more than about eleven masked accesses in a method C1 gives up ("out of virtual registers", JDK 25),
  // and HotSpot may then leave the method for ever in a tier that boxes every vector.
  private static final int REST_ROWS = 4;
  private static final int REST_VECTORS = 2;

  // Rows of a, and steps, of a block: it takes half of a small L2 cache, and what a tile reads of b fits into L1.
  private static final int BLOCK_ROWS = 128;
  private static final int BLOCK_STEPS = 256;

  private final VectorRowKernels rows = new VectorRowKernels();

  VectorProductKernels() {}

  @Override
  public void events(SpikeRows spk, float[] w, float[] bias, Rows y, int r0, int r1, int k, int n) {
    assert spk.holds(r0, r1, k) && y.holds(r0, r1, n);
    int words = SpikeRows.words(k);
    int panels = n - n % (PANEL_VECTORS * LANES);
    // Panels outside, rows inside: the weights of a panel stay in L2.
    for (int j = 0; j < panels; j += PANEL_VECTORS * LANES) {
      for (int r = r0; r < r1; r++) {
        eventsPanel(spk.words(), spk.at(r), spk.at(r) + words, w, j, n, bias, j, y.data(), y.at(r) + j);
      }
    }
    for (int j = panels; j < n; j += REST_VECTORS * LANES) {
      for (int r = r0; r < r1; r++) {
        eventsRest(spk.words(), spk.at(r), spk.at(r) + words, w, j, n, bias, j, y.data(), y.at(r) + j, n - j);
      }
    }
  }

  @Override
  public void dense(Rows x, float[] w, float[] bias, Rows y, int r0, int r1, int k, int n) {
    assert x.holds(r0, r1, k) && y.holds(r0, r1, n);
    for (int r = r0; r < r1; r++) {
      Arrays.fill(y.data(), y.at(r), y.at(r) + n, 0f);
    }
    multiply(x.data(), x.at(r0), x.stride(), 1, w, 0, n, y.data(), y.at(r0), y.stride(), r1 - r0, k, n);
    for (int r = r0; r < r1; r++) {
      rows.add(bias, 0, y.data(), y.at(r), 0, n);
    }
  }

  @Override
  public void eventsGradient(SpikeRows spk, Rows g, float[] gw, int r0, int r1, int k, int n) {
    assert spk.holds(r0, r1, k) && g.holds(r0, r1, n);
    int words = SpikeRows.words(k);
    int panels = n - n % (PANEL_VECTORS * LANES);
    for (int j = 0; j < panels; j += PANEL_VECTORS * LANES) {
      for (int r = r0; r < r1; r++) {
        eventsGradientPanel(spk.words(), spk.at(r), spk.at(r) + words, g.data(), g.at(r) + j, gw, j, n);
      }
    }
    for (int j = panels; j < n; j += REST_VECTORS * LANES) {
      for (int r = r0; r < r1; r++) {
        eventsGradientRest(spk.words(), spk.at(r), spk.at(r) + words, g.data(), g.at(r) + j, gw, j, n, n - j);
      }
    }
  }

  @Override
  public void denseGradient(Rows x, Rows g, float[] gw, int r0, int r1, int k, int n) {
    assert x.holds(r0, r1, k) && g.holds(r0, r1, n);
    multiply(x.data(), x.at(r0), 1, x.stride(), g.data(), g.at(r0), g.stride(), gw, 0, n, k, r1 - r0, n);
  }

  private static void multiply(float[] a, int aAt, int aRow, int aStep, float[] b, int bAt, int bStep, float[] c,
      int cAt, int cRow, int rows, int steps, int columns) {
    for (int s = 0; s < steps; s += BLOCK_STEPS) {
      for (int i = 0; i < rows; i += BLOCK_ROWS) {
        multiplyBlock(a, aAt + i * aRow + s * aStep, aRow, aStep, b, bAt + s * bStep, bStep, c, cAt + i * cRow, cRow,
            Math.min(BLOCK_ROWS, rows - i), Math.min(BLOCK_STEPS, steps - s), columns);
      }
    }
  }

  private static void multiplyBlock(float[] a, int aAt, int aRow, int aStep, float[] b, int bAt, int bStep, float[] c,
      int cAt, int cRow, int rows, int steps, int columns) {
    int tiled = rows - rows % TILE_ROWS;
    int j = 0;
    for (; j <= columns - TILE_VECTORS * LANES; j += TILE_VECTORS * LANES) {
      for (int i = 0; i < tiled; i += TILE_ROWS) {
        tile(a, aAt + i * aRow, aRow, aStep, b, bAt + j, bStep, steps, c, cAt + i * cRow + j, cRow);
      }
    }
    for (; j < columns; j += LANES) {
      for (int i = 0; i < tiled; i += REST_ROWS) {
        tileRest(a, aAt + i * aRow, aRow, aStep, b, bAt + j, bStep, steps, c, cAt + i * cRow + j, cRow, columns - j);
      }
    }
    for (int i = tiled; i < rows; i++) {
      multiplyRow(a, aAt + i * aRow, aStep, b, bAt, bStep, c, cAt + i * cRow, steps, columns);
    }
  }

  private static void multiplyRow(float[] a, int aAt, int aStep, float[] b, int bAt, int bStep, float[] c, int cAt,
      int steps, int columns) {
    int j = 0;
    for (; j <= columns - ROW_VECTORS * LANES; j += ROW_VECTORS * LANES) {
      row(a, aAt, aStep, b, bAt + j, bStep, steps, c, cAt + j);
    }
    for (; j < columns; j += LANES) {
      rowRest(a, aAt, aStep, b, bAt + j, bStep, steps, c, cAt + j, columns - j);
    }
  }

  /** Adds to {@code TILE_ROWS} rows of {@code TILE_VECTORS} vectors of c. */
  private static void tile(float[] a, int aAt, int aRow, int aStep, float[] b, int bAt, int bStep, int steps,
      float[] c, int cAt, int cRow) {
    FloatVector c00 = FloatVector.fromArray(FLOATS, c, cAt);
    FloatVector c01 = FloatVector.fromArray(FLOATS, c, cAt + LANES);
    FloatVector c10 = FloatVector.fromArray(FLOATS, c, cAt + cRow);
    FloatVector c11 = FloatVector.fromArray(FLOATS, c, cAt + cRow + LANES);
    FloatVector c20 = FloatVector.fromArray(FLOATS, c, cAt + 2 * cRow);
    FloatVector c21 = FloatVector.fromArray(FLOATS, c, cAt + 2 * cRow + LANES);
    FloatVector c30 = FloatVector.fromArray(FLOATS, c, cAt + 3 * cRow);
    FloatVector c31 = FloatVector.fromArray(FLOATS, c, cAt + 3 * cRow + LANES);
    FloatVector c40 = FloatVector.fromArray(FLOATS, c, cAt + 4 * cRow);
    FloatVector c41 = FloatVector.fromArray(FLOATS, c, cAt + 4 * cRow + LANES);
    FloatVector c50 = FloatVector.fromArray(FLOATS, c, cAt + 5 * cRow);
    FloatVector c51 = FloatVector.fromArray(FLOATS, c, cAt + 5 * cRow + LANES);
    FloatVector c60 = FloatVector.fromArray(FLOATS, c, cAt + 6 * cRow);
    FloatVector c61 = FloatVector.fromArray(FLOATS, c, cAt + 6 * cRow + LANES);
    FloatVector c70 = FloatVector.fromArray(FLOATS, c, cAt + 7 * cRow);
    FloatVector c71 = FloatVector.fromArray(FLOATS, c, cAt + 7 * cRow + LANES);
    int ai = aAt;
    int bi = bAt;
    for (int s = 0; s < steps; s++) {
      FloatVector b0 = FloatVector.fromArray(FLOATS, b, bi);
      FloatVector b1 = FloatVector.fromArray(FLOATS, b, bi + LANES);
      FloatVector a0 = FloatVector.broadcast(FLOATS, a[ai]);
      c00 = a0.fma(b0, c00);
      c01 = a0.fma(b1, c01);
      FloatVector a1 = FloatVector.broadcast(FLOATS, a[ai + aRow]);
      c10 = a1.fma(b0, c10);
      c11 = a1.fma(b1, c11);
      FloatVector a2 = FloatVector.broadcast(FLOATS, a[ai + 2 * aRow]);
      c20 = a2.fma(b0, c20);
      c21 = a2.fma(b1, c21);
      FloatVector a3 = FloatVector.broadcast(FLOATS, a[ai + 3 * aRow]);
      c30 = a3.fma(b0, c30);
      c31 = a3.fma(b1, c31);
      FloatVector a4 = FloatVector.broadcast(FLOATS, a[ai + 4 * aRow]);
      c40 = a4.fma(b0, c40);
      c41 = a4.fma(b1, c41);
      FloatVector a5 = FloatVector.broadcast(FLOATS, a[ai + 5 * aRow]);
      c50 = a5.fma(b0, c50);
      c51 = a5.fma(b1, c51);
      FloatVector a6 = FloatVector.broadcast(FLOATS, a[ai + 6 * aRow]);
      c60 = a6.fma(b0, c60);
      c61 = a6.fma(b1, c61);
      FloatVector a7 = FloatVector.broadcast(FLOATS, a[ai + 7 * aRow]);
      c70 = a7.fma(b0, c70);
      c71 = a7.fma(b1, c71);
      ai += aStep;
      bi += bStep;
    }
    c00.intoArray(c, cAt);
    c01.intoArray(c, cAt + LANES);
    c10.intoArray(c, cAt + cRow);
    c11.intoArray(c, cAt + cRow + LANES);
    c20.intoArray(c, cAt + 2 * cRow);
    c21.intoArray(c, cAt + 2 * cRow + LANES);
    c30.intoArray(c, cAt + 3 * cRow);
    c31.intoArray(c, cAt + 3 * cRow + LANES);
    c40.intoArray(c, cAt + 4 * cRow);
    c41.intoArray(c, cAt + 4 * cRow + LANES);
    c50.intoArray(c, cAt + 5 * cRow);
    c51.intoArray(c, cAt + 5 * cRow + LANES);
    c60.intoArray(c, cAt + 6 * cRow);
    c61.intoArray(c, cAt + 6 * cRow + LANES);
    c70.intoArray(c, cAt + 7 * cRow);
    c71.intoArray(c, cAt + 7 * cRow + LANES);
  }

  /** Adds to {@code REST_ROWS} rows of c, the first {@code lanes} columns of one vector. */
  private static void tileRest(float[] a, int aAt, int aRow, int aStep, float[] b, int bAt, int bStep, int steps,
      float[] c, int cAt, int cRow, int lanes) {
    VectorMask<Float> mask = FLOATS.indexInRange(0, lanes);
    FloatVector c0 = FloatVector.fromArray(FLOATS, c, cAt, mask);
    FloatVector c1 = FloatVector.fromArray(FLOATS, c, cAt + cRow, mask);
    FloatVector c2 = FloatVector.fromArray(FLOATS, c, cAt + 2 * cRow, mask);
    FloatVector c3 = FloatVector.fromArray(FLOATS, c, cAt + 3 * cRow, mask);
    int ai = aAt;
    int bi = bAt;
    for (int s = 0; s < steps; s++) {
      FloatVector b0 = FloatVector.fromArray(FLOATS, b, bi, mask);
      FloatVector a0 = FloatVector.broadcast(FLOATS, a[ai]);
      c0 = a0.fma(b0, c0);
      FloatVector a1 = FloatVector.broadcast(FLOATS, a[ai + aRow]);
      c1 = a1.fma(b0, c1);
      FloatVector a2 = FloatVector.broadcast(FLOATS, a[ai + 2 * aRow]);
      c2 = a2.fma(b0, c2);
      FloatVector a3 = FloatVector.broadcast(FLOATS, a[ai + 3 * aRow]);
      c3 = a3.fma(b0, c3);
      ai += aStep;
      bi += bStep;
    }
    c0.intoArray(c, cAt, mask);
    c1.intoArray(c, cAt + cRow, mask);
    c2.intoArray(c, cAt + 2 * cRow, mask);
    c3.intoArray(c, cAt + 3 * cRow, mask);
  }

  /** Adds to {@code ROW_VECTORS} vectors of one row of c. */
  private static void row(float[] a, int aAt, int aStep, float[] b, int bAt, int bStep, int steps,
      float[] c, int cAt) {
    FloatVector c0 = FloatVector.fromArray(FLOATS, c, cAt);
    FloatVector c1 = FloatVector.fromArray(FLOATS, c, cAt + LANES);
    FloatVector c2 = FloatVector.fromArray(FLOATS, c, cAt + 2 * LANES);
    FloatVector c3 = FloatVector.fromArray(FLOATS, c, cAt + 3 * LANES);
    int ai = aAt;
    int bi = bAt;
    for (int s = 0; s < steps; s++) {
      FloatVector a0 = FloatVector.broadcast(FLOATS, a[ai]);
      c0 = a0.fma(FloatVector.fromArray(FLOATS, b, bi), c0);
      c1 = a0.fma(FloatVector.fromArray(FLOATS, b, bi + LANES), c1);
      c2 = a0.fma(FloatVector.fromArray(FLOATS, b, bi + 2 * LANES), c2);
      c3 = a0.fma(FloatVector.fromArray(FLOATS, b, bi + 3 * LANES), c3);
      ai += aStep;
      bi += bStep;
    }
    c0.intoArray(c, cAt);
    c1.intoArray(c, cAt + LANES);
    c2.intoArray(c, cAt + 2 * LANES);
    c3.intoArray(c, cAt + 3 * LANES);
  }

  /** As {@link #row}, for the first {@code lanes} columns of one vector. */
  private static void rowRest(float[] a, int aAt, int aStep, float[] b, int bAt, int bStep, int steps,
      float[] c, int cAt, int lanes) {
    VectorMask<Float> mask = FLOATS.indexInRange(0, lanes);
    FloatVector c0 = FloatVector.fromArray(FLOATS, c, cAt, mask);
    int ai = aAt;
    int bi = bAt;
    for (int s = 0; s < steps; s++) {
      FloatVector a0 = FloatVector.broadcast(FLOATS, a[ai]);
      c0 = a0.fma(FloatVector.fromArray(FLOATS, b, bi, mask), c0);
      ai += aStep;
      bi += bStep;
    }
    c0.intoArray(c, cAt, mask);
  }

  /** One row of the event-driven product, {@code PANEL_VECTORS} vectors of it. */
  private static void eventsPanel(long[] words, int from, int to, float[] w, int wAt, int n, float[] bias, int biasAt,
      float[] y, int yAt) {
    FloatVector y0 = FloatVector.zero(FLOATS);
    FloatVector y1 = FloatVector.zero(FLOATS);
    FloatVector y2 = FloatVector.zero(FLOATS);
    FloatVector y3 = FloatVector.zero(FLOATS);
    FloatVector y4 = FloatVector.zero(FLOATS);
    FloatVector y5 = FloatVector.zero(FLOATS);
    FloatVector y6 = FloatVector.zero(FLOATS);
    FloatVector y7 = FloatVector.zero(FLOATS);
    int base = wAt;
    for (int i = from; i < to; i++) {
      for (long bits = words[i]; bits != 0; bits &= bits - 1) {
        int wi = base + Long.numberOfTrailingZeros(bits) * n;
        y0 = y0.add(FloatVector.fromArray(FLOATS, w, wi));
        y1 = y1.add(FloatVector.fromArray(FLOATS, w, wi + LANES));
        y2 = y2.add(FloatVector.fromArray(FLOATS, w, wi + 2 * LANES));
        y3 = y3.add(FloatVector.fromArray(FLOATS, w, wi + 3 * LANES));
        y4 = y4.add(FloatVector.fromArray(FLOATS, w, wi + 4 * LANES));
        y5 = y5.add(FloatVector.fromArray(FLOATS, w, wi + 5 * LANES));
        y6 = y6.add(FloatVector.fromArray(FLOATS, w, wi + 6 * LANES));
        y7 = y7.add(FloatVector.fromArray(FLOATS, w, wi + 7 * LANES));
      }
      base += 64 * n;
    }
    y0.add(FloatVector.fromArray(FLOATS, bias, biasAt)).intoArray(y, yAt);
    y1.add(FloatVector.fromArray(FLOATS, bias, biasAt + LANES)).intoArray(y, yAt + LANES);
    y2.add(FloatVector.fromArray(FLOATS, bias, biasAt + 2 * LANES)).intoArray(y, yAt + 2 * LANES);
    y3.add(FloatVector.fromArray(FLOATS, bias, biasAt + 3 * LANES)).intoArray(y, yAt + 3 * LANES);
    y4.add(FloatVector.fromArray(FLOATS, bias, biasAt + 4 * LANES)).intoArray(y, yAt + 4 * LANES);
    y5.add(FloatVector.fromArray(FLOATS, bias, biasAt + 5 * LANES)).intoArray(y, yAt + 5 * LANES);
    y6.add(FloatVector.fromArray(FLOATS, bias, biasAt + 6 * LANES)).intoArray(y, yAt + 6 * LANES);
    y7.add(FloatVector.fromArray(FLOATS, bias, biasAt + 7 * LANES)).intoArray(y, yAt + 7 * LANES);
  }

  /** One row of the event-driven product, its first {@code columns} columns, at most {@code REST_VECTORS} vectors. */
  private static void eventsRest(long[] words, int from, int to, float[] w, int wAt, int n, float[] bias, int biasAt,
      float[] y, int yAt, int columns) {
    VectorMask<Float> mask0 = FLOATS.indexInRange(0, columns);
    VectorMask<Float> mask1 = FLOATS.indexInRange(LANES, columns);
    FloatVector y0 = FloatVector.zero(FLOATS);
    FloatVector y1 = FloatVector.zero(FLOATS);
    int base = wAt;
    for (int i = from; i < to; i++) {
      for (long bits = words[i]; bits != 0; bits &= bits - 1) {
        int wi = base + Long.numberOfTrailingZeros(bits) * n;
        y0 = y0.add(FloatVector.fromArray(FLOATS, w, wi, mask0));
        y1 = y1.add(FloatVector.fromArray(FLOATS, w, wi + LANES, mask1));
      }
      base += 64 * n;
    }
    y0.add(FloatVector.fromArray(FLOATS, bias, biasAt, mask0)).intoArray(y, yAt, mask0);
    y1.add(FloatVector.fromArray(FLOATS, bias, biasAt + LANES, mask1)).intoArray(y, yAt + LANES, mask1);
  }

  /** What one row adds to the gradient, {@code PANEL_VECTORS} vectors of every weight row. */
  private static void eventsGradientPanel(long[] words, int from, int to, float[] g, int gAt, float[] gw, int gwAt,
      int n) {
    FloatVector g0 = FloatVector.fromArray(FLOATS, g, gAt);
    FloatVector g1 = FloatVector.fromArray(FLOATS, g, gAt + LANES);
    FloatVector g2 = FloatVector.fromArray(FLOATS, g, gAt + 2 * LANES);
    FloatVector g3 = FloatVector.fromArray(FLOATS, g, gAt + 3 * LANES);
    FloatVector g4 = FloatVector.fromArray(FLOATS, g, gAt + 4 * LANES);
    FloatVector g5 = FloatVector.fromArray(FLOATS, g, gAt + 5 * LANES);
    FloatVector g6 = FloatVector.fromArray(FLOATS, g, gAt + 6 * LANES);
    FloatVector g7 = FloatVector.fromArray(FLOATS, g, gAt + 7 * LANES);
    int base = gwAt;
    for (int i = from; i < to; i++) {
      for (long bits = words[i]; bits != 0; bits &= bits - 1) {
        int wi = base + Long.numberOfTrailingZeros(bits) * n;
        FloatVector.fromArray(FLOATS, gw, wi).add(g0).intoArray(gw, wi);
        FloatVector.fromArray(FLOATS, gw, wi + LANES).add(g1).intoArray(gw, wi + LANES);
        FloatVector.fromArray(FLOATS, gw, wi + 2 * LANES).add(g2).intoArray(gw, wi + 2 * LANES);
        FloatVector.fromArray(FLOATS, gw, wi + 3 * LANES).add(g3).intoArray(gw, wi + 3 * LANES);
        FloatVector.fromArray(FLOATS, gw, wi + 4 * LANES).add(g4).intoArray(gw, wi + 4 * LANES);
        FloatVector.fromArray(FLOATS, gw, wi + 5 * LANES).add(g5).intoArray(gw, wi + 5 * LANES);
        FloatVector.fromArray(FLOATS, gw, wi + 6 * LANES).add(g6).intoArray(gw, wi + 6 * LANES);
        FloatVector.fromArray(FLOATS, gw, wi + 7 * LANES).add(g7).intoArray(gw, wi + 7 * LANES);
      }
      base += 64 * n;
    }
  }

  /** What one row adds to the gradient, the first {@code columns} columns, at most {@code REST_VECTORS} vectors. */
  private static void eventsGradientRest(long[] words, int from, int to, float[] g, int gAt, float[] gw, int gwAt,
      int n, int columns) {
    VectorMask<Float> mask0 = FLOATS.indexInRange(0, columns);
    VectorMask<Float> mask1 = FLOATS.indexInRange(LANES, columns);
    FloatVector g0 = FloatVector.fromArray(FLOATS, g, gAt, mask0);
    FloatVector g1 = FloatVector.fromArray(FLOATS, g, gAt + LANES, mask1);
    int base = gwAt;
    for (int i = from; i < to; i++) {
      for (long bits = words[i]; bits != 0; bits &= bits - 1) {
        int wi = base + Long.numberOfTrailingZeros(bits) * n;
        FloatVector.fromArray(FLOATS, gw, wi, mask0).add(g0).intoArray(gw, wi, mask0);
        FloatVector.fromArray(FLOATS, gw, wi + LANES, mask1).add(g1).intoArray(gw, wi + LANES, mask1);
      }
      base += 64 * n;
    }
  }
}
