package org.spikelane.kernels;

import static org.spikelane.kernels.PackedWeights.bytes;
import static org.spikelane.kernels.PackedWeights.padded;
import static org.spikelane.kernels.RegisterTiles.AHEAD_BYTES;
import static org.spikelane.kernels.RegisterTiles.LARGE_ROWS;
import static org.spikelane.kernels.RegisterTiles.MOST_ROWS;
import static org.spikelane.kernels.RegisterTiles.SMALL_ROWS;
import static org.spikelane.kernels.RegisterTiles.TILES_AHEAD;
import static org.spikelane.kernels.RightPanels.GROUP;
import static org.spikelane.kernels.RightPanels.NEUTRAL;
import static org.spikelane.kernels.RightPanels.PANEL;
import static org.spikelane.kernels.RightPanels.ZEROS;
import static org.spikelane.kernels.RightPanels.columns;
import static org.spikelane.kernels.RightPanels.panels;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * Dense products on {@link RegisterTiles}. All are one: {@code c[i][j] = (start + sum over s of a[i][s]*b[s][j]) + last},
 * with c = y, a = x, b = w, start 0 (or y) and last the bias forward, and c = gw, a = x transposed, b = g, start c (or 0) and
 * last -0 (which changes nothing) for the gradient. Operand a is packed by {@link LeftTiles}, b by {@link PackedWeights} or
 * {@link RightPanels}. {@link #multiplyTiles} cuts the product into panels and tiles. Where the number of steps is odd,
 * both operands have one more that changes nothing.
 *
 * <p>Columns beyond the last whole panel go through the same loops, over a copy of c; what is computed beyond them is
 * dropped.
 */
final class DenseProducts {

  // Rows and steps that are multiplied together. Of a few rows, so many values stay in a part of L2 (512 KiB) while panels
  // pass by; if rows are many, values of panels stay there, and tiles pass by.
  static final int FEW_ROWS = 128;
  private static final int MANY_ROWS = 512;
  private static final int STEPS = 1024; // Whole groups of steps, as all parts of weights are but the last.
  private static final int NEAR_VALUES = FEW_ROWS * STEPS;

  // With few columns, rows of spikes fill vectors better than they do: neurons at a time then, so that the floats that
  // are made of their spikes stay in a part of L2, and what a panel costs beyond its tiles, in columns.
  private static final int SPIKE_STEPS = 512;
  private static final int PANEL_IN_COLUMNS = 4;

  // Values of a gradient's operands that are packed at once: some 1 MiB of the left one and, outside the heap, 8 MiB of the
  // right one, which is read ahead as weights are. Panels of the right one that fill a quarter of L2 stay there while all
  // tiles of the left one pass by. (Left operands of 8 MiB came from L3 for every few panels: at 4096 neurons, 4 to 8 % of
  // the time.)
  private static final int GRADIENT_LEFT = 1 << 18;
  private static final int GRADIENT_RIGHT = 1 << 21;
  private static final int GRADIENT_NEAR = 1 << 16;

  private final LeftTiles left = new LeftTiles();
  private final RightPanels right = new RightPanels();
  /** Rows that do not go to their place at once: the sums of a tile, and what fills no panel or group of panels. */
  private final float[] edge = new float[Math.max(MOST_ROWS, GROUP) * PANEL];
  private final float[] edgeBias = new float[GROUP * PANEL];
  private final int[] halves = new int[PANEL];
  private float[] sums = {};
  private final Walk walk = new Walk();
  private final EventGradients gradients;
  /** What depends on values that a tile reads ahead: without a use, the compiler would leave them out. */
  @SuppressWarnings("unused")
  private int fetched;

  /** @param gradients those to which large tiles add what was started */
  DenseProducts(EventGradients gradients) {
    this.gradients = gradients;
  }

  /** {@code y = x*w + bias} if {@code fresh}, else {@code y += x*w}, for rows [r0, r1); no bias then. */
  void forward(Rows x, PackedWeights w, boolean fresh, float[] bias, Rows y, int r0, int r1) {
    int k = w.k();
    boolean few = r1 - r0 <= FEW_ROWS;
    int mostRows = few ? FEW_ROWS : MANY_ROWS;
    int mostSteps = few ? stepsOfFew(r1 - r0) : STEPS;
    for (int r = r0; r < r1; r += mostRows) {
      int count = Math.min(mostRows, r1 - r);
      for (int s = 0; s == 0 || s < k; s += mostSteps) {
        int steps = Math.min(mostSteps, k - s);
        left.copyRows(x, r, count, s, steps);
        multiplyWeights(count, w, s, steps, few ? PANEL : columns(NEAR_VALUES, padded(steps)), fresh && s == 0, bias, y, r);
      }
    }
  }

  private static int stepsOfFew(int rows) {
    int tiled = Math.max(1, Math.ceilDiv(rows, LeftTiles.ROWS)) * LeftTiles.ROWS;
    return NEAR_VALUES / tiled / Long.SIZE * Long.SIZE;
  }

  /**
   * Multiplies rows of {@link #left} with rows [s, s + steps) of the weights, in place of y if {@code fresh}, else added to
   * it, and adds the bias, if there is one, after the last of them.
   */
  private void multiplyWeights(int count, PackedWeights w, int s, int steps, int together, boolean fresh, float[] bias,
      Rows y, int r) {
    assert steps == padded(steps) || s + steps == w.k();
    float[] biasAtEnd = s + steps == w.k() ? bias : null;
    int tiled = count - count % SMALL_ROWS;
    int at = w.at(0) + s * PANEL;
    int panel = w.panelSize();
    if (tiled > 0) {
      walk.turn();
      multiplyTiles(tiled, w.data(), at, panel, steps, together, fresh, biasAtEnd, y.data(), y.at(r), y.stride(), w.n());
    }
    // Rows that fill no tile walk the weights each by itself.
    for (int i = tiled; i < count; i++) {
      walk.turn();
      multiplyRow(i, w.data(), at, panel, steps, fresh, biasAtEnd, y.data(), y.at(r + i), w.n());
    }
  }

  /** {@code y = spk*value*w + bias} for {@code count} rows from r on, at most {@link #FEW_ROWS}. */
  void forward(SpikeRows spk, float value, PackedWeights w, float[] bias, Rows y, int r, int count) {
    if (w.groupColumns() > 0 && (w.n() + PANEL_IN_COLUMNS) * panels(count) < count) {
      forwardByColumn(spk, value, w, bias, y, r, count);
    } else {
      forwardByRow(spk, value, w, bias, y, r, count);
    }
  }

  private void forwardByRow(SpikeRows spk, float value, PackedWeights w, float[] bias, Rows y, int r, int count) {
    int k = w.k();
    int most = stepsOfFew(count);
    for (int s = 0; s == 0 || s < k; s += most) {
      int steps = Math.min(most, k - s);
      left.expandRows(spk, value, r, count, s, steps);
      multiplyWeights(count, w, s, steps, PANEL, s == 0, bias, y, r);
    }
  }

  /** The same with rows of spikes as columns: {@code sums[j][i] += w[s][j]*spk[i][s]}, of whole tiles. */
  private void forwardByColumn(SpikeRows spk, float value, PackedWeights w, float[] bias, Rows y, int r, int count) {
    int k = w.k();
    int n = w.n();
    int columns = panels(count) * PANEL;
    int tiled = Math.ceilDiv(n, SMALL_ROWS) * SMALL_ROWS;
    right.resize(columns * SPIKE_STEPS);
    walk.ascend();
    if (sums.length < tiled * columns) {
      sums = new float[tiled * columns];
    }
    for (int s = 0; s < k; s += SPIKE_STEPS) {
      int steps = Math.min(SPIKE_STEPS, k - s);
      packGroups(w, s, steps);
      for (int p = 0; p < columns; p += PANEL) {
        for (int half = 0; half < steps; half += Integer.SIZE) {
          halfWords(spk, r + p, Math.min(PANEL, count - p), s + half);
          right.expandColumns(halves, Math.min(Integer.SIZE, steps - half), value, p * padded(steps) + half * PANEL);
        }
      }
      right.end(columns, steps);
      multiplyTiles(tiled, right.data(), 0, padded(steps) * PANEL, steps, PANEL, s == 0, null, sums, 0, columns, columns);
    }
    for (int i = 0; i < count; i++) {
      for (int j = 0; j < n; j++) {
        y.data()[y.at(r + i) + j] = sums[j * columns + i] + bias[j];
      }
    }
  }

  /** Copies rows [s, s + steps) of the weights, which become steps, to a row of {@link #left} a column. */
  private void packGroups(PackedWeights w, int s, int steps) {
    left.resize(w.n(), steps);
    for (int j = 0; j < w.n(); j++) {
      left.copyRow(j, w.grouped(), w.groupAt(j) + s * w.groupColumns(), w.groupColumns(), steps);
    }
  }

  /** Copies the 32 bits from {@code neuron} on of {@code count} rows to {@link #halves}; no bits for rows beyond. */
  private void halfWords(SpikeRows spk, int r, int count, int neuron) {
    for (int i = 0; i < count; i++) {
      halves[i] = (int) (spk.words()[spk.at(r + i) + (neuron >>> 6)] >>> neuron);
    }
    Arrays.fill(halves, count, PANEL, 0);
  }

  /** {@code gw[i][j] += sum over rows of x[r][i]*g[r][j]}, or {@code =} if {@code fresh}, gw [k][n] from gwAt on. */
  void gradient(Rows x, Rows g, boolean fresh, float[] gw, int gwAt, int r0, int r1, int k, int n) {
    walk.ascend();
    if (fresh && r0 >= r1) {
      Arrays.fill(gw, gwAt, gwAt + k * n, 0f);
    }
    for (int r = r0; r < r1; r += STEPS) {
      int steps = Math.min(STEPS, r1 - r);
      int mostRows = rows(GRADIENT_LEFT, padded(steps));
      int mostColumns = columns(GRADIENT_RIGHT, padded(steps));
      int together = columns(GRADIENT_NEAR, padded(steps));
      for (int j = 0; j < n; j += mostColumns) {
        int columns = Math.min(mostColumns, n - j);
        right.copyRows(g, r, steps, j, columns);
        for (int i = 0; i < k; i += mostRows) {
          int count = Math.min(mostRows, k - i);
          left.copyColumns(x, r, steps, i, count);
          multiplyRight(count, steps, together, fresh && r == r0, gw, gwAt + i * n + j, n, columns);
        }
      }
    }
  }

  /** {@code gw[j][i] += sum over rows of g[r][j]*spk[r][i]*value}, gw [n][k]. */
  void gradient(SpikeRows spk, float value, Rows g, float[] gw, int r0, int r1, int k, int n) {
    walk.ascend();
    for (int r = r0; r < r1; r += STEPS) {
      int steps = Math.min(STEPS, r1 - r);
      for (int j = 0; j < n; j += FEW_ROWS) {
        int count = Math.min(FEW_ROWS, n - j);
        left.copyColumns(g, r, steps, j, count);
        right.resize(GROUP * PANEL * padded(steps));
        // A group of panels at a time: its floats stay in a near cache between being made of bits and being used.
        for (int i = 0; i < k; i += GROUP * PANEL) {
          int columns = Math.min(GROUP * PANEL, k - i);
          for (int p = i; p < i + columns; p += PANEL) {
            right.expandRows(spk.words(), spk.at(r) + (p >>> 6), spk.stride(), p, value, steps, (p - i) * padded(steps));
          }
          right.end(columns, steps);
          multiplyRight(count, steps, PANEL, false, gw, j * k + i, k, columns);
        }
      }
    }
  }

  /**
   * Adds the products of rows of {@link #left} with {@link #right} to c, or puts them there, a tile with {@code together}
   * columns at once.
   */
  private void multiplyRight(int count, int steps, int together, boolean fresh, float[] c, int cAt, int cRow, int columns) {
    int tiled = count - count % SMALL_ROWS;
    multiplyTiles(tiled, right.data(), 0, padded(steps) * PANEL, steps, together, fresh, null, c, cAt, cRow, columns);
    for (int i = tiled; i < count; i++) {
      multiplyRow(i, right.data(), 0, padded(steps) * PANEL, steps, fresh, null, c, cAt + i * cRow, columns);
    }
  }

  /** How many rows of so many steps have at most so many values, in whole tiles of the left operand; one tile at least. */
  private static int rows(int values, int steps) {
    return Math.max(1, values / steps / LeftTiles.ROWS) * LeftTiles.ROWS;
  }

  /**
   * The products of rows of {@link #left}, in whole small tiles, with panels b, in the same rows of c, [columns]: added to
   * what is there, or in its place. Each tile, unless it adds events, reads ahead its part of the panel that takes the place
   * of this one in the next block; fewer tiles than {@link RegisterTiles#TILES_AHEAD} leave some of it, more read the last
   * part again, and where no block is next, a panel stands for itself.
   *
   * @param bAt index of the first value of panel 0 in b, the next panel being {@code bPanel} further
   * @param together columns with which a tile is multiplied before the next tile is
   * @param fresh whether c is to be written over
   * @param bias [columns], added to each sum at its end; null for none
   */
  private void multiplyTiles(int count, MemorySegment b, int bAt, int bPanel, int steps, int together, boolean fresh,
      float[] bias, float[] c, int cAt, int cRow, int columns) {
    int blocks = Math.ceilDiv(columns, together);
    for (int q = 0; q < blocks; q++) {
      int from = together * walk.part(q, blocks);
      int to = Math.min(from + together, columns);
      int next = q + 1 < blocks ? together * walk.part(q + 1, blocks) : from;
      int h;
      for (int i = 0; i < count; i += h) {
        h = count - i >= MOST_ROWS ? MOST_ROWS : SMALL_ROWS;
        long part = Math.min(i / MOST_ROWS, TILES_AHEAD - 1) * steps * AHEAD_BYTES;
        for (int j = from; j < to; j += PANEL) {
          int ahead = next + j - from < columns ? next + j - from : j;
          multiplyTile(h, i, b, bAt + j / PANEL * bPanel, bytes(bAt + ahead / PANEL * bPanel) + part, steps, fresh, bias,
              j, c, cAt + i * cRow + j, cRow, Math.min(PANEL, columns - j));
        }
      }
    }
  }

  /**
   * Rows [i, i + h) of {@link #left}, and {@code width} columns from the j-th on. A tile reads all its starts before it
   * stores a sum, so both may be in {@link #edge}.
   */
  private void multiplyTile(int h, int i, MemorySegment b, int bAt, long ahead, int steps, boolean fresh, float[] bias,
      int j, float[] c, int cAt, int cRow, int width) {
    float[] start = fresh ? ZEROS : c;
    int startAt = fresh ? 0 : cAt;
    int startRow = fresh ? 0 : cRow;
    if (!fresh && width < PANEL) {
      copyRows(c, cAt, cRow, edge, 0, PANEL, h, width);
      start = edge;
      startAt = 0;
      startRow = PANEL;
    }
    if (h == LARGE_ROWS && gradients.pending()) {
      gradients.multiplyTile(left.data(), left.at(i), b, bAt, steps, start, startAt, startRow, edge);
    } else if (h == LARGE_ROWS) {
      fetched = RegisterTiles.tile8(left.data(), left.at(i), b, bAt, ahead, steps, start, startAt, startRow, edge);
    } else {
      fetched = RegisterTiles.tile4(left.data(), left.at(i), b, bAt, ahead, steps, start, startAt, startRow, edge);
    }
    float[] last = last(bias, j, width, PANEL);
    int lastAt = lastAt(bias, j, width, PANEL);
    if (width == PANEL) {
      RegisterTiles.addTo(edge, h, last, lastAt, c, cAt, cRow);
    } else {
      RegisterTiles.addTo(edge, h, last, lastAt, edge, 0, PANEL);
      copyRows(edge, 0, PANEL, c, cAt, cRow, h, width);
    }
  }

  private void multiplyRow(int i, MemorySegment b, int bAt, int bPanel, int steps, boolean fresh, float[] bias,
      float[] c, int cAt, int columns) {
    int groups = Math.ceilDiv(columns, GROUP * PANEL);
    for (int g = 0; g < groups; g++) {
      int j = GROUP * PANEL * walk.part(g, groups);
      int at = bAt + j / PANEL * bPanel;
      int width = Math.min(GROUP * PANEL, columns - j);
      float[] last = last(bias, j, width, GROUP * PANEL);
      int lastAt = lastAt(bias, j, width, GROUP * PANEL);
      if (width == GROUP * PANEL) {
        RegisterTiles.row(left.data(), left.at(i), b, at, bPanel, GROUP, steps, fresh ? ZEROS : c,
            fresh ? 0 : cAt + j, last, lastAt, c, cAt + j);
      } else {
        if (!fresh) {
          System.arraycopy(c, cAt + j, edge, 0, width);
        }
        RegisterTiles.row(left.data(), left.at(i), b, at, bPanel, panels(width), steps, fresh ? ZEROS : edge,
            0, last, lastAt, edge, 0);
        System.arraycopy(edge, 0, c, cAt + j, width);
      }
    }
  }

  /**
   * What is added last to columns from {@code j} on; it starts at {@link #lastAt} of the array returned. That is the bias
   * itself, or, where fewer than {@code full} columns are left, a copy that is long enough; -0 if there is no bias.
   */
  private float[] last(float[] bias, int j, int width, int full) {
    if (bias == null) {
      return NEUTRAL;
    }
    if (width == full) {
      return bias;
    }
    System.arraycopy(bias, j, edgeBias, 0, width);
    return edgeBias;
  }

  /** Where in the array that {@link #last} gives column {@code j} is: only the bias itself has those before it. */
  private static int lastAt(float[] bias, int j, int width, int full) {
    return bias != null && width == full ? j : 0;
  }

  private static void copyRows(float[] from, int at, int stride, float[] to, int toAt, int toStride, int rows,
      int columns) {
    for (int i = 0; i < rows; i++) {
      System.arraycopy(from, at + i * stride, to, toAt + i * toStride, columns);
    }
  }
}
