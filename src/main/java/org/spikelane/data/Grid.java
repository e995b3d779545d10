package org.spikelane.data;

import java.util.Arrays;

/** Samples that are arrays of one shape: images {@code [1][pixels]} or trials {@code [steps][channels]}. */
final class Grid implements Samples {

  private final int[] shape;
  private final int rows;
  private final int columns;
  private final byte[] bytes;
  private final float[] floats;

  private Grid(int[] shape, boolean trials, byte[] bytes, float[] floats) {
    this.shape = shape.clone();
    this.rows = trials ? shape[1] : 1;
    int columns = 1;
    for (int d = trials ? 2 : 1; d < shape.length; d++) {
      columns *= shape[d];
    }
    this.columns = columns;
    this.bytes = bytes;
    this.floats = floats;
  }

  /**
   * Unsigned bytes.
   *
   * @param shape of the whole array, samples first
   * @param trials whether the second dimension is time
   */
  static Grid ofBytes(int[] shape, boolean trials, byte[] bytes) {
    return new Grid(shape, trials, bytes, null);
  }

  /** As {@link #ofBytes}, of any other numbers. */
  static Grid ofFloats(int[] shape, boolean trials, float[] floats) {
    return new Grid(shape, trials, null, floats);
  }

  @Override
  public int samples() {
    return shape[0];
  }

  int rows() {
    return rows;
  }

  int columns() {
    return columns;
  }

  int sampleLength() {
    return rows * columns;
  }

  /** Whether the raw numbers are unsigned bytes. */
  boolean bytes() {
    return bytes != null;
  }

  /** Raw number {@code k} of sample {@code i}. */
  float value(int i, int k) {
    int at = i * sampleLength() + k;
    return bytes != null ? bytes[at] & 0xff : floats[at];
  }

  /** The shape of a sample, for people: {@code 28x28}. */
  String sampleShape() {
    return String.join("x", Arrays.stream(shape).skip(1).mapToObj(Integer::toString).toList());
  }
}
