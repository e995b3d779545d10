package org.spikelane.kernels;

import static org.spikelane.kernels.PackedWeights.bytes;
import static org.spikelane.kernels.RightPanels.NATIVE;
import static org.spikelane.kernels.RightPanels.PANEL;
import static org.spikelane.kernels.RightPanels.PANEL_BYTES;
import static org.spikelane.kernels.RightPanels.VECTOR_BYTES;
import static org.spikelane.kernels.RightPanels.panels;
import static org.spikelane.kernels.VectorShapes.FLOATS;
import static org.spikelane.kernels.VectorShapes.LANES;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import jdk.incubator.vector.FloatVector;

/**
 * Event-driven products: a row of y is the sum of those rows of w whose neurons fired in it, which a list has. The sums stay
 * in registers while the list is walked.
 *
 * <p>Where an event's weights lie is known to no compiler, so that C2 would check the bounds of each of their vectors.
 * The loops see panels through slices of one length, one a vector, each of which starts where that vector does in the
 * panel's first row: all loads of an event then have one offset and one length, and C2 merges their checks. Escape
 * analysis removes the slices (tests hold every mode to 0 bytes), provided that what makes them is part of the loop's
 * code.
 *
 * <p>Columns beyond the last whole panel go through the same loops, over a copy of y; what is computed beyond them is
 * dropped.
 */
final class EventProducts {

  // Panels of which registers hold a row; with four, 1024 neurons and more take 6 to 8 % longer.
  private static final int EVENT_GROUP = 2;

  // Rows whose spikes are listed together.
  private static final int EVENT_ROWS = 128;

  // Neurons of rows listed together, all of which may have fired: fewer rows, of more than 32768 neurons.
  private static final int MOST_LISTED = 1 << 22;

  // Rows that add to one panel together, at most as many as fit into edge.
  private static final int ROWS_OF_EVENTS = 4;

  // Weights beyond 4 MiB, no second-level cache holds: above half a spike of a neuron, a product learns whether to fetch
  // them panel by panel. Spikes ask for the rows of neurons that fired, at the latency of memory, and a stream reads all of
  // a panel at its bandwidth: RLeaky of 2048 neurons with 128 samples took a third less by fetching where a third level reads
  // 80 GB/s, and a tenth more where it reads 29. Weights beyond 32 MiB may come from memory itself: above two spikes, they
  // are fetched unasked.
  static final long FAR_WEIGHTS = 1 << 20;
  private static final double SPIKES_TO_ASK = 0.5;
  private static final long FARTHEST_WEIGHTS = 1 << 23;
  private static final double SPIKES_TO_FETCH = 2;
  private static final long LINE_BYTES = 64;

  private final SpikeLists lists = new SpikeLists();
  /** Rows that do not go to their place at once, as they fill no panel or group of panels. */
  private final float[] edge = new float[Math.max(EVENT_GROUP, ROWS_OF_EVENTS) * PANEL];
  private final Walk walk = new Walk();
  /** Second: to fetch. */
  private final LearnedChoice fetching = new LearnedChoice();
  private final long farWeights;
  /** What depends on values that {@link #fetch} reads: without a use, the compiler would leave them out. */
  @SuppressWarnings("unused")
  private int fetched;

  /** @param farWeights values of weights beyond which a product asks whether to fetch them */
  EventProducts(long farWeights) {
    this.farWeights = farWeights;
  }

  /** {@code y[r] = sum of w's rows whose neurons fired in row r, + bias}, for rows [r0, r1). */
  void forward(SpikeRows spk, PackedWeights w, float[] bias, Rows y, int r0, int r1) {
    int k = w.k();
    int n = w.n();
    long weights = (long) k * n;
    boolean far = weights > farWeights;
    boolean asks = far && weights <= FARTHEST_WEIGHTS;
    boolean fetches = asks ? fetching.second() : far;
    long nanos = 0;
    long spikes = 0;
    int together = Math.clamp(MOST_LISTED / Math.max(1, k), 1, EVENT_ROWS);
    for (int r = r0; r < r1; r += together) {
      int count = Math.min(together, r1 - r);
      lists.ofRows(spk.words(), spk.at(r), spk.stride(), SpikeRows.words(k), count);
      int spikesOfRows = lists.starts()[count];
      boolean many = far && spikesOfRows > (asks ? SPIKES_TO_ASK : SPIKES_TO_FETCH) * k;
      long start = many && asks ? System.nanoTime() : 0;
      forwardRows(r, count, many && fetches, w, bias, y);
      if (many && asks) {
        nanos += System.nanoTime() - start;
        spikes += spikesOfRows;
      }
    }
    if (spikes > 0) {
      fetching.took(fetches, (double) nanos / spikes);
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
    int[] starts = lists.starts();
    sumFourRows(lists.fired(), starts[i], starts[i + 1], starts[i + 2], starts[i + 3], starts[i + 4], b, bAt, bPanel, edge);
    for (int l = 0; l < ROWS_OF_EVENTS; l++) {
      int to = y.at(r + l) + biasAt;
      for (int j = 0; j < columns; j++) {
        y.data()[to + j] = edge[l * PANEL + j] + bias[biasAt + j];
      }
    }
  }

  private void forwardRow(int i, MemorySegment b, int bAt, int bPanel, float[] bias, int biasAt, float[] y, int yAt,
      int columns) {
    int[] fired = lists.fired();
    int from = lists.starts()[i];
    int to = lists.starts()[i + 1];
    if (columns == EVENT_GROUP * PANEL) {
      sumRow(fired, from, to, b, bAt, bPanel, EVENT_GROUP, bias, biasAt, y, yAt);
    } else {
      System.arraycopy(bias, biasAt, edge, 0, columns);
      sumRow(fired, from, to, b, bAt, bPanel, panels(columns), edge, 0, edge, 0);
      System.arraycopy(edge, 0, y, yAt, columns);
    }
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
}
