package org.spikelane.neuron;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.spikelane.kernels.ResetMechanism;
import org.spikelane.layer.Parameter;
import org.spikelane.layer.Shape;
import org.spikelane.surrogate.Surrogate;

class SynapticTest {

  private static Synaptic of(Synaptic.Builder builder, int... extents) {
    return builder.build(Shape.of(extents), new SplittableRandom(1));
  }

  private static Synaptic.Builder half() {
    return Synaptic.builder().alpha(0.5f).beta(0.5f);
  }

  @TestFactory
  Stream<DynamicTest> agreesWithTheNaiveLoop() {
    return NaiveComparison.of("Synaptic");
  }

  @Test
  void decaysCurrentAndMembraneFromExplicitStates() {
    Synaptic lif = of(half(), 1);
    NeuronState state = lif.state(1);
    lif.step(new float[] {0.25f}, state);
    assertEquals(0.25f, state.current()[0]);
    assertEquals(0.25f, state.membrane()[0]);
    lif.step(new float[] {0f}, state);
    assertEquals(0.125f, state.current()[0]);
    assertEquals(0.25f, state.membrane()[0]);
    assertEquals(0f, state.spikes()[0]);
  }

  @Test
  void keepsTheValuesThatItsBuilderWasGiven() {
    float[] alpha = {0.5f, 0.75f};
    Synaptic.Builder builder = half().alpha(alpha);
    alpha[0] = 9;
    assertArrayEquals(new float[] {0.5f, 0.75f}, of(builder, 2).alpha().parameter().values());
  }

  @Test
  void hasTheDefaultsOfSnnTorch() {
    Synaptic lif = of(half(), 3);
    assertEquals(ResetMechanism.SUBTRACT, lif.resetMechanism());
    assertTrue(lif.resetDelay());
    assertFalse(lif.inhibition());
    assertFalse(lif.surrogateDisabled());
    assertEquals(new Surrogate.ATan(2), lif.surrogate());
    assertNull(lif.stateQuant());
    assertArrayEquals(new float[] {1f}, lif.threshold().parameter().values());
    assertEquals(Shape.of(), lif.threshold().parameter().shape());
    assertTrue(lif.parameters().stream().noneMatch(Parameter::trainable));
    assertEquals(Stream.of("threshold", "beta", "alpha").toList(),
        lif.parameters().stream().map(Parameter::name).toList());
  }

  @Test
  void resetsOneStepAfterTheSpike() {
    Synaptic lif = of(Synaptic.builder().alpha(0).beta(0.5f), 1);
    NeuronState state = lif.state(1);
    float[] inputs = {1.5f, 0.25f, 1f, 0f};
    float[] membranes = {1.5f, 0f, 1f, 0.5f};
    float[] spikes = {1, 0, 0, 0};
    for (int t = 0; t < inputs.length; t++) {
      lif.step(new float[] {inputs[t]}, state);
      assertEquals(membranes[t], state.membrane()[0], "mem at " + t);
      assertEquals(spikes[t], state.spikes()[0], "spk at " + t);
    }
  }

  @Test
  void givesBackWhatAnImmediateResetTookTwice() {
    Synaptic lif = of(Synaptic.builder().alpha(0).beta(0.5f).resetDelay(false), 1);
    NeuronState state = lif.state(1);
    float[] inputs = {2.5f, 0.3f, 0, 0};
    float[] membranes = {1.5f, 1.05f, 0.525f, 0.2625f};
    float[] spikes = {1, 0, 0, 0};
    for (int t = 0; t < inputs.length; t++) {
      lif.step(new float[] {inputs[t]}, state);
      assertEquals(membranes[t], state.membrane()[0], 1e-6f, "mem at " + t);
      assertEquals(spikes[t], state.spikes()[0], "spk at " + t);
    }
  }

  @Test
  void throwsTheWholeUpdateAwayOnZero() {
    Synaptic lif = of(half().resetMechanism(ResetMechanism.ZERO), 1);
    NeuronState state = lif.state(1);
    lif.step(new float[] {2f}, state);
    assertEquals(2f, state.membrane()[0]);
    lif.step(new float[] {3f}, state);
    assertEquals(0f, state.membrane()[0]);
    assertEquals(4f, state.current()[0]);
  }

  @Test
  void staysSilentExactlyAtTheThreshold() {
    Synaptic lif = of(half(), 2);
    NeuronState state = lif.state(1);
    lif.step(new float[] {1f, Math.nextUp(1f)}, state);
    assertArrayEquals(new float[] {0, 1}, state.spikes());
  }

  @Test
  void inhibitsAllButTheOneFurthestAboveItsThreshold() {
    Synaptic lif = of(half().threshold(new float[] {1, 2, 1, 1}).inhibition(true), 4);
    NeuronState state = lif.state(2);
    lif.step(new float[] {1.5f, 2.75f, 1.25f, 1.75f, 0.5f, 0.5f, 0.9f, 0}, state);
    assertArrayEquals(new float[] {0, 1, 0, 0, 0, 0, 0, 0}, state.spikes());
    // Resets are not inhibited: every neuron above its threshold is reset.
    lif.step(new float[8], state);
    assertArrayEquals(new float[] {0.5f, 0.75f, 0.25f, 0.75f}, Arrays.copyOf(state.membrane(), 4));
  }

