package org.spikelane.kernels;

import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.ejml.data.FMatrixRMaj;
import org.ejml.dense.row.CommonOps_FDRM;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;
import org.spikelane.ForkedBenchmark;

/**
 * Rows times a square matrix of weights; scores are µs per product of all rows. A dense product of R rows with N×N
 * weights at S µs runs at {@code 2*R*N*N / (1000*S)} GF/s, to be compared with {@link RooflineBenchmark#fma}.
 *
 * <pre>java -jar bench/target/benchmarks.jar ProductBenchmark -p size=512</pre>
 */
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class ProductBenchmark extends ForkedBenchmark {

  /** Weights and what is multiplied by them. */
  public static class Matrices extends KernelBenchmarkState {

    /** Inputs and outputs, N. */
    @Param({"128", "512", "1024"})
    public int size;

    /** Rows of a product, R: samples, or steps of a sample. */
    @Param({"16", "64"})
    public int rows;

    ProductKernels products;
    float[] weights;
    PackedWeights packed;
    float[] bias;
    float[] values;
    Rows x;
    Rows y;
    Rows g;
    float[] gw;

    /** Empty until {@link #prepare}. */
    public Matrices() {}

    /** Draws the operands. */
    @Setup(Level.Trial)
    public void prepare() {
      products = provider().products();
      double bound = 1 / Math.sqrt(size);
      weights = uniform(size * size, -bound, bound);
      packed = products.weights(size, size);
      packed.pack(weights);
      bias = uniform(size, -bound, bound);
      values = normal(rows * size, 1);
      x = new Rows(values, 0, size);
      y = zeros(rows, size);
      g = new Rows(normal(rows * size, 0.1), 0, size);
      gw = new float[size * size];
    }

    /** Undoes what an iteration has added up. */
    @Setup(Level.Iteration)
    public void restore() {
      Arrays.fill(gw, 0f);
    }
  }

  /** The same with spikes in the place of values. */
  public static class SpikeMatrices extends Matrices {

    /** Share of the inputs that spike, in percent. */
    @Param({"5", "20"})
    public int density;

    SpikeRows spk;

    /** Empty until {@link #prepare}. */
    public SpikeMatrices() {}

    @Override
    @Setup(Level.Trial)
    public void prepare() {
      super.prepare();
      spk = spikes(rows, size, density);
    }
  }

  /** What brings the gradients of a readout's few neurons, M, back to the N before them: weights [M][N]. */
  public static class ReadoutMatrices extends Matrices {

    /** Terms of each sum, M. */
    @Param({"10", "20"})
    public int terms;

    PackedWeights fewRows;
    Rows readoutGradient;

    /** Empty until {@link #prepare}. */
    public ReadoutMatrices() {}

    @Override
    @Setup(Level.Trial)
    public void prepare() {
      super.prepare();
      fewRows = products.weights(terms, size);
      fewRows.pack(uniform(terms * size, -0.1, 0.1));
      readoutGradient = new Rows(normal(rows * terms, 0.1), 0, terms);
    }
  }

  /** Spikes and gradients of several samples, R rows of each, in one array. */
  public static class SampleMatrices extends SpikeMatrices {

    private static final int SAMPLES = 16;

    final SpikeRows[] spikesOfSample = new SpikeRows[SAMPLES];
    final Rows[] gradientOfSample = new Rows[SAMPLES];
    float[] gBias;

    /** Empty until {@link #prepare}. */
    public SampleMatrices() {}

    @Override
    @Setup(Level.Trial)
    public void prepare() {
      super.prepare();
      gBias = new float[size];
      SpikeRows all = spikes(SAMPLES * rows, size, density);
      float[] gradients = normal(SAMPLES * rows * size, 0.1);
      for (int b = 0; b < SAMPLES; b++) {
        spikesOfSample[b] = new SpikeRows(all.words(), all.at(b * rows), all.stride());
        gradientOfSample[b] = new Rows(gradients, b * rows * size, size);
      }
    }
  }

  /** Operands of EJML over the same arrays. */
  public static class EjmlMatrices extends Matrices {

    FMatrixRMaj left;
    FMatrixRMaj right;
    FMatrixRMaj result;

    /** Empty until {@link #prepare}. */
    public EjmlMatrices() {}

    @Override
    @Setup(Level.Trial)
    public void prepare() {
      super.prepare();
      left = FMatrixRMaj.wrap(rows, size, values);
      right = FMatrixRMaj.wrap(size, size, weights);
      result = FMatrixRMaj.wrap(rows, size, y.data());
    }
  }

  /** Our dense product. */
  @Benchmark
  public float[] dense(Matrices m) {
    m.products.dense(m.x, m.packed, m.bias, m.y, 0, m.rows);
    return m.y.data();
  }

  /** EJML's dense product, without the bias. */
  @Benchmark
  public float[] ejml(EjmlMatrices m) {
    CommonOps_FDRM.mult(m.left, m.right, m.result);
    return m.y.data();
  }

  /** Product of spikes. */
  @Benchmark
  public float[] events(SpikeMatrices m) {
    m.products.events(m.spk, m.packed, m.bias, m.y, 0, m.rows);
    return m.y.data();
  }

  /** Dense product that sums few terms. */
  @Benchmark
  public float[] denseOfFewTerms(ReadoutMatrices m) {
    m.products.dense(m.readoutGradient, m.fewRows, m.bias, m.y, 0, m.rows);
    return m.y.data();
  }

  /** Weight gradient of the dense product. */
  @Benchmark
  public float[] denseGradient(Matrices m) {
    m.products.denseGradient(m.x, m.g, m.gw, 0, 0, m.rows, m.size, m.size);
    return m.gw;
  }

  /** Weight gradient of the product of spikes. */
  @Benchmark
  public float[] eventsGradient(SpikeMatrices m) {
    m.products.eventsGradient(m.spk, m.g, m.gw, 0, m.rows, m.size, m.size);
    return m.gw;
  }

  /** Gradients of the weights and the bias of the product of spikes of 16 samples. */
  @Benchmark
  public float[] eventsGradientOfSamples(SampleMatrices m) {
    m.products.eventsGradient(m.spikesOfSample, m.gradientOfSample, 0, m.spikesOfSample.length, m.gw, m.gBias, 0, m.rows,
        m.size, m.size);
    return m.gw;
  }
}
