package org.spikelane.exchange;

import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.spikelane.connection.Conv1d;
import org.spikelane.connection.Conv2d;
import org.spikelane.connection.ConvolutionBuilder;
import org.spikelane.connection.Flatten;
import org.spikelane.connection.Window;
import org.spikelane.format.NirArray;
import org.spikelane.format.NirNode;
import org.spikelane.kernels.ResetMechanism;
import org.spikelane.layer.Parameter;
import org.spikelane.layer.Setting;
import org.spikelane.layer.Shape;
import org.spikelane.network.Network;
import org.spikelane.network.NetworkJson;
import org.spikelane.neuron.Leaky;
import org.spikelane.neuron.Neuron;
import org.spikelane.neuron.RLeaky;
import org.spikelane.neuron.RSynaptic;
import org.spikelane.neuron.RecurrentBuilder;
import org.spikelane.neuron.Synaptic;

/** A graph on its way to a network, layer by layer; {@link Nir} has the equations. */
final class NirImport {

  /** Under these names our own export keeps notes in the metadata of a graph. */
  static final String DT = "dt";
  static final String LAYERS = "spikelane.layers";

  /** How near to whole steps a delay must be: float32 may hold its seconds. */
  private static final double NEAR_WHOLE = 1e-6;

  private final Problems problems = new Problems();
  private final NirParameters parameters = new NirParameters(problems);
  private final NirOptions options;
  private final double dt;
  private final JsonObject notes;
  private final List<NirChain.Step> steps;
  private final Set<String> names = new HashSet<>();
  private final Map<String, float[]> values = new LinkedHashMap<>();
  private Network.Builder builder;
  /** Of what comes out of the last layer; null once that is not known any more. */
  private Shape shape;
  private final boolean dtOpen;
  /** Whether neurons that fire came without a note of how they reset. */
  private boolean resetOpen;
  /** A Scale node that the neurons after it may give an offset, and is a layer as soon as something else comes. */
  private Gain pending;

  /**
   * The gain of neurons is no weight, so it does not learn.
   *
   * @param data shape of the data that it sees, whatever has come since
   * @param own shape of the weight
   */
  private record Gain(String name, Shape data, Shape own, double[] weight, NirNote note, boolean learn) {}

  NirImport(NirNode.Graph graph, NirOptions options) {
    this.options = options;
    this.dt = dt(graph.metadata());
    this.dtOpen = !graph.metadata().containsKey(DT);
    this.notes = notes(graph.metadata());
    this.steps = NirChain.of(graph, problems);
  }

  private double dt(Map<String, String> metadata) {
    String noted = metadata.get(DT);
    if (options.dt() != null || noted == null) {
      return options.dt() != null ? options.dt() : NirOptions.DEFAULT_DT;
    }
    try {
      double seconds = Double.parseDouble(noted);
      NirOptions.requireStep(seconds);
      return seconds;
    } catch (IllegalArgumentException e) {
      problems.add("metadata " + DT, "expected a number of seconds above 0, got \"" + noted + "\"");
      return NirOptions.DEFAULT_DT;
    }
  }

  private JsonObject notes(Map<String, String> metadata) {
    String text = metadata.get(LAYERS);
    if (text != null) {
      try {
        return JsonParser.parseString(text).getAsJsonObject();
      } catch (JsonParseException | IllegalStateException e) {
        problems.add("metadata " + LAYERS, "expected a JSON object");
      }
    }
    return new JsonObject();
  }

  /** @throws IllegalArgumentException naming everything that stands in the way */
  Network network() {
    // Without the shape of the input nothing more can be said.
    if (steps.isEmpty() || !input(steps.getFirst())) {
      problems.throwIfAny();
    }
    for (int i = 1; i < steps.size(); i++) {
      NirChain.Step step = steps.get(i);
      if (step.node() instanceof NirNode.Unknown unknown) {
        problems.add(step.path(), "a node of class " + unknown.type() + ", which is not known here");
        shape = null;
      } else if (shape != null) {
        layer(step, i + 1 < steps.size() ? steps.get(i + 1).node() : null);
      }
    }
    problems.throwIfAny();
    addPending(null);
    Network network = builder.build(0);
    values.forEach((name, from) -> {
      Parameter parameter = network.parameter(name);
      System.arraycopy(from, 0, parameter.values(), 0, from.length);
    });
    network.refresh();
    return network;
  }

