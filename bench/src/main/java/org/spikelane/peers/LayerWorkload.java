package org.spikelane.peers;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.spikelane.kernels.SpikeRows;
import org.spikelane.layer.Parameter;
import org.spikelane.network.Gradients;
import org.spikelane.network.Input;
import org.spikelane.network.Network;
import org.spikelane.network.Outputs;
import org.spikelane.network.Session;
import org.spikelane.network.Tape;
import org.spikelane.network.Upstream;

/**
 * A layer of neurons over a sequence: items {@code onm}, {@code elem} and {@code rleaky}.
 *
 * <p>To infer is {@link Session#run(Input, int)}, phase {@code forward}; spikes are
 * delivered as bits. To train is {@link Tape#record}, {@code forward}, and {@link Tape#backward}, {@code backward}, of the
 * sum of all spikes, on the memory of one tape; both are {@code total}.
 */
final class LayerWorkload implements Workload {

  /** Decay of the synaptic current, as in the peers' benchmark. */
  static final float ALPHA = 0.9f;

  /** Decay of the membrane, as in the peers' benchmark. */
  static final float BETA = 0.85f;

  private static final String NEURONS = "lif";

  private final Input input;
  private final int threads;
  private final long neuronSteps;
  private final long givenBytes;
  private final long resultBytes;
  private final double rate;
  private final Session session;
  /** What is recorded again and again; null if this infers. */
  private final Tape tape;
  /** Kept from repetition to repetition, so that no compiler leaves it out. */
  private Object result;

  /**
   * A network whose neurons are called {@code lif} over an input.
   *
   * @param train whether to run backward, too
   * @param inputGradient whether the item asks for the gradient of the input
   */
  LayerWorkload(Network network, Input input, int threads, boolean train, boolean inputGradient) {
    this.input = inputGradient && train ? input.withGradient() : input;
    this.threads = threads;
    this.session = network.session(input.samples());
    int rows = input.steps() * input.samples();
    int outputs = rows * network.outputShape().size();
    this.neuronSteps = outputs;
    this.rate = network.run(input, threads).firingRates().get(NEURONS);
    this.tape = train ? network.record(this.input) : null;
    this.givenBytes = (long) rows * network.inputShape().size() * Float.BYTES + parameterBytes(network);
    this.resultBytes = train
        ? trainableBytes(network)
        : (long) rows * SpikeRows.words(network.outputShape().size()) * Long.BYTES;
  }

  /** Bytes of a network's parameters. */
  static long parameterBytes(Network network) {
    return bytes(network.parameters().values().stream());
  }

  /** Bytes of a network's trainable parameters. */
  static long trainableBytes(Network network) {
    return bytes(network.parameters().values().stream().filter(Parameter::trainable));
  }

  private static long bytes(Stream<Parameter> parameters) {
    return parameters.mapToLong(parameter -> (long) Float.BYTES * parameter.shape().size()).sum();
  }

  /** Item {@code onm}: Linear(n, n), then neurons, over normal noise; gradients of weight and bias. */
  static LayerWorkload onm(NeuronKind neuron, int n, int batch, int steps, int threads) {
    return new LayerWorkload(onmNetwork(neuron, n), noise(n, batch, steps, 1, 0), threads, true, false);
  }

  /** Item {@code elem}: Synaptic alone over a current of 0.3 times normal noise plus 0.12; gradient of the current. */
  static LayerWorkload elem(int n, int batch, int steps, boolean train, int threads) {
    return new LayerWorkload(synaptic(n), noise(n, batch, steps, 0.3f, 0.12f), threads, train, true);
  }

  /** Item {@code rleaky}: RLeaky, dense, over the same current; gradients of the current, recurrent weight and bias. */
  static LayerWorkload rLeaky(int n, int batch, int steps, boolean train, int threads) {
    return new LayerWorkload(rLeaky(n), noise(n, batch, steps, 0.3f, 0.12f), threads, train, true);
  }

  /** The network of item {@code onm}. */
  static Network onmNetwork(NeuronKind neuron, int n) {
    Network.Builder linear = Network.input(n).linear("fc", n);
    return (neuron == NeuronKind.SYNAPTIC
        ? linear.synaptic(NEURONS, s -> s.alpha(ALPHA).beta(BETA))
        : linear.rLeaky(NEURONS, s -> s.beta(BETA).allToAll())).build(1);
  }

  /** The network of item {@code elem}. */
  static Network synaptic(int n) {
    return Network.input(n).synaptic(NEURONS, s -> s.alpha(ALPHA).beta(BETA)).build(1);
  }

  /** The network of item {@code rleaky}. */
  static Network rLeaky(int n) {
    return Network.input(n).rLeaky(NEURONS, s -> s.beta(BETA).allToAll()).build(1);
  }

  private static Input noise(int n, int batch, int steps, float scale, float offset) {
    SplittableRandom random = new SplittableRandom(1);
    float[] values = new float[Math.multiplyExact(Math.multiplyExact(steps, batch), n)];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian() * scale + offset;
    }
    return Input.sequence(values, steps, batch);
  }

  @Override
  public List<Map<String, Double>> repeat() {
    return List.of(tape == null ? infer() : train());
  }

  private Map<String, Double> infer() {
    long start = System.nanoTime();
    Outputs outputs = outputs(session, input, threads);
    long end = System.nanoTime();
    result = outputs;
    return Map.of("forward", Workload.seconds(start, end));
  }

  /** From zero states, with the buffers of a session. */
  static Outputs outputs(Session session, Input input, int threads) {
    session.reset();
    return session.run(input, threads);
  }

  private Map<String, Double> train() {
    long start = System.nanoTime();
    tape.record(input);
    long middle = System.nanoTime();
    Gradients gradients = tape.backward(new Upstream().output(1f));
    long end = System.nanoTime();
    result = gradients;
    Map<String, Double> phases = new LinkedHashMap<>();
    phases.put("forward", Workload.seconds(start, middle));
    phases.put("backward", Workload.seconds(middle, end));
    phases.put("total", Workload.seconds(start, end));
    return phases;
  }

  /** What the last repetition gave: {@link Outputs} or {@link Gradients}. */
  Object result() {
    return result;
  }

  @Override
  public double rate() {
    return rate;
  }

  @Override
  public long neuronSteps() {
    return neuronSteps;
  }

  @Override
  public long givenBytes() {
    return givenBytes;
  }

  @Override
  public long resultBytes() {
    return resultBytes;
  }
}
