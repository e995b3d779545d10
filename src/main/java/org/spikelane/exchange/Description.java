package org.spikelane.exchange;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.spikelane.connection.Scale;
import org.spikelane.format.Tensor;
import org.spikelane.layer.Layer;
import org.spikelane.layer.Parameter;
import org.spikelane.layer.Setting;
import org.spikelane.layer.Shape;
import org.spikelane.network.NamedLayer;
import org.spikelane.network.Network;
import org.spikelane.network.NetworkFile;
import org.spikelane.network.NetworkJson;
import org.spikelane.neuron.Neuron;
import org.spikelane.surrogate.Surrogate;

/** A description of a network, completed by the state dict that it belongs to; see {@link StateDict}. */
final class Description {

  private static final String MODULE = "module";
  private static final Set<String> WITH_TENSORS =
      Set.of("Linear", "Conv1d", "Conv2d", "Scale", "Leaky", "RLeaky", "Synaptic", "RSynaptic");
  private static final List<String> RESETS = List.of("subtract", "zero", "none");
  /** Fields that a configuration has only where they are not as usual. */
  private static final Set<String> SELDOM = Set.of(MODULE, "output", "state_quant");

  private final JsonObject json;
  private final NirOptions options;
  /** By our layers' names where they belong to one, else by their own. */
  private final Map<String, Tensor> tensors = new LinkedHashMap<>();
  private final List<String> notes = new ArrayList<>();
  private final List<String> problems = new ArrayList<>();
  private final List<JsonObject> layers = new ArrayList<>();
  /** Layers that should have tensors, and have none. */
  private final List<String> absent = new ArrayList<>();

  /** What snnTorch's constructor takes by default, and the layers for which that was assumed. */
  private final Map<String, List<String>> assumed = new LinkedHashMap<>();

  /**
   * @param options for every layer of neurons, over what the description says
   * @throws IllegalArgumentException if the description is no object with layers that have names
   */
  Description(JsonObject description, NirOptions options, Map<String, Tensor> stateDict) {
    this.json = description.deepCopy();
    this.options = options;
    if (!json.has("format")) {
      json.addProperty("format", 1);
    }
    JsonElement array = json.get("layers");
    if (array == null || !array.isJsonArray()) {
      throw new IllegalArgumentException("description: expected an array layers, got " + array);
    }
    if (array.getAsJsonArray().isEmpty()) {
      throw new IllegalArgumentException("description: expected at least one layer, got none");
    }
    Map<String, String> names = new LinkedHashMap<>();
    Set<String> once = new LinkedHashSet<>();
    for (JsonElement element : array.getAsJsonArray()) {
      if (!element.isJsonObject() || text(element.getAsJsonObject(), "name") == null) {
        throw new IllegalArgumentException("description: expected layers that are objects with a name, got " + element);
      }
      JsonObject layer = element.getAsJsonObject();
      String name = text(layer, "name");
      String module = layer.has(MODULE) ? text(layer, MODULE) : name;
      if (!once.add(name)) {
        throw new IllegalArgumentException("layers: expected each name once, got " + name + " twice");
      }
      if (module == null || names.put(module, name) != null) {
        throw new IllegalArgumentException(name + "." + MODULE + ": expected a name of its own, got "
            + (module == null ? layer.get(MODULE) : module + " a second time"));
      }
      layers.add(layer);
    }
    stateDict.forEach((name, tensor) -> {
      String module = StateDict.module(name);
      String parameter = module.isEmpty() ? "." + name : name.substring(module.length());
      tensors.put(names.containsKey(module) ? names.get(module) + parameter : name, tensor);
      if (tensor.values().length == 0) {
        problems.add(name + ": expected extents of at least 1, got " + Arrays.toString(tensor.shape()));
      }
    });
    if (tensors.size() < stateDict.size()) {
      throw new IllegalArgumentException("description: two modules of the state dict come out under one name");
    }
  }

  private static String text(JsonObject object, String field) {
    JsonElement value = object.get(field);
    return value != null && value.isJsonPrimitive() && value.getAsJsonPrimitive().isString() ? value.getAsString() : null;
  }

  StateDict.Imported network() {
    for (JsonObject layer : layers) {
      complete(layer.get("name").getAsString(), layer);
    }
    if (!completeInput()) {
      problems.add("input: expected the shape of a sample at one step, such as [1, 28, 28], as the tensors do not"
          + " tell it");
    }
    if (problems.isEmpty()) {
      Network network = checked();
      if (problems.isEmpty()) {
        assumed.forEach((what, where) -> notes.add(what + ": " + String.join(", ", where)));
        NetworkFile.assign(network, tensors);
        return new StateDict.Imported(network, List.copyOf(notes));
      }
    }
    throw new IllegalArgumentException(String.join("; ", problems) + offer());
  }

