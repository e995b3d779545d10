package org.spikelane.kernels;

import static org.spikelane.kernels.PackedWeights.bytes;
import static org.spikelane.kernels.RightPanels.NATIVE;
import static org.spikelane.kernels.RightPanels.NEUTRAL;
import static org.spikelane.kernels.RightPanels.PANEL;
import static org.spikelane.kernels.RightPanels.PANEL_BYTES;
import static org.spikelane.kernels.RightPanels.VECTOR_BYTES;
import static org.spikelane.kernels.RightPanels.ZEROS;
import static org.spikelane.kernels.VectorShapes.FLOATS;
import static org.spikelane.kernels.VectorShapes.LANES;
import static org.spikelane.kernels.VectorShapes.MANY_REGISTERS;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;

/**
 * Dense products that sum few terms, such as those that bring a readout's gradients back to the layer before it: {@code
 * y[r][j] = (start + sum over s of x[r][s]*w[s][j]) + last}, x [rows][K], w [K][N], y [rows][N], start being 0 or y, and last
 * the bias or, without one, -0. Each sum is one chain of fused additions, s ascending, as in {@link DenseProducts}; a step is
 * an s.
 *
 * <p>A tile of {@link RegisterTiles} keeps sums in registers, which it reads and stores once for all steps; with ten steps,
 * that takes longer than the steps. Here ten rows of a panel of weights stay in registers while rows of x pass by, read where
 * they are: x and y must not overlap. That takes 25 registers, more than x86 CPUs have without AVX-512.
 */
final class ShortProducts {

  /** Steps of a pass: two vectors of each in registers; and classes are often ten or twenty. */
  static final int STEPS = 10;

  // Measured with up to so many; at 512 bits, with 40, tiles take a quarter longer, and with 21, as long; at 128 and 256 bits,
  // with 20, half as long again, and with 40, as long.
  private static final int MOST_STEPS = 4 * STEPS;

  // Of fewer rows, there is little to gain by reading twenty vectors of weights first.
  private static final int LEAST_ROWS = 4;

  /** Rows that a panel of weights passes by: their part of the result stays in a first-level cache from pass to pass. */
  private static final int ROWS = 64;

  /** [ROWS][PANEL]: columns that fill no panel, and their bias. */
  private final float[] edge = new float[ROWS * PANEL];
  private final float[] edgeBias = new float[PANEL];
  /** [ROWS][STEPS]: values of the last steps, if they are fewer, and -0, which times +0 changes nothing. */
  private final float[] lastX = new float[ROWS * STEPS];
  /** [STEPS][PANEL]: weights of the last steps, and +0. */
  private final MemorySegment lastW = PackedWeights.aligned(STEPS * PANEL);

  /** Whether this multiplies so many rows, in less time than tiles, or what multiplies rows that fill none. */
  static boolean takes(PackedWeights w, int rows) {
    return MANY_REGISTERS && w.k() > 0 && w.k() <= MOST_STEPS && rows >= LEAST_ROWS;
  }

  /** {@code y = x*w + bias} if {@code fresh}, else {@code y += x*w}, for rows [r0, r1); no bias then. At least one step. */
  void forward(Rows x, PackedWeights w, boolean fresh, float[] bias, Rows y, int r0, int r1) {
    assert w.k() > 0;
    for (int r = r0; r < r1; r += ROWS) {
      int count = Math.min(ROWS, r1 - r);
      copyLastOfX(x, r, count, w.k());
      for (int j = 0; j < w.n(); j += PANEL) {
        int width = Math.min(PANEL, w.n() - j);
        if (width == PANEL) {
          multiply(x, r, count, w, j, fresh, bias, j, y.data(), y.at(r) + j, y.stride());
        } else {
          multiplyEdge(x, r, count, w, j, width, fresh, bias, y);
        }
      }
    }
  }

  private void copyLastOfX(Rows x, int r, int count, int k) {
    int steps = k % STEPS;
    if (steps > 0) {
      Arrays.fill(lastX, 0, count * STEPS, -0f);
      for (int i = 0; i < count; i++) {
        System.arraycopy(x.data(), x.at(r + i) + k - steps, lastX, i * STEPS, steps);
      }
    }
  }

  /** The same of columns [j, j + width), which are the last, by way of {@link #edge}. */
  private void multiplyEdge(Rows x, int r, int count, PackedWeights w, int j, int width, boolean fresh, float[] bias, Rows y) {
    if (bias != null) {
      System.arraycopy(bias, j, edgeBias, 0, width);
    }
    for (int i = 0; !fresh && i < count; i++) {
      System.arraycopy(y.data(), y.at(r + i) + j, edge, i * PANEL, width);
    }
    multiply(x, r, count, w, j, fresh, bias == null ? null : edgeBias, 0, edge, 0, PANEL);
    for (int i = 0; i < count; i++) {
      System.arraycopy(edge, i * PANEL, y.data(), y.at(r + i) + j, width);
    }
  }

  /** One panel, from column j on: {@code count} rows of x, from r on, to rows of c; the panel's bias starts at biasAt. */
  private void multiply(Rows x, int r, int count, PackedWeights w, int j, boolean fresh, float[] bias, int biasAt, float[] c,
      int cAt, int cRow) {
    for (int s = 0; s < w.k(); s += STEPS) {
      float[] start = fresh && s == 0 ? ZEROS : c;
      int startAt = fresh && s == 0 ? 0 : cAt;
      int startRow = fresh && s == 0 ? 0 : cRow;
      boolean biased = bias != null && s + STEPS >= w.k();
      float[] last = biased ? bias : NEUTRAL;
      int lastAt = biased ? biasAt : 0;
      long wAt = bytes(w.at(j / PANEL) + s * PANEL);
      if (s + STEPS <= w.k()) {
        rows(x.data(), x.at(r) + s, x.stride(), count, w.data(), wAt, start, startAt, startRow, last, lastAt, c, cAt, cRow);
      } else {
        copyLastOfW(w.data(), wAt, w.k() - s);
        rows(lastX, 0, STEPS, count, lastW, 0, start, startAt, startRow, last, lastAt, c, cAt, cRow);
      }
    }
  }

  private void copyLastOfW(MemorySegment w, long at, int steps) {
    MemorySegment.copy(w, at, lastW, 0, steps * PANEL_BYTES);
    MemorySegment.copy(ZEROS, 0, lastW, ValueLayout.JAVA_FLOAT, steps * PANEL_BYTES, (STEPS - steps) * PANEL);
  }

  /**
   * Rows of one panel, {@code y[r][j] = (start[r][j] + sum over ten s of x[r][s]*w[s][j]) + last[j]}. A row's start is read
   * before its sum is stored, so both may be in one place. The ten steps are written out: no vector may cross a call ({@link
   * VectorShapes}).
   */
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
