package org.spikelane.network;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Warmup;
import org.spikelane.ForkedBenchmark;

/**
 * Many streams in one session, a step at a time, and a step with a tape, as truncated backpropagation takes it; scores are
 * µs per step of all streams.
 *
 * <pre>java -jar bench/target/benchmarks.jar StreamsBenchmark</pre>
 */
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 5, time = 1)
public class StreamsBenchmark extends ForkedBenchmark {

  /** A step of every stream. */
  @Benchmark
  public Session step(ManyStreams s) {
    return s.session().step(s.step());
  }

  /** The same with a tape, and backward over this step. */
  @Benchmark
  public Gradients recordAndBackward(ManyStreams s) {
    Gradients gradients = s.session().record(s.sequence()).backward(new Upstream().spikes("lif2", 1f));
    s.session().detach();
    return gradients;
  }
}
