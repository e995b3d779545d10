package org.spikelane.network;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.spikelane.format.FormatException;
import org.spikelane.format.Safetensors;
import org.spikelane.format.Tensor;
import org.spikelane.layer.Shape;
import org.spikelane.quant.StateQuantization;
import org.spikelane.reference.Agreement;
import org.spikelane.surrogate.Surrogate;

class NetworkFileTest {

  private static final String KEY = "spikelane.network";

  @TempDir
  private Path folder;

  static Stream<Network> networks() {
    Stream<Surrogate> surrogates = Stream.of(new Surrogate.ATan(1.5f), new Surrogate.FastSigmoid(3),
        new Surrogate.Sigmoid(4), new Surrogate.Triangular(0.3f), new Surrogate.Heaviside(),
        new Surrogate.StraightThrough(), new Surrogate.SpikeRateEscape(2, 3), new Surrogate.SparseFastSigmoid(3, 0.1f),
        new Surrogate.Leaky(0.3f), new Surrogate.Stochastic(0.1f, 0.3f, Long.MIN_VALUE + 1));
    Stream<Network> others = Stream.of(
        Network.input(1, 8, 8).conv2d("conv", 2, 3)
            .rLeaky("lif1", n -> n.beta(Shape.of(2, 1, 1), new float[] {0.8f, 0.9f}).conv2dChannels(2).kernelSize(3, 1)
                .learnRecurrent(false))
            .maxPool2d("pool", 2).flatten("flat").linear("fc", 3, false)
            .leaky("lif2", n -> n.beta(0.1f).gradedSpikesFactor(2.5f).learnGradedSpikesFactor(true)).build(1),
        Network.input(3).rSynaptic("lif", n -> n.alpha(new float[] {.1f, .2f, .3f}).beta(1.5f).learnAlpha()
            .oneToOne(new float[] {.1f, .2f, .3f}).surrogateDisabled(true)).build(1),
        Network.input(3).synaptic("lif", n -> n.alpha(0.3f).beta(0.4f).threshold(0.5f).learnBeta().learnThreshold()
            .inhibition(true).stateQuant(StateQuantization.builder().numBits(3).uniform(false).thrCentered(false)
                .threshold(1.1).lowerLimit(0.1).upperLimit(0.3).multiplier(0.7).build())).build(1),
        Network.input(2, 3, 4).scale("a", s -> s.weight(Shape.of(2, 1, 1), new float[] {3, 4}).learn(false))
            .flatten("b", 0, 1).scale("c", s -> s.bias(Shape.of(6, 1), new float[6])).build(1),
        Network.input(2, 9, 8).conv2d("a", c -> c.outChannels(4).kernelSize(3, 2).stride(2, 1).padding(1, 0)
            .dilation(1, 2).groups(2)).conv2d("b", c -> c.outChannels(2).kernelSize(2).paddingSame().bias(false))
            .flatten("c", 1, 2).conv1d("d", c -> c.outChannels(6).kernelSize(3).stride(2).padding(1).groups(2))
            .conv1d("e", c -> c.outChannels(1).kernelSize(4).dilation(2).paddingSame().bias(false)).build(1),
        Network.input(3).rLeaky("lif", n -> n.beta(0.5f).allToAll().recurrentBias(false)).build(1),
        Network.input(2, 3, 3).rSynaptic("lif", n -> n.alpha(0.2f).beta(0.5f).conv2dChannels(2).kernelSize(3)
            .recurrentBias(false)).build(1),
        Network.input(2).build(1));
    return Stream.of(Networks.all().stream().map(Networks.Named::network),
        Networks.ofLayers().stream().map(Networks.Named::network), others,
        surrogates.map(s -> Network.input(3).leaky("lif", n -> n.beta(0.9f).surrogate(s)).build(1))).flatMap(n -> n);
  }

