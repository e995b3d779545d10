package org.spikelane.peers;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.spikelane.layer.Parameter;
import org.spikelane.network.Network;
import org.spikelane.training.Adam;
import org.spikelane.training.EpochReport;
import org.spikelane.training.Losses;
import org.spikelane.training.Trainer;

/**
 * Item {@code train}: iterations of a {@link Trainer}, each from the end of one batch to the end of the next, phase
 * {@code iteration}. Cross-entropy of the membrane, summed over the steps, and Adam with 5e-4.
 *
 * <p>Every repetition is an epoch of a few batches that starts from the initial parameters: with thousands
 * of iterations on one batch, firing rates would drift away from those that the peers are measured with. The trainer's
 * preparations of an epoch count for its first iteration.
 */
final class TrainingWorkload implements Workload {

  /** Iterations of a repetition when it is measured; the peers make about as many on their initial parameters. */
  static final int ITERATIONS = 8;

  private final Network network;
  private final LabelledBatch batch;
  private final LabelledBatch data;
  private final int threads;
  private final double rate;
  private final Map<Parameter, float[]> initial = new LinkedHashMap<>();
  /** Of the last repetition, which memory is counted of. */
  private Trainer trainer;
  private EpochReport report;

  TrainingWorkload(Network network, LabelledBatch batch, int iterations, int threads) {
    this.network = network;
    this.batch = batch;
    this.data = batch.repeated(iterations);
    this.threads = threads;
    this.rate = network.run(batch.input(), threads).firingRates().get("lif1");
    network.parameters().values().forEach(parameter -> initial.put(parameter, parameter.values().clone()));
  }

  /** Neurons times samples times steps. */
  static long neuronSteps(Network network, int steps, int samples) {
    return network.neurons().values().stream().mapToLong(neuron -> (long) neuron.size() * steps * samples).sum();
  }

  @Override
  public List<Map<String, Double>> repeat() {
    initial.forEach((parameter, values) -> System.arraycopy(values, 0, parameter.values(), 0, values.length));
    network.refresh();
    List<Map<String, Double>> iterations = new ArrayList<>();
    long[] last = {System.nanoTime()};
    trainer = Trainer.of(network).loss(Losses.ceMembrane()).optimizer(Adam.withLearningRate(5e-4f))
        .batchSize(batch.size()).threads(threads)
        .progress((done, total) -> {
          long now = System.nanoTime();
          iterations.add(Map.of("iteration", Workload.seconds(last[0], now)));
          last[0] = now;
        });
    report = trainer.epoch(data);
    return iterations;
  }

  /** Of the last repetition. */
  EpochReport report() {
    return report;
  }

  @Override
  public double rate() {
    return rate;
  }

  @Override
  public long neuronSteps() {
    return neuronSteps(network, batch.steps(), batch.size());
  }

  /** The parameters twice: where every repetition starts, too. */
  @Override
  public long givenBytes() {
    return (long) batch.values().length * Float.BYTES + 2 * LayerWorkload.parameterBytes(network);
  }

  @Override
  public long resultBytes() {
    return LayerWorkload.trainableBytes(network);
  }
}
