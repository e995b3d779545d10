package org.spikelane.kernels;

/**
 * {@code a*b + c}, rounded once: {@link Math#fma(float, float, float)}, whose bits every machine has, in a time that every
 * machine can afford. On a CPU without the instruction, or in a virtual machine that hides it, Java computes with {@link
 * java.math.BigDecimal}: some microseconds each, where a network takes millions of them.
 */
final class Fma {

  // The bits of a double that a float has not, and the highest of them.
  private static final long BELOW_FLOAT = (1L << 29) - 1;
  private static final long HALF_OF_FLOAT = 1L << 28;

  private static final int NAN_WITH_PAYLOAD = 0x7FC0_0001;

  /**
   * Whether {@link Math#fma(float, float, float)} is an instruction. The language allows any NaN as what becomes of a NaN:
   * instructions pass its payload on, and Java's own code returns the NaN without one, as RISC-V does, which always has FMA.
   */
  static final boolean IN_HARDWARE = System.getProperty("os.arch").equals("riscv64")
      || Float.floatToRawIntBits(Math.fma(Float.intBitsToFloat(NAN_WITH_PAYLOAD), 1f, 1f)) == NAN_WITH_PAYLOAD;

  private Fma() {}

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
    // Subnormal floats have fewer bits: other doubles lie half-way between them.
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
