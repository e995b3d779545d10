package org.spikelane.peers;

import java.util.List;
import java.util.Map;
import org.spikelane.network.Input;
import org.spikelane.network.Network;
import org.spikelane.network.Session;

/** Item {@code serve}: a batch through a network, to the neuron of each sample that fired most; phase {@code latency}. */
final class ServingWorkload implements Workload {

  private final Network network;
  private final Input input;
  private final int threads;
  private final double rate;
  private final Session session;
  private int[] predicted;

  ServingWorkload(Network network, Input input, int threads) {
    this.network = network;
    this.input = input;
    this.threads = threads;
    this.session = network.session(input.samples());
    this.rate = network.run(input, threads).firingRates().get("lif1");
  }

  @Override
  public List<Map<String, Double>> repeat() {
    long start = System.nanoTime();
    predicted = LayerWorkload.outputs(session, input, threads).predicted();
    return List.of(Map.of("latency", Workload.seconds(start, System.nanoTime())));
  }

  /** [B]: the class of each sample in the last repetition. */
  int[] predicted() {
    return predicted;
  }

  @Override
  public double rate() {
    return rate;
  }

  @Override
  public long neuronSteps() {
    return TrainingWorkload.neuronSteps(network, input.steps(), input.samples());
  }

  @Override
  public long givenBytes() {
    int rows = input.isConstant() ? input.samples() : input.steps() * input.samples();
    return (long) rows * network.inputShape().size() * Float.BYTES + LayerWorkload.parameterBytes(network);
  }

  @Override
  public long resultBytes() {
    return (long) input.samples() * Integer.BYTES;
  }
}
