package org.spikelane.cli;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.spikelane.data.PixelCurrent;
import org.spikelane.data.RawFiles;
import org.spikelane.format.Safetensors;
import org.spikelane.format.Tensor;
import org.spikelane.network.Network;

class ModelCommandsTest {

  @TempDir
  private static Path folder;

  private static Path images;
  private static Path model;
  private static String trained;

  @BeforeAll
  static void train() throws IOException {
    images = SmallData.images(folder.resolve("images"));
    model = folder.resolve("model.safetensors");
    trained = Terminal.bare().done("train", "--data", images, "--model", model, "--epochs", 6, "--batch", 8,
        "--learning-rate", 0.01, "--hidden", 16);
  }

  @Test
  void evaluatesAsTheTrainingDid() {
    String last = trained.lines().filter(line -> line.startsWith("    6 ")).findFirst().orElseThrow();
    String accuracy = last.strip().split(" +", -1)[3];
    String out = Terminal.bare().done("eval", model, "--data", images, "--threads", 2);
    assertTrue(out.contains("accuracy  " + accuracy), () -> last + "\n" + out);
    assertFalse(out.contains("silent"), out);
    assertTrue(out.contains("loss      ") && out.contains("lif2: "), out);
    assertEquals(trained.substring(trained.indexOf("class "), trained.indexOf("done in")).strip(),
        out.substring(out.indexOf("class ")).strip());
  }

  @Test
  void predictsSingleSamples() {
    String out = Terminal.bare().done("predict", model, "--data", images);
    assertEquals(10, out.lines().filter(line -> line.startsWith("sample ")).count());
    String one = Terminal.bare().done("predict", model, "--data", images, "--sample", 4, "--sample", 23);
    assertEquals(List.of("sample 4", "sample 23"),
        one.lines().filter(line -> line.startsWith("sample ")).map(line -> line.substring(0, line.indexOf(':')))
            .toList());
    assertTrue(one.contains("label 1") && one.contains("#") && one.contains(" of 2 right"), one);
  }

  @Test
  void saysWhatOtherFormatsDoNotKeep() {
    Path graph = folder.resolve("trained.nir");
    String note = " keeps the network alone, not how samples become its input,";
    String nir = Terminal.bare().done("convert", model, graph);
    assertTrue(nir.contains("a NIR graph" + note), nir);
    String pt = Terminal.bare().done("convert", model, folder.resolve("trained.pt"));
    assertTrue(pt.contains("a PyTorch state dict" + note), pt);
    assertFalse(Terminal.bare().done("convert", model, folder.resolve("trained.safetensors")).contains(note));
    assertFalse(Terminal.bare().done("convert", graph, folder.resolve("again.nir")).contains(note));
    String input = "input     6 pixels divided by 255, a constant current for 25 steps; not in the file\n";
    assertTrue(Terminal.bare().done("eval", graph, "--data", images).contains(input));
    assertFalse(Terminal.bare().done("eval", model, "--data", images).contains("input  "));
  }

  @Test
  void readsNoTrainingSamples(@TempDir Path copy) throws IOException {
    try (Stream<Path> files = Files.list(images)) {
      for (Path file : files.toList()) {
        Files.copy(file, copy.resolve(file.getFileName()));
        if (file.getFileName().toString().contains("train-images")) {
          // The header stays; numbers are missing.
          byte[] whole = Files.readAllBytes(file);
          Files.write(copy.resolve(file.getFileName()), Arrays.copyOf(whole, whole.length - 1));
        }
      }
    }
    for (String command : List.of("predict", "eval")) {
      String damaged = Terminal.bare().done(command, model, "--data", copy);
      assertEquals(Terminal.bare().done(command, model, "--data", images), damaged.replace(copy + "", images + ""));
    }
    assertAll(Terminal.bare().refused("expected", "train", "--data", copy, "--model", copy.resolve("m.safetensors")));
  }

