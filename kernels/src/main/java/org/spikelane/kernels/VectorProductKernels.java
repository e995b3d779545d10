package org.spikelane.kernels;

import static org.spikelane.kernels.PackedWeights.STEPS_TOGETHER;
import static org.spikelane.kernels.PackedWeights.bytes;
import static org.spikelane.kernels.PackedWeights.padded;
import static org.spikelane.kernels.VectorShapes.FLOATS;
import static org.spikelane.kernels.VectorShapes.INTS;
import static org.spikelane.kernels.VectorShapes.LANES;
import static org.spikelane.kernels.VectorShapes.WIDTH;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/**
 * {@link ProductKernels} with results that stay in registers while a loop adds to them.
 *
 * <p>Both dense products are one: {@code c[i][j] = (start + sum over s of a[i][s]*b[s][j]) + last}, with c = y, a = x,
 * b = w, start 0 and last the bias forward, and c = gw, a = x transposed, b = g, start c and last -0 (which changes
 * nothing) for the gradient. So are both event-driven ones: c adds those rows of b that a list names, neurons that fired
 * forward, rows in which a neuron fired for the gradient. Operand b comes in panels, packed by {@link PackedWeights} or
 * here, a in {@link LeftTiles}. {@link #multiplyTiles} cuts the dense product into panels and register tiles. These take
 * four steps at a time, as C2 does not unroll loops of that size; where steps are no multiple of four, both operands have
 * some more that change nothing.
 *
 * <p>Where an event's weights lie is known to no compiler, so that C2 would check the bounds of each of their vectors.
 * The event-driven loops see panels through slices of one length, one a vector, each of which starts where that vector
 * does in the panel's first row: all loads of an event then have one offset and one length, and C2 merges their checks.
 * Escape analysis removes the slices (tests hold every mode to 0 bytes).
 *
 * <p>Each element of a result is one chain of additions, ascending, whatever the cuts: they do not show in the bits.
 * Columns beyond the last whole panel go through the same loops, over a copy of c; what is computed beyond them is
 * dropped.
 */
final class VectorProductKernels implements ProductKernels {

  // Registers hold a tile of TILE_ROWS rows of one panel, or one row of a group of panels. Sixteen sums of a large tile
  // need the 32 registers of AVX-512; 16 registers hold those of four rows.
  private static final int LEFT_ROWS = LeftTiles.ROWS;
  private static final int PANEL = 2 * LANES;
  private static final long VECTOR_BYTES = bytes(LANES);
  private static final long PANEL_BYTES = bytes(PANEL);
  private static final ByteOrder NATIVE = ByteOrder.nativeOrder();
  private static final int GROUP = 4;
  private static final int EVENT_GROUP = 2;
  private static final int LARGE_TILE_ROWS = LEFT_ROWS;
  private static final int SMALL_TILE_ROWS = 4;
  private static final int TILE_ROWS = WIDTH == 512 ? LARGE_TILE_ROWS : SMALL_TILE_ROWS;

  // Rows and steps that are multiplied together. Of a few rows, so many values stay in a part of L2 (512 KiB) while panels
  // pass by; if rows are many, values of panels stay there, and tiles pass by.
  private static final int FEW_ROWS = 128;
  private static final int MANY_ROWS = 512;
  private static final int STEPS = 1024; // Whole groups of steps, as all parts of weights are but the last.
  private static final int NEAR_VALUES = FEW_ROWS * STEPS;

  // Bytes that a tile reads ahead a step, of a panel to come; so many tiles read all of it. Java has no prefetch: a value is
  // compared with one that no weight is likely to be, and no result depends on the outcome.
  private static final long AHEAD_BYTES = 8;
  private static final long TILES_AHEAD = PANEL_BYTES / AHEAD_BYTES;
  private static final int NEVER = 0x7FED_CBA9;

  // With few columns, rows of spikes fill vectors better than they do: neurons at a time then, so that the floats that
  // are made of their spikes stay in a part of L2, and what a panel costs beyond its tiles, in columns.
  private static final int SPIKE_STEPS = 512;
  private static final int PANEL_IN_COLUMNS = 4;
  // With few neurons, too, there is less to gain than another kernel takes to compile.
  private static final int NEURONS_BY_COLUMN = 256;

  // Values of a gradient's left operand that are packed at once, 8 MiB and, of few steps, what is between tiles: so that a
  // third-level cache holds them.
  private static final int GRADIENT_LEFT = 1 << 21;
  private static final int EVENT_GRADIENT_VALUES = 1 << 13;

  // Rows whose spikes are listed together.
  private static final int EVENT_ROWS = 128;

  // Rows of an event-driven product that add to one panel together, at most as many as fit into edge.
  private static final int ROWS_OF_EVENTS = 4;

  // If neurons fire more often than that, it pays to find all rows in which a neuron fired, and to add to its gradient
  // just once.
  private static final int SPIKES_TO_GATHER = 2;

  // Spikes of a neuron that are wanted in one walk of a gradient which a second-level cache holds (1 MiB), and of a larger
  // one; and how many rows a walk takes for that. A group of panels of so many rows stays in that cache.
  private static final int SPIKES_OF_WALK = 16;
  private static final int SPIKES_OF_FAR_WALK = 64;
  private static final int NEAR_GRADIENT = 1 << 18;
  private static final int LEAST_ROWS_OF_WALK = 128;
  private static final int MOST_ROWS_OF_WALK = 1024;
  private static final int LISTED_TOGETHER = 4;

  // Weights that may come from memory itself: 32 MiB. If most rows of them are asked for more than once, an event-driven
  // product fetches them panel by panel; of smaller ones a third-level cache delivers what is asked for alone in less time
  // (measured with 16 MiB: 11 % less).
  private static final long FAR_WEIGHTS = 1 << 23;
  private static final long LINE_BYTES = 64;

  private final VectorRowKernels rows = new VectorRowKernels();
  private final NarrowProducts narrow = new NarrowProducts();
  /** What depends on values read ahead, by {@link #fetch} or a tile: without a use, the compiler would leave them out. */
  @SuppressWarnings("unused")
  private int fetched;
  /** Rows that do not go to their place at once: the sums of a tile, and what fills no panel or group of panels. */
  private final float[] edge = new float[TILE_ROWS * GROUP * PANEL];
  private final float[] edgeBias = new float[GROUP * PANEL];
  /** Where sums start that are fresh. */
  private final float[] zeros = new float[GROUP * PANEL];
  /** What is added last where no bias is: -0, as adding +0 would turn -0 into +0. */
  private final float[] neutral = new float[GROUP * PANEL];
  /** By row of an event-driven gradient: where its spikes start, and where its gradient does. */
  private int[] spikesAt = {};
  private int[] gradientAt = {};
  /** How many rows are listed there, and their spikes together. */
  private int listedRows;
  private long listedSpikes;
  private final long[] bits = new long[MOST_ROWS_OF_WALK];
  private final int[] starts = new int[EVENT_ROWS + 1];
  private final LeftTiles left = new LeftTiles();
  private MemorySegment right = MemorySegment.NULL;
  private float[] sums = {};
  private final int[] halves = new int[PANEL];
  private int[] fired = {};
  private int[] neurons = {};
  private int[] firedStarts = {0};
  /**
   * Whether panels are walked from the last to the first. Each walk of weights turns round: where they are larger than a
   * cache, the panels that the last walk left in it are the first to be used again. (Weights that are walked in parts gain
   * less.) What a gradient walks is in a cache: it ascends.
   */
  private boolean descending;

  VectorProductKernels() {
    Arrays.fill(neutral, -0f);
  }