  // ------------------------------------------------------------------ what the tensors tell

  private boolean has(String layer, String parameter) {
    return tensors.containsKey(layer + "." + parameter);
  }

  private int[] shape(String layer, String parameter) {
    Tensor tensor = tensors.get(layer + "." + parameter);
    return tensor == null ? new int[0] : tensor.shape();
  }

  /** The class of a layer with these tensors, or null. */
  private String type(String layer) {
    if (has(layer, "beta") || has(layer, "threshold")) {
      boolean recurrent = has(layer, "V") || has(layer, "recurrent.weight");
      return (recurrent ? "R" : "") + (has(layer, "alpha") ? "Synaptic" : "Leaky");
    }
    return switch (shape(layer, "weight").length) {
      case 2 -> "Linear";
      case 3 -> "Conv1d";
      case 4 -> "Conv2d";
      default -> null;
    };
  }

  private void complete(String name, JsonObject layer) {
    if (tensors.keySet().stream().noneMatch(tensor -> tensor.startsWith(name + "."))
        && (!layer.has("type") || WITH_TENSORS.contains(text(layer, "type")))) {
      absent.add(name);
    }
    if (!layer.has("type")) {
      String type = type(name);
      if (type == null) {
        String module = layer.has(MODULE) ? layer.get(MODULE).getAsString() : name;
        problems.add(name + ": expected a type, as the state dict has no tensors of "
            + (module.isEmpty() ? "this layer (names without a dot)" : module) + " that tell it");
        return;
      }
      layer.addProperty("type", type);
    }
    switch (String.valueOf(text(layer, "type"))) {
      case "Linear", "Conv1d", "Conv2d" -> {
        int[] weight = shape(name, "weight");
        if (weight.length > 0) {
          fill(layer, "out", new JsonPrimitive(weight[0]));
        }
        if (weight.length > 2) {
          fill(layer, "kernel", kernel(weight));
        }
        fill(layer, "bias", new JsonPrimitive(has(name, "bias")));
        if (!layer.has("out") || (weight.length == 0 && !text(layer, "type").equals("Linear") && !layer.has("kernel"))) {
          problems.add(name + ".weight is missing");
        }
      }
      case "Scale" -> {
        fill(layer, "bias", new JsonPrimitive(has(name, "bias")));
        fill(layer, "learn", new JsonPrimitive(true));
      }
      case "Leaky", "RLeaky", "Synaptic", "RSynaptic" -> completeNeuron(name, layer);
      default -> {}
    }
  }

  /** One number for a square kernel, else one for each axis. */
  private static JsonElement kernel(int[] weight) {
    int[] sides = Arrays.copyOfRange(weight, 2, weight.length);
    if (Arrays.stream(sides).allMatch(side -> side == sides[0])) {
      return new JsonPrimitive(sides[0]);
    }
    JsonArray array = new JsonArray();
    for (int side : sides) {
      array.add(side);
    }
    return array;
  }

  private void completeNeuron(String name, JsonObject layer) {
    if (options.resetMechanism() != null) {
      layer.addProperty("reset_mechanism", options.resetMechanism().name().toLowerCase(Locale.ROOT));
    }
    if (options.resetDelay() != null) {
      layer.addProperty("reset_delay", options.resetDelay());
    }
    if (options.surrogate() != null) {
      layer.add("surrogate", NetworkJson.surrogate(options.surrogate()));
    }
    completeReset(name, layer);
    assume(name, layer, "surrogate", NetworkJson.surrogate(new Surrogate.ATan()), "surrogate atan(2), which matters in training alone");
    assume(name, layer, "reset_delay", new JsonPrimitive(true), "reset one step after the spike");
    fill(layer, "surrogate_disable", new JsonPrimitive(false));
    fill(layer, "inhibition", new JsonPrimitive(false));
    fill(layer, "learn", new JsonArray());
    if (text(layer, "type").startsWith("R")) {
      completeRecurrence(name, layer);
    }
    if (text(layer, "type").equals("Leaky") && !has(name, "graded_spikes_factor")) {
      tensors.put(name + ".graded_spikes_factor", new Tensor(new int[] {}, new float[] {1f}));
    }
  }

