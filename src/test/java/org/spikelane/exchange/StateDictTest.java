package org.spikelane.exchange;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.spikelane.format.FormatException;
import org.spikelane.format.NumberType;
import org.spikelane.format.Safetensors;
import org.spikelane.format.Tensor;
import org.spikelane.kernels.ResetMechanism;
import org.spikelane.layer.Shape;
import org.spikelane.network.Network;
import org.spikelane.network.NetworkJson;
import org.spikelane.surrogate.Surrogate;

class StateDictTest {

  private static final String SHORT = "{'layers': [{'name': 'fc1'}, {'name': 'lif1'}, {'name': 'fc2'}, {'name': 'lif2'}]}";

  @TempDir
  private Path folder;

  private static JsonObject json(String text) {
    return JsonParser.parseString(text.replace('\'', '"')).getAsJsonObject();
  }

  private static Network network() {
    return Network.input(3).linear("fc1", 4)
        .rSynaptic("lif1", n -> n.alpha(0.5f).beta(new float[] {.1f, .2f, .3f, .4f}).allToAll()
            .resetMechanism(ResetMechanism.ZERO))
        .linear("fc2", 2, false).rLeaky("lif2", n -> n.beta(0.5f).oneToOne(new float[] {.5f, .25f})).build(1);
  }

  private static Map<String, Tensor> tensors() {
    return new LinkedHashMap<>(StateDict.of(network()).tensors());
  }

  private static Tensor tensor(int[] shape, float... values) {
    return new Tensor(shape, values);
  }

  private static String refused(Map<String, Tensor> tensors, String description) {
    return assertThrows(IllegalArgumentException.class, () -> StateDict.of(tensors).network(json(description)))
        .getMessage();
  }

  @Test
  void hasTheNamesOfSnnTorch() {
    assertEquals(List.of("fc1.weight", "fc1.bias", "lif1.threshold", "lif1.beta", "lif1.alpha", "lif1.recurrent.weight",
        "lif1.recurrent.bias", "lif1.graded_spikes_factor", "lif1.reset_mechanism_val", "fc2.weight", "lif2.threshold",
        "lif2.beta", "lif2.V", "lif2.graded_spikes_factor", "lif2.reset_mechanism_val", "lif2.recurrent.V"),
        List.copyOf(tensors().keySet()));
    assertEquals(new Tensor(NumberType.I64, new int[] {}, new float[] {1}), tensors().get("lif1.reset_mechanism_val"));
    Network fixed = Network.input(1).rLeaky("lif", n -> n.beta(0.5f).oneToOne(1).learnRecurrent(false)).build(1);
    assertFalse(StateDict.of(fixed).tensors().containsKey("lif.recurrent.V"));
  }

  @Test
  void completesADescription() {
    StateDict.Imported imported = StateDict.of(tensors()).network(json(SHORT));
    assertEquals(NetworkJson.write(network()), NetworkJson.write(imported.network()));
    network().parameters().forEach((name, parameter) ->
        assertEquals(tensor(parameter.shape().extents(), parameter.values()),
            tensor(imported.network().parameter(name).shape().extents(), imported.network().parameter(name).values())));
    assertEquals(2, imported.notes().size());
  }

  @Test
  void takesAFullDescription() {
    Network like = Network.input(1, 6, 6).conv2d("conv", 2, 3)
        .rLeaky("lif1", n -> n.beta(Shape.of(2, 1, 1), new float[] {.5f, .6f}).conv2dChannels(2).kernelSize(3, 1)
            .resetDelay(false).surrogate(new Surrogate.Sigmoid(3)))
        .maxPool2d("pool", 2).flatten("flat").linear("fc", 3).synaptic("lif2", n -> n.alpha(0.5f).beta(0.5f).inhibition(true))
        .build(1);
    StateDict.Imported imported = StateDict.of(like).network(like);
    assertEquals(NetworkJson.write(like), NetworkJson.write(imported.network()));
    assertEquals(List.of(), imported.notes());
    StateDict.Imported halfway = StateDict.of(like).network(json("{'input': [1, 6, 6], 'layers': [{'name': 'conv'},"
        + "{'name': 'lif1', 'reset_delay': false, 'surrogate': {'name': 'sigmoid', 'slope': 3}},"
        + "{'name': 'pool', 'type': 'MaxPool2d', 'kernel': 2}, {'name': 'flat', 'type': 'Flatten'}, {'name': 'fc'},"
        + "{'name': 'lif2', 'inhibition': true}]}"));
    assertEquals(NetworkJson.write(like), NetworkJson.write(halfway.network()));
  }

