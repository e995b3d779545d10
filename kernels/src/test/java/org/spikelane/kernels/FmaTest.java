package org.spikelane.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.SplittableRandom;
import java.util.function.ToDoubleFunction;
import org.junit.jupiter.api.Test;

/** {@link Fma#inSoftware} against the JVM's own. */
class FmaTest {

  private static final int CASES = Fma.IN_HARDWARE ? 20_000_000 : 20_000;

  private static final float[] SPECIAL = {0f, 1f, 3f, 0.1f, Float.MIN_VALUE, 3 * Float.MIN_VALUE, Float.MIN_NORMAL,
      Math.nextDown(Float.MIN_NORMAL), Math.nextUp(1f), Math.nextDown(1f), 1 << 24, (1 << 24) + 2, Float.MAX_VALUE,
      Math.nextDown(Float.MAX_VALUE), Float.POSITIVE_INFINITY, Float.NaN, 0x1p-75f, 0x1p-126f, 0x1.000002p-63f, 0x1p127f};

  private static void assertFused(float a, float b, float c, String place) {
    float expected = Math.fma(a, b, c);
    float actual = Fma.inSoftware(a, b, c);
    if (Float.floatToIntBits(expected) != Float.floatToIntBits(actual)) {
      assertEquals(expected, actual, a + " * " + b + " + " + c + ", " + place);
    }
  }

  @Test
  void roundsOnceWhereNumbersAreSpecial() {
    for (float a : SPECIAL) {
      for (float b : SPECIAL) {
        for (float c : SPECIAL) {
          for (int signs = 0; signs < 4; signs++) {
            assertFused((signs & 1) == 0 ? a : -a, b, (signs & 2) == 0 ? c : -c, "signs " + signs);
          }
        }
      }
    }
  }

  /** Any bits: exponents far apart and close, subnormal numbers, infinities, NaN. */
  @Test
  void roundsOnceWhateverTheBits() {
    long seed = System.nanoTime();
    SplittableRandom random = new SplittableRandom(seed);
    for (int i = 0; i < CASES; i++) {
      assertFused(Float.intBitsToFloat(random.nextInt()), Float.intBitsToFloat(random.nextInt()),
          Float.intBitsToFloat(random.nextInt()), "seed " + seed);
    }
  }

  /**
   * Less than a double's last digit below half-way between two subnormal floats, of which the upper is even: the sum of doubles
   * ends with a one as it is, and its neighbour is half-way.
   */
  @Test
  void takesNoNeighbourOfAnOddSum() {
    float a = (1f + 3 * 0x1p-17f) * 0x1p-50f;
    float b = (1f - 3 * 0x1p-17f) * 0x1p-100f;
    float c = ((1 << 21) + 1) * Float.MIN_VALUE;
    for (float sign : new float[] {1f, -1f}) {
      assertEquals(sign * c, Math.fma(a, sign * b, sign * c));
      assertFused(a, sign * b, sign * c, "half-way less 9/16 of a double's last digit");
    }
  }

  @Test
  void roundsOnceBesideTies() {
    assertFusedBesideTies(random -> Math.scalb(1f + random.nextInt(1 << 23) * 0x1p-23f, random.nextInt(-40, 40)));
  }

  @Test
  void roundsOnceBesideTiesOfSubnormalNumbers() {
    assertFusedBesideTies(random -> Float.intBitsToFloat(random.nextInt(1 << 23)));
  }

  /** Sums that are close to half-way between a float and the next, which a double alone cannot tell apart. */
  private static void assertFusedBesideTies(ToDoubleFunction<SplittableRandom> floats) {
    long seed = System.nanoTime();
    SplittableRandom random = new SplittableRandom(seed);
    int rounded = 0;
    for (int i = 0; i < CASES; i++) {
      float c = (float) floats.applyAsDouble(random);
      float significand = 1f + random.nextInt(1 << 23) * 0x1p-23f;
      float a = significand * 0x1p-50f;
      float b = (float) (Math.ulp(c) * 0x1p49 / significand);
      assertFused(a, b, random.nextBoolean() ? c : -c, "seed " + seed);
      rounded += Math.fma(a, b, c) == (float) ((double) a * b + c) ? 0 : 1;
    }
    // The cases are hard ones only if some of them come out wrong without the care that is taken.
    assertTrue(rounded > CASES / 1000, "cases that a sum of doubles rounds twice: " + rounded + ", seed " + seed);
  }
}
