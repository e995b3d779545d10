package org.spikelane.network;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.spikelane.connection.AllToAll;
import org.spikelane.connection.AvgPool2d;
import org.spikelane.connection.Conv1d;
import org.spikelane.connection.Conv2d;
import org.spikelane.connection.ConvolutionBuilder;
import org.spikelane.connection.Convolutional;
import org.spikelane.connection.Delay;
import org.spikelane.connection.Flatten;
import org.spikelane.connection.Linear;
import org.spikelane.connection.LinearPool2d;
import org.spikelane.connection.MaxPool2d;
import org.spikelane.connection.OneToOne;
import org.spikelane.connection.Recurrence;
import org.spikelane.connection.Scale;
import org.spikelane.connection.SumPool2d;
import org.spikelane.connection.Window;
import org.spikelane.format.JsonFields;
import org.spikelane.format.Tensor;
import org.spikelane.kernels.ResetMechanism;
import org.spikelane.layer.Layer;
import org.spikelane.layer.NeuronParameter;
import org.spikelane.layer.Shape;
import org.spikelane.neuron.Leaky;
import org.spikelane.neuron.Neuron;
import org.spikelane.neuron.RLeaky;
import org.spikelane.neuron.RSynaptic;
import org.spikelane.neuron.RecurrentBuilder;
import org.spikelane.neuron.Synaptic;
import org.spikelane.quant.StateQuantization;
import org.spikelane.surrogate.Surrogate;

/**
 * A network's configuration as JSON. The values of neuron parameters are tensors of the same file, so the JSON says only
 * which of them learn.
 */
public final class NetworkJson {

  private static final int FORMAT = 1;

  /** Values of an input, an output, weights or delays, beyond which a file is not believed that does not hold them. */
  public static final int LARGEST_UNCHECKED = 1 << 24;

  private NetworkJson() {}

  // ------------------------------------------------------------------ writing

  /**
   * The configuration of a network, as {@link NetworkFile} keeps it.
   *
   * @throws IllegalArgumentException if it cannot be saved: custom surrogates
   */
  public static JsonObject write(Network network) {
    JsonObject json = new JsonObject();
    json.addProperty("format", FORMAT);
    json.add("input", extents(network.inputShape()));
    JsonArray layers = new JsonArray();
    for (NamedLayer named : network.layers()) {
      JsonObject layer = layer(named.layer());
      layer.addProperty("name", named.name());
      layers.add(layer);
    }
    json.add("layers", layers);
    return json;
  }

  private static JsonArray extents(Shape shape) {
    JsonArray array = new JsonArray();
    for (int extent : shape.extents()) {
      array.add(extent);
    }
    return array;
  }

  private static JsonObject layer(Layer layer) {
    JsonObject json = new JsonObject();
    json.addProperty("type", layer.type());
    switch (layer) {
      case Linear linear -> {
        json.addProperty("out", linear.outputShape().size());
        json.addProperty("bias", linear.hasBias());
      }
      case Conv2d conv -> {
        windows(json, conv.rows(), conv.columns());
        channels(json, conv.outputShape().extent(0), conv.groups(), conv.hasBias());
      }
      case Conv1d conv -> {
        windows(json, conv.window(), conv.window());
        channels(json, conv.outputShape().extent(0), conv.groups(), conv.hasBias());
      }
      case MaxPool2d pool -> json.addProperty("kernel", pool.kernel());
      case LinearPool2d pool -> windows(json, pool.rows(), pool.columns());
      case Flatten flatten -> {
        json.addProperty("start_dim", flatten.startDim());
        json.addProperty("end_dim", flatten.endDim());
      }
      case Delay delay -> json.add("delay", delays(delay.delays()));
      case Scale scale -> {
        json.addProperty("bias", scale.bias() != null);
        json.addProperty("learn", scale.weight().parameter().trainable());
      }
      case Neuron neuron -> neuron(neuron, json);
      default -> throw new IllegalArgumentException("layer: " + layer.type() + " cannot be saved");
    }
    return json;
  }

