package org.spikelane.network;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Warmup;
import org.spikelane.ForkedBenchmark;

/**
 * The convolutional network of snnTorch's tutorial on images; scores are ms per time step of 32 images.
 *
 * <pre>java -jar bench/target/benchmarks.jar ImageBenchmark</pre>
 */
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 4, time = 2)
@Measurement(iterations = 5, time = 2)
public class ImageBenchmark extends ForkedBenchmark {

  /** All steps, without a tape: what does not change with time is computed once. */
  @Benchmark
  @OperationsPerInvocation(ImageNetwork.STEPS)
  public Outputs run(ImageNetwork n) {
    n.session().reset();
    return n.session().run(n.input());
  }

  /** One step at a time, which knows nothing of the next. */
  @Benchmark
  public Session step(ImageNetwork n) {
    return n.session().step(n.images());
  }

  /** Forward and backward through time. */
  @Benchmark
  @OperationsPerInvocation(ImageNetwork.STEPS)
  public Gradients recordAndBackward(ImageNetwork n) {
    return n.tape().record(n.input()).backward(new Upstream().spikes("lif3", 1f));
  }
}
