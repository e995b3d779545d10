package org.spikelane.kernels;

import java.util.function.LongToDoubleFunction;
import jdk.incubator.vector.FloatVector;

/**
 * What one core of this machine can do just now, for tables that print a share of it: the loops of {@link
 * RooflineBenchmark}, timed in a few milliseconds, so that it can be asked again beside every row.
 */
final class Limits {

  private static final int LANES = FloatVector.SPECIES_PREFERRED.length();
  private static final int BATCHES = 5;
  private static final long READ = 1 << 24;
  private static final RooflineBenchmark BENCHMARK = new RooflineBenchmark();
  private static final RooflineBenchmark.Factors FACTORS = new RooflineBenchmark.Factors();

  private static float[] values = {};

  private Limits() {}

  /** Fused multiply-adds at the preferred width, GF/s. */
  static double fma() {
    return best(2.0 * RooflineBenchmark.FMAS, n -> BENCHMARK.fma(FACTORS));
  }

  /**
   * Summing an array of {@code bytes} again and again, GB/s: the bandwidth of the memory that holds as much. Arrays start
   * 16 bytes behind a cache line; from memory at one, the same loop gets a third more out of L1, and half as much out of
   * L2 (Zen 5), so that neither is the machine's last word.
   */
  static double read(long bytes) {
    int size = Math.max(8 * LANES, (int) (bytes / Float.BYTES) / (8 * LANES) * 8 * LANES);
    if (values.length != size) {
      values = new float[size];
    }
    long passes = Math.max(1, READ / (size * (long) Float.BYTES));
    return best((double) passes * size * Float.BYTES, n -> {
      float sum = 0;
      for (long i = 0; i < passes; i++) {
        sum += RooflineBenchmark.sum(values);
      }
      return sum;
    });
  }

  private static double best(double operations, LongToDoubleFunction work) {
    double best = 0;
    for (int i = 0; i < BATCHES; i++) {
      long start = System.nanoTime();
      double result = work.applyAsDouble(i);
      // Looked at, so that the work cannot be left out.
      if (Double.isNaN(result)) {
        throw new IllegalStateException("a sum of numbers came to " + result);
      }
      best = Math.max(best, operations / (System.nanoTime() - start));
    }
    return best;
  }
}
