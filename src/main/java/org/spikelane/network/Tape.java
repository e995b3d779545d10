package org.spikelane.network;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.spikelane.connection.Delay;
import org.spikelane.kernels.KernelProvider;
import org.spikelane.kernels.ProductKernels;
import org.spikelane.kernels.RowKernels;
import org.spikelane.kernels.Rows;
import org.spikelane.kernels.SpikeRows;
import org.spikelane.layer.Block;
import org.spikelane.layer.GradientSums;
import org.spikelane.layer.ProductChoice;
import org.spikelane.layer.Spikes;
import org.spikelane.layer.Values;
import org.spikelane.neuron.NeuronStage;

/**
 * The record of a forward pass: what every neuron did at every step, and what backpropagation through time needs.
 *
 * <p>It holds the membrane and one bit per neuron and step (and the synaptic current, where alpha learns or states were
 * asked for). {@link #backward} writes over it, so it runs once, and reading comes before it; then {@link #record} may
 * use the memory for another input. Tapes recorded one after another by one {@link Session} are run backward last to
 * first: gradients of the states cross from a tape into the one before it, unless {@link Session#detach} lay between;
 * {@link Session#record(Input, Tape)} uses their memory again.
 */
public final class Tape {

  private final Network network;
  private final int steps;
  private final int samples;
  private final boolean constant;
  private final boolean inputGradient;
  private final List<Values> views = new ArrayList<>();
  private final List<Chain> blocks = new ArrayList<>();
  private final int samplesPerBlock;
  private final States states;
  private final boolean fromZero;
  private final boolean ofSession;
  private final GradientSums sums;
  private final ProductKernels products = KernelProvider.current().products();
  private final Map<String, float[]> parameterGradients = new LinkedHashMap<>();
  private final Map<String, Upstream.Carried> initial = new LinkedHashMap<>();
  /** The same with that of delays, which are no states that one gives. */
  private final Map<String, Upstream.Carried> carried = new LinkedHashMap<>();
  /** The tape that gradients cross to, or null; it knows this one as its {@link #follower} until they have, or cannot. */
  private Tape before;
  private Tape follower;
  /** Whether the one before was run backward first. */
  private boolean tooLate;
  /** Whether the backward pass of one after it failed. */
  private boolean lost;
  /** The tape whose {@link #carried} gradients are to be used here, or null. */
  private Tape after;
  /** The tape that {@link #carried} was handed to and that has not used it yet, or null. */
  private Tape handedTo;
  /** Number of the record's first draw among the network's, by which random surrogates draw. */
  private long firstDraw;
  private boolean consumed;

  /**
   * Room for inputs like the one given; {@link #run} records.
   *
   * @param from states to start from, which become those after the sequence; null to start from zero
   */
  Tape(Network network, Input input, States from, boolean recordStates, ProductChoice product) {
    this(network, input, from, recordStates, product, false, null);
  }

  /** The same, for one of a row of tapes of a session; {@code before} is the one that gradients cross to, or null. */
  static Tape ofSession(Network network, Input input, States from, ProductChoice product, Tape before) {
    return new Tape(network, input, from, false, product, true, before);
  }

