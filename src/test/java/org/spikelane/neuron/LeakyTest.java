package org.spikelane.neuron;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.spikelane.kernels.ResetMechanism;
import org.spikelane.layer.Shape;

class LeakyTest {

  private static Leaky of(Leaky.Builder builder, int... extents) {
    return builder.build(Shape.of(extents), new SplittableRandom(1));
  }

  @TestFactory
  Stream<DynamicTest> agreesWithTheNaiveLoop() {
    return NaiveComparison.of("Leaky");
  }

  @Test
  void decaysTheMembrane() {
    Leaky lif = of(Leaky.builder().beta(0.5f), 1);
    NeuronState state = lif.state(1);
    lif.step(new float[] {0.25f}, state);
    assertEquals(0.25f, state.membrane()[0]);
    lif.step(new float[] {0f}, state);
    assertEquals(0.125f, state.membrane()[0]);
    assertEquals(0f, state.spikes()[0]);
    assertNull(state.current());
  }

  @Test
  void keepsTheNewInputOnZero() {
    Leaky lif = of(Leaky.builder().beta(0.5f).resetMechanism(ResetMechanism.ZERO), 1);
    assertEquals(ResetMechanism.ZERO, lif.resetMechanism());
    NeuronState state = lif.state(1);
    lif.step(new float[] {2f}, state);
    lif.step(new float[] {0.75f}, state);
    assertEquals(0.75f, state.membrane()[0]);
  }

  @Test
  void gradesItsSpikes() {
    Leaky lif = of(Leaky.builder().beta(0.5f).gradedSpikesFactor(2.5f).learnGradedSpikesFactor(true), 2);
    assertTrue(lif.gradedSpikesFactor().parameter().trainable());
    assertFalse(of(Leaky.builder().beta(0.5f), 1).gradedSpikesFactor().parameter().trainable());
    NeuronState state = lif.state(1);
    lif.step(new float[] {2, 0}, state);
    assertArrayEquals(new float[] {2.5f, 0}, state.spikes());
    // The reset does not know about the factor.
    lif.step(new float[] {0, 0}, state);
    assertEquals(0f, state.membrane()[0]);
  }

  @Test
  void saysWhatIsWrongWithItsArguments() {
    Messages.refused("Leaky: expected beta, the decay of the membrane, got none; set beta(0.9f)", Leaky.builder(), 2);
    Messages.refused("graded_spikes_factor: expected finite values, got NaN",
        Leaky.builder().beta(0.5f).gradedSpikesFactor(Float.NaN), 2);
  }
}
