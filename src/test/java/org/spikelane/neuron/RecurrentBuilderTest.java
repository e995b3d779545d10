package org.spikelane.neuron;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.spikelane.connection.Convolutional;
import org.spikelane.layer.Parameter;
import org.spikelane.layer.Shape;
import org.spikelane.network.Gradients;
import org.spikelane.network.Input;
import org.spikelane.network.Network;
import org.spikelane.network.Tape;
import org.spikelane.network.Upstream;
import org.spikelane.reference.Agreement;

/** What RLeaky and RSynaptic have in common: their recurrence, and what is said about arguments that contradict. */
class RecurrentBuilderTest {

  /** A recurrent neuron with decays of one half. */
  record Kind(String name, Supplier<RecurrentBuilder<?>> builder) {

    RecurrentBuilder<?> half() {
      return builder.get();
    }

    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Kind> kinds() {
    return Stream.of(new Kind("RLeaky", () -> RLeaky.builder().beta(0.5f)),
        new Kind("RSynaptic", () -> RSynaptic.builder().alpha(0.5f).beta(0.5f)));
  }

  private static Neuron of(RecurrentBuilder<?> builder, int... extents) {
    return builder.build(Shape.of(extents), new SplittableRandom(1));
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void addsTheRecurrentBiasAtTheFirstStepToo(Kind kind) {
    Neuron lif = of(kind.half().allToAll(), 2);
    NeuronState state = lif.state(1);
    lif.step(new float[] {0, 0}, state);
    assertEquals(parameter(lif, "recurrent.bias").values()[1], state.membrane()[1]);
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void withoutRecurrentBiasIsWithABiasOfZero(Kind kind) {
    for (int[] shape : new int[][] {{6}, {2, 4, 3}}) {
      UnaryOperator<RecurrentBuilder<?>> recurrence =
          b -> (shape.length == 1 ? b.allToAll() : b.conv2dChannels(2).kernelSize(3)).threshold(0.3f);
      Network without = Network.input(shape).neuron("lif", recurrence.apply(kind.half()).recurrentBias(false)).build(1);
      Network with = Network.input(shape).neuron("lif", recurrence.apply(kind.half())).build(1);
      assertFalse(without.parameters().containsKey("lif.recurrent.bias"));
      float[] weight = with.parameter("lif.recurrent.weight").values();
      System.arraycopy(weight, 0, without.parameter("lif.recurrent.weight").values(), 0, weight.length);
      Arrays.fill(with.parameter("lif.recurrent.bias").values(), 0);
      with.refresh();
      without.refresh();
      int size = with.inputShape().size();
      float[] x = new float[5 * size];
      for (int i = 0; i < x.length; i++) {
        x[i] = (float) Math.sin(i);
      }
      Tape want = with.record(Input.sequence(x, 5, 1).withGradient());
      Tape got = without.record(Input.sequence(x, 5, 1).withGradient());
      Agreement.bits("membrane", want.membrane("lif"), got.membrane("lif"));
      Agreement.bits("spikes", want.spikes("lif"), got.spikes("lif"));
      Gradients wanted = want.backward(new Upstream().membrane("lif", x));
      Gradients gotten = got.backward(new Upstream().membrane("lif", x));
      Agreement.bits("d_input", wanted.input(), gotten.input());
      Agreement.bits("d_weight", wanted.parameter("lif.recurrent.weight"), gotten.parameter("lif.recurrent.weight"));
    }
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void namesAndShapesItsRecurrenceAsSnnTorchDoes(Kind kind) {
    Neuron dense = of(kind.half().linearFeatures(4), 4);
    assertEquals(Shape.of(4, 4), parameter(dense, "recurrent.weight").shape());
    assertEquals(Shape.of(4), parameter(dense, "recurrent.bias").shape());
    Neuron conv = of(kind.half().conv2dChannels(2).kernelSize(3, 5), 2, 4, 4);
    assertEquals(Shape.of(2, 2, 3, 5), parameter(conv, "recurrent.weight").shape());
    assertEquals(Shape.of(2), parameter(conv, "recurrent.bias").shape());
    assertEquals(Shape.of(), parameter(of(kind.half().oneToOne(1), 3), "V").shape());
    assertEquals(Shape.of(3), parameter(of(kind.half().oneToOne(new float[3]), 3), "V").shape());
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void learnsItsRecurrenceUnlessToldNotTo(Kind kind) {
    for (RecurrentBuilder<?> builder : List.<RecurrentBuilder<?>>of(kind.half().allToAll(), kind.half().oneToOne(1))) {
      assertEquals(List.of(true), recurrent(of(builder, 3)).map(Parameter::trainable).distinct().toList());
      assertEquals(List.of(false),
          recurrent(of(builder.learnRecurrent(false), 3)).map(Parameter::trainable).distinct().toList());
    }
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void drawsInitialWeightsWithinTheBoundsOfPyTorch(Kind kind) {
    Neuron lif = of(kind.half().allToAll(), 64);
    double largest = 0;
    for (float weight : parameter(lif, "recurrent.weight").values()) {
      largest = Math.max(largest, Math.abs(weight));
    }
    assertTrue(largest <= 1 / 8.0 && largest > 0.99 / 8.0, "largest of 4096 weights: " + largest);
  }

  private static Stream<Parameter> recurrent(Neuron lif) {
    return lif.parameters().stream().filter(p -> p.name().equals("V") || p.name().startsWith("recurrent."));
  }

  private static Parameter parameter(Neuron lif, String name) {
    return lif.parameters().stream().filter(p -> p.name().equals(name)).findFirst().orElseThrow();
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void saysWhatIsWrongWithItsArguments(Kind kind) {
    Messages.refused(kind + ": an all-to-all recurrence needs linearFeatures(n), or conv2dChannels(c) with kernelSize(k); or"
        + " use allToAll(false) with v(…)", kind.half(), 2);
    Messages.refused(kind + ": conv2dChannels and kernelSize belong together, got only conv2dChannels; add kernelSize",
        kind.half().conv2dChannels(2), 2, 3, 3);
    Messages.refused(kind + ": conv2dChannels and kernelSize belong together, got only kernelSize; add conv2dChannels",
        kind.half().kernelSize(3), 2, 3, 3);
    String both = kind + ": expected either linearFeatures or conv2dChannels with kernelSize, got both; keep the one that"
        + " matches the input, [N] or [C, H, W]";
    Messages.refused(both, kind.half().linearFeatures(2).conv2dChannels(2).kernelSize(3), 2);
    Messages.refused(both, kind.half().linearFeatures(2).kernelSize(3), 2);
    Messages.refused(both, kind.half().allToAll().conv2dChannels(2), 2, 3, 3);
    String oneToOne =
        kind + ": linearFeatures, conv2dChannels and kernelSize belong to allToAll; with allToAll(false) set only v";
    Messages.refused(oneToOne, kind.half().oneToOne(1).linearFeatures(2), 2);
    Messages.refused(oneToOne, kind.half().oneToOne(1).conv2dChannels(2), 2, 3, 3);
    Messages.refused(oneToOne, kind.half().oneToOne(1).kernelSize(3), 2, 3, 3);
    Messages.refused("linearFeatures: expected the size of a layer of shape [N], got 3 for a layer of shape [2]",
        kind.half().linearFeatures(3), 2);
    Messages.refused("linearFeatures: expected the size of a layer of shape [N], got 0 for a layer of shape [2]",
        kind.half().linearFeatures(0), 2);
    Messages.refused("linearFeatures: expected the size of a layer of shape [N], got allToAll() for a layer of shape [1, 2,"
        + " 2]", kind.half().allToAll(), 1, 2, 2);
    Messages.refused("conv2dChannels: expected the channels of a layer of shape [C, H, W], got 3 for a layer of shape [2,"
        + " 3, 3]", kind.half().conv2dChannels(3).kernelSize(3), 2, 3, 3);
    Messages.refused("conv2dChannels: expected the channels of a layer of shape [C, H, W], got 2 for a layer of shape [2]",
        kind.half().conv2dChannels(2).kernelSize(3), 2);
    Messages.refused("kernelSize: expected odd numbers, as a padded even kernel changes the size of the layer, got 3 by 2",
        kind.half().conv2dChannels(2).kernelSize(3, 2), 2, 3, 3);
    Messages.refused("kernel: expected at least 1, got -1",
        kind.half().conv2dChannels(2).kernelSize(-1), 2, 3, 3);
    Messages.refused("V: expected a shape that broadcasts over the layer's [2], such as [] or [1] or [N], got [3]",
        kind.half().oneToOne(new float[3]), 2);
    Messages.refused("V: expected finite values, got NaN", kind.half().oneToOne(Float.NaN), 2);
  }

  @Test
  void convolutionsOfOtherThanImagesAreRefused() {
    for (Shape shape : List.of(Shape.of(), Shape.of(2), Shape.of(2, 3), Shape.of(1, 2, 3, 4))) {
      Messages.refused("shape: expected [C, H, W], got " + shape,
          () -> new Convolutional(shape, 3, 3, true, true, new SplittableRandom(1)));
    }
  }
}
