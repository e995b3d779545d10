package org.spikelane.exchange;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.Gson;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.spikelane.connection.Conv2d;
import org.spikelane.connection.Flatten;
import org.spikelane.kernels.ResetMechanism;
import org.spikelane.network.NamedLayer;
import org.spikelane.network.Network;
import org.spikelane.network.Session;
import org.spikelane.neuron.Neuron;

/**
 * Through NIR to snnTorch and back: the same spikes on both sides, each one. Weights are multiples of 1/32, so that
 * their sums are the same in any order; all else is bit for bit the same anyway.
 */
class SnnTorchNirTest {

  private static final String WHY = "this takes an interpreter with torch, snntorch 1.0.0, nir and nirtorch";
  private static final long SEED = 1729;
  private static final int STEPS = 30;

  @TempDir
  private Path folder;

  private record Run(Network network, float[][] input) {}

  @Test
  void ourNetworksRunInSnnTorch() throws IOException, InterruptedException {
    Python python = Python.named(WHY);
    SplittableRandom random = new SplittableRandom(SEED);
    Map<String, Run> runs = new LinkedHashMap<>();
    Map<String, Integer> types = new TreeMap<>();
    for (int i = 0; i < 72; i++) {
      boolean nirsReset = i % 3 == 1;
      Network network = i < 56
          ? NetworkFamily.dense(random, 1 + i % 4, nirsReset)
          : NetworkFamily.images(random, nirsReset);
      String name = (importable(network) ? "import_" : wide(network) ? "wide_" : "plain_") + i;
      runs.put(name, write(name, network, random));
      network.neurons().values().forEach(neuron -> types.merge(neuron.type(), 1, Integer::sum));
    }
    // More that its own importer takes: scalars, no recurrence, reset at once and to zero.
    for (int i = 0; i < 16; i++) {
      int hidden = 2 + random.nextInt(8);
      float beta = (float) random.nextDouble(0.1, 0.99);
      float alpha = (float) random.nextDouble(0.1, 0.9);
      Network.Builder builder = Network.input(1 + random.nextInt(8)).linear("fc1", hidden);
      if (i % 2 == 0) {
        builder.leaky("lif1", n -> n.beta(beta).threshold(0.7f).resetMechanism(ResetMechanism.ZERO).resetDelay(false));
      } else {
        builder.synaptic("lif1",
            n -> n.alpha(alpha).beta(beta).threshold(0.9f).resetMechanism(ResetMechanism.ZERO).resetDelay(false));
      }
      Network network = builder.linear("fc2", 3)
          .leaky("lif2", n -> n.beta(beta).resetMechanism(ResetMechanism.ZERO).resetDelay(false))
          .build(random.nextLong());
      runs.put("import_scalar" + i, write("import_scalar" + i, network, random));
    }
    python.run("snntorch_peer.py", "run", folder);
    int imported = 0;
    double fired = 0;
    for (Map.Entry<String, Run> run : runs.entrySet()) {
      JsonObject out = json(run.getKey() + ".out.json");
      float[][] ours = spikes(run.getValue().network(), run.getValue().input());
      assertSame(run.getKey() + " of seed " + SEED, out.get("spikes"), ours);
      if (out.has("imported")) {
        assertSame(run.getKey() + " of seed " + SEED + ", imported by snnTorch", out.get("imported"), ours);
        imported++;
      }
      for (float[] step : ours) {
        for (float spike : step) {
          fired += spike;
        }
      }
    }
    System.out.println("python: snnTorch gave every spike of " + runs.size() + " of our networks, " + imported
        + " of them through its own importer too, seed " + SEED + ", " + (long) fired + " spikes, " + types);
    assertTrue(fired > 1000 && imported >= 16 && types.size() == 4, fired + ", " + imported + ", " + types);
  }

