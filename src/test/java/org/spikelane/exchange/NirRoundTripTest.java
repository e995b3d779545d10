package org.spikelane.exchange;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.spikelane.format.NirFile;
import org.spikelane.format.NirNode;
import org.spikelane.kernels.ResetMechanism;
import org.spikelane.layer.Shape;
import org.spikelane.network.Network;
import org.spikelane.neuron.Leaky;
import org.spikelane.neuron.Neuron;
import org.spikelane.neuron.RLeaky;
import org.spikelane.quant.StateQuantization;
import org.spikelane.surrogate.Surrogate;

/** What we write as NIR comes back as it was, to the last bit and flag. */
class NirRoundTripTest {

  @TempDir
  private Path folder;

  @Test
  void networksOfAllKindsComeBackIdentical() throws IOException {
    long seed = new SplittableRandom(9).nextLong();
    SplittableRandom random = new SplittableRandom(seed);
    for (int i = 0; i < 150; i++) {
      Network network = NetworkFamily.any(random);
      double dt = i % 3 == 0 ? 1e-4 : 1e-5 + random.nextDouble();
      String what = "network " + i + " of seed " + seed + ": " + network.layers();
      try {
        Nir.write(folder.resolve("a.nir"), network, dt);
        assertIdentical(what, network, Nir.read(folder.resolve("a.nir")));
      } catch (IOException | IllegalArgumentException e) {
        throw new AssertionError(what, e);
      }
    }
  }

  /** The same bytes in our own format, configuration and all. */
  private void assertIdentical(String what, Network want, Network got) throws IOException {
    want.save(folder.resolve("want.safetensors"));
    got.save(folder.resolve("got.safetensors"));
    if (Files.mismatch(folder.resolve("want.safetensors"), folder.resolve("got.safetensors")) >= 0) {
      assertEquals(Files.readString(folder.resolve("want.safetensors"), StandardCharsets.ISO_8859_1),
          Files.readString(folder.resolve("got.safetensors"), StandardCharsets.ISO_8859_1), what);
    }
  }

  /** Decays next to 0 and 1, where a time constant has little room. */
  @ParameterizedTest
  @ValueSource(floats = {0f, 1e-7f, 0.1f, 0.5f, 0.99f, 0.9999999f, 0.99999994f})
  void decaysComeBackToTheBit(float decay) throws IOException {
    Network network = Network.input(2).synaptic("lif", n -> n.alpha(decay).beta(new float[] {decay, 0.3f})).build(0);
    for (double dt : new double[] {1e-4, 1, 3e-7}) {
      Nir.write(folder.resolve("a.nir"), network, dt);
      assertIdentical("decay " + decay + ", dt " + dt, network, Nir.read(folder.resolve("a.nir")));
    }
  }

  @Test
  void integratorsComeBack() throws IOException {
    Network network = Network.input(3)
        .leaky("li", n -> integrator(n.beta(0.9f)))
        .leaky("i", n -> integrator(n.beta(1f)))
        .synaptic("cubali", n -> integrator(n.alpha(new float[] {0.1f, 0.2f, 0.3f}).beta(0.8f))).build(0);
    Nir.write(folder.resolve("a.nir"), network);
    NirNode.Graph graph = NirFile.read(folder.resolve("a.nir"));
    assertTrue(graph.nodes().get("li") instanceof NirNode.Li, graph.nodes().toString());
    assertTrue(graph.nodes().get("i") instanceof NirNode.I, graph.nodes().toString());
    assertTrue(graph.nodes().get("cubali") instanceof NirNode.CubaLi, graph.nodes().toString());
    Network back = Nir.read(folder.resolve("a.nir"));
    back.neurons().values().forEach(neuron -> {
      assertEquals(Neuron.Output.MEMBRANE, neuron.output());
      assertEquals(ResetMechanism.NONE, neuron.resetMechanism());
    });
    for (String name : network.neurons().keySet()) {
      assertArrayEquals(network.neuron(name).beta().perNeuron(), back.neuron(name).beta().perNeuron());
    }
    assertArrayEquals(network.neuron("cubali").alpha().perNeuron(), back.neuron("cubali").alpha().perNeuron());
  }

