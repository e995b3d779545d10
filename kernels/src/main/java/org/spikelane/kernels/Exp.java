package org.spikelane.kernels;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/**
 * The exponential function of arguments up to 0, one polynomial for all providers: {@link #exp(float)} and {@link
 * Lanewise#exp(float[], int, int)} do the same multiplications and additions in the same order and agree bit for bit, and so do
 * {@link #exp(double)} and {@link Lanewise#exp(double[], int, int)}.
 *
 * <p>{@code x = k*ln(2) + r} with {@code |r| <= ln(2)/2}; the result is 2^k times a polynomial in r. NaN stays NaN, and
 * arguments above 0 are outside the domain.
 *
 * <p>Of floats, coefficients are those of Cephes, {@code expf}. On [-87, 0] the relative error is below 2e-7; below -87 the
 * result is 0, which cuts off values under 1.7e-38. Of doubles, they are those of the Taylor series up to r^13, whose rest is
 * below 2^-57. On [-708, 0] the relative error is below 2e-16; below -708 the result is that of -708, 3.3e-308: two doubles,
 * a vector of 128 bits, are too few for a mask that C2 (JDK 25) does not box.
 *
 * <p>The four are written out: no method of ours takes a vector ({@link VectorShapes}), and floats and doubles share no type.
 */
final class Exp {

  /** Arguments below give 0; at it, 2^k is still a normal number. */
  static final float LOWEST = -87f;

  private static final float LOG2_E = (float) 1.44269504;
  // ln(2) in two parts; the upper has so few bits that k times it is exact.
  private static final float LN2_UPPER = 0x1.63p-1f;
  private static final float LN2_LOWER = -2.12194440e-4f;
  // 1.5 * 2^23: adding it rounds to a whole number, which then stands in the low bits.
  private static final float ROUNDER = 12582912f;
  private static final float C7 = (float) 1.9875691500e-4;
  private static final float C6 = (float) 1.3981999507e-3;
  private static final float C5 = (float) 8.3334519073e-3;
  private static final float C4 = (float) 4.1665795894e-2;
  private static final float C3 = (float) 1.6666665459e-1;
  private static final float C2 = (float) 5.0000001201e-1;
  private static final int MANTISSA_BITS = 23;
  private static final int ONE_BITS = 0x3f800000;

  /** Arguments below count as this, where 2^k is still a normal number. */
  static final double LOWEST_DOUBLE = -708;

  private static final double LOG2_E_DOUBLE = 1.4426950408889634;
  private static final double LN2_UPPER_DOUBLE = 0x1.62e42feep-1;
  private static final double LN2_LOWER_DOUBLE = 0x1.a39ef35793c76p-33;
  // 1.5 * 2^52.
  private static final double ROUNDER_DOUBLE = 0x1.8p52;
  private static final double D13 = 1 / 6227020800.0;
  private static final double D12 = 1 / 479001600.0;
  private static final double D11 = 1 / 39916800.0;
  private static final double D10 = 1 / 3628800.0;
  private static final double D9 = 1 / 362880.0;
  private static final double D8 = 1 / 40320.0;
  private static final double D7 = 1 / 5040.0;
  private static final double D6 = 1 / 720.0;
  private static final double D5 = 1 / 120.0;
  private static final double D4 = 1 / 24.0;
  private static final double D3 = 1 / 6.0;
  private static final double D2 = 1 / 2.0;
  private static final int MANTISSA_BITS_DOUBLE = 52;
  private static final long ONE_BITS_DOUBLE = 0x3ff0000000000000L;

  private Exp() {}

  /** e to the power of {@code x}, {@code x <= 0}. */
  static float exp(float x) {
    float shifted = x * LOG2_E + ROUNDER;
    float k = shifted - ROUNDER;
    float r = x - k * LN2_UPPER - k * LN2_LOWER;
    float p = C7 * r + C6;
    p = p * r + C5;
    p = p * r + C4;
    p = p * r + C3;
    p = p * r + C2;
    p = p * (r * r) + r + 1f;
    float power = Float.intBitsToFloat((Float.floatToRawIntBits(shifted) << MANTISSA_BITS) + ONE_BITS);
    return x < LOWEST ? 0f : p * power;
  }

