package org.spikelane.kernels;

/**
 * Whether the panels of large weights are read through before spikes visit them, learned from what that took.
 *
 * <p>A stream reads all of a panel at the bandwidth of memory; spikes ask for the rows of neurons that fired, at its latency.
 * Which takes less time depends on the machine: RLeaky of 2048 neurons, 16 MiB of weights, with 128 samples took a third less
 * by fetching where a third level reads 80 GB/s, and a tenth more where it reads 29. The choice changes the time, never a
 * result.
 *
 * <p>Costs are of a spike, so that calls compare that have not quite as many; one object is for one product, of weights of
 * one size.
 */
final class FetchCosts {

  /** The first calls go two by two either way, so that both are compiled. */
  private static final int TURNS = 8;

  /**
   * Later, two calls of so many go the way that seems to cost more, two as the first finds caches as the other way left them.
   * Odd, so that they are not always the same ones of a sequence that is as long as a power of two.
   */
  private static final int TRIED = 127;

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
    if (calls < TURNS) {
      fetches = calls % 4 >= 2;
    } else {
      boolean trying = calls % TRIED < 2;
      fetches = fetching < visiting ^ trying;
    }
    calls++;
    return fetches;
  }

  /** Learns what the call for which {@link #fetches} was just asked took. */
  void took(double nanosPerSpike) {
    if (fetches) {
      fetching = learned(fetching, nanosPerSpike);
    } else {
      visiting = learned(visiting, nanosPerSpike);
    }
  }

  private static double learned(double cost, double sample) {
    return cost == 0 || sample < cost ? sample : cost + BELIEF * (Math.min(sample, CREDIBLE * cost) - cost);
  }
}