  @Test
  void takesTheResetOfTheFile() {
    StateDict.Imported imported = StateDict.of(tensors()).network(
        json(SHORT.replace("'lif1'", "'lif1', 'reset_mechanism': 'subtract'")));
    assertEquals(ResetMechanism.ZERO, imported.network().neuron("lif1").resetMechanism());
    assertTrue(imported.notes().contains(
        "lif1: reset mechanism zero, as the state dict says, not subtract as was described"), imported.notes()::toString);
    Map<String, Tensor> without = tensors();
    without.remove("lif1.reset_mechanism_val");
    without.remove("lif2.reset_mechanism_val");
    StateDict.Imported assumed = StateDict.of(without).network(
        json(SHORT.replace("'lif1'", "'lif1', 'reset_mechanism': 'none'")));
    assertEquals(ResetMechanism.NONE, assumed.network().neuron("lif1").resetMechanism());
    assertEquals(ResetMechanism.SUBTRACT, assumed.network().neuron("lif2").resetMechanism());
    assertTrue(assumed.notes().contains("reset by subtraction, as neither state dict nor description says otherwise: lif2"));
    Map<String, Tensor> wrong = tensors();
    wrong.put("lif1.reset_mechanism_val", tensor(new int[] {}, 3));
    assertTrue(refused(wrong, SHORT).contains("lif1.reset_mechanism_val: expected 0, 1 or 2, got 3.0"));
  }

  @Test
  void takesTheLayersOfANetworkInCode() {
    Network like = Network.input(3).linear("fc1", 4).rSynaptic("lif1", n -> n.alpha(0.9f).beta(0.9f).allToAll())
        .linear("fc2", 2, false).rLeaky("lif2", n -> n.beta(0.9f).oneToOne(new float[2])).build(2);
    StateDict.Imported imported = StateDict.of(tensors()).network(like);
    assertEquals(NetworkJson.write(network()), NetworkJson.write(imported.network()));
    Network target = network();
    target.parameter("fc1.weight").values()[0] = 77;
    StateDict.of(tensors()).assignTo(target);
    assertEquals(network().parameter("fc1.weight").values()[0], target.parameter("fc1.weight").values()[0]);
    assertTrue(assertThrows(IllegalArgumentException.class, () -> StateDict.of(tensors()).assignTo(like)).getMessage()
        .contains("lif1.reset_mechanism_val is 1.0, expected 0 for SUBTRACT"));
  }

  @Test
  void listsEverythingThatDoesNotFit() {
    Map<String, Tensor> tensors = tensors();
    tensors.remove("fc1.bias");
    tensors.remove("lif1.alpha");
    tensors.put("fc2.weight", tensor(new int[] {2, 5}, new float[10]));
    tensors.put("lif2.beta", tensor(new int[] {7}, new float[7]));
    tensors.put("lif2.threshold", tensor(new int[] {}, Float.NaN));
    tensors.put("more.weight", tensor(new int[] {1}, 1));
    tensors.put("lif2.recurrent.V", tensor(new int[] {2}, 1, 1));
    String said = refused(tensors,
        SHORT.replace("'fc1'", "'fc1', 'bias': true").replace("'lif1'", "'lif1', 'type': 'RSynaptic'"));
    for (String part : List.of("lif2.beta", "lif2.threshold: expected finite", "beta: expected a shape that broadcasts over",
        "fc1.bias is missing", "lif1.alpha is missing", "fc2.weight has shape [2, 5], expected [2, 4]",
        "more.weight belongs to no layer", "lif2.recurrent.V differs from V")) {
      assertTrue(said.contains(part), () -> "expected " + part + " in " + said);
    }
  }

  @Test
  void offersAPrefixAndModulesButTakesNone() {
    Map<String, Tensor> wrapped = new LinkedHashMap<>();
    tensors().forEach((name, tensor) -> wrapped.put("module.net." + name, tensor));
    String said = refused(wrapped, SHORT);
    assertTrue(said.endsWith("; the state dict has them behind 'module.net.', which can be taken off (--prefix module.net.)"),
        said);
    assertEquals(tensors(), StateDict.of(wrapped).withoutPrefix("module.net.").tensors());
    assertTrue(assertThrows(IllegalArgumentException.class, () -> StateDict.of(wrapped).withoutPrefix("net.")).getMessage()
        .contains("got net."));
    Map<String, Tensor> sequential = new LinkedHashMap<>();
    Map<String, String> numbers = Map.of("fc1", "0", "lif1", "1", "fc2", "2", "lif2", "3");
    tensors().forEach((name, tensor) ->
        sequential.put(numbers.get(name.substring(0, name.indexOf('.'))) + name.substring(name.indexOf('.')), tensor));
    String listed = refused(sequential, SHORT);
    assertTrue(listed.endsWith("the state dict has the modules [0, 1, 2, 3], which layers can name (\"module\" in the"
        + " description)"), listed);
    assertEquals(NetworkJson.write(network()), NetworkJson.write(StateDict.of(sequential).network(
        json("{'layers': [{'name': 'fc1', 'module': '0'}, {'name': 'lif1', 'module': '1'}, {'name': 'fc2', 'module': '2'},"
            + "{'name': 'lif2', 'module': '3'}]}")).network()));
    assertEquals(tensors(), StateDict.of(sequential).renamed(Map.of("0", "fc1", "1", "lif1", "2", "fc2", "3", "lif2"))
        .tensors());
    assertTrue(assertThrows(IllegalArgumentException.class, () -> StateDict.of(sequential).renamed(Map.of("9", "fc1")))
        .getMessage().endsWith("got [9]"));
    assertThrows(IllegalArgumentException.class, () -> StateDict.of(sequential).renamed(Map.of("0", "2")));
    Network numbered = StateDict.of(sequential).network(
        json("{'layers': [{'name': '0'}, {'name': '1'}, {'name': '2'}, {'name': '3'}]}")).network();
    assertEquals(sequential.keySet(), StateDict.of(numbered).tensors().keySet());
  }