  /**
   * What the state dict says wins over a description: its number is the reset that the network was trained with. An option
   * that contradicts it is refused.
   */
  private void completeReset(String name, JsonObject layer) {
    Tensor value = tensors.get(name + ".reset_mechanism_val");
    if (value == null) {
      assume(name, layer, "reset_mechanism", new JsonPrimitive(RESETS.getFirst()), "reset by subtraction");
      return;
    }
    float number = value.values().length == 1 ? value.values()[0] : Float.NaN;
    if (number != 0 && number != 1 && number != 2) {
      problems.add(name + ".reset_mechanism_val: expected 0, 1 or 2, got "
          + (value.values().length == 1 ? number : value.toString()));
      layer.addProperty("reset_mechanism", RESETS.getFirst());
      return;
    }
    String reset = RESETS.get((int) number);
    String described = layer.has("reset_mechanism") ? text(layer, "reset_mechanism") : reset;
    if (!reset.equals(described) && options.resetMechanism() != null) {
      problems.add(name + ": expected reset mechanism " + reset + ", as the state dict says, got " + described);
    } else if (!reset.equals(described)) {
      notes.add(name + ": reset mechanism " + reset + ", as the state dict says, not " + described + " as was"
          + " described");
    }
    layer.addProperty("reset_mechanism", reset);
  }

  private void completeRecurrence(String name, JsonObject layer) {
    if (!layer.has("recurrent")) {
      layer.add("recurrent", new JsonObject());
    }
    if (!layer.get("recurrent").isJsonObject()) {
      return;
    }
    JsonObject recurrent = layer.getAsJsonObject("recurrent");
    int[] weight = shape(name, "recurrent.weight");
    fill(recurrent, "kind",
        new JsonPrimitive(has(name, "V") ? "one_to_one" : weight.length == 4 ? "conv2d" : "linear"));
    boolean oneToOne = "one_to_one".equals(text(recurrent, "kind"));
    if (weight.length == 4) {
      fill(recurrent, "kernel_height", new JsonPrimitive(weight[2]));
      fill(recurrent, "kernel_width", new JsonPrimitive(weight[3]));
    }
    if (!oneToOne) {
      fill(recurrent, "bias", new JsonPrimitive(has(name, "recurrent.bias")));
    }
    // A V that does not learn is in the state dict once.
    fill(recurrent, "learn", new JsonPrimitive(!oneToOne || has(name, "recurrent.V")));
  }

  private static void fill(JsonObject object, String field, JsonElement value) {
    if (!object.has(field)) {
      object.add(field, value);
    }
  }

  private void assume(String layer, JsonObject object, String field, JsonElement value, String words) {
    if (!object.has(field)) {
      object.add(field, value);
      assumed.computeIfAbsent(words + ", as neither state dict nor description says otherwise", key -> new ArrayList<>())
          .add(layer);
    }
  }

  /** Whether the shape of a sample is known. */
  private boolean completeInput() {
    if (json.has("input") || layers.isEmpty()) {
      return true;
    }
    JsonObject first = layers.getFirst();
    int[] weight = shape(first.get("name").getAsString(), "weight");
    if ("Linear".equals(text(first, "type")) && weight.length == 2) {
      JsonArray input = new JsonArray();
      input.add(weight[1]);
      json.add("input", input);
      return true;
    }
    return false;
  }

  // ------------------------------------------------------------------ whether it fits

  /** The network with its neurons' parameters as they are; problems are added for everything that does not fit. */
  private Network checked() {
    Network plain = build(scalars());
    requireKnownFields(plain);
    Map<String, Tensor> fitting = new LinkedHashMap<>(tensors);
    for (NamedLayer named : plain.layers()) {
      for (Parameter parameter : named.layer().parameters()) {
        String name = named.name() + "." + parameter.name();
        if (broadcasts(named.layer(), parameter) && tensors.containsKey(name)) {
          String misfit = misfit(name, tensors.get(name), named.layer());
          if (misfit != null) {
            problems.add(misfit);
            fitting.put(name, SCALAR);
          }
        }
      }
    }
    Map<String, Tensor> complete = new LinkedHashMap<>(scalars());
    complete.putAll(fitting);
    Network network = build(complete);
    problems.addAll(NetworkFile.misfits(network, fitting));
    return network;
  }

  private static final Tensor SCALAR = new Tensor(new int[] {}, new float[] {0.5f});

  /** All tensors, those that broadcast over neurons as one number, and those that are missing among them added. */
  private Map<String, Tensor> scalars() {
    Map<String, Tensor> scalars = new LinkedHashMap<>(tensors);
    for (JsonObject layer : layers) {
      String type = String.valueOf(text(layer, "type"));
      List<String> names = switch (type) {
        case "Scale" -> List.of("weight", "bias");
        case "Leaky" -> List.of("beta", "threshold", "graded_spikes_factor");
        case "RLeaky" -> List.of("beta", "threshold", "V");
        case "Synaptic" -> List.of("beta", "threshold", "alpha");
        case "RSynaptic" -> List.of("beta", "threshold", "alpha", "V");
        default -> List.of();
      };
      names.forEach(name -> scalars.put(layer.get("name").getAsString() + "." + name, SCALAR));
    }
    return scalars;
  }