  @Override
  public PackedWeights weights(int k, int n) {
    boolean byColumn = n <= PANEL && k >= NEURONS_BY_COLUMN;
    return new PackedWeights(k, n, PANEL, !byColumn ? 0 : NarrowProducts.suits(n) ? NarrowProducts.COLUMNS : 1);
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
      boolean fetch = (long) k * n > FAR_WEIGHTS && starts[count] > 2 * k;
      descending = !descending;
      int groups = Math.ceilDiv(w.panels(), EVENT_GROUP);
      for (int g = 0; g < groups; g++) {
        int p = EVENT_GROUP * inTurn(g, groups);
        int columns = Math.min(EVENT_GROUP * PANEL, n - p * PANEL);
        if (fetch) {
          fetch(w.data(), w.at(p), w.panelSize() * panels(columns));
        }
        int i = 0;
        for (; columns <= PANEL && i <= count - ROWS_OF_EVENTS; i += ROWS_OF_EVENTS) {
          eventsRows(i, w.data(), w.at(p), w.panelSize(), bias, p * PANEL, y, r + i, columns);
        }
        for (; i < count; i++) {
          eventsRow(i, w.data(), w.at(p), w.panelSize(), bias, p * PANEL, y.data(), y.at(r + i) + p * PANEL, columns);
        }
      }
    }
  }

  /** The i-th of {@code count} parts of the weights in this walk. */
  private int inTurn(int i, int count) {
    return descending ? count - 1 - i : i;
  }

  /** Reads a value of each cache line: panels that spikes would visit here and there arrive at the speed of a stream. */
  private void fetch(MemorySegment b, int bAt, int values) {
    long end = bytes(bAt + values);
    int bits = 0;
    for (long at = bytes(bAt); at < end; at += LINE_BYTES) {
      bits |= b.get(ValueLayout.JAVA_INT_UNALIGNED, at);
    }
    fetched = bits;
  }

  /** Rows of one panel, from the i-th list on. */
  private void eventsRows(int i, MemorySegment b, int bAt, int bPanel, float[] bias, int biasAt, Rows y, int r,
      int columns) {
    events(fired, starts[i], starts[i + 1], starts[i + 2], starts[i + 3], starts[i + 4], b, bAt, bPanel, edge);
    for (int l = 0; l < ROWS_OF_EVENTS; l++) {
      int to = y.at(r + l) + biasAt;
      for (int j = 0; j < columns; j++) {
        y.data()[to + j] = edge[l * PANEL + j] + bias[biasAt + j];
      }
    }
  }

  private void eventsRow(int i, MemorySegment b, int bAt, int bPanel, float[] bias, int biasAt, float[] y, int yAt,
      int columns) {
    if (columns == EVENT_GROUP * PANEL) {
      events(fired, starts[i], starts[i + 1], b, bAt, bPanel, EVENT_GROUP, bias, biasAt, y, yAt);
    } else {
      System.arraycopy(bias, biasAt, edge, 0, columns);
      events(fired, starts[i], starts[i + 1], b, bAt, bPanel, panels(columns), edge, 0, edge, 0);
      System.arraycopy(edge, 0, y, yAt, columns);
    }
  }

  @Override
  public void dense(Rows x, PackedWeights w, float[] bias, Rows y, int r0, int r1) {
    multiply(x, w, true, bias, y, r0, r1);
  }

  @Override
  public void addDense(Rows x, PackedWeights w, Rows y, int r0, int r1) {
    multiply(x, w, false, null, y, r0, r1);
  }

  private void multiply(Rows x, PackedWeights w, boolean fresh, float[] bias, Rows y, int r0, int r1) {
    int k = w.k();
    int n = w.n();
    assert x.holds(r0, r1, k) && y.holds(r0, r1, n);
    boolean few = r1 - r0 <= FEW_ROWS;
    int mostRows = few ? FEW_ROWS : MANY_ROWS;
    int mostSteps = few ? stepsOfFew(r1 - r0) : STEPS;
    for (int r = r0; r < r1; r += mostRows) {
      int count = Math.min(mostRows, r1 - r);
      for (int s = 0; s == 0 || s < k; s += mostSteps) {
        int steps = Math.min(mostSteps, k - s);
        left.copyRows(x, r, count, s, steps);
        multiplyWeights(count, w, s, steps, few ? PANEL : columns(NEAR_VALUES, steps), fresh && s == 0, bias, y, r);
      }
    }
  }

  private static int stepsOfFew(int rows) {
    return NEAR_VALUES / Math.max(LEFT_ROWS, Math.ceilDiv(rows, LEFT_ROWS) * LEFT_ROWS) / Long.SIZE * Long.SIZE;
  }

  /**
   * Multiplies rows of {@link #left} with rows [s, s + steps) of the weights, in place of y if {@code fresh}, else added to
   * it, and adds the bias, if there is one, after the last of them.
   */
  private void multiplyWeights(int count, PackedWeights w, int s, int steps, int together, boolean fresh, float[] bias,
      Rows y, int r) {
    assert steps == padded(steps) || s + steps == w.k();
    float[] biasAtEnd = s + steps == w.k() ? bias : null;
    int tiled = count - count % SMALL_TILE_ROWS;
    int at = w.at(0) + s * PANEL;
    int panel = w.panelSize();
    if (tiled > 0) {
      descending = !descending;
      multiplyTiles(tiled, w.data(), at, panel, steps, together, fresh, biasAtEnd, y.data(), y.at(r), y.stride(), w.n());
    }
    // Rows that fill no tile walk the weights each by itself.
    for (int i = tiled; i < count; i++) {
      descending = !descending;
      multiplyRow(i, w.data(), at, panel, steps, fresh, biasAtEnd, y.data(), y.at(r + i), w.n());
    }
  }

  @Override
  public void dense(SpikeRows spk, float value, PackedWeights w, float[] bias, Rows y, int r0, int r1) {
    assert spk.holds(r0, r1, w.k()) && y.holds(r0, r1, w.n());
    for (int r = r0; r < r1; r += FEW_ROWS) {
      int count = Math.min(FEW_ROWS, r1 - r);
      if (value == 1f && NarrowProducts.takes(w, count)) {
        narrow.forward(spk, w, bias, y, r, count);
      } else if (w.groupColumns() > 0 && (w.n() + PANEL_IN_COLUMNS) * panels(count) < count) {
        denseByColumn(spk, value, w, bias, y, r, count);
      } else {
        denseByRow(spk, value, w, bias, y, r, count);
      }
    }
  }

  private void denseByRow(SpikeRows spk, float value, PackedWeights w, float[] bias, Rows y, int r, int count) {
    int k = w.k();
    int most = stepsOfFew(count);
    for (int s = 0; s == 0 || s < k; s += most) {
      int steps = Math.min(most, k - s);
      left.expandRows(spk, value, r, count, s, steps);
      multiplyWeights(count, w, s, steps, PANEL, s == 0, bias, y, r);
    }
  }

  /** The same with rows of spikes as columns: {@code sums[j][i] += w[s][j]*spk[i][s]}, of whole tiles. */
  private void denseByColumn(SpikeRows spk, float value, PackedWeights w, float[] bias, Rows y, int r, int count) {
    int k = w.k();
    int n = w.n();
    int columns = panels(count) * PANEL;
    int tiled = Math.ceilDiv(n, SMALL_TILE_ROWS) * SMALL_TILE_ROWS;
    roomForRight(columns * SPIKE_STEPS);
    descending = false;
    if (sums.length < tiled * columns) {
      sums = new float[tiled * columns];
    }
    for (int s = 0; s < k; s += SPIKE_STEPS) {
      int steps = Math.min(SPIKE_STEPS, k - s);
      packGroups(w, s, steps);
      for (int p = 0; p < columns; p += PANEL) {
        for (int half = 0; half < steps; half += Integer.SIZE) {
          halfWords(spk, r + p, Math.min(PANEL, count - p), s + half);
          expandColumns(halves, Math.min(Integer.SIZE, steps - half), value, right, p * padded(steps) + half * PANEL);
        }
      }
      endPanels(columns, steps);
      multiplyTiles(tiled, right, 0, padded(steps) * PANEL, steps, PANEL, s == 0, null, sums, 0, columns, columns);
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

  /** {@code to[toAt + s*PANEL + i] = value} where {@code rows[i]} has bit s, else 0, for s below {@code steps}. */
  private static void expandColumns(int[] rows, int steps, float value, MemorySegment to, int toAt) {
    long at = bytes(toAt);
    int valueBits = Float.floatToRawIntBits(value);
    IntVector r0 = IntVector.fromArray(INTS, rows, 0).lanewise(VectorOperators.LSHL, Integer.SIZE - steps);
    IntVector r1 = IntVector.fromArray(INTS, rows, LANES).lanewise(VectorOperators.LSHL, Integer.SIZE - steps);
    for (int s = steps - 1; s >= 0; s--) {
      // The bit at hand is the sign, which becomes all bits.
      r0.lanewise(VectorOperators.ASHR, Integer.SIZE - 1).and(valueBits).reinterpretAsFloats()
          .intoMemorySegment(to, at + s * PANEL_BYTES, NATIVE);
      r1.lanewise(VectorOperators.ASHR, Integer.SIZE - 1).and(valueBits).reinterpretAsFloats()
          .intoMemorySegment(to, at + s * PANEL_BYTES + VECTOR_BYTES, NATIVE);
      r0 = r0.lanewise(VectorOperators.LSHL, 1);
      r1 = r1.lanewise(VectorOperators.LSHL, 1);
    }
  }

  @Override
  public void eventsGradient(SpikeRows spk, Rows g, float[] gw, int r0, int r1, int k, int n) {
    listedRows = 0;
    listedSpikes = 0;
    listRows(spk, g, r0, r1, k, n);
    eventsGradient(spk.words(), g.data(), gw, k, n);
  }

  @Override
  public void eventsGradient(SpikeRows[] spk, Rows[] g, int b0, int b1, float[] gw, int r0, int r1, int k, int n) {
    listedRows = 0;
    listedSpikes = 0;
    if (!haveOneArray(spk, g, b0, b1)) {
      ProductKernels.super.eventsGradient(spk, g, b0, b1, gw, r0, r1, k, n);
      return;
    }
    for (int b = b0; b < b1; b++) {
      listRows(spk[b], g[b], r0, r1, k, n);
    }
    if (listedRows > 0) {
      eventsGradient(spk[b0].words(), g[b0].data(), gw, k, n);
    }
  }

  @SuppressWarnings("ReferenceEquality") // The same arrays, not equal ones.
  private static boolean haveOneArray(SpikeRows[] spk, Rows[] g, int b0, int b1) {
    boolean one = true;
    for (int b = b0; b < b1; b++) {
      one &= spk[b].words() == spk[b0].words() && g[b].data() == g[b0].data();
    }
    return one;
  }

  /** Appends rows to {@link #spikesAt} and {@link #gradientAt}, and counts their spikes. */
  private void listRows(SpikeRows spk, Rows g, int r0, int r1, int k, int n) {
    assert spk.holds(r0, r1, k) && g.holds(r0, r1, n);
    int most = listedRows + Math.max(0, r1 - r0);
    if (spikesAt.length < most) {
      spikesAt = Arrays.copyOf(spikesAt, Math.max(most, 2 * spikesAt.length));
      gradientAt = Arrays.copyOf(gradientAt, spikesAt.length);
    }
    for (int r = r0; r < r1; r++) {
      spikesAt[listedRows] = spk.at(r);
      gradientAt[listedRows++] = g.at(r);
      listedSpikes += spk.count(r, k);
    }
  }

  private void eventsGradient(long[] words, float[] g, float[] gw, int k, int n) {
    if (listedSpikes <= (long) SPIKES_TO_GATHER * k) {
      eventsGradientByRow(words, g, gw, k, n);
    } else {
      eventsGradientByNeuron(words, g, gw, k, n);
    }
  }

  private void eventsGradientByRow(long[] words, float[] g, float[] gw, int k, int n) {
    for (int r = 0; r < listedRows; r++) {
      listEvents(words, spikesAt[r], 0, SpikeRows.words(k), 1);
      for (int e = 0; e < starts[1]; e++) {
        rows.add(g, gradientAt[r], gw, fired[e] * n, 0, n);
      }
    }
  }

  private void eventsGradientByNeuron(long[] words, float[] g, float[] gw, int k, int n) {
    int together = rowsOfWalk(k, n);
    for (int r = 0; r < listedRows; r += together) {
      int count = Math.min(together, listedRows - r);
      int listedNeurons = listRowsOfNeurons(words, r, count, k);
      int most = columns(EVENT_GRADIENT_VALUES, count);
      for (int j = 0; j < n; j += most) {
        int columns = Math.min(most, n - j);
        packListed(g, r, count, j, columns);
        for (int l = 0; l < listedNeurons; l++) {
          eventsGradientRow(firedStarts[l], firedStarts[l + 1], count * PANEL, gw, neurons[l] * n + j, columns);
        }
      }
    }
  }

  /**
   * How many of the rows are gathered in one walk of the gradient: so many that a neuron's row of it, which is read and
   * written, is worth it, but no more than leave them in a second-level cache.
   */
  private int rowsOfWalk(int k, int n) {
    long wanted = (long) k * n > NEAR_GRADIENT ? SPIKES_OF_FAR_WALK : SPIKES_OF_WALK;
    long wantedRows = wanted * k * listedRows / listedSpikes;
    return Math.clamp(wantedRows, LEAST_ROWS_OF_WALK, MOST_ROWS_OF_WALK) / Long.SIZE * Long.SIZE;
  }

  private void eventsGradientRow(int from, int to, int bPanel, float[] gw, int gwAt, int columns) {
    for (int j = 0; j < columns; j += GROUP * PANEL) {
      int width = Math.min(GROUP * PANEL, columns - j);
      int at = j / PANEL * bPanel;
      if (width == GROUP * PANEL) {
        eventsGradient(fired, from, to, right, at, bPanel, GROUP, gw, gwAt + j);
      } else {
        System.arraycopy(gw, gwAt + j, edge, 0, width);
        eventsGradient(fired, from, to, right, at, bPanel, panels(width), edge, 0);
        System.arraycopy(edge, 0, gw, gwAt + j, width);
      }
    }
  }

  @Override
  public void denseGradient(Rows x, Rows g, float[] gw, int gwAt, int r0, int r1, int k, int n) {
    assert x.holds(r0, r1, k) && g.holds(r0, r1, n);
    descending = false;
    for (int r = r0; r < r1; r += STEPS) {
      int steps = Math.min(STEPS, r1 - r);
      int mostRows = rows(GRADIENT_LEFT, steps);
      int mostColumns = columns(NEAR_VALUES, steps);
      for (int i = 0; i < k; i += mostRows) {
        int count = Math.min(mostRows, k - i);
        left.copyColumns(x, r, steps, i, count);
        for (int j = 0; j < n; j += mostColumns) {
          int columns = Math.min(mostColumns, n - j);
          packRight(g, r, steps, j, columns);
          // A tile's rows of the gradient one after the other: they are read and written in the order of memory.
          multiplyRight(count, steps, columns, gw, gwAt + i * n + j, n, columns);
        }
      }
    }
  }

  /** Adds the products of rows of {@link #left} with {@link #right} to c, a tile with {@code together} columns at once. */
  private void multiplyRight(int count, int steps, int together, float[] c, int cAt, int cRow, int columns) {
    int tiled = count - count % SMALL_TILE_ROWS;
    multiplyTiles(tiled, right, 0, padded(steps) * PANEL, steps, together, false, null, c, cAt, cRow, columns);
    for (int i = tiled; i < count; i++) {
      multiplyRow(i, right, 0, padded(steps) * PANEL, steps, false, null, c, cAt + i * cRow, columns);
    }
  }

  @Override
  public void transposedGradient(SpikeRows spk, float value, Rows g, float[] gw, int r0, int r1, int k, int n) {
    assert spk.holds(r0, r1, k) && g.holds(r0, r1, n);
    if (value == 1f && k >= NEURONS_BY_COLUMN && NarrowProducts.takesGradient(g, r0, r1, n)) {
      narrow.gradient(spk, g, gw, r0, r1, k, n);
    } else {
      expandedGradient(spk, value, g, gw, r0, r1, k, n);
    }
  }

  private void expandedGradient(SpikeRows spk, float value, Rows g, float[] gw, int r0, int r1, int k, int n) {
    descending = false;
    for (int r = r0; r < r1; r += STEPS) {
      int steps = Math.min(STEPS, r1 - r);
      for (int j = 0; j < n; j += FEW_ROWS) {
        int count = Math.min(FEW_ROWS, n - j);
        left.copyColumns(g, r, steps, j, count);
        roomForRight(GROUP * PANEL * padded(steps));
        // A group of panels at a time: its floats stay in a near cache between being made of bits and being used.
        for (int i = 0; i < k; i += GROUP * PANEL) {
          int columns = Math.min(GROUP * PANEL, k - i);
          for (int p = i; p < i + columns; p += PANEL) {
            expandPanel(spk.words(), spk.at(r) + (p >>> 6), spk.stride(), p, value, steps, (p - i) * padded(steps));
          }
          endPanels(columns, steps);
          multiplyRight(count, steps, PANEL, gw, j * k + i, k, columns);
        }
      }
    }
  }

  /** Writes the spikes of a panel of neurons, from {@code neuron} on, in {@code steps} rows to {@link #right}. */
  private void expandPanel(long[] words, int at, int stride, int neuron, float value, int steps, int to) {
    for (int s = 0; s < steps; s++) {
      long bits = words[at + s * stride];
      FloatVector.zero(FLOATS).blend(value, VectorMask.fromLong(FLOATS, bits >>> neuron))
          .intoMemorySegment(right, bytes(to) + s * PANEL_BYTES, NATIVE);
      FloatVector.zero(FLOATS).blend(value, VectorMask.fromLong(FLOATS, bits >>> (neuron + LANES)))
          .intoMemorySegment(right, bytes(to) + s * PANEL_BYTES + VECTOR_BYTES, NATIVE);
    }
  }

  /** How many columns of so many rows have at most so many values, in whole groups of panels. */
  private static int columns(int values, int rows) {
    return Math.max(1, values / Math.max(1, rows) / (GROUP * PANEL)) * GROUP * PANEL;
  }

  /** How many rows of so many values, in whole tiles of the left operand. */
  private static int rows(int values, int columns) {
    return Math.max(1, values / columns / LEFT_ROWS) * LEFT_ROWS;
  }

  private static int panels(int columns) {
    return Math.ceilDiv(columns, PANEL);
  }

  /** Room for so many values of panels, and one panel more: slices may end a vector later (see {@link PackedWeights}). */
  private void roomForRight(int size) {
    if (right.byteSize() < bytes(size + PANEL)) {
      right = PackedWeights.aligned(size + PANEL);
    }
  }

  /** Packs columns of g as {@link PackedWeights} does, to {@link #right}: [panel][padded(steps)][PANEL]. */
  private void packRight(Rows g, int r, int steps, int column, int columns) {
    int panel = padded(steps) * PANEL;
    roomForRight(panels(columns) * panel);
    for (int s = 0; s < steps; s++) {
      packRow(g.data(), g.at(r + s) + column, columns, s, panel);
    }
    endPanels(columns, steps);
  }

  /** The same of rows that are listed: [panel][count][PANEL]. */
  private void packListed(float[] g, int first, int count, int column, int columns) {
    roomForRight(panels(columns) * count * PANEL);
    for (int i = 0; i < count; i++) {
      packRow(g, gradientAt[first + i] + column, columns, i, count * PANEL);
    }
  }

  private void packRow(float[] g, int at, int columns, int s, int panel) {
    int whole = columns / PANEL * PANEL;
    packPanels(g, at, whole, right, bytes(s * PANEL), bytes(panel / PANEL));
    if (whole < columns) {
      MemorySegment.copy(g, at + whole, right, ValueLayout.JAVA_FLOAT, bytes(whole / PANEL * panel + s * PANEL),
          columns - whole);
    }
  }

  /** Fills up steps in {@link #right} to {@link PackedWeights#padded} with zeros, which {@link LeftTiles} multiplies with -0. */
  private void endPanels(int columns, int steps) {
    if (steps < padded(steps)) {
      for (int p = 0; p < panels(columns); p++) {
        MemorySegment.copy(zeros, 0, right, ValueLayout.JAVA_FLOAT, bytes((p * padded(steps) + steps) * PANEL),
            (padded(steps) - steps) * PANEL);
      }
    }
  }

  /** Copies whole panels of a row, panels being {@code PANEL * column} bytes apart. */
  private static void packPanels(float[] g, int at, int columns, MemorySegment to, long toAt, long column) {
    for (int j = 0; j < columns; j += PANEL) {
      FloatVector.fromArray(FLOATS, g, at + j).intoMemorySegment(to, toAt + j * column, NATIVE);
      FloatVector.fromArray(FLOATS, g, at + j + LANES).intoMemorySegment(to, toAt + j * column + VECTOR_BYTES, NATIVE);
    }
  }

  /**
   * The products of rows of {@link #left}, in whole small tiles, with panels b, in the same rows of c, [columns]: added to
   * what is there, or in its place. Each tile reads ahead its part of the panel that takes the place of this one in the
   * next block; fewer tiles than {@link #TILES_AHEAD} leave some of it, more read the last part again, and where no block
   * is next, a panel stands for itself.
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
      int from = together * inTurn(q, blocks);
      int to = Math.min(from + together, columns);
      int next = q + 1 < blocks ? together * inTurn(q + 1, blocks) : from;
      int h;
      for (int i = 0; i < count; i += h) {
        h = count - i >= TILE_ROWS ? TILE_ROWS : SMALL_TILE_ROWS;
        long part = Math.min(i / TILE_ROWS, TILES_AHEAD - 1) * steps * AHEAD_BYTES;
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
    float[] start = fresh ? zeros : c;
    int startAt = fresh ? 0 : cAt;
    int startRow = fresh ? 0 : cRow;
    if (!fresh && width < PANEL) {
      copyRows(c, cAt, cRow, edge, 0, PANEL, h, width);
      start = edge;
      startAt = 0;
      startRow = PANEL;
    }
    if (h == LARGE_TILE_ROWS) {
      fetched = tile8(left.data(), left.at(i), b, bAt, ahead, steps, start, startAt, startRow, edge);
    } else {
      fetched = tile4(left.data(), left.at(i), b, bAt, ahead, steps, start, startAt, startRow, edge);
    }
    float[] last = last(bias, j, width, PANEL);
    int lastAt = lastAt(bias, j, width, PANEL);
    if (width == PANEL) {
      addTo(edge, h, last, lastAt, c, cAt, cRow);
    } else {
      addTo(edge, h, last, lastAt, edge, 0, PANEL);
      copyRows(edge, 0, PANEL, c, cAt, cRow, h, width);
    }
  }

  /** {@code c = tile + last}, rows of a panel. */
  private static void addTo(float[] tile, int h, float[] last, int lastAt, float[] c, int cAt, int cRow) {
    FloatVector last0 = FloatVector.fromArray(FLOATS, last, lastAt);
    FloatVector last1 = FloatVector.fromArray(FLOATS, last, lastAt + LANES);
    for (int i = 0; i < h; i++) {
      FloatVector.fromArray(FLOATS, tile, i * PANEL).add(last0).intoArray(c, cAt + i * cRow);
      FloatVector.fromArray(FLOATS, tile, i * PANEL + LANES).add(last1).intoArray(c, cAt + i * cRow + LANES);
    }
  }

  private void multiplyRow(int i, MemorySegment b, int bAt, int bPanel, int steps, boolean fresh, float[] bias,
      float[] c, int cAt, int columns) {
    int groups = Math.ceilDiv(columns, GROUP * PANEL);
    for (int g = 0; g < groups; g++) {
      int j = GROUP * PANEL * inTurn(g, groups);
      int at = bAt + j / PANEL * bPanel;
      int width = Math.min(GROUP * PANEL, columns - j);
      float[] last = last(bias, j, width, GROUP * PANEL);
      int lastAt = lastAt(bias, j, width, GROUP * PANEL);
      if (width == GROUP * PANEL) {
        row(left.data(), left.at(i), b, at, bPanel, GROUP, steps, fresh ? zeros : c, fresh ? 0 : cAt + j, last, lastAt,
            c, cAt + j);
      } else {
        if (!fresh) {
          System.arraycopy(c, cAt + j, edge, 0, width);
        }
        row(left.data(), left.at(i), b, at, bPanel, panels(width), steps, fresh ? zeros : edge, 0, last, lastAt, edge, 0);
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
      return neutral;
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

  /**
   * Lists for each neuron that fired those of {@code count} rows, from the {@code first} that is listed, in which it did.
   *
   * @return number of neurons listed
   */
  private int listRowsOfNeurons(long[] words, int first, int count, int k) {
    if (neurons.length < k) {
      neurons = new int[k];
      firedStarts = new int[k + 1];
    }
    int found = 0;
    int end = 0;
    for (int word = 0; word < SpikeRows.words(k); word++) {
      long any = 0;
      for (int i = 0; i < count; i++) {
        bits[i] = words[spikesAt[first + i] + word];
        any |= bits[i];
      }
      if (any == 0) {
        continue;
      }
      int padded = Math.ceilDiv(count, Long.SIZE) * Long.SIZE;
      Arrays.fill(bits, count, padded, 0);
      for (int block = 0; block < padded; block += Long.SIZE) {
        SpikeRows.transpose(bits, block);
      }
      roomForFired(end + Long.SIZE * count);
      for (; any != 0; any &= any - 1) {
        int i = Long.numberOfTrailingZeros(any);
        neurons[found] = word * Long.SIZE + i;
        firedStarts[found++] = end;
        for (int block = 0; block < padded; block += Long.SIZE) {
          end = list(bits[block + i], block, fired, end);
        }
      }
    }
    firedStarts[found] = end;
    return found;
  }

  private void roomForFired(int most) {
    if (fired.length < most + LISTED_TOGETHER) {
      fired = Arrays.copyOf(fired, Math.max(most + LISTED_TOGETHER, 2 * fired.length));
    }
  }

  /**
   * Appends {@code base} plus the index of each bit. Writes some entries beyond the end, and goes through its loop once even
   * if there are none: of sparse rows, some words have bits and some do not, which no processor can tell beforehand.
   */
  private static int list(long word, int base, int[] to, int at) {
    int end = at + Long.bitCount(word);
    long bits = word;
    int i = at;
    do {
      to[i] = base + Long.numberOfTrailingZeros(bits);
      bits &= bits - 1;
      to[i + 1] = base + Long.numberOfTrailingZeros(bits);
      bits &= bits - 1;
      to[i + 2] = base + Long.numberOfTrailingZeros(bits);
      bits &= bits - 1;
      to[i + 3] = base + Long.numberOfTrailingZeros(bits);
      bits &= bits - 1;
      i += LISTED_TOGETHER;
    } while (i < end);
    return end;
  }

  /**
   * Eight rows of one panel: {@code to = start + the products}, four steps at a time. It also reads values here and there
   * in {@code steps * AHEAD_BYTES} bytes from {@code ahead} on, one at least of each cache line, which a later tile then
   * finds in a cache.
   *
   * <p>The sums go to an array of their own, at places that are constants: one check of bounds proves them all. With a check
   * for each, C2 (JDK 25) at times boxed some, so that it could hand them to the interpreter if a check failed.
   *
   * @param to [8][PANEL]
   * @return what depends on the values read ahead
   */
  private static int tile8(float[] a, int aAt, MemorySegment b, int bAt, long ahead, int steps, float[] start,
      int startAt, int startRow, float[] to) {
    FloatVector c00 = FloatVector.fromArray(FLOATS, start, startAt);
    FloatVector c01 = FloatVector.fromArray(FLOATS, start, startAt + LANES);
    FloatVector c10 = FloatVector.fromArray(FLOATS, start, startAt + startRow);
    FloatVector c11 = FloatVector.fromArray(FLOATS, start, startAt + startRow + LANES);
    FloatVector c20 = FloatVector.fromArray(FLOATS, start, startAt + 2 * startRow);
    FloatVector c21 = FloatVector.fromArray(FLOATS, start, startAt + 2 * startRow + LANES);
    FloatVector c30 = FloatVector.fromArray(FLOATS, start, startAt + 3 * startRow);
    FloatVector c31 = FloatVector.fromArray(FLOATS, start, startAt + 3 * startRow + LANES);
    FloatVector c40 = FloatVector.fromArray(FLOATS, start, startAt + 4 * startRow);
    FloatVector c41 = FloatVector.fromArray(FLOATS, start, startAt + 4 * startRow + LANES);
    FloatVector c50 = FloatVector.fromArray(FLOATS, start, startAt + 5 * startRow);
    FloatVector c51 = FloatVector.fromArray(FLOATS, start, startAt + 5 * startRow + LANES);
    FloatVector c60 = FloatVector.fromArray(FLOATS, start, startAt + 6 * startRow);
    FloatVector c61 = FloatVector.fromArray(FLOATS, start, startAt + 6 * startRow + LANES);
    FloatVector c70 = FloatVector.fromArray(FLOATS, start, startAt + 7 * startRow);
    FloatVector c71 = FloatVector.fromArray(FLOATS, start, startAt + 7 * startRow + LANES);
    long p0 = bytes(bAt);
    long p1 = p0 + PANEL_BYTES;
    long p2 = p1 + PANEL_BYTES;
    long p3 = p2 + PANEL_BYTES;
    int seen = 0;
    for (int s = 0; s < steps; s += STEPS_TOGETHER) {
      if (b.get(ValueLayout.JAVA_INT_UNALIGNED, ahead + s * AHEAD_BYTES) == NEVER) {
        seen++;
      }
      FloatVector b0 = FloatVector.fromMemorySegment(FLOATS, b, p0 + s * PANEL_BYTES, NATIVE);
      FloatVector b1 = FloatVector.fromMemorySegment(FLOATS, b, p0 + s * PANEL_BYTES + VECTOR_BYTES, NATIVE);
      FloatVector a0 = FloatVector.broadcast(FLOATS, a[aAt + s * LEFT_ROWS]);
      c00 = a0.fma(b0, c00);
      c01 = a0.fma(b1, c01);
      FloatVector a1 = FloatVector.broadcast(FLOATS, a[aAt + s * LEFT_ROWS + 1]);
      c10 = a1.fma(b0, c10);
      c11 = a1.fma(b1, c11);
      FloatVector a2 = FloatVector.broadcast(FLOATS, a[aAt + s * LEFT_ROWS + 2]);
      c20 = a2.fma(b0, c20);
      c21 = a2.fma(b1, c21);
      FloatVector a3 = FloatVector.broadcast(FLOATS, a[aAt + s * LEFT_ROWS + 3]);
      c30 = a3.fma(b0, c30);
      c31 = a3.fma(b1, c31);
      FloatVector a4 = FloatVector.broadcast(FLOATS, a[aAt + s * LEFT_ROWS + 4]);
      c40 = a4.fma(b0, c40);
      c41 = a4.fma(b1, c41);
      FloatVector a5 = FloatVector.broadcast(FLOATS, a[aAt + s * LEFT_ROWS + 5]);
      c50 = a5.fma(b0, c50);
      c51 = a5.fma(b1, c51);
      FloatVector a6 = FloatVector.broadcast(FLOATS, a[aAt + s * LEFT_ROWS + 6]);
      c60 = a6.fma(b0, c60);
      c61 = a6.fma(b1, c61);
      FloatVector a7 = FloatVector.broadcast(FLOATS, a[aAt + s * LEFT_ROWS + 7]);
      c70 = a7.fma(b0, c70);
      c71 = a7.fma(b1, c71);
      FloatVector d0 = FloatVector.fromMemorySegment(FLOATS, b, p1 + s * PANEL_BYTES, NATIVE);
      FloatVector d1 = FloatVector.fromMemorySegment(FLOATS, b, p1 + s * PANEL_BYTES + VECTOR_BYTES, NATIVE);
      FloatVector e0 = FloatVector.broadcast(FLOATS, a[aAt + (s + 1) * LEFT_ROWS]);
      c00 = e0.fma(d0, c00);
      c01 = e0.fma(d1, c01);
      FloatVector e1 = FloatVector.broadcast(FLOATS, a[aAt + (s + 1) * LEFT_ROWS + 1]);
      c10 = e1.fma(d0, c10);
      c11 = e1.fma(d1, c11);
      FloatVector e2 = FloatVector.broadcast(FLOATS, a[aAt + (s + 1) * LEFT_ROWS + 2]);
      c20 = e2.fma(d0, c20);
      c21 = e2.fma(d1, c21);
      FloatVector e3 = FloatVector.broadcast(FLOATS, a[aAt + (s + 1) * LEFT_ROWS + 3]);
      c30 = e3.fma(d0, c30);
      c31 = e3.fma(d1, c31);
      FloatVector e4 = FloatVector.broadcast(FLOATS, a[aAt + (s + 1) * LEFT_ROWS + 4]);
      c40 = e4.fma(d0, c40);
      c41 = e4.fma(d1, c41);
      FloatVector e5 = FloatVector.broadcast(FLOATS, a[aAt + (s + 1) * LEFT_ROWS + 5]);
      c50 = e5.fma(d0, c50);
      c51 = e5.fma(d1, c51);
      FloatVector e6 = FloatVector.broadcast(FLOATS, a[aAt + (s + 1) * LEFT_ROWS + 6]);
      c60 = e6.fma(d0, c60);
      c61 = e6.fma(d1, c61);
      FloatVector e7 = FloatVector.broadcast(FLOATS, a[aAt + (s + 1) * LEFT_ROWS + 7]);
      c70 = e7.fma(d0, c70);
      c71 = e7.fma(d1, c71);
      FloatVector f0 = FloatVector.fromMemorySegment(FLOATS, b, p2 + s * PANEL_BYTES, NATIVE);
      FloatVector f1 = FloatVector.fromMemorySegment(FLOATS, b, p2 + s * PANEL_BYTES + VECTOR_BYTES, NATIVE);
      FloatVector g0 = FloatVector.broadcast(FLOATS, a[aAt + (s + 2) * LEFT_ROWS]);
      c00 = g0.fma(f0, c00);
      c01 = g0.fma(f1, c01);
      FloatVector g1 = FloatVector.broadcast(FLOATS, a[aAt + (s + 2) * LEFT_ROWS + 1]);
      c10 = g1.fma(f0, c10);
      c11 = g1.fma(f1, c11);
      FloatVector g2 = FloatVector.broadcast(FLOATS, a[aAt + (s + 2) * LEFT_ROWS + 2]);
      c20 = g2.fma(f0, c20);
      c21 = g2.fma(f1, c21);
      FloatVector g3 = FloatVector.broadcast(FLOATS, a[aAt + (s + 2) * LEFT_ROWS + 3]);
      c30 = g3.fma(f0, c30);
      c31 = g3.fma(f1, c31);
      FloatVector g4 = FloatVector.broadcast(FLOATS, a[aAt + (s + 2) * LEFT_ROWS + 4]);
      c40 = g4.fma(f0, c40);
      c41 = g4.fma(f1, c41);
      FloatVector g5 = FloatVector.broadcast(FLOATS, a[aAt + (s + 2) * LEFT_ROWS + 5]);
      c50 = g5.fma(f0, c50);
      c51 = g5.fma(f1, c51);
      FloatVector g6 = FloatVector.broadcast(FLOATS, a[aAt + (s + 2) * LEFT_ROWS + 6]);
      c60 = g6.fma(f0, c60);
      c61 = g6.fma(f1, c61);
      FloatVector g7 = FloatVector.broadcast(FLOATS, a[aAt + (s + 2) * LEFT_ROWS + 7]);
      c70 = g7.fma(f0, c70);
      c71 = g7.fma(f1, c71);
      FloatVector h0 = FloatVector.fromMemorySegment(FLOATS, b, p3 + s * PANEL_BYTES, NATIVE);
      FloatVector h1 = FloatVector.fromMemorySegment(FLOATS, b, p3 + s * PANEL_BYTES + VECTOR_BYTES, NATIVE);
      FloatVector k0 = FloatVector.broadcast(FLOATS, a[aAt + (s + 3) * LEFT_ROWS]);
      c00 = k0.fma(h0, c00);
      c01 = k0.fma(h1, c01);
      FloatVector k1 = FloatVector.broadcast(FLOATS, a[aAt + (s + 3) * LEFT_ROWS + 1]);
      c10 = k1.fma(h0, c10);
      c11 = k1.fma(h1, c11);
      FloatVector k2 = FloatVector.broadcast(FLOATS, a[aAt + (s + 3) * LEFT_ROWS + 2]);
      c20 = k2.fma(h0, c20);
      c21 = k2.fma(h1, c21);
      FloatVector k3 = FloatVector.broadcast(FLOATS, a[aAt + (s + 3) * LEFT_ROWS + 3]);
      c30 = k3.fma(h0, c30);
      c31 = k3.fma(h1, c31);
      FloatVector k4 = FloatVector.broadcast(FLOATS, a[aAt + (s + 3) * LEFT_ROWS + 4]);
      c40 = k4.fma(h0, c40);
      c41 = k4.fma(h1, c41);
      FloatVector k5 = FloatVector.broadcast(FLOATS, a[aAt + (s + 3) * LEFT_ROWS + 5]);
      c50 = k5.fma(h0, c50);
      c51 = k5.fma(h1, c51);
      FloatVector k6 = FloatVector.broadcast(FLOATS, a[aAt + (s + 3) * LEFT_ROWS + 6]);
      c60 = k6.fma(h0, c60);
      c61 = k6.fma(h1, c61);
      FloatVector k7 = FloatVector.broadcast(FLOATS, a[aAt + (s + 3) * LEFT_ROWS + 7]);
      c70 = k7.fma(h0, c70);
      c71 = k7.fma(h1, c71);
    }
    c00.intoArray(to, 0);
    c01.intoArray(to, LANES);
    c10.intoArray(to, PANEL);
    c11.intoArray(to, PANEL + LANES);
    c20.intoArray(to, 2 * PANEL);
    c21.intoArray(to, 2 * PANEL + LANES);
    c30.intoArray(to, 3 * PANEL);
    c31.intoArray(to, 3 * PANEL + LANES);
    c40.intoArray(to, 4 * PANEL);
    c41.intoArray(to, 4 * PANEL + LANES);
    c50.intoArray(to, 5 * PANEL);
    c51.intoArray(to, 5 * PANEL + LANES);
    c60.intoArray(to, 6 * PANEL);
    c61.intoArray(to, 6 * PANEL + LANES);
    c70.intoArray(to, 7 * PANEL);
    c71.intoArray(to, 7 * PANEL + LANES);
    return seen;
  }

  /** The same of four rows. */
  private static int tile4(float[] a, int aAt, MemorySegment b, int bAt, long ahead, int steps, float[] start,
      int startAt, int startRow, float[] to) {
    FloatVector c00 = FloatVector.fromArray(FLOATS, start, startAt);
    FloatVector c01 = FloatVector.fromArray(FLOATS, start, startAt + LANES);
    FloatVector c10 = FloatVector.fromArray(FLOATS, start, startAt + startRow);
    FloatVector c11 = FloatVector.fromArray(FLOATS, start, startAt + startRow + LANES);
    FloatVector c20 = FloatVector.fromArray(FLOATS, start, startAt + 2 * startRow);
    FloatVector c21 = FloatVector.fromArray(FLOATS, start, startAt + 2 * startRow + LANES);
    FloatVector c30 = FloatVector.fromArray(FLOATS, start, startAt + 3 * startRow);
    FloatVector c31 = FloatVector.fromArray(FLOATS, start, startAt + 3 * startRow + LANES);
    long p0 = bytes(bAt);
    long p1 = p0 + PANEL_BYTES;
    long p2 = p1 + PANEL_BYTES;
    long p3 = p2 + PANEL_BYTES;
    int seen = 0;
    for (int s = 0; s < steps; s += STEPS_TOGETHER) {
      if (b.get(ValueLayout.JAVA_INT_UNALIGNED, ahead + s * AHEAD_BYTES) == NEVER) {
        seen++;
      }
      FloatVector b0 = FloatVector.fromMemorySegment(FLOATS, b, p0 + s * PANEL_BYTES, NATIVE);
      FloatVector b1 = FloatVector.fromMemorySegment(FLOATS, b, p0 + s * PANEL_BYTES + VECTOR_BYTES, NATIVE);
      FloatVector a0 = FloatVector.broadcast(FLOATS, a[aAt + s * LEFT_ROWS]);
      c00 = a0.fma(b0, c00);
      c01 = a0.fma(b1, c01);
      FloatVector a1 = FloatVector.broadcast(FLOATS, a[aAt + s * LEFT_ROWS + 1]);
      c10 = a1.fma(b0, c10);
      c11 = a1.fma(b1, c11);
      FloatVector a2 = FloatVector.broadcast(FLOATS, a[aAt + s * LEFT_ROWS + 2]);
      c20 = a2.fma(b0, c20);
      c21 = a2.fma(b1, c21);
      FloatVector a3 = FloatVector.broadcast(FLOATS, a[aAt + s * LEFT_ROWS + 3]);
      c30 = a3.fma(b0, c30);
      c31 = a3.fma(b1, c31);
      FloatVector d0 = FloatVector.fromMemorySegment(FLOATS, b, p1 + s * PANEL_BYTES, NATIVE);
      FloatVector d1 = FloatVector.fromMemorySegment(FLOATS, b, p1 + s * PANEL_BYTES + VECTOR_BYTES, NATIVE);
      FloatVector e0 = FloatVector.broadcast(FLOATS, a[aAt + (s + 1) * LEFT_ROWS]);
      c00 = e0.fma(d0, c00);
      c01 = e0.fma(d1, c01);
      FloatVector e1 = FloatVector.broadcast(FLOATS, a[aAt + (s + 1) * LEFT_ROWS + 1]);
      c10 = e1.fma(d0, c10);
      c11 = e1.fma(d1, c11);
      FloatVector e2 = FloatVector.broadcast(FLOATS, a[aAt + (s + 1) * LEFT_ROWS + 2]);
      c20 = e2.fma(d0, c20);
      c21 = e2.fma(d1, c21);
      FloatVector e3 = FloatVector.broadcast(FLOATS, a[aAt + (s + 1) * LEFT_ROWS + 3]);
      c30 = e3.fma(d0, c30);
      c31 = e3.fma(d1, c31);
      FloatVector f0 = FloatVector.fromMemorySegment(FLOATS, b, p2 + s * PANEL_BYTES, NATIVE);
      FloatVector f1 = FloatVector.fromMemorySegment(FLOATS, b, p2 + s * PANEL_BYTES + VECTOR_BYTES, NATIVE);
      FloatVector g0 = FloatVector.broadcast(FLOATS, a[aAt + (s + 2) * LEFT_ROWS]);
      c00 = g0.fma(f0, c00);
      c01 = g0.fma(f1, c01);
      FloatVector g1 = FloatVector.broadcast(FLOATS, a[aAt + (s + 2) * LEFT_ROWS + 1]);
      c10 = g1.fma(f0, c10);
      c11 = g1.fma(f1, c11);
      FloatVector g2 = FloatVector.broadcast(FLOATS, a[aAt + (s + 2) * LEFT_ROWS + 2]);
      c20 = g2.fma(f0, c20);
      c21 = g2.fma(f1, c21);
      FloatVector g3 = FloatVector.broadcast(FLOATS, a[aAt + (s + 2) * LEFT_ROWS + 3]);
      c30 = g3.fma(f0, c30);
      c31 = g3.fma(f1, c31);
      FloatVector h0 = FloatVector.fromMemorySegment(FLOATS, b, p3 + s * PANEL_BYTES, NATIVE);
      FloatVector h1 = FloatVector.fromMemorySegment(FLOATS, b, p3 + s * PANEL_BYTES + VECTOR_BYTES, NATIVE);
      FloatVector k0 = FloatVector.broadcast(FLOATS, a[aAt + (s + 3) * LEFT_ROWS]);
      c00 = k0.fma(h0, c00);
      c01 = k0.fma(h1, c01);
      FloatVector k1 = FloatVector.broadcast(FLOATS, a[aAt + (s + 3) * LEFT_ROWS + 1]);
      c10 = k1.fma(h0, c10);
      c11 = k1.fma(h1, c11);
      FloatVector k2 = FloatVector.broadcast(FLOATS, a[aAt + (s + 3) * LEFT_ROWS + 2]);
      c20 = k2.fma(h0, c20);
      c21 = k2.fma(h1, c21);
      FloatVector k3 = FloatVector.broadcast(FLOATS, a[aAt + (s + 3) * LEFT_ROWS + 3]);
      c30 = k3.fma(h0, c30);
      c31 = k3.fma(h1, c31);
    }
    c00.intoArray(to, 0);
    c01.intoArray(to, LANES);
    c10.intoArray(to, PANEL);
    c11.intoArray(to, PANEL + LANES);
    c20.intoArray(to, 2 * PANEL);
    c21.intoArray(to, 2 * PANEL + LANES);
    c30.intoArray(to, 3 * PANEL);
    c31.intoArray(to, 3 * PANEL + LANES);
    return seen;
  }

  /**
   * One row of a group of panels, {@code c = (start + the products) + last}: {@code panels} of them count, and the last
   * stands for those beyond.
   */
  private static void row(float[] a, int aAt, MemorySegment b, int bAt, int bPanel, int panels, int steps, float[] start,
      int startAt, float[] last, int lastAt, float[] c, int cAt) {
    long p0 = bytes(bAt);
    long p1 = bytes(bAt + Math.min(1, panels - 1) * bPanel);
    long p2 = bytes(bAt + Math.min(2, panels - 1) * bPanel);
    long p3 = bytes(bAt + Math.min(3, panels - 1) * bPanel);
    FloatVector c0 = FloatVector.fromArray(FLOATS, start, startAt);
    FloatVector c1 = FloatVector.fromArray(FLOATS, start, startAt + LANES);
    FloatVector c2 = FloatVector.fromArray(FLOATS, start, startAt + 2 * LANES);
    FloatVector c3 = FloatVector.fromArray(FLOATS, start, startAt + 3 * LANES);
    FloatVector c4 = FloatVector.fromArray(FLOATS, start, startAt + 4 * LANES);
    FloatVector c5 = FloatVector.fromArray(FLOATS, start, startAt + 5 * LANES);
    FloatVector c6 = FloatVector.fromArray(FLOATS, start, startAt + 6 * LANES);
    FloatVector c7 = FloatVector.fromArray(FLOATS, start, startAt + 7 * LANES);
    for (int s = 0; s < steps; s++) {
      FloatVector a0 = FloatVector.broadcast(FLOATS, a[aAt + s * LEFT_ROWS]);
      c0 = a0.fma(FloatVector.fromMemorySegment(FLOATS, b, p0 + s * PANEL_BYTES, NATIVE), c0);
      c1 = a0.fma(FloatVector.fromMemorySegment(FLOATS, b, p0 + s * PANEL_BYTES + VECTOR_BYTES, NATIVE), c1);
      c2 = a0.fma(FloatVector.fromMemorySegment(FLOATS, b, p1 + s * PANEL_BYTES, NATIVE), c2);
      c3 = a0.fma(FloatVector.fromMemorySegment(FLOATS, b, p1 + s * PANEL_BYTES + VECTOR_BYTES, NATIVE), c3);
      c4 = a0.fma(FloatVector.fromMemorySegment(FLOATS, b, p2 + s * PANEL_BYTES, NATIVE), c4);
      c5 = a0.fma(FloatVector.fromMemorySegment(FLOATS, b, p2 + s * PANEL_BYTES + VECTOR_BYTES, NATIVE), c5);
      c6 = a0.fma(FloatVector.fromMemorySegment(FLOATS, b, p3 + s * PANEL_BYTES, NATIVE), c6);
      c7 = a0.fma(FloatVector.fromMemorySegment(FLOATS, b, p3 + s * PANEL_BYTES + VECTOR_BYTES, NATIVE), c7);
    }
    c0.add(FloatVector.fromArray(FLOATS, last, lastAt)).intoArray(c, cAt);
    c1.add(FloatVector.fromArray(FLOATS, last, lastAt + LANES)).intoArray(c, cAt + LANES);
    c2.add(FloatVector.fromArray(FLOATS, last, lastAt + 2 * LANES)).intoArray(c, cAt + 2 * LANES);
    c3.add(FloatVector.fromArray(FLOATS, last, lastAt + 3 * LANES)).intoArray(c, cAt + 3 * LANES);
    c4.add(FloatVector.fromArray(FLOATS, last, lastAt + 4 * LANES)).intoArray(c, cAt + 4 * LANES);
    c5.add(FloatVector.fromArray(FLOATS, last, lastAt + 5 * LANES)).intoArray(c, cAt + 5 * LANES);
    c6.add(FloatVector.fromArray(FLOATS, last, lastAt + 6 * LANES)).intoArray(c, cAt + 6 * LANES);
    c7.add(FloatVector.fromArray(FLOATS, last, lastAt + 7 * LANES)).intoArray(c, cAt + 7 * LANES);
  }

  /** One row of the event-driven product in {@code EVENT_GROUP} panels, {@code panels} as in {@link #row}. */
  private static void events(int[] list, int from, int to, MemorySegment b, int bAt, int bPanel, int panels,
      float[] bias, int biasAt, float[] y, int yAt) {
    long p0 = bytes(bAt);
    long p1 = bytes(bAt + (panels - 1) * bPanel);
    long size = bytes(bPanel);
    MemorySegment b0 = b.asSlice(p0, size);
    MemorySegment b1 = b.asSlice(p0 + VECTOR_BYTES, size);
    MemorySegment b2 = b.asSlice(p1, size);
    MemorySegment b3 = b.asSlice(p1 + VECTOR_BYTES, size);
    FloatVector y0 = FloatVector.zero(FLOATS);
    FloatVector y1 = FloatVector.zero(FLOATS);
    FloatVector y2 = FloatVector.zero(FLOATS);
    FloatVector y3 = FloatVector.zero(FLOATS);
    for (int e = from; e < to; e++) {
      long i = list[e] * PANEL_BYTES;
      y0 = y0.add(FloatVector.fromMemorySegment(FLOATS, b0, i, NATIVE));
      y1 = y1.add(FloatVector.fromMemorySegment(FLOATS, b1, i, NATIVE));
      y2 = y2.add(FloatVector.fromMemorySegment(FLOATS, b2, i, NATIVE));
      y3 = y3.add(FloatVector.fromMemorySegment(FLOATS, b3, i, NATIVE));
    }
    y0.add(FloatVector.fromArray(FLOATS, bias, biasAt)).intoArray(y, yAt);
    y1.add(FloatVector.fromArray(FLOATS, bias, biasAt + LANES)).intoArray(y, yAt + LANES);
    y2.add(FloatVector.fromArray(FLOATS, bias, biasAt + 2 * LANES)).intoArray(y, yAt + 2 * LANES);
    y3.add(FloatVector.fromArray(FLOATS, bias, biasAt + 3 * LANES)).intoArray(y, yAt + 3 * LANES);
  }

  /**
   * Four rows of the event-driven product in one panel, without the bias; row i has the events from {@code s<i>} on. Two
   * sums alone would wait for each other's additions.
   */
  private static void events(int[] list, int s0, int s1, int s2, int s3, int end, MemorySegment b, int bAt, int bPanel,
      float[] y) {
    MemorySegment b0 = b.asSlice(bytes(bAt), bytes(bPanel));
    MemorySegment b1 = b.asSlice(bytes(bAt) + VECTOR_BYTES, bytes(bPanel));
    int together = Math.min(Math.min(s1 - s0, s2 - s1), Math.min(s3 - s2, end - s3));
    FloatVector y00 = FloatVector.zero(FLOATS);
    FloatVector y01 = FloatVector.zero(FLOATS);
    FloatVector y10 = FloatVector.zero(FLOATS);
    FloatVector y11 = FloatVector.zero(FLOATS);
    FloatVector y20 = FloatVector.zero(FLOATS);
    FloatVector y21 = FloatVector.zero(FLOATS);
    FloatVector y30 = FloatVector.zero(FLOATS);
    FloatVector y31 = FloatVector.zero(FLOATS);
    for (int e = 0; e < together; e++) {
      long i0 = list[s0 + e] * PANEL_BYTES;
      y00 = y00.add(FloatVector.fromMemorySegment(FLOATS, b0, i0, NATIVE));
      y01 = y01.add(FloatVector.fromMemorySegment(FLOATS, b1, i0, NATIVE));
      long i1 = list[s1 + e] * PANEL_BYTES;
      y10 = y10.add(FloatVector.fromMemorySegment(FLOATS, b0, i1, NATIVE));
      y11 = y11.add(FloatVector.fromMemorySegment(FLOATS, b1, i1, NATIVE));
      long i2 = list[s2 + e] * PANEL_BYTES;
      y20 = y20.add(FloatVector.fromMemorySegment(FLOATS, b0, i2, NATIVE));
      y21 = y21.add(FloatVector.fromMemorySegment(FLOATS, b1, i2, NATIVE));
      long i3 = list[s3 + e] * PANEL_BYTES;
      y30 = y30.add(FloatVector.fromMemorySegment(FLOATS, b0, i3, NATIVE));
      y31 = y31.add(FloatVector.fromMemorySegment(FLOATS, b1, i3, NATIVE));
    }
    for (int e = s0 + together; e < s1; e++) {
      y00 = y00.add(FloatVector.fromMemorySegment(FLOATS, b0, list[e] * PANEL_BYTES, NATIVE));
      y01 = y01.add(FloatVector.fromMemorySegment(FLOATS, b1, list[e] * PANEL_BYTES, NATIVE));
    }
    for (int e = s1 + together; e < s2; e++) {
      y10 = y10.add(FloatVector.fromMemorySegment(FLOATS, b0, list[e] * PANEL_BYTES, NATIVE));
      y11 = y11.add(FloatVector.fromMemorySegment(FLOATS, b1, list[e] * PANEL_BYTES, NATIVE));
    }
    for (int e = s2 + together; e < s3; e++) {
      y20 = y20.add(FloatVector.fromMemorySegment(FLOATS, b0, list[e] * PANEL_BYTES, NATIVE));
      y21 = y21.add(FloatVector.fromMemorySegment(FLOATS, b1, list[e] * PANEL_BYTES, NATIVE));
    }
    for (int e = s3 + together; e < end; e++) {
      y30 = y30.add(FloatVector.fromMemorySegment(FLOATS, b0, list[e] * PANEL_BYTES, NATIVE));
      y31 = y31.add(FloatVector.fromMemorySegment(FLOATS, b1, list[e] * PANEL_BYTES, NATIVE));
    }
    y00.intoArray(y, 0);
    y01.intoArray(y, LANES);
    y10.intoArray(y, PANEL);
    y11.intoArray(y, PANEL + LANES);
    y20.intoArray(y, 2 * PANEL);
    y21.intoArray(y, 2 * PANEL + LANES);
    y30.intoArray(y, 3 * PANEL);
    y31.intoArray(y, 3 * PANEL + LANES);
  }

  /** What the rows of a list add to one row of a group of panels of the gradient. */
  private static void eventsGradient(int[] list, int from, int to, MemorySegment b, int bAt, int bPanel, int panels,
      float[] gw, int gwAt) {
    long p0 = bytes(bAt);
    long p1 = bytes(bAt + Math.min(1, panels - 1) * bPanel);
    long p2 = bytes(bAt + Math.min(2, panels - 1) * bPanel);
    long p3 = bytes(bAt + Math.min(3, panels - 1) * bPanel);
    long size = bytes(bPanel);
    MemorySegment b0 = b.asSlice(p0, size);
    MemorySegment b1 = b.asSlice(p0 + VECTOR_BYTES, size);
    MemorySegment b2 = b.asSlice(p1, size);
    MemorySegment b3 = b.asSlice(p1 + VECTOR_BYTES, size);
    MemorySegment b4 = b.asSlice(p2, size);
    MemorySegment b5 = b.asSlice(p2 + VECTOR_BYTES, size);
    MemorySegment b6 = b.asSlice(p3, size);
    MemorySegment b7 = b.asSlice(p3 + VECTOR_BYTES, size);
    FloatVector g0 = FloatVector.fromArray(FLOATS, gw, gwAt);
    FloatVector g1 = FloatVector.fromArray(FLOATS, gw, gwAt + LANES);
    FloatVector g2 = FloatVector.fromArray(FLOATS, gw, gwAt + 2 * LANES);
    FloatVector g3 = FloatVector.fromArray(FLOATS, gw, gwAt + 3 * LANES);
    FloatVector g4 = FloatVector.fromArray(FLOATS, gw, gwAt + 4 * LANES);
    FloatVector g5 = FloatVector.fromArray(FLOATS, gw, gwAt + 5 * LANES);
    FloatVector g6 = FloatVector.fromArray(FLOATS, gw, gwAt + 6 * LANES);
    FloatVector g7 = FloatVector.fromArray(FLOATS, gw, gwAt + 7 * LANES);
    for (int e = from; e < to; e++) {
      long i = list[e] * PANEL_BYTES;
      g0 = g0.add(FloatVector.fromMemorySegment(FLOATS, b0, i, NATIVE));
      g1 = g1.add(FloatVector.fromMemorySegment(FLOATS, b1, i, NATIVE));
      g2 = g2.add(FloatVector.fromMemorySegment(FLOATS, b2, i, NATIVE));
      g3 = g3.add(FloatVector.fromMemorySegment(FLOATS, b3, i, NATIVE));
      g4 = g4.add(FloatVector.fromMemorySegment(FLOATS, b4, i, NATIVE));
      g5 = g5.add(FloatVector.fromMemorySegment(FLOATS, b5, i, NATIVE));
      g6 = g6.add(FloatVector.fromMemorySegment(FLOATS, b6, i, NATIVE));
      g7 = g7.add(FloatVector.fromMemorySegment(FLOATS, b7, i, NATIVE));
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
