package org.spikelane.cli;

import org.spikelane.kernels.ResetMechanism;

/** The reset mechanisms to choose from. */
enum ResetKind {
  SUBTRACT(ResetMechanism.SUBTRACT),
  ZERO(ResetMechanism.ZERO),
  NONE(ResetMechanism.NONE);

  private final ResetMechanism mechanism;

  ResetKind(ResetMechanism mechanism) {
    this.mechanism = mechanism;
  }

  /** The mechanism. */
  ResetMechanism mechanism() {
    return mechanism;
  }
}