  @ParameterizedTest
  @MethodSource("networks")
  void whatWasSavedIsLoaded(Network network) throws IOException {
    Path file = folder.resolve("net.safetensors");
    network.save(file);
    Network loaded = Network.load(file);
    assertEquals(NetworkJson.write(network), NetworkJson.write(loaded));
    assertEquals(network.parameters().toString(), loaded.parameters().toString());
    network.parameters().forEach((name, parameter) -> {
      Agreement.bits(name, parameter.values(), loaded.parameter(name).values());
      assertEquals(parameter.trainable(), loaded.parameter(name).trainable(), name);
    });
    Input x = Input.sequence(Networks.input(3, 8 * network.inputShape().size()), 4, 2).withGradient();
    Tape want = network.record(x);
    Tape got = loaded.record(x);
    Agreement.bits("output", want.output(), got.output());
    Upstream upstream = new Upstream();
    network.neurons().forEach((name, neuron) -> {
      Agreement.bits(name, want.membrane(name), got.membrane(name));
      upstream.spikes(name, Networks.input(4, 8 * neuron.size()));
    });
    Agreement.bits("d_input", want.backward(upstream).input(), got.backward(upstream).input());
  }

  @Test
  void keepsTheCallersMetadata() throws IOException {
    NetworkFile file = NetworkFile.of(Network.input(2).linear("fc", 2).build(1));
    file.metadata().put("classes", "a,b");
    Path path = folder.resolve("net.safetensors");
    file.save(path);
    assertEquals(Map.of("classes", "a,b"), NetworkFile.load(path).metadata());
    assertEquals(List.of("classes", KEY), Safetensors.read(path).metadata().keySet().stream().sorted().toList());
  }

  @Test
  void leavesNothingBehindWhatCannotBeSaved() throws IOException {
    Network custom = Network.input(2).leaky("lif", n -> n.beta(0.5f).surrogate(new Surrogate.Custom(z -> 1))).build(1);
    Path path = folder.resolve("net.safetensors");
    assertEquals("surrogate: a custom one is code and cannot be saved in a file",
        assertThrows(IllegalArgumentException.class, () -> custom.save(path)).getMessage());
    Network broken = Network.input(2).linear("fc", 2).build(1);
    broken.parameter("fc.weight").values()[1] = Float.NaN;
    assertEquals("fc.weight: expected finite weights, got NaN at index 1",
        assertThrows(IllegalArgumentException.class, () -> broken.save(path)).getMessage());
    Network fine = Network.input(2).linear("fc", 2).build(1);
    assertThrows(IOException.class, () -> fine.save(folder.resolve("nowhere").resolve("net.safetensors")));
    try (Stream<Path> left = Files.list(folder)) {
      assertEquals(List.of(), left.toList());
    }
  }

  /** A file like one that was saved, but for a change; returns what loading it says after the name of the file. */
  private String refused(Consumer<Map<String, Tensor>> changeTensors, Consumer<Map<String, String>> changeMetadata)
      throws IOException {
    Path path = folder.resolve("net.safetensors");
    Network.input(3).linear("fc", 2).rSynaptic("lif", n -> n.alpha(0.5f).beta(0.5f).allToAll()
        .surrogate(new Surrogate.Stochastic())).build(1).save(path);
    Safetensors file = Safetensors.read(path);
    Map<String, Tensor> tensors = new LinkedHashMap<>(file.tensors());
    Map<String, String> metadata = new LinkedHashMap<>(file.metadata());
    changeTensors.accept(tensors);
    changeMetadata.accept(metadata);
    Safetensors.write(path, tensors, metadata);
    FormatException thrown = assertThrows(FormatException.class, () -> Network.load(path));
    String start = path + ": ";
    assertTrue(thrown.getMessage().startsWith(start), thrown.getMessage());
    return thrown.getMessage().substring(start.length());
  }