  private Tape(Network network, Input input, States from, boolean recordStates, ProductChoice product,
      boolean ofSession, Tape before) {
    input.requireFeatures(network.inputShape().size());
    if (from != null) {
      from.requireOf(network, 1);
      if (from.samples() != input.samples()) {
        throw new IllegalArgumentException(
            "input: expected " + from.samples() + " samples, as the states have, got " + input.samples());
      }
    }
    this.network = network;
    this.steps = input.steps();
    this.samples = input.samples();
    this.constant = input.isConstant();
    this.inputGradient = input.hasGradient();
    this.fromZero = from == null;
    this.states = fromZero ? new States(network, samples) : from;
    this.ofSession = ofSession;
    follow(before);
    this.samplesPerBlock = Math.min(samples, network.samplesPerBlock(steps, constant));
    for (int first = 0; first < samples; first += samplesPerBlock) {
      int count = Math.min(samplesPerBlock, samples - first);
      Values view = input.view(network, count);
      views.add(view);
      blocks.add(new Chain(network.layers(), new Block(count, steps, true, recordStates, product), view, states, first));
    }
    this.sums = new GradientSums(network.parameters().values().stream().toList());
    network.neurons().forEach((name, neuron) -> initial.put(name, Upstream.Carried.ofNeuron(neuron, samples)));
    carried.putAll(initial);
    for (NamedLayer named : network.layers()) {
      if (named.layer() instanceof Delay delay) {
        carried.put(named.name(), Upstream.Carried.ofDelay(delay, samples));
      }
    }
  }

  private void follow(Tape tape) {
    before = tape;
    tooLate = false;
    lost = false;
    if (tape != null) {
      tape.follower = this;
    }
  }

  /** Takes this record out of its row: no gradient crosses it any more. */
  private void leaveRow() {
    if (before != null) {
      before.follower = null;
      before = null;
    }
    if (follower != null) {
      follower.before = null;
      follower = null;
    }
    forgetAfter();
  }

  Tape run(Input given) {
    Input input = given.apartFrom(states);
    firstDraw = network.nextDraws(samples * blocks.getFirst().drawsPerSample());
    consumed = false;
    if (fromZero) {
      states.reset();
    }
    for (int i = 0; i < blocks.size(); i++) {
      int first = i * samplesPerBlock;
      int count = Math.min(samplesPerBlock, samples - first);
      input.show(views.get(i), first, count);
      blocks.get(i).forward(count);
    }
    return this;
  }

  /**
   * Records another input in the memory of this tape: what a training loop does, so that it allocates its buffers once.
   * Everything that this tape or its {@link Gradients} gave out as a view is written over. Starts where the first record
   * started: from zero, or from the states that it was given and that every record carries on.
   *
   * @throws IllegalArgumentException if the input does not have the first one's steps and samples, is constant where that
   *     was not, or wants a gradient where that did not (or the other way round)
   * @throws IllegalStateException if this tape is one of a row that a session recorded
   */
  public Tape record(Input input) {
    if (ofSession) {
      throw new IllegalStateException(
          "tape: it is one of a row that a session recorded; record with the session: record(input, tape)");
    }
    requireRoom(input);
    return run(input);
  }

  /** The same for a tape of a session's row; {@code next} is the one that gradients cross to from now on, or null. */
  Tape recordAfter(Tape next, Input input, States ofRow) {
    if (!ofSession || states != ofRow) {
      throw new IllegalArgumentException("memory: expected a tape that this session recorded, got another one");
    }
    requireRoom(input);
    if (handedTo != null) {
      throw new IllegalStateException("memory: the tape recorded before this one was not run backward yet, and the gradient"
          + " that is to reach it lies here");
    }
    leaveRow();
    follow(next);
    return run(input);
  }

  private void forgetAfter() {
    if (after != null) {
      after.handedTo = null;
      after = null;
    }
  }

  private void requireRoom(Input input) {
    input.requireFeatures(network.inputShape().size());
    if (input.steps() != steps || input.samples() != samples || input.isConstant() != constant
        || input.hasGradient() != inputGradient) {
      throw new IllegalArgumentException("input: expected " + describe(steps, samples, constant, inputGradient) + ", got "
          + describe(input.steps(), input.samples(), input.isConstant(), input.hasGradient()));
    }
  }

  private static String describe(int steps, int samples, boolean constant, boolean gradient) {
    return steps + (constant ? " equal" : "") + " steps of " + samples + " samples with" + (gradient ? "" : "out")
        + " gradient";
  }

  /** Number of time steps. */
  public int steps() {
    return steps;
  }

  /** Number of samples. */
  public int samples() {
    return samples;
  }

