package org.spikelane.neuron;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.spikelane.layer.Shape;

class RSynapticTest {

  private static RSynaptic.Builder half() {
    return RSynaptic.builder().alpha(0.5f).beta(0.5f);
  }

  private static RSynaptic of(RSynaptic.Builder builder, int... extents) {
    return builder.build(Shape.of(extents), new SplittableRandom(1));
  }

  @TestFactory
  Stream<DynamicTest> agreesWithTheNaiveLoop() {
    return NaiveComparison.of("RSynaptic");
  }

  @Test
  void addsItsSpikesToTheCurrentOfTheNextStep() {
    RSynaptic lif = of(half().oneToOne(0.5f), 1);
    NeuronState state = lif.state(1);
    lif.step(new float[] {0.25f}, state);
    float first = state.current()[0];
    lif.step(new float[] {0f}, state);
    assertEquals(first, 2 * state.current()[0]);
    assertEquals(0.25f, state.membrane()[0]);
    lif.step(new float[] {2f}, state);
    assertEquals(2.0625f, state.current()[0]);
    assertEquals(1f, state.spikes()[0]);
    lif.step(new float[] {0f}, state);
    assertEquals(0.5f * 2.0625f + 0.5f, state.current()[0]);
  }

  @Test
  void needsAlpha() {
    Messages.refused("RSynaptic: expected alpha, the decay of the synaptic current, got none; set alpha(0.9f)",
        RSynaptic.builder().beta(0.5f).allToAll(), 2);
  }

  @Test
  void needsBeta() {
    Messages.refused("RSynaptic: expected beta, the decay of the membrane, got none; set beta(0.9f)",
        RSynaptic.builder().alpha(0.5f).allToAll(), 2);
  }
}
