package org.spikelane.kernels;

import static org.spikelane.kernels.PackedWeights.bytes;
import static org.spikelane.kernels.RightPanels.GROUP;
import static org.spikelane.kernels.RightPanels.NATIVE;
import static org.spikelane.kernels.RightPanels.PANEL;
import static org.spikelane.kernels.RightPanels.PANEL_BYTES;
import static org.spikelane.kernels.RightPanels.VECTOR_BYTES;
import static org.spikelane.kernels.RightPanels.columns;
import static org.spikelane.kernels.RightPanels.panels;
import static org.spikelane.kernels.VectorShapes.FLOATS;
import static org.spikelane.kernels.VectorShapes.LANES;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;

/**
 * Event-driven products: a row of c adds those rows of b that a list names. Forward, c = y, b = w, and a row's list has the
 * neurons that fired in it; for the gradient, c = gw, b = g, and a neuron's list has the rows in which it fired. The sums
 * stay in registers while a list is walked.
 *
 * <p>Where an event's weights lie is known to no compiler, so that C2 would check the bounds of each of their vectors.
 * The loops see panels through slices of one length, one a vector, each of which starts where that vector does in the
 * panel's first row: all loads of an event then have one offset and one length, and C2 merges their checks. Escape
 * analysis removes the slices (tests hold every mode to 0 bytes), provided that what makes them is part of the loop's
 * code.
 *
 * <p>Columns beyond the last whole panel go through the same loops, over a copy of c; what is computed beyond them is
 * dropped.
 */
final class EventProducts {

  // Panels of which registers hold a row forward; with four, 1024 neurons and more take 6 to 8 % longer.
  private static final int EVENT_GROUP = 2;

  // Rows whose spikes are listed together.
  private static final int EVENT_ROWS = 128;

  // Neurons of rows listed together, all of which may have fired: fewer rows, of more than 32768 neurons.
  private static final int MOST_LISTED = 1 << 22;

  // Rows that add to one panel together, at most as many as fit into edge.
  private static final int ROWS_OF_EVENTS = 4;

  // Values of panels of a gradient that are packed at once.
  private static final int EVENT_GRADIENT_VALUES = 1 << 13;

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

  // Weights beyond 4 MiB, no second-level cache holds: above half a spike of a neuron, a product asks FetchCosts whether to
  // fetch them panel by panel. Those beyond 32 MiB may come from memory itself: above two spikes, it fetches them unasked.
  static final long FAR_WEIGHTS = 1 << 20;
  private static final double SPIKES_TO_ASK = 0.5;
  private static final long FARTHEST_WEIGHTS = 1 << 23;
  private static final double SPIKES_TO_FETCH = 2;
  private static final long LINE_BYTES = 64;

  // What makes a slice becomes part of the code of a loop if C2, compiling that, has counted enough calls of it: some 1400 with
  // HotSpot's thresholds. Long lists have their loop compiled after 200 rows: C2 would call it, and slices be allocated from
  // there on. So it is called before, which takes 4 ms. After 4000 calls, slices were allocated in one of some dozens of JVMs,
  // probably because C1's code does not count calls while C2 has much to do.
  private static final int CALLS_TO_BE_KNOWN = 12_000;

  static {
    MemorySegment segment = PackedWeights.aligned(1);
    for (int i = 0; i < CALLS_TO_BE_KNOWN; i++) {
      segment.asSlice(0, Float.BYTES);
    }
  }

  private final VectorRowKernels rows = new VectorRowKernels();
  private final RightPanels right = new RightPanels();
  /** Rows that do not go to their place at once, as they fill no panel or group of panels. */
  private final float[] edge = new float[GROUP * PANEL];
  private final Walk walk = new Walk();
  private final FetchCosts costs = new FetchCosts();
  private final long farWeights;
  /** What depends on values that {@link #fetch} reads: without a use, the compiler would leave them out. */
  @SuppressWarnings("unused")
  private int fetched;
  /** What lists name, forward by row from {@link #starts} on, else by neuron from {@link #firedStarts} on. */
  private int[] fired = {};
  private final int[] starts = new int[EVENT_ROWS + 1];
  private int[] neurons = {};
  private int[] firedStarts = {0};
  /** By row of a gradient: where its spikes start, and where its gradient does. */
  private int[] spikesAt = {};
  private int[] gradientAt = {};
  /** How many rows are listed there, and their spikes together. */
  private int listedRows;
  private long listedSpikes;
  private final long[] bits = new long[MOST_ROWS_OF_WALK];

  /** @param farWeights values of weights beyond which a product asks whether to fetch them */
  EventProducts(long farWeights) {
    this.farWeights = farWeights;
  }