  private Network build(Map<String, Tensor> with) {
    try {
      return NetworkJson.read(json, with);
    } catch (IllegalStateException | UnsupportedOperationException e) {
      throw new IllegalArgumentException("description: expected the JSON of a network, got another", e);
    }
  }

  private static boolean broadcasts(Layer layer, Parameter parameter) {
    return layer instanceof Scale || (layer instanceof Neuron && !parameter.name().startsWith("recurrent."));
  }

  private static String misfit(String name, Tensor tensor, Layer layer) {
    try {
      new Setting(Shape.of(tensor.shape()), tensor.values()).over(name, false, false, layer.outputShape());
      return null;
    } catch (IllegalArgumentException e) {
      return e.getMessage();
    }
  }

  /** A field that was misspelt would otherwise be passed over in silence. */
  private void requireKnownFields(Network network) {
    JsonArray written = NetworkJson.write(network).getAsJsonArray("layers");
    for (int i = 0; i < layers.size(); i++) {
      requireKnown(layers.get(i).get("name").getAsString(), layers.get(i), written.get(i).getAsJsonObject());
    }
    requireKnown("description", json, NetworkJson.write(network));
  }

  private void requireKnown(String place, JsonObject given, JsonObject known) {
    for (Map.Entry<String, JsonElement> field : given.entrySet()) {
      JsonElement there = known.get(field.getKey());
      if (there == null && !SELDOM.contains(field.getKey()) && !field.getValue().isJsonNull()) {
        problems.add(place + "." + field.getKey() + ": expected one of " + known.keySet() + ", got another field");
      } else if (there != null && there.isJsonObject() && field.getValue().isJsonObject()) {
        requireKnown(place + "." + field.getKey(), field.getValue().getAsJsonObject(), there.getAsJsonObject());
      }
    }
  }

  /** What the names of the modules suggest, for the end of a message. */
  private String offer() {
    if (absent.isEmpty()) {
      return "";
    }
    Set<String> there = new LinkedHashSet<>();
    tensors.keySet().forEach(name -> there.add(StateDict.module(name)));
    for (String module : there) {
      String prefix = module.endsWith("." + absent.getFirst())
          ? module.substring(0, module.length() - absent.getFirst().length()) : "";
      if (!prefix.isEmpty() && absent.stream().allMatch(name -> there.contains(prefix + name))) {
        return "; the state dict has them behind '" + prefix + "', which can be taken off (--prefix " + prefix + ")";
      }
    }
    return "; the state dict has the modules " + there + ", which layers can name (\"module\" in the description)";
  }

  // ------------------------------------------------------------------ what a state dict suggests

  static JsonObject suggestion(Map<String, Tensor> tensors, NirOptions options) {
    JsonObject json = new JsonObject();
    JsonArray layers = new JsonArray();
    Set<String> modules = new LinkedHashSet<>();
    tensors.keySet().forEach(name -> modules.add(StateDict.module(name)));
    for (String module : modules) {
      JsonObject layer = new JsonObject();
      layer.addProperty("name", module.isEmpty() ? "layer" : module.replace('.', '_'));
      if (!module.equals(layer.get("name").getAsString())) {
        layer.addProperty(MODULE, module);
      }
      layers.add(layer);
    }
    json.add("layers", layers);
    Description description = new Description(json, options, tensors);
    for (JsonObject layer : description.layers) {
      description.complete(layer.get("name").getAsString(), layer);
    }
    if (!description.problems.isEmpty()) {
      throw new IllegalArgumentException(String.join("; ", description.problems));
    }
    description.order(json);
    description.completeInput();
    return description.json;
  }

  /** Puts the layers in order where the state dict cannot have them in it. */
  private void order(JsonObject bare) {
    Map<String, JsonObject> named = new LinkedHashMap<>();
    layers.forEach(layer -> named.put(layer.get("name").getAsString(), layer));
    LayerOrder order = new LayerOrder(List.copyOf(named.keySet()), tensors);
    if (!order.isNumbered() && !order.isDoubtful()) {
      return;
    }
    List<String> told = order.told();
    if (told.isEmpty()) {
      throw new IllegalArgumentException("the file has lost the order of its layers (names are sorted, or kinds"
          + " of layers grouped), and their sizes and numbers tell no single one; put them in order in a description,"
          + " " + bare);
    }
    JsonArray ordered = new JsonArray();
    told.forEach(name -> ordered.add(named.get(name)));
    layers.clear();
    told.forEach(name -> layers.add(named.get(name)));
    json.add("layers", ordered);
  }
}