  private static <B extends Neuron.Builder<B>> B integrator(B builder) {
    return builder.resetMechanism(ResetMechanism.NONE).output(Neuron.Output.MEMBRANE);
  }

  @Test
  void aDecayOfOneIsAnIntegratorOrAnError() throws IOException {
    Network all = Network.input(2).leaky("lif", n -> n.beta(1f)).build(0);
    assertTrue(Nir.toGraph(all, 1e-4).nodes().get("lif") instanceof NirNode.If);
    assertRefused("lif: beta: expected below 1, got 1, whose time constant is infinite",
        Network.input(2).leaky("lif", n -> n.beta(new float[] {1, 0.5f})).build(0));
    assertRefused("lif: alpha: expected below 1, got 1", Network.input(2).synaptic("lif", n -> n.alpha(1f).beta(0.5f))
        .build(0));
    assertRefused("lif: beta: expected below 1, got 1", Network.input(2).synaptic("lif", n -> n.alpha(0f).beta(1f))
        .build(0));
  }

  @Test
  void anOffsetWithoutAPlaceOfItsOwnIsAMatrixOrAnError() throws IOException {
    assertTrue(Nir.toGraph(offset(64), 1e-4).nodes().get("gain") instanceof NirNode.Affine);
    for (int[] extents : new int[][] {{8193}, {46341}, {1 << 20}, {1, 2}}) {
      assertRefused("gain: NIR has a place for its offset only where first-order neurons follow, or its input has one"
          + " dimension, of at most 8192, got " + Shape.of(extents), offset(extents));
    }
  }

  /** An IF has no v_leak that could be the offset. */
  @Test
  void anOffsetBeforeIntegratorsComesBackAsAMatrix() throws IOException {
    Network network = Network.input(2).scale("gain", s -> s.weight(0.5f).bias(0.25f)).leaky("lif", n -> n.beta(1f)).build(0);
    Nir.write(folder.resolve("a.nir"), network);
    Network back = Nir.read(folder.resolve("a.nir"));
    assertArrayEquals(new float[] {0.5f, 0, 0, 0.5f}, back.parameter("gain.weight").values());
    assertArrayEquals(new float[] {0.25f, 0.25f}, back.parameter("gain.bias").values());
  }

  /** Read over the shape behind the convolution, one gain for all was an index out of bounds, and two got another shape. */
  @Test
  void aGainKeepsItsShapeBeforeAConvolution() throws IOException {
    assertGainComesBack(1, 0.5f);
    assertGainComesBack(2, 0.5f, 2f);
  }

  private void assertGainComesBack(int channels, float... gain) throws IOException {
    for (int outChannels : new int[] {2, 4}) {
      for (int padding : new int[] {0, 1}) {
        Network network = Network.input(2, 3, 3)
            .scale("gain", s -> s.weight(Shape.of(channels, 1, 1), gain))
            .conv2d("conv", c -> c.outChannels(outChannels).kernelSize(1).padding(padding))
            .leaky("lif", n -> n.beta(0.9f)).build(0);
        Nir.write(folder.resolve("a.nir"), network);
        assertIdentical(network.layers().toString(), network, Nir.read(folder.resolve("a.nir")));
      }
    }
  }

  private static Network offset(int... extents) {
    return Network.input(extents).scale("gain", s -> s.weight(0.5f).bias(0.25f)).flatten("flat").build(0);
  }

