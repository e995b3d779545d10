package org.spikelane.cli;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.spikelane.data.EventBins;
import org.spikelane.exchange.Nir;
import org.spikelane.exchange.StateDict;
import org.spikelane.format.NirFile;
import org.spikelane.format.NirNode;
import org.spikelane.format.Npy;
import org.spikelane.format.Safetensors;
import org.spikelane.format.Tensor;
import org.spikelane.network.Input;
import org.spikelane.network.Network;
import org.spikelane.network.NetworkJson;
import org.spikelane.network.Tape;
import org.spikelane.reference.Agreement;

class ImportCommandsTest {

  private static final int STEPS = 7;
  private static final int SAMPLES = 5;

  @TempDir
  private static Path folder;

  private static Network network;
  private static Path pt;
  private static Path wrapped;
  private static Path description;
  private static Path sequence;
  private static Path constant;
  private static float[] values;

  @BeforeAll
  static void write() throws IOException {
    network = Network.input(6).linear("fc1", 9).rSynaptic("lif1", n -> n.alpha(0.5f).beta(0.75f).allToAll())
        .linear("fc2", 3).leaky("lif2", n -> n.beta(0.5f).threshold(0.2f).resetDelay(false)).build(4);
    pt = folder.resolve("model.pt");
    StateDict dict = StateDict.of(network);
    dict.writePyTorch(pt);
    Map<String, Tensor> others = new LinkedHashMap<>();
    dict.tensors().forEach((name, tensor) -> others.put("module." + name, tensor));
    wrapped = folder.resolve("wrapped.safetensors");
    StateDict.of(others).writeSafetensors(wrapped, Map.of());
    description = Files.writeString(folder.resolve("model.json"), "{\"layers\": [{\"name\": \"fc1\"}, {\"name\": \"lif1\"},"
        + "{\"name\": \"fc2\"}, {\"name\": \"lif2\", \"reset_delay\": false}]}");
    values = new float[STEPS * SAMPLES * 6];
    for (int i = 0; i < values.length; i++) {
      values[i] = (i * 7919 % 31 - 8) / 8f;
    }
    sequence = folder.resolve("x.npy");
    Npy.write(sequence, new Tensor(new int[] {STEPS, SAMPLES, 6}, values));
    constant = folder.resolve("x.safetensors");
    Safetensors.write(constant, Map.of("input", new Tensor(new int[] {SAMPLES, 6}, Arrays.copyOf(values, SAMPLES * 6)),
        "label", new Tensor(new int[] {SAMPLES}, new float[SAMPLES])), Map.of());
  }