  /** The network with what was assumed; see {@link #network}. */
  Nir.Imported imported() {
    Network network = network();
    return new Nir.Imported(network, dt, dtOpen && options.dt() == null,
        resetOpen && options.resetMechanism() == null, resetOpen && options.resetDelay() == null);
  }

  private boolean input(NirChain.Step step) {
    double[] extents = ((NirNode.Input) step.node()).shape().values();
    double total = 1;
    for (double extent : extents) {
      total *= extent >= 1 && extent == Math.rint(extent) ? extent : Double.NaN;
    }
    if (extents.length == 0 || !(total <= NetworkJson.LARGEST_UNCHECKED)) {
      problems.add(step.path(), "shape: expected positive extents of at most " + NetworkJson.LARGEST_UNCHECKED
          + " values, got " + NirParameters.shown(extents));
      return false;
    }
    int[] sizes = Arrays.stream(extents).mapToInt(extent -> (int) extent).toArray();
    builder = Network.input(sizes);
    shape = Shape.of(sizes);
    return true;
  }

  private void layer(NirChain.Step step, NirNode next) {
    String path = step.path();
    boolean spiking = switch (step.node()) {
      case NirNode.Lif n -> true;
      case NirNode.CubaLif n -> true;
      case NirNode.If n -> true;
      default -> false;
    };
    if (step.recurrence() != null && !spiking) {
      problems.add(path, "data come back to a " + step.node().type()
          + "; recurrences are known of LIF, CubaLIF and IF");
    }
    switch (step.node()) {
      case NirNode.Affine n -> linear(path, n.weight(), n.bias());
      case NirNode.Linear n -> linear(path, n.weight(), null);
      case NirNode.Scale n -> scale(path, n);
      case NirNode.Conv1d n -> conv1d(path, n);
      case NirNode.Conv2d n -> conv2d(path, n);
      case NirNode.Flatten n -> flatten(path, n, next);
      case NirNode.SumPool2d n -> pool(path, n.kernelSize(), n.stride(), n.padding(), builder::sumPool2d);
      case NirNode.AvgPool2d n -> pool(path, n.kernelSize(), n.stride(), n.padding(), builder::avgPool2d);
      case NirNode.Delay n -> delay(path, n);
      case NirNode.Threshold n -> threshold(path, n);
      case NirNode.Lif n -> neurons(step);
      case NirNode.CubaLif n -> neurons(step);
      case NirNode.If n -> neurons(step);
      case NirNode.Li n -> neurons(step);
      case NirNode.CubaLi n -> neurons(step);
      case NirNode.I n -> neurons(step);
      case NirNode.Output n -> {}
      default -> {
        problems.add(path, "a node of class " + step.node().type() + " cannot stand here");
        shape = null;
      }
    }
  }

  // ------------------------------------------------------------------ names and numbers

  /** A layer name that is not taken: the path with dots as underscores. */
  private String name(String path) {
    String plain = path.isBlank() ? "layer" : path.replace('.', '_');
    String name = plain;
    for (int i = 2; !names.add(name); i++) {
      name = plain + "_" + i;
    }
    return name;
  }

  /** What our own export noted of a node. */
  private NirNote note(String path) {
    return notes.get(path) instanceof JsonObject note ? new NirNote(note) : NirNote.NONE;
  }

  // ------------------------------------------------------------------ connections

