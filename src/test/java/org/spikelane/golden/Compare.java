package org.spikelane.golden;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import org.spikelane.format.Tensor;

/** Comparisons of a recorded tensor with ours, in the terms of the golden set's tolerances. */
final class Compare {

  private Compare() {}

  /** Every bit the same; -0.0 and +0.0 differ. */
  static void bits(String what, Tensor want, float[] got) {
    assertEquals(want.values().length, got.length, what);
    for (int i = 0; i < got.length; i++) {
      if (Float.floatToRawIntBits(want.values()[i]) != Float.floatToRawIntBits(got[i])) {
        fail(what + "[" + i + "]: expected " + want.values()[i] + " to the bit, got " + got[i]);
      }
    }
  }

  /** {@code |got - want| <= share*(1 + max|want|) + slack}. */
  static void near(String what, Tensor want, float[] got, double share, double slack) {
    assertEquals(want.values().length, got.length, what);
    double max = 0;
    for (float value : want.values()) {
      max = Math.max(max, Math.abs(value));
    }
    double bound = share * (1 + max) + slack;
    for (int i = 0; i < got.length; i++) {
      if (!(Math.abs((double) got[i] - want.values()[i]) <= bound)) {
        fail(what + "[" + i + "]: expected " + want.values()[i] + " within " + bound + ", got " + got[i]);
      }
    }
  }

  /** The same number of spikes at the same places. */
  static void spikes(String what, Tensor want, float[] got) {
    assertEquals(want.values().length, got.length, what);
    for (int i = 0; i < got.length; i++) {
      if (want.values()[i] != got[i]) {
        fail(what + "[" + i + "]: expected spike " + want.values()[i] + ", got " + got[i]);
      }
    }
  }
}
