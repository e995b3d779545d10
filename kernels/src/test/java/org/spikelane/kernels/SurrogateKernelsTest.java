package org.spikelane.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class SurrogateKernelsTest {

  private static final SurrogateKernels SCALAR = new ScalarSurrogateKernels();
  private static final List<SurrogateKernels> IMPLEMENTATIONS =
      Cases.implementations(SCALAR, () -> new VectorSurrogateKernels());

  @FunctionalInterface
  interface Pass {
    void run(SurrogateKernels kernels, float[] mem, int memAt, float[] theta, float[] out, int outAt, int from, int to);
  }

  @FunctionalInterface
  interface Derivative {
    double at(double z);
  }

  /**
   * @param pass the kernel at one choice of its constants
   * @param derivative the same as a textbook would write it
   */
  record Surrogate(String name, Pass pass, Derivative derivative) {
    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Surrogate> surrogates() {
    return Stream.of(
        new Surrogate("atan", (s, m, mAt, th, o, oAt, from, to) -> s.atan(m, mAt, th, 2f, o, oAt, from, to),
            z -> 1 / (1 + Math.pow(Math.PI * z, 2))),
        new Surrogate("steep atan", (s, m, mAt, th, o, oAt, from, to) -> s.atan(m, mAt, th, 7.3f, o, oAt, from, to),
            z -> 3.65 / (1 + Math.pow(Math.PI / 2 * 7.3 * z, 2))),
        new Surrogate("fast sigmoid",
            (s, m, mAt, th, o, oAt, from, to) -> s.fastSigmoid(m, mAt, th, 25f, o, oAt, from, to),
            z -> Math.pow(25 * Math.abs(z) + 1, -2)),
        new Surrogate("sigmoid", (s, m, mAt, th, o, oAt, from, to) -> s.sigmoid(m, mAt, th, 25f, o, oAt, from, to),
            z -> 25 / (2 + Math.exp(25 * z) + Math.exp(-25 * z))),
        new Surrogate("triangular",
            (s, m, mAt, th, o, oAt, from, to) -> s.triangular(m, mAt, th, 0.7f, o, oAt, from, to),
            z -> z < 0 ? 0.7 : -0.7),
        new Surrogate("spike rate escape",
            (s, m, mAt, th, o, oAt, from, to) -> s.spikeRateEscape(m, mAt, th, 1.5f, 25f, o, oAt, from, to),
            z -> 25 / Math.exp(1.5 * Math.abs(z - 1))),
        new Surrogate("sparse fast sigmoid",
            (s, m, mAt, th, o, oAt, from, to) -> s.sparseFastSigmoid(m, mAt, th, 25f, 0.5f, o, oAt, from, to),
            z -> z > 0.5 ? Math.pow(25 * z + 1, -2) : 0),
        new Surrogate("step", (s, m, mAt, th, o, oAt, from, to) -> s.step(m, mAt, th, 1f, 0.1f, o, oAt, from, to),
            z -> z > 0 ? 1 : 0.1));
  }

  @ParameterizedTest
  @MethodSource("surrogates")
  void vectorIsScalarBitForBit(Surrogate surrogate) {
    for (int size : Cases.SIZES) {
      for (int from : new int[] {0, Math.min(size, 5)}) {
        long seed = 31L * size + from;
        SplittableRandom random = new SplittableRandom(seed);
        float[] mem = Cases.special(random, size + 3, -3, 4);
        float[] theta = Cases.special(random, size, 0.5, 1.5);
        float[] before = Cases.uniform(random, size + 9, -1, 1);
        float[] expected = before.clone();
        surrogate.pass.run(SCALAR, mem, 3, theta, expected, 7, from, size);
        for (SurrogateKernels kernels : IMPLEMENTATIONS) {
          float[] actual = before.clone();
          surrogate.pass.run(kernels, mem, 3, theta, actual, 7, from, size);
          Cases.assertSame(expected, actual, kernels + ", size " + size + ", from " + from + ", seed " + seed);
        }
        for (int i = 0; i < expected.length; i++) {
          if (i < 7 + from || i >= 7 + size) {
            assertEquals(before[i], expected[i], "outside the range, size " + size + ", seed " + seed);
          }
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("surrogates")
  void mayWriteOverTheMembrane(Surrogate surrogate) {
    SplittableRandom random = new SplittableRandom(5);
    float[] mem = Cases.special(random, 79, -3, 4);
    float[] theta = Cases.uniform(random, 79, 0.5, 1.5);
    float[] expected = new float[79];
    surrogate.pass.run(SCALAR, mem, 0, theta, expected, 0, 0, 79);
    for (SurrogateKernels kernels : IMPLEMENTATIONS) {
      float[] inPlace = mem.clone();
      surrogate.pass.run(kernels, inPlace, 0, theta, inPlace, 0, 0, 79);
      Cases.assertSame(expected, inPlace, kernels + ", seed 5");
    }
  }

  /** What snnTorch 1.0.0 gives: comparisons with NaN are false, and NaN times 0 is NaN. */
  @ParameterizedTest
  @MethodSource("surrogates")
  void isTorchsWhereTheMembraneIsNaN(Surrogate surrogate) {
    float[] mem = new float[79];
    Arrays.fill(mem, Float.NaN);
    float expected = switch (surrogate.name) {
      case "triangular" -> 0.7f;
      case "step" -> 0.1f;
      default -> Float.NaN;
    };
    for (SurrogateKernels kernels : IMPLEMENTATIONS) {
      float[] out = new float[79];
      surrogate.pass.run(kernels, mem, 0, new float[79], out, 0, 0, 79);
      for (float value : out) {
        assertEquals(expected, value, kernels.toString());
      }
    }
  }

  /** Relative error 1e-5: float32 rounding of an argument of the exponential up to 87 times 2^-24, and some. */
  @ParameterizedTest
  @MethodSource("surrogates")
  void isTheTextbookDerivative(Surrogate surrogate) {
    SplittableRandom random = new SplittableRandom(77);
    int size = 3000;
    float[] mem = Cases.uniform(random, size, -2, 4);
    float[] theta = Cases.uniform(random, size, 0.5, 1.5);
    for (SurrogateKernels kernels : IMPLEMENTATIONS) {
      float[] out = new float[size];
      surrogate.pass.run(kernels, mem, 0, theta, out, 0, 0, size);
      for (int n = 0; n < size; n++) {
        double exact = surrogate.derivative.at((double) (mem[n] - theta[n]));
        assertEquals(exact, out[n], 1e-5 * Math.abs(exact) + 1e-36, kernels + ", seed 77, neuron " + n);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("surrogates")
  void allocatesNothing(Surrogate surrogate) {
    SplittableRandom random = new SplittableRandom(3);
    float[] mem = Cases.uniform(random, 100, -2, 4);
    float[] theta = Cases.uniform(random, 100, 0.5, 1.5);
    float[] out = new float[100];
    for (SurrogateKernels kernels : IMPLEMENTATIONS) {
      Cases.assertAllocatesNothing(
          () -> surrogate.pass.run(kernels, mem, 0, theta, out, 0, 0, 100), kernels + ", " + surrogate);
    }
  }
}
