package org.spikelane.format;

import io.jhdf.HdfFile;
import io.jhdf.WritableHdfFile;
import io.jhdf.api.DatasetCreationOptions;
import io.jhdf.api.WritableGroup;
import io.jhdf.exceptions.HdfException;
import java.io.IOException;
import java.lang.reflect.Array;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A NIR file: a graph of {@link NirNode}s in HDF5.
 *
 * <p>Layout, that of Python's {@code nir} 1.0: a text {@code version} and a group {@code node}. A node is a group with
 * a text {@code type} and its parameters; a graph has groups {@code nodes} and, where not empty, {@code metadata}, and
 * texts {@code edges} of shape [E, 2]. Arrays may be stored whole or in compressed chunks, numbers in any type.
 */
public final class NirFile {

  /** The version of Python's {@code nir} whose layout is written. */
  private static final String VERSION = "1.0.8";

  /** Of a node, in bytes: of more, the library writes a length that does not fit. */
  private static final int LONGEST_NAME = 254;
  private static final int COMPRESSION = 4;

  private final Path file;

  private NirFile(Path file) {
    this.file = file;
  }

  // ------------------------------------------------------------------ reading

  /**
   * Reads a file. Nodes of unknown classes come as {@link NirNode.Unknown}; edges are not checked against the nodes.
   *
   * @throws FormatException if the file cannot be read, is damaged, or a node lacks a parameter or has one of another
   *     type
   */
  public static NirNode.Graph read(Path file) throws FormatException {
    Hdf5Item.Group root = Hdf5File.read(file);
    NirFile reader = new NirFile(file);
    if (!(root.children().get("node") instanceof Hdf5Item.Group top)) {
      throw new FormatException(file, "node: expected this group, which holds the graph of a NIR file, got none");
    }
    if (!(reader.node("node", top) instanceof NirNode.Graph graph)) {
      throw new FormatException(file, "node: expected a NIRGraph, got a single node");
    }
    return graph;
  }

  private NirNode node(String path, Hdf5Item.Group group) throws FormatException {
    Fields f = new Fields(path, group);
    String type = f.text("type");
    return switch (type) {
      case "NIRGraph" -> graph(path, f);
      case "Input" -> new NirNode.Input(f.array("shape"));
      case "Output" -> new NirNode.Output(f.array("shape"));
      case "Affine" -> new NirNode.Affine(f.array("weight"), f.array("bias"));
      case "Linear" -> new NirNode.Linear(f.array("weight"));
      case "Scale" -> new NirNode.Scale(f.array("scale"));
      case "Threshold" -> new NirNode.Threshold(f.array("threshold"));
      case "LIF" -> new NirNode.Lif(f.array("tau"), f.array("r"), f.array("v_leak"), f.array("v_threshold"),
          f.array("v_reset", "v_threshold", 0));
      case "CubaLIF" -> new NirNode.CubaLif(f.array("tau_syn"), f.array("tau_mem"), f.array("r"), f.array("v_leak"),
          f.array("v_threshold"), f.array("v_reset", "v_threshold", 0), f.array("w_in", "v_leak", 1));
      case "IF" -> new NirNode.If(f.array("r"), f.array("v_threshold"), f.array("v_reset", "v_threshold", 0));
      case "LI" -> new NirNode.Li(f.array("tau"), f.array("r"), f.array("v_leak"));
      case "CubaLI" -> new NirNode.CubaLi(f.array("tau_syn"), f.array("tau_mem"), f.array("r"), f.array("v_leak"),
          f.array("w_in", "v_leak", 1));
      case "I" -> new NirNode.I(f.array("r"));
      case "Conv1d" -> new NirNode.Conv1d(f.optional("input_shape"), f.array("weight"), f.array("bias"),
          f.array("stride"), f.padding(), f.array("dilation"), f.array("groups"));
      case "Conv2d" -> new NirNode.Conv2d(f.optional("input_shape"), f.array("weight"), f.array("bias"),
          f.array("stride"), f.padding(), f.array("dilation"), f.array("groups"));
      case "SumPool2d" -> new NirNode.SumPool2d(f.array("kernel_size"), f.array("stride"), f.array("padding"));
      case "AvgPool2d" -> new NirNode.AvgPool2d(f.array("kernel_size"), f.array("stride"), f.array("padding"));
      case "Flatten" -> new NirNode.Flatten(f.optional("input_type"), f.scalar("start_dim", 1), f.scalar("end_dim",
          -1));
      case "Delay" -> new NirNode.Delay(f.array("delay"));
      default -> new NirNode.Unknown(type);
    };
  }

