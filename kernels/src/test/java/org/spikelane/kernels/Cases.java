package org.spikelane.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Supplier;

/** Seeded inputs and awkward sizes that the kernel tests share. */
final class Cases {

  /** Around every multiple of 4, 8, 16 and 64 lanes that a loop can end at. */
  static final int[] SIZES = {0, 1, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 48, 63, 64, 65, 79, 127, 128, 129, 200,
      1000};

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

  /** The scalar kernels and, where this JVM has the Vector API, their vector twin. */
  static <K> List<K> implementations(K scalar, Supplier<? extends K> vector) {
    return hasVectors() ? List.of(scalar, vector.get()) : List.of(scalar);
  }

  /** Whether this JVM has the module of the Vector API. */
  static boolean hasVectors() {
    return ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent();
  }

  /** Every float the same, -0.0 apart from 0.0, all NaN alike. */
  static void assertSame(float[] expected, float[] actual, String message) {
    assertEquals(expected.length, actual.length, message);
    for (int i = 0; i < expected.length; i++) {
      if (Float.floatToIntBits(expected[i]) != Float.floatToIntBits(actual[i])) {
        assertEquals(expected[i], actual[i], message + ", index " + i);
      }
    }
  }

  /** Asserts that {@code call}, once C2 has compiled it, allocates nothing. */
  static void assertAllocatesNothing(Runnable call, String message) {
    var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    for (int i = 0; i < 30_000; i++) {
      call.run();
    }
    long least = Long.MAX_VALUE;
    // The compilers work in the background: what counts is where the calls settle.
    for (int batch = 0; batch < 3000 && least > 0; batch++) {
      long before = threads.getCurrentThreadAllocatedBytes();
      for (int i = 0; i < 1000; i++) {
        call.run();
      }
      least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
    }
    assertEquals(0, least, message + ": bytes in 1000 calls");
  }
}
