package org.spikelane.kernels;

/**
 * How many neurons of how many steps go forward together where currents come from memory itself and only spikes are written:
 * few long rows, or more rows that are shorter.
 *
 * <p>Which takes less time depends on the machine, and is learned by all threads of a process together. Where prefetchers are
 * slow to follow and the third level is fast, it is four rows of {@link VectorShapes#BLOCK_NEURONS} (a Zen 4, second-order
 * neurons, 262144 of them and 100 steps: 5.5 ms, beside 7.4 for eight of 8192). Where the third level is slow, it is rows
 * beside which the second has room for the states, which each block reads and writes again (a Xeon: 10 and 6.3 ms).
 *
 * <p>Rows are always long where membranes are written, too: they then took a tenth less on the first of these machines, and no
 * longer on the second.
 */
final class FarSequences {

  static final int SHORT_ROWS = 1 << 13;
  static final int STEPS_OF_SHORT_ROWS = 8;

  /** Second: short rows. */
  private final LearnedChoice choice = new LearnedChoice();

  /** Those of the same kernels, which all read as many values for one of current. */
  FarSequences() {}

  /** Whether currents of so many neurons and steps, other ones in each step, are more than any cache holds. */
  static boolean areFar(Rows x, int steps, int neurons) {
    return x.stride() != 0 && steps >= STEPS_OF_SHORT_ROWS && (long) steps * neurons > VectorShapes.LAST_LEVEL_VALUES;
  }

  /** Whether the call at hand takes short rows; {@link #took} is to follow. */
  synchronized boolean takeShortRows() {
    return choice.second();
  }

  /** Learns what a call took: nanoseconds of a neuron's step. */
  synchronized void took(boolean shortRows, double nanos) {
    choice.took(shortRows, nanos);
  }
}