  private void linear(String path, NirArray weight, NirArray bias) {
    if (!parameters.weights(path, weight, 2, bias)) {
      shape = null;
      return;
    }
    int outputs = weight.shape()[0];
    int inputs = weight.shape()[1];
    if (shape.rank() != 1 || shape.size() != inputs) {
      problems.add(path, "weight: takes an input of shape [" + inputs + "], got one of " + shape);
    } else {
      addPending(null);
      String name = name(path);
      builder.linear(name, outputs, bias != null);
      values.put(name + ".weight", NirArrays.floats(weight.values()));
      if (bias != null) {
        values.put(name + ".bias", NirArrays.floats(bias.values()));
      }
    }
    shape = Shape.of(outputs);
  }

  private void scale(String path, NirNode.Scale node) {
    Shape own = parameters.within(path, shape, node.scale());
    if (own != null) {
      addPending(null);
      NirNote note = note(path);
      pending = new Gain(name(path), shape, own, NirArrays.over(own, node.scale()), note, note.learns());
    }
  }

  /** Adds the Scale node that was held back, with an offset of its shape, or none where that is null. */
  private void addPending(double[] offset) {
    if (pending != null) {
      Gain gain = pending;
      Setting weight = gain.note.setting("weight", gain.data, gain.own, gain.weight);
      builder.scale(gain.name, scale -> {
        scale.weight(weight.shape(), weight.values()).learn(gain.learn);
        if (offset != null) {
          Setting bias = gain.note.setting("bias", gain.data, gain.own, offset);
          scale.bias(bias.shape(), bias.values());
        }
        return scale;
      });
      pending = null;
    }
  }

  private void conv1d(String path, NirNode.Conv1d node) {
    int[] stride = parameters.integers(path, "stride", node.stride(), 1, 1);
    int[] zeros = zeros(path, node.padding(), 1);
    int[] dilation = parameters.integers(path, "dilation", node.dilation(), 1, 1);
    Conv1d.Builder conv = Conv1d.builder();
    if (stride != null && zeros != null && dilation != null && parameters.weights(path, node.weight(), 3, node.bias())) {
      conv.kernelSize(node.weight().shape()[2]).stride(stride[0]).padding(zeros[0]).dilation(dilation[0]);
      convolution(path, conv, node.weight(), node.bias(), node.padding(), node.groups(),
          name -> builder.conv1d(name, none -> conv));
    } else {
      shape = null;
    }
  }

  private void conv2d(String path, NirNode.Conv2d node) {
    int[] stride = parameters.integers(path, "stride", node.stride(), 2, 1);
    int[] zeros = zeros(path, node.padding(), 2);
    int[] dilation = parameters.integers(path, "dilation", node.dilation(), 2, 1);
    Conv2d.Builder conv = Conv2d.builder();
    if (stride != null && zeros != null && dilation != null && parameters.weights(path, node.weight(), 4, node.bias())) {
      int[] extents = node.weight().shape();
      conv.kernelSize(extents[2], extents[3]).stride(stride[0], stride[1]).padding(zeros[0], zeros[1])
          .dilation(dilation[0], dilation[1]);
      convolution(path, conv, node.weight(), node.bias(), node.padding(), node.groups(),
          name -> builder.conv2d(name, none -> conv));
    } else {
      shape = null;
    }
  }

  /** Padding on each side, 0 where a word stands for it; null, with a problem noted, if it is none. */
  private int[] zeros(String path, NirNode.Padding padding, int count) {
    if (padding.word() == null) {
      return parameters.integers(path, "padding", padding.amount(), count, 0);
    }
    if (!padding.word().equals("same") && !padding.word().equals("valid")) {
      problems.add(path, "padding: expected integers, same or valid, got " + padding.word());
      return null;
    }
    return new int[count];
  }

