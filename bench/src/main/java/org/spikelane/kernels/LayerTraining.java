package org.spikelane.kernels;

import java.util.Arrays;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Setup;

/** What training reads and overwrites of a layer: all that is written in place is restored before every invocation. */
public class LayerTraining extends LayerOperands {

  float[] first;

  /** Empty until {@link #prepare}. */
  public LayerTraining() {}

  @Override
  @Setup(Level.Trial)
  public void prepare() {
    super.prepare();
    first = rows.clone();
  }

  /** Undoes an invocation; not timed. */
  @Setup(Level.Invocation)
  public void restore() {
    System.arraycopy(first, 0, rows, 0, rows.length);
  }

  /**
   * The same after the forward pass, with the gradient of the sum of all spikes. It goes backward as a layer of neurons
   * does: in blocks of few steps and of neurons whose surrogate derivatives stay in a first-level cache.
   */
  public static class Backward extends LayerTraining {

    private static final int MOST_STEPS = 8;
    private static final int MOST_COLUMNS = 1024;

    private int columns;
    private float[] surrogates;
    /** By block of steps, the last first, and by range of neurons: the surrogate derivatives of a step in its row. */
    private Rows[][] views;
    private Rows gSpk;
    private Rows recordedSyn;
    private float[] cSyn;
    private float[] cMem;
    private float[] gAlpha;
    private float[] gBeta;
    private float[] gTheta;

    /** Empty until {@link #prepare}. */
    public Backward() {}

    @Override
    @Setup(Level.Trial)
    public void prepare() {
      super.prepare();
      columns = Math.min(size, MOST_COLUMNS);
      surrogates = new float[MOST_STEPS * columns];
      views = new Rows[Math.ceilDiv(STEPS, MOST_STEPS)][Math.ceilDiv(size, columns)];
      for (int i = 0; i < views.length; i++) {
        int t0 = Math.max(0, STEPS - (i + 1) * MOST_STEPS);
        for (int j = 0; j < views[i].length; j++) {
          views[i][j] = new Rows(surrogates, -t0 * columns - j * columns, columns);
        }
      }
      recordedSyn = new Rows(new float[(1 + STEPS) * size], 0, size);
      for (int b = 0; b < samples; b++) {
        forward(input[b], recordedSyn, recorded[b], ResetMechanism.SUBTRACT, spk[b], STEPS, size);
      }
      float[] ones = new float[size];
      Arrays.fill(ones, 1f);
      gSpk = Rows.constant(ones);
      cSyn = new float[size];
      cMem = new float[size];
      gAlpha = new float[size];
      gBeta = new float[size];
      gTheta = new float[size];
      System.arraycopy(rows, 0, first, 0, rows.length);
    }

    final void backward(int b, boolean learn) {
      for (int j = views[0].length - 1; j >= 0; j--) {
        int from = j * columns;
        for (int i = 0; i < views.length; i++) {
          int t1 = STEPS - i * MOST_STEPS;
          backward(b, views[i][j], Math.max(0, t1 - MOST_STEPS), t1, from, Math.min(size, from + columns), learn);
        }
      }
    }

    private void backward(int b, Rows sg, int t0, int t1, int from, int to, boolean learn) {
      Rows mem = recorded[b];
      for (int t = t0; t < t1; t++) {
        provider().surrogate().atan(rows, mem.at(t + 1), theta, 2f, surrogates, sg.at(t), from, to);
      }
      if (order == Order.SECOND) {
        provider().synaptic().backwardDelayed(gSpk, Rows.NONE, Rows.NONE, sg, recordedSyn, mem, cSyn, cMem, alpha, beta,
            theta, ResetMechanism.SUBTRACT, learn, gAlpha, gBeta, gTheta, input[b], t0, t1, from, to);
      } else {
        provider().leaky().backwardDelayed(gSpk, Rows.NONE, sg, mem, cMem, beta, theta, ResetMechanism.SUBTRACT, learn,
            gBeta, gTheta, input[b], t0, t1, from, to);
      }
    }
  }
}
