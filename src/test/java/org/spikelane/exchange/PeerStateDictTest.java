package org.spikelane.exchange;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.spikelane.format.Safetensors;
import org.spikelane.format.Tensor;
import org.spikelane.kernels.ResetMechanism;
import org.spikelane.layer.Shape;
import org.spikelane.network.Input;
import org.spikelane.network.Network;
import org.spikelane.network.NetworkJson;
import org.spikelane.network.Tape;
import org.spikelane.neuron.Leaky;
import org.spikelane.neuron.Neuron;
import org.spikelane.neuron.RLeaky;
import org.spikelane.neuron.RSynaptic;
import org.spikelane.neuron.RecurrentBuilder;
import org.spikelane.neuron.Synaptic;
import org.spikelane.reference.Agreement;

/**
 * State dicts against PyTorch and snnTorch themselves, both ways: {@code -Dspikelane.python=PROGRAM} names an interpreter
 * that has them. Weights and inputs are multiples of powers of two, so that sums are exact and everything agrees to the bit.
 */
class PeerStateDictTest {

  private static final int NETWORKS = 48;
  private static final int STEPS = 12;
  private static final int BATCH = 3;
  private static final long SEED = Long.getLong("spikelane.seed", 20261123);

  @TempDir
  private Path folder;

  private static void python(Object... arguments) throws IOException, InterruptedException {
    String program = System.getProperty("spikelane.python");
    assumeTrue(program != null, "skipped: name a Python with torch and snntorch by -Dspikelane.python=PROGRAM");
    Path output = Files.createTempFile("python", ".log");
    List<String> command = Stream.concat(Stream.of(program, Path.of("test/python/state_dicts.py").toString()),
        Arrays.stream(arguments).map(Object::toString)).toList();
    Process process = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile()).start();
    boolean done = process.waitFor(5, TimeUnit.MINUTES);
    if (!done) {
      process.destroyForcibly();
    }
    String said = Files.readString(output, StandardCharsets.UTF_8);
    Files.delete(output);
    assertEquals(0, done ? process.exitValue() : -1, said);
    System.out.println("peer: " + said.lines().reduce("", (first, last) -> last));
  }

  @Test
  void whatIsWrittenHereRunsThere() throws IOException, InterruptedException {
    assumeTrue(System.getProperty("spikelane.python") != null,
        "skipped: name a Python with torch and snntorch by -Dspikelane.python=PROGRAM");
    for (int i = 0; i < NETWORKS; i++) {
      Network network = network(new SplittableRandom(SEED + i), i);
      StateDict dict = StateDict.of(network);
      dict.writePyTorch(folder.resolve(i + ".pt"));
      dict.writeSafetensors(folder.resolve(i + ".safetensors"), Map.of());
      Files.writeString(folder.resolve(i + ".json"), NetworkJson.write(network).toString());
      Safetensors.write(folder.resolve(i + ".x.safetensors"), Map.of("x", input(network, i)), Map.of());
    }
    python("run", folder);
    Set<String> seen = new TreeSet<>();
    for (int i = 0; i < NETWORKS; i++) {
      Network network = network(new SplittableRandom(SEED + i), i);
      long spikes = compare("network " + i + " of seed " + SEED, network, input(network, i).values(),
          Safetensors.read(folder.resolve(i + ".y.safetensors")).tensors());
      network.neurons().values().forEach(neuron -> seen.add(words(neuron)));
      seen.add("depth " + network.neurons().size());
      seen.add(spikes > 0 ? "some fired" : "none fired");
    }
    System.out.println("peer: " + NETWORKS + " networks from here, seed " + SEED + ": " + seen);
  }

  private static String words(Neuron neuron) {
    return neuron.type() + (neuron.recurrence() == null ? "" : " " + neuron.recurrence().getClass().getSimpleName()) + " "
        + neuron.resetMechanism() + (neuron.resetDelay() ? "" : " at once");
  }

  @Test
  void whatIsWrittenThereRunsHere() throws IOException, InterruptedException {
    python("make", folder, SEED, NETWORKS);
    for (int i = 0; i < NETWORKS; i++) {
      JsonObject told = JsonParser.parseString(Files.readString(folder.resolve(i + ".json"))).getAsJsonObject();
      String prefix = told.get("prefix").getAsString();
      String entry = told.get("entry").getAsString();
      Path pt = folder.resolve(i + ".pt");
      Map<String, Tensor> recorded = Safetensors.read(folder.resolve(i + ".y.safetensors")).tensors();
      for (StateDict dict : List.of(entry.isEmpty() ? StateDict.read(pt) : StateDict.read(pt, entry),
          StateDict.read(folder.resolve(i + ".safetensors")))) {
        StateDict unwrapped = prefix.isEmpty() ? dict : dict.withoutPrefix(prefix);
        Network network = unwrapped.network(told.getAsJsonObject("description")).network();
        compare("network " + i + " of seed " + SEED, network, recorded.get("x").values(), recorded);
      }
    }
    System.out.println("peer: " + NETWORKS + " networks from there, seed " + SEED);
  }

  /** Spikes and membranes of every layer, to the bit; how many spikes there were. */
  private static long compare(String what, Network network, float[] x, Map<String, Tensor> recorded) {
    Tape tape = network.record(Input.sequence(x, STEPS, BATCH));
    long spikes = 0;
    for (String layer : network.neurons().keySet()) {
      float[] fired = tape.spikes(layer);
      Agreement.bits(what + ", " + layer + ".spk", recorded.get(layer + ".spk").values(), fired);
      Agreement.bits(what + ", " + layer + ".mem", recorded.get(layer + ".mem").values(), tape.membrane(layer));
      spikes += IntStream.range(0, fired.length).filter(n -> fired[n] != 0).count();
    }
    return spikes;
  }

  private static Tensor input(Network network, int number) {
    SplittableRandom random = new SplittableRandom(SEED ^ number);
    float[] values = new float[STEPS * BATCH * network.inputShape().size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = random.nextInt(-4, 13) / 8f;
    }
    int[] extents = network.inputShape().extents();
    int[] shape = IntStream.concat(IntStream.of(STEPS, BATCH), Arrays.stream(extents)).toArray();
    return new Tensor(shape, values);
  }

  /** One to four layers of neurons behind layers of weights, of images every sixth time. */
  private static Network network(SplittableRandom random, int number) {
    boolean image = number % 6 == 5;
    Network.Builder builder = image ? Network.input(1, 6, 6) : Network.input(random.nextInt(3, 10));
    Shape shape = null;
    for (int depth = 0; depth <= number % 4; depth++) {
      boolean bias = random.nextInt(3) > 0;
      if (image && depth == 0) {
        builder.conv2d("fc1", 2, 3);
        shape = Shape.of(2, 4, 4);
      } else {
        if (image && depth == 1) {
          builder.flatten("flat");
        }
        int outputs = random.nextInt(2, 10);
        builder.linear("fc" + (depth + 1), outputs, bias);
        shape = Shape.of(outputs);
      }
      builder.neuron("lif" + (depth + 1), neuron((number + depth + number / 4) % 4, shape, random));
    }
    Network network = builder.build(number);
    network.parameters().forEach((name, parameter) -> {
      if (name.endsWith("weight") || name.endsWith("bias")) {
        for (int i = 0; i < parameter.values().length; i++) {
          parameter.values()[i] = random.nextInt(-64, 97) / 64f;
        }
      }
    });
    network.refresh();
    return network;
  }

  private static Neuron.Builder<?> neuron(int kind, Shape shape, SplittableRandom random) {
    return switch (kind) {
      case 0 -> common(Leaky.builder(), true, shape, random);
      case 1 -> common(Synaptic.builder().alpha(shapeOf(shape), alphas(shape)), true, shape, random);
      case 2 -> recurrent(common(RLeaky.builder(), true, shape, random), shape, random);
      // With an immediate reset, snnTorch 1.0.0 throws the membrane after it away.
      default -> recurrent(common(RSynaptic.builder().alpha(0.75f), false, shape, random), shape, random);
    };
  }

  private static Shape shapeOf(Shape layer) {
    return layer.rank() == 1 ? layer : Shape.of(layer.extent(0), 1, 1);
  }

  private static float[] alphas(Shape layer) {
    float[] alphas = new float[layer.extent(0)];
    for (int i = 0; i < alphas.length; i++) {
      alphas[i] = 0.3f + 0.6f * i / alphas.length;
    }
    return alphas;
  }

  private static <B extends Neuron.Builder<B>> B common(B builder, boolean immediate, Shape shape, SplittableRandom random) {
    if (random.nextBoolean()) {
      builder.beta(0.9f);
    } else {
      builder.beta(shapeOf(shape), alphas(shape));
    }
    if (random.nextBoolean()) {
      builder.threshold(random.nextInt(1, 7) / 4f);
    } else {
      builder.threshold(shapeOf(shape), alphas(shape));
    }
    return builder.resetMechanism(
            List.of(ResetMechanism.SUBTRACT, ResetMechanism.ZERO, ResetMechanism.NONE).get(random.nextInt(3)))
        .resetDelay(!immediate || random.nextInt(3) > 0);
  }

  private static <B extends RecurrentBuilder<B>> B recurrent(B builder, Shape shape, SplittableRandom random) {
    return switch (random.nextInt(4)) {
      case 0 -> builder.oneToOne(0.75f).learnRecurrent(random.nextBoolean());
      case 1 -> builder.allToAll(false).v(shapeOf(shape), alphas(shape)).learnRecurrent(random.nextBoolean());
      default -> shape.rank() == 1 ? builder.allToAll() : builder.conv2dChannels(2).kernelSize(3);
    };
  }
}
