package org.spikelane.kernels;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/**
 * The exponential function of arguments up to 0, one polynomial for all providers: {@link #exp} and {@link
 * Lanewise#exp} do the same multiplications and additions in the same order and agree bit for bit.
 *
 * <p>{@code x = k*ln(2) + r} with {@code |r| <= ln(2)/2}; the result is 2^k times a polynomial in r (coefficients of
 * Cephes, {@code expf}). On [-87, 0] the relative error is below 2e-7. Below -87 the result is 0, which cuts off values
 * under 1.7e-38; NaN stays NaN. Arguments above 0 are outside the domain.
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
  }
}
