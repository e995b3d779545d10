package org.spikelane.kernels;

import static org.spikelane.kernels.VectorShapes.FLOATS;
import static org.spikelane.kernels.VectorShapes.LANES;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;

/**
 * {@link ProductKernels} with results that stay in registers while a loop adds to them.
 *
 * <p>Both dense products are one: {@code c[i][j] += sum over s of a[i][s]*b[s][j]}, with c = y, a = x, b = w forward
 * and c = gw, a = x transposed, b = g for the gradient. So are both event-driven ones: c adds those rows of b that a list
 * names, neurons that fired forward, rows in which a neuron fired for the gradient. Operand b comes in panels, packed by
 * {@link PackedWeights} or here; a is brought into the order in which a tile reads it, which costs a copy of a for every
 * {@code LEFT} values of it. {@link #multiply} cuts the dense product into panels and register tiles.
 *
 * <p>Each element of a result is one chain of additions, ascending, whatever the cuts: they do not show in the bits.
 * Columns beyond the last whole panel go through the same loops, over a copy of c; what is computed beyond them is
 * dropped.
 */
final class VectorProductKernels implements ProductKernels {

  // Registers hold a tile of TILE_ROWS rows of one panel, or one row of GROUP panels.
  private static final int PANEL = 2 * LANES;
  private static final int GROUP = 4;
  private static final int TILE_ROWS = 8;
  private static final int SMALL_TILE_ROWS = 4;

  // Values of the left operand that are packed together, half of a small L2 cache, and the longest run of steps.
  private static final int LEFT = 1 << 17;
  private static final int STEPS = 2048;

  // Rows of a gradient whose panels are packed together, and rows of spikes whose lists are kept.
  private static final int GRADIENT_STEPS = 512;
  private static final int EVENT_ROWS = 64;
  private static final int LISTED_TOGETHER = 4;

  private final VectorRowKernels rows = new VectorRowKernels();
  private final float[] edge = new float[TILE_ROWS * GROUP * PANEL];
  private final long[] bits = new long[2 * 64];
  private final int[] starts = new int[EVENT_ROWS + 1];
  private float[] left = {};
  private float[] right = {};
  private int[] fired = {};
  private int[] firedStarts = {};

  VectorProductKernels() {}

  @Override
  public PackedWeights weights(int k, int n) {
    return new PackedWeights(k, n, PANEL);
  }

  @Override
  public void events(SpikeRows spk, PackedWeights w, float[] bias, Rows y, int r0, int r1) {
    int k = w.k();
    int n = w.n();
    assert spk.holds(r0, r1, k) && y.holds(r0, r1, n);
    // Panels outside, rows inside: the weights of a group of panels stay in L2.
    for (int r = r0; r < r1; r += EVENT_ROWS) {
      int count = Math.min(EVENT_ROWS, r1 - r);
      listEvents(spk.words(), spk.at(r), spk.stride(), SpikeRows.words(k), count);
      for (int p = 0; p < w.panels(); p += GROUP) {
        int columns = Math.min(GROUP * PANEL, n - p * PANEL);
        for (int i = 0; i < count; i++) {
          eventsRow(i, w.data(), w.at(p), k * PANEL, bias, p * PANEL, y.data(), y.at(r + i) + p * PANEL, columns);
        }
      }
    }
  }

  private void eventsRow(int i, float[] b, int bAt, int bPanel, float[] bias, int biasAt, float[] y, int yAt,
      int columns) {
    if (columns == GROUP * PANEL) {
      events(fired, starts[i], starts[i + 1], b, bAt, bPanel, GROUP, bias, biasAt, y, yAt);
    } else {
      System.arraycopy(bias, biasAt, edge, 0, columns);
      events(fired, starts[i], starts[i + 1], b, bAt, bPanel, panels(columns), edge, 0, edge, 0);
      System.arraycopy(edge, 0, y, yAt, columns);
    }
  }

  @Override
  public void dense(Rows x, PackedWeights w, float[] bias, Rows y, int r0, int r1) {
    int k = w.k();
    int n = w.n();
    assert x.holds(r0, r1, k) && y.holds(r0, r1, n);
    for (int r = r0; r < r1; r++) {
      Arrays.fill(y.data(), y.at(r), y.at(r) + n, 0f);
    }
    for (int s = 0; s < k; s += STEPS) {
      int steps = Math.min(STEPS, k - s);
      int most = rowsOfBlock(steps);
      for (int r = r0; r < r1; r += most) {
        int count = Math.min(most, r1 - r);
        packLeft(x.data(), x.at(r) + s, x.stride(), 1, count, steps);
        for (int p = 0; p < w.panels(); p += GROUP) {
          multiply(w.data(), w.at(p) + s * PANEL, k * PANEL, steps, y.data(), y.at(r) + p * PANEL, y.stride(), count,
              Math.min(GROUP * PANEL, n - p * PANEL));
        }
      }
    }
    for (int r = r0; r < r1; r++) {
      rows.add(bias, 0, y.data(), y.at(r), 0, n);
    }
  }

