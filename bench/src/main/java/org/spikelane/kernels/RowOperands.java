package org.spikelane.kernels;

import java.util.Arrays;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;

/** One row of neurons that fits a first-level cache, one in ten spiking, for kernels that walk a single row. */
public class RowOperands extends KernelBenchmarkState {

  /** Neurons of the row. */
  @Param("1024")
  public int size;

  int repeats;
  float[] theta;
  float[] mem;
  float[] x;
  Rows rows;
  float[] factor;
  SpikeRows spk;
  SpikeRows rst;
  SpikeRows fired;
  float[] zerosAndOnes;
  float[] y;
  float[] transposed;
  double[] exponents;
  double[] powers;
  private float[] firstMem;
  private float[] firstY;

  /** Empty until {@link #prepare}. */
  public RowOperands() {}

  /** Draws the operands. */
  @Setup(Level.Trial)
  public void prepare() {
    provider();
    repeats = repeats(size);
    theta = uniform(size, 0.9, 1.1);
    firstMem = normal(size, 0.8);
    firstY = normal(size, 1);
    x = normal(size, 1);
    rows = new Rows(normal(4 * size, 1), 0, size);
    factor = normal(size, 1);
    spk = spikes(1, size, 10);
    rst = spikes(1, size, 10);
    fired = noSpikes(1, size);
    zerosAndOnes = new float[size];
    for (int n = 0; n < size; n++) {
      zerosAndOnes[n] = spk.fired(0, n) ? 1f : 0f;
    }
    mem = new float[size];
    y = new float[size];
    transposed = new float[4 * size];
    exponents = new double[size];
    powers = new double[size];
    for (int n = 0; n < size; n++) {
      exponents[n] = -Math.abs(x[n]);
    }
    warmResets();
    restore();
  }

  /** Shows the compiler every reset: with one alone in its profile it flatters. */
  private void warmResets() {
    for (int i = 0; i < 10_000; i++) {
      for (ResetMechanism mode : ResetMechanism.values()) {
        provider().rows().resetImmediate(mem, 0, theta, mode, spk.words(), 0, rst.words(), 0, 0, Math.min(size, 128));
        Arrays.fill(mem, 0f);
      }
    }
  }

  /** Undoes what an iteration has added up. */
  @Setup(Level.Iteration)
  public void restore() {
    System.arraycopy(firstMem, 0, mem, 0, size);
    System.arraycopy(firstY, 0, y, 0, size);
  }
}
