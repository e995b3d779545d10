package org.spikelane.quant;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.spikelane.layer.Shape;
import org.spikelane.neuron.Leaky;
import org.spikelane.neuron.NeuronState;
import org.spikelane.reference.Agreement;

class StateQuantizationTest {

  private static float quantised(StateQuantization quant, float value) {
    float[] values = {9, value, 9};
    quant.quantize(values, 1, 2);
    assertEquals(9f, values[0]);
    assertEquals(9f, values[2]);
    return values[1];
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 5, 8, 10})
  void uniformLevelsAreALinspace(int bits) {
    int n = 1 << bits;
    double lo = -(1.5 + 1.5 * 0.3);
    double hi = 1.5 + 1.5 * 0.1;
    double[] want = new double[n];
    for (int k = 0; k < n; k++) {
      want[k] = lo + (hi - lo) * k / (n - 1);
    }
    float[] got = StateQuantization.builder().numBits(bits).threshold(1.5).lowerLimit(0.3).upperLimit(0.1).build().levels();
    Agreement.near("levels", want, got, 1e-7);
    assertEquals((float) lo, got[0]);
    assertEquals((float) hi, got[n - 1]);
  }

  @ParameterizedTest
  @CsvSource({"1, true", "2, true", "4, true", "8, true", "1, false", "3, false", "6, false", "8, false"})
  void exponentialLevelsAreGeometricSums(int bits, boolean thrCentered) {
    double[] bases = {.05, .1, .3, .5, .7, .9, .925, .95};
    double r = bases[bits - 1];
    int n = 1 << bits;
    double lo = -1.2;
    double hi = 1.1;
    double centre = thrCentered ? 1 : 0;
    int lower = (int) Math.floor(n * (centre - lo) / (hi - lo));
    int upper = n - lower;
    double[] want = new double[n];
    for (int j = 0; j < lower; j++) {
      want[j] = lo + (centre - lo) * powers(r, 0, j) / powers(r, 0, lower);
    }
    for (int j = 1; j <= upper; j++) {
      want[lower + j - 1] = centre + (hi - centre) * powers(r, upper - j, upper) / powers(r, 0, upper);
    }
    float[] got = StateQuantization.builder().numBits(bits).uniform(false).thrCentered(thrCentered).lowerLimit(0.2)
        .upperLimit(0.1).build().levels();
    Agreement.near("levels", want, got, 1e-7);
  }

  /** {@code r^from + … + r^(to-1)}. */
  private static double powers(double r, int from, int to) {
    double sum = 0;
    for (int k = from; k < to; k++) {
      sum += Math.pow(r, k);
    }
    return sum;
  }

  /** Recorded from snnTorch; with defaults, a sum taken the other way round would differ from 10 bits on. */
  @ParameterizedTest
  @CsvFileSource(resources = "/quant/levels.csv")
  void exponentialLevelsAreSnnTorchsBitForBit(int bits, boolean thrCentered, double threshold, double lowerLimit,
      double upperLimit, Double multiplier, String checksum) {
    StateQuantization.Builder builder = StateQuantization.builder().numBits(bits).uniform(false).thrCentered(thrCentered)
        .threshold(threshold).lowerLimit(lowerLimit).upperLimit(upperLimit);
    float[] levels = (multiplier == null ? builder : builder.multiplier(multiplier)).build().levels();
    ByteBuffer bytes = ByteBuffer.allocate(levels.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(levels);
    CRC32 crc = new CRC32();
    crc.update(bytes);
    assertEquals(checksum, String.format("%08x", crc.getValue()));
  }

  /** Some of the last quantiser's levels around 0 are not in order. */
  static List<StateQuantization> quantisers() {
    StateQuantization.Builder exponential = StateQuantization.builder().numBits(5).uniform(false);
    return List.of(StateQuantization.builder().numBits(5).build(), exponential.build(),
        exponential.numBits(11).thrCentered(false).build());
  }

  @ParameterizedTest
  @MethodSource("quantisers")
  void takesTheFirstOfTheNearestLevels(StateQuantization quant) {
    float[] levels = quant.levels();
    SplittableRandom random = new SplittableRandom(3);
    for (double range : new double[] {2, 1e-12, 1e-16, 1e9}) {
      for (int i = 0; i < 2000; i++) {
        float value = (float) random.nextDouble(-range, range);
        float best = levels[0];
        for (float level : levels) {
          if (Math.abs(level - value) < Math.abs(best - value)) {
            best = level;
          }
        }
        assertEquals(best, quantised(quant, value), "of " + value);
      }
    }
    for (float level : levels) {
      assertEquals(level, quantised(quant, level));
    }
  }

  @Test
  void knowsLevelsThatRoundingPutOutOfOrder() {
    float[] levels = quantisers().getLast().levels();
    assertTrue(IntStream.range(1, levels.length).anyMatch(k -> levels[k] < levels[k - 1]));
  }

  @Test
  void takesTheLowerLevelOnATieAndSaturates() {
    StateQuantization quant = StateQuantization.builder().numBits(1).upperLimit(0).build();
    assertArrayEquals(new float[] {-1, 1}, quant.levels());
    assertEquals(-1f, quantised(quant, 0f));
    assertEquals(1f, quantised(quant, 1e-6f));
    assertEquals(1f, quantised(quant, 50));
    assertEquals(-1f, quantised(quant, -50));
    assertEquals(-1f, quantised(quant, Float.NEGATIVE_INFINITY));
  }

  @Test
  void takesTheLowestLevelWhereTorchFindsNone() {
    StateQuantization quant = StateQuantization.builder().numBits(4).build();
    float lowest = quant.levels()[0];
    assertEquals(lowest, quantised(quant, Float.NaN));
    assertEquals(lowest, quantised(quant, Float.POSITIVE_INFINITY));
    // So far out, all levels are equally near in float32, and the first wins.
    assertEquals(lowest, quantised(quant, 1e30f));
  }

  @Test
  void neverLetsANeuronFireWhoseThresholdIsTheTopLevel() {
    StateQuantization quant = StateQuantization.builder().numBits(3).upperLimit(0).build();
    Leaky lif = Leaky.builder().beta(0.9f).stateQuant(quant).build(Shape.of(1), new SplittableRandom(1));
    NeuronState state = lif.state(1);
    for (int t = 0; t < 5; t++) {
      lif.step(new float[] {10}, state);
      assertEquals(0f, state.spikes()[0]);
      assertEquals(1f, state.membrane()[0]);
    }
  }

  @Test
  void keepsItsArguments() {
    StateQuantization quant = StateQuantization.builder().numBits(3).uniform(false).thrCentered(false).threshold(2)
        .lowerLimit(0.1).upperLimit(0.3).multiplier(0.6).build();
    assertEquals(3, quant.numBits());
    assertTrue(!quant.uniform() && !quant.thrCentered());
    assertEquals(2, quant.threshold());
    assertEquals(0.1, quant.lowerLimit());
    assertEquals(0.3, quant.upperLimit());
    assertEquals(0.6, quant.multiplier());
    assertEquals(null, StateQuantization.builder().build().multiplier());
    quant.levels()[0] = 7;
    assertEquals(-2.2f, quant.levels()[0]);
  }

  private static void refused(String start, StateQuantization.Builder builder) {
    String message = assertThrows(IllegalArgumentException.class, builder::build).getMessage();
    assertTrue(message.startsWith(start), message);
  }

  @Test
  void refusesBadArguments() {
    refused("numBits: expected 1 to 16, got 0", StateQuantization.builder().numBits(0));
    refused("numBits: expected 1 to 16, got 17", StateQuantization.builder().numBits(17));
    refused("threshold: expected a number above 0, got 0.0", StateQuantization.builder().threshold(0));
    refused("threshold: expected a number above 0, got NaN", StateQuantization.builder().threshold(Double.NaN));
    refused("lowerLimit, upperLimit: expected finite numbers, got NaN and 0.2",
        StateQuantization.builder().lowerLimit(Double.NaN));
    refused("stateQuant: ", StateQuantization.builder().upperLimit(-3));
    refused("multiplier: expected a finite number, got NaN", StateQuantization.builder().multiplier(Double.NaN));
    refused("stateQuant: these arguments give levels that are not finite and ascending: ",
        StateQuantization.builder().numBits(2).uniform(false).threshold(1e39));
    refused("stateQuant: ", StateQuantization.builder().uniform(false).multiplier(-2));
    // The centre is outside the range, above it and below it.
    refused("stateQuant: ", StateQuantization.builder().uniform(false).upperLimit(-0.5));
    refused("stateQuant: ", StateQuantization.builder().uniform(false).thrCentered(false).lowerLimit(-1.5));
  }
}
