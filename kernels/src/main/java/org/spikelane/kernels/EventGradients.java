package org.spikelane.kernels;

import static java.lang.Float.floatToRawIntBits;
import static org.spikelane.kernels.PackedWeights.bytes;
import static org.spikelane.kernels.RightPanels.NATIVE;
import static org.spikelane.kernels.RightPanels.NEUTRAL;
import static org.spikelane.kernels.RightPanels.PANEL;
import static org.spikelane.kernels.RightPanels.PANEL_BYTES;
import static org.spikelane.kernels.RightPanels.VECTOR_BYTES;
import static org.spikelane.kernels.VectorShapes.FLOATS;
import static org.spikelane.kernels.VectorShapes.INTS;
import static org.spikelane.kernels.VectorShapes.LANES;
import static org.spikelane.kernels.VectorShapes.MASKED;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;

/**
 * Event-driven gradients of weights: a neuron's row of gw adds those rows of g in which it fired, which its list has. Four
 * vectors of sums stay in registers while a list is walked; these columns of g are packed side by side before.
 *
 * <p>An addition may take other units of a processor than a multiplication with one does, and waits for other memory. So what
 * was {@link #start started} is not done at once: while some is left, {@link DenseProducts} has its large tiles multiplied
 * {@link #multiplyTile here}, each step of a tile beside an event. No result depends on it: each sum has its terms in the same
 * order. Their sums are packed ({@link PackedGradient}), from cache lines on and in the order of the lists: in row-major gw,
 * rows lie far apart and each vector lies across two lines, so that loading a row took longer than adding to it.
 */
final class EventGradients {

  // Columns that are packed together, and of which registers hold a row of sums.
  static final int COLUMNS = 4 * LANES;
  private static final long ROW_BYTES = bytes(COLUMNS);

  // If neurons fire more often than that, it pays to find all rows in which a neuron fired, and to add to its gradient
  // just once.
  private static final int SPIKES_TO_GATHER = 2;

  // Spikes of a neuron that are wanted in one walk of a gradient which a second-level cache holds (1 MiB), and of a larger
  // one; and how many rows a walk takes for that. A group of columns of so many rows stays in that cache.
  private static final int SPIKES_OF_WALK = 16;
  private static final int SPIKES_OF_FAR_WALK = 64;
  private static final int NEAR_GRADIENT = 1 << 18;
  private static final int LEAST_ROWS_OF_WALK = 128;
  private static final int MOST_ROWS_OF_WALK = 1024;

  // Tiles may have more steps than there are events left: they go on to add neutral rows, so many before they start again.
  private static final int NEUTRAL_EVENTS = 256;

  private static final int LEFT_ROWS = LeftTiles.ROWS;

  private final VectorRowKernels rows = new VectorRowKernels();
  private final SpikeLists lists = new SpikeLists();
  /** A row of sums on its way, where it is of fewer columns, or not in an array. */
  private final float[] edge = new float[COLUMNS];
  /** By row of a gradient: where its spikes start, and where its gradient does. */
  private int[] spikesAt = {};
  private int[] gradientAt = {};
  /** How many rows are listed there, and their spikes together. */
  private int listedRows;
  private long listedSpikes;

  // What was started and is not finished.
  private boolean pending;
  private long[] words;
  private float[] g;
  /** Where sums are added to, row-major or, if {@link #packedSums} is not null, there: [columns/COLUMNS][k][COLUMNS]. */
  private float[] gw;
  private MemorySegment packedSums;
  private float[] gBias;
  private int k;
  private int n;
  /** Rows of a walk, and those of the present one. */
  private int rowsOfWalk;
  private int walkStart;
  private int walkRows;
  /** The first of the columns at hand, which are packed; the list, and the event of it, to be added next. */
  private int column;
  private int list;
  private int event;
  /** Where a tile leaves these two. */
  private final int[] position = new int[2];
  /** These columns of all rows of a walk, [row][COLUMNS], and a row of -0, which changes no sum. */
  private MemorySegment packed = MemorySegment.NULL;
  private int[] everyRow = {};

  EventGradients() {}

  /** {@code gw[k] += sum of g's rows in which neuron k fired}, gw [k][n], rows [r0, r1). */
  void add(SpikeRows spk, Rows g, float[] gw, int r0, int r1, int k, int n) {
    finish();
    listedRows = 0;
    listedSpikes = 0;
    listRows(spk, g, r0, r1, k);
    open(spk.words(), g.data(), gw, null, null, k, n);
    finish();
  }

