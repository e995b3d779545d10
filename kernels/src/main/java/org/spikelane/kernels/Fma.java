package org.spikelane.kernels;

/**
 * {@code a*b + c}, rounded once: {@link Math#fma(float, float, float)}, whose bits every machine has, in a time that every
 * machine can afford. On a CPU without the instruction, which a virtual machine may show though its host has it, Java computes
 * with {@link java.math.BigDecimal}: some microseconds each, where a network takes millions of them.
 */
final class Fma {

  // The bits of a double that a float has not, and the first of them.
  private static final long BELOW_FLOAT = (1L << 29) - 1;
  private static final long HALF_OF_FLOAT = 1L << 28;

  private static final int TRIALS = 5;
  private static final int CALLS = 32;

  // An interpreter takes some 20 ns with the instruction, and compiled code more than 1000 without.
  private static final long LONGEST_IN_HARDWARE = 300L * CALLS;

  /** Whether {@link Math#fma(float, float, float)} is an instruction: no property of the JVM tells, but its time does. */
  static final boolean IN_HARDWARE = fastest() < LONGEST_IN_HARDWARE;

  /** What {@link #fastest} computed last: without a use, a compiler would leave it out. */
  @SuppressWarnings("unused")
  private static float computed;

  private Fma() {}

  /** The least time of some calls, of several trials: what else the machine does is not in it. Nanoseconds. */
  private static long fastest() {
    long least = Long.MAX_VALUE;
    for (int trial = 0; trial < TRIALS; trial++) {
      float sum = 1f;
      long start = System.nanoTime();
      for (int i = 0; i < CALLS; i++) {
        sum = Math.fma(sum, 1.1f, i);
      }
      least = Math.min(least, System.nanoTime() - start);
      computed = sum;
    }
    return least;
  }

  /** {@code a*b + c}, rounded once. */
  static float of(float a, float b, float c) {
    return IN_HARDWARE ? Math.fma(a, b, c) : inSoftware(a, b, c);
  }

  /**
   * The same without the instruction. As a double the product is exact, and the sum is rounded to a double first; rounding that
   * to a float is wrong only if it is half-way between two floats, which the exact sum was not.
   */
  static float inSoftware(float a, float b, float c) {
    double product = (double) a * b;
    double sum = product + c;
    boolean halfWay = (Double.doubleToRawLongBits(sum) & BELOW_FLOAT) == HALF_OF_FLOAT;
    // Of subnormal floats, others are half-way.
    return halfWay || Math.abs(sum) < Float.MIN_NORMAL ? (float) roundedToOdd(product, c, sum) : (float) sum;
  }

  /**
   * What to round to a float in place of {@code sum = product + c}: where that is not exact, whichever of the two doubles around
   * the exact sum ends with a one, which is never half-way between two floats. (Boldo and Melquiond, "Emulation of a FMA and
   * correctly rounded sums: proved algorithms using rounding to odd", IEEE Transactions on Computers 57, 2008.)
   */
  private static double roundedToOdd(double product, double c, double sum) {
    double added = sum - product;
    double error = (product - (sum - added)) + (c - added); // Exact.
    long bits = Double.doubleToRawLongBits(sum);
    if (error == 0 || (bits & 1) != 0) {
      return sum;
    }
    return Double.longBitsToDouble(error > 0 == sum > 0 ? bits + 1 : bits - 1);
  }
}
