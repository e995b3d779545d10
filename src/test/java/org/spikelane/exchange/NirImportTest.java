package org.spikelane.exchange;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.spikelane.format.NirArray;
import org.spikelane.format.NirFile;
import org.spikelane.format.NirNode;
import org.spikelane.kernels.ResetMechanism;
import org.spikelane.network.Network;
import org.spikelane.network.Session;
import org.spikelane.neuron.Neuron;
import org.spikelane.neuron.RLeaky;
import org.spikelane.neuron.RSynaptic;
import org.spikelane.neuron.Synaptic;
import org.spikelane.reference.NaiveNir;

/** What NIR's nodes become does what their equations say. */
class NirImportTest {

  private static final double DT = 1e-4;

  /** A chain of nodes, an Input before and an Output behind it, its edges in any order. */
  private static NirNode.Graph chain(int[] input, NirNode... nodes) {
    Map<String, NirNode> named = new LinkedHashMap<>();
    named.put("in", new NirNode.Input(NirArray.vector(Arrays.stream(input).asDoubleStream().toArray())));
    for (int i = 0; i < nodes.length; i++) {
      named.put("n" + i, nodes[i]);
    }
    named.put("out", new NirNode.Output(NirArray.vector(1, 1, 1)));
    List<String> names = new ArrayList<>(named.keySet());
    List<NirNode.Edge> edges = new ArrayList<>();
    for (int i = 1; i < names.size(); i++) {
      edges.add(new NirNode.Edge(names.get(i - 1), names.get(i)));
    }
    Collections.shuffle(edges, new Random(1));
    return new NirNode.Graph(named, edges, Map.of());
  }

  /** The graph with a way back from a node through another. */
  private static NirNode.Graph recurrent(NirNode.Graph graph, String neuron, String name, NirNode weights) {
    Map<String, NirNode> nodes = new LinkedHashMap<>(graph.nodes());
    List<NirNode.Edge> edges = new ArrayList<>(graph.edges());
    if (weights == null) {
      edges.add(new NirNode.Edge(neuron, neuron));
    } else {
      nodes.put(name, weights);
      edges.add(new NirNode.Edge(name, neuron));
      edges.add(new NirNode.Edge(neuron, name));
    }
    return new NirNode.Graph(nodes, edges, Map.of());
  }