  /** The spikes of a neuron layer, [T][B][N], time first, 0 or 1 (times the graded factor in Leaky). */
  public float[] spikes(String layer) {
    return gather(network.neuron(layer).size(), (chain, b) -> rowsOf(chain.neurons().get(layer).spikes(), b));
  }

  /**
   * The spikes of one sample in a neuron layer, one bit a neuron: row t is step t. A view, which a backward pass leaves as it
   * is.
   *
   * @throws IllegalArgumentException if there is no such layer or sample
   */
  public SpikeRows spikes(String layer, int sample) {
    network.neuron(layer);
    return chainOf(sample).neurons().get(layer).spikes().rows(sample % samplesPerBlock);
  }

  /**
   * The membrane of one sample in a neuron layer: row t is what step t returned. A view.
   *
   * @throws IllegalArgumentException if there is no such layer or sample
   */
  public Rows membrane(String layer, int sample) {
    network.neuron(layer);
    requireFresh();
    Rows rows = chainOf(sample).neurons().get(layer).membrane(sample % samplesPerBlock);
    return new Rows(rows.data(), rows.at(1), rows.stride());
  }

  private Chain chainOf(int sample) {
    if (sample < 0 || sample >= samples) {
      throw new IllegalArgumentException("sample: expected 0 to " + (samples - 1) + ", got " + sample);
    }
    return blocks.get(sample / samplesPerBlock);
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
    int size = network.neuron(layer).size();
    return gather(size, (chain, b) -> {
      Rows rows = state.apply(chain.neurons().get(layer)).apply(b);
      return (t, all, at) -> System.arraycopy(rows.data(), rows.at(t + 1), all, at, size);
    });
  }

  /** The output of the last layer, [T][B][N]. */
  public float[] output() {
    int size = network.outputShape().size();
    return gather(size, (chain, b) -> switch (chain.output()) {
      case Spikes spikes -> rowsOf(spikes, b);
      case Values values -> {
        Rows rows = values.rows(b);
        yield (t, all, at) -> System.arraycopy(rows.data(), rows.at(t), all, at, size);
      }
    });
  }

  private static RowsOfSample rowsOf(Spikes spikes, int b) {
    RowKernels kernels = KernelProvider.current().rows();
    SpikeRows rows = spikes.rows(b);
    return (t, all, at) -> kernels.expand(rows.words(), rows.at(t), spikes.value(), all, at, 0, spikes.size());
  }

  private interface RowsOfSample {
    void copy(int t, float[] all, int at);
  }

  private interface OfChain {
    RowsOfSample rows(Chain chain, int b);
  }

  private float[] gather(int size, OfChain source) {
    requireFresh();
    float[] all = new float[Input.total(steps, samples, size)];
    for (int sample = 0; sample < samples; sample++) {
      RowsOfSample rows = source.rows(blocks.get(sample / samplesPerBlock), sample % samplesPerBlock);
      for (int t = 0; t < steps; t++) {
        rows.copy(t, all, (t * samples + sample) * size);
      }
    }
    return all;
  }

  /**
   * Backpropagation through time. A gradient that is refused leaves the tape as it was; any other exception, such as a custom
   * surrogate's, consumes it, and those recorded before it are then refused, which lack its gradient: record all of them again.
   *
   * @param upstream gradients of the loss with regard to what the layers gave
   * @return gradients of the parameters, the initial states, and the input if {@link Input#withGradient} asked for it
   * @throws IllegalStateException if this tape was run backward before, or the one before it first, or an exception ended that
   *     of one after it
   * @throws IllegalArgumentException if a gradient is given for a layer that is not there, or of the wrong length
   */
  public Gradients backward(Upstream upstream) {
    requireFresh();
    upstream.check(network, (long) steps * samples);
    if (lost) {
      throw new IllegalStateException("tape: an exception ended the backward pass of one recorded after it, whose gradient"
          + " cannot reach it; record them again");
    }
    if (tooLate) {
      throw new IllegalStateException("tape: the one recorded before was run backward first, so this one's gradient cannot"
          + " reach it; go last to first, or detach between them");
    }
    consumed = true;
    boolean done = false;
    try {
      Gradients gradients = pass(upstream);
      done = true;
      return gradients;
    } finally {
      if (!done) {
        lose();
      }
    }
  }