  @Test
  void suggestsADescription() {
    JsonObject suggestion = StateDict.of(tensors()).suggestion();
    StateDict.Imported imported = StateDict.of(tensors()).network(suggestion);
    assertEquals(NetworkJson.write(network()), NetworkJson.write(imported.network()));
    assertEquals(List.of(), imported.notes());
    Map<String, Tensor> wrapped = new LinkedHashMap<>();
    tensors().forEach((name, tensor) -> wrapped.put("body.features." + name, tensor));
    assertEquals(List.of("body_features_fc1", "body_features_lif1", "body_features_fc2", "body_features_lif2"),
        StateDict.of(wrapped).network(StateDict.of(wrapped).suggestion()).network().layers().stream()
            .map(named -> named.name()).toList());
    assertEquals("norm: expected a type, as the state dict has no tensors of norm that tell it",
        assertThrows(IllegalArgumentException.class,
            () -> StateDict.of(Map.of("norm.weight", tensor(new int[] {2}, 1, 1))).suggestion()).getMessage());
  }

  @Test
  void ordersLayersOfSortedNames() {
    Network synaptic = Network.input(784).linear("fc1", 128).synaptic("lif1", n -> n.alpha(0.8f).beta(0.9f))
        .linear("fc2", 10).synaptic("lif2", n -> n.alpha(0.8f).beta(0.9f)).build(1);
    Map<String, Tensor> sorted = new TreeMap<>(StateDict.of(synaptic).tensors());
    Map<String, Tensor> byType = new LinkedHashMap<>();
    sorted.forEach((name, tensor) -> {
      if (name.endsWith("reset_mechanism_val")) {
        byType.put(name, tensor);
      }
    });
    byType.putAll(sorted);
    for (Map<String, Tensor> tensors : List.of(sorted, byType)) {
      StateDict dict = StateDict.of(tensors);
      assertEquals(json("{'input': [784]}").get("input"), dict.suggestion().get("input"));
      assertEquals(NetworkJson.write(synaptic), NetworkJson.write(dict.network(dict.suggestion()).network()));
    }
    Map<String, String> letters = Map.of("fc1", "z", "lif1", "b", "fc2", "y", "lif2", "a");
    StateDict told = StateDict.of(new TreeMap<>(StateDict.of(tensors()).renamed(letters).tensors()));
    assertEquals(List.of("z", "b", "y", "a"),
        told.network(told.suggestion()).network().layers().stream().map(named -> named.name()).toList());
  }

  /** As safetensors keep the names of an {@code nn.Sequential}: all layers are of one size, and "10" comes before "2". */
  @ParameterizedTest
  @ValueSource(strings = {"", "net."})
  void ordersLayersOfASequentialByTheirNumbers(String prefix) {
    Network.Builder network = Network.input(3);
    Map<String, String> numbers = new LinkedHashMap<>();
    for (int i = 0; i < 6; i++) {
      network.linear("fc" + i, 3).leaky("lif" + i, n -> n.beta(0.5f));
      numbers.put("fc" + i, prefix + 2 * i);
      numbers.put("lif" + i, prefix + (2 * i + 1));
    }
    StateDict dict = StateDict.of(new TreeMap<>(StateDict.of(network.build(1)).renamed(numbers).tensors()));
    assertEquals(IntStream.range(0, 12).mapToObj(i -> prefix.replace('.', '_') + i).toList(),
        dict.network(dict.suggestion()).network().layers().stream().map(named -> named.name()).toList());
  }

