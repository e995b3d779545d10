package org.spikelane.kernels;

/** The first-order equations, neuron by neuron: reference, fallback, and tail of {@link VectorLeakyKernels}. */
final class ScalarLeakyKernels implements LeakyKernels {

  private static final RowKernels ROWS = new ScalarRowKernels();

  ScalarLeakyKernels() {}

  @Override
  public void forwardDelayed(Rows x, Rows rec, Rows mem, float[] beta, float[] theta, ResetMechanism reset,
      boolean inhibition, SpikeRows spk, int t0, int t1, int from, int to) {
    assert Spans.leakyForward(x, rec, mem, beta, theta, spk, t0, t1, from, to);
    for (int t = t0; t < t1; t++) {
      row(x.data(), x.at(t), rec.data(), rec.at(t), mem.data(), mem.at(t), mem.data(), mem.at(t + 1), beta, theta,
          reset, spk.words(), spk.at(t), from, to);
      if (inhibition) {
        spk.keepOnly(t, ROWS.winner(mem.data(), mem.at(t + 1), theta, from, to), to);
      }
    }
  }

  @Override
  public void forwardImmediate(Rows x, Rows rec, Rows mem, float[] beta, float[] theta, ResetMechanism reset, Rows q,
      SpikeRows spk, SpikeRows rst, int t0, int t1, int from, int to) {
    assert Spans.leakyForwardImmediate(x, rec, mem, beta, theta, q, spk, rst, t0, t1, from, to);
    for (int t = t0; t < t1; t++) {
      // The gates first: the membrane they are read from may be updated in place.
      ROWS.fire(mem.data(), mem.at(t), theta, rst.words(), rst.at(t), from, to);
      row(x.data(), x.at(t), rec.data(), rec.at(t), mem.data(), mem.at(t), q.data(), q.at(t), beta, theta, reset,
          spk.words(), spk.at(t), from, to);
      System.arraycopy(q.data(), q.at(t) + from, mem.data(), mem.at(t + 1) + from, to - from);
      ROWS.resetImmediate(mem.data(), mem.at(t + 1), theta, reset, spk.words(), spk.at(t), rst.words(), rst.at(t), from,
          to);
    }
  }

  private static void row(float[] x, int xAt, float[] rec, int recAt, float[] mem, int memAt, float[] out, int outAt,
      float[] beta, float[] theta, ResetMechanism reset, long[] spk, int spkAt, int from, int to) {
    for (int n = from; n < to; n += 64) {
      spk[spkAt + (n >>> 6)] = step(x, xAt, rec, recAt, mem, memAt, out, outAt, beta, theta, reset, n, Math.min(n + 64,
          to));
    }
  }

  /** Integration, delayed reset and firing of neurons [from, to) within one word of spikes; returns their bits. */
  static long step(float[] x, int xAt, float[] rec, int recAt, float[] mem, int memAt, float[] out, int outAt,
      float[] beta, float[] theta, ResetMechanism reset, int from, int to) {
    long spikes = 0;
    for (int n = from; n < to; n++) {
      float m = mem[memAt + n];
      float r = m > theta[n] ? 1f : 0f;
      float u = beta[n] * carried(m, r, reset) + x[xAt + n];
      if (rec.length > 0) {
        u += rec[recAt + n];
      }
      float q = reset.delayed(u, r, theta[n]);
      out[outAt + n] = q;
      spikes |= q > theta[n] ? 1L << n : 0;
    }
    return spikes;
  }

  /** What ZERO_CARRIED leaves of the carried membrane (and, backward, of its decay); everything else leaves all. */
  private static float carried(float value, float r, ResetMechanism reset) {
    return reset == ResetMechanism.ZERO_CARRIED ? (1f - r) * value : value;
  }

