package org.spikelane.exchange;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.spikelane.connection.AllToAll;
import org.spikelane.connection.AvgPool2d;
import org.spikelane.connection.Conv1d;
import org.spikelane.connection.Conv2d;
import org.spikelane.connection.Convolutional;
import org.spikelane.connection.Delay;
import org.spikelane.connection.Flatten;
import org.spikelane.connection.Linear;
import org.spikelane.connection.LinearPool2d;
import org.spikelane.connection.OneToOne;
import org.spikelane.connection.Scale;
import org.spikelane.connection.SumPool2d;
import org.spikelane.connection.Window;
import org.spikelane.format.NirArray;
import org.spikelane.format.NirNode;
import org.spikelane.kernels.ResetMechanism;
import org.spikelane.layer.Layer;
import org.spikelane.layer.NeuronParameter;
import org.spikelane.layer.Parameter;
import org.spikelane.layer.Shape;
import org.spikelane.network.NamedLayer;
import org.spikelane.network.Network;
import org.spikelane.network.NetworkJson;
import org.spikelane.neuron.Neuron;

/** A network on its way to a graph; {@link Nir} has the equations. */
final class NirExport {

  /** Beyond these, a diagonal matrix for one-to-one recurrence, snnTorch's form, is too much of zeros. */
  private static final int LARGEST_DIAGONAL = 2048;
  /** The same where there is no other form: half a GiB of zeros. */
  private static final int LARGEST_UNAVOIDABLE_DIAGONAL = 8192;

  private final Network network;
  private final double dt;
  private final Problems problems = new Problems();
  private final Map<String, NirNode> nodes = new LinkedHashMap<>();
  private final List<NirNode.Edge> edges = new ArrayList<>();
  private final JsonObject notes = new JsonObject();
  private String last;

  NirExport(Network network, double dt) {
    this.network = network;
    this.dt = dt;
  }

  /** @throws IllegalArgumentException naming everything that NIR has no words for */
  NirNode.Graph graph() {
    last = free("input");
    nodes.put(last, new NirNode.Input(integers(network.inputShape().extents())));
    List<NamedLayer> layers = network.layers();
    for (int i = 0; i < layers.size(); i++) {
      NamedLayer named = layers.get(i);
      NamedLayer next = i + 1 < layers.size() ? layers.get(i + 1) : null;
      if (named.layer() instanceof Scale scale && scale.bias() != null && takesOffset(next)) {
        scale(named.name(), scale);
        neuron(next.name(), (Neuron) next.layer(), NirArrays.doubles(scale.bias().perNeuron()));
        i++;
      } else {
        layer(named.name(), named.layer());
      }
    }
    append(free("output"), new NirNode.Output(integers(network.outputShape().extents())));
    problems.throwIfAny();
    Map<String, String> metadata = new LinkedHashMap<>();
    metadata.put(NirImport.DT, Double.toString(dt));
    if (!notes.isEmpty()) {
      metadata.put(NirImport.LAYERS, notes.toString());
    }
    return new NirNode.Graph(nodes, edges, metadata);
  }

  private String free(String name) {
    String free = name;
    while (names().contains(free)) {
      free += "_";
    }
    return free;
  }

  private List<String> names() {
    return network.layers().stream().map(NamedLayer::name).toList();
  }

  private void append(String name, NirNode node) {
    nodes.put(name, node);
    edges.add(new NirNode.Edge(last, name));
    last = name;
  }

  private static NirArray integers(int... values) {
    return NirArray.vector(Arrays.stream(values).asDoubleStream().toArray());
  }

  private static NirArray array(Parameter parameter) {
    return new NirArray(parameter.shape().extents(), NirArrays.doubles(parameter.values()));
  }

  private static NirArray array(Shape shape, double[] values) {
    return new NirArray(shape.extents(), values);
  }

  /** A parameter in the shape of its layer, which is what NIR asks of every one. */
  private static NirArray expanded(Shape layer, NeuronParameter parameter) {
    return array(layer, NirArrays.doubles(parameter.perNeuron()));
  }

