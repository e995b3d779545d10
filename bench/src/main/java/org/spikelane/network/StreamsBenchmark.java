package org.spikelane.network;

import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.spikelane.ForkedBenchmark;
import org.spikelane.MeasuredProvider;

/**
 * Many streams in one session of 1024-1024-1024 Leaky neurons, a step at a time, and a step with a tape, as truncated
 * backpropagation takes it; scores are µs per step of all streams.
 *
 * <pre>java -jar bench/target/benchmarks.jar StreamsBenchmark</pre>
 */
@State(Scope.Thread)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 5, time = 1)
public class StreamsBenchmark extends ForkedBenchmark {

  private static final int SIZE = 1024;
  private static final int INPUTS_PER_SPIKE = 10;

  /** Streams of the session. */
  @Param({"1", "16", "128"})
  public int streams;

  /** Whether the input is spikes, one in ten, or noise. */
  @Param({"false", "true"})
  public boolean spikes;

  private float[] x;
  private Session session;

  /** Empty until {@link #prepare}. */
  public StreamsBenchmark() {}

  /** Builds the network and draws the input. */
  @Setup(Level.Trial)
  public void prepare() {
    MeasuredProvider.required();
    SplittableRandom random = new SplittableRandom(20_264);
    x = new float[streams * SIZE];
    for (int i = 0; i < x.length; i++) {
      x[i] = spikes ? (random.nextInt(INPUTS_PER_SPIKE) == 0 ? 1f : 0f) : (float) random.nextGaussian();
    }
    Network network = Network.input(SIZE)
        .linear("fc1", SIZE).leaky("lif1", n -> n.beta(0.9f))
        .linear("fc2", SIZE).leaky("lif2", n -> n.beta(0.9f))
        .build(1);
    session = network.session(streams);
  }

  /** A step of every stream. */
  @Benchmark
  public Session step() {
    return session.step(x);
  }

  /** The same with a tape, and backward over this step. */
  @Benchmark
  public Gradients recordAndBackward() {
    Gradients gradients = session.record(Input.sequence(x, 1, streams)).backward(new Upstream().spikes("lif2", 1f));
    session.detach();
    return gradients;
  }
}