  private static Path resource(String name) {
    try {
      return Path.of(ImportCommandsTest.class.getResource(name).toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void inspectsTensorsAndSuggestsADescription() throws IOException {
    String out = Terminal.bare().done("inspect", pt);
    for (String part : List.of("PyTorch state dict, tensors without a network", "lif1.recurrent.weight      [9, 9]  f32",
        "lif2.reset_mechanism_val   []      i64", "\"type\": \"RSynaptic\"", "\"reset_delay\": true")) {
      assertTrue(out.contains(part), () -> "expected " + part + " in " + out);
    }
    Path suggested = folder.resolve("suggested.json");
    assertTrue(Terminal.bare().done("inspect", pt, "--write-description", suggested).endsWith("wrote " + suggested + "\n"));
    String network = Terminal.bare().done("inspect", pt, "--description", suggested);
    assertTrue(network.contains("6 -> Linear 9 -> RSynaptic 9 (all to all) -> Linear 3 -> Leaky 3"), network);
    assertTrue(network.contains("lif2     subtract, one step later"), network);
    assertFalse(network.contains("assumed"), network);
  }

  @Test
  void suggestsADescriptionWithWhatWasChosen() throws IOException {
    Path chosen = folder.resolve("chosen.json");
    Terminal.bare().done("inspect", pt, "--no-reset-delay", "--surrogate", "sigmoid", "--slope", 3, "--reset-mechanism",
        "subtract", "--write-description", chosen);
    String out = Terminal.bare().done("inspect", pt, "--description", chosen);
    assertTrue(out.contains("lif1     subtract, at once") && out.contains("lif2     subtract, at once")
        && out.contains("Sigmoid[slope=3.0]"), out);
    Path none = folder.resolve("no-description.json");
    Path checkpoint = resource("/pytorch/checkpoint.pt");
    Terminal terminal = Terminal.bare();
    assertAll(
        terminal.refused("--dt: cannot be used here, only NIR graphs have a step", "inspect", pt, "--dt", 0.001),
        terminal.refused("--slope: expected --surrogate beside it", "inspect", pt, "--slope", 3),
        terminal.refused("--write-description: nothing to write", "inspect", pt, "--reset-mechanism", "none",
            "--write-description", none),
        terminal.refused("name the one to take (--entry)", "inspect", checkpoint, "--write-description", none),
        terminal.refused("name the one to take (--entry)", "inspect", checkpoint, "--prefix", "0."));
    assertFalse(Files.exists(none));
  }

  @Test
  void inspectsNetworksAndSaysWhatWasAssumed() {
    String out = Terminal.bare().done("inspect", pt, "--description", description);
    assertTrue(out.contains("assumed   reset one step after the spike, as neither state dict nor description says otherwise:"
        + " lif1\n"), out);
    assertTrue(out.contains("lif2     subtract, at once"), out);
    String chosen = Terminal.bare().done("inspect", pt, "--description", description, "--no-reset-delay", "--surrogate",
        "sigmoid", "--slope", 3);
    assertTrue(chosen.contains("lif1     subtract, at once") && chosen.contains("Sigmoid[slope=3.0]"), chosen);
    assertFalse(chosen.contains("assumed"), chosen);
    assertTrue(Terminal.bare().done("inspect", pt, "--description", description, "--reset-delay")
        .contains("lif2     subtract, one step later"));
  }

  @Test
  void inspectsCheckpointsEntryByEntry() {
    Path checkpoint = resource("/pytorch/checkpoint.pt");
    String out = Terminal.bare().done("inspect", checkpoint);
    assertTrue(out.contains("in the file itself:\n") && out.contains("--entry model_state_dict:\n"), out);
    String one = Terminal.bare().done("inspect", checkpoint, "--entry", "model_state_dict");
    assertTrue(one.contains("0.weight") && !one.contains("mean      [2]") && one.contains("\"type\": \"Linear\""), one);
  }

  @Test
  void convertsThereAndBack() throws IOException {
    Path model = folder.resolve("there.safetensors");
    String out = Terminal.bare().done("convert", pt, model, "--description", description);
    assertTrue(out.contains("wrote     " + model + ", safetensors"), out);
    assertEquals(NetworkJson.write(network), NetworkJson.write(Network.load(model)));
    assertEquals(StateDict.of(network).tensors(), Safetensors.read(model).tensors());
    Path back = folder.resolve("back.pth");
    Path json = folder.resolve("back.json");
    Terminal.bare().done("convert", model, back, "--write-description", json);
    assertEquals(StateDict.of(network).tensors(), StateDict.read(back).tensors());
    Path again = folder.resolve("again.safetensors");
    Terminal.bare().done("convert", back, again, "--description", json);
    assertEquals(NetworkJson.write(network), NetworkJson.write(Network.load(again)));
    Path graph = folder.resolve("there.nir");
    Terminal.bare().done("convert", model, graph);
    Path home = folder.resolve("home.safetensors");
    Terminal.bare().done("convert", graph, home);
    float[] want = network.run(Input.sequence(values, STEPS, SAMPLES)).output();
    Agreement.bits("through NIR", want, Network.load(home).run(Input.sequence(values, STEPS, SAMPLES)).output());
  }

  @Test
  void copiesOfModelsKeepTheirMetadata() throws IOException {
    Path trained = folder.resolve("trained.safetensors");
    JsonObject training = new JsonObject();
    training.addProperty("loss", "ce_count");
    new Model(network, new EventBins(0.01, 5, 6), List.of("a", "b", "c"), training).save(trained);
    Path copy = folder.resolve("trained-copy.safetensors");
    Terminal.bare().done("convert", trained, copy);
    Map<String, String> metadata = Safetensors.read(copy).metadata();
    assertEquals("[\"a\",\"b\",\"c\"]", metadata.get(Model.CLASSES));
    assertEquals(Safetensors.read(trained).metadata(), metadata);
  }

  @Test
  void saysOfNirGraphsOnlyWhatWasAssumed() throws IOException {
    Path own = folder.resolve("noted.nir");
    Nir.write(own, network, 0.001);
    assertFalse(Terminal.bare().done("inspect", own).contains("assumed"));
    NirNode.Graph graph = Nir.toGraph(network, 0.001);
    Path half = folder.resolve("half-noted.nir");
    NirFile.write(half, new NirNode.Graph(graph.nodes(), graph.edges(), Map.of("dt", "0.001")));
    String resets = Terminal.bare().done("inspect", half);
    assertTrue(resets.contains(
        "assumed   reset to zero (--reset-mechanism), reset at once (--reset-delay), as the file does not say\n"),
        resets);
    String delay = Terminal.bare().done("inspect", half, "--reset-mechanism", "subtract");
    assertTrue(delay.contains("assumed   reset at once (--reset-delay), as the file does not say\n"), delay);
    Path bare = folder.resolve("unnoted.nir");
    NirFile.write(bare, new NirNode.Graph(graph.nodes(), graph.edges(), Map.of()));
    String all = Terminal.bare().done("inspect", bare);
    assertTrue(all.contains("assumed   a step of 0.0001 s (--dt), reset to zero (--reset-mechanism), reset at once"),
        all);
    assertFalse(Terminal.bare().done("inspect", bare, "--dt", 0.001, "--reset-mechanism", "subtract", "--reset-delay")
        .contains("assumed"));
  }

  @Test
  void writesNirGraphsWithTheStepOfTheirSource() throws IOException {
    Path source = folder.resolve("millisecond.nir");
    Nir.write(source, network, 0.001);
    Path copy = folder.resolve("copy.nir");
    Terminal.bare().done("convert", source, copy);
    assertEquals(NirFile.read(source), NirFile.read(copy));
    Path model = folder.resolve("stepless.safetensors");
    network.save(model);
    for (List<Object> from : List.of(List.<Object>of(model), List.<Object>of(pt, "--description", description))) {
      List<Object> words = new ArrayList<>(List.of("convert", copy, "--dt", 0.001, "--force"));
      words.addAll(1, from.subList(0, 1));
      words.addAll(from.subList(1, from.size()));
      Terminal.bare().done(words.toArray());
      assertEquals("0.001", NirFile.read(copy).metadata().get("dt"));
    }
    Terminal.bare().done("convert", model, copy, "--force");
    assertEquals("1.0E-4", NirFile.read(copy).metadata().get("dt"));
    Terminal terminal = Terminal.bare();
    assertAll(
        terminal.refused("--dt: cannot be used here, only NIR graphs have a step", "convert", model,
            folder.resolve("no-step.pt"), "--dt", 0.001),
        terminal.refused("--dt: expected seconds above 0", "convert", model, folder.resolve("no-step.nir"), "--dt",
            -1));
  }

  @Test
  void replacesAFileOnlyWhenForced() throws IOException {
    Path there = Files.writeString(folder.resolve("precious.safetensors"), "text");
    Terminal terminal = Terminal.bare();
    Path out = folder.resolve("not-precious.pt");
    assertAll(
        terminal.refused("is there already|--force", "convert", pt, there, "--description", description),
        terminal.refused("is there already|--force", "convert", pt, out, "--description", description,
            "--write-description", there));
    assertEquals("text", Files.readString(there));
    assertTrue(Files.notExists(out), "written before everything was checked");
    terminal.done("convert", pt, there, "--description", description, "--force");
    assertEquals(NetworkJson.write(network), NetworkJson.write(Network.load(there)));
    assertAll(terminal.refused("is there already|--force", "run", pt, "--description", description, "--input", sequence,
        "--output", there));
    assertEquals(NetworkJson.write(network), NetworkJson.write(Network.load(there)));
    terminal.done("run", pt, "--description", description, "--input", sequence, "--output", there, "--force");
    assertEquals(List.of("output"), List.copyOf(Safetensors.read(there).tensors().keySet()));
  }

  @Test
  void writesOverNothingThatItReads() throws IOException {
    byte[] network = Files.readAllBytes(pt);
    byte[] json = Files.readAllBytes(description);
    byte[] numbers = Files.readAllBytes(sequence);
    Terminal terminal = Terminal.bare();
    Path link = Files.createSymbolicLink(folder.resolve("link.pt"), pt);
    Path ahead = Files.createSymbolicLink(folder.resolve("ahead.json"), folder.resolve("new.pt"));
    assertAll(
        terminal.refused("--write-description: expected a file of its own", "inspect", pt, "--write-description", link),
        terminal.refused("is there already|--force", "inspect", pt, "--write-description", description),
        terminal.refused("OUT: expected a file of its own", "convert", pt, link, "--force", "--description", description),
        terminal.refused("--write-description: expected a file of its own", "convert", pt, folder.resolve("new.pt"),
            "--description", description, "--write-description", folder.resolve("../" + folder.getFileName() + "/new.pt")),
        terminal.refused("--write-description: expected a file of its own", "convert", pt, folder.resolve("new.pt"),
            "--description", description, "--write-description", ahead),
        terminal.refused("--output: expected a file of its own", "run", pt, "--description", description, "--input",
            sequence, "--output", sequence),
        terminal.refused("there is no folder", "convert", pt, folder.resolve("new.pt"), "--description", description,
            "--write-description", folder.resolve("none/new.json")),
        terminal.refused("--steps: expected", "run", pt, "--description", description, "--input", constant, "--steps",
            500_000_000, "--output", folder.resolve("new.npy")));
    assertTrue(Files.notExists(folder.resolve("new.pt")), "written before everything was checked");
    assertArrayEquals(network, Files.readAllBytes(pt));
    assertArrayEquals(json, Files.readAllBytes(description));
    assertArrayEquals(numbers, Files.readAllBytes(sequence));
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void writesToNoDevicesAndPipes() throws IOException, InterruptedException {
    Path pipe = folder.resolve("pipe.npy");
    assertEquals(0, new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor());
    Path link = Files.createSymbolicLink(folder.resolve("pipe.pt"), pipe);
    String refusal = ": expected the name of a file, got the device or pipe ";
    Terminal terminal = Terminal.bare();
    assertAll(
        terminal.refused("--output" + refusal + pipe, "run", pt, "--description", description, "--input", sequence,
            "--output", pipe, "--force"),
        terminal.refused("OUT" + refusal + link, "convert", pt, link, "--force", "--description", description),
        terminal.refused("--write-description" + refusal + pipe, "inspect", pt, "--write-description", pipe, "--force"));
  }

  @Test
  void refusesALinkThatLeadsNowhere() throws IOException {
    Path circle = Files.createSymbolicLink(folder.resolve("circle.npy"), folder.resolve("circle.npy"));
    Terminal terminal = Terminal.bare();
    assertAll(terminal.refused("--output: " + circle + " cannot be written to: it is a link", "run", pt, "--description",
        description, "--input", sequence, "--output", circle));
  }

  @Test
  void runsASequence() throws IOException {
    Path y = folder.resolve("y.npy");
    String out = Terminal.bare().done("run", pt, "--description", description, "--input", sequence, "--output", y);
    assertTrue(out.contains("spikes    lif1: ") && out.contains("ran       7 steps of 5 samples in "), out);
    Tensor got = Npy.read(y);
    assertEquals(List.of(STEPS, SAMPLES, 3), Arrays.stream(got.shape()).boxed().toList());
    Agreement.bits("output", network.run(Input.sequence(values, STEPS, SAMPLES)).output(), got.values());
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void runsWithLayersAndStates(boolean states) throws IOException {
    Path y = folder.resolve(states ? "states.safetensors" : "layers.safetensors");
    Terminal.bare().done("run", wrapped, "--prefix", "module.", "--description", description, "--input", constant, "--steps",
        9, "--output", y, states ? "--states" : "--layers");
    Tape tape = network.record(Input.constant(Arrays.copyOf(values, SAMPLES * 6), 9, SAMPLES), true);
    Map<String, Tensor> got = Safetensors.read(y).tensors();
    assertEquals(states
        ? List.of("output", "lif1.spk", "lif1.mem", "lif1.syn", "lif2.spk", "lif2.mem")
        : List.of("output", "lif1.spk", "lif2.spk"), List.copyOf(got.keySet()));
    Agreement.bits("output", tape.output(), got.get("output").values());
    Agreement.bits("spk", tape.spikes("lif1"), got.get("lif1.spk").values());
    if (states) {
      Agreement.bits("mem", tape.membrane("lif1"), got.get("lif1.mem").values());
      Agreement.bits("syn", tape.current("lif1"), got.get("lif1.syn").values());
    }
  }

  /** More samples than run at once. */
  @Test
  void runsManySamplesPieceByPiece() throws IOException {
    int samples = 3000;
    float[] x = new float[2 * samples * 6];
    for (int i = 0; i < x.length; i++) {
      x[i] = i * 7919 % 31 / 16f;
    }
    Path in = folder.resolve("many.npy");
    Npy.write(in, new Tensor(new int[] {2, samples, 6}, x));
    Path y = folder.resolve("many-y.safetensors");
    Terminal.bare().done("run", pt, "--description", description, "--input", in, "--output", y, "--layers", "--threads", 2);
    Tape tape = network.record(Input.sequence(x, 2, samples));
    Agreement.bits("output", tape.output(), Safetensors.read(y).tensors().get("output").values());
    Agreement.bits("spk", tape.spikes("lif1"), Safetensors.read(y).tensors().get("lif1.spk").values());
    Path output = folder.resolve("many-y.npy");
    String out = Terminal.bare().done("run", pt, "--description", description, "--input", in, "--output", output,
        "--threads", 2);
    Agreement.bits("output alone", tape.output(), Npy.read(output).values());
    for (String layer : List.of("lif1", "lif2")) {
      float[] spikes = tape.spikes(layer);
      long fired = IntStream.range(0, spikes.length).filter(i -> spikes[i] != 0).count();
      String rate = String.format(Locale.ROOT, "%s: %.4f per neuron and step", layer, (double) fired / spikes.length);
      assertTrue(out.contains(rate), () -> "expected " + rate + " in " + out);
    }
  }

  @Test
  void evaluatesImportedNetworks() throws IOException {
    Path images = SmallData.images(folder.resolve("images"));
    String out = Terminal.bare().done("eval", pt, "--description", description, "--data", images, "--steps", 12);
    assertTrue(out.contains("of 24 samples") && out.contains("(ce_count)") && out.contains("assumed   "), out);
    String input = "input     6 pixels divided by 255, a constant current for %d steps; not in the file\n";
    assertTrue(out.contains(input.formatted(12)), out);
    String predicted = Terminal.bare().done("predict", pt, "--description", description, "--data", images);
    assertTrue(predicted.contains(input.formatted(25)), predicted);
    assertTrue(Terminal.bare().done("predict", pt, "--description", description, "--data", images).contains(" of 10 right"));
    Path trials = SmallData.trials(folder.resolve("trials"));
    Terminal terminal = Terminal.bare();
    assertAll(terminal.refused("the data does not fit the network: samples: expected 6 features, as the network takes, got 2",
        "eval", pt, "--description", description, "--data", trials));
  }

  /** Before they compute anything. */
  @Test
  void refuseFoldersThatTheyCannotWriteTo() throws IOException {
    Path full = Path.of("/proc");
    assumeTrue(Files.isDirectory(full), "a folder that not even root writes to");
    Path model = folder.resolve("own.safetensors");
    network.save(model);
    String refusal = ": the folder /proc cannot be written to: no such file or folder";
    Terminal terminal = Terminal.bare();
    assertAll(
        terminal.refused("--output" + refusal, "run", model, "--input", sequence, "--output", full.resolve("y.npy")),
        terminal.refused("OUT" + refusal, "convert", model, full.resolve("a.pt")),
        terminal.refused("--write-description" + refusal, "inspect", pt, "--write-description", full.resolve("a.json")));
  }

  @Test
  void refusesMistakesInOneLine() throws IOException {
    Path odd = folder.resolve("odd.npy");
    Npy.write(odd, new Tensor(new int[] {3, 2, 5}, new float[30]));
    Path nan = folder.resolve("nan.npy");
    Npy.write(nan, new Tensor(new int[] {1, 1, 6}, new float[] {0, 1, 2, Float.NaN, 4, 5}));
    Path empty = folder.resolve("empty.npy");
    Npy.write(empty, new Tensor(new int[] {0, 3, 6}, new float[0]));
    Path json = Files.writeString(folder.resolve("bad.json"), "{\"layers\": [{\"name\": \"fc9\"}]}");
    Path text = Files.writeString(folder.resolve("text.json"), "layers: fc1");
    Path model = folder.resolve("own.safetensors");
    network.save(model);
    Path y = folder.resolve("z.npy");
    Terminal terminal = Terminal.bare();
    assertAll(
        terminal.refused("holds tensors without a network|--description FILE", "run", pt, "--input", sequence, "--output", y),
        terminal.refused("no such model file", "inspect", folder.resolve("none.pt")),
        terminal.refused("/dev/null: expected a model file, got a device or pipe", "inspect", "/dev/null"),
        terminal.refused("got something else", "inspect", odd),
        terminal.refused("fc9: expected a type|modules [fc1, lif1, fc2, lif2]", "inspect", pt, "--description", json),
        terminal.refused("bad.json: for |" + pt.getFileName() + ": fc9", "inspect", pt,
            "--description", json),
        terminal.refused("empty.json: for |description: expected at least one layer, got none", "inspect", pt, "--description",
            Files.writeString(folder.resolve("empty.json"), "{\"layers\": []}")),
        terminal.refused("nan.npy: cannot be read: it is no text in UTF-8", "inspect", pt, "--description", nan),
        terminal.refused("text.json: expected JSON, got |line 1 column 8", "inspect", pt, "--description", text),
        terminal.refused("cut.json: expected JSON, got end of input at line 1 column 13", "inspect", pt, "--description",
            Files.writeString(folder.resolve("cut.json"), "{\"layers\": [")),
        terminal.refused("comma.json: expected JSON, got unterminated object at line 2 column 3", "inspect", pt, "--description",
            Files.writeString(folder.resolve("comma.json"), "{\"module\": 1\n \"layers\": []}")),
        terminal.refused("loose.json: expected JSON, got malformed JSON at line 1 column ", "inspect", pt, "--description",
            Files.writeString(folder.resolve("loose.json"), "{} x")),
        terminal.refused("array.json: expected a JSON object that describes a network", "inspect", pt, "--description",
            Files.writeString(folder.resolve("array.json"), "[1]")),
        terminal.refused("--input: expected at least one value, got the shape [0, 3, 6]", "run", model, "--input", empty,
            "--output", y),
        terminal.refused("model.json: cannot be read: no such file", "inspect", pt, "--description",
            folder.resolve("no").resolve("model.json")),
        terminal.refused("(--prefix module.)", "inspect", wrapped, "--description", description),
        terminal.refused("prefix: expected one that names begin with", "inspect", pt, "--description", description,
            "--prefix", "net."),
        terminal.refused("expected a dictionary model, got itself", "inspect", pt, "--entry", "model"),
        terminal.refused("--dt: cannot be used here, only NIR graphs have a step", "inspect", pt, "--description", description,
            "--dt", 0.001),
        terminal.refused("--reset-mechanism: cannot be used here, the file says it", "inspect", model, "--reset-mechanism",
            "zero"),
        terminal.refused("--slope: cannot be used here, the file says it", "inspect", model, "--slope", -3),
        terminal.refused("lif1: expected reset mechanism |, as the state dict says, got none", "inspect", pt, "--description",
            description, "--reset-mechanism", "none"),
        terminal.refused("--slope: expected --surrogate beside it", "inspect", pt, "--description", description, "--slope",
            3),
        terminal.refused("OUT: expected a name that ends in .safetensors, .pt, .pth or .nir", "convert", model,
            folder.resolve("model.onnx")),
        terminal.refused("--input: expected [T, B, 6]|got [3, 2, 5]", "run", model, "--input", odd, "--output", y),
        terminal.refused("--input: expected [B, 6], got [7, 5, 6]", "run", model, "--input", sequence, "--output", y,
            "--steps", 3),
        terminal.refused("nan.npy: number 3: expected a finite float32, got NaN", "run", model, "--input", nan, "--output",
            y),
        terminal.refused("expected one tensor, or one called input", "run", model, "--input", model, "--output", y),
        terminal.refused("--output: expected a name that ends in .safetensors", "run", model, "--input", sequence,
            "--output", y, "--states"),
        terminal.refused("--output: expected a name that ends in .npy", "run", model, "--input", sequence, "--output",
            folder.resolve("y.txt")),
        terminal.refused("--steps: expected at least 1, got 0", "run", model, "--input", sequence, "--output", y, "--steps",
            0),
        terminal.refused("expected --input=FILE; see spikelane run --help", "run", model, "--output", y),
        terminal.refused("expected a model of spikelane, got a PyTorch state dict", "info", pt));
    assertFalse(Files.exists(y));
  }
}
