package org.spikelane.reference;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

/** Comparisons of whole arrays, which name the first place where they differ. */
public final class Agreement {

  private Agreement() {}

  /** Every bit the same; -0.0 and +0.0 differ. */
  public static void bits(String what, float[] want, float[] got) {
    assertEquals(want.length, got.length, what);
    for (int i = 0; i < got.length; i++) {
      if (Float.floatToRawIntBits(want[i]) != Float.floatToRawIntBits(got[i])) {
        fail(what + "[" + i + "]: expected " + want[i] + " to the bit, got " + got[i]);
      }
    }
  }

  /** {@code |got - want| <= share*(1 + max|want|)}, and nothing that is not finite. */
  public static void near(String what, double[] want, float[] got, double share) {
    near(what, want, doubles(got), share);
  }

  /** The same of two arrays of doubles. */
  public static void near(String what, double[] want, double[] got, double share) {
    assertEquals(want.length, got.length, what);
    double max = 0;
    for (double value : want) {
      max = Math.max(max, Math.abs(value));
    }
    double bound = share * (1 + max);
    for (int i = 0; i < got.length; i++) {
      if (!(Math.abs(got[i] - want[i]) <= bound)) {
        fail(what + "[" + i + "]: expected " + want[i] + " within " + bound + ", got " + got[i]);
      }
    }
  }

  /** The same numbers, wider. */
  public static double[] doubles(float[] values) {
    double[] doubles = new double[values.length];
    for (int i = 0; i < values.length; i++) {
      doubles[i] = values[i];
    }
    return doubles;
  }
}
