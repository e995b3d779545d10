package org.spikelane.kernels;

import static org.spikelane.kernels.PackedWeights.STEPS_TOGETHER;
import static org.spikelane.kernels.PackedWeights.bytes;
import static org.spikelane.kernels.RightPanels.NATIVE;
import static org.spikelane.kernels.RightPanels.PANEL;
import static org.spikelane.kernels.RightPanels.PANEL_BYTES;
import static org.spikelane.kernels.RightPanels.VECTOR_BYTES;
import static org.spikelane.kernels.VectorShapes.FLOATS;
import static org.spikelane.kernels.VectorShapes.LANES;
import static org.spikelane.kernels.VectorShapes.MANY_REGISTERS;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import jdk.incubator.vector.FloatVector;

/**
 * The loops of a dense product {@code c[i][j] = (start + sum over s of a[i][s]*b[s][j]) + last}: a tile's sums stay in
 * registers through all steps. Registers hold a tile of {@link #MOST_ROWS} rows of one panel, or one row of a group of
 * panels. Sixteen sums of a large tile need 32 registers; 16 registers hold those of four rows.
 *
 * <p>Tiles take two steps at a time, written out, as C2 does not unroll loops of that size. With four, it brings the operands
 * of all steps into registers first: where those are 16, sums then went to the stack and back for half of a small tile's time,
 * and where they are 32, two steps are as fast. The two tiles differ in their rows alone, and {@link EventGradients} has a
 * third, which adds events; what they share are vectors, which may not cross a call ({@link VectorShapes}).
 */
final class RegisterTiles {

  static final int LARGE_ROWS = LeftTiles.ROWS;
  static final int SMALL_ROWS = 4;
  static final int MOST_ROWS = MANY_REGISTERS ? LARGE_ROWS : SMALL_ROWS;

  /**
   * Bytes that a tile reads ahead a step, of a panel to come; so many tiles read all of it. Java has no prefetch: a value is
   * compared with one that no weight is likely to be, and no result depends on the outcome.
   */
  static final long AHEAD_BYTES = 8;
  static final long TILES_AHEAD = PANEL_BYTES / AHEAD_BYTES;

  private static final int NEVER = 0x7FED_CBA9;
  private static final int LEFT_ROWS = LeftTiles.ROWS;

  private RegisterTiles() {}

  /**
   * Eight rows of one panel: {@code to = start + the products}, two steps at a time. It also reads values here and there
   * in {@code steps * AHEAD_BYTES} bytes from {@code ahead} on, one at least of each cache line, which a later tile then
   * finds in a cache.
   *
   * <p>The sums go to an array of their own, at places that are constants: one check of bounds proves them all. With a check
   * for each, C2 (JDK 25) at times boxed some, so that it could hand them to the interpreter if a check failed.
   *
   * @param to [8][PANEL]
   * @return what depends on the values read ahead
   */
  static int tile8(float[] a, int aAt, MemorySegment b, int bAt, long ahead, int steps, float[] start,
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

  /** The same of four rows; {@code to} is [4][PANEL]. */
  static int tile4(float[] a, int aAt, MemorySegment b, int bAt, long ahead, int steps, float[] start,
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
  static void row(float[] a, int aAt, MemorySegment b, int bAt, int bPanel, int panels, int steps, float[] start,
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

  /** {@code c = tile + last}, rows of a panel. */
  static void addTo(float[] tile, int h, float[] last, int lastAt, float[] c, int cAt, int cRow) {
    FloatVector last0 = FloatVector.fromArray(FLOATS, last, lastAt);
    FloatVector last1 = FloatVector.fromArray(FLOATS, last, lastAt + LANES);
    for (int i = 0; i < h; i++) {
      FloatVector.fromArray(FLOATS, tile, i * PANEL).add(last0).intoArray(c, cAt + i * cRow);
      FloatVector.fromArray(FLOATS, tile, i * PANEL + LANES).add(last1).intoArray(c, cAt + i * cRow + LANES);
    }
  }
}
