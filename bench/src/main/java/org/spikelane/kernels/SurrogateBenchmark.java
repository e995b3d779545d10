package org.spikelane.kernels;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.spikelane.ForkedBenchmark;

/**
 * The derivative of every surrogate, with snnTorch's constants, row by row; scores are ns per neuron.
 *
 * <pre>java -jar bench/target/benchmarks.jar SurrogateBenchmark -prof gc</pre>
 */
@OperationsPerInvocation(KernelBenchmarkState.NEURONS)
public class SurrogateBenchmark extends ForkedBenchmark {

  /** {@code atan(alpha=2)}. */
  @Benchmark
  public float[] atan(RowOperands o) {
    SurrogateKernels kernels = o.provider().surrogate();
    for (int i = 0; i < o.repeats; i++) {
      kernels.atan(o.mem, 0, o.theta, 2f, o.y, 0, 0, o.size);
    }
    return o.y;
  }

  /** {@code fast_sigmoid(slope=25)}. */
  @Benchmark
  public float[] fastSigmoid(RowOperands o) {
    SurrogateKernels kernels = o.provider().surrogate();
    for (int i = 0; i < o.repeats; i++) {
      kernels.fastSigmoid(o.mem, 0, o.theta, 25f, o.y, 0, 0, o.size);
    }
    return o.y;
  }

  /** {@code sigmoid(slope=25)}. */
  @Benchmark
  public float[] sigmoid(RowOperands o) {
    SurrogateKernels kernels = o.provider().surrogate();
    for (int i = 0; i < o.repeats; i++) {
      kernels.sigmoid(o.mem, 0, o.theta, 25f, o.y, 0, 0, o.size);
    }
    return o.y;
  }

  /** {@code triangular(threshold=1)}. */
  @Benchmark
  public float[] triangular(RowOperands o) {
    SurrogateKernels kernels = o.provider().surrogate();
    for (int i = 0; i < o.repeats; i++) {
      kernels.triangular(o.mem, 0, o.theta, 1f, o.y, 0, 0, o.size);
    }
    return o.y;
  }

  /** {@code spike_rate_escape(beta=1, slope=25)}. */
  @Benchmark
  public float[] spikeRateEscape(RowOperands o) {
    SurrogateKernels kernels = o.provider().surrogate();
    for (int i = 0; i < o.repeats; i++) {
      kernels.spikeRateEscape(o.mem, 0, o.theta, 1f, 25f, o.y, 0, 0, o.size);
    }
    return o.y;
  }

  /** {@code SFS(slope=25, B=1)}. */
  @Benchmark
  public float[] sparseFastSigmoid(RowOperands o) {
    SurrogateKernels kernels = o.provider().surrogate();
    for (int i = 0; i < o.repeats; i++) {
      kernels.sparseFastSigmoid(o.mem, 0, o.theta, 25f, 1f, o.y, 0, 0, o.size);
    }
    return o.y;
  }

  /** Heaviside, straight-through and LSO. */
  @Benchmark
  public float[] step(RowOperands o) {
    SurrogateKernels kernels = o.provider().surrogate();
    for (int i = 0; i < o.repeats; i++) {
      kernels.step(o.mem, 0, o.theta, 1f, 0f, o.y, 0, 0, o.size);
    }
    return o.y;
  }
}
