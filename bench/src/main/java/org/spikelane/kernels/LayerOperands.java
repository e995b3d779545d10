package org.spikelane.kernels;

import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;

/** A whole layer of neurons without recurrence over 100 steps, [B][T][N], and what inference reads and writes. */
public class LayerOperands extends KernelBenchmarkState {

  /** Steps of a sequence, T. */
  static final int STEPS = 100;

  /** Values that are drawn before they repeat. */
  private static final int DRAWN = 1 << 20;

  /** Which equations. */
  public enum Order {
    /** Leaky. */
    FIRST,
    /** Synaptic. */
    SECOND
  }

  /** Synaptic or Leaky. */
  @Param({"SECOND", "FIRST"})
  public Order order;

  /** Samples, B. */
  @Param("1")
  public int samples;

  /** Neurons, N. */
  @Param("1024")
  public int size;

  float[] alpha;
  float[] beta;
  float[] theta;
  /** [B][1+T][N]: row 0 is the first membrane, the others the input, over which a membrane may be recorded. */
  float[] rows;
  Rows syn;
  Rows mem;
  SpikeRows[] spk;
  /** By sample: input of step t in row t; row t+1 of {@link #recorded} lies over it. */
  Rows[] input;
  /** By sample: membrane before step t in row t. */
  Rows[] recorded;

  /** Empty until {@link #prepare}. */
  public LayerOperands() {}

  /** Draws the operands. */
  @Setup(Level.Trial)
  public void prepare() {
    alpha = uniform(size, 0.75, 0.85);
    beta = uniform(size, 0.85, 0.95);
    theta = uniform(size, 0.9, 1.1);
    rows = noise(samples * (1 + STEPS) * size, order == Order.SECOND ? 0.1 : 0.3);
    syn = Rows.constant(new float[size]);
    mem = Rows.constant(new float[size]);
    int words = SpikeRows.words(size);
    long[] spikes = new long[samples * STEPS * words];
    spk = new SpikeRows[samples];
    input = new Rows[samples];
    recorded = new Rows[samples];
    for (int b = 0; b < samples; b++) {
      spk[b] = new SpikeRows(spikes, b * STEPS * words, words);
      input[b] = new Rows(rows, (b * (1 + STEPS) + 1) * size, size);
      recorded[b] = new Rows(rows, b * (1 + STEPS) * size, size);
    }
    warmResets();
  }

  /** Shows the compiler every reset: with one alone in its profile it flatters. */
  private void warmResets() {
    int few = Math.min(size, 128);
    float[] scratch = new float[(1 + STEPS) * few];
    Rows warm = new Rows(scratch, 0, few);
    SpikeRows spikes = noSpikes(STEPS, few);
    for (int i = 0; i < 200; i++) {
      for (ResetMechanism reset : ResetMechanism.values()) {
        if (order == Order.FIRST || reset != ResetMechanism.ZERO_CARRIED) {
          forward(warm, Rows.constant(new float[few]), Rows.constant(new float[few]), reset, spikes, STEPS, few);
          forward(warm, Rows.constant(new float[few]), warm, reset, spikes, STEPS, few);
          forward(warm, Rows.constant(new float[few]), warm, reset, spikes, 1, few);
        }
      }
    }
  }

  final float[] noise(int length, double deviation) {
    float[] values = new float[length];
    float[] drawn = normal(Math.min(length, DRAWN), deviation);
    for (int i = 0; i < length; i += DRAWN) {
      System.arraycopy(drawn, 0, values, i, Math.min(DRAWN, length - i));
    }
    return values;
  }

  final void forward(Rows x, Rows current, Rows membrane, ResetMechanism reset, SpikeRows spikes, int steps, int to) {
    if (order == Order.SECOND) {
      provider().synaptic().forwardDelayed(x, Rows.NONE, current, membrane, alpha, beta, theta, reset, false, spikes, 0,
          steps, 0, to);
    } else {
      provider().leaky().forwardDelayed(x, Rows.NONE, membrane, beta, theta, reset, false, spikes, 0, steps, 0, to);
    }
  }
}