  /**
   * What a layer of neurons does beside its parameters' values: surrogate, resets, inhibition, quantisation, kind of
   * recurrence, and which parameters learn.
   *
   * @throws IllegalArgumentException if it has a surrogate that is code of the caller's
   */
  public static JsonObject settings(Neuron neuron) {
    JsonObject json = new JsonObject();
    neuron(neuron, json);
    return json;
  }

  /** Windows along two axes; along one if they are the same. */
  private static void windows(JsonObject json, Window rows, Window columns) {
    json.add("kernel", numbers(rows.kernel(), columns.kernel()));
    json.add("stride", numbers(rows.stride(), columns.stride()));
    if (rows.before() == rows.after() && columns.before() == columns.after()) {
      json.add("padding", numbers(rows.before(), columns.before()));
    } else {
      // Only what keeps the extent has other padding behind than before.
      json.addProperty("padding", "same");
    }
    json.add("dilation", numbers(rows.dilation(), columns.dilation()));
  }

  private static JsonElement numbers(int ofRows, int ofColumns) {
    if (ofRows == ofColumns) {
      return new JsonPrimitive(ofRows);
    }
    JsonArray pair = new JsonArray();
    pair.add(ofRows);
    pair.add(ofColumns);
    return pair;
  }

  /** One number if all are the same. */
  private static JsonElement delays(int[] delays) {
    if (Arrays.stream(delays).allMatch(delay -> delay == delays[0])) {
      return new JsonPrimitive(delays[0]);
    }
    JsonArray each = new JsonArray();
    for (int delay : delays) {
      each.add(delay);
    }
    return each;
  }

  private static void channels(JsonObject json, int out, int groups, boolean bias) {
    json.addProperty("out", out);
    json.addProperty("groups", groups);
    json.addProperty("bias", bias);
  }

  private static void neuron(Neuron neuron, JsonObject json) {
    json.add("surrogate", surrogate(neuron.surrogate()));
    json.addProperty("surrogate_disable", neuron.surrogateDisabled());
    json.addProperty("inhibition", neuron.inhibition());
    json.addProperty("reset_mechanism", neuron.resetMechanism().name().toLowerCase(Locale.ROOT));
    json.addProperty("reset_delay", neuron.resetDelay());
    if (neuron.output() != Neuron.Output.SPIKES) {
      json.addProperty("output", neuron.output().name().toLowerCase(Locale.ROOT));
    }
    if (neuron.stateQuant() != null) {
      json.add("state_quant", stateQuant(neuron.stateQuant()));
    }
    if (neuron.recurrence() != null) {
      json.add("recurrent", recurrence(neuron.recurrence()));
    }
    JsonArray learn = new JsonArray();
    learnable(neuron).forEach((parameter) -> {
      if (parameter.parameter().trainable()) {
        learn.add(parameter.parameter().name());
      }
    });
    json.add("learn", learn);
  }

  private static List<NeuronParameter> learnable(Neuron neuron) {
    List<NeuronParameter> parameters = new ArrayList<>(List.of(neuron.beta(), neuron.threshold()));
    if (neuron.alpha() != null) {
      parameters.add(neuron.alpha());
    }
    if (neuron.gradedSpikesFactor() != null) {
      parameters.add(neuron.gradedSpikesFactor());
    }
    return parameters;
  }

  private static JsonObject recurrence(Recurrence recurrence) {
    JsonObject json = new JsonObject();
    switch (recurrence) {
      case AllToAll dense -> {
        json.addProperty("kind", "linear");
        json.addProperty("bias", dense.parameters().size() > 1);
      }
      case OneToOne oneToOne -> json.addProperty("kind", "one_to_one");
      case Convolutional conv -> {
        json.addProperty("kind", "conv2d");
        json.addProperty("bias", conv.parameters().size() > 1);
        Shape weight = conv.parameters().getFirst().shape();
        json.addProperty("kernel_height", weight.extent(2));
        json.addProperty("kernel_width", weight.extent(3));
      }
    }
    json.addProperty("learn", recurrence.parameters().getFirst().trainable());
    return json;
  }