  private void convolution(String path, ConvolutionBuilder<?> conv, NirArray weight, NirArray bias,
      NirNode.Padding padding, NirArray groups, Consumer<String> layer) {
    Shape in = shape;
    int[] count = parameters.integers(path, "groups", groups, 1, 1);
    shape = null;
    if (count == null) {
      return;
    }
    boolean withBias = !note(path).withoutBias(bias);
    conv.outChannels(weight.shape()[0]).groups(count[0]).bias(withBias);
    if ("same".equals(padding.word())) {
      conv.paddingSame();
    }
    try {
      Shape wanted = conv.weightShape(in);
      if (!Arrays.equals(wanted.extents(), weight.shape())) {
        problems.add(path, "weight: expected shape " + wanted + " for an input of shape " + in + " and " + count[0]
            + " groups, got " + Arrays.toString(weight.shape()));
        return;
      }
      Shape out = conv.outputShape(in);
      if (out.size() > NetworkJson.LARGEST_UNCHECKED) {
        problems.add(path, "expected at most " + NetworkJson.LARGEST_UNCHECKED + " values out of a layer, got " + out);
        return;
      }
      shape = out;
    } catch (IllegalArgumentException e) {
      problems.add(path, e.getMessage());
      return;
    }
    addPending(null);
    String name = name(path);
    layer.accept(name);
    values.put(name + ".weight", NirArrays.floats(weight.values()));
    if (withBias) {
      values.put(name + ".bias", NirArrays.floats(bias.values()));
    }
  }

  private void flatten(String path, NirNode.Flatten node, NirNode next) {
    int[] start = parameters.integers(path, "start_dim", node.startDim(), 1, Integer.MIN_VALUE);
    int[] end = parameters.integers(path, "end_dim", node.endDim(), 1, Integer.MIN_VALUE);
    int rank = shape.rank();
    if (start == null || end == null) {
      shape = null;
      return;
    }
    // PyTorch counts the batch as dimension 0, and some files keep its numbers: where there is a fourth dimension to
    // three, or what follows takes all values.
    boolean batch = (node.inputType() != null && node.inputType().size() == rank + 1)
        || (start[0] == 1 && (rank == 1 || inputsOf(next) == shape.size()));
    int from = start[0] < 0 ? start[0] + rank : start[0] - (batch ? 1 : 0);
    int to = end[0] < 0 ? end[0] + rank : end[0] - (batch ? 1 : 0);
    if (from < 0 || from > to || to >= rank) {
      problems.add(path, "expected start_dim and end_dim among the dimensions of " + shape + ", got " + start[0]
          + " and "
          + end[0]);
      shape = null;
      return;
    }
    addPending(null);
    builder.flatten(name(path), from, to);
    shape = new Flatten(shape, from, to).outputShape();
  }

  private void delay(String path, NirNode.Delay node) {
    Shape own = parameters.within(path, shape, node.delay());
    if (own == null) {
      return;
    }
    double[] seconds = NirArrays.over(own, node.delay());
    int[] steps = new int[shape.size()];
    for (int n = 0; n < steps.length; n++) {
      double exact = seconds[shape.source(own.extents(), n)] / dt;
      steps[n] = (int) Math.rint(exact);
      if (steps[n] < 0 || Math.abs(steps[n] - exact) > NEAR_WHOLE * Math.max(1, exact)) {
        problems.add(path, "delay: expected whole steps, dt = " + dt + " s, got " + exact + " of them");
        return;
      }
    }
    int longest = Arrays.stream(steps).max().orElse(0);
    if ((1L + longest) * shape.size() > NetworkJson.LARGEST_UNCHECKED) {
      problems.add(path, "delay: expected at most " + NetworkJson.LARGEST_UNCHECKED + " values under way, got " + longest
          + " steps of " + shape);
      return;
    }
    addPending(null);
    boolean same = Arrays.stream(steps).allMatch(step -> step == steps[0]);
    builder.delay(name(path), same ? new int[] {steps[0]} : steps);
  }

  private static int inputsOf(NirNode node) {
    return switch (node) {
      case NirNode.Affine n when n.weight().rank() == 2 -> n.weight().shape()[1];
      case NirNode.Linear n when n.weight().rank() == 2 -> n.weight().shape()[1];
      case null, default -> -1;
    };
  }

  private interface Pool {
    Network.Builder add(String name, Window rows, Window columns);
  }