  /** {@code y[r] = sum of w's rows whose neurons fired in row r, + bias}, for rows [r0, r1). */
  void forward(SpikeRows spk, PackedWeights w, float[] bias, Rows y, int r0, int r1) {
    int k = w.k();
    int n = w.n();
    assert spk.holds(r0, r1, k) && y.holds(r0, r1, n);
    long weights = (long) k * n;
    boolean far = weights > farWeights;
    boolean asks = far && weights <= FARTHEST_WEIGHTS;
    boolean fetches = asks ? costs.fetches() : far;
    long nanos = 0;
    long spikes = 0;
    int together = Math.clamp(MOST_LISTED / Math.max(1, k), 1, EVENT_ROWS);
    for (int r = r0; r < r1; r += together) {
      int count = Math.min(together, r1 - r);
      listEvents(spk.words(), spk.at(r), spk.stride(), SpikeRows.words(k), count);
      boolean many = far && starts[count] > (asks ? SPIKES_TO_ASK : SPIKES_TO_FETCH) * k;
      long start = many && asks ? System.nanoTime() : 0;
      forwardRows(r, count, many && fetches, w, bias, y);
      if (many && asks) {
        nanos += System.nanoTime() - start;
        spikes += starts[count];
      }
    }
    if (spikes > 0) {
      costs.took((double) nanos / spikes);
    }
  }