  private static JsonObject stateQuant(StateQuantization quant) {
    JsonObject json = new JsonObject();
    json.addProperty("num_bits", quant.numBits());
    json.addProperty("uniform", quant.uniform());
    json.addProperty("thr_centered", quant.thrCentered());
    json.addProperty("threshold", quant.threshold());
    json.addProperty("lower_limit", quant.lowerLimit());
    json.addProperty("upper_limit", quant.upperLimit());
    if (quant.multiplier() != null) {
      json.addProperty("multiplier", quant.multiplier());
    }
    return json;
  }

  /**
   * A surrogate gradient as the configuration of a layer names it.
   *
   * @throws IllegalArgumentException if it is code of the caller's
   */
  public static JsonObject surrogate(Surrogate surrogate) {
    JsonObject json = new JsonObject();
    switch (surrogate) {
      case Surrogate.ATan s -> named(json, "atan").addProperty("alpha", s.alpha());
      case Surrogate.FastSigmoid s -> named(json, "fast_sigmoid").addProperty("slope", s.slope());
      case Surrogate.Sigmoid s -> named(json, "sigmoid").addProperty("slope", s.slope());
      case Surrogate.Triangular s -> named(json, "triangular").addProperty("threshold", s.height());
      case Surrogate.Heaviside s -> named(json, "heaviside");
      case Surrogate.StraightThrough s -> named(json, "straight_through_estimator");
      case Surrogate.SpikeRateEscape s -> {
        named(json, "spike_rate_escape").addProperty("beta", s.beta());
        json.addProperty("slope", s.slope());
      }
      case Surrogate.SparseFastSigmoid s -> {
        named(json, "sfs").addProperty("slope", s.slope());
        json.addProperty("B", s.bound());
      }
      case Surrogate.Leaky s -> named(json, "lso").addProperty("slope", s.slope());
      case Surrogate.Stochastic s -> {
        named(json, "sso").addProperty("mean", s.mean());
        json.addProperty("variance", s.variance());
        json.addProperty("seed", s.seed());
      }
      case Surrogate.Custom s ->
          throw new IllegalArgumentException("surrogate: a custom one is code and cannot be saved in a file");
    }
    return json;
  }

  private static JsonObject named(JsonObject json, String name) {
    json.addProperty("name", name);
    return json;
  }

  // ------------------------------------------------------------------ reading

  /**
   * The network of a configuration. Parameters of neurons have the shapes and values of {@code tensors}; weights are not
   * taken from there.
   *
   * @throws IllegalArgumentException saying which field of which layer is at fault
   */
  public static Network read(JsonObject json, Map<String, Tensor> tensors) {
    JsonFields root = new JsonFields(json, "network");
    int format = root.integer("format");
    if (format != FORMAT) {
      throw new IllegalArgumentException("format: expected " + FORMAT + ", got " + format
          + "; the file is of another version of spikelane");
    }
    int[] extents = root.integers("input");
    Network.Builder builder = Network.input(extents);
    Shape shape = Shape.of(extents);
    if (shape.size() > LARGEST_UNCHECKED) {
      throw new IllegalArgumentException("network.input: expected at most " + LARGEST_UNCHECKED + " values, got " + shape);
    }
    for (JsonElement element : root.array("layers")) {
      JsonFields layer = new JsonFields(element.getAsJsonObject(), "layer");
      String name = layer.text("name");
      layer = new JsonFields(element.getAsJsonObject(), name);
      shape = requireWeights(name, layer, shape, tensors);
      add(builder, name, layer, tensors);
    }
    return builder.build(0);
  }

