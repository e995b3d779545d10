package org.spikelane.kernels;

/**
 * Whether panels of weights that no near cache holds are read through before spikes visit them, learned from what that
 * took. A stream reads all of a panel at the bandwidth of memory; spikes ask for the rows of neurons that fired, at its
 * latency. Which is less time depends on the machine: of 16 MiB of weights and 128 rows, 7 % of them firing, fetching took
 * 35 % less on one whose third level reads 80 GB/s, and 11 % more on one with 29. It never changes a result.
 */
final class FetchCosts {

  /** Of the first calls, every second one fetches, so that both ways are compiled. */
  private static final int TURNS = 16;

  /** Later, one call of so many goes the way that seems to cost more. */
  private static final int TRIED = 64;

  /** A faster time is believed entirely, of a slower one this share, and only up to a limit: something interrupted. */
  private static final double BELIEF = 0.125;
  private static final double CREDIBLE = 2;

  private double fetching;
  private double visiting;
  private long calls;
  private boolean fetches;

  FetchCosts() {}

  /** Whether the call at hand fetches; {@link #took} is to follow. */
  boolean fetches() {
    calls++;
    if (calls <= TURNS) {
      fetches = calls % 2 == 0;
    } else {
      fetches = fetching < visiting ^ calls % TRIED == 0;
    }
    return fetches;
  }

  /** Learns what the call for which {@link #fetches} was just asked took, a spike. */
  void took(double nanos) {
    if (fetches) {
      fetching = learned(fetching, nanos);
    } else {
      visiting = learned(visiting, nanos);
    }
  }

  private static double learned(double cost, double sample) {
    return cost == 0 || sample < cost ? sample : cost + BELIEF * (Math.min(sample, CREDIBLE * cost) - cost);
  }
}