  @Test
  void countsGradedSpikesByTheirSign() throws IOException {
    Network network = Network.input(6).linear("fc", 3)
        .leaky("lif", n -> n.beta(0.5f).gradedSpikesFactor(-0.5f)).build(1);
    Arrays.fill(network.parameter("fc.weight").values(), 0, 6, 9f);
    Arrays.fill(network.parameter("fc.weight").values(), 6, 18, 0f);
    Arrays.fill(network.parameter("fc.bias").values(), 0f);
    JsonObject training = new JsonObject();
    training.addProperty("loss", "ce_rate");
    Path graded = folder.resolve("graded.safetensors");
    new Model(network, new PixelCurrent(255, 5, 6), List.of("0", "1", "2"), training).save(graded);
    String out = Terminal.bare().done("predict", graded, "--data", images, "--sample", 0);
    assertTrue(out.contains("predicted 1, label 0: wrong\n  0 -2.5 ###\n  no spikes of the other 2"), out);
  }

  @Test
  void namesSamplesWithoutAnOutputSpike() throws IOException {
    Network network = Network.input(6).linear("fc", 3).leaky("lif", n -> n.beta(0.5f)).build(1);
    // Neuron 2 fires where the first column of pixels is bright, which is class 0; nothing fires of the other samples.
    Arrays.fill(network.parameter("fc.weight").values(), 0f);
    network.parameter("fc.weight").values()[12] = 9f;
    Arrays.fill(network.parameter("fc.bias").values(), 0f);
    network.parameter("fc.bias").values()[2] = -4f;
    JsonObject training = new JsonObject();
    training.addProperty("loss", "ce_rate");
    Path quiet = folder.resolve("quiet.safetensors");
    new Model(network, new PixelCurrent(255, 5, 6), List.of("0", "1", "2"), training).save(quiet);
    String out = Terminal.bare().done("predict", quiet, "--data", images, "--sample", 0, "--sample", 1);
    assertTrue(out.contains("sample 0: predicted 2, label 0: wrong\n"), out);
    assertTrue(out.contains("sample 1: predicted 0 (no spikes), label 1: wrong\n  no output neuron fired\n"), out);
    assertTrue(out.endsWith("0 of 2 right\nsilent: 1 of 2 samples, for which no output neuron fired: counted as 0, the"
        + " first class\n"), out);
    String evaluated = Terminal.bare().done("eval", quiet, "--data", images);
    assertTrue(evaluated.contains("\nsilent    16 of 24 samples, for which no output neuron fired: counted as 0"),
        evaluated);
    // The rule stays snnTorch's: the first of equals.
    Arrays.fill(network.parameter("fc.weight").values(), 0f);
    new Model(network, new PixelCurrent(255, 5, 6), List.of("0", "1", "2"), training).save(quiet);
    String nothing = Terminal.bare().done("eval", quiet, "--data", images);
    assertTrue(nothing.contains("accuracy  33.33%, 8 of 24 samples\nsilent    24 of 24 samples, "), nothing);
    assertFalse(Terminal.bare().done("predict", quiet, "--data", images).contains("#"));
  }

  @Test
  void tellsWhatIsInAModel() throws IOException {
    String out = Terminal.bare().done("info", model);
    for (String part : new String[] {"fc1.weight      [16, 6]  yes", "subtract, one step later", "ATan[alpha=2.0]",
        "classes   0, 1, 2", "epochs 6", "25 steps", "learningRate 0.01,"}) {
      assertTrue(out.contains(part), () -> "expected " + part + " in " + out);
    }
    assertTrue(out.lines().anyMatch(line -> line.matches("training .*trainingLoss [0-9]\\.[0-9]{1,5}, .*")), out);
    Path bare = folder.resolve("bare.safetensors");
    Network.input(3).linear("fc", 2).leaky("lif", n -> n.beta(0.5f)).build(1).save(bare);
    assertTrue(Terminal.bare().done("info", bare).contains("'spikelane train' did not write"));
  }

  @Test
  void tellsWhatItRunsOn() {
    String out = Terminal.bare().done("info");
    assertTrue(out.contains("kernels    ") && out.contains("pass --data"), out);
  }

  @Test
  void refusesSamplesThatAreNotThere() {
    Terminal terminal = Terminal.bare();
    assertAll(
        terminal.refused("--sample: expected 0 to 23, got 24", "predict", model, "--data", images, "--sample", 24),
        terminal.refused("--sample: expected a whole number, got 'x'", "predict", model, "--data", images, "--sample", "x"),
        terminal.refused("--sample: expected 0 to 23, got -1", "predict", model, "--data", images, "--sample", -1));
  }

