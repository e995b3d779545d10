package org.spikelane.network;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.spikelane.kernels.Rows;
import org.spikelane.kernels.SpikeRows;
import org.spikelane.layer.Block;
import org.spikelane.layer.GradientSums;
import org.spikelane.layer.Parameter;
import org.spikelane.layer.ProductChoice;
import org.spikelane.layer.Signal;
import org.spikelane.layer.Spikes;
import org.spikelane.layer.Values;
import org.spikelane.neuron.NeuronStage;

/**
 * The record of a forward pass: what every neuron did at every step, and what backpropagation through time needs.
 *
 * <p>It holds the membrane and one bit per neuron and step (and the synaptic current, where alpha learns or states were
 * asked for). {@link #backward} writes over it, so it runs once, and reading comes before it. Tapes recorded one after
 * another by one {@link Session} are run backward last to first: gradients of the states cross from a tape into the one
 * before it, unless {@link Session#detach} lay between the two.
 */
public final class Tape {

  private final Network network;
  private final Input input;
  private final List<Chain> blocks = new ArrayList<>();
  private final int samplesPerBlock;
  private Tape before;
  private Map<String, Upstream.Carried> after;
  /** Number of this tape among the network's, by which random surrogates draw. */
  private final long number;
  private boolean consumed;

  Tape(Network network, Input input, States states, boolean recordStates, ProductChoice product, Tape before) {
    input.requireFeatures(network.inputShape().size());
    if (states.samples() != input.samples()) {
      throw new IllegalArgumentException(
          "input: expected " + states.samples() + " samples, as the states have, got " + input.samples());
    }
    this.network = network;
    this.number = network.nextTape();
    this.input = input;
    this.before = before;
    this.samplesPerBlock = Math.min(input.samples(), network.samplesPerBlock(input.steps()));
    for (int first = 0; first < input.samples(); first += samplesPerBlock) {
      int count = Math.min(samplesPerBlock, input.samples() - first);
      Block block = new Block(count, input.steps(), true, recordStates, product);
      Chain chain = new Chain(network, block, input.isConstant(), true, states, first);
      for (int b = 0; b < count; b++) {
        input.copyTo(first + b, chain.input().rows(b), network.inputShape().size());
      }
      chain.forward(count);
      blocks.add(chain);
    }
  }

  /** Number of time steps. */
  public int steps() {
    return input.steps();
  }

  /** Number of samples. */
  public int samples() {
    return input.samples();
  }

  /** The spikes of a neuron layer, [T][B][N], time first, 0 or 1 (times the graded factor in Leaky). */
  public float[] spikes(String layer) {
    return gather(network.neuron(layer).size(), (chain, b) -> {
      Spikes spikes = chain.neurons().get(layer).spikes();
      SpikeRows rows = spikes.rows(b);
      return (t, n) -> rows.fired(t, n) ? spikes.value() : 0f;
    });
  }

  /** The membrane of a neuron layer after each step, [T][B][N], as the step returned it. */
  public float[] membrane(String layer) {
    return states(layer, stage -> stage::membrane);
  }

  /**
   * The synaptic current of a second-order layer after each step, [T][B][N].
   *
   * @throws IllegalStateException if it was not recorded; see {@link Network#record(Input, boolean)}
   */
  public float[] current(String layer) {
    if (network.neuron(layer).alpha() == null) {
      throw new IllegalArgumentException("layer: expected a second-order one, " + layer + " has no synaptic current");
    }
    return states(layer, stage -> stage::current);
  }

  private float[] states(String layer, Function<NeuronStage, Function<Integer, Rows>> state) {
    return gather(network.neuron(layer).size(), (chain, b) -> {
      Rows rows = state.apply(chain.neurons().get(layer)).apply(b);
      return (t, n) -> rows.data()[rows.at(t + 1) + n];
    });
  }

  /** The output of the last layer, [T][B][N]. */
  public float[] output() {
    int size = network.outputShape().size();
    return gather(size, (chain, b) -> switch (chain.output()) {
      case Spikes spikes -> {
        SpikeRows rows = spikes.rows(b);
        yield (t, n) -> rows.fired(t, n) ? spikes.value() : 0f;
      }
      case Values values -> {
        Rows rows = values.rows(b);
        yield (t, n) -> rows.data()[rows.at(t) + n];
      }
    });
  }

  private interface At {
    float value(int t, int n);
  }

  private interface OfSample {
    At rows(Chain chain, int b);
  }

