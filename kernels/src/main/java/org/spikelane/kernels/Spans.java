package org.spikelane.kernels;

/** What the kernels assert about their operands; all methods return true or say what is wrong. */
final class Spans {

  private Spans() {}

  /** Rows of state are one more than steps. */
  static boolean states(Rows state, int t0, int t1, int to) {
    return rows(state, t0, t0 < t1 ? t1 + 1 : t1, to);
  }

  /** Rows, or {@link Rows#NONE}. */
  static boolean optional(Rows rows, int t0, int t1, int to) {
    return rows.isNone() || rows(rows, t0, t1, to);
  }

  static boolean rows(Rows rows, int t0, int t1, int to) {
    assert rows.holds(t0, t1, to) : "rows " + t0 + " to " + t1 + " of " + to + " floats do not fit: " + rows.offset()
        + " + t*" + rows.stride() + " in " + rows.data().length;
    return true;
  }

  /** What is summed from rows of gx and syn after several steps, or one: neither is written over by the other, nor by itself. */
  @SuppressWarnings("ReferenceEquality") // The same array, not equal ones.
  static boolean summedAfterwards(Rows gx, Rows syn, int t0, int t1, int from, int to) {
    assert gx.stride() != 0 || t1 - t0 <= 1 : "gx: expected a row for each of steps " + t0 + " to " + t1
        + " where gradients of parameters are wanted, got one for all";
    assert rows(syn, t0, t1, to);
    for (int t = t0; t < t1 && gx.data() == syn.data(); t++) {
      for (int s = t0; s < t1; s++) {
        assert Math.abs(gx.at(t) - syn.at(s)) >= to - from : "gx: row " + t + ", at " + gx.at(t) + ", lies over row " + s
            + " of syn, at " + syn.at(s);
      }
    }
    return true;
  }

  /** Of rows of which only columns from {@code from} on need to exist. */
  static boolean rows(Rows rows, int t0, int t1, int from, int to) {
    assert rows.holds(t0, t1, from, to) : "columns " + from + " to " + to + " of rows " + t0 + " to " + t1
        + " do not fit: " + rows.offset() + " + t*" + rows.stride() + " in " + rows.data().length;
    return true;
  }

  /** A derivative that is computed needs no rows. */
  static boolean derivative(SurrogateDerivative sg, int t0, int t1, int from, int to) {
    return sg.computed() || rows(sg.rows(), t0, t1, from, to);
  }

  /** A state in place is written after some of several steps, none of which may read it as an input. */
  @SuppressWarnings("ReferenceEquality") // The same array, not equal ones.
  static boolean apart(Rows state, Rows input, int t0, int t1, int from, int to) {
    if (state.stride() == 0 && state.data() == input.data()) {
      for (int t = t0; t < t1 && t1 - t0 > 1; t++) {
        assert Math.abs(input.at(t) - state.offset()) >= to - from : "state in place: row " + t + " of an input, at "
            + input.at(t) + ", lies over it, at " + state.offset();
      }
    }
    return true;
  }

  static boolean spikes(SpikeRows rows, int t0, int t1, int to) {
    assert rows.holds(t0, t1, to) : "spike rows " + t0 + " to " + t1 + " of " + to + " neurons do not fit: "
        + rows.offset() + " + t*" + rows.stride() + " in " + rows.words().length;
    return true;
  }

  static boolean words(int from) {
    assert (from & 63) == 0 : "from: expected a multiple of 64, got " + from;
    return true;
  }

  static boolean parameters(int to, float[] a, float[] b) {
    return parameter(to, a) && parameter(to, b);
  }

  static boolean parameters(int to, float[] a, float[] b, float[] c) {
    return parameters(to, a, b) && parameter(to, c);
  }

  /** Sums of gradients of parameters that are wanted. */
  static boolean wanted(boolean learn, int to, float[] a, float[] b, float[] c) {
    return !learn || parameters(to, a, b, c);
  }

  static boolean parameters(int to, float[] a, float[] b, float[] c, float[] d, float[] e) {
    return parameters(to, a, b, c) && parameters(to, d, e);
  }

  private static boolean parameter(int to, float[] value) {
    assert value.length >= to : "parameter: expected " + to + " values, got " + value.length;
    return true;
  }
}