  private void layer(String name, Layer layer) {
    switch (layer) {
      case Linear linear -> {
        Parameter weight = linear.parameters().getFirst();
        append(name, linear.hasBias()
            ? new NirNode.Affine(array(weight), array(linear.parameters().getLast()))
            : new NirNode.Linear(array(weight)));
      }
      case Conv1d conv -> {
        Window w = conv.window();
        append(name, new NirNode.Conv1d(NirArray.scalar(conv.inputShape().extent(1)),
            array(conv.parameters().getFirst()), bias(conv.parameters()), NirArray.scalar(w.stride()),
            w.before() == w.after() ? new NirNode.Padding(null, NirArray.scalar(w.before())) : NirNode.Padding.same(),
            NirArray.scalar(w.dilation()), NirArray.scalar(conv.groups())));
        noteBias(name, conv.hasBias());
      }
      case Conv2d conv -> {
        Window rows = conv.rows();
        Window columns = conv.columns();
        boolean even = rows.before() == rows.after() && columns.before() == columns.after();
        append(name, new NirNode.Conv2d(integers(conv.inputShape().extent(1), conv.inputShape().extent(2)),
            array(conv.parameters().getFirst()), bias(conv.parameters()), integers(rows.stride(), columns.stride()),
            even ? NirNode.Padding.of(rows.before(), columns.before()) : NirNode.Padding.same(),
            integers(rows.dilation(), columns.dilation()), NirArray.scalar(conv.groups())));
        noteBias(name, conv.hasBias());
      }
      case Scale scale when scale.bias() == null -> scale(name, scale);
      case Scale scale when scale.inputShape().rank() == 1 && scale.inputShape().size() <= LARGEST_UNAVOIDABLE_DIAGONAL ->
          append(name, new NirNode.Affine(diagonal(scale.weight().perNeuron()),
              NirArray.vector(NirArrays.doubles(scale.bias().perNeuron()))));
      case Scale scale -> problems.add(name, "NIR has a place for its offset only where first-order neurons follow, or"
          + " its input has one dimension, of at most " + LARGEST_UNAVOIDABLE_DIAGONAL + ", got " + scale.inputShape());
      case Flatten flatten -> append(name, new NirNode.Flatten(integers(flatten.inputShape().extents()),
          NirArray.scalar(flatten.startDim()), NirArray.scalar(flatten.endDim())));
      case Delay delay -> append(name, new NirNode.Delay(array(delay.inputShape(),
          Arrays.stream(delay.delays()).mapToDouble(steps -> steps * dt).toArray())));
      case SumPool2d pool -> append(name, new NirNode.SumPool2d(kernel(pool), stride(pool), padding(pool)));
      case AvgPool2d pool -> append(name, new NirNode.AvgPool2d(kernel(pool), stride(pool), padding(pool)));
      case Neuron neuron -> neuron(name, neuron, null);
      default -> problems.add(name, "NIR has no node that does what " + layer.type() + " does");
    }
  }

  /** The bias of a convolution, zeros where it has none: NIR's have one always. */
  private static NirArray bias(List<Parameter> parameters) {
    return parameters.size() > 1
        ? array(parameters.getLast())
        : NirArray.filled(new int[] {parameters.getFirst().shape().extent(0)}, 0);
  }

  private void scale(String name, Scale scale) {
    append(name, new NirNode.Scale(expanded(scale.inputShape(), scale.weight())));
    JsonObject note = new JsonObject();
    note.addProperty("learn", scale.weight().parameter().trainable());
    note.add("shapes", shapes(scale.parameters()));
    notes.add(name, note);
  }

  private void noteBias(String name, boolean bias) {
    if (!bias) {
      JsonObject note = new JsonObject();
      note.addProperty("bias", false);
      notes.add(name, note);
    }
  }

  private static NirArray kernel(LinearPool2d pool) {
    return integers(pool.rows().kernel(), pool.columns().kernel());
  }

  private static NirArray stride(LinearPool2d pool) {
    return integers(pool.rows().stride(), pool.columns().stride());
  }

  private static NirArray padding(LinearPool2d pool) {
    return integers(pool.rows().before(), pool.columns().before());
  }

  private static NirArray diagonal(float[] values) {
    int n = values.length;
    double[] matrix = new double[n * n];
    for (int i = 0; i < n; i++) {
      matrix[i * n + i] = values[i];
    }
    return new NirArray(new int[] {n, n}, matrix);
  }

  // ------------------------------------------------------------------ neurons

  /** Whether an offset before these neurons can be their v_leak. */
  private static boolean takesOffset(NamedLayer named) {
    return named != null && named.layer() instanceof Neuron neuron && neuron.alpha() == null
        && !NirArrays.all(NirArrays.doubles(neuron.beta().perNeuron()), 1);
  }