  @Test
  void suggestsNoOrderWhereSeveralArePossible() {
    Network square = Network.input(3).linear("fc1", 3).leaky("lif1", n -> n.beta(0.5f))
        .linear("fc2", 3).leaky("lif2", n -> n.beta(0.5f)).build(1);
    assertLost(StateDict.of(new TreeMap<>(StateDict.of(square).tensors())));
    Network unnumbered = Network.input(3).linear("fc1", 4).leaky("a", n -> n.beta(0.5f))
        .linear("fc2", 2).leaky("b", n -> n.beta(0.5f)).build(1);
    assertLost(StateDict.of(new TreeMap<>(StateDict.of(unnumbered).tensors())));
  }

  private static void assertLost(StateDict dict) {
    String said = assertThrows(IllegalArgumentException.class, dict::suggestion).getMessage();
    assertTrue(said.startsWith("the file has lost the order of its layers (names are sorted"), said);
    assertTrue(said.contains("put them in order in a description, {\"layers\":[{\"name\":"), said);
  }

  @Test
  void namesTensorsWithoutValues() {
    StateDict dict = StateDict.of(Map.of("fc.weight", tensor(new int[] {0, 3})));
    String wanted = "fc.weight: expected extents of at least 1, got [0, 3]";
    assertEquals(wanted, assertThrows(IllegalArgumentException.class, dict::suggestion).getMessage());
    assertEquals(wanted, assertThrows(IllegalArgumentException.class,
        () -> dict.network(json("{'layers': [{'name': 'fc'}]}"))).getMessage());
  }

  @Test
  void saysWhatIsWrongWithADescription() {
    for (String[] pair : new String[][] {
        {"{}", "description: expected an array layers, got null"},
        {"{'layers': [3]}", "description: expected layers that are objects with a name, got 3"},
        {"{'layers': [{'type': 'Linear'}]}", "objects with a name"},
        {SHORT.replace("'lif1'", "'lif1', 'reset_dely': false"), "lif1.reset_dely: expected one of [type, surrogate,"},
        {SHORT.replace("'lif1'", "'lif1', 'surrogate': {'name': 'atan', 'alpha': 2, 'beta': 3}"), "lif1.surrogate.beta"},
        {SHORT.replace("'lif1'", "'lif1', 'type': 'Lif'"), "lif1.type: expected Linear, Conv"},
        {SHORT.replace("'lif1'", "'lif1', 'recurrent': 3"), "lif1.recurrent: expected an object, got 3"},
        {SHORT.replace("'lif1'", "'lif1', 'type': 3"), "lif1.type: expected a string, got 3"},
        {SHORT.replace("'lif1'", "'lif1', 'module': 'fc1'"), "lif1.module: expected a name of its own, got fc1 a"},
        {SHORT.replace("'lif1'", "'fc1'"), "layers: expected each name once, got fc1 twice"},
        {SHORT.replace("{'layers'", "{'inputs': [3], 'layers'"), "description.inputs: expected one of"},
        {SHORT.replace("{'layers'", "{'input': [4], 'layers'"), "fc1.weight has shape [4, 3], expected [4, 4]"},
        {"{'layers': [{'name': 'lif1'}]}", "input: expected the shape of a sample at one step"},
    }) {
      String said = refused(tensors(), pair[0]);
      assertTrue(said.contains(pair[1]), () -> "expected " + pair[1] + " in " + said);
    }
  }

  @Test
  void readsEitherFormatByContent() throws IOException {
    Path pt = folder.resolve("a.bin");
    Path safetensors = folder.resolve("b.bin");
    StateDict.of(tensors()).writePyTorch(pt);
    StateDict.of(tensors()).writeSafetensors(safetensors, Map.of("format", "pt"));
    assertEquals(tensors(), StateDict.read(pt).tensors());
    assertEquals(tensors(), StateDict.read(safetensors).tensors());
    assertEquals(Map.of("format", "pt"), Safetensors.read(safetensors).metadata());
  }

  @Test
  void takesADictionaryOfACheckpointWhenItIsNamed() throws IOException, URISyntaxException {
    Path checkpoint = Path.of(StateDictTest.class.getResource("/pytorch/checkpoint.pt").toURI());
    assertTrue(assertThrows(FormatException.class, () -> StateDict.read(checkpoint)).getMessage().endsWith(
        "expected a state dict, got a checkpoint that holds itself (1 tensors), model_state_dict (4 tensors); name the one to"
        + " take (--entry)"));
    assertEquals(4, StateDict.read(checkpoint, "model_state_dict").tensors().size());
    assertTrue(assertThrows(FormatException.class, () -> StateDict.read(checkpoint, "model")).getMessage().endsWith(
        "expected a dictionary model, got itself (1 tensors), model_state_dict (4 tensors)"));
  }
}
