package org.spikelane.training;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.spikelane.data.Dataset;
import org.spikelane.layer.GradientSums;
import org.spikelane.layer.Parameter;
import org.spikelane.network.NamedLayer;
import org.spikelane.network.Network;
import org.spikelane.network.Pieces;
import org.spikelane.neuron.Neuron;

/**
 * Trains a classifier: batches in an order drawn from the seed, backpropagation through time over the whole sample,
 * states starting at zero, one update a batch. The most spikes in the last layer are the prediction.
 *
 * <p>Same seed, same result, bit for bit, whatever the number of threads. One thread at a time may use a trainer. It
 * keeps the memory of its last epoch and of its last evaluation for the next.
 */
public final class Trainer {

  /**
   * Threads that training uses at most: a batch is cut into at most as many shards, all but the last of one multiple of 8
   * samples. So 64 and 128 samples are 8 shards, 72 samples are 5, of up to 16. Their gradients are summed, so the number is
   * not the machine's choice.
   */
  public static final int MOST_THREADS = 8;

  private final Network network;
  private final List<Parameter> trainable;
  private Loss loss = Losses.ceCount();
  private Optimizer optimizer = Adam.withLearningRate(1e-3f);
  private GradientClipping clipping = GradientClipping.none();
  private int batchSize = 64;
  private long seed;
  private int threads = 1;
  private Progress progress = (done, total) -> {};
  private int epochs;
  private Crew learners = Crew.NONE;
  private Crew judges = Crew.NONE;

  /** Is told how far an epoch is. */
  @FunctionalInterface
  public interface Progress {

    /** {@code done} of {@code total} samples have been learned from. */
    void batch(int done, int total);
  }

  private Trainer(Network network) {
    this.network = network;
    this.trainable = network.parameters().values().stream().filter(Parameter::trainable).toList();
  }

  /**
   * A trainer with the defaults: cross-entropy on spike counts, Adam with 1e-3, batches of 64, seed 0, one thread.
   *
   * @throws IllegalArgumentException if the network's last layer is not one of neurons whose output is their spikes
   */
  public static Trainer of(Network network) {
    if (network.layers().isEmpty()
        || !network.neurons().containsValue(network.layers().getLast().layer())) {
      throw new IllegalArgumentException("network: expected a layer of neurons at its end, as their spikes or membranes"
          + " are what the loss is about");
    }
    NamedLayer last = network.layers().getLast();
    if (network.neuron(last.name()).output() != Neuron.Output.SPIKES) {
      throw new IllegalArgumentException("network: expected the last layer's output to be its spikes, which predictions"
          + " count, got its membrane in " + last.name() + "; losses of the membrane read it all the same");
    }
    return new Trainer(network);
  }

  /** Sets the loss. */
  public Trainer loss(Loss loss) {
    this.loss = Objects.requireNonNull(loss, "loss");
    return this;
  }

  /** Sets the optimiser, which keeps its moments from epoch to epoch. */
  public Trainer optimizer(Optimizer optimizer) {
    this.optimizer = Objects.requireNonNull(optimizer, "optimizer");
    return this;
  }

  /** Sets what is done to gradients before an update. */
  public Trainer clipping(GradientClipping clipping) {
    this.clipping = Objects.requireNonNull(clipping, "clipping");
    return this;
  }

  /** Sets the number of samples of an update; the last batch of an epoch may be smaller. */
  public Trainer batchSize(int batchSize) {
    this.batchSize = requirePositive("batchSize", batchSize);
    return this;
  }

  /** Sets the seed of the order of the samples. */
  public Trainer seed(long seed) {
    this.seed = seed;
    return this;
  }

  /** Sets the number of threads, of which training uses at most {@link #MOST_THREADS}; it changes the time, not the result. */
  public Trainer threads(int threads) {
    this.threads = requirePositive("threads", threads);
    return this;
  }

  /** Sets who is told how far an epoch is. */
  public Trainer progress(Progress progress) {
    this.progress = Objects.requireNonNull(progress, "progress");
    return this;
  }

  private static int requirePositive(String name, int value) {
    if (value < 1) {
      throw new IllegalArgumentException(name + ": expected at least 1, got " + value);
    }
    return value;
  }

  /**
   * Trains for a number of epochs, telling the listener after each. An exception, a listener's among them, ends it as it ends
   * {@link #epoch}.
   *
   * @throws IllegalArgumentException if the number is below 0, or the data does not fit the network
   */
  public void fit(Dataset data, int count, Consumer<EpochReport> listener) {
    if (count < 0) {
      throw new IllegalArgumentException("count: expected 0 epochs or more, got " + count);
    }
    for (int i = 0; i < count; i++) {
      listener.accept(epoch(data));
    }
  }

