package org.spikelane.network;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.spikelane.connection.Window;
import org.spikelane.layer.Parameter;
import org.spikelane.layer.Shape;
import org.spikelane.neuron.Neuron;

class NetworkTest {

  private static Network.Builder convolutional() {
    return Network.input(1, 8, 8).conv2d("conv1", 4, 3).rLeaky("lif1", n -> n.beta(0.9f).conv2dChannels(4).kernelSize(3))
        .maxPool2d("pool", 2).flatten("flat").linear("fc", 10).synaptic("lif2", n -> n.alpha(0.8f).beta(0.9f));
  }

  @Test
  void namesParametersAsSnnTorchDoes() {
    Network network = convolutional().build(1);
    assertEquals(List.of("conv1.weight", "conv1.bias", "lif1.threshold", "lif1.beta", "lif1.recurrent.weight",
        "lif1.recurrent.bias", "fc.weight", "fc.bias", "lif2.threshold", "lif2.beta", "lif2.alpha"),
        List.copyOf(network.parameters().keySet()));
    assertEquals(List.of("conv1", "lif1", "pool", "flat", "fc", "lif2"),
        network.layers().stream().map(NamedLayer::name).toList());
    assertEquals(List.of("lif1", "lif2"), List.copyOf(network.neurons().keySet()));
    assertEquals(Shape.of(4, 4, 3, 3), network.parameter("lif1.recurrent.weight").shape());
  }

  @Test
  void derivesShapesFromTheInput() {
    Network network = convolutional().build(1);
    assertEquals(List.of("[4, 6, 6]", "[4, 6, 6]", "[4, 3, 3]", "[36]", "[10]", "[10]"),
        network.layers().stream().map(named -> named.layer().outputShape().toString()).toList());
    assertEquals(Shape.of(1, 8, 8), network.inputShape());
    assertEquals(Shape.of(10), network.outputShape());
    assertEquals(Shape.of(3), Network.input(3).build(1).outputShape());
  }

  @Test
  void printsItsLayers() {
    assertEquals("[40] -> fc1 Linear [128] -> lif1 RLeaky [128]",
        Network.input(40).linear("fc1", 128).rLeaky("lif1", n -> n.beta(0.9f).allToAll()).build(1).toString());
    assertEquals("[1, 8, 8] -> conv1 Conv2d [4, 6, 6] -> lif1 RLeaky [4, 6, 6]",
        Network.input(1, 8, 8).conv2d("conv1", 4, 3).rLeaky("lif1", n -> n.beta(0.9f).conv2dChannels(4).kernelSize(3))
            .build(1).toString());
    assertEquals("[3]", Network.input(3).build(1).toString());
  }

  @Test
  void drawsInitialWeightsFromTheSeed() {
    float[] weights = convolutional().build(1).parameter("fc.weight").values();
    assertArrayEquals(weights, convolutional().build(1).parameter("fc.weight").values());
    assertTrue(!Arrays.equals(weights, convolutional().build(2).parameter("fc.weight").values()));
  }

  /** Every kind of layer that derives something, in parts as a whole. */
  @Test
  void takesChangedParametersAfterAllPartsOfARefresh() {
    for (Network.Builder builder : List.of(convolutional(),
        Network.input(300).linear("fc1", 200).rLeaky("lif1", n -> n.beta(0.9f).allToAll())
            .linear("fc2", 70).rSynaptic("lif2", n -> n.alpha(0.8f).beta(0.9f).oneToOne(new float[70])))) {
      Network whole = builder.build(1);
      Network inParts = builder.build(1);
      Input input = Input.sequence(Networks.input(6, 10 * 4 * whole.inputShape().size()), 10, 4);
      float[] before = gradients(inParts, input);
      Random random = new Random(5);
      whole.parameters().forEach((name, parameter) -> {
        for (int i = 0; i < parameter.values().length; i++) {
          parameter.values()[i] += 0.2f * random.nextFloat();
        }
        System.arraycopy(parameter.values(), 0, inParts.parameter(name).values(), 0, parameter.values().length);
      });
      whole.refresh();
      for (int part = 2; part >= 0; part--) {
        inParts.refresh(part, 3);
      }
      assertArrayEquals(gradients(whole, input), gradients(inParts, input));
      assertFalse(Arrays.equals(before, gradients(inParts, input)));
    }
  }

  @Test
  void refusesPartsOfARefreshThatThereAreNot() {
    Network network = convolutional().build(1);
    for (int part : new int[] {-1, 2}) {
      assertEquals("part: expected 0 to 1, got " + part,
          assertThrows(IllegalArgumentException.class, () -> network.refresh(part, 2)).getMessage());
    }
    assertEquals("parts: expected at least 1, got 0",
        assertThrows(IllegalArgumentException.class, () -> network.refresh(0, 0)).getMessage());
  }

  /** dL/d(input), which takes weights forward and backward. */
  private static float[] gradients(Network network, Input input) {
    Tape tape = network.record(input.withGradient());
    return tape.backward(new Upstream().spikes("lif2", 1f)).input();
  }

  @Test
  void takesChangedParametersAfterARefresh() {
    Network network = Network.input(1).leaky("lif", n -> n.beta(0.5f)).build(1);
    network.parameter("lif.threshold").values()[0] = 3;
    network.refresh();
    assertEquals(0f, network.session().step(new float[] {2}).output()[0]);
    assertEquals(1f, network.session().step(new float[] {4}).output()[0]);
  }