  /** After a pass that failed: the gradient that is to cross to the tapes before reaches none of them. */
  private void lose() {
    forgetAfter();
    for (Tape tape = before; tape != null; tape = tape.before) {
      tape.lost = true;
    }
    if (before != null) {
      before.follower = null;
      before = null;
    }
  }

  private Gradients pass(Upstream upstream) {
    if (follower != null) {
      follower.tooLate = true;
      follower.before = null;
      follower = null;
    }
    Map<String, Upstream.Carried> fromAfter = after == null ? null : after.carried;
    Map<String, Upstream.OfLayer> layers = upstream.layersAfter(fromAfter);
    sums.clear();
    for (int i = 0; i < blocks.size(); i++) {
      int first = i * samplesPerBlock;
      int count = Math.min(samplesPerBlock, samples - first);
      Map<String, Upstream.OfLayer> given = new LinkedHashMap<>();
      layers.forEach((name, layer) ->
          given.put(name, layer.block(first, samples, fromAfter == null ? null : fromAfter.get(name))));
      Chain chain = blocks.get(i);
      if (i > 0) {
        chain.shareGradients(blocks.getFirst());
      }
      upstream.ofOutput(chain).put(chain.output(), first, samples, count);
      chain.backward(count, sums, firstDraw + first * chain.drawsPerSample(), given);
      collectInitial(chain, first, count);
      collectPast(chain, first, count);
    }
    forgetAfter();
    if (before != null) {
      before.after = this;
      handedTo = before;
      before.follower = null;
      before = null;
    }
    network.parameters().forEach((name, parameter) -> {
      if (parameter.trainable()) {
        parameterGradients.put(name, sums.gradient(parameter, products));
      }
    });
    return new Gradients(parameterGradients, initial, inputGradient ? this : null);
  }

  private void collectInitial(Chain chain, int first, int count) {
    chain.neurons().forEach((name, stage) -> {
      Upstream.Carried carried = initial.get(name);
      int size = stage.neuron().size();
      Rows gSpikes = stage.carriedSpikes();
      for (int b = 0; b < count; b++) {
        int at = (first + b) * size;
        if (gSpikes.data().length > 0) {
          System.arraycopy(gSpikes.data(), gSpikes.at(b), carried.spikes, at, size);
        }
        System.arraycopy(stage.carriedMembrane(b), 0, carried.membrane, at, size);
        if (carried.current != null) {
          System.arraycopy(stage.carriedCurrent(b), 0, carried.current, at, size);
        }
      }
    });
  }

  private void collectPast(Chain chain, int first, int count) {
    chain.delays().forEach((name, stage) -> {
      for (int b = 0; b < count; b++) {
        float[] past = stage.carried(b);
        System.arraycopy(past, 0, carried.get(name).past, (first + b) * past.length, past.length);
      }
    });
  }

  /** dL/d(input) of a sample: row t is step t; of a constant input all rows are one. */
  Rows inputGradient(int sample) {
    chainOf(sample);
    return views.get(sample / samplesPerBlock).gradient(sample % samplesPerBlock);
  }

  /** dL/d(input), as the input lies. */
  float[] inputGradient() {
    int size = network.inputShape().size();
    int rows = constant ? 1 : steps;
    float[] all = new float[rows * samples * size];
    for (int sample = 0; sample < samples; sample++) {
      Rows from = inputGradient(sample);
      for (int t = 0; t < rows; t++) {
        System.arraycopy(from.data(), from.at(t), all, (t * samples + sample) * size, size);
      }
    }
    return all;
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