  private void pool(String path, NirArray kernelSize, NirArray stride, NirArray padding, Pool pool) {
    int[] kernel = parameters.integers(path, "kernel_size", kernelSize, 2, 1);
    int[] step = parameters.integers(path, "stride", stride, 2, 1);
    int[] zeros = parameters.integers(path, "padding", padding, 2, 0);
    if (kernel == null || step == null || zeros == null) {
      shape = null;
      return;
    }
    Window rows = Window.of(kernel[0], step[0], zeros[0]);
    Window columns = Window.of(kernel[1], step[1], zeros[1]);
    Shape out = windows(path, rows, columns, shape.rank() == 3 ? shape.extent(0) : 0);
    if (out != null) {
      addPending(null);
      pool.add(name(path), rows, columns);
    }
    shape = out;
  }

  /** What windows over an image make of it; null, with a problem noted, if they do not fit or make too much. */
  private Shape windows(String path, Window rows, Window columns, int channels) {
    if (shape.rank() != 3) {
      problems.add(path, "expected an input of shape [C, H, W], got " + shape);
      return null;
    }
    // Padding may be as large as an int, and a sum of it larger.
    boolean fits = rows.before() <= NetworkJson.LARGEST_UNCHECKED && columns.before() <= NetworkJson.LARGEST_UNCHECKED;
    int height = fits ? rows.count(shape.extent(1)) : 0;
    int width = fits ? columns.count(shape.extent(2)) : 0;
    if (height == 0 || width == 0 || (double) channels * height * width > NetworkJson.LARGEST_UNCHECKED) {
      problems.add(path, "expected windows that fit into " + shape + " and make at most " + NetworkJson.LARGEST_UNCHECKED
          + " values of it, got " + rows + " and " + columns);
      return null;
    }
    return Shape.of(channels, height, width);
  }

  // ------------------------------------------------------------------ neurons

  private void threshold(String path, NirNode.Threshold node) {
    Shape own = parameters.within(path, shape, node.threshold());
    if (own != null) {
      addPending(null);
      Leaky.Builder leaky = Leaky.builder().beta(0f)
          .threshold(own, NirArrays.floats(NirArrays.over(own, node.threshold())))
          .resetMechanism(ResetMechanism.NONE).resetDelay(false);
      if (options.surrogate() != null) {
        leaky.surrogate(options.surrogate());
      }
      builder.neuron(name(path), leaky);
    }
  }

  private void neurons(NirChain.Step step) {
    String path = step.path();
    NirDynamics dynamics = NirDynamics.of(path, step.node(), dt, shape, problems);
    if (dynamics == null || !parameters.backed(path, shape, dynamics.shape())) {
      return;
    }
    boolean recurrent = step.recurrence() != null;
    // The part before the dot is the layer's own name, in NIR as snnTorch flattens it.
    String layer = recurrent && path.lastIndexOf('.') > 0 ? path.substring(0, path.lastIndexOf('.')) : path;
    if (dynamics.alpha() == null || !dynamics.hasOffset()) {
      double[] gain = dynamics.inputGain();
      scaled(layer, dynamics.shape(), gain, dynamics.offset());
      neuron(step, name(layer), dynamics.shape(), dynamics.alpha(), dynamics.beta(), dynamics.threshold(), gain);
    } else if (recurrent) {
      problems.add(path, "expected v_leak and v_reset to be the same in a CubaLIF whose spikes come back to it");
    } else if (dynamics.threshold() != null && resetsToZeroLater()) {
      // The membrane would be a Leaky's, whose delayed zero keeps the input that a Synaptic's throws away.
      problems.add(path, "expected v_leak and v_reset to be the same in a CubaLIF with a delayed reset to zero");
    } else {
      // The offset goes between current and membrane, so the two become layers of their own.
      scaled(layer + "_syn", dynamics.shape(), dynamics.synapseGain(), null);
      builder.neuron(name(layer + "_syn"), integrator(dynamics.shape(), dynamics.alpha()));
      scaled(layer, dynamics.shape(), dynamics.gain(), dynamics.offset());
      neuron(step, name(layer), dynamics.shape(), null, dynamics.beta(), dynamics.threshold(), dynamics.gain());
    }
  }

