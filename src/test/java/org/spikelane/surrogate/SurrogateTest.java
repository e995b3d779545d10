package org.spikelane.surrogate;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.spikelane.reference.Agreement;
import org.spikelane.reference.NaiveSurrogate;

class SurrogateTest {

  private static final int SIZE = 201;

  static Stream<Surrogate> withFormula() {
    return Stream.of(new Surrogate.ATan(), new Surrogate.ATan(0.5f), new Surrogate.FastSigmoid(),
        new Surrogate.FastSigmoid(2), new Surrogate.Sigmoid(), new Surrogate.Sigmoid(1), new Surrogate.Triangular(),
        new Surrogate.Triangular(0.3f), new Surrogate.Heaviside(), new Surrogate.StraightThrough(),
        new Surrogate.SpikeRateEscape(), new Surrogate.SpikeRateEscape(3, 2), new Surrogate.SparseFastSigmoid(),
        new Surrogate.SparseFastSigmoid(5, -0.5f), new Surrogate.Leaky(), new Surrogate.Leaky(0.7f),
        new Surrogate.Custom(z -> z * z));
  }

  /** Rows that begin in the middle of their arrays, and a range that is not the whole row. */
  private static float[] derivatives(Surrogate surrogate, float[] mem, float[] theta, long draw) {
    float[] shifted = new float[mem.length + 3];
    System.arraycopy(mem, 0, shifted, 3, mem.length);
    float[] out = new float[mem.length + 5];
    Arrays.fill(out, -77);
    surrogate.derivative(shifted, 3, theta, out, 5, 0, mem.length - 1, draw);
    assertEquals(-77f, out[out.length - 1], "beyond the range");
    assertEquals(-77f, out[4], "before the row");
    return Arrays.copyOfRange(out, 5, out.length - 1);
  }

  @ParameterizedTest
  @MethodSource("withFormula")
  void followsItsFormula(Surrogate surrogate) {
    float[] mem = new float[SIZE];
    float[] theta = new float[SIZE];
    for (int n = 0; n < SIZE; n++) {
      theta[n] = n % 3 == 0 ? 1 : 0.25f * (n % 7);
      mem[n] = theta[n] + (n - 100) / 32f;
    }
    double[] want = new double[SIZE - 1];
    for (int n = 0; n < SIZE - 1; n++) {
      want[n] = NaiveSurrogate.derivative(surrogate, (double) mem[n] - theta[n]);
    }
    Agreement.near(surrogate.toString(), want, derivatives(surrogate, mem, theta, 0), 1e-6);
  }

  @Test
  void hasTheDefaultsOfSnnTorch() {
    assertEquals(2f, new Surrogate.ATan().alpha());
    assertEquals(25f, new Surrogate.FastSigmoid().slope());
    assertEquals(25f, new Surrogate.Sigmoid().slope());
    assertEquals(1f, new Surrogate.Triangular().height());
    assertEquals(new Surrogate.SpikeRateEscape(1, 25), new Surrogate.SpikeRateEscape());
    assertEquals(new Surrogate.SparseFastSigmoid(25, 1), new Surrogate.SparseFastSigmoid());
    assertEquals(0.1f, new Surrogate.Leaky().slope());
    assertEquals(new Surrogate.Stochastic(0, 0.2f, 0), new Surrogate.Stochastic());
  }

  @Test
  void sigmoidIsZeroAndNotNaNFarAway() {
    float[] mem = {-1000, 1000, -1e30f, 1e30f, -88, 88};
    float[] got = derivatives(new Surrogate.Sigmoid(), mem, new float[6], 0);
    for (float derivative : got) {
      assertTrue(derivative >= 0 && derivative < 1e-30f, "got " + derivative);
    }
  }

  private static final class Draws {
    static final int NEURONS = 1000;
    static final int ROWS = 100;

    static float[] row(Surrogate surrogate, long draw) {
      float[] mem = new float[NEURONS];
      mem[3] = 2;
      float[] theta = new float[NEURONS];
      Arrays.fill(theta, 1);
      float[] out = new float[NEURONS];
      surrogate.derivative(mem, 0, theta, out, 0, 0, NEURONS, draw);
      return out;
    }
  }

  @Test
  void stochasticDrawsUniformlyBelowTheThreshold() {
    Surrogate surrogate = new Surrogate.Stochastic(0.1f, 0.4f, 5);
    double sum = 0;
    double squares = 0;
    double product = 0;
    for (int row = 0; row < Draws.ROWS; row++) {
      float[] got = Draws.row(surrogate, row);
      float[] next = Draws.row(surrogate, row + 1);
      assertEquals(1f, got[3]);
      for (int n = 4; n < Draws.NEURONS; n++) {
        assertTrue(got[n] >= -0.4f * 0.4f - 1e-6 && got[n] < 0.6f * 0.4f, "got " + got[n]);
        sum += got[n];
        squares += Math.pow(got[n] - 0.04, 2);
        product += (got[n] - 0.04) * (next[n] - 0.04);
      }
    }
    int count = Draws.ROWS * (Draws.NEURONS - 4);
    // Uniform of width 0.4 around 0.04: variance 0.4^2/12; bounds are five standard errors.
    double variance = 0.16 / 12;
    assertEquals(0.04, sum / count, 5 * Math.sqrt(variance / count));
    assertEquals(variance, squares / count, 0.02 * variance);
    assertEquals(0, product / count, 5 * variance / Math.sqrt(count));
  }

  @Test
  void stochasticDrawsDependOnSeedRowAndNeuronAlone() {
    Surrogate surrogate = new Surrogate.Stochastic(0, 0.2f, 5);
    float[] row = Draws.row(surrogate, 7);
    assertArrayEquals(row, Draws.row(new Surrogate.Stochastic(0, 0.2f, 5), 7));
    assertTrue(!Arrays.equals(row, Draws.row(surrogate, 8)));
    assertTrue(!Arrays.equals(row, Draws.row(new Surrogate.Stochastic(0, 0.2f, 6), 7)));
    float[] part = new float[Draws.NEURONS];
    surrogate.derivative(new float[Draws.NEURONS], 0, new float[Draws.NEURONS], part, 0, 500, 600, 7);
    assertArrayEquals(Arrays.copyOfRange(row, 500, 600), Arrays.copyOfRange(part, 500, 600));
  }

  private static void refused(String message, Runnable work) {
    assertEquals(message, assertThrows(IllegalArgumentException.class, work::run).getMessage());
  }

  @Test
  void refusesBadArguments() {
    refused("alpha: expected a finite number, got NaN", () -> new Surrogate.ATan(Float.NaN));
    refused("slope: expected a finite number, got Infinity", () -> new Surrogate.FastSigmoid(Float.POSITIVE_INFINITY));
    refused("slope: expected 0 or more, got -1.0", () -> new Surrogate.Sigmoid(-1));
    refused("height: expected a finite number, got NaN", () -> new Surrogate.Triangular(Float.NaN));
    refused("beta: expected 0 or more, got -1.0", () -> new Surrogate.SpikeRateEscape(-1, 1));
    refused("bound: expected a finite number, got NaN", () -> new Surrogate.SparseFastSigmoid(1, Float.NaN));
    refused("slope: expected a finite number, got NaN", () -> new Surrogate.Leaky(Float.NaN));
    refused("variance: expected a finite number, got NaN", () -> new Surrogate.Stochastic(0, Float.NaN, 1));
    assertThrows(NullPointerException.class, () -> new Surrogate.Custom(null));
  }
}
