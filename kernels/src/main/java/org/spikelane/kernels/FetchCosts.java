package org.spikelane.kernels;

/**
 * Whether values in memory are read through before something visits them, learned from what that took.
 *
 * <p>Which takes less time depends on the machine. Spikes that visit large weights ask for the rows of neurons that fired, at
 * the latency of memory, and a stream reads all of a panel at its bandwidth: RLeaky of 2048 neurons, 16 MiB of weights, with
 * 128 samples took a third less by fetching where a third level reads 80 GB/s, and a tenth more where it reads 29. A large
 * input whose spikes become bits, a step after the other, takes a quarter more by fetching on the first of these machines,
 * whose prefetchers keep up with what is computed. The choice changes the time, never a result.
 *
 * <p>Costs are of a spike, or of a value, so that calls compare that have not quite as many. One object is for calls that
 * visit as much memory, and for one thread.
 */
public final class FetchCosts {

  /** The first calls go two by two either way, so that both are compiled. */
  private static final int TURNS = 8;

  /**
   * Later, two calls of so many go the way that seems to cost more, two as the first finds caches as the other way left them.
   * Odd, so that they are not always the same ones of a sequence that is as long as a power of two.
   */
  private static final int TRIED = 127;

  private final LearnedCost fetching = new LearnedCost();
  private final LearnedCost visiting = new LearnedCost();
  private long calls;
  private boolean fetches;

  /** Knows nothing yet: the first calls try both. */
  public FetchCosts() {}

  /** Whether the call at hand fetches; {@link #took} is to follow, or nothing is learned of it. */
  public boolean fetches() {
    if (calls < TURNS) {
      fetches = calls % 4 >= 2;
    } else {
      boolean trying = calls % TRIED < 2;
      fetches = fetching.value() < visiting.value() ^ trying;
    }
    calls++;
    return fetches;
  }

  /**
   * Learns what the call for which {@link #fetches} was just asked took.
   *
   * @param nanos nanoseconds of a spike or of a value, fetching included
   */
  public void took(double nanos) {
    (fetches ? fetching : visiting).learn(nanos);
  }
}