  private NirNode.Graph graph(String path, Fields f) throws FormatException {
    Map<String, NirNode> nodes = new LinkedHashMap<>();
    if (!(f.group.children().get("nodes") instanceof Hdf5Item.Group group)) {
      throw f.wrong("nodes", "a group");
    }
    for (Map.Entry<String, Hdf5Item> child : group.children().entrySet()) {
      String childPath = path + "/nodes/" + child.getKey();
      if (!(child.getValue() instanceof Hdf5Item.Group node)) {
        throw new FormatException(file, childPath + ": expected a group, as every node is one, got "
            + describe(child.getValue()));
      }
      nodes.put(child.getKey(), node(childPath, node));
    }
    Map<String, String> metadata = new LinkedHashMap<>();
    if (f.group.children().get("metadata") instanceof Hdf5Item.Group notes) {
      notes.children().forEach((name, item) -> {
        if (item instanceof Hdf5Item.Texts texts && texts.values().length == 1) {
          metadata.put(name, texts.values()[0]);
        }
      });
    }
    return new NirNode.Graph(nodes, f.edges(), metadata);
  }

  private static String describe(Hdf5Item item) {
    return switch (item) {
      case null -> "nothing";
      case Hdf5Item.Group group -> "a group";
      case Hdf5Item.Numbers numbers -> "numbers of shape " + Arrays.toString(numbers.array().shape());
      case Hdf5Item.Texts texts -> "texts of shape " + Arrays.toString(texts.shape());
      case Hdf5Item.Other other -> other.kind();
    };
  }

  /** The parameters of a node. */
  private final class Fields {

    private final String path;
    private final Hdf5Item.Group group;

    Fields(String path, Hdf5Item.Group group) {
      this.path = path;
      this.group = group;
    }

    FormatException wrong(String name, String expected) {
      return new FormatException(
          file, path + "/" + name + ": expected " + expected + ", got " + describe(group.children().get(name)));
    }

    String text(String name) throws FormatException {
      if (group.children().get(name) instanceof Hdf5Item.Texts texts && texts.values().length == 1) {
        return texts.values()[0];
      }
      throw wrong(name, "a text");
    }

    NirArray array(String name) throws FormatException {
      if (group.children().get(name) instanceof Hdf5Item.Numbers numbers) {
        return numbers.array();
      }
      throw wrong(name, "numbers");
    }

    /** Numbers, or the same one throughout the shape of another parameter where there are none of that name. */
    NirArray array(String name, String like, double otherwise) throws FormatException {
      return group.children().containsKey(name) ? array(name) : NirArray.filled(array(like).shape(), otherwise);
    }

    NirArray scalar(String name, double otherwise) throws FormatException {
      return group.children().containsKey(name) ? array(name) : NirArray.scalar(otherwise);
    }

    /** Numbers, or null if there are none of that name. */
    NirArray optional(String name) throws FormatException {
      return switch (group.children().get(name)) {
        case null -> null;
        case Hdf5Item.Other other -> null;
        default -> array(name);
      };
    }

    NirNode.Padding padding() throws FormatException {
      return switch (group.children().get("padding")) {
        case Hdf5Item.Texts texts -> new NirNode.Padding(text("padding"), null);
        case null, default -> new NirNode.Padding(null, array("padding"));
      };
    }

    List<NirNode.Edge> edges() throws FormatException {
      return switch (group.children().get("edges")) {
        // An empty list has no type of its own.
        case Hdf5Item.Numbers numbers when numbers.array().size() == 0 -> List.of();
        case Hdf5Item.Texts texts when texts.shape().length == 2 && texts.shape()[1] == 2 -> {
          List<NirNode.Edge> edges = new ArrayList<>();
          for (int i = 0; i < texts.values().length; i += 2) {
            edges.add(new NirNode.Edge(texts.values()[i], texts.values()[i + 1]));
          }
          yield edges;
        }
        case null, default -> throw wrong("edges", "texts of shape [E, 2]");
      };
    }
  }

  // ------------------------------------------------------------------ writing

