package org.spikelane.neuron;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.spikelane.layer.Parameter;
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
  void addsTheRecurrentBiasAtTheFirstStepToo() {
    RLeaky lif = of(half().allToAll(), 2);
    NeuronState state = lif.state(1);
    lif.step(new float[] {0, 0}, state);
    assertEquals(parameter(lif, "recurrent.bias").values()[1], state.membrane()[1]);
  }

  @Test
  void namesAndShapesItsRecurrenceAsSnnTorchDoes() {
    RLeaky dense = of(half().linearFeatures(4), 4);
    assertEquals(Shape.of(4, 4), parameter(dense, "recurrent.weight").shape());
    assertEquals(Shape.of(4), parameter(dense, "recurrent.bias").shape());
    RLeaky conv = of(half().conv2dChannels(2).kernelSize(3, 5), 2, 4, 4);
    assertEquals(Shape.of(2, 2, 3, 5), parameter(conv, "recurrent.weight").shape());
    assertEquals(Shape.of(2), parameter(conv, "recurrent.bias").shape());
    assertEquals(Shape.of(), parameter(of(half().oneToOne(1), 3), "V").shape());
    assertEquals(Shape.of(3), parameter(of(half().oneToOne(new float[3]), 3), "V").shape());
  }

  @Test
  void learnsItsRecurrenceUnlessToldNotTo() {
    for (RLeaky.Builder builder : List.of(half().allToAll(), half().oneToOne(1))) {
      assertEquals(List.of(true), recurrent(of(builder, 3)).map(Parameter::trainable).distinct().toList());
      assertEquals(List.of(false),
          recurrent(of(builder.learnRecurrent(false), 3)).map(Parameter::trainable).distinct().toList());
    }
  }

  @Test
  void drawsInitialWeightsWithinTheBoundsOfPyTorch() {
    RLeaky lif = of(half().allToAll(), 64);
    double largest = 0;
    for (float weight : parameter(lif, "recurrent.weight").values()) {
      largest = Math.max(largest, Math.abs(weight));
    }
    assertTrue(largest <= 1 / 8.0 && largest > 0.99 / 8.0, "largest of 4096 weights: " + largest);
  }

  private static Stream<Parameter> recurrent(RLeaky lif) {
    return lif.parameters().stream().filter(p -> p.name().equals("V") || p.name().startsWith("recurrent."));
  }

  private static Parameter parameter(RLeaky lif, String name) {
    return lif.parameters().stream().filter(p -> p.name().equals(name)).findFirst().orElseThrow();
  }

  @Test
  void saysWhatIsWrongWithItsArguments() {
    Messages.refused("RLeaky: expected beta, the decay of the membrane, got none; set beta(0.9f)",
        RLeaky.builder().allToAll(), 2);
    Messages.refused("RLeaky: an all-to-all recurrence needs linearFeatures(n), or conv2dChannels(c) with kernelSize(k); or"
        + " use allToAll(false) with v(…)", half(), 2);
    Messages.refused("RLeaky: conv2dChannels and kernelSize belong together, got only conv2dChannels; add kernelSize",
        half().conv2dChannels(2), 2, 3, 3);
    Messages.refused("RLeaky: conv2dChannels and kernelSize belong together, got only kernelSize; add conv2dChannels",
        half().kernelSize(3), 2, 3, 3);
    String both = "RLeaky: expected either linearFeatures or conv2dChannels with kernelSize, got both; keep the one that"
        + " matches the input, [N] or [C, H, W]";
    Messages.refused(both, half().linearFeatures(2).conv2dChannels(2).kernelSize(3), 2);
    Messages.refused(both, half().linearFeatures(2).kernelSize(3), 2);
    Messages.refused(both, half().allToAll().conv2dChannels(2), 2, 3, 3);
    String oneToOne =
        "RLeaky: linearFeatures, conv2dChannels and kernelSize belong to allToAll; with allToAll(false) set only v";
    Messages.refused(oneToOne, half().oneToOne(1).linearFeatures(2), 2);
    Messages.refused(oneToOne, half().oneToOne(1).conv2dChannels(2), 2, 3, 3);
    Messages.refused(oneToOne, half().oneToOne(1).kernelSize(3), 2, 3, 3);
    Messages.refused("linearFeatures: expected the size of a layer of shape [N], got 3 for a layer of shape [2]",
        half().linearFeatures(3), 2);
    Messages.refused("linearFeatures: expected the size of a layer of shape [N], got 0 for a layer of shape [2]",
        half().linearFeatures(0), 2);
    Messages.refused("linearFeatures: expected the size of a layer of shape [N], got allToAll() for a layer of shape [1, 2,"
        + " 2]", half().allToAll(), 1, 2, 2);
    Messages.refused("conv2dChannels: expected the channels of a layer of shape [C, H, W], got 3 for a layer of shape [2,"
        + " 3, 3]", half().conv2dChannels(3).kernelSize(3), 2, 3, 3);
    Messages.refused("conv2dChannels: expected the channels of a layer of shape [C, H, W], got 2 for a layer of shape [2]",
        half().conv2dChannels(2).kernelSize(3), 2);
    Messages.refused("kernelSize: expected odd numbers, as a padded even kernel changes the size of the layer, got 3 by 2",
        half().conv2dChannels(2).kernelSize(3, 2), 2, 3, 3);
    Messages.refused("kernel: expected it to fit into [2, 3, 3], got -1 by -1",
        half().conv2dChannels(2).kernelSize(-1), 2, 3, 3);
    Messages.refused("V: expected a shape that broadcasts over the layer's [2], such as [] or [1] or [N], got [3]",
        half().oneToOne(new float[3]), 2);
    Messages.refused("V: expected finite values, got NaN", half().oneToOne(Float.NaN), 2);
  }
}
