package org.spikelane.kernels;

import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;
import org.spikelane.ForkedBenchmark;

/**
 * The dense products of spikes that count 1, for few outputs such as a readout's; scores are µs per product of all rows.
 *
 * <pre>java -jar bench/target/benchmarks.jar ReadoutBenchmark -p outputs=10,11</pre>
 */
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class ReadoutBenchmark extends ForkedBenchmark {

  /** Spikes of a layer and the weights to its readout. */
  public static class Readout extends KernelBenchmarkState {

    /** Neurons whose spikes are read, K. */
    @Param("1000")
    public int inputs;

    /** Outputs, N. */
    @Param({"10", "20"})
    public int outputs;

    /** Rows of a product: steps of a sample. */
    @Param({"25", "100"})
    public int rows;

    ProductKernels products;
    SpikeRows spk;
    PackedWeights packed;
    float[] bias;
    Rows y;
    Rows g;
    float[] gw;

    /** Empty until {@link #prepare}. */
    public Readout() {}

    /** Draws the operands, one in five neurons spiking. */
    @Setup(Level.Trial)
    public void prepare() {
      products = provider().products();
      double bound = 1 / Math.sqrt(inputs);
      packed = products.weights(inputs, outputs);
      packed.pack(uniform(inputs * outputs, -bound, bound));
      bias = uniform(outputs, -bound, bound);
      spk = spikes(rows, inputs, 20);
      y = zeros(rows, outputs);
      g = new Rows(normal(rows * outputs, 0.1), 0, outputs);
      gw = new float[inputs * outputs];
    }

    /** Undoes what an iteration has added up. */
    @Setup(Level.Iteration)
    public void restore() {
      Arrays.fill(gw, 0f);
    }
  }

  /** Forward. */
  @Benchmark
  public float[] forward(Readout m) {
    m.products.dense(m.spk, 1f, m.packed, m.bias, m.y, 0, m.rows);
    return m.y.data();
  }

  /** Gradient of the weights. */
  @Benchmark
  public float[] gradient(Readout m) {
    m.products.transposedGradient(m.spk, 1f, m.g, m.gw, 0, m.rows, m.inputs, m.outputs);
    return m.gw;
  }
}