  private static NirArray random(SplittableRandom random, double low, double high, int... shape) {
    double[] values = new double[Arrays.stream(shape).reduce(1, (a, b) -> a * b)];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (low + (high - low) * random.nextDouble());
    }
    return new NirArray(shape, values);
  }

  /** Runs both on the same random input: the same output, up to float rounding. */
  private static Network agree(String what, NirNode.Graph graph, long seed) {
    Network network = Nir.toNetwork(graph, NirOptions.NONE);
    NaiveNir naive = new NaiveNir(graph, DT);
    Session session = network.session();
    SplittableRandom random = new SplittableRandom(seed);
    boolean spikes = network.layers().getLast().layer().type().matches("R?Leaky|R?Synaptic")
        && network.neuron(network.layers().getLast().name()).output() == Neuron.Output.SPIKES;
    double most = 0;
    double least = Double.POSITIVE_INFINITY;
    for (int t = 0; t < 40; t++) {
      float[] x = new float[network.inputShape().size()];
      double[] wide = new double[x.length];
      for (int i = 0; i < x.length; i++) {
        x[i] = random.nextInt(3) == 0 ? (float) (2 * random.nextDouble()) : 0;
        wide[i] = x[i];
      }
      double[] want = naive.step(wide);
      float[] got = session.step(x).output();
      assertEquals(want.length, got.length, what);
      if (naive.closest() < 1e-5) {
        break;
      }
      for (int i = 0; i < want.length; i++) {
        double slack = spikes ? 0 : 2e-5 * (1 + Math.abs(want[i]));
        assertEquals(want[i], got[i], slack, what + ", output " + i + " at step " + t + " of seed " + seed);
        most = Math.max(most, want[i]);
        least = Math.min(least, want[i]);
      }
    }
    assertTrue(most > least, what + ": the same output all the time: " + most);
    return network;
  }

  /** Every neuron with general parameters: gains, leak and reset potentials, time constants of its own. */
  @ParameterizedTest
  @ValueSource(strings = {"LIF", "CubaLIF", "IF", "LI", "CubaLI", "I", "Threshold"})
  void neuronsWithGeneralParameters(String type) {
    SplittableRandom random = new SplittableRandom(type.hashCode());
    for (int i = 0; i < 30; i++) {
      boolean image = i % 3 == 0;
      int[] shape = image ? new int[] {2, 3, 2} : new int[] {5};
      int[] own = i % 5 == 0 ? new int[] {1} : i % 5 == 1 && image ? new int[] {2, 1, 1} : shape;
      boolean potentials = i % 2 == 0;
      agree(type + " " + i, chain(shape, neuron(type, random, own, potentials)), i);
    }
  }

  @Test
  void parametersOfDifferentShapesAreBroadcast() {
    NirArray zero = NirArray.scalar(0);
    Network network = agree("LIF", chain(new int[] {3},
        new NirNode.Lif(NirArray.vector(2e-4, 4e-4, 1e-3), NirArray.scalar(5), zero, NirArray.scalar(0.7), zero)), 1);
    assertArrayEquals(new float[] {0.5f, 0.75f, 0.9f}, network.neuron("n0").beta().perNeuron());
  }

  private static NirNode neuron(String type, SplittableRandom random, int[] own, boolean potentials) {
    NirArray tau = random(random, 1.2e-4, 2e-3, own);
    NirArray tauSyn = random(random, 1.2e-4, 1e-3, own);
    NirArray r = random(random, 1, 9, own);
    NirArray wIn = random(random, 1, 4, own);
    NirArray leak = potentials ? random(random, -0.3, 0.3, own) : NirArray.filled(own, 0);
    NirArray reset = potentials ? random(random, -0.3, 0.2, own) : NirArray.filled(own, 0);
    NirArray threshold = random(random, 0.4, 1.2, own);
    return switch (type) {
      case "LIF" -> new NirNode.Lif(tau, r, leak, threshold, reset);
      case "CubaLIF" -> new NirNode.CubaLif(tauSyn, tau, r, leak, threshold, reset, wIn);
      case "IF" -> new NirNode.If(random(random, 0.1, 0.9, own), threshold, reset);
      case "LI" -> new NirNode.Li(tau, r, leak);
      case "CubaLI" -> new NirNode.CubaLi(tauSyn, tau, r, leak, wIn);
      case "I" -> new NirNode.I(r);
      case "Threshold" -> new NirNode.Threshold(threshold);
      default -> throw new IllegalArgumentException(type);
    };
  }

  /** Spikes that come back through each kind of weights, with a gain that is not 1. */
  @ParameterizedTest
  @ValueSource(strings = {"LIF", "CubaLIF", "IF"})
  void recurrencesTakeTheGainIn(String type) {
    SplittableRandom random = new SplittableRandom(77 + type.hashCode());
    for (int i = 0; i < 12; i++) {
      boolean potentials = i % 2 == 0 && !type.equals("CubaLIF");
      NirNode neuron = neuron(type, random, new int[] {4}, potentials);
      NirArray diagonal = new NirArray(new int[] {4, 4}, new double[16]);
      for (int n = 0; n < 4; n++) {
        diagonal.values()[5 * n] = (float) (random.nextDouble() - 0.5);
      }
      Map<String, NirNode> ways = new LinkedHashMap<>();
      ways.put("affine", new NirNode.Affine(random(random, -0.3, 0.3, 4, 4), random(random, -0.1, 0.1, 4)));
      ways.put("linear", new NirNode.Linear(random(random, -0.3, 0.3, 4, 4)));
      ways.put("diagonal", new NirNode.Linear(diagonal));
      ways.put("scale", new NirNode.Scale(random(random, -0.3, 0.3, 4)));
      ways.put("itself", null);
      int seed = i;
      ways.forEach((name, weights) -> {
        Network network = agree(type + " back through " + name,
            recurrent(chain(new int[] {4}, neuron), "n0", "w", weights), seed);
        assertTrue(network.neuron("n0") instanceof RLeaky || network.neuron("n0") instanceof RSynaptic);
      });
      NirNode ofImage = neuron(type, random, new int[] {2, 1, 1}, false);
      NirNode.Conv2d conv = new NirNode.Conv2d(null, random(random, -0.3, 0.3, 2, 2, 3, 1), random(random, -0.1, 0.1,
          2),
          NirArray.vector(1), i % 2 == 0 ? NirNode.Padding.of(1, 0) : NirNode.Padding.same(), NirArray.vector(1, 1),
          NirArray.scalar(1));
      agree(type + " back through a convolution", recurrent(chain(new int[] {2, 4, 3}, ofImage), "n0", "w", conv), i);
    }
  }

  @Test
  void connectionsDoWhatTheirEquationsSay() {
    SplittableRandom random = new SplittableRandom(5);
    NirArray one = NirArray.scalar(1);
    agree("Conv2d", chain(new int[] {2, 7, 6}, new NirNode.Conv2d(null, random(random, -1, 1, 4, 1, 3, 2),
        random(random, -1, 1, 4), NirArray.vector(2, 1), NirNode.Padding.of(1, 0), NirArray.vector(1, 2),
        NirArray.scalar(2))), 1);
    agree("Conv2d valid", chain(new int[] {2, 5, 5}, new NirNode.Conv2d(null, random(random, -1, 1, 3, 2, 3, 3),
        random(random, -1, 1, 3), one, NirNode.Padding.of(0), one, one)), 1);
    agree("Conv2d same", chain(new int[] {2, 5, 5}, new NirNode.Conv2d(null, random(random, -1, 1, 3, 2, 3, 1),
        random(random, -1, 1, 3), one, NirNode.Padding.same(), one, one)), 1);
    agree("Conv1d", chain(new int[] {2, 9}, new NirNode.Conv1d(null, random(random, -1, 1, 3, 2, 3),
        random(random, -1, 1, 3), NirArray.scalar(2), NirNode.Padding.of(2), NirArray.scalar(2), one)), 1);
    agree("SumPool2d", chain(new int[] {2, 7, 6},
        new NirNode.SumPool2d(NirArray.vector(3, 2), NirArray.vector(2, 1), NirArray.vector(1, 0))), 1);
    agree("AvgPool2d", chain(new int[] {2, 7, 6},
        new NirNode.AvgPool2d(NirArray.vector(2), NirArray.vector(2), NirArray.vector(1))), 1);
    agree("Scale", chain(new int[] {2, 3}, new NirNode.Scale(random(random, -1, 1, 2, 3))), 1);
    agree("Delay", chain(new int[] {2, 3}, new NirNode.Delay(NirArray.scalar(3e-4))), 1);
    agree("Delay of each", chain(new int[] {4}, new NirNode.Delay(NirArray.vector(0, (float) 7e-4, 2e-4, 11e-4)),
        new NirNode.Scale(random(random, -1, 1, 4))), 1);
    agree("Flatten, Affine", chain(new int[] {2, 3, 2}, new NirNode.Flatten(null, NirArray.scalar(1),
        NirArray.scalar(-1)),
        new NirNode.Affine(random(random, -1, 1, 3, 12), random(random, -1, 1, 3))), 1);
    agree("Flatten of two", chain(new int[] {2, 3, 2}, new NirNode.Flatten(null, NirArray.scalar(1),
        NirArray.scalar(2)),
        new NirNode.Scale(random(random, -1, 1, 2, 6))), 1);
    // Counted with a batch, as PyTorch does.
    agree("Flatten of four", chain(new int[] {2, 3, 2},
        new NirNode.Flatten(NirArray.vector(1, 2, 3, 2), NirArray.scalar(1), NirArray.scalar(-1)),
        new NirNode.Linear(random(random, -1, 1, 2, 12))), 1);
  }

  /** The batch counts as dimension 0 where a fourth dimension of three, or a first of one, could be nothing else. */
  @Test
  void flattensDimensionsCountedWithTheBatch() {
    NirArray one = NirArray.scalar(1);
    NirArray two = NirArray.scalar(2);
    assertEquals("[6, 2]", Nir.toNetwork(chain(new int[] {2, 3, 2},
        new NirNode.Flatten(NirArray.vector(1, 2, 3, 2), one, two)), NirOptions.NONE).outputShape().toString());
    assertEquals("[2, 6]", Nir.toNetwork(chain(new int[] {2, 3, 2},
        new NirNode.Flatten(NirArray.vector(2, 3, 2), one, two)), NirOptions.NONE).outputShape().toString());
    assertEquals("[4]", Nir.toNetwork(chain(new int[] {4},
        new NirNode.Flatten(null, one, one)), NirOptions.NONE).outputShape().toString());
  }

  /** Layers of every kind in random rows, against the equations. */
  @Test
  void rowsOfLayers() {
    SplittableRandom random = new SplittableRandom(31);
    for (int i = 0; i < 40; i++) {
      Network network = NetworkFamily.dense(random, 1 + i % 4, true);
      NirNode.Graph graph = Nir.toGraph(network, DT);
      NaiveNir naive = new NaiveNir(graph, DT);
      Session ours = network.session();
      Session back = Nir.toNetwork(new NirNode.Graph(graph.nodes(), graph.edges(), Map.of()), NirOptions.NONE)
          .session();
      for (int t = 0; t < 30; t++) {
        float[] x = new float[network.inputShape().size()];
        double[] wide = new double[x.length];
        for (int n = 0; n < x.length; n++) {
          x[n] = (float) (3 * random.nextDouble());
          wide[n] = x[n];
        }
        double[] want = naive.step(wide);
        float[] got = ours.step(x).output();
        assertArrayEquals(got, back.step(x).output(), "network " + i + " read back");
        if (naive.closest() < 1e-5) {
          break;
        }
        for (int n = 0; n < want.length; n++) {
          assertEquals(want[n], got[n], "network " + i + ", neuron " + n + " at step " + t);
        }
      }
    }
  }

  @Test
  void graphsInGraphsAreOpened() throws IOException, URISyntaxException {
    Path file = Path.of(getClass().getResource("/nir/nested.nir").toURI());
    Network network = Nir.read(file);
    assertEquals(List.of("fc", "lif"), network.layers().stream().map(l -> l.name()).toList());
    assertArrayEquals(new float[] {0.1f, 0.2f, 0.3f, 0.4f}, network.parameter("lif.recurrent.weight").values());
    // The way back may lead out of the inner graph and in again.
    NirNode.Graph inner = chain(new int[] {2}, new NirNode.Lif(NirArray.vector(5e-4, 5e-4), NirArray.vector(5, 5),
        NirArray.vector(0, 0), NirArray.vector(1, 1), NirArray.vector(0, 0)));
    NirNode.Graph outer = recurrent(chain(new int[] {2}, inner), "n0", "w",
        new NirNode.Linear(new NirArray(new int[] {2, 2}, new double[] {1, 2, 3, 4})));
    Network opened = Nir.toNetwork(outer, NirOptions.NONE);
    assertArrayEquals(new float[] {1, 2, 3, 4}, opened.parameter("n0.recurrent.weight").values());
  }

  @Test
  void fixturesOfPythonRunAsTheirEquationsSay() throws IOException, URISyntaxException {
    NirNode.Graph graph = NirFile.read(Path.of(getClass().getResource("/nir/chunked.nir").toURI()));
    Network network = agree("chunked.nir", graph, 3);
    assertEquals(List.of("fc1", "lif1_in", "lif1", "fc2", "lif2_in", "lif2"),
        network.layers().stream().map(l -> l.name()).toList());
  }

  /** A CubaLIF whose offset stands between current and membrane becomes two layers. */
  @Test
  void aLeakPotentialPartsCurrentAndMembrane() {
    NirArray v = NirArray.vector(0.1, 0.2);
    Network network = Nir.toNetwork(chain(new int[] {2}, new NirNode.CubaLif(NirArray.vector(2e-4, 2e-4),
        NirArray.vector(5e-4, 5e-4), NirArray.vector(5, 5), v, NirArray.vector(1, 1), NirArray.vector(0, 0),
        NirArray.vector(2, 2))), NirOptions.NONE);
    assertEquals(List.of("n0_syn", "n0_in", "n0"), network.layers().stream().map(l -> l.name()).toList());
    Network plain = Nir.toNetwork(chain(new int[] {2}, new NirNode.CubaLif(NirArray.vector(2e-4, 2e-4),
        NirArray.vector(5e-4, 5e-4), NirArray.vector(5, 5), v, NirArray.vector(1, 1), v,
        NirArray.vector(2, 2))), NirOptions.NONE);
    assertTrue(plain.neuron("n0") instanceof Synaptic);
  }

  /** A Leaky's delayed zero keeps the input of its step, a Synaptic's does not: here the first would stand for the second. */
  @Test
  void aLeakPotentialBesideADelayedZeroIsRefused() {
    NirNode.Graph graph = chain(new int[] {1}, new NirNode.CubaLif(NirArray.vector(2e-4), NirArray.vector(5e-4),
        NirArray.vector(5), NirArray.vector(0.1), NirArray.vector(1), NirArray.vector(0), NirArray.vector(2)));
    for (NirOptions later : List.of(NirOptions.NONE.withReset(ResetMechanism.ZERO, true),
        NirOptions.NONE.withReset(null, true))) {
      String said = assertThrows(IllegalArgumentException.class, () -> Nir.toNetwork(graph, later)).getMessage();
      assertTrue(said.contains("n0: expected v_leak and v_reset to be the same in a CubaLIF with a delayed reset to zero"), said);
    }
    for (NirOptions other : List.of(NirOptions.NONE.withReset(ResetMechanism.ZERO, false),
        NirOptions.NONE.withReset(ResetMechanism.SUBTRACT, true))) {
      assertEquals(3, Nir.toNetwork(graph, other).layers().size());
    }
  }

  // ------------------------------------------------------------------ what cannot be

  private static void refused(String message, NirNode.Graph graph) {
    IllegalArgumentException e =
        assertThrows(IllegalArgumentException.class, () -> Nir.toNetwork(graph, NirOptions.NONE));
    assertTrue(e.getMessage().contains(message), e.getMessage());
  }

  private static NirNode.Lif lif(double tau, double threshold) {
    return new NirNode.Lif(NirArray.vector(tau), NirArray.vector(tau / DT), NirArray.vector(0),
        NirArray.vector(threshold),
        NirArray.vector(0));
  }

  @Test
  void everythingInTheWayIsNamedAtOnce() {
    SplittableRandom random = new SplittableRandom(1);
    refused("n0: weight: takes an input of shape [3], got one of [2]; n1: tau: expected times of at least one step,"
        + " dt = 1.0E-4 s, got 5.0E-5 s; a shorter dt would do for positive ones; n2: expected parameters of shape [4],"
        + " which the data have, got [3]; n3: a node of class Foo, which is not known here",
        chain(new int[] {2}, new NirNode.Linear(random(random, 0, 1, 4, 3)), lif(5e-5, 1),
            new NirNode.Scale(random(random, 0, 1, 3)), new NirNode.Unknown("Foo")));
  }

  @Test
  void graphsThatAreNoRowAreRefused() {
    NirNode.Graph plain = chain(new int[] {1}, lif(1e-3, 1), lif(1e-3, 1), lif(1e-3, 1));
    List<NirNode.Edge> skip = new ArrayList<>(plain.edges());
    skip.add(new NirNode.Edge("n0", "n2"));
    refused("n0: expected one node after it, as layers stand in a row, got ",
        new NirNode.Graph(plain.nodes(), skip, Map.of()));
    List<NirNode.Edge> back = new ArrayList<>(plain.edges());
    back.add(new NirNode.Edge("n2", "n0"));
    refused("n0: expected one node before it, as layers stand in a row, got ",
        new NirNode.Graph(plain.nodes(), back, Map.of()));
    List<NirNode.Edge> ghost = new ArrayList<>(plain.edges());
    ghost.add(new NirNode.Edge("n2", "nobody"));
    refused("nobody: an edge names this node, but there is none", new NirNode.Graph(plain.nodes(), ghost, Map.of()));
    Map<String, NirNode> more = new LinkedHashMap<>(plain.nodes());
    more.put("alone", lif(1e-3, 1));
    refused("got nodes beside it: alone", new NirNode.Graph(more, plain.edges(), Map.of()));
    refused("expected one Input where data come in, got none", new NirNode.Graph(Map.of(), List.of(), Map.of()));
    more.put("in2", new NirNode.Input(NirArray.vector(1)));
    refused("expected one Input where data come in, got in, in2", new NirNode.Graph(more, plain.edges(), Map.of()));
    refused("data come back to a Scale",
        recurrent(chain(new int[] {1}, new NirNode.Scale(NirArray.vector(1))), "n0", "w",
        new NirNode.Scale(NirArray.vector(1))));
    refused("w: spikes come back through a LIF",
        recurrent(chain(new int[] {1}, lif(1e-3, 1)), "n0", "w", lif(1e-3, 1)));
    NirNode.Graph twice = recurrent(recurrent(plain, "n1", "w1", new NirNode.Scale(NirArray.vector(1))), "n1", "w2",
        new NirNode.Scale(NirArray.vector(1)));
    refused("n1: its spikes come back to it on more than one way", twice);
  }

  @Test
  void parametersThatMakeNoNeuronAreRefused() {
    refused("n0: expected v_threshold to be at least v_reset", chain(new int[] {1}, lif(1e-3, -1)));
    refused("n0: expected parameters that float32 holds", chain(new int[] {1}, lif(1e-3, Double.NaN)));
    refused("n0: expected parameters that float32 holds", chain(new int[] {1}, lif(Double.POSITIVE_INFINITY, 1)));
    refused("n0: tau: expected times of at least one step", chain(new int[] {1}, lif(-1e-3, 1)));
    refused("in: shape: expected positive extents", chain(new int[] {0}, lif(1e-3, 1)));
    refused("in: shape: expected positive extents", chain(new int[] {1 << 20, 1 << 20}, lif(1e-3, 1)));
    refused("n1: expected parameters of shape [4000000], as there is too much to be taken on trust",
        chain(new int[] {4_000_000}, lif(1e-3, 1), lif(1e-3, 1)));
    refused("expected v_leak and v_reset to be the same in a CubaLIF whose spikes come back",
        recurrent(chain(new int[] {1}, new NirNode.CubaLif(NirArray.vector(1e-3), NirArray.vector(1e-3),
            NirArray.vector(10), NirArray.vector(1), NirArray.vector(1), NirArray.vector(0), NirArray.vector(10))),
            "n0", "w",
            null));
    refused("n0: delay: expected whole steps, dt = 1.0E-4 s, got 2.5",
        chain(new int[] {1}, new NirNode.Delay(NirArray.vector(2.5e-4))));
    refused("n0: delay: expected at most 16777216 values under way, got 3000000 steps of [2, 3]; n1: delay: expected at"
        + " most 16777216 values under way, got 2796202 steps of [2, 3]",
        chain(new int[] {2, 3}, new NirNode.Delay(NirArray.vector(300)),
            new NirNode.Delay(NirArray.vector(0, 1, 2796202e-4))));
    assertEquals("[2, 3]", Nir.toNetwork(chain(new int[] {2, 3}, new NirNode.Delay(NirArray.vector(0, 1, 2796201e-4))),
        NirOptions.NONE).outputShape().toString());
    refused("n0: delay: expected whole steps", chain(new int[] {1}, new NirNode.Delay(NirArray.vector(-1e-4))));
    refused("groups", chain(new int[] {3, 4, 4}, new NirNode.Conv2d(null, random(new SplittableRandom(1), 0, 1, 2, 1,
        3, 3),
        NirArray.vector(1, 1), NirArray.scalar(1), NirNode.Padding.of(0), NirArray.scalar(1), NirArray.scalar(2))));
  }

  /** Only immediate resets to zero take a membrane of 0 for one that fired. */
  @Test
  void otherResetsTakeThresholdsBelowZero() {
    NirNode.Graph graph = chain(new int[] {1}, lif(1e-3, -1));
    for (NirOptions options : List.of(NirOptions.NONE.withReset(ResetMechanism.SUBTRACT, false),
        NirOptions.NONE.withReset(ResetMechanism.ZERO, true))) {
      assertEquals(-1, Nir.toNetwork(graph, options).neuron("n0").threshold().perNeuron()[0]);
    }
    assertThrows(IllegalArgumentException.class,
        () -> Nir.toNetwork(graph, NirOptions.NONE.withReset(ResetMechanism.ZERO, false)));
  }

  @Test
  void notedShapesOfMoreDimensionsThanTheDataCountForNothing() {
    NirNode.Graph graph = chain(new int[] {2}, new NirNode.Scale(NirArray.vector(3, 3)));
    Network network = Nir.toNetwork(new NirNode.Graph(graph.nodes(), graph.edges(),
        Map.of("spikelane.layers", "{\"n0\": {\"shapes\": {\"weight\": [1, 1]}}}")), NirOptions.NONE);
    assertEquals("[2]", network.parameter("n0.weight").shape().toString());
  }

  @Test
  void badNotesAreNamed() {
    NirNode.Graph graph = chain(new int[] {1}, lif(1e-3, 1));
    refused("metadata dt: expected a number of seconds above 0, got \"soon\"",
        new NirNode.Graph(graph.nodes(), graph.edges(), Map.of("dt", "soon")));
    refused("metadata spikelane.layers: expected a JSON object",
        new NirNode.Graph(graph.nodes(), graph.edges(), Map.of("spikelane.layers", "[")));
    refused("metadata spikelane.layers: n0.learn: expected an array",
        new NirNode.Graph(graph.nodes(), graph.edges(), Map.of("spikelane.layers", "{\"n0\": {}}")));
  }
}
