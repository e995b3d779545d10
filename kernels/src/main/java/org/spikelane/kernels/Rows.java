package org.spikelane.kernels;

import java.util.Objects;

/**
 * Where the rows of a sequence lie in an array: row {@code t} is {@code data[offset + t*stride …]}.
 *
 * <p>A description, not a copy; the array is shared. Stride 0 makes one row stand for every step. Negative strides are
 * allowed, and so is a negative offset: rows whose first columns do not exist, of which only later ones are used.
 *
 * @param data the values, dimensionless
 * @param offset index of the first value of row 0
 * @param stride distance from a row to the next, in floats
 */
public record Rows(float[] data, int offset, int stride) {

  /**
   * No rows at all, such as the recurrent current of neurons without recurrence: nothing is read and nothing added. Any
   * rows of an empty array are none. A method takes them where its description says so.
   */
  public static final Rows NONE = new Rows(new float[0], 0, 0);

  /**
   * Rows of an array.
   *
   * @throws NullPointerException if there is no array
   * @throws IllegalArgumentException if {@code offset} is beyond the array
   */
  public Rows {
    Objects.requireNonNull(data, "data");
    if (offset > data.length) {
      throw new IllegalArgumentException(
          "offset: expected at most " + data.length + " (the length of data), got " + offset);
    }
  }

  /** One row of {@code data}, starting at 0, that stands for every step. */
  public static Rows constant(float[] data) {
    return new Rows(data, 0, 0);
  }

  /** Index in {@link #data} of the first value of row {@code t}. */
  public int at(int t) {
    return offset + t * stride;
  }

  /** Whether there are none. */
  boolean isNone() {
    return data.length == 0;
  }

  /** Whether columns {@code [from, to)} of rows {@code [t0, t1)} lie within the array. */
  boolean holds(int t0, int t1, int from, int to) {
    return t0 >= t1 || (inside(t0, from, to) && inside(t1 - 1, from, to));
  }

  private boolean inside(int t, int from, int to) {
    long start = offset + (long) t * stride;
    return start + from >= 0 && start + to <= data.length;
  }

  /** Whether rows {@code [t0, t1)} of {@code size} values each lie within the array. */
  boolean holds(int t0, int t1, int size) {
    return holds(t0, t1, 0, size);
  }
}
