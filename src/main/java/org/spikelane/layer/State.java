package org.spikelane.layer;

/** What a layer carries from one step to the next, for a number of samples. Belongs to one thread. */
public interface State {

  /** Makes everything zero, as it is before the first step. */
  void reset();

  /**
   * Checks that another state can be restored here.
   *
   * @throws IllegalArgumentException if that is of another kind of layer, or has other extents
   */
  void requireLike(State other);

  /**
   * Takes the values of another state of the same layer.
   *
   * @throws IllegalArgumentException if that is of another kind of layer, or has other extents
   */
  void restore(State other);

  /**
   * Values of {@code size} a sample, of all samples.
   *
   * @throws IllegalArgumentException if they exceed an array
   */
  static int total(int samples, long size) {
    if (samples * size > Integer.MAX_VALUE - 8) {
      throw new IllegalArgumentException(
          "samples: states of " + size + " values for each of " + samples + " exceed an array; run fewer at once");
    }
    return (int) (samples * size);
  }

  /** Copies {@code count} samples, from {@code from} on, to another state of the same layer, from {@code to} on. */
  void copyTo(int from, State other, int to, int count);
}
