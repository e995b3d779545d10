package org.spikelane.cli;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.spikelane.data.RawFiles;
import org.spikelane.network.Network;
import org.spikelane.neuron.Neuron;

class TrainCommandTest {

  @TempDir
  private Path folder;

  private Path images;
  private Path model;

  @BeforeEach
  void writeImages() throws IOException {
    images = SmallData.images(folder.resolve("images"));
    model = folder.resolve("model.safetensors");
  }

  private static List<String> types(Network network) {
    return network.layers().stream().map(named -> named.name() + " " + named.layer().type()).toList();
  }

  @Test
  void trainsOnImagesAndSaysHow() throws IOException {
    String out = Terminal.bare().done("train", "--data", images, "--model", model, "--epochs", 3, "--batch", 8,
        "--learning-rate", 0.01, "--threads", 1);
    assertTrue(
        out.contains("6 -> Linear 128 -> Synaptic 128 -> Linear 3 -> Synaptic 3; 1,283 parameters to learn"), out);
    assertTrue(
        out.contains("ce_rate, adam 0.01, batch 8, 3 epochs, atan 2.0, alpha 0.8, beta 0.9 and 0.9, seed 0"), out);
    assertTrue(out.contains("48 for training, 24 for the test, 3 classes"), out);
    assertTrue(out.contains("6 pixels divided by 255, a constant current for 25 steps"), out);
    assertTrue(out.contains(", 1 thread\n"), out);
    assertEquals(3, out.lines().filter(line -> line.matches(" +[0-9]+ +[0-9.]+ +[0-9.]+% .*")).count(), out);
    assertTrue(out.contains("mean of the last 3 epochs"), out);
    assertTrue(out.contains("the model of epoch 3 is in " + model), out);
    assertTrue(out.contains("spikelane eval " + model + " --data " + images), out);
    Network network = Network.load(model);
    assertEquals(List.of("fc1 Linear", "lif1 Synaptic", "fc2 Linear", "lif2 Synaptic"), types(network));
    assertEquals(0.8f, network.neuron("lif1").alpha().parameter().values()[0]);
    try (Stream<Path> left = Files.list(folder)) {
      assertEquals(List.of(images, model), left.sorted().toList());
    }
  }

  @Test
  void trainsOnTrialsWithRecurrence() throws IOException {
    String out = Terminal.bare().done("train", "--data", SmallData.trials(folder.resolve("trials")), "--model", model,
        "--hidden", 12);
    assertTrue(out.contains("2 -> Linear 12 -> RLeaky 12 (all to all) -> Linear 2 -> RLeaky 2 (one to one)"), out);
    assertTrue(out.contains("ce_count, adam 0.002, batch 60, 20 epochs, fast_sigmoid 10.0, beta 0.9 and 0.95"), out);
    assertTrue(out.contains("mean of the last 5 epochs"), out);
    Map<String, Neuron> neurons = Network.load(model).neurons();
    assertEquals(0.95f, neurons.get("lif2").beta().parameter().values()[0]);
  }

  @Test
  void trainsOnEvents() {
    String out = Terminal.bare().done("train", "--data", RawFiles.FSDD, "--model", model, "--hidden", 4, "--steps", 10,
        "--bin-ms", 60, "--units", 48, "--neuron", "leaky", "--output-neuron", "rleaky", "--epochs", 1);
    assertTrue(out.contains("48 units, events counted in 10 bins of 60 ms"), out);
    assertTrue(out.contains("48 -> Linear 4 -> Leaky 4 -> Linear 10 -> RLeaky 10 (one to one)"), out);
  }