  @ParameterizedTest
  @ValueSource(strings = {"eval", "predict"})
  void refusesDataThatDoesNotFit(String command) throws IOException {
    Path other = Files.createDirectories(folder.resolve("other-" + command));
    Files.write(other.resolve("train-images"), RawFiles.idx(new int[] {2, 1, 2}, 1, 2, 3, 4));
    Files.write(other.resolve("train-labels"), RawFiles.idx(new int[] {2}, 0, 1));
    Files.write(other.resolve("test-images"), RawFiles.idx(new int[] {1, 1, 2}, 1, 2));
    Files.write(other.resolve("test-labels"), RawFiles.idx(new int[] {1}, 0));
    Path more = Files.createDirectories(folder.resolve("more-" + command));
    Files.write(more.resolve("train-images"), RawFiles.idx(new int[] {1, 2, 3}, new int[6]));
    Files.write(more.resolve("train-labels"), RawFiles.idx(new int[] {1}, 7));
    Files.write(more.resolve("test-images"), RawFiles.idx(new int[] {1, 2, 3}, new int[6]));
    Files.write(more.resolve("test-labels"), RawFiles.idx(new int[] {1}, 0));
    Terminal terminal = Terminal.bare();
    assertAll(
        terminal.refused("does not fit|is for images|recordings of events", command, model, "--data", RawFiles.FSDD),
        terminal.refused("does not fit|6 pixels", command, model, "--data", other),
        terminal.refused("does not fit|expected classes 0, 1, 2, got 0, 1, 2, 3", command, model, "--data", more),
        terminal.refused("no such folder", command, model, "--data", folder.resolve("none")),
        terminal.refused("empty-" + command + ": expected files of one format|four of IDX (images and their labels)"
            + "|got no files", command, model, "--data", Files.createDirectories(folder.resolve("empty-" + command))));
  }

  @ParameterizedTest
  @ValueSource(strings = {"eval", "predict", "info"})
  void refusesDamagedModels(String command) throws IOException {
    byte[] whole = Files.readAllBytes(model);
    Path cut = Files.write(folder.resolve("cut"), Arrays.copyOf(whole, whole.length - 9));
    Path stub = Files.write(folder.resolve("stub"), Arrays.copyOf(whole, 5));
    Path noise = Files.writeString(folder.resolve("noise"), "not a model, but some text");
    Path nan = changed("nan", file -> file.tensors().get("fc1.weight").values()[3] = Float.NaN, Map.of());
    Path encoding = changed("encoding", file -> {}, Map.of(Model.ENCODING, "[]"));
    Path classes = changed("classes", file -> {}, Map.of(Model.CLASSES, "[\"a\"]"));
    Path training = changed("training", file -> {}, Map.of(Model.TRAINING, "{\"loss\":\"best\"}"));
    Path steps = changed("steps", file -> {},
        Map.of(Model.ENCODING, new PixelCurrent(255, 2_000_000, 6).toJson().toString()));
    Terminal terminal = Terminal.bare();
    Stream<Object[]> cases = Stream.of(
        new Object[] {"no such model file", folder.resolve("none")},
        new Object[] {"expected a model file, got a folder", images},
        new Object[] {"cut: ", cut},
        new Object[] {"stub: expected a NIR graph (HDF5), a file of torch.save", stub},
        new Object[] {"noise: expected a NIR graph (HDF5), a file of torch.save", noise},
        new Object[] {"fc1.weight: expected finite weights, got NaN", nan},
        new Object[] {"metadata: expected JSON as spikelane train writes it", encoding},
        new Object[] {"spikelane.encoding: expected steps times neurons below|got 2000000 times 16 of fc1", steps},
        new Object[] {"spikelane.classes: expected 3 names", classes},
        new Object[] {"spikelane.training.loss: expected one of", training});
    assertAll(cases.map(given -> command.equals("info")
        ? terminal.refused((String) given[0], command, given[1])
        : terminal.refused((String) given[0], command, given[1], "--data", images)));
    assertEquals(2, terminal.run(command, classes));
    assertEquals("", terminal.out());
  }

  private static Path changed(String name, Consumer<Safetensors> change, Map<String, String> metadata)
      throws IOException {
    Safetensors file = Safetensors.read(model);
    change.accept(file);
    Map<String, Tensor> tensors = new LinkedHashMap<>(file.tensors());
    Map<String, String> all = new HashMap<>(file.metadata());
    all.putAll(metadata);
    Path path = folder.resolve(name);
    Safetensors.write(path, tensors, all);
    return path;
  }
}