  /**
   * Compares the weights that a layer would have with the tensors of the file, so that no more memory is asked for than
   * the file can fill; returns the layer's output shape.
   */
  private static Shape requireWeights(String name, JsonFields layer, Shape input, Map<String, Tensor> tensors) {
    return switch (layer.text("type")) {
      case "Linear" -> {
        int out = layer.integer("out");
        requireRoom(tensors, name + ".weight", Shape.of(out, input.size()));
        yield Shape.of(out);
      }
      case "Conv2d" -> requireRoom(name, conv2d(layer), input, tensors);
      case "Conv1d" -> requireRoom(name, conv1d(layer), input, tensors);
      case "Delay" -> {
        int longest = Arrays.stream(layer.oneOrMore("delay")).max().orElse(0);
        if ((1L + longest) * input.size() > LARGEST_UNCHECKED) {
          throw new IllegalArgumentException(name + ".delay: expected at most " + LARGEST_UNCHECKED
              + " values under way, got " + longest + " steps of " + input);
        }
        yield input;
      }
      case "MaxPool2d", "SumPool2d", "AvgPool2d", "Flatten" -> {
        Network.Builder alone = Network.input(input.extents());
        add(alone, name, layer, tensors);
        yield requireRoom(name, alone.build(0).outputShape());
      }
      default -> {
        if (layer.has("recurrent")) {
          JsonFields recurrent = layer.object("recurrent");
          String weight = name + ".recurrent.weight";
          String kind = recurrent.text("kind");
          if (kind.equals("linear")) {
            requireRoom(tensors, weight, Shape.of(input.size(), input.size()));
          } else if (kind.equals("conv2d") && input.rank() > 0) {
            requireRoom(tensors, weight, Shape.of(input.extent(0), input.extent(0), recurrent.integer("kernel_height"),
                recurrent.integer("kernel_width")));
          }
        }
        yield input;
      }
    };
  }

  private static Shape requireRoom(String name, ConvolutionBuilder<?> convolution, Shape input,
      Map<String, Tensor> tensors) {
    Shape weight;
    Shape output;
    try {
      weight = convolution.weightShape(input);
      output = convolution.outputShape(input);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(name + ": " + e.getMessage(), e);
    }
    requireRoom(tensors, name + ".weight", weight);
    return requireRoom(name, output);
  }

  /** A layer with few weights or none may still make much of its input, by padding it. */
  private static Shape requireRoom(String name, Shape output) {
    if (output.size() > LARGEST_UNCHECKED) {
      throw new IllegalArgumentException(
          name + ": expected an output of at most " + LARGEST_UNCHECKED + " values, got " + output);
    }
    return output;
  }

  private static void requireRoom(Map<String, Tensor> tensors, String name, Shape wanted) {
    int there = tensors.containsKey(name) ? tensors.get(name).values().length : 0;
    if (wanted.size() > Math.max(there, LARGEST_UNCHECKED)) {
      throw new IllegalArgumentException(name + ": the configuration asks for " + wanted + ", the file has " + there
          + " values of that name");
    }
  }

  private static void add(Network.Builder builder, String name, JsonFields layer, Map<String, Tensor> tensors) {
    String type = layer.text("type");
    switch (type) {
      case "Linear" -> builder.linear(name, layer.integer("out"), layer.flag("bias"));
      case "Conv2d" -> builder.conv2d(name, conv -> conv2d(layer));
      case "Conv1d" -> builder.conv1d(name, conv -> conv1d(layer));
      case "MaxPool2d" -> builder.maxPool2d(name, layer.integer("kernel"));
      case "SumPool2d" -> builder.sumPool2d(name, window(layer, 0), window(layer, 1));
      case "AvgPool2d" -> builder.avgPool2d(name, window(layer, 0), window(layer, 1));
      case "Flatten" -> builder.flatten(name, layer.integer("start_dim", 0), layer.integer("end_dim", -1));
      case "Delay" -> builder.delay(name, layer.oneOrMore("delay"));
      case "Scale" -> {
        Tensor weight = tensor(tensors, name + ".weight");
        Tensor bias = layer.flag("bias") ? tensor(tensors, name + ".bias") : null;
        builder.scale(name, scale -> {
          scale.weight(shape(weight), weight.values()).learn(layer.flag("learn"));
          return bias == null ? scale : scale.bias(shape(bias), bias.values());
        });
      }
      case "Leaky" -> {
        Leaky.Builder leaky = common(Leaky.builder(), name, layer, tensors);
        Tensor factor = tensor(tensors, name + ".graded_spikes_factor");
        builder.neuron(name, leaky.gradedSpikesFactor(factor.values().length == 1 ? factor.values()[0] : Float.NaN)
            .learnGradedSpikesFactor(learns(layer, "graded_spikes_factor")));
      }
      case "RLeaky" -> builder.neuron(name, recurrent(RLeaky.builder(), name, layer, tensors));
      case "Synaptic" -> {
        Tensor alpha = tensor(tensors, name + ".alpha");
        builder.neuron(name, common(Synaptic.builder(), name, layer, tensors)
            .alpha(shape(alpha), alpha.values()).learnAlpha(learns(layer, "alpha")));
      }
      case "RSynaptic" -> {
        Tensor alpha = tensor(tensors, name + ".alpha");
        builder.neuron(name, recurrent(RSynaptic.builder(), name, layer, tensors)
            .alpha(shape(alpha), alpha.values()).learnAlpha(learns(layer, "alpha")));
      }
      default -> throw new IllegalArgumentException(name + ".type: expected Linear, Conv1d, Conv2d, MaxPool2d,"
          + " SumPool2d, AvgPool2d, Flatten, Scale, Delay, Leaky, RLeaky, Synaptic or RSynaptic, got " + type);
    }
  }