  /**
   * Writes a file, whole or not at all ({@link AtomicFile}). Weights and other numbers are float32 where that holds
   * every value of an array exactly, else float64; shapes, strides and the like are int64.
   *
   * @throws IllegalArgumentException if a name is empty, has a slash or NUL or more than 254 bytes in UTF-8, an edge leads to
   *     no node, an array is empty, or a node is {@link NirNode.Unknown}
   * @throws IOException if writing fails; a file that was there before is then untouched
   */
  public static void write(Path file, NirNode.Graph graph) throws IOException {
    check(graph);
    AtomicFile.fill(file, empty -> {
      try (WritableHdfFile hdf = HdfFile.write(empty)) {
        hdf.putDataset("version", VERSION);
        write(hdf.putGroup("node"), graph);
      } catch (HdfException e) {
        throw e.getCause() instanceof IOException problem ? problem : new IOException(e.getMessage(), e);
      }
    });
  }

  private static void check(NirNode.Graph graph) {
    graph.nodes().forEach((name, node) -> {
      if (name.isBlank() || name.contains("/") || name.equals(".") || name.indexOf(0) >= 0) {
        throw new IllegalArgumentException("nodes: expected names of HDF5, without slashes or NUL, got \"" + name + "\"");
      }
      int bytes = name.getBytes(StandardCharsets.UTF_8).length;
      if (bytes > LONGEST_NAME) {
        throw new IllegalArgumentException(
            "nodes: expected names of at most " + LONGEST_NAME + " bytes in UTF-8, got " + bytes + ": " + name);
      }
      switch (node) {
        case NirNode.Graph inner -> check(inner);
        case NirNode.Unknown unknown ->
            throw new IllegalArgumentException("nodes: cannot write " + name + " of class " + unknown.type());
        default -> {}
      }
    });
    for (NirNode.Edge edge : graph.edges()) {
      if (!graph.nodes().containsKey(edge.from()) || !graph.nodes().containsKey(edge.to())) {
        throw new IllegalArgumentException("edges: expected names of nodes, got " + edge.from() + " -> " + edge.to());
      }
    }
  }

  private static void write(WritableGroup group, NirNode node) {
    group.putDataset("type", node.type());
    switch (node) {
      case NirNode.Graph n -> writeGraph(group, n);
      case NirNode.Input n -> integers(group, "shape", n.shape());
      case NirNode.Output n -> integers(group, "shape", n.shape());
      case NirNode.Affine n -> {
        reals(group, "weight", n.weight());
        reals(group, "bias", n.bias());
      }
      case NirNode.Linear n -> reals(group, "weight", n.weight());
      case NirNode.Scale n -> reals(group, "scale", n.scale());
      case NirNode.Threshold n -> reals(group, "threshold", n.threshold());
      case NirNode.Lif n -> {
        reals(group, "tau", n.tau());
        reals(group, "r", n.r());
        reals(group, "v_leak", n.vLeak());
        reals(group, "v_threshold", n.vThreshold());
        reals(group, "v_reset", n.vReset());
      }
      case NirNode.CubaLif n -> {
        reals(group, "tau_syn", n.tauSyn());
        reals(group, "tau_mem", n.tauMem());
        reals(group, "r", n.r());
        reals(group, "v_leak", n.vLeak());
        reals(group, "v_threshold", n.vThreshold());
        reals(group, "v_reset", n.vReset());
        reals(group, "w_in", n.wIn());
      }
      case NirNode.If n -> {
        reals(group, "r", n.r());
        reals(group, "v_threshold", n.vThreshold());
        reals(group, "v_reset", n.vReset());
      }
      case NirNode.Li n -> {
        reals(group, "tau", n.tau());
        reals(group, "r", n.r());
        reals(group, "v_leak", n.vLeak());
      }
      case NirNode.CubaLi n -> {
        reals(group, "tau_syn", n.tauSyn());
        reals(group, "tau_mem", n.tauMem());
        reals(group, "r", n.r());
        reals(group, "v_leak", n.vLeak());
        reals(group, "w_in", n.wIn());
      }
      case NirNode.I n -> reals(group, "r", n.r());
      case NirNode.Conv1d n -> {
        integers(group, "input_shape", n.inputShape());
        convolution(group, n.weight(), n.bias(), n.stride(), n.padding(), n.dilation(), n.groups());
      }
      case NirNode.Conv2d n -> {
        integers(group, "input_shape", n.inputShape());
        convolution(group, n.weight(), n.bias(), n.stride(), n.padding(), n.dilation(), n.groups());
      }
      case NirNode.SumPool2d n -> {
        integers(group, "kernel_size", n.kernelSize());
        integers(group, "stride", n.stride());
        integers(group, "padding", n.padding());
      }
      case NirNode.AvgPool2d n -> {
        integers(group, "kernel_size", n.kernelSize());
        integers(group, "stride", n.stride());
        integers(group, "padding", n.padding());
      }
      case NirNode.Flatten n -> {
        integers(group, "input_type", n.inputType());
        integers(group, "start_dim", n.startDim());
        integers(group, "end_dim", n.endDim());
      }
      case NirNode.Delay n -> reals(group, "delay", n.delay());
      case NirNode.Unknown n -> throw new IllegalStateException("unchecked node of class " + n.type());
    }
  }

