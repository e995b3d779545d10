package org.spikelane.network;

import org.spikelane.kernels.KernelProvider;
import org.spikelane.kernels.Rows;
import org.spikelane.kernels.SpikeRows;
import org.spikelane.layer.Block;
import org.spikelane.layer.ProductChoice;
import org.spikelane.layer.Spikes;
import org.spikelane.layer.Values;
import org.spikelane.neuron.NeuronState;

/**
 * A network with the states of a number of streams, which it carries from step to step: snnTorch's {@code
 * init_hidden=True}, but one object for each set of streams. Belongs to one thread; a step allocates nothing.
 */
public final class Session {

  private final Network network;
  private final States states;
  private final Chain chain;
  private final float[] output;
  private final Rows outputRows;
  private final ProductChoice product;
  private Tape last;
  private SequenceRun run;
  /** Whether what the chain holds is of the present states. */
  private boolean stepped;

  Session(Network network, int samples, ProductChoice product) {
    this.network = network;
    this.states = new States(network, samples);
    this.product = product;
    this.chain = network.chain(new Block(samples, 1, false, false, product), false, states);
    int size = network.outputShape().size();
    this.output = new float[samples * size];
    this.outputRows = new Rows(output, 0, size);
  }

  /** Number of streams. */
  public int samples() {
    return states.samples();
  }

  /**
   * One time step of every stream. It is not recorded, so no gradient crosses it.
   *
   * @param x input, [B][features]
   * @return this session, to be asked for the outcome
   * @throws IllegalArgumentException if x has another length
   */
  public Session step(float[] x) {
    int features = network.inputShape().size();
    if (x.length != samples() * features) {
      throw new IllegalArgumentException(
          "x: expected " + samples() + " times " + features + " values, got " + x.length);
    }
    for (int b = 0; b < samples(); b++) {
      System.arraycopy(x, b * features, chain.input().array(), chain.input().rows(b).at(0), features);
    }
    chain.forward(samples());
    detach();
    stepped = true;
    return this;
  }

  /**
   * All steps of a sequence for every stream, from the present states on, which are then those after it; not recorded. The
   * buffers are kept for the next sequence of as many steps.
   *
   * @throws IllegalArgumentException if the input does not have this session's samples or the network's features
   */
  public Outputs run(Input input) {
    return run(input, 1);
  }

  /**
   * The same, blocks of streams shared among threads; same results on any number of them.
   *
   * @throws IllegalArgumentException if the input does not have this session's samples or the network's features, or
   *     threads is below 1
   */
  public Outputs run(Input input, int threads) {
    Network.requireThreads(threads);
    input.requireFeatures(network.inputShape().size());
    requireSamples(input);
    if (run == null || !run.fits(input, threads)) {
      run = new SequenceRun(network, input, product, threads, states);
    }
    Outputs outputs = run.run(input.apartFrom(states));
    detach();
    stepped = false;
    return outputs;
  }

  private void requireSamples(Input input) {
    if (input.samples() != samples()) {
      throw new IllegalArgumentException(
          "input: expected " + samples() + " samples, as the states have, got " + input.samples());
    }
  }

  /** {@link #fired(int, int)} of stream 0. */
  public boolean fired(int n) {
    return fired(0, n);
  }

  /**
   * Whether neuron n of the output layer fired in the last {@link #step} of stream {@code sample}.
   *
   * @throws IllegalArgumentException if there is no such stream or neuron
   * @throws IllegalStateException if the last layer gives values, not spikes, or the states were set or a sequence ran since
   *     the last step
   */
  public boolean fired(int sample, int n) {
    if (sample < 0 || sample >= samples() || n < 0 || n >= network.outputShape().size()) {
      throw new IllegalArgumentException("fired: expected a stream below " + samples() + " and a neuron below "
          + network.outputShape().size() + ", got " + sample + " and " + n);
    }
    if (chain.output() instanceof Spikes spikes) {
      requireStepped("fired");
      return spikes.rows(sample).fired(0, n);
    }
    throw new IllegalStateException("fired: the last layer gives values, not spikes; read output()");
  }

  /**
   * The output of the last {@link #step}, [B][N], valid until the next.
   *
   * @throws IllegalStateException if there was none, or the states were set or a sequence ran since
   */
  public float[] output() {
    requireStepped("output");
    for (int b = 0; b < samples(); b++) {
      switch (chain.output()) {
        case Spikes spikes -> {
          SpikeRows rows = spikes.rows(b);
          KernelProvider.current().rows().expand(rows.words(), rows.at(0), spikes.value(), output, outputRows.at(b), 0,
              spikes.size());
        }
        case Values values -> System.arraycopy(values.array(), values.rows(b).at(0), output, outputRows.at(b),
            values.size());
      }
    }
    return output;
  }

  private void requireStepped(String what) {
    if (!stepped) {
      throw new IllegalStateException(
          what + ": expected a step before it, got none since the states were set or a sequence ran");
    }
  }

  /**
   * The state of a neuron layer: its membrane, current and last spikes. Live, and may be written to; to keep gradients from
   * crossing what was written, {@link #detach} afterwards.
   */
  public NeuronState state(String layer) {
    return states.of(layer);
  }

  /** Sets all states to zero: {@code reset_hidden()}, of this session alone. */
  public void reset() {
    states.reset();
    detach();
    stepped = false;
  }

  /** A copy of all states, which further steps do not change. */
  public States snapshot() {
    States copy = new States(network, samples());
    copy.restore(states);
    return copy;
  }

  /**
   * Takes the states of a snapshot.
   *
   * @throws IllegalArgumentException if it has other layers or another number of samples
   */
  public void restore(States snapshot) {
    states.restore(snapshot);
    detach();
    stepped = false;
  }

  /**
   * Runs a sequence from the present states on, recording for a backward pass; the states are then those after it. Gradients
   * cross to the tape recorded before, unless that was run backward already or {@link #detach} lay between.
   *
   * @throws IllegalArgumentException if the input does not have this session's samples or the network's features
   */
  public Tape record(Input input) {
    last = Tape.ofSession(network, input, states, product, before()).run(input);
    stepped = false;
    return last;
  }

  /**
   * The same in the memory of a tape that this session recorded: truncated backpropagation allocates its buffers once so.
   * Everything that this tape or its {@link Gradients} gave out as a view is written over; if it was not run backward, its
   * record is gone, and no gradient crosses it any more.
   *
   * @return {@code memory}
   * @throws IllegalArgumentException if another session recorded that tape, or the input does not have its steps, is
   *     constant where its was not, or wants a gradient where its did not (or the other way round)
   * @throws IllegalStateException if the gradient that it handed to the tape recorded before it waits there: run that
   *     backward, or record over it, first
   */
  public Tape record(Input input, Tape memory) {
    last = memory.recordAfter(memory == last ? null : before(), input, states);
    stepped = false;
    return last;
  }

  private Tape before() {
    return last != null && last.isConsumed() ? null : last;
  }

  /**
   * Cuts the gradient between what was recorded and what will be: {@code detach_hidden()}, for truncated backpropagation
   * through time. The states stay.
   */
  public void detach() {
    last = null;
  }
}