  /** 64 samples of 5000 steps of these would be 1.4 GB. */
  @Test
  void takesFewerSamplesAtOnceOfLongSequencesWhereWeightsAreLarge() {
    Network large = Network.input(40).linear("fc", 512).rLeaky("lif", n -> n.beta(0.5f).allToAll()).build(1);
    assertEquals(64, large.samplesPerBlock(100, false));
    assertEquals(128, large.samplesPerBlockOfRun(100, false));
    assertEquals(56, large.samplesPerBlock(1000, false));
    for (int steps : List.of(1000, 5000, 20_000, Integer.MAX_VALUE)) {
      fitsTheMemory(large.samplesPerBlock(steps, false), 40 + 512 + 512, steps);
      fitsTheMemory(large.samplesPerBlockOfRun(steps, false), 512, steps);
    }
  }

  private static void fitsTheMemory(int samples, long values, int steps) {
    assertTrue(samples == 8 || samples * values * steps * Float.BYTES <= 256 << 20, samples + " samples, " + steps + " steps");
    assertEquals(0, samples % 8);
  }

  @Test
  void trainsWhatWasAskedFor() {
    Network network = Network.input(3).linear("fc", 3)
        .rSynaptic("lif", n -> n.alpha(0.8f).beta(0.9f).learnAlpha().learnThreshold().oneToOne(1).learnRecurrent(false))
        .build(1);
    assertEquals(List.of("fc.weight", "fc.bias", "lif.threshold", "lif.alpha"), network.parameters().keySet().stream()
        .filter(name -> network.parameters().get(name).trainable()).toList());
    assertTrue(network.parameters().values().stream().map(Parameter::shape).allMatch(s -> s.size() >= 1));
  }

  /** Layers that change nothing about spikes leave them spikes, also at the end. */
  @Test
  void flattenedSpikesAreSpikes() {
    Network flat = Network.input(1, 2, 2).leaky("lif", n -> n.beta(0.5f)).flatten("flat").build(1);
    Outputs outputs = flat.run(Input.sequence(new float[] {2, 0, 0, 2}, 1, 1));
    assertArrayEquals(new float[] {1, 0, 0, 1}, outputs.output());
    assertTrue(outputs.spikes(0).fired(0, 3));
    Network integrator = Network.input(1).leaky("li", n -> n.beta(0.5f).output(Neuron.Output.MEMBRANE)).build(1);
    Outputs membranes = integrator.run(Input.sequence(new float[] {0.25f, 0}, 2, 1));
    assertArrayEquals(new float[] {0.25f, 0.125f}, membranes.output());
    assertThrows(IllegalStateException.class, () -> membranes.spikes(0));
  }

  @Test
  void buildsLayersByTheirSettings() {
    Network network = Network.input(2, 9, 8).scale("gain", s -> s.weight(2))
        .sumPool2d("sum", 2).avgPool2d("avg", Window.of(3, 1, 1), Window.of(2, 2, 0)).flatten("some", 1, -1).build(1);
    assertEquals(List.of("[2, 9, 8]", "[2, 4, 4]", "[2, 4, 2]", "[2, 8]"),
        network.layers().stream().map(named -> named.layer().outputShape().toString()).toList());
    assertEquals(List.of("Scale", "SumPool2d", "AvgPool2d", "Flatten"),
        network.layers().stream().map(named -> named.layer().type()).toList());
    refused("gain: weight: expected a shape that broadcasts over the layer's [3], such as [] or [1] or [N], got [2]",
        Network.input(3).scale("gain", s -> s.weight(new float[2])));
    refused("pool: AvgPool2d: expected an input of shape [C, H, W], got [3]", Network.input(3).avgPool2d("pool", 2));
  }

  private static void refused(String message, Network.Builder builder) {
    assertEquals(message, assertThrows(IllegalArgumentException.class, () -> builder.build(1)).getMessage());
  }

  @Test
  void beginsErrorsWithTheNameOfTheLayer() {
    refused("fc: Linear: expected an input of shape [features], got [1, 4, 4]; put a Flatten before it",
        Network.input(1, 4, 4).linear("fc", 2));
    refused("conv: kernel: expected it to fit into [1, 4, 4] with its padding, got 5 by 5",
        Network.input(1, 4, 4).conv2d("conv", 2, 5));
    refused("pool: MaxPool2d: expected an input of shape [C, H, W], got [3]", Network.input(3).maxPool2d("pool", 2));
    refused("lif: Leaky: expected beta, the decay of the membrane, got none; set beta(0.9f)",
        Network.input(3).leaky("lif", n -> n));
    refused("fc2: shape: expected extents of at least 1, got [0, 2]", Network.input(3).linear("fc1", 2).linear("fc2", 0));
  }

  @Test
  void refusesNames() {
    Network.Builder builder = Network.input(3).linear("fc", 2);
    assertEquals("name: expected a name not taken yet, got fc twice",
        assertThrows(IllegalArgumentException.class, () -> builder.flatten("fc")).getMessage());
    assertEquals("name: expected a layer name without dots, got \"\"",
        assertThrows(IllegalArgumentException.class, () -> builder.flatten("")).getMessage());
    assertEquals("name: expected a layer name without dots, got \"a.b\"",
        assertThrows(IllegalArgumentException.class, () -> builder.flatten("a.b")).getMessage());
    Network network = builder.build(1);
    assertEquals("parameter: expected one of [fc.weight, fc.bias], got fc",
        assertThrows(IllegalArgumentException.class, () -> network.parameter("fc")).getMessage());
    assertEquals("layer: expected one of [], got fc",
        assertThrows(IllegalArgumentException.class, () -> network.neuron("fc")).getMessage());
    assertThrows(IllegalArgumentException.class, () -> Network.input(0));
  }
}
