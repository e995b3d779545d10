package org.spikelane.network;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Warmup;
import org.spikelane.ForkedBenchmark;

/**
 * A network of recurrent neurons, run and run backward; scores are µs per time step of the network: of one stream in
 * {@link #step}, of 16 samples in the others.
 *
 * <pre>java -jar bench/target/benchmarks.jar NetworkBenchmark -prof gc</pre>
 */
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 5, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@OperationsPerInvocation(SmallNetwork.STEPS)
public class NetworkBenchmark extends ForkedBenchmark {

  /** A stream, step by step. */
  @Benchmark
  public float[] step(SmallNetwork n) {
    for (float[] x : n.steps()) {
      n.session().step(x);
    }
    return n.session().output();
  }

  /** Forward, recording for a backward pass. */
  @Benchmark
  public Tape record(SmallNetwork n) {
    return n.network().record(n.input());
  }

  /** Forward and backward through time. */
  @Benchmark
  public Gradients recordAndBackward(SmallNetwork n) {
    return n.network().record(n.input()).backward(new Upstream().spikes("lif2", n.outputGradient()));
  }
}
