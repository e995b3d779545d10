package org.spikelane.reference;

import org.spikelane.surrogate.Surrogate;

/** The formulas of the surrogate derivatives, in double. */
public final class NaiveSurrogate {

  private NaiveSurrogate() {}

  /** The derivative at {@code z = mem - threshold}, for every surrogate that draws nothing. */
  public static double derivative(Surrogate surrogate, double z) {
    return switch (surrogate) {
      case Surrogate.ATan s -> s.alpha() / 2.0 / (1 + Math.pow(Math.PI / 2 * s.alpha() * z, 2));
      case Surrogate.FastSigmoid s -> 1 / Math.pow(s.slope() * Math.abs(z) + 1, 2);
      case Surrogate.Sigmoid s -> {
        double e = Math.exp(-s.slope() * Math.abs(z));
        yield s.slope() * e / Math.pow(1 + e, 2);
      }
      case Surrogate.Triangular s -> z < 0 ? s.height() : -s.height();
      case Surrogate.Heaviside s -> z > 0 ? 1 : 0;
      case Surrogate.StraightThrough s -> 1;
      case Surrogate.SpikeRateEscape s -> s.slope() * Math.exp(-s.beta() * Math.abs(z - 1));
      case Surrogate.SparseFastSigmoid s -> z > s.bound() ? 1 / Math.pow(s.slope() * Math.abs(z) + 1, 2) : 0;
      case Surrogate.Leaky s -> z > 0 ? 1 : s.slope();
      case Surrogate.Custom s -> s.function().at((float) z);
      case Surrogate.Stochastic s -> throw new IllegalArgumentException("a random surrogate has no formula");
    };
  }

  /** How far {@code z} is from where the derivative jumps. */
  static double distanceToJump(Surrogate surrogate, double z) {
    return surrogate instanceof Surrogate.SparseFastSigmoid s ? Math.abs(z - s.bound()) : Math.abs(z);
  }
}
