package org.spikelane.kernels;

import static org.spikelane.kernels.PackedWeights.bytes;
import static org.spikelane.kernels.RightPanels.NATIVE;
import static org.spikelane.kernels.RightPanels.PANEL;
import static org.spikelane.kernels.RightPanels.PANEL_BYTES;
import static org.spikelane.kernels.RightPanels.VECTOR_BYTES;
import static org.spikelane.kernels.VectorShapes.FLOATS;
import static org.spikelane.kernels.VectorShapes.LANES;
import static org.spikelane.kernels.VectorShapes.WIDTH;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;

/**
 * Dense products of few steps, such as those that bring a readout's gradients back to the layer before it: {@code y[r][j] =
 * (start + sum over s of x[r][s]*w[s][j]) + last}, each sum one chain of fused additions, s ascending, as in
 * {@link DenseProducts}.
 *
 * <p>A tile of {@link RegisterTiles} keeps sums in registers, which it reads and stores once for all steps; with ten steps,
 * that takes longer than the steps. Here ten rows of a panel of weights stay in registers while rows of x pass by, as they
 * are. That takes the 32 registers of AVX-512.
 */
final class ShortProducts {

  /** Steps of a pass: their two vectors each, and two sums, fill 22 registers; and classes are often ten or twenty. */
  private static final int STEPS = 10;

  // Measured with up to so many; with 40, tiles take a quarter longer.
  private static final int MOST_STEPS = 4 * STEPS;

  // Of fewer rows, there is little to gain by reading twenty vectors of weights first.
  private static final int LEAST_ROWS = 4;

  /** Rows that a panel of weights passes by: their part of the result stays in a first-level cache from pass to pass. */
  private static final int ROWS = 64;

  /** [ROWS][PANEL]: columns that fill no panel. */
  private final float[] edge = new float[ROWS * PANEL];
  private final float[] edgeLast = new float[PANEL];
  private final float[] zeros = new float[STEPS * PANEL];
  /** What is added last where no bias is: -0, as adding +0 would turn -0 into +0. */
  private final float[] neutral = new float[PANEL];
  /** [ROWS][STEPS] and [STEPS][PANEL]: the last steps, if they are fewer, filled up with -0 times +0, which changes nothing. */
  private final float[] lastX = new float[ROWS * STEPS];
  private final MemorySegment lastW = PackedWeights.aligned(STEPS * PANEL);

  ShortProducts() {
    Arrays.fill(neutral, -0f);
  }

  /** Whether this takes less time for so many rows than tiles, or what multiplies rows that fill none. */
  static boolean takes(PackedWeights w, int rows) {
    return WIDTH == 512 && w.k() > 0 && w.k() <= MOST_STEPS && rows >= LEAST_ROWS;
  }

  /** {@code y = x*w + bias} if {@code fresh}, else {@code y += x*w}, for rows [r0, r1); no bias then. */
  void forward(Rows x, PackedWeights w, boolean fresh, float[] bias, Rows y, int r0, int r1) {
    assert x.holds(r0, r1, w.k()) && y.holds(r0, r1, w.n());
    for (int r = r0; r < r1; r += ROWS) {
      int rows = Math.min(ROWS, r1 - r);
      for (int s = 0; s < w.k(); s += STEPS) {
        boolean start = fresh && s == 0;
        float[] atEnd = s + STEPS < w.k() ? null : bias;
        if (s + STEPS <= w.k()) {
          pass(x.data(), x.at(r) + s, x.stride(), rows, w, s, start, atEnd, y, r);
        } else {
          copyLast(x, r, rows, s, w.k() - s);
          pass(lastX, 0, STEPS, rows, w, s, start, atEnd, y, r);
        }
      }
    }
  }

  private void copyLast(Rows x, int r, int rows, int s, int steps) {
    Arrays.fill(lastX, 0, rows * STEPS, -0f);
    for (int i = 0; i < rows; i++) {
      System.arraycopy(x.data(), x.at(r + i) + s, lastX, i * STEPS, steps);
    }
  }