  /**
   * The windows of a pool along an axis of the image, 0 for rows; side by side without padding if nothing else is said.
   */
  private static Window window(JsonFields pool, int axis) {
    int kernel = pool.pair("kernel")[axis];
    return Window.of(kernel, pool.pair("stride", kernel)[axis], pool.pair("padding", 0)[axis]);
  }

  private static Conv1d.Builder conv1d(JsonFields layer) {
    Conv1d.Builder conv = channels(Conv1d.builder(), layer).kernelSize(layer.integer("kernel"))
        .stride(layer.integer("stride", 1)).dilation(layer.integer("dilation", 1));
    return layer.says("padding", "same") ? conv.paddingSame() : conv.padding(layer.integer("padding", 0));
  }

  private static Conv2d.Builder conv2d(JsonFields layer) {
    int[] kernel = layer.pair("kernel");
    int[] stride = layer.pair("stride", 1);
    int[] padding = layer.says("padding", "same") ? new int[2] : layer.pair("padding", 0);
    int[] dilation = layer.pair("dilation", 1);
    Conv2d.Builder conv = channels(Conv2d.builder(), layer).kernelSize(kernel[0], kernel[1])
        .stride(stride[0], stride[1]).padding(padding[0], padding[1]).dilation(dilation[0], dilation[1]);
    return layer.says("padding", "same") ? conv.paddingSame() : conv;
  }

  private static <B extends ConvolutionBuilder<B>> B channels(B builder, JsonFields layer) {
    return builder.outChannels(layer.integer("out")).groups(layer.integer("groups", 1)).bias(layer.flag("bias", true));
  }

  private static <B extends Neuron.Builder<B>> B common(B builder, String name, JsonFields layer,
      Map<String, Tensor> tensors) {
    Tensor beta = tensor(tensors, name + ".beta");
    Tensor threshold = tensor(tensors, name + ".threshold");
    settings(layer, builder);
    return builder.beta(shape(beta), beta.values()).threshold(shape(threshold), threshold.values());
  }

  /**
   * Applies what {@link #settings(Neuron)} wrote, but for the kind of recurrence.
   *
   * @param place where it stands, for messages
   * @throws IllegalArgumentException saying which field is missing or wrong
   */
  public static void apply(JsonObject settings, String place, Neuron.Builder<?> builder) {
    JsonFields fields = new JsonFields(settings, place);
    settings(fields, builder);
    switch (builder) {
      case Leaky.Builder leaky -> leaky.learnGradedSpikesFactor(learns(fields, "graded_spikes_factor"));
      case Synaptic.Builder synaptic -> synaptic.learnAlpha(learns(fields, "alpha"));
      case RLeaky.Builder rLeaky -> learnRecurrent(fields, rLeaky);
      case RSynaptic.Builder rSynaptic -> learnRecurrent(fields, rSynaptic.learnAlpha(learns(fields, "alpha")));
    }
  }

  private static boolean learns(JsonFields layer, String parameter) {
    return layer.texts("learn").contains(parameter);
  }

  private static void learnRecurrent(JsonFields fields, RecurrentBuilder<?> builder) {
    builder.learnRecurrent(fields.object("recurrent").flag("learn"));
  }

