package org.spikelane.kernels;

import java.util.SplittableRandom;

/** Seeded inputs and awkward sizes that the kernel tests share. */
final class Cases {

  /** Around every multiple of 4, 8, 16 and 64 lanes that a loop can end at. */
  static final int[] SIZES = {0, 1, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 48, 63, 64, 65, 79, 127, 128, 129, 200, 1000};

  private Cases() {}

  /** Uniform in [low, high). */
  static float[] uniform(SplittableRandom random, int size, double low, double high) {
    float[] values = new float[size];
    for (int i = 0; i < size; i++) {
      values[i] = (float) random.nextDouble(low, high);
    }
    return values;
  }

  /** As {@link #uniform}, with about one value in eight a special one: zeros, subnormals, infinities, NaN. */
  static float[] special(SplittableRandom random, int size, double low, double high) {
    float[] specials = {0f, -0f, Float.MIN_VALUE, -Float.MIN_VALUE, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY,
        Float.NaN, 1f, -1f, Float.MAX_VALUE};
    float[] values = uniform(random, size, low, high);
    for (int i = 0; i < size; i++) {
      if (random.nextInt(8) == 0) {
        values[i] = specials[random.nextInt(specials.length)];
      }
    }
    return values;
  }

  /** Rows of spikes with the given rate; bits at and above {@code size} are 0. */
  static long[] spikes(SplittableRandom random, int rows, int size, double rate) {
    int words = SpikeRows.words(size);
    long[] bits = new long[rows * words];
    for (int r = 0; r < rows; r++) {
      for (int n = 0; n < size; n++) {
        if (random.nextDouble() < rate) {
          bits[r * words + (n >>> 6)] |= 1L << n;
        }
      }
    }
    return bits;
  }
}
