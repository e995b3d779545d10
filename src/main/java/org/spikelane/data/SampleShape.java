package org.spikelane.data;

/** The bounds of a sample's shape, for encodings and for data that is read. */
final class SampleShape {

  private SampleShape() {}

  /** @throws IllegalArgumentException naming {@code steps} or {@code featuresName} */
  static void check(int steps, String featuresName, int features) {
    checkOne("steps", steps, InputEncoding.MOST_VALUES);
    checkOne(featuresName, features, InputEncoding.MOST_VALUES / steps);
  }

  private static void checkOne(String name, int value, int most) {
    if (value < 1 || value > most) {
      throw new IllegalArgumentException(name + ": expected 1 to " + most + ", got " + value);
    }
  }
}