  /** Panels outside, rows inside: the weights of a group of panels stay in L2. */
  private void forwardRows(int r, int count, boolean fetch, PackedWeights w, float[] bias, Rows y) {
    walk.turn();
    int groups = Math.ceilDiv(w.panels(), EVENT_GROUP);
    for (int g = 0; g < groups; g++) {
      int p = EVENT_GROUP * walk.part(g, groups);
      int columns = Math.min(EVENT_GROUP * PANEL, w.n() - p * PANEL);
      if (fetch) {
        fetch(w.data(), w.at(p), w.panelSize() * panels(columns));
      }
      int i = 0;
      for (; columns <= PANEL && i <= count - ROWS_OF_EVENTS; i += ROWS_OF_EVENTS) {
        forwardFour(i, w.data(), w.at(p), w.panelSize(), bias, p * PANEL, y, r + i, columns);
      }
      for (; i < count; i++) {
        forwardRow(i, w.data(), w.at(p), w.panelSize(), bias, p * PANEL, y.data(), y.at(r + i) + p * PANEL, columns);
      }
    }
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

  /** Four rows of one panel, from the i-th list on. */
  private void forwardFour(int i, MemorySegment b, int bAt, int bPanel, float[] bias, int biasAt, Rows y, int r,
      int columns) {
    sumFourRows(fired, starts[i], starts[i + 1], starts[i + 2], starts[i + 3], starts[i + 4], b, bAt, bPanel, edge);
    for (int l = 0; l < ROWS_OF_EVENTS; l++) {
      int to = y.at(r + l) + biasAt;
      for (int j = 0; j < columns; j++) {
        y.data()[to + j] = edge[l * PANEL + j] + bias[biasAt + j];
      }
    }
  }

  private void forwardRow(int i, MemorySegment b, int bAt, int bPanel, float[] bias, int biasAt, float[] y, int yAt,
      int columns) {
    if (columns == EVENT_GROUP * PANEL) {
      sumRow(fired, starts[i], starts[i + 1], b, bAt, bPanel, EVENT_GROUP, bias, biasAt, y, yAt);
    } else {
      System.arraycopy(bias, biasAt, edge, 0, columns);
      sumRow(fired, starts[i], starts[i + 1], b, bAt, bPanel, panels(columns), edge, 0, edge, 0);
      System.arraycopy(edge, 0, y, yAt, columns);
    }
  }

  /** {@code gw[k] += sum of g's rows in which neuron k fired}, gw [k][n], rows [r0, r1). */
  void gradient(SpikeRows spk, Rows g, float[] gw, int r0, int r1, int k, int n) {
    listedRows = 0;
    listedSpikes = 0;
    listRows(spk, g, r0, r1, k, n);
    gradient(spk.words(), g.data(), gw, null, k, n);
  }

  /**
   * The same over samples [b0, b1), one after the other, and {@code gBias += g's rows} unless null; all samples lie in the
   * same two arrays ({@link #endOfArrays}).
   */
  void gradient(SpikeRows[] spk, Rows[] g, int b0, int b1, float[] gw, float[] gBias, int r0, int r1, int k, int n) {
    assert endOfArrays(spk, g, b0, b1) == b1;
    listedRows = 0;
    listedSpikes = 0;
    for (int b = b0; b < b1; b++) {
      listRows(spk[b], g[b], r0, r1, k, n);
    }
    if (listedRows > 0) {
      gradient(spk[b0].words(), g[b0].data(), gw, gBias, k, n);
    }
  }

  /** The end of the samples from b0 on, at most b1, whose spikes lie in one array, and their gradients in another. */
  @SuppressWarnings("ReferenceEquality") // The same arrays, not equal ones.
  static int endOfArrays(SpikeRows[] spk, Rows[] g, int b0, int b1) {
    int b = b0;
    while (b < b1 && spk[b].words() == spk[b0].words() && g[b].data() == g[b0].data()) {
      b++;
    }
    return b;
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

  private void gradient(long[] words, float[] g, float[] gw, float[] gBias, int k, int n) {
    if (listedSpikes <= (long) SPIKES_TO_GATHER * k) {
      gradientByRow(words, g, gw, gBias, k, n);
    } else {
      gradientByNeuron(words, g, gw, gBias, k, n);
    }
  }

  private void gradientByRow(long[] words, float[] g, float[] gw, float[] gBias, int k, int n) {
    for (int r = 0; r < listedRows; r++) {
      if (gBias != null) {
        rows.add(g, gradientAt[r], gBias, 0, 0, n);
      }
      listEvents(words, spikesAt[r], 0, SpikeRows.words(k), 1);
      for (int e = 0; e < starts[1]; e++) {
        rows.add(g, gradientAt[r], gw, fired[e] * n, 0, n);
      }
    }
  }

  private void gradientByNeuron(long[] words, float[] g, float[] gw, float[] gBias, int k, int n) {
    int together = rowsOfWalk(k, n);
    for (int r = 0; r < listedRows; r += together) {
      int count = Math.min(together, listedRows - r);
      int listedNeurons = listRowsOfNeurons(words, r, count, k);
      int all = firedStarts[listedNeurons];
      listAll(count, all);
      int most = columns(EVENT_GRADIENT_VALUES / GROUP, count) * GROUP; // Sums are of whole groups of panels.
      for (int j = 0; j < n; j += most) {
        int columns = Math.min(most, n - j);
        right.copyRows(g, gradientAt, r, count, j, columns);
        for (int l = 0; l < listedNeurons; l++) {
          gradientRow(firedStarts[l], firedStarts[l + 1], count * PANEL, gw, neurons[l] * n + j, columns);
        }
        if (gBias != null) {
          gradientRow(all, all + count, count * PANEL, gBias, j, columns);
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

  private void gradientRow(int from, int to, int bPanel, float[] gw, int gwAt, int columns) {
    for (int j = 0; j < columns; j += GROUP * PANEL) {
      int width = Math.min(GROUP * PANEL, columns - j);
      int at = j / PANEL * bPanel;
      if (width == GROUP * PANEL) {
        addToRow(fired, from, to, right.data(), at, bPanel, GROUP, gw, gwAt + j);
      } else {
        System.arraycopy(gw, gwAt + j, edge, 0, width);
        addToRow(fired, from, to, right.data(), at, bPanel, panels(width), edge, 0);
        System.arraycopy(edge, 0, gw, gwAt + j, width);
      }
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

  /** Lists all of {@code count} rows, which is when a bias fires, from {@code at} on. */
  private void listAll(int count, int at) {
    roomForFired(at + count);
    for (int i = 0; i < count; i++) {
      fired[at + i] = i;
    }
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
      bits = listTwo(bits, base, to, i);
      bits = listTwo(bits, base, to, i + 2);
      i += LISTED_TOGETHER;
    } while (i < end);
    return end;
  }

  /** Puts the two lowest bits into the list; returns the others. */
  private static long listTwo(long bits, int base, int[] to, int at) {
    to[at] = base + Long.numberOfTrailingZeros(bits);
    long others = bits & (bits - 1);
    to[at + 1] = base + Long.numberOfTrailingZeros(others);
    return others & (others - 1);
  }

  /**
   * One row of y in a group of {@code EVENT_GROUP} panels, {@code y = the sums + bias}: {@code panels} of them count, and the
   * last stands for those beyond.
   */
  private static void sumRow(int[] list, int from, int to, MemorySegment b, int bAt, int bPanel, int panels,
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
  private static void sumFourRows(int[] list, int s0, int s1, int s2, int s3, int end, MemorySegment b, int bAt, int bPanel,
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

  /** What the rows of a list add to one row of a group of panels of the gradient, {@code panels} as in {@link #sumRow}. */
  private static void addToRow(int[] list, int from, int to, MemorySegment b, int bAt, int bPanel, int panels,
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
