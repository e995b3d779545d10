package org.spikelane.cli;

import org.spikelane.training.Loss;
import org.spikelane.training.Losses;

/** The losses to choose from, by snnTorch's names. */
enum LossKind {
  CE_RATE, CE_COUNT, CE_MAX_MEMBRANE, CE_MEMBRANE, MSE_COUNT, MSE_MEMBRANE;

  /** The loss, with snnTorch's defaults. */
  Loss loss() {
    return switch (this) {
      case CE_RATE -> Losses.ceRate();
      case CE_COUNT -> Losses.ceCount();
      case CE_MAX_MEMBRANE -> Losses.ceMaxMembrane();
      case CE_MEMBRANE -> Losses.ceMembrane();
      case MSE_COUNT -> Losses.mseCount();
      case MSE_MEMBRANE -> Losses.mseMembrane();
    };
  }
}