  @Test
  void clipsDecaysInTheForwardPassOnly() {
    Synaptic lif = of(Synaptic.builder().alpha(-2).beta(3), 1);
    NeuronState state = lif.state(1);
    lif.step(new float[] {0.25f}, state);
    lif.step(new float[] {0.25f}, state);
    assertEquals(0.25f, state.current()[0]);
    assertEquals(0.5f, state.membrane()[0]);
    assertEquals(-2f, lif.alpha().parameter().values()[0]);
    assertEquals(3f, lif.beta().parameter().values()[0]);
  }

  @Test
  void turnsNaNIntoSilence() {
    Synaptic lif = of(half(), 1);
    NeuronState state = lif.state(1);
    lif.step(new float[] {Float.NaN}, state);
    assertEquals(0f, state.spikes()[0]);
    assertTrue(Float.isNaN(state.membrane()[0]));
  }

  @Test
  void broadcastsParametersFromTheRight() {
    float[] values = {0.1f, 0.2f};
    Synaptic lif = of(Synaptic.builder().alpha(Shape.of(2, 1, 1), values).beta(Shape.of(2), values), 2, 3, 2);
    assertArrayEquals(new float[] {.1f, .1f, .1f, .1f, .1f, .1f, .2f, .2f, .2f, .2f, .2f, .2f}, lif.alpha().perNeuron());
    assertArrayEquals(new float[] {.1f, .2f, .1f, .2f, .1f, .2f, .1f, .2f, .1f, .2f, .1f, .2f}, lif.beta().perNeuron());
  }

  @Test
  void copiesWhatItIsGiven() {
    float[] beta = {0.5f, 0.5f};
    Synaptic lif = of(Synaptic.builder().alpha(0.5f).beta(beta), 2);
    beta[0] = 9;
    assertEquals(0.5f, lif.beta().parameter().values()[0]);
  }

  @Test
  void saysWhatIsWrongWithItsArguments() {
    Messages.refused("Synaptic: expected beta, the decay of the membrane, got none; set beta(0.9f)",
        Synaptic.builder().alpha(0.5f), 2);
    Messages.refused("Synaptic: expected alpha, the decay of the synaptic current, got none; set alpha(0.9f)",
        Synaptic.builder().beta(0.5f), 2);
    Messages.refused("resetMechanism: expected SUBTRACT, ZERO or NONE, got ZERO_CARRIED, which is what Leaky makes of ZERO"
        + " by itself", () -> half().resetMechanism(ResetMechanism.ZERO_CARRIED));
    Messages.refused("alpha: expected a shape that broadcasts over the layer's [2], such as [] or [1] or [N], got [3]",
        Synaptic.builder().beta(0.5f).alpha(new float[3]), 2);
    Messages.refused("beta: expected a shape that broadcasts over the layer's [2, 3, 4], such as [] or [1] or [C, 1, 1],"
        + " got [2]", half().beta(new float[2]), 2, 3, 4);
    Messages.refused("beta: expected a shape that broadcasts over the layer's [2], such as [] or [1] or [N], got [1, 2]",
        half().beta(Shape.of(1, 2), new float[2]), 2);
    Messages.refused("threshold: expected 4 values for shape [4], got 3", half().threshold(Shape.of(4), new float[3]), 4);
    Messages.refused("threshold: expected finite values, got NaN", half().threshold(Float.NaN), 2);
    Messages.refused("alpha: expected finite values, got Infinity", half().alpha(Float.POSITIVE_INFINITY), 2);
    Messages.refused("beta: expected finite values, got -Infinity",
        half().beta(new float[] {0, Float.NEGATIVE_INFINITY}), 2);
    Messages.refused("inhibition: expected a layer of shape [N], as one neuron wins each row, got [1, 2, 2]; put a Flatten"
        + " before it", half().inhibition(true), 1, 2, 2);
  }

  @Test
  void refusesStatesThatDoNotFit() {
    Synaptic lif = of(half(), 2);
    Synaptic twin = of(half(), 2);
    NeuronState state = lif.state(3);
    Messages.refused("x: expected 3 times 2 values, got 5", () -> lif.step(new float[5], state));
    Messages.refused("state: expected one made by this neuron's state(), got one of another",
        () -> twin.step(new float[6], state));
    Messages.refused("samples: expected at least 1, got 0", () -> lif.state(0));
    Messages.refused("spk: expected 6 values, got 2", () -> state.spikes(new float[2]));
    Messages.refused("spk: expected spikes of 0 or 1, got 0.5", () -> state.spikes(new float[] {0, 1, 0.5f, 0, 0, 0}));
    Messages.refused("state: expected 3 samples of 2 Synaptic neurons, got 2 samples of 2 Synaptic neurons",
        () -> state.restore(lif.state(2)));
    Messages.refused("state: expected 3 samples of 2 Synaptic neurons, got 3 samples of 2 Leaky neurons",
        () -> state.restore(Leaky.builder().beta(1).build(Shape.of(2), new SplittableRandom(1)).state(3)));
  }

  @Test
  void restoresASnapshot() {
    Synaptic lif = of(half(), 2);
    NeuronState state = lif.state(1);
    lif.step(new float[] {3, 0.5f}, state);
    NeuronState snapshot = state.snapshot();
    lif.step(new float[] {0.2f, 0.3f}, state);
    float[] first = state.membrane().clone();
    state.restore(snapshot);
    assertArrayEquals(new float[] {3, 0.5f}, state.membrane());
    assertArrayEquals(new float[] {1, 0}, state.spikes());
    lif.step(new float[] {0.2f, 0.3f}, state);
    assertArrayEquals(first, state.membrane());
    state.reset();
    assertArrayEquals(new float[2], state.membrane());
    assertArrayEquals(new float[2], state.current());
    assertArrayEquals(new float[2], state.spikes());
  }
}