  private void assertRefused(String message, Network network) throws IOException {
    Path file = folder.resolve("refused.nir");
    Files.writeString(file, "as it was");
    IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> Nir.write(file, network));
    assertTrue(e.getMessage().contains(message), e.getMessage());
    assertEquals("as it was", Files.readString(file));
  }

  @Test
  void whatNirHasNoWordsForIsRefusedAllAtOnce() throws IOException {
    Network network = Network.input(2, 4, 4).maxPool2d("pool", 2).flatten("flat")
        .leaky("lif1", n -> n.beta(0.5f).inhibition(true))
        .leaky("lif2", n -> n.beta(0.5f).gradedSpikesFactor(2))
        .synaptic("lif3", n -> n.alpha(1f).beta(1f).stateQuant(StateQuantization.builder().build()))
        .leaky("lif4", n -> n.beta(0.5f).output(Neuron.Output.MEMBRANE)).build(0);
    assertRefused("pool: NIR has no node that does what MaxPool2d does; lif1: NIR has no inhibition; lif2: NIR's"
        + " spikes are 1, these are 2.0; put a Scale behind them; lif3: NIR has no quantised states; lif3: beta: expected below 1,"
        + " got 1, whose time constant is infinite (first-order neurons may all have 1); lif3: alpha: expected below 1,"
        + " got 1, whose time constant is infinite", network);
    assertRefused("lif4: NIR has no neurons that spike, and whose output is the membrane",
        Network.input(2).leaky("lif4", n -> n.beta(0.5f).output(Neuron.Output.MEMBRANE)).build(0));
  }

  /** Later choices go over earlier ones: NIR's own meaning, the file's notes, the caller. */
  @Test
  void theCallersChoiceGoesOverTheFilesNotes() throws IOException {
    Network network = Network.input(2).rLeaky("lif",
        n -> n.beta(0.5f).oneToOne(0.25f).learnBeta().surrogate(new Surrogate.FastSigmoid(7))).build(0);
    Nir.write(folder.resolve("a.nir"), network, 0.5);
    Neuron noted = Nir.read(folder.resolve("a.nir")).neuron("lif");
    assertEquals(ResetMechanism.SUBTRACT, noted.resetMechanism());
    assertTrue(noted.resetDelay());
    assertEquals(new Surrogate.FastSigmoid(7), noted.surrogate());

    NirOptions options = NirOptions.NONE.withReset(ResetMechanism.ZERO, false).withSurrogate(new Surrogate.ATan(3));
    Neuron chosen = Nir.read(folder.resolve("a.nir"), options).neuron("lif");
    assertEquals(ResetMechanism.ZERO, chosen.resetMechanism());
    assertEquals(false, chosen.resetDelay());
    assertEquals(new Surrogate.ATan(3), chosen.surrogate());
    assertTrue(chosen.beta().parameter().trainable());
    // tau is 1 s; at a quarter of the step the decay is 0.75, and a quarter of the input counts.
    Network finer = Nir.read(folder.resolve("a.nir"), NirOptions.NONE.withDt(0.25));
    assertEquals(0.75f, finer.neuron("lif").beta().perNeuron()[0]);
    assertEquals(0.5f, finer.parameter("lif_in.weight").values()[0]);
    assertEquals(0.125f, finer.parameter("lif.V").values()[0]);

    NirNode.Graph graph = NirFile.read(folder.resolve("a.nir"));
    Neuron bare = Nir.toNetwork(new NirNode.Graph(graph.nodes(), graph.edges(), Map.of()),
        NirOptions.NONE.withDt(0.5)).neuron("lif");
    assertEquals(ResetMechanism.ZERO, bare.resetMechanism());
    assertEquals(false, bare.resetDelay());
    assertEquals(new Surrogate.ATan(), bare.surrogate());
    assertTrue(bare instanceof RLeaky);
  }

  /** A name of a layer that NIR's Input and Output would like to have. */
  @Test
  void layersMayBeCalledInputAndOutput() throws IOException {
    UnaryOperator<Leaky.Builder> settings = n -> n.beta(0.5f);
    Network network = Network.input(2).linear("output", 2).leaky("input", settings).build(1);
    Nir.write(folder.resolve("a.nir"), network);
    assertIdentical("names", network, Nir.read(folder.resolve("a.nir")));
  }
}