  @Override
  public void eventsGradient(SpikeRows spk, Rows g, float[] gw, int r0, int r1, int k, int n) {
    assert spk.holds(r0, r1, k) && g.holds(r0, r1, n);
    for (int r = r0; r < r1; r += 2 * EVENT_ROWS) {
      int count = Math.min(2 * EVENT_ROWS, r1 - r);
      listRowsOfNeurons(spk, r, count, k);
      for (int j = 0; j < n; j += GROUP * PANEL) {
        int columns = Math.min(GROUP * PANEL, n - j);
        packRight(g, r, count, j, columns);
        for (int i = 0; i < k; i++) {
          if (firedStarts[i] < firedStarts[i + 1]) {
            eventsGradientRow(i, count * PANEL, gw, i * n + j, columns);
          }
        }
      }
    }
  }

  private void eventsGradientRow(int i, int bPanel, float[] gw, int gwAt, int columns) {
    if (columns == GROUP * PANEL) {
      eventsGradient(fired, firedStarts[i], firedStarts[i + 1], right, bPanel, GROUP, gw, gwAt);
    } else {
      System.arraycopy(gw, gwAt, edge, 0, columns);
      eventsGradient(fired, firedStarts[i], firedStarts[i + 1], right, bPanel, panels(columns), edge, 0);
      System.arraycopy(edge, 0, gw, gwAt, columns);
    }
  }

  @Override
  public void denseGradient(Rows x, Rows g, float[] gw, int r0, int r1, int k, int n) {
    assert x.holds(r0, r1, k) && g.holds(r0, r1, n);
    for (int r = r0; r < r1; r += GRADIENT_STEPS) {
      int steps = Math.min(GRADIENT_STEPS, r1 - r);
      int most = rowsOfBlock(steps);
      for (int i = 0; i < k; i += most) {
        int count = Math.min(most, k - i);
        packLeft(x.data(), x.at(r) + i, 1, x.stride(), count, steps);
        for (int j = 0; j < n; j += GROUP * PANEL) {
          int columns = Math.min(GROUP * PANEL, n - j);
          packRight(g, r, steps, j, columns);
          multiply(right, 0, steps * PANEL, steps, gw, i * n + j, n, count, columns);
        }
      }
    }
  }

  /** How many rows of so many steps are packed together. */
  private static int rowsOfBlock(int steps) {
    return LEFT / steps / TILE_ROWS * TILE_ROWS;
  }

  /** Rows of the next tile, if so many are left. */
  private static int rowsOfTile(int rows) {
    return rows >= TILE_ROWS ? TILE_ROWS : rows >= SMALL_TILE_ROWS ? SMALL_TILE_ROWS : 1;
  }

  private static int panels(int columns) {
    return (columns + PANEL - 1) / PANEL;
  }

  /**
   * Packs a, element (i, s) being {@code a[aAt + i*aRow + s*aStep]}, for {@link #multiply}: tile by tile, and within a
   * tile of h rows [steps][h].
   */
  private void packLeft(float[] a, int aAt, int aRow, int aStep, int rows, int steps) {
    if (left.length < rows * steps) {
      left = new float[rows * steps];
    }
    int h;
    for (int i = 0; i < rows; i += h) {
      h = rowsOfTile(rows - i);
      if (h == TILE_ROWS) {
        packEight(a, aAt + i * aRow, aRow, aStep, steps, left, i * steps);
      } else {
        for (int s = 0; s < steps; s++) {
          for (int t = 0; t < h; t++) {
            left[i * steps + s * h + t] = a[aAt + (i + t) * aRow + s * aStep];
          }
        }
      }
    }
  }

