package org.spikelane.kernels;

import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.spikelane.ForkedBenchmark;

/**
 * What one core of this machine can do, with the Vector API at the preferred width: the bounds of every other score. An
 * operation is a floating-point operation or a byte, so that scores in ops/ns are GF/s and GB/s.
 *
 * <p>Default sizes lie in L1, L2, L3 and DRAM of common servers; {@code -p kilobytes=...} sets others.
 *
 * <pre>java -jar bench/target/benchmarks.jar RooflineBenchmark</pre>
 */
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class RooflineBenchmark extends ForkedBenchmark {

  /** Fused multiply-adds of an invocation. */
  static final int FMAS = 3 << 20;

  /** Bytes of an invocation, whatever the size of the memory. */
  static final int BYTES = 1 << 28;

  private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
  private static final int LANES = FLOATS.length();

  /** Memory of one size. */
  @State(Scope.Thread)
  public static class Memory {

    /** Size of all that is touched. */
    @Param({"16", "512", "8192", "262144"})
    public int kilobytes;

    float[] values;

    /** Empty until {@link #prepare}. */
    public Memory() {}

    /** Fills the first half with ones, the second with zeros. */
    @Setup(Level.Trial)
    public void prepare() {
      values = new float[kilobytes * 256];
      Arrays.fill(values, 0, values.length / 2, 1f);
    }
  }

  /** Where the multiply-adds start; not constants to the compiler. */
  @State(Scope.Thread)
  public static class Factors {

    float factor = 0.5f;
    float otherFactor = 1f;
    final float[] seeds = {0f, 0.5f, 1f, 1.5f, 2.5f, 3f, 3.5f, 4f, 4.5f, 5f, 5.5f, 6f};

    /** Factors whose product each sum adds so often that it stays below 2^17. */
    public Factors() {}
  }

  /**
   * Independent chains of fused multiply-adds: latency 4 on two ports takes eight that never wait, so there are twelve. Each adds
   * to a sum, as products do. (With the sum as a factor, each began with a copy of the addend: C2 got 43 % of the peak from 16
   * registers.) GF/s.
   */
  @Benchmark
  @OperationsPerInvocation(2 * FMAS)
  public float fma(Factors f) {
    FloatVector f0 = FloatVector.broadcast(FLOATS, f.factor);
    FloatVector f1 = FloatVector.broadcast(FLOATS, f.otherFactor);
    // Seeds differ, so that the compiler cannot make one chain of twelve.
    FloatVector s0 = FloatVector.zero(FLOATS);
    FloatVector s1 = FloatVector.broadcast(FLOATS, f.seeds[1]);
    FloatVector s2 = FloatVector.broadcast(FLOATS, f.seeds[2]);
    FloatVector s3 = FloatVector.broadcast(FLOATS, f.seeds[3]);
    FloatVector s4 = FloatVector.broadcast(FLOATS, f.seeds[4]);
    FloatVector s5 = FloatVector.broadcast(FLOATS, f.seeds[5]);
    FloatVector s6 = FloatVector.broadcast(FLOATS, f.seeds[6]);
    FloatVector s7 = FloatVector.broadcast(FLOATS, f.seeds[7]);
    FloatVector s8 = FloatVector.broadcast(FLOATS, f.seeds[8]);
    FloatVector s9 = FloatVector.broadcast(FLOATS, f.seeds[9]);
    FloatVector s10 = FloatVector.broadcast(FLOATS, f.seeds[10]);
    FloatVector s11 = FloatVector.broadcast(FLOATS, f.seeds[11]);
    for (int i = 0; i < FMAS; i += 12 * LANES) {
      s0 = f0.fma(f1, s0);
      s1 = f0.fma(f1, s1);
      s2 = f0.fma(f1, s2);
      s3 = f0.fma(f1, s3);
      s4 = f0.fma(f1, s4);
      s5 = f0.fma(f1, s5);
      s6 = f0.fma(f1, s6);
      s7 = f0.fma(f1, s7);
      s8 = f0.fma(f1, s8);
      s9 = f0.fma(f1, s9);
      s10 = f0.fma(f1, s10);
      s11 = f0.fma(f1, s11);
    }
    return s0.add(s1).add(s2.add(s3)).add(s4.add(s5).add(s6.add(s7))).add(s8.add(s9).add(s10.add(s11)))
        .reduceLanes(VectorOperators.ADD);
  }

  /** Sums the memory again and again. GB/s read. */
  @Benchmark
  @OperationsPerInvocation(BYTES)
  public float read(Memory memory) {
    float[] v = memory.values;
    float sum = 0;
    for (int pass = 0; pass < BYTES / Float.BYTES / v.length; pass++) {
      sum += sum(v);
    }
    return sum;
  }

  /** Eight sums of all values; as many as a multiple of eight vectors. */
  static float sum(float[] v) {
    FloatVector s0 = FloatVector.zero(FLOATS);
    FloatVector s1 = s0;
    FloatVector s2 = s0;
    FloatVector s3 = s0;
    FloatVector s4 = s0;
    FloatVector s5 = s0;
    FloatVector s6 = s0;
    FloatVector s7 = s0;
    for (int i = 0; i < v.length; i += 8 * LANES) {
      s0 = s0.add(FloatVector.fromArray(FLOATS, v, i));
      s1 = s1.add(FloatVector.fromArray(FLOATS, v, i + LANES));
      s2 = s2.add(FloatVector.fromArray(FLOATS, v, i + 2 * LANES));
      s3 = s3.add(FloatVector.fromArray(FLOATS, v, i + 3 * LANES));
      s4 = s4.add(FloatVector.fromArray(FLOATS, v, i + 4 * LANES));
      s5 = s5.add(FloatVector.fromArray(FLOATS, v, i + 5 * LANES));
      s6 = s6.add(FloatVector.fromArray(FLOATS, v, i + 6 * LANES));
      s7 = s7.add(FloatVector.fromArray(FLOATS, v, i + 7 * LANES));
    }
    return s0.add(s1).add(s2.add(s3)).add(s4.add(s5).add(s6.add(s7))).reduceLanes(VectorOperators.ADD);
  }

  /** Copies the first half of the memory over the second again and again. GB/s, read and written together. */
  @Benchmark
  @OperationsPerInvocation(BYTES)
  public float[] copy(Memory memory) {
    float[] v = memory.values;
    for (int pass = 0; pass < BYTES / Float.BYTES / v.length; pass++) {
      copyHalf(v);
    }
    return v;
  }

  private static void copyHalf(float[] v) {
    int half = v.length / 2;
    for (int i = 0; i < half; i += 4 * LANES) {
      FloatVector.fromArray(FLOATS, v, i).intoArray(v, half + i);
      FloatVector.fromArray(FLOATS, v, i + LANES).intoArray(v, half + i + LANES);
      FloatVector.fromArray(FLOATS, v, i + 2 * LANES).intoArray(v, half + i + 2 * LANES);
      FloatVector.fromArray(FLOATS, v, i + 3 * LANES).intoArray(v, half + i + 3 * LANES);
    }
  }
}
