package org.spikelane.kernels;

import static org.spikelane.kernels.PackedWeights.bytes;
import static org.spikelane.kernels.PackedWeights.padded;
import static org.spikelane.kernels.VectorShapes.FLOATS;
import static org.spikelane.kernels.VectorShapes.INTS;
import static org.spikelane.kernels.VectorShapes.LANES;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/**
 * The right operand b of a product {@code c[i][j] += sum over s of a[i][s]*b[s][j]} where it is not weights: gradients, or
 * spikes made floats, copied to the order that {@link PackedWeights} have, [panel][steps][{@link #PANEL}].
 *
 * <p>Outside the heap as they are, and with room for one panel more: slices may end a vector later.
 */
final class RightPanels {

  /** Columns of a panel, two vectors. */
  static final int PANEL = 2 * LANES;

  /** Panels of a group: registers hold one row of it. */
  static final int GROUP = 4;

  static final long VECTOR_BYTES = bytes(LANES);
  static final long PANEL_BYTES = bytes(PANEL);
  static final ByteOrder NATIVE = ByteOrder.nativeOrder();

  /** Where fresh sums start, a row of a group, and what fills up the steps of a pass: zeros; never written. */
  static final float[] ZEROS = new float[Math.max(GROUP, ShortProducts.STEPS) * PANEL];

  /** What is added last where no bias is, a row of a group: -0, as adding +0 would turn -0 into +0; never written. */
  static final float[] NEUTRAL = negativeZeros(GROUP * PANEL);

  private MemorySegment data = MemorySegment.NULL;

  private static float[] negativeZeros(int count) {
    float[] values = new float[count];
    Arrays.fill(values, -0f);
    return values;
  }

  /** Panels of so many columns. */
  static int panels(int columns) {
    return Math.ceilDiv(columns, PANEL);
  }

  /** How many columns of so many steps have at most so many values, in whole panels; one panel at least. */
  static int columns(int values, int steps) {
    return Math.max(1, values / Math.max(1, steps) / PANEL) * PANEL;
  }

  MemorySegment data() {
    return data;
  }

  /** Makes room for so many values; what was there is gone. */
  void resize(int size) {
    if (data.byteSize() < bytes(size + PANEL)) {
      data = PackedWeights.aligned(size + PANEL);
    }
  }

  /** {@code b[s][j] = g[r + s][column + j]}, panels of {@link PackedWeights#padded} steps. */
  void copyRows(Rows g, int r, int steps, int column, int columns) {
    int panel = padded(steps) * PANEL;
    resize(panels(columns) * panel);
    int s = 0;
    for (; s <= steps - 4; s += 4) {
      copyFourRows(g.data(), g.at(r + s) + column, g.at(r + s + 1) + column, g.at(r + s + 2) + column,
          g.at(r + s + 3) + column, columns, s, panel);
    }
    for (; s < steps; s++) {
      copyRow(g.data(), g.at(r + s) + column, columns, s, panel);
    }
    end(columns, steps);
  }

  /**
   * Four rows at once, from g0 to g3 on. Rows are far apart in memory, and a prefetcher starts anew at every page of one: four
   * of them wait together. In a panel, they are one piece.
   */
  private void copyFourRows(float[] g, int g0, int g1, int g2, int g3, int columns, int s, int panel) {
    int whole = columns / PANEL * PANEL;
    copyPanels(g, g0, g1, g2, g3, whole, data, bytes(s * PANEL), bytes(panel));
    if (whole < columns) {
      copyWithinPanel(g, g0, whole, columns, s, panel);
      copyWithinPanel(g, g1, whole, columns, s + 1, panel);
      copyWithinPanel(g, g2, whole, columns, s + 2, panel);
      copyWithinPanel(g, g3, whole, columns, s + 3, panel);
    }
  }