  private Run write(String name, Network network, SplittableRandom random) throws IOException {
    network.parameters().forEach((parameter, at) -> {
      if (parameter.matches("fc.*|conv.*|.*recurrent.*")) {
        for (int i = 0; i < at.values().length; i++) {
          at.values()[i] = (float) Math.rint(at.values()[i] * 64) / 32;
        }
      }
    });
    network.refresh();
    float[][] input = new float[STEPS][network.inputShape().size()];
    for (float[] step : input) {
      for (int i = 0; i < step.length; i++) {
        step[i] = random.nextInt(17) / 8f;
      }
    }
    Nir.write(folder.resolve(name + ".nir"), network);
    Files.writeString(folder.resolve(name + ".in.json"), new Gson().toJson(input));
    return new Run(network, input);
  }

  /** Whether snnTorch's importer makes of it what it is: no recurrence, one threshold, reset at once and to zero. */
  private static boolean importable(Network network) {
    return network.layers().stream().allMatch(named -> switch (named.layer()) {
      case Neuron neuron -> neuron.recurrence() == null && neuron.resetMechanism() == ResetMechanism.ZERO
          && !neuron.resetDelay() && neuron.threshold().parameter().values().length == 1
          && Arrays.stream(doubles(neuron.beta().perNeuron())).allMatch(beta -> beta < 1);
      case Flatten flatten -> false;
      case Conv2d conv -> false;
      default -> named.name().startsWith("fc");
    });
  }

  private static double[] doubles(float[] values) {
    double[] doubles = new double[values.length];
    for (int i = 0; i < doubles.length; i++) {
      doubles[i] = values[i];
    }
    return doubles;
  }

  private static boolean wide(Network network) {
    return network.layers().stream().map(NamedLayer::layer).anyMatch(layer -> layer instanceof Conv2d conv
        && (conv.groups() > 1 || conv.rows().kernel() != conv.columns().kernel()));
  }

  private static float[][] spikes(Network network, float[][] input) {
    Session session = network.session();
    float[][] spikes = new float[input.length][];
    for (int t = 0; t < input.length; t++) {
      spikes[t] = session.step(input[t]).output().clone();
    }
    return spikes;
  }

  private JsonObject json(String name) throws IOException {
    return JsonParser.parseString(Files.readString(folder.resolve(name))).getAsJsonObject();
  }

  private static void assertSame(String what, JsonElement want, float[][] got) {
    float[][] wanted = new Gson().fromJson(want, float[][].class);
    assertEquals(wanted.length, got.length, what);
    for (int t = 0; t < got.length; t++) {
      assertArrayEquals(wanted[t], got[t], what + ", step " + t);
    }
  }

  @Test
  void snnTorchsNetworksRunHere() throws IOException, InterruptedException {
    Python python = Python.named(WHY);
    int count = 60;
    python.run("snntorch_peer.py", "make", folder, SEED, count);
    int exported = 0;
    Map<String, Integer> types = new TreeMap<>();
    for (int i = 0; i < count; i++) {
      JsonObject made = json("python_" + i + ".json");
      NirOptions options = NirOptions.NONE.withReset(
          ResetMechanism.valueOf(made.get("mechanism").getAsString().toUpperCase(Locale.ROOT)),
          made.get("delay").getAsBoolean());
      Network network = Nir.read(folder.resolve("python_" + i + ".nir"), options);
      float[][] input = new Gson().fromJson(made.get("input"), float[][].class);
      assertSame("network " + i + " of seed " + SEED + ", " + made.get("kinds"), made.get("spikes"),
          spikes(network, input));
      exported += made.get("exporter").getAsBoolean() ? 1 : 0;
      made.getAsJsonArray("kinds").forEach(kind -> types.merge(kind.getAsString(), 1, Integer::sum));
    }
    System.out.println("python: every spike of " + count + " networks of snnTorch, " + exported
        + " of them through its own exporter, seed " + SEED + ", " + types);
    assertTrue(exported >= 40 && types.size() == 4, exported + ", " + types);
  }
}