  @Test
  void listsEveryTensorThatDoesNotFit() throws IOException {
    assertEquals("tensors: fc.weight is missing; fc.bias has shape [3], expected [2]; lif.recurrent.bias: expected finite"
        + " weights, got Infinity at index 1; more belongs to no layer", refused(tensors -> {
          tensors.remove("fc.weight");
          tensors.put("fc.bias", new Tensor(new int[] {3}, new float[3]));
          tensors.put("lif.recurrent.bias", new Tensor(new int[] {2}, new float[] {0, Float.POSITIVE_INFINITY}));
          tensors.put("more", new Tensor(new int[] {1}, new float[1]));
        }, metadata -> {}));
    assertEquals("metadata spikelane.network: expected a tensor lif.beta, got none of that name",
        refused(tensors -> tensors.remove("lif.beta"), metadata -> {}));
    assertEquals("metadata spikelane.network: lif: beta: expected a shape that broadcasts over the layer's [2], such as []"
        + " or [1] or [N], got [3]",
        refused(tensors -> tensors.put("lif.beta", new Tensor(new int[] {3}, new float[3])), metadata -> {}));
    assertEquals("metadata spikelane.network: lif: beta: expected finite values, got NaN", refused(
        tensors -> tensors.put("lif.beta", new Tensor(new int[] {}, new float[] {Float.NaN})), metadata -> {}));
  }