  private static void packEight(float[] a, int aAt, int aRow, int aStep, int steps, float[] to, int toAt) {
    int ai = aAt;
    for (int s = 0; s < steps; s++) {
      to[toAt + s * TILE_ROWS] = a[ai];
      to[toAt + s * TILE_ROWS + 1] = a[ai + aRow];
      to[toAt + s * TILE_ROWS + 2] = a[ai + 2 * aRow];
      to[toAt + s * TILE_ROWS + 3] = a[ai + 3 * aRow];
      to[toAt + s * TILE_ROWS + 4] = a[ai + 4 * aRow];
      to[toAt + s * TILE_ROWS + 5] = a[ai + 5 * aRow];
      to[toAt + s * TILE_ROWS + 6] = a[ai + 6 * aRow];
      to[toAt + s * TILE_ROWS + 7] = a[ai + 7 * aRow];
      ai += aStep;
    }
  }

  /** Packs columns of g, at most a group of panels, as {@link PackedWeights} does: [panel][steps][PANEL]. */
  private void packRight(Rows g, int r, int steps, int column, int columns) {
    if (right.length < GROUP * steps * PANEL) {
      right = new float[GROUP * steps * PANEL];
    }
    for (int j = 0; j < columns; j += PANEL) {
      int width = Math.min(PANEL, columns - j);
      for (int s = 0; s < steps; s++) {
        System.arraycopy(g.data(), g.at(r + s) + column + j, right, j * steps + s * PANEL, width);
      }
    }
  }

  /** Adds to at most a group of panels of c the product of what {@link #packLeft} packed with panels b. */
  private void multiply(float[] b, int bAt, int bPanel, int steps, float[] c, int cAt, int cRow, int rows,
      int columns) {
    int tiled = rows - rows % SMALL_TILE_ROWS;
    for (int j = 0; j < columns; j += PANEL) {
      int h;
      for (int i = 0; i < tiled; i += h) {
        h = rowsOfTile(rows - i);
        if (columns - j >= PANEL) {
          tile(h, i * steps, b, bAt + j / PANEL * bPanel, steps, c, cAt + i * cRow + j, cRow);
        } else {
          copyRows(c, cAt + i * cRow + j, cRow, edge, 0, PANEL, h, columns - j);
          tile(h, i * steps, b, bAt + j / PANEL * bPanel, steps, edge, 0, PANEL);
          copyRows(edge, 0, PANEL, c, cAt + i * cRow + j, cRow, h, columns - j);
        }
      }
    }
    for (int i = tiled; i < rows; i++) {
      if (columns == GROUP * PANEL) {
        row(left, i * steps, b, bAt, bPanel, GROUP, steps, c, cAt + i * cRow);
      } else {
        System.arraycopy(c, cAt + i * cRow, edge, 0, columns);
        row(left, i * steps, b, bAt, bPanel, panels(columns), steps, edge, 0);
        System.arraycopy(edge, 0, c, cAt + i * cRow, columns);
      }
    }
  }

  private void tile(int h, int aAt, float[] b, int bAt, int steps, float[] c, int cAt, int cRow) {
    if (h == TILE_ROWS) {
      tile8(left, aAt, b, bAt, steps, c, cAt, cRow);
    } else {
      tile4(left, aAt, b, bAt, steps, c, cAt, cRow);
    }
  }

  private static void copyRows(float[] from, int at, int stride, float[] to, int toAt, int toStride, int rows,
      int columns) {
    for (int i = 0; i < rows; i++) {
      System.arraycopy(from, at + i * stride, to, toAt + i * toStride, columns);
    }
  }

  /** Lists the neurons that fired in each of {@code count} rows. */
  private void listEvents(long[] words, int at, int stride, int wordsOfRow, int count) {
    roomForFired(count * wordsOfRow * 64);
    int end = 0;
    for (int i = 0; i < count; i++) {
      starts[i] = end;
      for (int word = 0; word < wordsOfRow; word++) {
        end = list(words[at + i * stride + word], word << 6, fired, end);
      }
    }
    starts[count] = end;
  }

  /** Lists for each neuron the rows, of {@code count} from {@code r} on, in which it fired. */
  private void listRowsOfNeurons(SpikeRows spk, int r, int count, int k) {
    roomForFired(count * k);
    if (firedStarts.length <= k) {
      firedStarts = new int[k + 1];
    }
    int end = 0;
    for (int word = 0; word < SpikeRows.words(k); word++) {
      for (int i = 0; i < 2 * 64; i++) {
        bits[i] = i < count ? spk.words()[spk.at(r + i) + word] : 0;
      }
      transpose(bits, 0);
      transpose(bits, 64);
      for (int i = 0; i < Math.min(64, k - word * 64); i++) {
        firedStarts[word * 64 + i] = end;
        end = list(bits[i], 0, fired, end);
        end = list(bits[64 + i], 64, fired, end);
      }
    }
    firedStarts[k] = end;
  }

