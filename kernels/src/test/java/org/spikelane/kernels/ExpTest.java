package org.spikelane.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** The scalar side; that the lanes agree with it shows in {@link SurrogateKernelsTest}. */
class ExpTest {

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
}