  private float[] gather(int size, OfSample source) {
    requireFresh();
    float[] all = new float[input.total(size)];
    for (int sample = 0; sample < samples(); sample++) {
      At rows = source.rows(blocks.get(sample / samplesPerBlock), sample % samplesPerBlock);
      for (int t = 0; t < steps(); t++) {
        for (int n = 0; n < size; n++) {
          all[(t * samples() + sample) * size + n] = rows.value(t, n);
        }
      }
    }
    return all;
  }

  /**
   * Backpropagation through time.
   *
   * @param upstream gradients of the loss with regard to what the layers gave
   * @return gradients of the parameters, the input and the initial states
   * @throws IllegalStateException if this tape was run backward before, or the one before it first
   * @throws IllegalArgumentException if a gradient is given for a layer that is not there, or of the wrong length
   */
  public Gradients backward(Upstream upstream) {
    requireFresh();
    upstream.layers.forEach((layer, given) -> given.check(network.neuron(layer), steps() * samples()));
    int outputs = input.total(network.outputShape().size());
    if (upstream.output() != null && upstream.output().length != outputs) {
      throw new IllegalArgumentException("gradient of the output: expected " + outputs + " values, got "
          + upstream.output().length);
    }
    if (before != null && before.consumed) {
      throw new IllegalStateException("tape: the one recorded before was run backward first, so this one's gradient cannot"
          + " reach it; go last to first, or detach between them");
    }
    consumed = true;
    Map<String, Upstream.OfLayer> layers = new LinkedHashMap<>(upstream.layers);
    if (after != null) {
      after.keySet().forEach(layer -> layers.computeIfAbsent(layer, Upstream.OfLayer::new));
    }
    GradientSums sums = new GradientSums(network.parameters().values().stream().toList());
    Map<String, Upstream.Carried> initial = new LinkedHashMap<>();
    network.neurons().forEach((name, neuron) ->
        initial.put(name, new Upstream.Carried(samples(), neuron.size(), neuron.alpha() != null)));
    float[] gInput = new float[input.isConstant()
        ? samples() * network.inputShape().size()
        : input.total(network.inputShape().size())];
    for (int i = 0; i < blocks.size(); i++) {
      int first = i * samplesPerBlock;
      int count = Math.min(samplesPerBlock, samples() - first);
      Map<String, Upstream.OfLayer> given = new LinkedHashMap<>();
      layers.forEach((name, layer) ->
          given.put(name, layer.block(first, samples(), after == null ? null : after.get(name))));
      // The block's buffers may go as soon as it is done.
      Chain chain = blocks.set(i, null);
      chain.backward(count, sums, (number << 32) + first, given, output -> {
        if (upstream.output() != null) {
          Upstream.add(upstream.output(), first, samples(), output, count);
        }
      });
      collect(chain, first, count, initial, gInput);
    }
    if (before != null) {
      before.after = initial;
      before = null;
    }
    Map<String, float[]> parameters = new LinkedHashMap<>();
    network.parameters().forEach((name, parameter) -> {
      if (parameter.trainable()) {
        parameters.put(name, reduced(parameter, sums));
      }
    });
    return new Gradients(parameters, initial, gInput);
  }

  private static float[] reduced(Parameter parameter, GradientSums sums) {
    float[] gradient = new float[parameter.shape().size()];
    parameter.form().reduce(sums.of(parameter), gradient);
    return gradient;
  }

  private void collect(Chain chain, int first, int count, Map<String, Upstream.Carried> initial, float[] gInput) {
    chain.neurons().forEach((name, stage) -> {
      Upstream.Carried carried = initial.get(name);
      int size = stage.neuron().size();
      for (int b = 0; b < count; b++) {
        int at = (first + b) * size;
        Rows gSpk = stage.spikes().gradient(b);
        System.arraycopy(gSpk.data(), gSpk.at(-1), carried.spikes, at, size);
        System.arraycopy(stage.carriedMembrane(b), 0, carried.membrane, at, size);
        if (carried.current != null) {
          System.arraycopy(stage.carriedCurrent(b), 0, carried.current, at, size);
        }
      }
    });
    Signal source = chain.input();
    int size = source.size();
    for (int b = 0; b < count; b++) {
      Rows gx = source.gradient(b);
      for (int t = 0; t < source.rowsPerSample(); t++) {
        System.arraycopy(gx.data(), gx.at(t), gInput, (t * samples() + first + b) * size, size);
      }
    }
  }

  boolean isConsumed() {
    return consumed;
  }

  private void requireFresh() {
    if (consumed) {
      throw new IllegalStateException("tape: it was run backward, which consumes it; record again");
    }
  }
}