  /** Bit c of word r becomes bit r of word c, of 64 words: quarters change places, then quarters of quarters. */
  private static void transpose(long[] bits, int at) {
    long mask = 0xFFFF_FFFFL;
    for (int size = 32; size > 0; size >>= 1) {
      for (int top = at; top < at + 64; top += 2 * size) {
        for (int i = top; i < top + size; i++) {
          long change = (bits[i] >>> size ^ bits[i + size]) & mask;
          bits[i] ^= change << size;
          bits[i + size] ^= change;
        }
      }
      mask ^= mask << (size >> 1);
    }
  }

  private void roomForFired(int most) {
    if (fired.length < most + LISTED_TOGETHER) {
      fired = new int[most + LISTED_TOGETHER];
    }
  }

  /** Appends {@code base} plus the index of each bit. Writes some entries beyond the end, which saves branches. */
  private static int list(long word, int base, int[] to, int at) {
    int count = Long.bitCount(word);
    long bits = word;
    for (int i = at; i < at + count; i += LISTED_TOGETHER) {
      to[i] = base + Long.numberOfTrailingZeros(bits);
      bits &= bits - 1;
      to[i + 1] = base + Long.numberOfTrailingZeros(bits);
      bits &= bits - 1;
      to[i + 2] = base + Long.numberOfTrailingZeros(bits);
      bits &= bits - 1;
      to[i + 3] = base + Long.numberOfTrailingZeros(bits);
      bits &= bits - 1;
    }
    return at + count;
  }

