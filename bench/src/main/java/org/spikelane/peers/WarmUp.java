package org.spikelane.peers;

import java.time.Duration;

/**
 * How long a workload is run before it is timed, so that C2 has compiled it: with the compiler on the one core that is
 * measured, that takes seconds. A given time at least; then on, while compilations end, up to {@link #LONGEST} times as
 * long, as repetitions would share the core with what is compiled still: of some methods for half a second. Peers that
 * compile do so in their warm-up, too, for up to 40 s.
 */
final class WarmUp {

  private static final int LONGEST = 8;

  /** The part of the least time, its last, in which no compilation may end. */
  private static final int QUIET_PART = 4;

  private final long least;
  private final long begin;
  private long compiled;
  private long lastCompiled;

  /** Begins now, {@code nanos} by any clock. */
  WarmUp(Duration least, long nanos) {
    this.least = least.toNanos();
    this.begin = nanos;
    this.lastCompiled = nanos;
  }

  /**
   * Whether to run the workload once more.
   *
   * @param nanos the time now
   * @param compiledMillis what compilations that have ended took since the JVM started
   */
  boolean goesOn(long nanos, long compiledMillis) {
    if (compiledMillis > compiled) {
      compiled = compiledMillis;
      lastCompiled = nanos;
    }
    boolean quiet = nanos - lastCompiled >= least / QUIET_PART;
    return nanos - begin < least || (!quiet && nanos - begin < LONGEST * least);
  }
}