  private void copyLast(MemorySegment panel, long at, int steps) {
    MemorySegment.copy(panel, at, lastW, 0, steps * PANEL_BYTES);
    MemorySegment.copy(zeros, 0, lastW, ValueLayout.JAVA_FLOAT, steps * PANEL_BYTES, (STEPS - steps) * PANEL);
  }

  /** Steps [s, s + STEPS) of rows from r on, {@code x} being their values. */
  private void pass(float[] x, int xAt, int xStride, int rows, PackedWeights w, int s, boolean fresh, float[] bias, Rows y,
      int r) {
    for (int j = 0; j < w.n(); j += PANEL) {
      MemorySegment panel = w.data();
      long at = bytes(w.at(j / PANEL) + s * PANEL);
      if (s + STEPS > w.k()) {
        copyLast(panel, at, w.k() - s);
        panel = lastW;
        at = 0;
      }
      int width = Math.min(PANEL, w.n() - j);
      if (width == PANEL) {
        float[] c = y.data();
        int to = y.at(r) + j;
        rows(x, xAt, xStride, rows, panel, at, fresh ? zeros : c, fresh ? 0 : to, fresh ? 0 : y.stride(),
            bias == null ? neutral : bias, bias == null ? 0 : j, c, to, y.stride());
      } else {
        edge(x, xAt, xStride, rows, panel, at, fresh, bias, y, r, j, width);
      }
    }
  }

  /** The same of the last columns, by way of {@link #edge}. */
  private void edge(float[] x, int xAt, int xStride, int rows, MemorySegment panel, long at, boolean fresh, float[] bias,
      Rows y, int r, int j, int width) {
    if (bias != null) {
      System.arraycopy(bias, j, edgeLast, 0, width);
    }
    for (int i = 0; !fresh && i < rows; i++) {
      System.arraycopy(y.data(), y.at(r + i) + j, edge, i * PANEL, width);
    }
    rows(x, xAt, xStride, rows, panel, at, fresh ? zeros : edge, 0, fresh ? 0 : PANEL, bias == null ? neutral : edgeLast,
        0, edge, 0, PANEL);
    for (int i = 0; i < rows; i++) {
      System.arraycopy(edge, i * PANEL, y.data(), y.at(r + i) + j, width);
    }
  }