  private static void settings(JsonFields layer, Neuron.Builder<?> builder) {
    builder.learnBeta(learns(layer, "beta")).learnThreshold(learns(layer, "threshold"))
        .surrogate(surrogate(layer.object("surrogate"))).surrogateDisabled(layer.flag("surrogate_disable"))
        .inhibition(layer.flag("inhibition")).resetDelay(layer.flag("reset_delay"))
        .resetMechanism(resetMechanism(layer.text("reset_mechanism")));
    if (layer.has("output")) {
      builder.output(output(layer.text("output")));
    }
    if (layer.has("state_quant")) {
      builder.stateQuant(stateQuant(layer.object("state_quant")));
    }
  }

  private static <B extends RecurrentBuilder<B>> B recurrent(B builder, String name, JsonFields layer,
      Map<String, Tensor> tensors) {
    common(builder, name, layer, tensors);
    JsonFields recurrent = layer.object("recurrent");
    builder.learnRecurrent(recurrent.flag("learn")).recurrentBias(recurrent.flag("bias", true));
    String kind = recurrent.text("kind");
    switch (kind) {
      case "linear" -> builder.allToAll();
      case "one_to_one" -> {
        Tensor v = tensor(tensors, name + ".V");
        builder.allToAll(false).v(shape(v), v.values());
      }
      case "conv2d" -> {
        Shape weight = shape(tensor(tensors, name + ".recurrent.weight"));
        builder.conv2dChannels(weight.rank() > 0 ? weight.extent(0) : 0)
            .kernelSize(recurrent.integer("kernel_height"), recurrent.integer("kernel_width"));
      }
      default -> throw new IllegalArgumentException(
          name + ".recurrent.kind: expected linear, one_to_one or conv2d, got " + kind);
    }
    return builder;
  }

  private static Tensor tensor(Map<String, Tensor> tensors, String name) {
    Tensor tensor = tensors.get(name);
    if (tensor == null) {
      throw new IllegalArgumentException("expected a tensor " + name + ", got none of that name");
    }
    return tensor;
  }

  private static Shape shape(Tensor tensor) {
    return Shape.of(tensor.shape());
  }

  private static ResetMechanism resetMechanism(String name) {
    return switch (name) {
      case "subtract" -> ResetMechanism.SUBTRACT;
      case "zero" -> ResetMechanism.ZERO;
      case "none" -> ResetMechanism.NONE;
      default -> throw new IllegalArgumentException("reset_mechanism: expected subtract, zero or none, got " + name);
    };
  }

  private static Neuron.Output output(String name) {
    return switch (name) {
      case "spikes" -> Neuron.Output.SPIKES;
      case "membrane" -> Neuron.Output.MEMBRANE;
      default -> throw new IllegalArgumentException("output: expected spikes or membrane, got " + name);
    };
  }

  private static Surrogate surrogate(JsonFields json) {
    String name = json.text("name");
    return switch (name) {
      case "atan" -> new Surrogate.ATan(json.float32("alpha"));
      case "fast_sigmoid" -> new Surrogate.FastSigmoid(json.float32("slope"));
      case "sigmoid" -> new Surrogate.Sigmoid(json.float32("slope"));
      case "triangular" -> new Surrogate.Triangular(json.float32("threshold"));
      case "heaviside" -> new Surrogate.Heaviside();
      case "straight_through_estimator" -> new Surrogate.StraightThrough();
      case "spike_rate_escape" -> new Surrogate.SpikeRateEscape(json.float32("beta"), json.float32("slope"));
      case "sfs" -> new Surrogate.SparseFastSigmoid(json.float32("slope"), json.float32("B"));
      case "lso" -> new Surrogate.Leaky(json.float32("slope"));
      case "sso" -> new Surrogate.Stochastic(json.float32("mean"), json.float32("variance"), json.whole("seed"));
      default -> throw new IllegalArgumentException("surrogate.name: not the name of a surrogate: " + name);
    };
  }

  private static StateQuantization stateQuant(JsonFields json) {
    StateQuantization.Builder builder = StateQuantization.builder().numBits(json.integer("num_bits"))
        .uniform(json.flag("uniform")).thrCentered(json.flag("thr_centered")).threshold(json.number("threshold"))
        .lowerLimit(json.number("lower_limit")).upperLimit(json.number("upper_limit"));
    if (json.has("multiplier")) {
      builder.multiplier(json.number("multiplier"));
    }
    return builder.build();
  }
}