  private void neuron(String name, Neuron neuron, double[] offset) {
    if (neuron.inhibition()) {
      problems.add(name, "NIR has no inhibition");
    }
    if (neuron.stateQuant() != null) {
      problems.add(name, "NIR has no quantised states");
    }
    if (neuron.spikeValue() != 1) {
      problems.add(name, "NIR's spikes are 1, these are " + neuron.spikeValue() + "; put a Scale behind them");
    }
    boolean integrator = neuron.output() == Neuron.Output.MEMBRANE;
    if (integrator && (neuron.resetMechanism() != ResetMechanism.NONE || neuron.recurrence() != null)) {
      problems.add(name, "NIR has no neurons that spike, and whose output is the membrane");
    }
    Shape shape = neuron.inputShape();
    double[] beta = NirArrays.doubles(neuron.beta().perNeuron());
    NirArray threshold = expanded(shape, neuron.threshold());
    NirArray zero = NirArray.filled(shape.extents(), 0);
    String node = neuron.recurrence() == null ? name : name + ".lif";
    if (neuron.alpha() == null && NirArrays.all(beta, 1)) {
      NirArray one = NirArray.filled(shape.extents(), 1);
      append(node, integrator ? new NirNode.I(one) : new NirNode.If(one, threshold, zero));
    } else {
      NirArray tau = tau(name, "beta", shape, beta);
      NirArray r = inSteps(tau);
      NirArray leak = offset == null ? zero : leak(tau, offset);
      if (neuron.alpha() == null) {
        append(node, integrator ? new NirNode.Li(tau, r, leak) : new NirNode.Lif(tau, r, leak, threshold, zero));
      } else {
        NirArray tauSyn = tau(name, "alpha", shape, NirArrays.doubles(neuron.alpha().perNeuron()));
        append(node, integrator
            ? new NirNode.CubaLi(tauSyn, tau, r, leak, inSteps(tauSyn))
            : new NirNode.CubaLif(tauSyn, tau, r, leak, threshold, zero, inSteps(tauSyn)));
      }
    }
    recurrence(name, node, neuron);
    if (!integrator) {
      notes.add(node, note(neuron));
    }
  }

  /** dt/(1 - decay). */
  private NirArray tau(String name, String parameter, Shape shape, double[] decay) {
    double[] tau = new double[decay.length];
    for (int i = 0; i < tau.length; i++) {
      tau[i] = dt / (1 - decay[i]);
    }
    if (Arrays.stream(decay).anyMatch(d -> d == 1)) {
      problems.add(name, parameter + ": expected below 1, got 1, whose time constant is infinite"
          + (parameter.equals("beta") ? " (first-order neurons may all have 1)" : ""));
    }
    return array(shape, tau);
  }

  /** tau/dt, the gain that leaves inputs as they are. */
  private NirArray inSteps(NirArray tau) {
    return new NirArray(tau.shape(), Arrays.stream(tau.values()).map(t -> t / dt).toArray());
  }

  /** The v_leak that adds an offset at every step. */
  private NirArray leak(NirArray tau, double[] offset) {
    double[] leak = new double[offset.length];
    for (int i = 0; i < leak.length; i++) {
      leak[i] = offset[i] * tau.values()[i] / dt;
    }
    return new NirArray(tau.shape(), leak);
  }

  private void recurrence(String name, String node, Neuron neuron) {
    NirNode weights = switch (neuron.recurrence()) {
      case null -> null;
      case AllToAll dense -> {
        NirArray weight = array(dense.parameters().getFirst());
        yield dense.parameters().size() == 1
            ? new NirNode.Linear(weight)
            : new NirNode.Affine(weight, array(dense.parameters().getLast()));
      }
      case OneToOne one -> {
        Shape shape = neuron.inputShape();
        NirArray v = new NirArray(one.parameters().getFirst().shape().extents(),
            NirArrays.doubles(one.parameters().getFirst().values()));
        double[] each = NirArrays.over(shape, v);
        yield shape.rank() == 1 && shape.size() <= LARGEST_DIAGONAL
            ? new NirNode.Linear(diagonal(NirArrays.floats(each)))
            : new NirNode.Scale(array(shape, each));
      }
      case Convolutional conv -> {
        Parameter weight = conv.parameters().getFirst();
        Shape image = neuron.inputShape();
        // In a word, as Python's check of types takes the height of a kernel for its width too.
        yield new NirNode.Conv2d(integers(image.extent(1), image.extent(2)), array(weight), bias(conv.parameters()),
            integers(1, 1), NirNode.Padding.same(), integers(1, 1), NirArray.scalar(1));
      }
    };
    if (weights != null) {
      nodes.put(name + ".w_rec", weights);
      edges.add(new NirNode.Edge(node, name + ".w_rec"));
      edges.add(new NirNode.Edge(name + ".w_rec", node));
    }
  }

  /** What the node cannot say, for our own import. */
  private JsonObject note(Neuron neuron) {
    JsonObject note;
    try {
      note = NetworkJson.settings(neuron);
    } catch (IllegalArgumentException e) {
      problems.add("surrogate", e.getMessage());
      return new JsonObject();
    }
    note.add("shapes", shapes(neuron.parameters()));
    return note;
  }

  /** The shapes that parameters had before they were spread over their layer. */
  private static JsonObject shapes(List<Parameter> parameters) {
    JsonObject shapes = new JsonObject();
    for (Parameter parameter : parameters) {
      JsonArray extents = new JsonArray();
      for (int extent : parameter.shape().extents()) {
        extents.add(extent);
      }
      shapes.add(parameter.name(), extents);
    }
    return shapes;
  }
}