  @Test
  void takesTheShippedDataByDefault() throws IOException {
    SmallData.images(folder.resolve("data/fsdd-spikes"));
    Terminal terminal = Terminal.in(folder);
    String out = terminal.done("train", "--model", model, "--epochs", 1);
    assertTrue(out.contains("next: spikelane eval " + model + "\n"), out);
    assertTrue(terminal.done("eval", model).contains("accuracy"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"ce_rate", "ce_count", "ce_max_membrane", "ce_membrane", "mse_count", "mse_membrane"})
  void offersEveryLoss(String loss) {
    Terminal.bare().done("train", "--data", images, "--model", model, "--loss", loss, "--epochs", 1, "--hidden", 5);
    assertTrue(Terminal.bare().done("eval", model, "--data", images).contains("(" + loss + ")"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"synaptic", "rleaky", "leaky", "rsynaptic"})
  void offersEveryNeuronAndLearnsItsDynamics(String neuron) throws IOException {
    Terminal.bare().done("train", "--data", images, "--model", model, "--neuron", neuron, "--epochs", 1, "--hidden", 5,
        "--learn-beta", "--learn-threshold", "--surrogate", "sigmoid", "--slope", 5, "--optimizer", "sgd", "--momentum",
        0.5, "--clip-norm", 1, "--batch", 10);
    Network network = Network.load(model);
    assertTrue(network.parameter("lif1.beta").trainable());
    assertTrue(network.parameter("lif2.threshold").trainable());
  }

  @Test
  void givesTheSameBytesForAnyNumberOfThreads() throws IOException {
    byte[][] models = new byte[3][];
    int[] threads = {1, 2, 5};
    for (int i = 0; i < threads.length; i++) {
      Terminal.bare().done("train", "--data", images, "--model", model, "--epochs", 2, "--batch", 20, "--neuron",
          "rsynaptic", "--threads", threads[i], "--seed", 7);
      models[i] = Files.readAllBytes(model);
    }
    assertArrayEquals(models[0], models[1]);
    assertArrayEquals(models[0], models[2]);
    Terminal.bare().done("train", "--data", images, "--model", model, "--epochs", 2, "--batch", 20, "--neuron",
        "rsynaptic", "--seed", 8);
    assertFalse(Arrays.equals(models[0], Files.readAllBytes(model)));
  }

  /** As on a full disk, or where nobody reads; the model of the epoch stays. */
  @Test
  void stopsWhenItsOutputIsLost() throws IOException {
    Path model = folder.resolve("unread.safetensors");
    StringWriter errors = new StringWriter();
    int code = Spikelane.run(Terminal.full(), new PrintWriter(errors, true), "train", "--data",
        SmallData.trials(folder.resolve("unread")).toString(), "--model", model.toString(), "--epochs", "1000");
    assertEquals(2, code, errors.toString());
    assertTrue(errors.toString().startsWith("spikelane: the output cannot be written: nobody reads it any more, or its disk"
        + " is full; "), errors.toString());
    assertTrue(errors.toString().contains("epoch 1 "), errors.toString());
    assertTrue(Files.exists(model));
  }

  @Test
  void refusesWhatCannotBe() throws IOException {
    Path trials = SmallData.trials(folder.resolve("trials"));
    Terminal terminal = Terminal.bare();
    Object[][] cases = {
        {"--epochs: expected at least 1, got 0", "--epochs", 0},
        {"--epochs: expected a whole number, got 'x'; see spikelane train --help", "--epochs", "x"},
        {"--hidden: expected a whole number up to 2147483647, got '99999999999'", "--hidden", "99999999999"},
        {"--beta: expected a number, got 'x'", "--beta", "x"},
        {"--hidden: expected at least 1, got -1", "--hidden", -1},
        {"--steps and --hidden: expected steps times neurons below", "--hidden", Integer.MAX_VALUE},
        {"--batch: expected at least 1", "--batch", 0},
        {"--threads: expected 1 to 1024, got 0", "--threads", 0},
        {"--beta: expected 0 to 1, got 1.5", "--beta", 1.5},
        {"--output-beta: expected 0 to 1, got NaN", "--output-beta", "NaN"},
        {"--alpha: expected 0 to 1, got -0.1", "--alpha", -0.1},
        {"--alpha: expected synaptic or rsynaptic", "--alpha", 0.5, "--neuron", "leaky"},
        {"--slope: expected a finite number above 0", "--slope", 0},
        {"--learning-rate: expected a finite number above 0, got Infinity", "--learning-rate", "1e60"},
        {"--momentum: expected --optimizer sgd, got adam", "--momentum", 0.9},
        {"--momentum: expected 0 or more and below 1", "--momentum", 1, "--optimizer", "sgd"},
        {"--clip-norm: expected a finite number above 0", "--clip-norm", 0},
        {"--slope: expected a finite number above 0, got Infinity", "--slope", "1e39"},
        {"--units: expected recordings of events, got images; leave it out", "--units", 5},
        {"--units: expected 1 to", "--units", 0, "--data", RawFiles.FSDD},
        {"expected a unit from 0 to 38, got 39", "--units", 39, "--data", RawFiles.FSDD},
        {"--bin-ms: expected recordings of events, got images", "--bin-ms", 5},
        {"--steps: expected 1 to", "--steps", 0},
        {"--steps: expected 5, the length of the trials, got 6", "--steps", 6, "--data", trials},
        {"--steps and --hidden: expected steps times neurons below", "--steps", 400_000, "--hidden", 128},
        {"--neuron: expected one of synaptic, rleaky, leaky, rsynaptic, got 'lif'", "--neuron", "lif"},
        {"unknown option '--epoch', did you mean --epochs?|see spikelane train --help", "--epoch", 3},
        {"--model: expected the name of a file, got the folder", "--model", folder},
        {"--model|there is no folder", "--model", folder.resolve("none/model")},
        {"--model|there is no folder", "--model", images.resolve("train-labels/model")},
        {"--model: expected a name that ends in .safetensors, got |spikelane convert", "--model", folder.resolve("m.pt")},
        {"--model: expected a name that ends in .safetensors", "--model", folder.resolve("m.PTH")},
        {"--model: expected a name that ends in .safetensors", "--model", folder.resolve("m.nir")},
        {"--model: expected a name that ends in .safetensors", "--model", folder.resolve("m.npy")},
        {"is not a model of spikelane that may be replaced", "--model", images.resolve("train-labels")},
        {"no such folder", "--data", folder.resolve("none")},
        {"expected a folder, got a file", "--data", images.resolve("train-labels")},
        {"empty: expected files of one format|two of HDF5 (events)|got no files",
            "--data", Files.createDirectory(folder.resolve("empty"))},
    };
    assertAll(Stream.of(cases).map(given -> terminal.refused((String) given[0], arguments(given))));
    assertFalse(Files.exists(model));
  }

  private Object[] arguments(Object[] given) {
    List<Object> arguments = new ArrayList<>(List.of("train"));
    List<Object> own = List.of(given).subList(1, given.length);
    arguments.addAll(own.contains("--data") ? own : Stream.concat(Stream.of("--data", images), own.stream()).toList());
    if (!own.contains("--model")) {
      arguments.addAll(List.of("--model", model));
    }
    return arguments.toArray();
  }

  @Test
  void asksForDataWhereNoneIsShipped() throws Throwable {
    Terminal.bare().refused("no data|pass --data", "train", "--model", model).execute();
    Terminal.in(folder).refused("not in " + folder.resolve("data") + "|pass --data", "train", "--model", model)
        .execute();
  }

  @Test
  void stopsWhenItDivergesAndKeepsTheLastGoodModel() throws Throwable {
    Terminal.bare().refused("diverged in epoch 1|no epoch was finished|--learning-rate", "train", "--data", images,
        "--model", model, "--learning-rate", 1e38, "--optimizer", "sgd", "--loss", "mse_membrane").execute();
    assertFalse(Files.exists(model));
  }
}