  /** Rows of one panel. Each row's start is read before its sum is stored, so both may be in one place. */
  private static void rows(float[] x, int xAt, int xStride, int rows, MemorySegment w, long wAt, float[] start, int startAt,
      int startStride, float[] last, int lastAt, float[] y, int yAt, int yStride) {
    FloatVector w00 = FloatVector.fromMemorySegment(FLOATS, w, wAt, NATIVE);
    FloatVector w01 = FloatVector.fromMemorySegment(FLOATS, w, wAt + VECTOR_BYTES, NATIVE);
    FloatVector w10 = FloatVector.fromMemorySegment(FLOATS, w, wAt + PANEL_BYTES, NATIVE);
    FloatVector w11 = FloatVector.fromMemorySegment(FLOATS, w, wAt + PANEL_BYTES + VECTOR_BYTES, NATIVE);
    FloatVector w20 = FloatVector.fromMemorySegment(FLOATS, w, wAt + 2 * PANEL_BYTES, NATIVE);
    FloatVector w21 = FloatVector.fromMemorySegment(FLOATS, w, wAt + 2 * PANEL_BYTES + VECTOR_BYTES, NATIVE);
    FloatVector w30 = FloatVector.fromMemorySegment(FLOATS, w, wAt + 3 * PANEL_BYTES, NATIVE);
    FloatVector w31 = FloatVector.fromMemorySegment(FLOATS, w, wAt + 3 * PANEL_BYTES + VECTOR_BYTES, NATIVE);
    FloatVector w40 = FloatVector.fromMemorySegment(FLOATS, w, wAt + 4 * PANEL_BYTES, NATIVE);
    FloatVector w41 = FloatVector.fromMemorySegment(FLOATS, w, wAt + 4 * PANEL_BYTES + VECTOR_BYTES, NATIVE);
    FloatVector w50 = FloatVector.fromMemorySegment(FLOATS, w, wAt + 5 * PANEL_BYTES, NATIVE);
    FloatVector w51 = FloatVector.fromMemorySegment(FLOATS, w, wAt + 5 * PANEL_BYTES + VECTOR_BYTES, NATIVE);
    FloatVector w60 = FloatVector.fromMemorySegment(FLOATS, w, wAt + 6 * PANEL_BYTES, NATIVE);
    FloatVector w61 = FloatVector.fromMemorySegment(FLOATS, w, wAt + 6 * PANEL_BYTES + VECTOR_BYTES, NATIVE);
    FloatVector w70 = FloatVector.fromMemorySegment(FLOATS, w, wAt + 7 * PANEL_BYTES, NATIVE);
    FloatVector w71 = FloatVector.fromMemorySegment(FLOATS, w, wAt + 7 * PANEL_BYTES + VECTOR_BYTES, NATIVE);
    FloatVector w80 = FloatVector.fromMemorySegment(FLOATS, w, wAt + 8 * PANEL_BYTES, NATIVE);
    FloatVector w81 = FloatVector.fromMemorySegment(FLOATS, w, wAt + 8 * PANEL_BYTES + VECTOR_BYTES, NATIVE);
    FloatVector w90 = FloatVector.fromMemorySegment(FLOATS, w, wAt + 9 * PANEL_BYTES, NATIVE);
    FloatVector w91 = FloatVector.fromMemorySegment(FLOATS, w, wAt + 9 * PANEL_BYTES + VECTOR_BYTES, NATIVE);
    FloatVector last0 = FloatVector.fromArray(FLOATS, last, lastAt);
    FloatVector last1 = FloatVector.fromArray(FLOATS, last, lastAt + LANES);
    for (int r = 0; r < rows; r++) {
      int at = xAt + r * xStride;
      FloatVector c0 = FloatVector.fromArray(FLOATS, start, startAt + r * startStride);
      FloatVector c1 = FloatVector.fromArray(FLOATS, start, startAt + r * startStride + LANES);
      FloatVector x0 = FloatVector.broadcast(FLOATS, x[at]);
      c0 = x0.fma(w00, c0);
      c1 = x0.fma(w01, c1);
      FloatVector x1 = FloatVector.broadcast(FLOATS, x[at + 1]);
      c0 = x1.fma(w10, c0);
      c1 = x1.fma(w11, c1);
      FloatVector x2 = FloatVector.broadcast(FLOATS, x[at + 2]);
      c0 = x2.fma(w20, c0);
      c1 = x2.fma(w21, c1);
      FloatVector x3 = FloatVector.broadcast(FLOATS, x[at + 3]);
      c0 = x3.fma(w30, c0);
      c1 = x3.fma(w31, c1);
      FloatVector x4 = FloatVector.broadcast(FLOATS, x[at + 4]);
      c0 = x4.fma(w40, c0);
      c1 = x4.fma(w41, c1);
      FloatVector x5 = FloatVector.broadcast(FLOATS, x[at + 5]);
      c0 = x5.fma(w50, c0);
      c1 = x5.fma(w51, c1);
      FloatVector x6 = FloatVector.broadcast(FLOATS, x[at + 6]);
      c0 = x6.fma(w60, c0);
      c1 = x6.fma(w61, c1);
      FloatVector x7 = FloatVector.broadcast(FLOATS, x[at + 7]);
      c0 = x7.fma(w70, c0);
      c1 = x7.fma(w71, c1);
      FloatVector x8 = FloatVector.broadcast(FLOATS, x[at + 8]);
      c0 = x8.fma(w80, c0);
      c1 = x8.fma(w81, c1);
      FloatVector x9 = FloatVector.broadcast(FLOATS, x[at + 9]);
      c0 = x9.fma(w90, c0);
      c1 = x9.fma(w91, c1);
      c0.add(last0).intoArray(y, yAt + r * yStride);
      c1.add(last1).intoArray(y, yAt + r * yStride + LANES);
    }
  }
}
