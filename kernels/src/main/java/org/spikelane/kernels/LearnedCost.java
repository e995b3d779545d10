package org.spikelane.kernels;

/**
 * What something takes on this machine, in any unit, learned from samples, which caches, compilers and neighbours disturb: a
 * faster one is believed entirely, a slower one in part. For one thread.
 */
public final class LearnedCost {

  /** The share of a slower sample that is believed, and only up to so many times the cost: something interrupted. */
  private static final double BELIEF = 0.125;
  private static final double CREDIBLE = 2;

  private double cost;

  /** Knows nothing yet. */
  public LearnedCost() {}

  /** Whether there was a sample. */
  public boolean known() {
    return cost > 0;
  }

  /** What is believed now; 0 if nothing is known. */
  public double value() {
    return cost;
  }

  /** Takes a sample, above 0. */
  public void learn(double sample) {
    cost = !known() || sample < cost ? sample : cost + BELIEF * (Math.min(sample, CREDIBLE * cost) - cost);
  }
}