  @Override
  public void backwardDelayed(Rows gSpk, Rows gMem, SurrogateDerivative sg, Rows mem, float[] cMem, float[] beta,
      float[] theta, ResetMechanism reset, boolean learn, float[] gBeta, float[] gTheta, Rows gx, int t0, int t1,
      int from, int to) {
    assert Spans.leakyBackward(gSpk, gMem, sg, mem, cMem, beta, theta, learn, gBeta, gTheta, gx, t0, t1, from, to);
    for (int t = t1 - 1; t >= t0; t--) {
      delayedBack(gSpk.data(), gSpk.at(t), gMem.data(), gMem.at(t), sg, t, mem.data(), mem.at(t), mem.at(t + 1), cMem,
          beta, theta, reset, learn, gBeta, gTheta, gx.data(), gx.at(t), from, to);
    }
  }

  /** One delayed step of neurons [from, to), backward. */
  static void delayedBack(float[] gSpk, int gSpkAt, float[] gMem, int gMemAt, SurrogateDerivative sg, int t, float[] mem,
      int memAt, int firedAt, float[] cMem, float[] beta, float[] theta, ResetMechanism reset, boolean learn,
      float[] gBeta, float[] gTheta, float[] gx, int gxAt, int from, int to) {
    for (int n = from; n < to; n++) {
      float m = mem[memAt + n];
      float r = m > theta[n] ? 1f : 0f;
      float gz = gSpk[gSpkAt + n] * sg.at(t, n, mem[firedAt + n], theta[n]);
      float gp = (gMem.length == 0 ? cMem[n] : gMem[gMemAt + n] + cMem[n]) + gz;
      float gu = reset == ResetMechanism.ZERO ? (1f - r) * gp : gp;
      if (learn) {
        gTheta[n] -= reset == ResetMechanism.SUBTRACT ? gz + r * gp : gz;
        gBeta[n] += gu * carried(m, r, reset);
      }
      cMem[n] = carried(beta[n], r, reset) * gu;
      gx[gxAt + n] = gu;
    }
  }

  @Override
  public void backwardImmediate(Rows gSpk, Rows gMem, SurrogateDerivative sg, Rows mem, Rows q, SpikeRows spk,
      SpikeRows rst, float[] cMem, float[] beta, float[] theta, ResetMechanism reset, boolean learn, float[] gBeta,
      float[] gTheta, Rows gx, int t0, int t1, int from, int to) {
    assert Spans.leakyBackwardImmediate(gSpk, gMem, sg, mem, q, spk, rst, cMem, beta, theta, learn, gBeta, gTheta, gx, t0,
        t1, from, to);
    for (int t = t1 - 1; t >= t0; t--) {
      immediateBack(gSpk.data(), gSpk.at(t), gMem.data(), gMem.at(t), sg, t, mem.data(), mem.at(t), q.data(),
          q.at(t), spk.words(), spk.at(t), rst.words(), rst.at(t), cMem, beta, theta, reset, learn, gBeta, gTheta,
          gx.data(), gx.at(t), from, to);
    }
  }

  /** One immediate step of neurons [from, to), backward. */
  static void immediateBack(float[] gSpk, int gSpkAt, float[] gMem, int gMemAt, SurrogateDerivative sg, int t,
      float[] mem, int memAt, float[] q, int qAt, long[] spk, int spkAt, long[] rst, int rstAt, float[] cMem, float[] beta,
      float[] theta, ResetMechanism reset, boolean learn, float[] gBeta, float[] gTheta, float[] gx, int gxAt, int from,
      int to) {
    for (int n = from; n < to; n++) {
      float r = rst[rstAt + (n >>> 6)] >>> n & 1;
      float d = (spk[spkAt + (n >>> 6)] >>> n & 1) - r;
      float gm = gMem[gMemAt + n] + cMem[n];
      float gs = reset.throughSpike(gSpk[gSpkAt + n], gm, q[qAt + n], theta[n]);
      float gz = gs * sg.at(t, n, q[qAt + n], theta[n]);
      float gp = reset.throughMembrane(gm, d) + gz;
      float gu = reset == ResetMechanism.ZERO ? (1f - r) * gp : gp;
      if (learn) {
        gTheta[n] -= reset == ResetMechanism.SUBTRACT ? (gz + r * gp) + d * gm : gz;
        gBeta[n] += gu * carried(mem[memAt + n], r, reset);
      }
      cMem[n] = carried(beta[n], r, reset) * gu;
      gx[gxAt + n] = gu;
    }
  }
}
