package org.spikelane.kernels;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.spikelane.ForkedBenchmark;

/**
 * Passes over one row; scores are ns per neuron.
 *
 * <pre>java -jar bench/target/benchmarks.jar RowBenchmark -prof gc</pre>
 */
@OperationsPerInvocation(KernelBenchmarkState.NEURONS)
public class RowBenchmark extends ForkedBenchmark {

  /** Spikes from membranes. */
  @Benchmark
  public long[] fire(RowOperands o) {
    RowKernels kernels = o.provider().rows();
    for (int i = 0; i < o.repeats; i++) {
      kernels.fire(o.mem, 0, o.theta, o.fired.words(), 0, 0, o.size);
    }
    return o.fired.words();
  }

  /** The reset of spikes in their own step; spikes and gates change places in turn, so that membranes stay. */
  @Benchmark
  public float[] resetImmediate(RowOperands o) {
    RowKernels kernels = o.provider().rows();
    for (int i = 0; i < o.repeats; i++) {
      SpikeRows spk = (i & 1) == 0 ? o.spk : o.rst;
      SpikeRows rst = (i & 1) == 0 ? o.rst : o.spk;
      kernels.resetImmediate(o.mem, 0, o.theta, ResetMechanism.SUBTRACT, spk.words(), 0, rst.words(), 0, 0, o.size);
    }
    return o.mem;
  }

  /** The neuron furthest above its threshold. */
  @Benchmark
  public long winner(RowOperands o) {
    RowKernels kernels = o.provider().rows();
    long sum = 0;
    for (int i = 0; i < o.repeats; i++) {
      sum += kernels.winner(o.mem, 0, o.theta, 0, o.size);
    }
    return sum;
  }

  /** One-to-one recurrence. */
  @Benchmark
  public float[] gate(RowOperands o) {
    RowKernels kernels = o.provider().rows();
    for (int i = 0; i < o.repeats; i++) {
      kernels.gate(o.factor, o.spk.words(), 0, o.y, 0, 0, o.size);
    }
    return o.y;
  }

  /** Spikes as floats. */
  @Benchmark
  public float[] expand(RowOperands o) {
    RowKernels kernels = o.provider().rows();
    for (int i = 0; i < o.repeats; i++) {
      kernels.expand(o.spk.words(), 0, 1f, o.y, 0, 0, o.size);
    }
    return o.y;
  }

  /** Gradient of a one-to-one weight. */
  @Benchmark
  public float[] addWhereFired(RowOperands o) {
    RowKernels kernels = o.provider().rows();
    for (int i = 0; i < o.repeats; i++) {
      kernels.addWhereFired(o.x, 0, o.spk.words(), 0, o.y, 0, o.size);
    }
    return o.y;
  }

  /** Sum of two rows. */
  @Benchmark
  public float[] add(RowOperands o) {
    RowKernels kernels = o.provider().rows();
    for (int i = 0; i < o.repeats; i++) {
      kernels.add(o.x, 0, o.y, 0, 0, o.size);
    }
    return o.y;
  }

  /** Sum with a product of rows. */
  @Benchmark
  public float[] addProduct(RowOperands o) {
    RowKernels kernels = o.provider().rows();
    for (int i = 0; i < o.repeats; i++) {
      kernels.addProduct(o.factor, 0, o.x, 0, o.y, 0, 0, o.size);
    }
    return o.y;
  }

  /** Sum of four rows. */
  @Benchmark
  public float[] addRows(RowOperands o) {
    RowKernels kernels = o.provider().rows();
    for (int i = 0; i < o.repeats; i++) {
      kernels.addRows(o.rows, 0, 4, o.y, 0, 0, o.size);
    }
    return o.y;
  }

  /** Four rows' values as 32 shorter rows to columns, as many as a panel of weights has at 512 bits. */
  @Benchmark
  public float[] transpose(RowOperands o) {
    RowKernels kernels = o.provider().rows();
    for (int i = 0; i < o.repeats; i++) {
      kernels.transpose(o.rows.data(), 0, o.size / 8, 32, o.size / 8, o.transposed, 0, 32);
    }
    return o.transposed;
  }

  /** Sum with a multiple of a row. */
  @Benchmark
  public float[] addScaled(RowOperands o) {
    RowKernels kernels = o.provider().rows();
    for (int i = 0; i < o.repeats; i++) {
      kernels.addScaled(-0.7f, o.x, 0, o.y, 0, 0, o.size);
    }
    return o.y;
  }

  /** Spikes from zeros and ones. */
  @Benchmark
  public long[] spikes(RowOperands o) {
    RowKernels kernels = o.provider().rows();
    for (int i = 0; i < o.repeats; i++) {
      kernels.spikes(o.zerosAndOnes, 0, o.fired.words(), 0, 0, o.size);
    }
    return o.fired.words();
  }

  /** Exponentials in double, of a copy as they are in place. */
  @Benchmark
  public double[] exp(RowOperands o) {
    RowKernels kernels = o.provider().rows();
    for (int i = 0; i < o.repeats; i++) {
      System.arraycopy(o.exponents, 0, o.powers, 0, o.size);
      kernels.exp(o.powers, 0, o.size);
    }
    return o.powers;
  }

  /** The largest value. */
  @Benchmark
  public long argMax(RowOperands o) {
    RowKernels kernels = o.provider().rows();
    long sum = 0;
    for (int i = 0; i < o.repeats; i++) {
      sum += kernels.argMax(o.x, 0, 0, o.size);
    }
    return sum;
  }
}
