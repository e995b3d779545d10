package org.spikelane.exchange;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.spikelane.format.FormatException;
import org.spikelane.format.NumberType;
import org.spikelane.format.PyTorchFile;
import org.spikelane.format.Safetensors;
import org.spikelane.format.Tensor;
import org.spikelane.layer.Parameter;
import org.spikelane.network.NamedLayer;
import org.spikelane.network.Network;
import org.spikelane.network.NetworkFile;
import org.spikelane.network.NetworkJson;
import org.spikelane.neuron.Leaky;
import org.spikelane.neuron.Neuron;

/**
 * A state dict: what {@code net.state_dict()} gives in PyTorch, tensors by the names of modules and their parameters,
 * {@code fc1.weight}, {@code lif1.recurrent.weight}, {@code lif1.reset_mechanism_val}.
 *
 * <p>It holds no network: the order of the layers, {@code reset_delay}, the surrogate, inhibition, quantisation and whatever
 * has no parameters come from a <em>description</em>, {@link NetworkJson} with everything left out that the tensors tell:
 *
 * <pre>{@code
 * {"layers": [{"name": "fc1"}, {"name": "lif1", "reset_delay": false}, {"name": "fc2"}, {"name": "lif2"}]}
 * }</pre>
 *
 * A layer's {@code module} is its name in the state dict, where it has another there. Left out, the type of a layer, its
 * size, bias and recurrence follow from its tensors, the input from the first layer's weights, and the rest is as snnTorch
 * has it by default. The reset mechanism is the state dict's ({@code reset_mechanism_val}), whatever the description says:
 * {@code load_state_dict} itself would change that number and go on with the reset of the constructor.
 *
 * <p>Names are matched as they are; {@link #withoutPrefix} and {@link #renamed} change them. Immutable, but for the values of
 * the tensors, which are shared.
 */
public final class StateDict {

  /** The module within a neuron's that holds its recurrence. */
  private static final String RECURRENT = ".recurrent";

  private final Map<String, Tensor> tensors;

  private StateDict(Map<String, Tensor> tensors) {
    this.tensors = Collections.unmodifiableMap(tensors);
  }

  /**
   * A network that was read.
   *
   * @param network with the tensors as its parameters
   * @param notes what was assumed, or decided between description and state dict, a line each
   */
  public record Imported(Network network, List<String> notes) {}

  // ------------------------------------------------------------------ getting one

  /** A state dict of these tensors, in the map's order. */
  public static StateDict of(Map<String, Tensor> tensors) {
    return new StateDict(new LinkedHashMap<>(tensors));
  }

  /**
   * The state dict of a network, as {@code load_state_dict} takes it, strict: its parameters, and the buffers of snnTorch's
   * neurons beside them. Shares the values.
   */
  public static StateDict of(Network network) {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    for (NamedLayer named : network.layers()) {
      String module = named.name() + ".";
      for (Parameter parameter : named.layer().parameters()) {
        tensors.put(module + parameter.name(), new Tensor(parameter.shape().extents(), parameter.values()));
      }
      if (named.layer() instanceof Neuron neuron) {
        if (!(neuron instanceof Leaky)) {
          tensors.put(module + "graded_spikes_factor", new Tensor(new int[] {}, new float[] {1f}));
        }
        tensors.put(module + "reset_mechanism_val",
            new Tensor(NumberType.I64, new int[] {}, new float[] {neuron.resetMechanismVal()}));
        // snnTorch registers a V that learns a second time, in the module of the recurrence.
        Tensor v = tensors.get(module + "V");
        if (v != null && network.parameter(module + "V").trainable()) {
          tensors.put(module + "recurrent.V", v);
        }
      }
    }
    return new StateDict(tensors);
  }

  /**
   * Reads a file of {@code torch.save}, or safetensors of any writer; which of the two, its first bytes tell.
   *
   * @throws FormatException if it is malformed, or a checkpoint of several dictionaries; the message names them
   */
  public static StateDict read(Path file) throws FormatException {
    if (requireTensors(file) == NetworkFormat.SAFETENSORS) {
      return new StateDict(Safetensors.read(file).tensors());
    }
    Map<String, Map<String, Tensor>> dictionaries = PyTorchFile.read(file).dictionaries();
    if (dictionaries.isEmpty()) {
      throw new FormatException(file, "expected a state dict, got a dictionary without tensors");
    }
    if (dictionaries.size() > 1 || !dictionaries.containsKey("")) {
      throw new FormatException(file, "expected a state dict, got a checkpoint that holds " + listed(dictionaries)
          + "; name the one to take (--entry)");
    }
    return new StateDict(dictionaries.get(""));
  }

  /**
   * Reads one dictionary of a checkpoint, such as {@code model_state_dict}.
   *
   * @throws FormatException if the file is malformed, or has no dictionary of tensors of that name
   */
  public static StateDict read(Path file, String entry) throws FormatException {
    if (requireTensors(file) == NetworkFormat.SAFETENSORS) {
      throw new FormatException(file, "expected a file of torch.save to take " + entry + " of, got safetensors");
    }
    Map<String, Map<String, Tensor>> dictionaries = PyTorchFile.read(file).dictionaries();
    if (!dictionaries.containsKey(entry)) {
      throw new FormatException(file, "expected a dictionary " + entry + ", got " + listed(dictionaries));
    }
    return new StateDict(dictionaries.get(entry));
  }

  private static NetworkFormat requireTensors(Path file) throws FormatException {
    NetworkFormat format = NetworkFormat.of(file);
    if (format == NetworkFormat.NIR) {
      throw new FormatException(file, "expected a state dict, got a NIR graph");
    }
    return format;
  }

