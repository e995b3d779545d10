package org.spikelane.exchange;

import org.spikelane.kernels.ResetMechanism;
import org.spikelane.surrogate.Surrogate;

/**
 * What a NIR file does not say and a network needs. Each may be null, which means: as the file's metadata say, if we
 * wrote it; else as NIR itself means it.
 *
 * @param dt seconds that one step lasts; NIR has none, default 1e-4, which snnTorch takes
 * @param resetMechanism what a spike does to the membrane; NIR sets it to {@code v_reset}, which is ZERO
 * @param resetDelay whether the reset comes one step after its spike; in NIR it comes at once, which is false
 * @param surrogate gradient of the spikes, of no effect on what they are; default {@code atan(2)}
 */
public record NirOptions(Double dt, ResetMechanism resetMechanism, Boolean resetDelay, Surrogate surrogate) {

  /** Nothing chosen. */
  public static final NirOptions NONE = new NirOptions(null, null, null, null);

  /** Seconds of a step where nobody says: snnTorch's. */
  public static final double DEFAULT_DT = 1e-4;

  /** @throws IllegalArgumentException if dt is not positive and finite, or the mechanism none of snnTorch's three */
  public NirOptions {
    if (dt != null) {
      requireStep(dt);
    }
    if (resetMechanism == ResetMechanism.ZERO_CARRIED) {
      throw new IllegalArgumentException("resetMechanism: expected SUBTRACT, ZERO or NONE, got " + resetMechanism);
    }
  }

  static void requireStep(double dt) {
    if (!(dt > 0) || !Double.isFinite(dt)) {
      throw new IllegalArgumentException("dt: expected a number of seconds above 0, got " + dt);
    }
  }

  /** The same with this length of a step, in seconds. */
  public NirOptions withDt(double seconds) {
    return new NirOptions(seconds, resetMechanism, resetDelay, surrogate);
  }

  /** The same with this reset. */
  public NirOptions withReset(ResetMechanism mechanism, boolean delay) {
    return new NirOptions(dt, mechanism, delay, surrogate);
  }

  /** The same with this surrogate gradient. */
  public NirOptions withSurrogate(Surrogate gradient) {
    return new NirOptions(dt, resetMechanism, resetDelay, gradient);
  }
}