  @Test
  void needsAConfiguration() throws IOException {
    assertEquals("metadata: expected an entry spikelane.network, the configuration that spikelane writes; got none, so this"
        + " file holds weights without a network", refused(tensors -> {}, Map::clear));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "{", "[]", "7", "null", "\"text\"", "{\"format\": 1}"})
  void refusesWhatIsNotJson(String configuration) throws IOException {
    assertTrue(refused(tensors -> {}, metadata -> metadata.put(KEY, configuration))
        .startsWith("metadata spikelane.network: "));
  }

  private String refusedConfiguration(Consumer<JsonObject> change) throws IOException {
    String said = refused(tensors -> {}, metadata -> {
      JsonObject json = JsonParser.parseString(metadata.get(KEY)).getAsJsonObject();
      change.accept(json);
      metadata.put(KEY, json.toString());
    });
    return said.replaceFirst("^metadata spikelane.network: ", "");
  }

  private String refusedNeuron(String field, String json) throws IOException {
    return refusedConfiguration(root ->
        root.getAsJsonArray("layers").get(1).getAsJsonObject().add(field, JsonParser.parseString(json)));
  }

  /** A state dict of snnTorch holds buffers beside the parameters; they must agree with the network. */
  @Test
  void takesAStateDictOfSnnTorch() {
    Network network = Network.input(2).rLeaky("lif", n -> n.beta(0.5f).oneToOne(new float[2])).build(1);
    Map<String, Tensor> dict = new LinkedHashMap<>();
    dict.put("lif.threshold", scalar(1.5f));
    dict.put("lif.beta", scalar(0.25f));
    dict.put("lif.V", new Tensor(new int[] {2}, new float[] {3, 4}));
    dict.put("lif.recurrent.V", new Tensor(new int[] {2}, new float[] {3, 4}));
    dict.put("lif.graded_spikes_factor", scalar(1));
    dict.put("lif.reset_mechanism_val", scalar(0));
    NetworkFile.assign(network, dict);
    assertEquals(0.25f, network.neuron("lif").beta().perNeuron()[1]);
    assertEquals(4f, network.parameter("lif.V").values()[1]);
    dict.put("lif.recurrent.V", new Tensor(new int[] {2}, new float[] {3, 5}));
    dict.put("lif.graded_spikes_factor", scalar(2));
    dict.put("lif.reset_mechanism_val", scalar(1));
    assertEquals("tensors: lif.recurrent.V differs from V, of which it should be another name; lif.graded_spikes_factor is"
        + " 2.0, expected 1, as RLeaky has no such factor; lif.reset_mechanism_val is 1.0, expected 0 for SUBTRACT",
        assertThrows(IllegalArgumentException.class, () -> NetworkFile.assign(network, dict)).getMessage());
  }

  private static Tensor scalar(float value) {
    return new Tensor(new int[] {}, new float[] {value});
  }

  /** A configuration may not make the reader ask for more memory than the file can fill. */
  @Test
  void makesNoRoomForWhatTheFileDoesNotHold() throws IOException {
    assertEquals("network.input: expected an array of whole numbers, got [40.7]",
        refusedConfiguration(json -> json.add("input", JsonParser.parseString("[40.7]"))));
    assertEquals("network.input: expected an array of whole numbers, got [4294967336]",
        refusedConfiguration(json -> json.add("input", JsonParser.parseString("[4294967336]"))));
    assertEquals("network.input: expected at most 16777216 values, got [2000000000]",
        refusedConfiguration(json -> json.add("input", JsonParser.parseString("[2000000000]"))));
    assertEquals("fc.weight: the configuration asks for [500000000, 3], the file has 6 values of that name",
        refusedConfiguration(json ->
            json.getAsJsonArray("layers").get(0).getAsJsonObject().addProperty("out", 500_000_000)));
    assertEquals("lif.recurrent.weight: the configuration asks for [5000, 5000], the file has 4 values of that name",
        refusedConfiguration(json ->
            json.getAsJsonArray("layers").get(0).getAsJsonObject().addProperty("out", 5000)));
  }

  private String refusedLayer(String json) throws IOException {
    return refusedConfiguration(root -> {
      root.add("input", JsonParser.parseString("[2, 6, 6]"));
      JsonArray layers = new JsonArray();
      layers.add(JsonParser.parseString(json));
      root.add("layers", layers);
    });
  }

  /** PyTorch's defaults stand for what is not said, so that what old files hold, and what people write, is enough. */
  @Test
  void readsShortLayers() {
    JsonObject json = JsonParser.parseString("""
        {"format": 1, "input": [2, 8, 6], "layers": [
          {"type": "Conv2d", "name": "a", "out": 3, "kernel": 3},
          {"type": "Conv2d", "name": "b", "out": 3, "kernel": [3, 2], "padding": "same", "groups": 3, "bias": false},
          {"type": "AvgPool2d", "name": "c", "kernel": 2},
          {"type": "Flatten", "name": "d"}]}""").getAsJsonObject();
    Network network = NetworkJson.read(json, Map.of());
    assertEquals(List.of("[3, 6, 4]", "[3, 6, 4]", "[3, 3, 2]", "[18]"),
        network.layers().stream().map(named -> named.layer().outputShape().toString()).toList());
    assertEquals("[a.weight, a.bias, b.weight]", network.parameters().keySet().toString());
  }

  @Test
  void makesNoRoomForHugeImages() throws IOException {
    assertEquals("c.weight: the configuration asks for [1, 2, 30000, 30000], the file has 0 values of that name",
        refusedLayer("{\"type\": \"Conv2d\", \"name\": \"c\", \"out\": 1, \"kernel\": 30000, \"padding\": 20000}"));
    assertEquals("c: expected an output of at most 16777216 values, got [1, 20004, 20004]",
        refusedLayer("{\"type\": \"Conv2d\", \"name\": \"c\", \"out\": 1, \"kernel\": 3, \"padding\": 10000}"));
    assertEquals("p: expected an output of at most 16777216 values, got [2, 20005, 20005]",
        refusedLayer("{\"type\": \"SumPool2d\", \"name\": \"p\", \"kernel\": 2, \"stride\": 1, \"padding\": 10000}"));
    assertEquals("d.delay: expected at most 16777216 values under way, got 2000000000 steps of [2, 6, 6]",
        refusedLayer("{\"type\": \"Delay\", \"name\": \"d\", \"delay\": 2000000000}"));
    assertEquals("d: delay: expected one for all or one for each of the 72 values of [2, 6, 6], got 2",
        refusedLayer("{\"type\": \"Delay\", \"name\": \"d\", \"delay\": [1, 2]}"));
    assertEquals("c: groups: expected a number that divides 2 channels coming in and 3 going out, got 2",
        refusedLayer("{\"type\": \"Conv2d\", \"name\": \"c\", \"out\": 3, \"kernel\": 3, \"groups\": 2}"));
    assertEquals("c.padding: expected an array, got \"sane\"",
        refusedLayer("{\"type\": \"Conv2d\", \"name\": \"c\", \"out\": 3, \"kernel\": 3, \"padding\": \"sane\"}"));
    assertEquals("p.kernel: expected one or two whole numbers, got [1,2,3]",
        refusedLayer("{\"type\": \"AvgPool2d\", \"name\": \"p\", \"kernel\": [1, 2, 3]}"));
  }

  @Test
  void saysWhichFieldIsMalformed() throws IOException {
    assertEquals("format: expected 1, got 2; the file is of another version of spikelane",
        refusedConfiguration(json -> json.addProperty("format", 2)));
    assertEquals("network.format: expected a whole number, got 1.5",
        refusedConfiguration(json -> json.addProperty("format", 1.5)));
    assertEquals("network.layers: expected an array, got null", refusedConfiguration(json -> json.remove("layers")));
    assertEquals("lif.type: expected Linear, Conv1d, Conv2d, MaxPool2d, SumPool2d, AvgPool2d, Flatten, Scale,"
        + " Delay, Leaky, RLeaky, Synaptic or RSynaptic, got Lif",
        refusedNeuron("type", "\"Lif\""));
    assertEquals("lif.inhibition: expected true or false, got 1", refusedNeuron("inhibition", "1"));
    assertEquals("output: expected spikes or membrane, got mem", refusedNeuron("output", "\"mem\""));
    assertEquals("reset_mechanism: expected subtract, zero or none, got zer", refusedNeuron("reset_mechanism", "\"zer\""));
    assertEquals("lif.surrogate: expected an object, got \"atan\"", refusedNeuron("surrogate", "\"atan\""));
    assertEquals("surrogate.name: not the name of a surrogate: tan", refusedNeuron("surrogate", "{\"name\": \"tan\"}"));
    assertEquals("lif.surrogate.seed: expected a whole number, got 1.5",
        refusedNeuron("surrogate", "{\"name\": \"sso\", \"mean\": 0, \"variance\": 1, \"seed\": 1.5}"));
    assertEquals("lif.surrogate.alpha: expected a number, got \"2\"",
        refusedNeuron("surrogate", "{\"name\": \"atan\", \"alpha\": \"2\"}"));
    assertEquals("lif.recurrent.kind: expected linear, one_to_one or conv2d, got dense",
        refusedNeuron("recurrent", "{\"kind\": \"dense\", \"learn\": true}"));
    assertEquals("numBits: expected 1 to 16, got 40", refusedNeuron("state_quant", "{\"num_bits\": 40, \"uniform\": true,"
        + "\"thr_centered\": true, \"threshold\": 1, \"lower_limit\": 0, \"upper_limit\": 0}"));
  }

  /** JSON of the wrong type in places where none of the fields' own checks look. */
  @Test
  void refusesWrongTypesAnywhere() throws IOException {
    for (String wrong : List.of("{}", "[]", "null", "\"x\"", "1.5", "true", "1e99", "[{}]", "[null]", "[\"x\"]", "[[]]",
        "[1.5]", "[0]", "[-3]", "[true]", "99999999999")) {
      for (String field : List.of("input", "layers", "format")) {
        refusedConfiguration(root -> root.add(field, JsonParser.parseString(wrong)));
      }
      for (String field : List.of("type", "surrogate", "recurrent", "reset_mechanism")) {
        refusedNeuron(field, wrong);
      }
      if (!List.of("[]", "[\"x\"]").contains(wrong)) {
        refusedNeuron("learn", wrong);
      }
    }
  }
}