  private static String listed(Map<String, Map<String, Tensor>> dictionaries) {
    return dictionaries.entrySet().stream()
        .map(e -> (e.getKey().isEmpty() ? "itself" : e.getKey()) + " (" + e.getValue().size() + " tensors)")
        .collect(Collectors.joining(", "));
  }

  // ------------------------------------------------------------------ what is in it

  /** The tensors by name, in the state dict's order; unmodifiable. */
  public Map<String, Tensor> tensors() {
    return tensors;
  }

  /**
   * The same with a prefix taken off the names that begin with it: {@code module.} of {@code DataParallel}, {@code net.} of a
   * wrapper.
   *
   * @throws IllegalArgumentException if no name begins with it, or a name is then there twice
   */
  public StateDict withoutPrefix(String prefix) {
    if (tensors.keySet().stream().noneMatch(name -> name.startsWith(prefix))) {
      throw new IllegalArgumentException("prefix: expected one that names begin with, as " + first() + " does, got " + prefix);
    }
    Map<String, Tensor> shorter = new LinkedHashMap<>();
    tensors.forEach((name, tensor) ->
        put(shorter, name.startsWith(prefix) ? name.substring(prefix.length()) : name, tensor));
    return new StateDict(shorter);
  }

  /**
   * The same with modules renamed: {@code {"features.0": "conv1"}} makes {@code conv1.weight} of {@code features.0.weight}.
   *
   * @throws IllegalArgumentException if there is no such module, or a name is then there twice
   */
  public StateDict renamed(Map<String, String> modules) {
    Map<String, Tensor> named = new LinkedHashMap<>();
    Map<String, String> unused = new TreeMap<>(modules);
    tensors.forEach((name, tensor) -> {
      String module = module(name);
      unused.remove(module);
      put(named, modules.getOrDefault(module, module) + name.substring(module.length()), tensor);
    });
    if (!unused.isEmpty()) {
      throw new IllegalArgumentException("modules: expected names of modules, as that of " + first() + ", got "
          + unused.keySet());
    }
    return new StateDict(named);
  }

  private String first() {
    return tensors.isEmpty() ? "none" : tensors.keySet().iterator().next();
  }

  private static void put(Map<String, Tensor> tensors, String name, Tensor tensor) {
    if (tensors.put(name, tensor) != null) {
      throw new IllegalArgumentException("names: expected each once, got " + name + " twice");
    }
  }

  /** The module that a tensor belongs to: {@code lif1} of {@code lif1.recurrent.weight}. */
  static String module(String name) {
    String owner = name.substring(0, Math.max(0, name.lastIndexOf('.')));
    return owner.endsWith(RECURRENT) ? owner.substring(0, owner.length() - RECURRENT.length()) : owner;
  }

  // ------------------------------------------------------------------ networks

  /**
   * The network of a description, with these tensors.
   *
   * @throws IllegalArgumentException naming everything that does not fit at once: fields of the description, tensors that are
   *     missing, surplus, misshapen or not finite
   */
  public Imported network(JsonObject description) {
    return network(description, NirOptions.NONE);
  }

  /**
   * The same, where resets and surrogate of every layer of neurons are as chosen, whatever the description says of them.
   * There is no dt in a state dict.
   *
   * @throws IllegalArgumentException as {@link #network(JsonObject)}, or if the state dict names another reset mechanism
   *     than was chosen
   */
  public Imported network(JsonObject description, NirOptions options) {
    return new Description(description, options, tensors).network();
  }

  /**
   * A network like the given one, with these tensors and, where it differs, the reset mechanism that they name.
   *
   * @throws IllegalArgumentException as {@link #network(JsonObject)}, or if the network has a surrogate of the caller's own
   */
  public Imported network(Network like) {
    return network(NetworkJson.write(like));
  }

  /**
   * Copies the tensors into a network, as {@code load_state_dict} does, strict.
   *
   * @throws IllegalArgumentException naming everything that does not fit, reset mechanisms included
   */
  public void assignTo(Network network) {
    NetworkFile.assign(network, tensors);
  }

  /**
   * A description that the names, order and shapes of the tensors suggest, to be looked at before it is used: layers without
   * parameters are not in a state dict, nor is the order of the layers, except that modules mostly stand there in it.
   * Where they cannot, as neurons come first or after neurons, sizes and the numbers in names tell the order.
   *
   * @throws IllegalArgumentException if the tensors of a module are those of no layer known here, or tell no order
   */
  public JsonObject suggestion() {
    return suggestion(NirOptions.NONE);
  }

  /**
   * The same, where resets and surrogate of every layer of neurons are as chosen.
   *
   * @throws IllegalArgumentException as {@link #suggestion()}, or if the state dict names another reset mechanism than was
   *     chosen
   */
  public JsonObject suggestion(NirOptions options) {
    return Description.suggestion(tensors, options);
  }

  // ------------------------------------------------------------------ files

  /**
   * Writes a file that {@code torch.load} takes, whole or not at all.
   *
   * @throws IllegalArgumentException as {@link PyTorchFile#write}
   * @throws IOException if writing fails; a file that was there before is then untouched
   */
  public void writePyTorch(Path file) throws IOException {
    PyTorchFile.write(file, tensors);
  }

  /**
   * Writes safetensors, whole or not at all. Two names of one tensor are written twice, so that {@code load_state_dict} finds
   * both.
   *
   * @param metadata strings to keep beside them
   * @throws IOException if writing fails; a file that was there before is then untouched
   */
  public void writeSafetensors(Path file, Map<String, String> metadata) throws IOException {
    Safetensors.write(file, tensors, metadata);
  }
}