  private static void writeGraph(WritableGroup group, NirNode.Graph graph) {
    WritableGroup nodes = group.putGroup("nodes");
    graph.nodes().forEach((name, node) -> write(nodes.putGroup(name), node));
    String[][] edges = graph.edges().stream().map(e -> new String[] {e.from(), e.to()}).toArray(String[][]::new);
    // In one chunk: rows that the library writes one by one keep the tail of a longer row before them.
    group.putDataset("edges", edges, DatasetCreationOptions.builder().chunkDimensions(edges.length, 2).build());
    if (!graph.metadata().isEmpty()) {
      WritableGroup metadata = group.putGroup("metadata");
      graph.metadata().forEach(metadata::putDataset);
    }
  }

  private static void convolution(WritableGroup group, NirArray weight, NirArray bias, NirArray stride,
      NirNode.Padding padding, NirArray dilation, NirArray groups) {
    reals(group, "weight", weight);
    reals(group, "bias", bias);
    integers(group, "stride", stride);
    if (padding.word() != null) {
      group.putDataset("padding", padding.word());
    } else {
      integers(group, "padding", padding.amount());
    }
    integers(group, "dilation", dilation);
    integers(group, "groups", groups);
  }

  private static void integers(WritableGroup group, String name, NirArray array) {
    if (array != null) {
      put(group, name, array, long.class);
    }
  }

  private static void reals(WritableGroup group, String name, NirArray array) {
    boolean exact = Arrays.stream(array.values()).allMatch(v -> Double.compare((float) v, v) == 0);
    put(group, name, array, exact ? float.class : double.class);
  }

  private static void put(WritableGroup group, String name, NirArray array, Class<?> type) {
    if (array.size() == 0) {
      throw new IllegalArgumentException(name + ": expected numbers, got none");
    }
    Object data = nested(array.values(), 0, array.shape(), type);
    if (array.rank() == 0) {
      group.putDataset(name, data);
    } else {
      group.putDataset(name, data, DatasetCreationOptions.builder().deflate(COMPRESSION).build());
    }
  }

  /** The values from {@code from} on as arrays in arrays, which is how the library learns a shape. */
  private static Object nested(double[] values, int from, int[] shape, Class<?> type) {
    if (shape.length == 0) {
      return number(values[from], type);
    }
    if (shape.length == 1) {
      return row(values, from, shape[0], type);
    }
    Object array = Array.newInstance(type, shape);
    int[] inner = Arrays.copyOfRange(shape, 1, shape.length);
    int step = Arrays.stream(inner).reduce(1, (a, b) -> a * b);
    for (int i = 0; i < shape[0]; i++) {
      Array.set(array, i, nested(values, from + i * step, inner, type));
    }
    return array;
  }

  private static Object row(double[] values, int from, int length, Class<?> type) {
    if (type == double.class) {
      return Arrays.copyOfRange(values, from, from + length);
    }
    Object row = Array.newInstance(type, length);
    for (int i = 0; i < length; i++) {
      switch (row) {
        case float[] floats -> floats[i] = (float) values[from + i];
        case long[] longs -> longs[i] = (long) values[from + i];
        default -> throw new IllegalArgumentException("type: " + type);
      }
    }
    return row;
  }

  private static Object number(double value, Class<?> type) {
    if (type == long.class) {
      return (long) value;
    }
    return type == float.class ? (Object) (float) value : (Object) value;
  }
}
