package org.spikelane.kernels;

/**
 * First-order leaky integrate-and-fire neurons: snnTorch's {@code Leaky} and, with a recurrent current, {@code RLeaky}.
 * Shapes, aliasing and rounding as the package documentation says.
 */
public interface LeakyKernels {

  /**
   * Steps {@code [t0, t1)} with delayed reset: a spike resets the membrane in the next step.
   *
   * <pre>
   * r = mem[t] &gt; theta
   * u = (beta*mem[t] + x[t]) + rec[t]
   * mem[t+1] = u - r*theta  (SUBTRACT)   u - r*u  (ZERO)   u  (NONE)
   *            (beta*((1 - r)*mem[t]) + x[t]) + rec[t]  (ZERO_CARRIED)
   * spk[t] = mem[t+1] &gt; theta
   * </pre>
   *
   * With {@code inhibition} only the neuron with the largest {@code mem[t+1] - theta} of the row, the first of equals,
   * may spike, and only if it is above its threshold; resets are not inhibited.
   *
   * @param x input current, row t
   * @param rec recurrent current, row t; {@link Rows#NONE} where there is none
   * @param mem membrane potential, rows t to t+1; row t+1 may lie over row t of {@code x}
   * @param beta decay of the membrane, [N], clipped to 0..1
   * @param theta threshold, [N]
   * @param reset any
   * @param inhibition winner takes all; {@code from, to} must then span the row
   * @param spk spikes, row t
   */
  void forwardDelayed(Rows x, Rows rec, Rows mem, float[] beta, float[] theta, ResetMechanism reset,
      boolean inhibition, SpikeRows spk, int t0, int t1, int from, int to);

  /**
   * Steps {@code [t0, t1)} with immediate reset: a spike resets the membrane in its own step.
   *
   * <pre>
   * r = mem[t] &gt; theta
   * q[t] = mem[t+1] of {@link #forwardDelayed}
   * spk[t] = q[t] &gt; theta,  d = spk[t] - r
   * mem[t+1] = q[t] - d*theta  (SUBTRACT)   q[t] - d*q[t]  (ZERO, ZERO_CARRIED)   q[t]  (NONE)
   * </pre>
   *
   * @param q the membrane that fired, before its reset, row t; needed by the backward pass; stride 0 throws it away
   * @param rst the reset gates r, row t
   * @see #forwardDelayed for the other parameters
   */
  void forwardImmediate(Rows x, Rows rec, Rows mem, float[] beta, float[] theta, ResetMechanism reset, Rows q,
      SpikeRows spk, SpikeRows rst, int t0, int t1, int from, int to);

  /**
   * Backward through steps {@code t1-1 … t0} of {@link #forwardDelayed}; r is a constant, all else is differentiated.
   *
   * <pre>
   * r = mem[t] &gt; theta
   * gz = gSpk[t]*sg[t],  gp = (gMem[t] + cMem) + gz
   * SUBTRACT: gu = gp, gTheta -= gz + r*gp     ZERO: gu = (1 - r)*gp, gTheta -= gz
   * NONE, ZERO_CARRIED: gu = gp, gTheta -= gz
   * gBeta += gu*mem[t],  cMem = beta*gu      (ZERO_CARRIED: gu*((1 - r)*mem[t]), ((1 - r)*beta)*gu)
   * gx[t] = gu
   * </pre>
   *
   * @param gSpk dL/dspk, row t, from the layer above and the recurrence; only columns {@code [from, to)} need to exist
   * @param gMem dL/dmem of the value that step t returned, row t; {@link Rows#NONE} where nothing is given
   * @param sg surrogate derivative at {@code mem[t+1] - theta}, computed from that membrane or read from row t, of which
   *     only columns {@code [from, to)} need to exist; with inhibition rows, as all but the winner of a row have 0
   * @param mem as recorded forward
   * @param cMem gradient carried to the membrane before the step, [N], in and out; after step 0, of the initial
   *     membrane
   * @param learn whether gBeta, gTheta are wanted; otherwise they are not touched and may be null
   * @param gBeta gradient of the clipped beta, [N], added to
   * @param gTheta gradient of theta, [N], added to
   * @param gx dL/dx, which is also dL/drec, row t; may lie over row t+1 of {@code mem}, or over row t of {@code gSpk}
   */
  void backwardDelayed(Rows gSpk, Rows gMem, SurrogateDerivative sg, Rows mem, float[] cMem, float[] beta,
      float[] theta, ResetMechanism reset, boolean learn, float[] gBeta, float[] gTheta, Rows gx, int t0, int t1,
      int from, int to);

  /**
   * Backward through steps {@code t1-1 … t0} of {@link #forwardImmediate}; the spike inside d is differentiated, r is
   * not.
   *
   * <pre>
   * d = spk[t] - rst[t],  gm = gMem[t] + cMem
   * SUBTRACT:           gs = gSpk[t] - theta*gm, gq = gm
   * ZERO, ZERO_CARRIED: gs = gSpk[t] - q[t]*gm,  gq = (1 - d)*gm
   * NONE:               gs = gSpk[t],            gq = gm
   * gz = gs*sg[t],  gp = gq + gz
   * then from "SUBTRACT: gu = …" on as in {@link #backwardDelayed} with r = rst[t], and gTheta -= (gz + r*gp) + d*gm
   * for SUBTRACT
   * </pre>
   *
   * @param sg surrogate derivative at {@code q[t] - theta}, computed from that membrane or read from row t; with inhibition
   *     rows, as all but the winner of a row have 0
   * @param mem the carried membrane, row t; only read with {@code learn}
   * @param q as recorded forward
   * @param spk as recorded forward
   * @param rst as recorded forward
   * @see #backwardDelayed for the other parameters, of which none may be missing
   */
  void backwardImmediate(Rows gSpk, Rows gMem, SurrogateDerivative sg, Rows mem, Rows q, SpikeRows spk, SpikeRows rst,
      float[] cMem, float[] beta, float[] theta, ResetMechanism reset, boolean learn, float[] gBeta, float[] gTheta,
      Rows gx, int t0, int t1, int from, int to);
}
