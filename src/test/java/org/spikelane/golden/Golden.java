package org.spikelane.golden;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.spikelane.format.Safetensors;
import org.spikelane.format.Tensor;
import org.spikelane.kernels.ResetMechanism;
import org.spikelane.layer.Shape;
import org.spikelane.network.Network;
import org.spikelane.neuron.Leaky;
import org.spikelane.neuron.Neuron;
import org.spikelane.neuron.RLeaky;
import org.spikelane.neuron.RSynaptic;
import org.spikelane.neuron.RecurrentBuilder;
import org.spikelane.neuron.Synaptic;
import org.spikelane.quant.StateQuantization;
import org.spikelane.surrogate.Surrogate;

/** The recorded cases of snnTorch: where they are, and the layers that their manifest describes. */
final class Golden {

  private Golden() {}

  /** The folder that a property names, else the resource of that name. */
  static Path folder(String property, String resource) {
    String named = System.getProperty(property);
    if (named != null) {
      Path folder = Path.of(named);
      if (!folder.isAbsolute() || !Files.isDirectory(folder)) {
        throw new IllegalArgumentException(property + ": expected the absolute path of a folder, got " + named);
      }
      return folder;
    }
    try {
      return Path.of(Golden.class.getResource("/" + resource).toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  static JsonObject json(Path file) {
    try {
      return JsonParser.parseString(Files.readString(file)).getAsJsonObject();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static Map<String, Tensor> tensors(Path file) {
    try {
      return Safetensors.read(file).tensors();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static List<JsonObject> objects(JsonArray array) {
    List<JsonObject> objects = new ArrayList<>();
    for (JsonElement element : array) {
      objects.add(element.getAsJsonObject());
    }
    return objects;
  }

  /** A neuron layer with the parameters given, shapes and all; {@code learn} says which of the dynamics train. */
  static Neuron.Builder<?> neuron(JsonObject spec, Map<String, Tensor> parameters, List<String> learn) {
    String type = spec.has("class") ? spec.get("class").getAsString() : spec.get("type").getAsString();
    return switch (type) {
      case "Leaky" -> {
        Leaky.Builder leaky = common(Leaky.builder(), spec, parameters, learn);
        if (parameters.containsKey("graded_spikes_factor")) {
          leaky.gradedSpikesFactor(parameters.get("graded_spikes_factor").values()[0])
              .learnGradedSpikesFactor(learn.contains("graded_spikes_factor"));
        }
        yield leaky;
      }
      case "Synaptic" -> common(Synaptic.builder(), spec, parameters, learn)
          .alpha(shape(parameters.get("alpha")), parameters.get("alpha").values()).learnAlpha(learn.contains("alpha"));
      case "RLeaky" -> recurrent(RLeaky.builder(), spec, parameters, learn);
      case "RSynaptic" -> recurrent(RSynaptic.builder(), spec, parameters, learn)
          .alpha(shape(parameters.get("alpha")), parameters.get("alpha").values()).learnAlpha(learn.contains("alpha"));
      default -> throw new IllegalArgumentException("class: " + type);
    };
  }

  private static <B extends Neuron.Builder<B>> B common(B builder, JsonObject spec, Map<String, Tensor> parameters,
      List<String> learn) {
    JsonObject surrogate = spec.getAsJsonObject("surrogate");
    if (surrogate.get("name").getAsString().equals("disabled")) {
      builder.surrogateDisabled(true);
    } else {
      builder.surrogate(surrogate(surrogate));
    }
    if (!spec.get("state_quant").isJsonNull()) {
      builder.stateQuant(stateQuant(spec.getAsJsonObject("state_quant")));
    }
    return builder.beta(shape(parameters.get("beta")), parameters.get("beta").values())
        .threshold(shape(parameters.get("threshold")), parameters.get("threshold").values())
        .learnBeta(learn.contains("beta")).learnThreshold(learn.contains("threshold"))
        .resetMechanism(ResetMechanism.valueOf(
            spec.get("reset_mechanism").getAsString().toUpperCase(Locale.ROOT)))
        .resetDelay(spec.get("reset_delay").getAsBoolean()).inhibition(spec.get("inhibition").getAsBoolean());
  }

  private static <B extends RecurrentBuilder<B>> B recurrent(B builder, JsonObject spec,
      Map<String, Tensor> parameters, List<String> learn) {
    common(builder, spec, parameters, learn);
    JsonObject recurrent = spec.getAsJsonObject("recurrent");
    return switch (recurrent.get("kind").getAsString()) {
      case "one_to_one" -> builder.allToAll(false).v(shape(parameters.get("V")), parameters.get("V").values());
      case "linear" -> recurrent.has("features")
          ? builder.linearFeatures(recurrent.get("features").getAsInt())
          : builder.allToAll();
      case "conv2d" -> builder.conv2dChannels(recurrent.get("channels").getAsInt()).kernelSize(
          recurrent.getAsJsonArray("kernel").get(0).getAsInt(), recurrent.getAsJsonArray("kernel").get(1).getAsInt());
      default -> throw new IllegalArgumentException("recurrent: " + recurrent);
    };
  }

  static Shape shape(Tensor tensor) {
    return Shape.of(tensor.shape());
  }

  private static Surrogate surrogate(JsonObject json) {
    return switch (json.get("name").getAsString()) {
      case "atan" -> new Surrogate.ATan(json.get("alpha").getAsFloat());
      case "fast_sigmoid" -> new Surrogate.FastSigmoid(json.get("slope").getAsFloat());
      case "sigmoid" -> new Surrogate.Sigmoid(json.get("slope").getAsFloat());
      case "triangular" -> new Surrogate.Triangular(json.get("threshold").getAsFloat());
      case "spike_rate_escape" ->
          new Surrogate.SpikeRateEscape(json.get("beta").getAsFloat(), json.get("slope").getAsFloat());
      case "sfs" -> new Surrogate.SparseFastSigmoid(json.get("slope").getAsFloat(), json.get("B").getAsFloat());
      case "heaviside" -> new Surrogate.Heaviside();
      case "straight_through_estimator" -> new Surrogate.StraightThrough();
      // With variance 0 the random part is 0, which leaves the Heaviside derivative.
      case "sso" -> new Surrogate.Stochastic(json.get("mean").getAsFloat(), json.get("variance").getAsFloat(), 1);
      case "custom_lso" -> new Surrogate.Leaky(json.get("slope").getAsFloat());
      default -> throw new IllegalArgumentException("surrogate: " + json);
    };
  }

  private static StateQuantization stateQuant(JsonObject json) {
    StateQuantization.Builder builder = StateQuantization.builder();
    for (String key : json.keySet()) {
      switch (key) {
        case "num_bits" -> builder.numBits(json.get(key).getAsInt());
        case "uniform" -> builder.uniform(json.get(key).getAsBoolean());
        case "thr_centered" -> builder.thrCentered(json.get(key).getAsBoolean());
        case "threshold" -> builder.threshold(json.get(key).getAsDouble());
        case "lower_limit" -> builder.lowerLimit(json.get(key).getAsDouble());
        case "upper_limit" -> builder.upperLimit(json.get(key).getAsDouble());
        case "multiplier" -> builder.multiplier(json.get(key).getAsDouble());
        default -> throw new IllegalArgumentException("state_quant: " + key);
      }
    }
    return builder.build();
  }

  /** The network of a manifest entry, with the parameters given as {@code layer.name}. */
  static Network network(JsonObject entry, Map<String, Tensor> parameters, int[] input) {
    Network.Builder builder = Network.input(input);
    for (JsonObject layer : objects(entry.getAsJsonArray("layers"))) {
      String name = layer.get("name").getAsString();
      switch (layer.get("type").getAsString()) {
        case "Linear" -> builder.linear(name, layer.get("out").getAsInt());
        case "Conv2d" -> builder.conv2d(name, layer.get("out").getAsInt(), layer.get("kernel").getAsInt());
        case "MaxPool2d" -> builder.maxPool2d(name, layer.get("kernel").getAsInt());
        case "Flatten" -> builder.flatten(name);
        default -> {
          List<String> learn = layer.getAsJsonArray("learn").asList().stream().map(JsonElement::getAsString).toList();
          Map<String, Tensor> own = new HashMap<>();
          parameters.forEach((key, tensor) -> {
            if (key.startsWith(name + ".")) {
              own.put(key.substring(name.length() + 1), tensor);
            }
          });
          builder.neuron(name, neuron(layer, own, learn));
        }
      }
    }
    Network network = builder.build(0);
    network.parameters().forEach((name, parameter) -> {
      if (parameters.containsKey(name)) {
        System.arraycopy(parameters.get(name).values(), 0, parameter.values(), 0, parameter.values().length);
      }
    });
    network.refresh();
    return network;
  }
}
