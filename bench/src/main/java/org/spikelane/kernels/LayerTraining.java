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
   * does, with surrogate derivatives that the kernels compute.
   */
  public static class Backward extends LayerTraining {

    private SurrogateDerivative sg;
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
      sg = SurrogateDerivative.atan(2f);
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
      Rows mem = recorded[b];
      if (order == Order.SECOND) {
        provider().synaptic().backwardDelayed(gSpk, Rows.NONE, Rows.NONE, sg, recordedSyn, mem, cSyn, cMem, alpha, beta,
            theta, ResetMechanism.SUBTRACT, learn, gAlpha, gBeta, gTheta, input[b], 0, STEPS, 0, size);
      } else {
        provider().leaky().backwardDelayed(gSpk, Rows.NONE, sg, mem, cMem, beta, theta, ResetMechanism.SUBTRACT, learn,
            gBeta, gTheta, input[b], 0, STEPS, 0, size);
      }
    }
  }
}
