package org.spikelane.network;

import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.spikelane.format.FormatException;
import org.spikelane.format.Safetensors;
import org.spikelane.format.Tensor;
import org.spikelane.layer.Parameter;
import org.spikelane.neuron.Neuron;

/**
 * A network in one file: safetensors whose tensors have snnTorch's names, and whose metadata holds the configuration
 * under {@code spikelane.network}, beside entries of the caller's own. Any safetensors reader sees the weights.
 */
public final class NetworkFile {

  /** The metadata entry that holds the configuration, by which a file of ours is known. */
  public static final String KEY = "spikelane.network";

  private final Network network;
  private final Map<String, String> metadata;

  private NetworkFile(Network network, Map<String, String> metadata) {
    this.network = network;
    this.metadata = metadata;
  }

  /** A file of this network, with no metadata of the caller's yet. */
  public static NetworkFile of(Network network) {
    return new NetworkFile(network, new LinkedHashMap<>());
  }

  /** The network. */
  public Network network() {
    return network;
  }

  /** The caller's own metadata, to be read and written to; what stands under {@link #KEY} is not kept. */
  public Map<String, String> metadata() {
    return metadata;
  }

  /**
   * Writes the file, beside the path first, then renamed.
   *
   * @throws IllegalArgumentException if the network cannot be saved: custom surrogates, weights that are not finite
   */
  public void save(Path path) throws IOException {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    network.parameters().forEach((name, parameter) -> {
      requireFinite(name, parameter.values());
      tensors.put(name, new Tensor(parameter.shape().extents(), parameter.values()));
    });
    Map<String, String> all = new LinkedHashMap<>(metadata);
    all.put(KEY, NetworkJson.write(network).toString());
    Safetensors.write(path, tensors, all);
  }

  private static void requireFinite(String name, float[] values) {
    for (int i = 0; i < values.length; i++) {
      if (!Float.isFinite(values[i])) {
        throw new IllegalArgumentException(name + ": expected finite weights, got " + values[i] + " at index " + i);
      }
    }
  }

  /**
   * Reads what {@link #save} wrote.
   *
   * @throws FormatException if the file is malformed, its tensors do not fit its configuration, or a weight is not finite
   */
  public static NetworkFile load(Path path) throws IOException {
    Safetensors file = Safetensors.read(path);
    String configuration = file.metadata().get(KEY);
    if (configuration == null) {
      throw new FormatException(path, "metadata: expected an entry " + KEY + ", the configuration that spikelane writes;"
          + " got none, so this file holds weights without a network");
    }
    Network network;
    try {
      JsonObject json = JsonParser.parseString(configuration).getAsJsonObject();
      network = NetworkJson.read(json, file.tensors());
    } catch (JsonParseException | IllegalStateException | UnsupportedOperationException e) {
      throw new FormatException(path, "metadata " + KEY + ": not the JSON of a network", e);
    } catch (IllegalArgumentException e) {
      throw new FormatException(path, "metadata " + KEY + ": " + e.getMessage(), e);
    }
    try {
      assign(network, file.tensors());
    } catch (IllegalArgumentException e) {
      throw new FormatException(path, e.getMessage(), e);
    }
    Map<String, String> metadata = new LinkedHashMap<>(file.metadata());
    metadata.remove(KEY);
    return new NetworkFile(network, metadata);
  }

  /**
   * Copies tensors into a network's parameters by name, as {@code load_state_dict} does with a state dict of snnTorch.
   *
   * <p>The buffers that snnTorch saves beside a neuron's parameters must say what the network does: {@code
   * reset_mechanism_val} its reset mechanism, {@code graded_spikes_factor} 1 where it has none, {@code recurrent.V} the
   * same as {@code V}.
   *
   * @throws IllegalArgumentException naming every parameter that is missing, surplus, misshapen or not finite, and every
   *     buffer that says something else
   */
  public static void assign(Network network, Map<String, Tensor> tensors) {
    List<String> problems = misfits(network, tensors);
    if (!problems.isEmpty()) {
      throw new IllegalArgumentException("tensors: " + String.join("; ", problems));
    }
    for (Map.Entry<String, Parameter> entry : network.parameters().entrySet()) {
      float[] values = entry.getValue().values();
      System.arraycopy(tensors.get(entry.getKey()).values(), 0, values, 0, values.length);
    }
    network.refresh();
  }

  /** What {@link #assign} would refuse, each in words; empty if nothing. */
  public static List<String> misfits(Network network, Map<String, Tensor> tensors) {
    List<String> problems = new ArrayList<>();
    network.parameters().forEach((name, parameter) -> {
      Tensor tensor = tensors.get(name);
      if (tensor == null) {
        problems.add(name + " is missing");
      } else if (!Arrays.equals(tensor.shape(), parameter.shape().extents())) {
        problems.add(name + " has shape " + Arrays.toString(tensor.shape()) + ", expected " + parameter.shape());
      } else {
        try {
          requireFinite(name, tensor.values());
        } catch (IllegalArgumentException e) {
          problems.add(e.getMessage());
        }
      }
    });
    for (String name : tensors.keySet()) {
      if (!network.parameters().containsKey(name)) {
        checkBuffer(network, name, tensors, problems);
      }
    }
    return problems;
  }

  /** What snnTorch saves of a neuron beside its parameters is compared with the layer, and not copied. */
  private static void checkBuffer(Network network, String name, Map<String, Tensor> tensors, List<String> problems) {
    int dot = name.indexOf('.');
    Neuron neuron = dot < 0 ? null : network.neurons().get(name.substring(0, dot));
    String buffer = name.substring(dot + 1);
    float[] values = tensors.get(name).values();
    if (neuron != null && buffer.equals("reset_mechanism_val") && values.length == 1) {
      if (values[0] != neuron.resetMechanismVal()) {
        problems.add(name + " is " + values[0] + ", expected " + neuron.resetMechanismVal() + " for "
            + neuron.resetMechanism());
      }
    } else if (neuron != null && buffer.equals("graded_spikes_factor") && values.length == 1) {
      if (values[0] != 1f) {
        problems.add(name + " is " + values[0] + ", expected 1, as " + neuron.type() + " has no such factor");
      }
    } else if (neuron != null && buffer.equals("recurrent.V")) {
      Tensor v = tensors.get(name.substring(0, dot) + ".V");
      if (v == null || !Arrays.equals(v.values(), values)) {
        problems.add(name + " differs from V, of which it should be another name");
      }
    } else {
      problems.add(name + " belongs to no layer");
    }
  }
}