  /** Adds to eight rows of one panel of c. */
  private static void tile8(float[] a, int aAt, float[] b, int bAt, int steps, float[] c, int cAt, int cRow) {
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
    for (int s = 0; s < steps; s++) {
      FloatVector b0 = FloatVector.fromArray(FLOATS, b, bAt + s * PANEL);
      FloatVector b1 = FloatVector.fromArray(FLOATS, b, bAt + s * PANEL + LANES);
      FloatVector a0 = FloatVector.broadcast(FLOATS, a[aAt + s * 8]);
      c00 = a0.fma(b0, c00);
      c01 = a0.fma(b1, c01);
      FloatVector a1 = FloatVector.broadcast(FLOATS, a[aAt + s * 8 + 1]);
      c10 = a1.fma(b0, c10);
      c11 = a1.fma(b1, c11);
      FloatVector a2 = FloatVector.broadcast(FLOATS, a[aAt + s * 8 + 2]);
      c20 = a2.fma(b0, c20);
      c21 = a2.fma(b1, c21);
      FloatVector a3 = FloatVector.broadcast(FLOATS, a[aAt + s * 8 + 3]);
      c30 = a3.fma(b0, c30);
      c31 = a3.fma(b1, c31);
      FloatVector a4 = FloatVector.broadcast(FLOATS, a[aAt + s * 8 + 4]);
      c40 = a4.fma(b0, c40);
      c41 = a4.fma(b1, c41);
      FloatVector a5 = FloatVector.broadcast(FLOATS, a[aAt + s * 8 + 5]);
      c50 = a5.fma(b0, c50);
      c51 = a5.fma(b1, c51);
      FloatVector a6 = FloatVector.broadcast(FLOATS, a[aAt + s * 8 + 6]);
      c60 = a6.fma(b0, c60);
      c61 = a6.fma(b1, c61);
      FloatVector a7 = FloatVector.broadcast(FLOATS, a[aAt + s * 8 + 7]);
      c70 = a7.fma(b0, c70);
      c71 = a7.fma(b1, c71);
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

  /** Adds to four rows of one panel of c. */
  private static void tile4(float[] a, int aAt, float[] b, int bAt, int steps, float[] c, int cAt, int cRow) {
    FloatVector c00 = FloatVector.fromArray(FLOATS, c, cAt);
    FloatVector c01 = FloatVector.fromArray(FLOATS, c, cAt + LANES);
    FloatVector c10 = FloatVector.fromArray(FLOATS, c, cAt + cRow);
    FloatVector c11 = FloatVector.fromArray(FLOATS, c, cAt + cRow + LANES);
    FloatVector c20 = FloatVector.fromArray(FLOATS, c, cAt + 2 * cRow);
    FloatVector c21 = FloatVector.fromArray(FLOATS, c, cAt + 2 * cRow + LANES);
    FloatVector c30 = FloatVector.fromArray(FLOATS, c, cAt + 3 * cRow);
    FloatVector c31 = FloatVector.fromArray(FLOATS, c, cAt + 3 * cRow + LANES);
    for (int s = 0; s < steps; s++) {
      FloatVector b0 = FloatVector.fromArray(FLOATS, b, bAt + s * PANEL);
      FloatVector b1 = FloatVector.fromArray(FLOATS, b, bAt + s * PANEL + LANES);
      FloatVector a0 = FloatVector.broadcast(FLOATS, a[aAt + s * 4]);
      c00 = a0.fma(b0, c00);
      c01 = a0.fma(b1, c01);
      FloatVector a1 = FloatVector.broadcast(FLOATS, a[aAt + s * 4 + 1]);
      c10 = a1.fma(b0, c10);
      c11 = a1.fma(b1, c11);
      FloatVector a2 = FloatVector.broadcast(FLOATS, a[aAt + s * 4 + 2]);
      c20 = a2.fma(b0, c20);
      c21 = a2.fma(b1, c21);
      FloatVector a3 = FloatVector.broadcast(FLOATS, a[aAt + s * 4 + 3]);
      c30 = a3.fma(b0, c30);
      c31 = a3.fma(b1, c31);
    }
    c00.intoArray(c, cAt);
    c01.intoArray(c, cAt + LANES);
    c10.intoArray(c, cAt + cRow);
    c11.intoArray(c, cAt + cRow + LANES);
    c20.intoArray(c, cAt + 2 * cRow);
    c21.intoArray(c, cAt + 2 * cRow + LANES);
    c30.intoArray(c, cAt + 3 * cRow);
    c31.intoArray(c, cAt + 3 * cRow + LANES);
  }

  /** Adds to one row of a group of panels of c, of which {@code panels} count; the last stands for those beyond. */
  private static void row(float[] a, int aAt, float[] b, int bAt, int bPanel, int panels, int steps, float[] c,
      int cAt) {
    int b1 = bAt + Math.min(1, panels - 1) * bPanel;
    int b2 = bAt + Math.min(2, panels - 1) * bPanel;
    int b3 = bAt + Math.min(3, panels - 1) * bPanel;
    FloatVector c0 = FloatVector.fromArray(FLOATS, c, cAt);
    FloatVector c1 = FloatVector.fromArray(FLOATS, c, cAt + LANES);
    FloatVector c2 = FloatVector.fromArray(FLOATS, c, cAt + 2 * LANES);
    FloatVector c3 = FloatVector.fromArray(FLOATS, c, cAt + 3 * LANES);
    FloatVector c4 = FloatVector.fromArray(FLOATS, c, cAt + 4 * LANES);
    FloatVector c5 = FloatVector.fromArray(FLOATS, c, cAt + 5 * LANES);
    FloatVector c6 = FloatVector.fromArray(FLOATS, c, cAt + 6 * LANES);
    FloatVector c7 = FloatVector.fromArray(FLOATS, c, cAt + 7 * LANES);
    for (int s = 0; s < steps; s++) {
      FloatVector a0 = FloatVector.broadcast(FLOATS, a[aAt + s]);
      c0 = a0.fma(FloatVector.fromArray(FLOATS, b, bAt + s * PANEL), c0);
      c1 = a0.fma(FloatVector.fromArray(FLOATS, b, bAt + s * PANEL + LANES), c1);
      c2 = a0.fma(FloatVector.fromArray(FLOATS, b, b1 + s * PANEL), c2);
      c3 = a0.fma(FloatVector.fromArray(FLOATS, b, b1 + s * PANEL + LANES), c3);
      c4 = a0.fma(FloatVector.fromArray(FLOATS, b, b2 + s * PANEL), c4);
      c5 = a0.fma(FloatVector.fromArray(FLOATS, b, b2 + s * PANEL + LANES), c5);
      c6 = a0.fma(FloatVector.fromArray(FLOATS, b, b3 + s * PANEL), c6);
      c7 = a0.fma(FloatVector.fromArray(FLOATS, b, b3 + s * PANEL + LANES), c7);
    }
    c0.intoArray(c, cAt);
    c1.intoArray(c, cAt + LANES);
    c2.intoArray(c, cAt + 2 * LANES);
    c3.intoArray(c, cAt + 3 * LANES);
    c4.intoArray(c, cAt + 4 * LANES);
    c5.intoArray(c, cAt + 5 * LANES);
    c6.intoArray(c, cAt + 6 * LANES);
    c7.intoArray(c, cAt + 7 * LANES);
  }

  /** One row of the event-driven product in a group of panels, {@code panels} as in {@link #row}. */
  private static void events(int[] list, int from, int to, float[] b, int bAt, int bPanel, int panels, float[] bias,
      int biasAt, float[] y, int yAt) {
    int b1 = bAt + Math.min(1, panels - 1) * bPanel;
    int b2 = bAt + Math.min(2, panels - 1) * bPanel;
    int b3 = bAt + Math.min(3, panels - 1) * bPanel;
    FloatVector y0 = FloatVector.zero(FLOATS);
    FloatVector y1 = FloatVector.zero(FLOATS);
    FloatVector y2 = FloatVector.zero(FLOATS);
    FloatVector y3 = FloatVector.zero(FLOATS);
    FloatVector y4 = FloatVector.zero(FLOATS);
    FloatVector y5 = FloatVector.zero(FLOATS);
    FloatVector y6 = FloatVector.zero(FLOATS);
    FloatVector y7 = FloatVector.zero(FLOATS);
    for (int e = from; e < to; e++) {
      int i = list[e] * PANEL;
      y0 = y0.add(FloatVector.fromArray(FLOATS, b, bAt + i));
      y1 = y1.add(FloatVector.fromArray(FLOATS, b, bAt + i + LANES));
      y2 = y2.add(FloatVector.fromArray(FLOATS, b, b1 + i));
      y3 = y3.add(FloatVector.fromArray(FLOATS, b, b1 + i + LANES));
      y4 = y4.add(FloatVector.fromArray(FLOATS, b, b2 + i));
      y5 = y5.add(FloatVector.fromArray(FLOATS, b, b2 + i + LANES));
      y6 = y6.add(FloatVector.fromArray(FLOATS, b, b3 + i));
      y7 = y7.add(FloatVector.fromArray(FLOATS, b, b3 + i + LANES));
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

  /** What the rows of a list add to one row of a group of panels of the gradient. */
  private static void eventsGradient(int[] list, int from, int to, float[] b, int bPanel, int panels, float[] gw,
      int gwAt) {
    int b1 = Math.min(1, panels - 1) * bPanel;
    int b2 = Math.min(2, panels - 1) * bPanel;
    int b3 = Math.min(3, panels - 1) * bPanel;
    FloatVector g0 = FloatVector.fromArray(FLOATS, gw, gwAt);
    FloatVector g1 = FloatVector.fromArray(FLOATS, gw, gwAt + LANES);
    FloatVector g2 = FloatVector.fromArray(FLOATS, gw, gwAt + 2 * LANES);
    FloatVector g3 = FloatVector.fromArray(FLOATS, gw, gwAt + 3 * LANES);
    FloatVector g4 = FloatVector.fromArray(FLOATS, gw, gwAt + 4 * LANES);
    FloatVector g5 = FloatVector.fromArray(FLOATS, gw, gwAt + 5 * LANES);
    FloatVector g6 = FloatVector.fromArray(FLOATS, gw, gwAt + 6 * LANES);
    FloatVector g7 = FloatVector.fromArray(FLOATS, gw, gwAt + 7 * LANES);
    for (int e = from; e < to; e++) {
      int i = list[e] * PANEL;
      g0 = g0.add(FloatVector.fromArray(FLOATS, b, i));
      g1 = g1.add(FloatVector.fromArray(FLOATS, b, i + LANES));
      g2 = g2.add(FloatVector.fromArray(FLOATS, b, b1 + i));
      g3 = g3.add(FloatVector.fromArray(FLOATS, b, b1 + i + LANES));
      g4 = g4.add(FloatVector.fromArray(FLOATS, b, b2 + i));
      g5 = g5.add(FloatVector.fromArray(FLOATS, b, b2 + i + LANES));
      g6 = g6.add(FloatVector.fromArray(FLOATS, b, b3 + i));
      g7 = g7.add(FloatVector.fromArray(FLOATS, b, b3 + i + LANES));
    }
    g0.intoArray(gw, gwAt);
    g1.intoArray(gw, gwAt + LANES);
    g2.intoArray(gw, gwAt + 2 * LANES);
    g3.intoArray(gw, gwAt + 3 * LANES);
    g4.intoArray(gw, gwAt + 4 * LANES);
    g5.intoArray(gw, gwAt + 5 * LANES);
    g6.intoArray(gw, gwAt + 6 * LANES);
    g7.intoArray(gw, gwAt + 7 * LANES);
  }
}
