package org.spikelane.exchange;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
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

  /**
   * Neurons of all layers whose parameters the file has no numbers for, one standing for many: they take memory too.
   */
  private static final int MOST_UNBACKED = 1 << 22;

  /** How near to whole steps a delay must be: float32 may hold its seconds. */
  private static final double NEAR_WHOLE = 1e-6;

  private final Problems problems = new Problems();
  private final NirOptions options;
  private final double dt;
  private final JsonObject notes;
  private final List<NirChain.Step> steps;
  private final Set<String> names = new HashSet<>();
  private final Map<String, float[]> values = new LinkedHashMap<>();
  private Network.Builder builder;
  /** Of what comes out of the last layer; null once that is not known any more. */
  private Shape shape;
  private long unbacked;
  private final boolean dtOpen;
  /** Whether neurons that fire came without a note of how they reset. */
  private boolean resetOpen;
  /** A Scale node that the neurons after it may give an offset, and is a layer as soon as something else comes. */
  private Gain pending;

  /** The note is that of the node, or null; the gain of neurons is no weight, so it does not learn. */
  private record Gain(String name, Shape shape, double[] weight, JsonObject note, boolean learn) {}

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
          + " values, got " + Arrays.toString(Arrays.copyOf(extents, Math.min(extents.length, 8))));
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

  /** What our own export noted of a node, or null. */
  private JsonObject note(String path) {
    return notes.get(path) instanceof JsonObject note ? note : null;
  }

  /** The shape that parameters have together, or null, with a problem noted, if they do not fit the data. */
  private Shape within(String path, NirArray... parameters) {
    Shape own = NirArrays.within(path, shape, problems, parameters);
    return own != null && backed(path, own) ? own : null;
  }

  private boolean backed(String path, Shape own) {
    unbacked += shape.size() - own.size();
    if (unbacked > MOST_UNBACKED) {
      problems.add(path, "expected parameters of shape " + shape
          + ", as there is too much to be taken on trust, got " + own);
      return false;
    }
    return true;
  }

  /** Integers, one for all or one for each of {@code count} dimensions; null, with a problem noted, if they are not. */
  private int[] integers(String path, String parameter, NirArray array, int count, int least) {
    double[] given = array.values();
    int[] integers = new int[count];
    boolean fits = given.length == 1 || given.length == count;
    for (int i = 0; fits && i < count; i++) {
      double value = given[given.length == 1 ? 0 : i];
      integers[i] = (int) value;
      fits = integers[i] == value && integers[i] >= least;
    }
    if (!fits) {
      problems.add(path, parameter + ": expected " + count + " integers of at least " + least + ", got "
          + Arrays.toString(Arrays.copyOf(given, Math.min(given.length, 8))));
      return null;
    }
    return integers;
  }

  private boolean weights(String path, NirArray weight, int rank, NirArray bias) {
    int before = problems.count();
    if (weight.rank() != rank || weight.size() == 0) {
      problems.add(path, "weight: expected " + rank + " dimensions, got shape " + Arrays.toString(weight.shape()));
    } else if (bias != null && bias.size() != weight.shape()[0]) {
      problems.add(path, "bias: expected " + weight.shape()[0] + " values, as many as outputs, got shape "
          + Arrays.toString(bias.shape()));
    }
    if (!NirArrays.finite(weight) || (bias != null && !NirArrays.finite(bias))) {
      problems.add(path, "expected weights that float32 holds, got others");
    }
    return problems.count() == before;
  }

  // ------------------------------------------------------------------ connections

  private void linear(String path, NirArray weight, NirArray bias) {
    if (!weights(path, weight, 2, bias)) {
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
    Shape own = within(path, node.scale());
    if (own != null) {
      addPending(null);
      JsonObject note = note(path);
      boolean learn = note == null || !isFalse(note.get("learn"));
      pending = new Gain(name(path), own, NirArrays.over(own, node.scale()), note, learn);
    }
  }

  /** Adds the Scale node that was held back, with an offset of its shape, or none where that is null. */
  private void addPending(double[] offset) {
    if (pending != null) {
      Gain gain = pending;
      Setting weight = setting("weight", gain.shape, gain.weight, gain.note);
      builder.scale(gain.name, scale -> {
        scale.weight(weight.shape(), weight.values()).learn(gain.learn);
        if (offset != null) {
          Setting bias = setting("bias", gain.shape, offset, gain.note);
          scale.bias(bias.shape(), bias.values());
        }
        return scale;
      });
      pending = null;
    }
  }

  private void conv1d(String path, NirNode.Conv1d node) {
    int[] stride = integers(path, "stride", node.stride(), 1, 1);
    int[] zeros = zeros(path, node.padding(), 1);
    int[] dilation = integers(path, "dilation", node.dilation(), 1, 1);
    Conv1d.Builder conv = Conv1d.builder();
    if (stride != null && zeros != null && dilation != null && weights(path, node.weight(), 3, node.bias())) {
      conv.kernelSize(node.weight().shape()[2]).stride(stride[0]).padding(zeros[0]).dilation(dilation[0]);
      convolution(path, conv, node.weight(), node.bias(), node.padding(), node.groups(),
          name -> builder.conv1d(name, none -> conv));
    } else {
      shape = null;
    }
  }

  private void conv2d(String path, NirNode.Conv2d node) {
    int[] stride = integers(path, "stride", node.stride(), 2, 1);
    int[] zeros = zeros(path, node.padding(), 2);
    int[] dilation = integers(path, "dilation", node.dilation(), 2, 1);
    Conv2d.Builder conv = Conv2d.builder();
    if (stride != null && zeros != null && dilation != null && weights(path, node.weight(), 4, node.bias())) {
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
      return integers(path, "padding", padding.amount(), count, 0);
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
    int[] count = integers(path, "groups", groups, 1, 1);
    shape = null;
    if (count == null) {
      return;
    }
    boolean withBias = !withoutBias(note(path), bias);
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

  /** Whether a bias of zeros stands for none, which NIR's convolutions cannot say. */
  private static boolean withoutBias(JsonObject note, NirArray bias) {
    return note != null && isFalse(note.get("bias")) && NirArrays.all(bias.values(), 0);
  }

  private static boolean isFalse(JsonElement noted) {
    return new JsonPrimitive(false).equals(noted);
  }

  private void flatten(String path, NirNode.Flatten node, NirNode next) {
    int[] start = integers(path, "start_dim", node.startDim(), 1, Integer.MIN_VALUE);
    int[] end = integers(path, "end_dim", node.endDim(), 1, Integer.MIN_VALUE);
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
    Shape own = within(path, node.delay());
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
    int[] kernel = integers(path, "kernel_size", kernelSize, 2, 1);
    int[] step = integers(path, "stride", stride, 2, 1);
    int[] zeros = integers(path, "padding", padding, 2, 0);
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
    Shape own = within(path, node.threshold());
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
    if (dynamics == null || !backed(path, dynamics.shape())) {
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
    } else {
      // The offset goes between current and membrane, so the two become layers of their own.
      scaled(layer + "_syn", dynamics.shape(), dynamics.synapseGain(), null);
      builder.neuron(name(layer + "_syn"), integrator(dynamics.shape(), dynamics.alpha()));
      scaled(layer, dynamics.shape(), dynamics.gain(), dynamics.offset());
      neuron(step, name(layer), dynamics.shape(), null, dynamics.beta(), dynamics.threshold(), dynamics.gain());
    }
  }

  /** Whose membrane is the output, and which never fires. */
  private static Leaky.Builder integrator(Shape own, double[] beta) {
    return Leaky.builder().beta(own, NirArrays.floats(beta)).threshold(Float.MAX_VALUE)
        .resetMechanism(ResetMechanism.NONE).resetDelay(false).output(Neuron.Output.MEMBRANE);
  }

  /** Adds {@code gain*x + offset}, unless that is x; to a Scale node right before, if its shape is the same. */
  private void scaled(String layer, Shape own, double[] gain, double[] offset) {
    boolean none = offset == null || NirArrays.all(offset, 0);
    if (NirArrays.all(gain, 1) && !none && pending != null && pending.shape.equals(own)) {
      addPending(offset);
      return;
    }
    addPending(null);
    if (!NirArrays.all(gain, 1) || !none) {
      pending = new Gain(name(layer + "_in"), own, gain, null, false);
      addPending(none ? null : offset);
    }
  }

  private void neuron(NirChain.Step step, String name, Shape own, double[] alpha, double[] beta, double[] threshold,
      double[] gain) {
    JsonObject note = note(step.path());
    Setting a = alpha == null ? null : setting("alpha", own, alpha, note);
    Setting b = setting("beta", own, beta, note);
    Neuron.Builder<?> neuron;
    if (step.recurrence() == null) {
      neuron = alpha == null
          ? Leaky.builder().beta(b.shape(), b.values())
          : Synaptic.builder().beta(b.shape(), b.values()).alpha(a.shape(), a.values());
    } else {
      RecurrentBuilder<?> recurrent = alpha == null
          ? RLeaky.builder().beta(b.shape(), b.values())
          : RSynaptic.builder().beta(b.shape(), b.values()).alpha(a.shape(), a.values());
      recurrence(step.recurrence(), name, recurrent, NirArrays.over(shape, own.extents(), gain), note);
      neuron = recurrent;
    }
    if (threshold == null) {
      neuron.threshold(Float.MAX_VALUE).resetMechanism(ResetMechanism.NONE).resetDelay(false)
          .output(Neuron.Output.MEMBRANE);
    } else {
      Setting t = setting("threshold", own, threshold, note);
      neuron.threshold(t.shape(), t.values());
      behaviour(step.path(), neuron, note, threshold);
    }
    builder.neuron(name, neuron);
  }

  /**
   * Resets and surrogate: NIR's own, over which goes what the file's notes say, over which goes what the caller says.
   */
  private void behaviour(String path, Neuron.Builder<?> neuron, JsonObject note, double[] threshold) {
    ResetMechanism mechanism = options.resetMechanism();
    neuron.resetMechanism(ResetMechanism.ZERO).resetDelay(false);
    resetOpen |= note == null;
    if (note != null) {
      try {
        NetworkJson.apply(note, "metadata " + LAYERS + ": " + path, neuron);
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

  private void recurrence(NirChain.Recurrence recurrence, String name, RecurrentBuilder<?> neuron, double[] gain,
      JsonObject note) {
    String path = recurrence.path();
    switch (recurrence.weights()) {
      case null -> oneToOne(neuron, gain, note);
      case NirNode.Scale n -> {
        if (within(path, n.scale()) != null) {
          oneToOne(neuron, product(NirArrays.over(shape, n.scale()), gain), note);
        }
      }
      case NirNode.Linear n when square(path, n.weight(), null) -> {
        double[] diagonal = diagonal(n.weight());
        if (diagonal != null && !isNoted(note, "linear")) {
          oneToOne(neuron, product(diagonal, gain), note);
        } else {
          allToAll(name, neuron.recurrentBias(false), n.weight(), gain);
        }
      }
      case NirNode.Affine n when square(path, n.weight(), n.bias()) -> {
        allToAll(name, neuron, n.weight(), gain);
        values.put(name + ".recurrent.bias", NirArrays.floats(product(n.bias().values(), gain)));
      }
      case NirNode.Conv2d n -> convolutional(path, name, neuron, n, gain, note);
      case NirNode.Linear n -> {}
      case NirNode.Affine n -> {}
      default -> problems.add(path, "spikes come back through a " + recurrence.weights().type()
          + "; expected an Affine, Linear, Scale or Conv2d");
    }
  }

  private static double[] product(double[] values, double[] gain) {
    double[] product = new double[values.length];
    for (int i = 0; i < product.length; i++) {
      product[i] = values[i] * gain[i];
    }
    return product;
  }

  private boolean square(String path, NirArray weight, NirArray bias) {
    if (!weights(path, weight, 2, bias)) {
      return false;
    }
    int n = shape.size();
    if (shape.rank() != 1 || !Arrays.equals(weight.shape(), new int[] {n, n})) {
      problems.add(path, "weight: expected [N, N] for neurons of shape " + shape + ", got "
          + Arrays.toString(weight.shape()));
      return false;
    }
    return true;
  }

  /** The diagonal of a matrix that has nothing else, or null. */
  private static double[] diagonal(NirArray weight) {
    int n = weight.shape()[0];
    double[] diagonal = new double[n];
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < n; j++) {
        if (i != j && weight.values()[i * n + j] != 0) {
          return null;
        }
      }
      diagonal[i] = weight.values()[i * n + i];
    }
    return diagonal;
  }

  private void oneToOne(RecurrentBuilder<?> neuron, double[] v, JsonObject note) {
    Setting setting = setting("V", shape, v, note);
    neuron.allToAll(false).v(setting.shape(), setting.values());
  }

  private void allToAll(String name, RecurrentBuilder<?> neuron, NirArray weight, double[] gain) {
    int n = shape.size();
    double[] scaled = new double[n * n];
    for (int i = 0; i < scaled.length; i++) {
      scaled[i] = weight.values()[i] * gain[i / n];
    }
    neuron.allToAll();
    values.put(name + ".recurrent.weight", NirArrays.floats(scaled));
  }

  /** Whether the notes name this kind of recurrence. */
  private static boolean isNoted(JsonObject note, String kind) {
    return note != null && note.get("recurrent") instanceof JsonObject recurrent
        && new JsonPrimitive(kind).equals(recurrent.get("kind"));
  }

  private void convolutional(String path, String name, RecurrentBuilder<?> neuron, NirNode.Conv2d node, double[] gain,
      JsonObject note) {
    int[] extents = node.weight().shape();
    if (!weights(path, node.weight(), 4, node.bias())) {
      return;
    }
    int channels = extents[0];
    int places = shape.size() / shape.extent(0);
    boolean plain = shape.rank() == 3 && channels == shape.extent(0) && extents[1] == channels
        && extents[2] % 2 == 1 && extents[3] % 2 == 1 && NirArrays.all(node.stride().values(), 1)
        && NirArrays.all(node.dilation().values(), 1) && NirArrays.all(node.groups().values(), 1);
    if (!plain || !keepsSize(node.padding(), extents[2], extents[3])) {
      problems.add(path, "expected a convolution of " + shape
          + " that keeps its shape, with an odd kernel, stride 1, padding"
          + " by half the kernel, no dilation and one group, as spikes come back through it");
      return;
    }
    double[] weight = node.weight().values().clone();
    double[] bias = node.bias().values().clone();
    for (int c = 0; c < channels; c++) {
      double own = gain[c * places];
      if (!NirArrays.all(Arrays.copyOfRange(gain, c * places, (c + 1) * places), own)) {
        problems.add(path, "expected neurons of a channel to have the same r, w_in and tau, as they share a"
            + " convolution");
        return;
      }
      int perChannel = weight.length / channels;
      for (int i = c * perChannel; i < (c + 1) * perChannel; i++) {
        weight[i] *= own;
      }
      bias[c] *= own;
    }
    neuron.conv2dChannels(channels).kernelSize(extents[2], extents[3]);
    values.put(name + ".recurrent.weight", NirArrays.floats(weight));
    if (note != null && withoutBias(note.get("recurrent") instanceof JsonObject recurrent ? recurrent : null,
        node.bias())) {
      neuron.recurrentBias(false);
    } else {
      values.put(name + ".recurrent.bias", NirArrays.floats(bias));
    }
  }

  private static boolean keepsSize(NirNode.Padding padding, int kernelHeight, int kernelWidth) {
    if (padding.word() != null) {
      return padding.word().equals("same") || (padding.word().equals("valid") && kernelHeight == 1 && kernelWidth == 1);
    }
    double[] amount = padding.amount().values();
    return amount.length > 0 && amount.length <= 2 && 2 * amount[0] + 1 == kernelHeight
        && 2 * amount[amount.length - 1] + 1 == kernelWidth;
  }

  /** A parameter in the shape that the notes give it, if its values are the same over that; else in its own. */
  private Setting setting(String parameter, Shape own, double[] values, JsonObject note) {
    Setting plain = new Setting(own, NirArrays.floats(values));
    if (note == null || !(note.get("shapes") instanceof JsonObject shapes)
        || !(shapes.get(parameter) instanceof JsonArray noted) || noted.size() > shape.rank()) {
      return plain;
    }
    int[] extents = new int[noted.size()];
    for (int i = 0; i < extents.length; i++) {
      int whole = shape.extent(shape.rank() - extents.length + i);
      JsonElement extent = noted.get(i);
      boolean one = extent.isJsonPrimitive() && extent.getAsString().equals("1");
      boolean all = extent.isJsonPrimitive() && extent.getAsString().equals(Integer.toString(whole));
      if (!one && !all) {
        return plain;
      }
      extents[i] = one ? 1 : whole;
    }
    Shape wanted = Shape.of(extents);
    float[] reduced = new float[wanted.size()];
    boolean[] set = new boolean[reduced.length];
    for (int n = 0; n < shape.size(); n++) {
      float value = plain.values()[shape.source(own.extents(), n)];
      int to = shape.source(extents, n);
      if (set[to] && reduced[to] != value) {
        return plain;
      }
      set[to] = true;
      reduced[to] = value;
    }
    return new Setting(wanted, reduced);
  }
}
