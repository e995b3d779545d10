package org.spikelane.network;

import java.util.Objects;
import org.spikelane.layer.Values;

/**
 * What is shown to a network: a sequence, or one input that stays the same at every step.
 *
 * <p>The array is not copied, nor written to; it is read while a network runs, and once more by a backward pass. Only one
 * that is a membrane or current of the states which a run writes over is copied first.
 */
public final class Input {

  private final float[] values;
  private final int steps;
  private final int samples;
  private final boolean constant;
  private final boolean gradient;

  private Input(float[] values, int steps, int samples, boolean constant, boolean gradient) {
    if (steps < 1 || samples < 1) {
      throw new IllegalArgumentException(
          "input: expected at least 1 step and 1 sample, got " + steps + " and " + samples);
    }
    this.values = Objects.requireNonNull(values, "values");
    this.steps = steps;
    this.samples = samples;
    this.constant = constant;
    this.gradient = gradient;
  }

  /** A sequence, [T][B][features], time first. */
  public static Input sequence(float[] values, int steps, int samples) {
    return new Input(values, steps, samples, false, false);
  }

  /** One input for all steps, [B][features]. */
  public static Input constant(float[] values, int steps, int samples) {
    return new Input(values, steps, samples, true, false);
  }

  /** The same input, of which a backward pass is to give the gradient: {@code requires_grad_()}. */
  public Input withGradient() {
    return new Input(values, steps, samples, constant, true);
  }

  /** This, or a copy if it is one of the states that a run writes over. */
  Input apartFrom(States states) {
    return states.hold(values) ? new Input(values.clone(), steps, samples, constant, gradient) : this;
  }

  /** Whether a backward pass gives its gradient. */
  public boolean hasGradient() {
    return gradient;
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
    return total(steps, samples, size);
  }

  static int total(int steps, int samples, int size) {
    long total = (long) steps * samples * size;
    if (total > Integer.MAX_VALUE - 8) {
      throw new IllegalArgumentException("input: " + steps + " steps of " + samples + " samples of " + size
          + " neurons exceed an array; run fewer at once");
    }
    return (int) total;
  }

  /** A view of samples of such an input, {@code samples} at once. */
  Values view(Network network, int samples) {
    Values view = Values.view(network.inputShape().size(), samples, steps, constant);
    if (gradient) {
      view.needGradient();
    }
    return view;
  }

  /** Lets a view read samples {@code first … first + count - 1}. */
  void show(Values view, int first, int count) {
    view.readFrom(values, first, samples, count);
  }
}
