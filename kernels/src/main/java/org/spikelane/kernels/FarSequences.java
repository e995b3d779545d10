package org.spikelane.kernels;

import java.util.stream.Stream;

/**
 * How many neurons of how many steps go forward together where currents are taken to come from memory itself (more than 8 MiB)
 * and only spikes are written: few long rows, or more rows that are shorter.
 *
 * <p>Which takes less time depends on the machine, and is learned by all threads of a process together. Where prefetchers are
 * slow to follow and the third level is fast, it is four rows of {@link VectorShapes#BLOCK_NEURONS} (a Zen 4, second-order
 * neurons, 262144 of them and 100 steps: 5.5 ms, beside 7.4 for eight of 8192). Where the third level is slow, it is rows
 * beside which the second has room for the states, which each block reads and writes again (a Xeon: 10 ms with the long ones,
 * 6.3 with the short).
 *
 * <p>Rows are always long where membranes are written, too: they then took a tenth less on the first of these machines, and no
 * longer on the second.
 */
final class FarSequences {

  private static final int SHORT_ROWS = 1 << 13;
  static final int STEPS_OF_SHORT_ROWS = 8;

  /** For currents of 2^i to 2^(i + 1) values: caches may hold a part of them. Second: short rows. */
  private final LearnedChoice[] choices = Stream.generate(LearnedChoice::new).limit(Long.SIZE).toArray(LearnedChoice[]::new);

  /** For one kernel, whose calls read as much for each neuron and step. */
  FarSequences() {}

  /** Whether currents of so many neurons and steps, other ones in each step, are taken to come from memory. */
  static boolean areFar(Rows x, Rows rec, int steps, int neurons) {
    return x.stride() != 0 && rec.isNone() && steps >= STEPS_OF_SHORT_ROWS
        && values(steps, neurons) > VectorShapes.LAST_LEVEL_VALUES;
  }

  private static long values(int steps, int neurons) {
    return (long) steps * neurons;
  }

  /** Whether the call at hand takes short rows; {@link #took} is to follow. */
  synchronized boolean takeShortRows(int steps, int neurons) {
    return choice(steps, neurons).second();
  }

  /** Neurons of a block. */
  static int neurons(boolean shortRows) {
    return shortRows ? SHORT_ROWS : VectorShapes.BLOCK_NEURONS;
  }

  /** Steps of a block, of so many steps whose rows lie {@code stride} values apart. */
  static int steps(boolean shortRows, int steps, int stride) {
    return shortRows ? STEPS_OF_SHORT_ROWS : VectorShapes.stepsForward(steps, stride);
  }

  /** Learns how many nanoseconds a call took. */
  synchronized void took(boolean shortRows, int steps, int neurons, long nanos) {
    choice(steps, neurons).took(shortRows, (double) nanos / values(steps, neurons));
  }

  private LearnedChoice choice(int steps, int neurons) {
    return choices[Long.SIZE - 1 - Long.numberOfLeadingZeros(values(steps, neurons))];
  }
}
