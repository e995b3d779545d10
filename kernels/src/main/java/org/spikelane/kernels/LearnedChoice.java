package org.spikelane.kernels;

/**
 * Which of two ways takes less time on this machine, learned from what calls took that went either way. Both have the same
 * result, to the bit: the choice changes the time alone.
 *
 * <p>Costs are of something that calls have more or less of, as a value or a spike, so that calls compare that have not quite
 * as many. One object is for calls that visit as much memory, and for one thread at a time.
 */
public final class LearnedChoice {

  /** The first calls go two by two either way, so that both are compiled. */
  private static final int TURNS = 8;

  /**
   * Later, two calls of so many go the way that seems to cost more, two as the first finds caches as the other way left them.
   * Odd, so that they are not always the same ones of a sequence that is as long as a power of two.
   */
  private static final int TRIED = 127;

  private final LearnedCost first = new LearnedCost();
  private final LearnedCost second = new LearnedCost();
  private long calls;

  /** Knows nothing yet: the first two calls go the first way, then two the second. */
  public LearnedChoice() {}

  /** Whether the call at hand goes the second way; {@link #took} is to follow, or nothing is learned of it. */
  public boolean second() {
    boolean goesSecond;
    if (calls < TURNS) {
      goesSecond = calls % 4 >= 2;
    } else {
      boolean trying = calls % TRIED < 2;
      goesSecond = second.value() < first.value() ^ trying;
    }
    calls++;
    return goesSecond;
  }

  /**
   * Learns what a call took.
   *
   * @param wentSecond whether it went the second way
   * @param nanos above 0, of a spike, of a value, or of whatever costs are compared by
   */
  public void took(boolean wentSecond, double nanos) {
    (wentSecond ? second : first).learn(nanos);
  }
}
