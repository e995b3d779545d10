package org.spikelane.data;

/** The bounds of samples: of their shape, for encodings and for data that is read, and of access to them. */
final class SampleShape {

  private SampleShape() {}

  /** @throws IllegalArgumentException naming {@code steps} or {@code featuresName} */
  static void check(int steps, String featuresName, int features) {
    checkOne("steps", steps, InputEncoding.MOST_VALUES);
    checkOne(featuresName, features, InputEncoding.MOST_VALUES / steps);
  }

  /**
   * {@code i}, if it is one of {@code size} samples.
   *
   * @throws IllegalArgumentException naming {@code i} if it is not
   */
  static int checkIndex(int i, int size) {
    if (i < 0 || i >= size) {
      throw new IllegalArgumentException("i: expected 0 to " + (size - 1) + ", got " + i);
    }
    return i;
  }

  /** @throws IllegalArgumentException naming {@code values} if a sample of so many values has no room from offset on */
  static void checkRoom(float[] values, int offset, int length) {
    if (offset < 0 || offset > values.length - length) {
      throw new IllegalArgumentException("values: expected room for " + length + " from offset " + offset
          + " on, got length " + values.length);
    }
  }

  private static void checkOne(String name, int value, int most) {
    if (value < 1 || value > most) {
      throw new IllegalArgumentException(name + ": expected 1 to " + most + ", got " + value);
    }
  }
}
