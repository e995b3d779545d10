package org.spikelane.kernels;

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

  /** The same after the forward pass, with gradients. */
  public static class Backward extends LayerTraining {

    Rows[] gSpk;
    Rows sg;
    Rows recordedSyn;
    Rows none;
    float[] cSyn;
    float[] cMem;
    float[] gAlpha;
    float[] gBeta;
    float[] gTheta;

    /** Empty until {@link #prepare}. */
    public Backward() {}

    @Override
    @Setup(Level.Trial)
    public void prepare() {
      super.prepare();
      recordedSyn = new Rows(new float[(1 + STEPS) * size], 0, size);
      sg = new Rows(new float[STEPS * size], 0, size);
      for (int b = 0; b < samples; b++) {
        forward(input[b], recordedSyn, recorded[b], ResetMechanism.SUBTRACT, spk[b], STEPS, size);
      }
      for (int t = 0; t < STEPS; t++) {
        provider().surrogate().atan(rows, recorded[0].at(t + 1), theta, 2f, sg.data(), sg.at(t), 0, size);
      }
      float[] gradients = noise(samples * STEPS * size, 0.1);
      gSpk = new Rows[samples];
      for (int b = 0; b < samples; b++) {
        gSpk[b] = new Rows(gradients, b * STEPS * size, size);
      }
      none = Rows.constant(new float[size]);
      cSyn = new float[size];
      cMem = new float[size];
      gAlpha = new float[size];
      gBeta = new float[size];
      gTheta = new float[size];
      System.arraycopy(rows, 0, first, 0, rows.length);
    }

    final void backward(int b, boolean learn) {
      if (order == Order.SECOND) {
        provider().synaptic().backwardDelayed(gSpk[b], none, none, sg, recordedSyn, recorded[b], cSyn, cMem, alpha,
            beta, theta, ResetMechanism.SUBTRACT, learn, gAlpha, gBeta, gTheta, input[b], 0, STEPS, 0, size);
      } else {
        provider().leaky().backwardDelayed(gSpk[b], none, sg, recorded[b], cMem, beta, theta, ResetMechanism.SUBTRACT,
            learn, gBeta, gTheta, input[b], 0, STEPS, 0, size);
      }
    }
  }
}
