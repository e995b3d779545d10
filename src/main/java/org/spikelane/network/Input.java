package org.spikelane.network;

import org.spikelane.kernels.Rows;

/**
 * What is shown to a network: a sequence, or one input that stays the same at every step.
 *
 * <p>The array is not copied.
 */
public final class Input {

  private final float[] values;
  private final int steps;
  private final int samples;
  private final boolean constant;

  private Input(float[] values, int steps, int samples, boolean constant) {
    if (steps < 1 || samples < 1) {
      throw new IllegalArgumentException(
          "input: expected at least 1 step and 1 sample, got " + steps + " and " + samples);
    }
    this.values = values;
    this.steps = steps;
    this.samples = samples;
    this.constant = constant;
  }

  /** A sequence, [T][B][features], time first. */
  public static Input sequence(float[] values, int steps, int samples) {
    return new Input(values, steps, samples, false);
  }

  /** One input for all steps, [B][features]. */
  public static Input constant(float[] values, int steps, int samples) {
    return new Input(values, steps, samples, true);
  }

  /** Number of time steps. */
  public int steps() {
    return steps;
  }

  /** Number of samples. */
  public int samples() {
    return samples;
  }

  /** Whether it is the same at every step. */
  public boolean isConstant() {
    return constant;
  }

  void requireFeatures(int features) {
    long expected = (constant ? 1L : steps) * samples * features;
    if (values.length != expected) {
      throw new IllegalArgumentException("input: expected " + expected + " values (" + (constant ? "" : steps + " steps of ")
          + samples + " samples of " + features + "), got " + values.length);
    }
  }

  /**
   * Values of {@code size} neurons over all steps and samples.
   *
   * @throws IllegalArgumentException if they exceed an array
   */
  int total(int size) {
    long total = (long) steps * samples * size;
    if (total > Integer.MAX_VALUE - 8) {
      throw new IllegalArgumentException("input: " + steps + " steps of " + samples + " samples of " + size
          + " neurons exceed an array; run fewer at once");
    }
    return (int) total;
  }

  /** Writes one sample, row by row. */
  void copyTo(int sample, Rows rows, int features) {
    for (int t = 0; t < (constant ? 1 : steps); t++) {
      System.arraycopy(values, (t * samples + sample) * features, rows.data(), rows.at(t), features);
    }
  }
}