  private boolean resetsToZeroLater() {
    return Boolean.TRUE.equals(options.resetDelay())
        && (options.resetMechanism() == null || options.resetMechanism() == ResetMechanism.ZERO);
  }

  /** Whose membrane is the output, and which never fires. */
  private static Leaky.Builder integrator(Shape own, double[] beta) {
    return Leaky.builder().beta(own, NirArrays.floats(beta)).threshold(Float.MAX_VALUE)
        .resetMechanism(ResetMechanism.NONE).resetDelay(false).output(Neuron.Output.MEMBRANE);
  }

  /** Adds {@code gain*x + offset}, unless that is x; to a Scale node right before, if its shape is the same. */
  private void scaled(String layer, Shape own, double[] gain, double[] offset) {
    boolean none = offset == null || NirArrays.all(offset, 0);
    if (NirArrays.all(gain, 1) && !none && pending != null && pending.own.equals(own)) {
      addPending(offset);
      return;
    }
    addPending(null);
    if (!NirArrays.all(gain, 1) || !none) {
      pending = new Gain(name(layer + "_in"), shape, own, gain, NirNote.NONE, false);
      addPending(none ? null : offset);
    }
  }

  private void neuron(NirChain.Step step, String name, Shape own, double[] alpha, double[] beta, double[] threshold,
      double[] gain) {
    NirNote note = note(step.path());
    Setting a = alpha == null ? null : note.setting("alpha", shape, own, alpha);
    Setting b = note.setting("beta", shape, own, beta);
    Neuron.Builder<?> neuron;
    if (step.recurrence() == null) {
      neuron = alpha == null
          ? Leaky.builder().beta(b.shape(), b.values())
          : Synaptic.builder().beta(b.shape(), b.values()).alpha(a.shape(), a.values());
    } else {
      RecurrentBuilder<?> recurrent = alpha == null
          ? RLeaky.builder().beta(b.shape(), b.values())
          : RSynaptic.builder().beta(b.shape(), b.values()).alpha(a.shape(), a.values());
      double[] gains = NirArrays.over(shape, own.extents(), gain);
      new NirRecurrence(shape, gains, note, parameters, problems).addTo(recurrent, step.recurrence())
          .forEach((parameter, from) -> values.put(name + "." + parameter, from));
      neuron = recurrent;
    }
    if (threshold == null) {
      neuron.threshold(Float.MAX_VALUE).resetMechanism(ResetMechanism.NONE).resetDelay(false)
          .output(Neuron.Output.MEMBRANE);
    } else {
      Setting t = note.setting("threshold", shape, own, threshold);
      neuron.threshold(t.shape(), t.values());
      behaviour(step.path(), neuron, note, threshold);
    }
    builder.neuron(name, neuron);
  }

  /**
   * Resets and surrogate: NIR's own, over which goes what the file's notes say, over which goes what the caller says.
   */
  private void behaviour(String path, Neuron.Builder<?> neuron, NirNote note, double[] threshold) {
    ResetMechanism mechanism = options.resetMechanism();
    neuron.resetMechanism(ResetMechanism.ZERO).resetDelay(false);
    resetOpen |= !note.exists();
    if (note.exists()) {
      try {
        NetworkJson.apply(note.json(), "metadata " + LAYERS + ": " + path, neuron);
      } catch (IllegalArgumentException e) {
        problems.add(path, e.getMessage());
      }
    } else if ((mechanism == null || mechanism == ResetMechanism.ZERO) && !Boolean.TRUE.equals(options.resetDelay())
        && Arrays.stream(threshold).anyMatch(t -> t < 0)) {
      // snnTorch's immediate reset to zero takes a membrane of 0 for one that fired before.
      problems.add(path, "expected v_threshold to be at least v_reset, to which it is reset");
    }
    if (mechanism != null) {
      neuron.resetMechanism(mechanism);
    }
    if (options.resetDelay() != null) {
      neuron.resetDelay(options.resetDelay());
    }
    if (options.surrogate() != null) {
      neuron.surrogate(options.surrogate());
    }
  }
}
