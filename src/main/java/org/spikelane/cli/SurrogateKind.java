package org.spikelane.cli;

import org.spikelane.surrogate.Surrogate;

/** The surrogate gradients to choose from, each with snnTorch's default for its one argument. */
enum SurrogateKind {
  ATAN(2f), FAST_SIGMOID(25f), SIGMOID(25f), TRIANGULAR(1f);

  private final float defaultSlope;

  SurrogateKind(float defaultSlope) {
    this.defaultSlope = defaultSlope;
  }

  /** snnTorch's default. */
  float defaultSlope() {
    return defaultSlope;
  }

  /** The surrogate; {@code slope} is snnTorch's alpha in ATAN and its threshold in TRIANGULAR. */
  Surrogate surrogate(float slope) {
    return switch (this) {
      case ATAN -> new Surrogate.ATan(slope);
      case FAST_SIGMOID -> new Surrogate.FastSigmoid(slope);
      case SIGMOID -> new Surrogate.Sigmoid(slope);
      case TRIANGULAR -> new Surrogate.Triangular(slope);
    };
  }
}
