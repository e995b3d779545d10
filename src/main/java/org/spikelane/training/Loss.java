package org.spikelane.training;

import org.spikelane.kernels.Rows;

/**
 * What training makes small: a function of one sample's output over time and its class, averaged over the batch.
 *
 * <p>{@link Losses} has snnTorch's; others implement this.
 */
public interface Loss {

  /** What of the last layer a loss looks at. */
  enum Of {
    /** Its spikes, 0 or 1, times the layer's graded factor if it has one. */
    SPIKES,
    /** Its membrane, as each step returned it. */
    MEMBRANE
  }

  /** What of the last layer this looks at. */
  Of of();

  /**
   * The loss of one sample and, where wanted, its gradient.
   *
   * @param output spikes or membrane, row t for step t, [classes]
   * @param steps number of steps T
   * @param classes number of output neurons C
   * @param target the sample's class, 0 to C-1
   * @param weight what this sample counts for in the batch, usually 1/B; the gradient is multiplied by it, the result not
   * @param gradient gets {@code weight * dL/d(output)}, row t, written and not added to; null if it is not wanted
   * @return the loss of this sample, dimensionless
   */
  double sample(Rows output, int steps, int classes, int target, double weight, Rows gradient);
}
