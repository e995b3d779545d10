package org.spikelane.layer;

/** What a layer carries from one step to the next, for a number of samples. Belongs to one thread. */
public interface State {

  /** Makes everything zero, as it is before the first step. */
  void reset();

  /**
   * Takes the values of another state of the same layer.
   *
   * @throws IllegalArgumentException if that is of another kind of layer, or has other extents
   */
  void restore(State other);

  /** Copies {@code count} samples, from {@code from} on, to another state of the same layer, from {@code to} on. */
  void copyTo(int from, State other, int to, int count);
}