  /**
   * The same over samples [b0, b1), one after the other, and {@code gBias += g's rows} unless null; all samples lie in the
   * same two arrays ({@link #endOfArrays}).
   */
  void add(SpikeRows[] spk, Rows[] g, int b0, int b1, float[] gw, float[] gBias, int r0, int r1, int k, int n) {
    finish();
    startSamples(spk, g, b0, b1, gw, null, gBias, r0, r1, k, n);
    finish();
  }

  /** Starts the same, into packed sums; {@link #finish} completes it. */
  void start(SpikeRows[] spk, Rows[] g, int b0, int b1, PackedGradient gw, float[] gBias, int r0, int r1) {
    finish();
    startSamples(spk, g, b0, b1, null, gw.sums(), gBias, r0, r1, gw.k(), gw.n());
  }

  private void startSamples(SpikeRows[] spk, Rows[] g, int b0, int b1, float[] gw, MemorySegment packedSums, float[] gBias,
      int r0, int r1, int k, int n) {
    assert endOfArrays(spk, g, b0, b1) == b1;
    listedRows = 0;
    listedSpikes = 0;
    for (int b = b0; b < b1; b++) {
      listRows(spk[b], g[b], r0, r1, k);
    }
    if (listedRows > 0) {
      open(spk[b0].words(), g[b0].data(), gw, packedSums, gBias, k, n);
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
  private void listRows(SpikeRows spk, Rows g, int r0, int r1, int k) {
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

  private void open(long[] words, float[] g, float[] gw, MemorySegment packedSums, float[] gBias, int k, int n) {
    if (packedSums == null && listedSpikes <= (long) SPIKES_TO_GATHER * k) {
      addByRow(words, g, gw, gBias, k, n);
      return;
    }
    this.words = words;
    this.g = g;
    this.gw = gw;
    this.packedSums = packedSums;
    this.gBias = gBias;
    this.k = k;
    this.n = n;
    rowsOfWalk = rowsOfWalk();
    walkStart = 0;
    openWalk();
    openColumns();
  }

  private void addByRow(long[] words, float[] g, float[] gw, float[] gBias, int k, int n) {
    for (int r = 0; r < listedRows; r++) {
      if (gBias != null) {
        rows.add(g, gradientAt[r], gBias, 0, 0, n);
      }
      lists.ofRows(words, spikesAt[r], 0, SpikeRows.words(k), 1);
      for (int e = 0; e < lists.starts()[1]; e++) {
        rows.add(g, gradientAt[r], gw, lists.fired()[e] * n, 0, n);
      }
    }
  }

  /**
   * How many of the rows are gathered in one walk of the gradient: so many that a neuron's row of it, which is read and
   * written, is worth it, but no more than leave them in a second-level cache.
   */
  private int rowsOfWalk() {
    // Beside tiles, which other data want the cache for, a row of sums comes from afar even if the gradient is small.
    long wanted = packedSums != null || (long) k * n > NEAR_GRADIENT ? SPIKES_OF_FAR_WALK : SPIKES_OF_WALK;
    long wantedRows = wanted * k * listedRows / Math.max(1, listedSpikes);
    return Math.clamp(wantedRows, LEAST_ROWS_OF_WALK, MOST_ROWS_OF_WALK) / Long.SIZE * Long.SIZE;
  }

  private void openWalk() {
    walkRows = Math.min(rowsOfWalk, listedRows - walkStart);
    lists.ofNeurons(words, spikesAt, walkStart, walkRows, k);
    lists.addRepeated(walkRows, NEUTRAL_EVENTS);
    long size = (walkRows + 2) * ROW_BYTES; // Slices of all rows and the neutral one may start up to three vectors later.
    if (packed.byteSize() < size) {
      packed = PackedWeights.aligned((walkRows + 2) * COLUMNS);
    }
    column = 0;
  }

  /**
   * Packs the columns at hand, if there are enough, which are pending then; adds to them at once if not, and goes on to the
   * next walk or the end.
   */
  private void openColumns() {
    while (!whole()) {
      if (column < n) {
        pack(n - column);
        addRest();
      }
      walkStart += walkRows;
      if (walkStart >= listedRows) {
        return;
      }
      openWalk();
    }
    pack(Math.min(COLUMNS, n - column));
    pending = true;
  }

  /** Whether there are columns at hand, enough to fill a row of sums, or to be added to packed ones, whose rows are full. */
  private boolean whole() {
    return packedSums == null ? column <= n - COLUMNS : column < n;
  }

  private void pack(int width) {
    if (width == COLUMNS) {
      copyRows(g, gradientAt, walkStart, walkRows, column, packed);
    } else {
      for (int r = 0; r < walkRows; r++) {
        MemorySegment.copy(g, gradientAt[walkStart + r] + column, packed, ValueLayout.JAVA_FLOAT, r * ROW_BYTES, width);
      }
    }
    MemorySegment.copy(NEUTRAL, 0, packed, ValueLayout.JAVA_FLOAT, walkRows * ROW_BYTES, COLUMNS);
    list = 0;
    event = 0;
    if (gBias != null) { // The bias is the weight of a neuron that always fires.
      add(everyRow(), 0, walkRows, gBias, column, width);
    }
  }

  private int[] everyRow() {
    if (everyRow.length < walkRows) {
      everyRow = new int[walkRows];
      Arrays.setAll(everyRow, r -> r);
    }
    return everyRow;
  }

  /** Does what is left of what was started. */
  void finish() {
    while (pending) {
      closeColumns();
    }
  }

  /** Forgets what was started and is not finished. */
  void drop() {
    pending = false;
  }

  /** Adds what is left of the columns at hand, and opens the next. */
  private void closeColumns() {
    pending = false; // Nothing is, if one of these fails.
    addRest();
    column += COLUMNS;
    openColumns();
  }

  private void addRest() {
    int width = Math.min(COLUMNS, n - column);
    while (list < neutral()) {
      int end = lists.starts()[list + 1];
      if (packedSums == null) {
        add(lists.fired(), event, end, gw, lists.neurons()[list] * n + column, width);
      } else {
        addPacked(lists.neurons()[list], lists.fired(), event, end);
      }
      list++;
      event = end;
    }
  }

  private void addPacked(int neuron, int[] fired, int from, int to) {
    int at = column * k + neuron * COLUMNS;
    MemorySegment.copy(packedSums, ValueLayout.JAVA_FLOAT, bytes(at), edge, 0, COLUMNS);
    addToRow(fired, from, to, packed, walkRows, edge, 0);
    MemorySegment.copy(edge, 0, packedSums, ValueLayout.JAVA_FLOAT, bytes(at), COLUMNS);
  }

  /** Adds the rows of a list to {@code width} sums. */
  private void add(int[] fired, int from, int to, float[] sums, int at, int width) {
    if (width == COLUMNS) {
      addToRow(fired, from, to, packed, walkRows, sums, at);
    } else {
      System.arraycopy(sums, at, edge, 0, width);
      addToRow(fired, from, to, packed, walkRows, edge, 0);
      System.arraycopy(edge, 0, sums, at, width);
    }
  }

  /** Whether there is something that {@link #multiplyTile} could add. */
  boolean pending() {
    return pending;
  }

  /** The last list, that of neutral rows. */
  private int neutral() {
    return lists.count() - 1;
  }

  /** {@code to[s][j] = g[at[first + s] + column + j]}, whole rows. */
  private static void copyRows(float[] g, int[] at, int first, int count, int column, MemorySegment to) {
    for (int s = 0; s < count; s++) {
      int from = at[first + s] + column;
      FloatVector.fromArray(FLOATS, g, from).intoMemorySegment(to, s * ROW_BYTES, NATIVE);
      FloatVector.fromArray(FLOATS, g, from + LANES).intoMemorySegment(to, s * ROW_BYTES + VECTOR_BYTES, NATIVE);
      FloatVector.fromArray(FLOATS, g, from + 2 * LANES).intoMemorySegment(to, s * ROW_BYTES + 2 * VECTOR_BYTES, NATIVE);
      FloatVector.fromArray(FLOATS, g, from + 3 * LANES).intoMemorySegment(to, s * ROW_BYTES + 3 * VECTOR_BYTES, NATIVE);
    }
  }

  /** Adds the rows of a list to one row of sums; what slices are for, {@link EventProducts} says. */
  private static void addToRow(int[] fired, int from, int to, MemorySegment packed, int rows, float[] sums, int at) {
    long size = (rows + 1) * ROW_BYTES;
    MemorySegment p0 = packed.asSlice(0, size);
    MemorySegment p1 = packed.asSlice(VECTOR_BYTES, size);
    MemorySegment p2 = packed.asSlice(2 * VECTOR_BYTES, size);
    MemorySegment p3 = packed.asSlice(3 * VECTOR_BYTES, size);
    FloatVector g0 = FloatVector.fromArray(FLOATS, sums, at);
    FloatVector g1 = FloatVector.fromArray(FLOATS, sums, at + LANES);
    FloatVector g2 = FloatVector.fromArray(FLOATS, sums, at + 2 * LANES);
    FloatVector g3 = FloatVector.fromArray(FLOATS, sums, at + 3 * LANES);
    for (int e = from; e < to; e++) {
      long i = fired[e] * ROW_BYTES;
      g0 = g0.add(FloatVector.fromMemorySegment(FLOATS, p0, i, NATIVE));
      g1 = g1.add(FloatVector.fromMemorySegment(FLOATS, p1, i, NATIVE));
      g2 = g2.add(FloatVector.fromMemorySegment(FLOATS, p2, i, NATIVE));
      g3 = g3.add(FloatVector.fromMemorySegment(FLOATS, p3, i, NATIVE));
    }
    g0.intoArray(sums, at);
    g1.intoArray(sums, at + LANES);
    g2.intoArray(sums, at + 2 * LANES);
    g3.intoArray(sums, at + 3 * LANES);
  }

  /**
   * {@link RegisterTiles#tile8}, adding an event of what was started at each step: the lists go on where the last tile stopped,
   * and after the last comes the neutral one, as often as there are steps left.
   *
   * <p>At 512 bits, values of a are broadcast as the bits of integers: on a Zen 4 core, vpbroadcastd takes two thirds of the
   * time of vbroadcastss, which beside additions would cost 2 % of a recurrent layer's training. Other widths, those of ARM
   * among them, broadcast floats: there, nothing was gained or nothing was measured.
   *
   * @param to [8][PANEL]
   */
  void multiplyTile(float[] a, int aAt, MemorySegment b, int bAt, int steps, float[] start, int startAt, int startRow,
      float[] to) {
    tile8(a, aAt, b, bAt, steps, start, startAt, startRow, to, lists, list, event, position, packed,
        (walkRows + 1) * ROW_BYTES, packedSums, bytes(column * k));
    list = position[0];
    event = position[1];
    if (list == neutral()) {
      closeColumns();
    }
  }

  private static void tile8(float[] a, int aAt, MemorySegment b, int bAt, int steps, float[] start, int startAt, int startRow,
      float[] to, SpikeLists lists, int firstList, int firstEvent, int[] position, MemorySegment packed, long size,
      MemorySegment sums, long firstAt) {
    int[] fired = lists.fired();
    int[] starts = lists.starts();
    int[] neurons = lists.neurons();
    int lastList = lists.count() - 1;
    MemorySegment p0 = packed.asSlice(0, size);
    MemorySegment p1 = packed.asSlice(VECTOR_BYTES, size);
    MemorySegment p2 = packed.asSlice(2 * VECTOR_BYTES, size);
    MemorySegment p3 = packed.asSlice(3 * VECTOR_BYTES, size);
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
    int list = firstList;
    int e = firstEvent;
    int s = 0;
    while (s < steps) {
      int count = Math.min(starts[list + 1] - e, steps - s);
      long sumsAt = firstAt + neurons[list] * ROW_BYTES;
      FloatVector g0 = FloatVector.fromMemorySegment(FLOATS, sums, sumsAt, NATIVE);
      FloatVector g1 = FloatVector.fromMemorySegment(FLOATS, sums, sumsAt + VECTOR_BYTES, NATIVE);
      FloatVector g2 = FloatVector.fromMemorySegment(FLOATS, sums, sumsAt + 2 * VECTOR_BYTES, NATIVE);
      FloatVector g3 = FloatVector.fromMemorySegment(FLOATS, sums, sumsAt + 3 * VECTOR_BYTES, NATIVE);
      long stepAt = bytes(bAt) + s * PANEL_BYTES;
      int leftAt = aAt + s * LEFT_ROWS;
      for (int i = 0; i < count; i++) {
        long at = fired[e + i] * ROW_BYTES;
        FloatVector b0 = FloatVector.fromMemorySegment(FLOATS, b, stepAt + i * PANEL_BYTES, NATIVE);
        FloatVector b1 = FloatVector.fromMemorySegment(FLOATS, b, stepAt + i * PANEL_BYTES + VECTOR_BYTES, NATIVE);
        FloatVector a0 = MASKED
            ? IntVector.broadcast(INTS, floatToRawIntBits(a[leftAt + i * LEFT_ROWS])).reinterpretAsFloats()
            : FloatVector.broadcast(FLOATS, a[leftAt + i * LEFT_ROWS]);
        c00 = a0.fma(b0, c00);
        c01 = a0.fma(b1, c01);
        FloatVector a1 = MASKED
            ? IntVector.broadcast(INTS, floatToRawIntBits(a[leftAt + i * LEFT_ROWS + 1])).reinterpretAsFloats()
            : FloatVector.broadcast(FLOATS, a[leftAt + i * LEFT_ROWS + 1]);
        c10 = a1.fma(b0, c10);
        c11 = a1.fma(b1, c11);
        FloatVector a2 = MASKED
            ? IntVector.broadcast(INTS, floatToRawIntBits(a[leftAt + i * LEFT_ROWS + 2])).reinterpretAsFloats()
            : FloatVector.broadcast(FLOATS, a[leftAt + i * LEFT_ROWS + 2]);
        c20 = a2.fma(b0, c20);
        c21 = a2.fma(b1, c21);
        FloatVector a3 = MASKED
            ? IntVector.broadcast(INTS, floatToRawIntBits(a[leftAt + i * LEFT_ROWS + 3])).reinterpretAsFloats()
            : FloatVector.broadcast(FLOATS, a[leftAt + i * LEFT_ROWS + 3]);
        c30 = a3.fma(b0, c30);
        c31 = a3.fma(b1, c31);
        FloatVector a4 = MASKED
            ? IntVector.broadcast(INTS, floatToRawIntBits(a[leftAt + i * LEFT_ROWS + 4])).reinterpretAsFloats()
            : FloatVector.broadcast(FLOATS, a[leftAt + i * LEFT_ROWS + 4]);
        c40 = a4.fma(b0, c40);
        c41 = a4.fma(b1, c41);
        FloatVector a5 = MASKED
            ? IntVector.broadcast(INTS, floatToRawIntBits(a[leftAt + i * LEFT_ROWS + 5])).reinterpretAsFloats()
            : FloatVector.broadcast(FLOATS, a[leftAt + i * LEFT_ROWS + 5]);
        c50 = a5.fma(b0, c50);
        c51 = a5.fma(b1, c51);
        FloatVector a6 = MASKED
            ? IntVector.broadcast(INTS, floatToRawIntBits(a[leftAt + i * LEFT_ROWS + 6])).reinterpretAsFloats()
            : FloatVector.broadcast(FLOATS, a[leftAt + i * LEFT_ROWS + 6]);
        c60 = a6.fma(b0, c60);
        c61 = a6.fma(b1, c61);
        FloatVector a7 = MASKED
            ? IntVector.broadcast(INTS, floatToRawIntBits(a[leftAt + i * LEFT_ROWS + 7])).reinterpretAsFloats()
            : FloatVector.broadcast(FLOATS, a[leftAt + i * LEFT_ROWS + 7]);
        c70 = a7.fma(b0, c70);
        c71 = a7.fma(b1, c71);
        g0 = g0.add(FloatVector.fromMemorySegment(FLOATS, p0, at, NATIVE));
        g1 = g1.add(FloatVector.fromMemorySegment(FLOATS, p1, at, NATIVE));
        g2 = g2.add(FloatVector.fromMemorySegment(FLOATS, p2, at, NATIVE));
        g3 = g3.add(FloatVector.fromMemorySegment(FLOATS, p3, at, NATIVE));
      }
      g0.intoMemorySegment(sums, sumsAt, NATIVE);
      g1.intoMemorySegment(sums, sumsAt + VECTOR_BYTES, NATIVE);
      g2.intoMemorySegment(sums, sumsAt + 2 * VECTOR_BYTES, NATIVE);
      g3.intoMemorySegment(sums, sumsAt + 3 * VECTOR_BYTES, NATIVE);
      s += count;
      e += count;
      if (e == starts[list + 1]) {
        list = Math.min(list + 1, lastList);
        e = starts[list];
      }
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
    position[0] = list;
    position[1] = e;
  }
}