  /** e to the power of {@code argument}, which is at most 0. */
  static double exp(double argument) {
    double x = Math.max(argument, LOWEST_DOUBLE);
    double shifted = x * LOG2_E_DOUBLE + ROUNDER_DOUBLE;
    double k = shifted - ROUNDER_DOUBLE;
    double r = x - k * LN2_UPPER_DOUBLE - k * LN2_LOWER_DOUBLE;
    double p = D13 * r + D12;
    p = p * r + D11;
    p = p * r + D10;
    p = p * r + D9;
    p = p * r + D8;
    p = p * r + D7;
    p = p * r + D6;
    p = p * r + D5;
    p = p * r + D4;
    p = p * r + D3;
    p = p * r + D2;
    p = p * (r * r) + r + 1;
    double power = Double.longBitsToDouble((Double.doubleToRawLongBits(shifted) << MANTISSA_BITS_DOUBLE) + ONE_BITS_DOUBLE);
    return p * power;
  }

  /** Whole vectors; a class of its own because {@link Exp} must load where the incubator module is absent. */
  static final class Lanewise {

    private Lanewise() {}

    /** {@code y[n] = exp(y[n])} for n of {@code [from, to)}, a whole number of vectors; every value at most 0. */
    static void exp(float[] y, int from, int to) {
      for (int n = from; n < to; n += VectorShapes.LANES) {
        FloatVector x = FloatVector.fromArray(VectorShapes.FLOATS, y, n);
        FloatVector shifted = x.mul(LOG2_E).add(ROUNDER);
        FloatVector k = shifted.sub(ROUNDER);
        FloatVector r = x.sub(k.mul(LN2_UPPER)).sub(k.mul(LN2_LOWER));
        FloatVector p = r.mul(C7).add(C6);
        p = p.mul(r).add(C5);
        p = p.mul(r).add(C4);
        p = p.mul(r).add(C3);
        p = p.mul(r).add(C2);
        p = p.mul(r.mul(r)).add(r).add(1f);
        FloatVector power = shifted.reinterpretAsInts()
            .lanewise(VectorOperators.LSHL, MANTISSA_BITS)
            .add(ONE_BITS)
            .reinterpretAsFloats();
        p.mul(power).blend(0f, x.compare(VectorOperators.LT, LOWEST)).intoArray(y, n);
      }
    }

    /** {@code y[n] = exp(y[n])} for n of {@code [from, to)}, a whole number of vectors; every value at most 0. */
    static void exp(double[] y, int from, int to) {
      for (int n = from; n < to; n += VectorShapes.DOUBLES.length()) {
        DoubleVector x = DoubleVector.fromArray(VectorShapes.DOUBLES, y, n).max(LOWEST_DOUBLE);
        DoubleVector shifted = x.mul(LOG2_E_DOUBLE).add(ROUNDER_DOUBLE);
        DoubleVector k = shifted.sub(ROUNDER_DOUBLE);
        DoubleVector r = x.sub(k.mul(LN2_UPPER_DOUBLE)).sub(k.mul(LN2_LOWER_DOUBLE));
        DoubleVector p = r.mul(D13).add(D12);
        p = p.mul(r).add(D11);
        p = p.mul(r).add(D10);
        p = p.mul(r).add(D9);
        p = p.mul(r).add(D8);
        p = p.mul(r).add(D7);
        p = p.mul(r).add(D6);
        p = p.mul(r).add(D5);
        p = p.mul(r).add(D4);
        p = p.mul(r).add(D3);
        p = p.mul(r).add(D2);
        p = p.mul(r.mul(r)).add(r).add(1);
        DoubleVector power = shifted.reinterpretAsLongs()
            .lanewise(VectorOperators.LSHL, MANTISSA_BITS_DOUBLE)
            .add(ONE_BITS_DOUBLE)
            .reinterpretAsDoubles();
        p.mul(power).intoArray(y, n);
      }
    }
  }
}
