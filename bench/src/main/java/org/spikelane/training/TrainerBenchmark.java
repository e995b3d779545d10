package org.spikelane.training;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.spikelane.ForkedBenchmark;
import org.spikelane.MeasuredProvider;
import org.spikelane.data.Dataset;
import org.spikelane.layer.Parameter;
import org.spikelane.network.Network;
import org.spikelane.network.SmallNetwork;

/**
 * An epoch of training on generated samples, one batch: forward, loss, backward and update. Scores are µs per sample
 * of 100 steps.
 *
 * <pre>java -jar bench/target/benchmarks.jar TrainerBenchmark -p threads=1,2</pre>
 */
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@OperationsPerInvocation(TrainerBenchmark.SAMPLES)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class TrainerBenchmark extends ForkedBenchmark {

  /** Samples of an epoch. */
  static final int SAMPLES = 64;

  /** A trainer with its network and data. */
  @State(Scope.Thread)
  public static class Training {

    /** Threads of the trainer. */
    @Param("1")
    public int threads;

    private final Map<Parameter, float[]> initial = new LinkedHashMap<>();
    private Network network;
    private Dataset data;
    private Trainer trainer;

    /** Empty until {@link #prepare}. */
    public Training() {}

    /** Builds the network and draws the samples. */
    @Setup(Level.Trial)
    public void prepare() {
      MeasuredProvider.required();
      network = SmallNetwork.build(128);
      network.parameters().values().forEach(parameter -> initial.put(parameter, parameter.values().clone()));
      data = draw();
    }

    /** Lets every iteration train from the same parameters on, so that spike rates stay realistic. */
    @Setup(Level.Iteration)
    public void restore() {
      initial.forEach((parameter, values) ->
          System.arraycopy(values, 0, parameter.values(), 0, values.length));
      network.refresh();
      trainer = Trainer.of(network).batchSize(SAMPLES).threads(threads);
    }

    /** The network, which the trainer changes. */
    public Network network() {
      return network;
    }

    /** The samples. */
    public Dataset data() {
      return data;
    }
  }

  /** Spike trains with one of ten inputs active at a step, labels in turn. */
  private static Dataset draw() {
    SplittableRandom random = new SplittableRandom(20_263);
    float[] values = new float[SAMPLES * SmallNetwork.STEPS * SmallNetwork.FEATURES];
    for (int i = 0; i < values.length; i++) {
      values[i] = random.nextInt(10) == 0 ? SmallNetwork.SPIKE : 0f;
    }
    int[] labels = new int[SAMPLES];
    Arrays.setAll(labels, i -> i % SmallNetwork.CLASSES);
    return Dataset.ofSequences(values, SmallNetwork.STEPS, labels, SmallNetwork.CLASSES);
  }

  /** One epoch on the states' trainer. */
  @Benchmark
  public EpochReport epoch(Training t) {
    return t.trainer.epoch(t.data);
  }
}