  /**
   * One pass over the data. Where an exception ends it, a custom surrogate's or a loss's, the network keeps what the batches
   * before taught it, and the epoch counts as one: the next has another order.
   *
   * @throws IllegalArgumentException if the data does not fit the network
   */
  public EpochReport epoch(Dataset data) {
    requireFit(data);
    long start = System.nanoTime();
    int[] order = shuffled(data.size(), seed, epochs);
    long firstSample = (long) epochs++ * data.size();
    Crew.Task task = Crew.Task.learning(data, loss, Math.min(threads, MOST_THREADS), Math.min(batchSize, order.length));
    if (!learners.isFor(task)) {
      learners = Crew.NONE; // Not both at a time: their memory may be all there is.
      learners = Crew.of(task, network, data);
    }
    List<BlockWorker> workers = learners.workers();
    BatchCurrents currents = learners.currents();
    ShardSums sums = learners.sums();
    double lossSum = 0;
    int right = 0;
    long[] spikes = new long[network.neurons().size()];
    for (int first = 0; first < order.length; first += batchSize) {
      int[] batch = Arrays.copyOfRange(order, first, Math.min(first + batchSize, order.length));
      Outcome outcome = new Outcome(batch.length, spikes.length);
      int perShard = Network.wholeTiles(Math.ceilDiv(batch.length, MOST_THREADS));
      int shards = Math.ceilDiv(batch.length, perShard);
      long firstOfBatch = firstSample + first;
      if (currents != null) {
        currents.forward(data, batch, workers);
      }
      sums.begin();
      Pieces.share(workers, shards, (worker, shard) -> sums.shard(shard, worker.sums(), into ->
          worker.run(data, batch, shard * perShard, Math.min((shard + 1) * perShard, batch.length), 1.0 / batch.length,
              into, firstOfBatch, outcome)));
      if (currents != null) {
        currents.backward(sums.total());
      }
      update(sums.total(), workers);
      for (int i = 0; i < batch.length; i++) {
        lossSum += outcome.losses[i];
        right += outcome.predicted[i] == data.label(batch[i]) ? 1 : 0;
      }
      Arrays.setAll(spikes, layer -> spikes[layer] + outcome.spikes.get(layer));
      progress.batch(first + batch.length, order.length);
    }
    return new EpochReport(epochs, lossSum / order.length, (double) right / order.length,
        Outcome.rates(network, spikes, order.length, data.steps()), (System.nanoTime() - start) * 1e-9);
  }

  private void update(GradientSums sums, List<BlockWorker> workers) {
    List<float[]> gradients = new ArrayList<>();
    for (Parameter parameter : trainable) {
      int ranges = sums.prepare(parameter, workers.size());
      Pieces.share(workers, ranges, (worker, range) ->
          sums.reduce(parameter, range, ranges, worker.products()));
      gradients.add(sums.reduced(parameter));
    }
    clipping.clip(gradients);
    Optimizer.Update update = optimizer.update(trainable, gradients);
    Pieces.share(workers, update.pieces(), (worker, piece) -> update.run().accept(piece));
    Pieces.share(workers, workers.size(), (worker, part) -> network.refresh(part, workers.size()));
  }

  /**
   * How the network does on a data set; changes nothing.
   *
   * @throws IllegalArgumentException if the data does not fit the network
   */
  public Evaluation evaluate(Dataset data) {
    requireFit(data);
    long start = System.nanoTime();
    int[] order = IntStream.range(0, data.size()).toArray();
    Outcome outcome = new Outcome(data.size(), network.neurons().size());
    int perPiece = network.samplesPerBlock(data.steps(), data.constant());
    int pieces = Math.ceilDiv(data.size(), perPiece);
    Crew.Task task = Crew.Task.evaluating(data, loss, Math.min(threads, pieces));
    if (!judges.isFor(task)) {
      judges = Crew.NONE;
      judges = Crew.of(task, network, data);
    }
    Pieces.share(judges.workers(), pieces, (worker, piece) -> worker.run(data, order, piece * perPiece,
        Math.min((piece + 1) * perPiece, order.length), 1.0 / order.length, null, 0, outcome));
    int classes = network.outputShape().size();
    int[][] confusion = new int[classes][classes];
    for (int i = 0; i < data.size(); i++) {
      confusion[data.label(i)][outcome.predicted[i]]++;
    }
    long[] spikes = IntStream.range(0, outcome.spikes.length()).mapToLong(outcome.spikes::get).toArray();
    return new Evaluation(Arrays.stream(outcome.losses).sum() / data.size(), outcome, confusion,
        Outcome.rates(network, spikes, data.size(), data.steps()), (System.nanoTime() - start) * 1e-9);
  }

  private void requireFit(Dataset data) {
    if (data.size() < 1) {
      throw new IllegalArgumentException("data: expected at least 1 sample, got none");
    }
    if (data.features() != network.inputShape().size()) {
      throw new IllegalArgumentException("data: expected " + network.inputShape().size()
          + " features, as the network takes, got " + data.features());
    }
    if (data.classes() > network.outputShape().size()) {
      throw new IllegalArgumentException("data: expected at most " + network.outputShape().size()
          + " classes, as the network has output neurons, got " + data.classes());
    }
  }

  private static int[] shuffled(int size, long seed, int epoch) {
    // Neighbouring seeds and epochs would give generators that are shifts of each other, were they simply added.
    SplittableRandom random = new SplittableRandom(new SplittableRandom(seed).nextLong() + epoch);
    int[] order = IntStream.range(0, size).toArray();
    for (int i = size - 1; i > 0; i--) {
      int j = random.nextInt(i + 1);
      int swap = order[i];
      order[i] = order[j];
      order[j] = swap;
    }
    return order;
  }
}