  private void copyRow(float[] g, int at, int columns, int s, int panel) {
    for (int j = 0; j < columns; j += PANEL) {
      copyWithinPanel(g, at, j, Math.min(j + PANEL, columns), s, panel);
    }
  }

  /** Copies columns [from, to) of a row, which are of one panel. */
  private void copyWithinPanel(float[] g, int at, int from, int to, int s, int panel) {
    MemorySegment.copy(g, at + from, data, ValueLayout.JAVA_FLOAT, bytes(from / PANEL * panel + s * PANEL), to - from);
  }

  /** Copies whole panels of four rows; {@code panelBytes} is how far apart panels are in {@code to}. */
  private static void copyPanels(float[] g, int g0, int g1, int g2, int g3, int columns, MemorySegment to, long toAt,
      long panelBytes) {
    long at = toAt;
    for (int j = 0; j < columns; j += PANEL, at += panelBytes) {
      FloatVector.fromArray(FLOATS, g, g0 + j).intoMemorySegment(to, at, NATIVE);
      FloatVector.fromArray(FLOATS, g, g0 + j + LANES).intoMemorySegment(to, at + VECTOR_BYTES, NATIVE);
      FloatVector.fromArray(FLOATS, g, g1 + j).intoMemorySegment(to, at + PANEL_BYTES, NATIVE);
      FloatVector.fromArray(FLOATS, g, g1 + j + LANES).intoMemorySegment(to, at + PANEL_BYTES + VECTOR_BYTES, NATIVE);
      FloatVector.fromArray(FLOATS, g, g2 + j).intoMemorySegment(to, at + 2 * PANEL_BYTES, NATIVE);
      FloatVector.fromArray(FLOATS, g, g2 + j + LANES).intoMemorySegment(to, at + 2 * PANEL_BYTES + VECTOR_BYTES, NATIVE);
      FloatVector.fromArray(FLOATS, g, g3 + j).intoMemorySegment(to, at + 3 * PANEL_BYTES, NATIVE);
      FloatVector.fromArray(FLOATS, g, g3 + j + LANES).intoMemorySegment(to, at + 3 * PANEL_BYTES + VECTOR_BYTES, NATIVE);
    }
  }

  /** Fills up steps to {@link PackedWeights#padded} with zeros, which {@link LeftTiles} multiplies with -0. */
  void end(int columns, int steps) {
    if (steps < padded(steps)) {
      for (int p = 0; p < panels(columns); p++) {
        MemorySegment.copy(ZEROS, 0, data, ValueLayout.JAVA_FLOAT, bytes((p * padded(steps) + steps) * PANEL),
            (padded(steps) - steps) * PANEL);
      }
    }
  }

  /**
   * A panel of neurons, from {@code neuron} on, in {@code steps} rows of spikes: {@code b[s][j] = value} where neuron j fired
   * in row s, else 0.
   *
   * @param at index of row 0's word that holds the first neuron, rows being {@code stride} apart
   * @param toAt where the panel starts
   */
  void expandRows(long[] words, int at, int stride, int neuron, float value, int steps, int toAt) {
    MemorySegment to = data; // Else read again after every store.
    for (int s = 0; s < steps; s++) {
      long bits = words[at + s * stride];
      FloatVector.zero(FLOATS).blend(value, VectorMask.fromLong(FLOATS, bits >>> neuron))
          .intoMemorySegment(to, bytes(toAt) + s * PANEL_BYTES, NATIVE);
      FloatVector.zero(FLOATS).blend(value, VectorMask.fromLong(FLOATS, bits >>> (neuron + LANES)))
          .intoMemorySegment(to, bytes(toAt) + s * PANEL_BYTES + VECTOR_BYTES, NATIVE);
    }
  }

  /** The same with rows as columns: {@code b[s][i] = value} where {@code rows[i]} has bit s, else 0; at most 32 steps. */
  void expandColumns(int[] rows, int steps, float value, int toAt) {
    MemorySegment to = data;
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
}
