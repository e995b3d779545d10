package org.spikelane.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** The scalar side; that the lanes agree with it shows in {@link SurrogateKernelsTest} and {@link RowKernelsTest}. */
class ExpTest {

  private static final MathContext DIGITS = new MathContext(40);

  @Test
  void keepsTheStatedErrorOnTheWholeDomain() {
    int lowest = Float.floatToIntBits(Exp.LOWEST);
    int zero = Float.floatToIntBits(-0f);
    double worst = 0;
    float at = 0;
    for (int bits = zero; bits - lowest < 0; bits += 997) {
      float x = Float.intBitsToFloat(bits);
      double exact = StrictMath.exp(x);
      double error = Math.abs(Exp.exp(x) - exact) / exact;
      if (error > worst) {
        worst = error;
        at = x;
      }
    }
    assertTrue(worst <= 2e-7, "relative error " + worst + " at " + at);
  }

  @Test
  void isExactWhereItMatters() {
    assertEquals(1f, Exp.exp(0f));
    assertEquals(1f, Exp.exp(-0f));
    assertEquals(1f, Exp.exp(-Float.MIN_VALUE));
    assertEquals(0f, Exp.exp(Math.nextDown(Exp.LOWEST)));
    assertEquals(0f, Exp.exp(-1e30f));
    assertEquals(0f, Exp.exp(Float.NEGATIVE_INFINITY));
    assertTrue(Exp.exp(Exp.LOWEST) >= Float.MIN_NORMAL);
    assertTrue(Float.isNaN(Exp.exp(Float.NaN)));
  }

  /** By powers of two and a Taylor series in 40 digits. Arguments crowd where r is largest: half-way between two k. */
  @Test
  void doublesKeepTheStatedErrorOnTheWholeDomain() {
    SplittableRandom random = new SplittableRandom(3);
    double worst = 0;
    double at = 0;
    for (int i = 0; i < 20_000; i++) {
      double k = i % 2 == 0 ? random.nextDouble(Exp.LOWEST_DOUBLE / Math.log(2), 0) : 0.5 - random.nextInt(1, 1021);
      double x = Math.max(Exp.LOWEST_DOUBLE, k * Math.log(2) * (i % 4 == 0 ? Math.pow(random.nextDouble(), 20) : 1));
      BigDecimal exact = exact(x);
      double error = new BigDecimal(Exp.exp(x)).subtract(exact).abs().divide(exact, DIGITS).doubleValue();
      if (error > worst) {
        worst = error;
        at = x;
      }
    }
    assertTrue(worst > 1e-16 && worst < 2e-16, "relative error " + worst + " at " + at + ", seed 3");
  }

  private static BigDecimal exact(double x) {
    // e^x = (e^(x/2^10))^(2^10), the argument below 0.7.
    BigDecimal argument = new BigDecimal(x).divide(new BigDecimal(1 << 10));
    BigDecimal term = BigDecimal.ONE;
    BigDecimal sum = BigDecimal.ONE;
    for (int i = 1; i < 40; i++) {
      term = term.multiply(argument).divide(BigDecimal.valueOf(i), DIGITS);
      sum = sum.add(term, DIGITS);
    }
    return sum.pow(1 << 10, DIGITS);
  }

  @Test
  void doublesAreExactWhereItMatters() {
    assertEquals(1, Exp.exp(0.0));
    assertEquals(1, Exp.exp(-0.0));
    assertEquals(1, Exp.exp(-Double.MIN_VALUE));
    double least = Exp.exp(Exp.LOWEST_DOUBLE);
    assertTrue(least >= Double.MIN_NORMAL && least < 3.4e-308);
    assertEquals(least, Exp.exp(Math.nextDown(Exp.LOWEST_DOUBLE)));
    assertEquals(least, Exp.exp(-1e300));
    assertEquals(least, Exp.exp(Double.NEGATIVE_INFINITY));
    assertTrue(Double.isNaN(Exp.exp(Double.NaN)));
  }
}
