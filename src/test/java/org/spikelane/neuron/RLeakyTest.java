package org.spikelane.neuron;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.spikelane.layer.Shape;

class RLeakyTest {

  private static RLeaky.Builder half() {
    return RLeaky.builder().beta(0.5f);
  }

  private static RLeaky of(RLeaky.Builder builder, int... extents) {
    return builder.build(Shape.of(extents), new SplittableRandom(1));
  }

  @TestFactory
  Stream<DynamicTest> agreesWithTheNaiveLoop() {
    return NaiveComparison.of("RLeaky");
  }

  @Test
  void addsItsSpikesToTheNextStep() {
    RLeaky lif = of(half().oneToOne(0.5f), 1);
    NeuronState state = lif.state(1);
    lif.step(new float[] {0.25f}, state);
    lif.step(new float[] {0f}, state);
    assertEquals(0.125f, state.membrane()[0]);
    assertEquals(0f, state.spikes()[0]);
    lif.step(new float[] {2f}, state);
    assertEquals(2.0625f, state.membrane()[0]);
    assertEquals(1f, state.spikes()[0]);
    lif.step(new float[] {0f}, state);
    assertEquals(0.5f * 2.0625f + 0.5f - 1, state.membrane()[0]);
  }

  @Test
  void needsBeta() {
    Messages.refused("RLeaky: expected beta, the decay of the membrane, got none; set beta(0.9f)",
        RLeaky.builder().allToAll(), 2);
  }
}
