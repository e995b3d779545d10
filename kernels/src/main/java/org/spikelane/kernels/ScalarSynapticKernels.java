package org.spikelane.kernels;

/** The second-order equations, neuron by neuron: reference, fallback, and tail of {@link VectorSynapticKernels}. */
final class ScalarSynapticKernels implements SynapticKernels {

  private static final RowKernels ROWS = new ScalarRowKernels();

  ScalarSynapticKernels() {}

  @Override
  public void forwardDelayed(Rows x, Rows rec, Rows syn, Rows mem, float[] alpha, float[] beta, float[] theta,
      ResetMechanism reset, boolean inhibition, SpikeRows spk, int t0, int t1, int from, int to) {
    assert Spans.synapticForward(x, rec, syn, mem, alpha, beta, theta, reset, spk, t0, t1, from, to);
    for (int t = t0; t < t1; t++) {
      row(x.data(), x.at(t), rec.data(), rec.at(t), syn.data(), syn.at(t), syn.at(t + 1), mem.data(), mem.at(t),
          mem.data(), mem.at(t + 1), alpha, beta, theta, reset, spk.words(), spk.at(t), from, to);
      if (inhibition) {
        spk.keepOnly(t, ROWS.winner(mem.data(), mem.at(t + 1), theta, from, to), to);
      }
    }
  }

  @Override
  public void forwardImmediate(Rows x, Rows rec, Rows syn, Rows mem, float[] alpha, float[] beta, float[] theta,
      ResetMechanism reset, Rows q, SpikeRows spk, SpikeRows rst, int t0, int t1, int from, int to) {
    assert Spans.synapticForwardImmediate(x, rec, syn, mem, alpha, beta, theta, reset, q, spk, rst, t0, t1, from, to);
    for (int t = t0; t < t1; t++) {
      // The gates first: the membrane they are read from may be updated in place.
      ROWS.fire(mem.data(), mem.at(t), theta, rst.words(), rst.at(t), from, to);
      row(x.data(), x.at(t), rec.data(), rec.at(t), syn.data(), syn.at(t), syn.at(t + 1), mem.data(), mem.at(t),
          q.data(), q.at(t), alpha, beta, theta, reset, spk.words(), spk.at(t), from, to);
      System.arraycopy(q.data(), q.at(t) + from, mem.data(), mem.at(t + 1) + from, to - from);
      ROWS.resetImmediate(mem.data(), mem.at(t + 1), theta, reset, spk.words(), spk.at(t), rst.words(), rst.at(t), from,
          to);
    }
  }

  private static void row(float[] x, int xAt, float[] rec, int recAt, float[] syn, int synAt, int synNext, float[] mem,
      int memAt, float[] out, int outAt, float[] alpha, float[] beta, float[] theta, ResetMechanism reset, long[] spk,
      int spkAt, int from, int to) {
    for (int n = from; n < to; n += 64) {
      spk[spkAt + (n >>> 6)] = step(x, xAt, rec, recAt, syn, synAt, synNext, mem, memAt, out, outAt, alpha, beta, theta,
          reset, n, Math.min(n + 64, to));
    }
  }

  /** Integration, delayed reset and firing of neurons [from, to) within one word of spikes; returns their bits. */
  static long step(float[] x, int xAt, float[] rec, int recAt, float[] syn, int synAt, int synNext, float[] mem,
      int memAt, float[] out, int outAt, float[] alpha, float[] beta, float[] theta, ResetMechanism reset, int from,
      int to) {
    long spikes = 0;
    for (int n = from; n < to; n++) {
      float m = mem[memAt + n];
      float r = m > theta[n] ? 1f : 0f;
      float i = alpha[n] * syn[synAt + n] + x[xAt + n];
      if (rec.length > 0) {
        i += rec[recAt + n];
      }
      float u = beta[n] * m + i;
      float q = reset.delayed(u, r, theta[n]);
      syn[synNext + n] = i;
      out[outAt + n] = q;
      spikes |= q > theta[n] ? 1L << n : 0;
    }
    return spikes;
  }

  @Override
  public void backwardDelayed(Rows gSpk, Rows gSyn, Rows gMem, SurrogateDerivative sg, Rows syn, Rows mem, float[] cSyn,
      float[] cMem, float[] alpha, float[] beta, float[] theta, ResetMechanism reset, boolean learn, float[] gAlpha,
      float[] gBeta, float[] gTheta, Rows gx, int t0, int t1, int from, int to) {
    assert Spans.synapticBackward(gSpk, gSyn, gMem, sg, syn, mem, cSyn, cMem, alpha, beta, theta, reset, learn, gAlpha,
        gBeta, gTheta, gx, t0, t1, from, to);
    for (int t = t1 - 1; t >= t0; t--) {
      delayedBack(gSpk.data(), gSpk.at(t), gSyn.data(), gSyn.at(t), gMem.data(), gMem.at(t), sg, t, syn.data(),
          syn.at(t), mem.data(), mem.at(t), mem.at(t + 1), cSyn, cMem, alpha, beta, theta, reset, learn, gAlpha, gBeta,
          gTheta, gx.data(), gx.at(t), from, to);
    }
  }

  /** One delayed step of neurons [from, to), backward. */
  static void delayedBack(float[] gSpk, int gSpkAt, float[] gSyn, int gSynAt, float[] gMem, int gMemAt,
      SurrogateDerivative sg, int t, float[] syn, int synAt, float[] mem, int memAt, int firedAt, float[] cSyn,
      float[] cMem, float[] alpha, float[] beta, float[] theta, ResetMechanism reset, boolean learn, float[] gAlpha,
      float[] gBeta, float[] gTheta, float[] gx, int gxAt, int from, int to) {
    for (int n = from; n < to; n++) {
      float m = mem[memAt + n];
      float r = m > theta[n] ? 1f : 0f;
      float gz = gSpk[gSpkAt + n] * sg.at(t, n, mem[firedAt + n], theta[n]);
      float gp = (gMem.length == 0 ? cMem[n] : gMem[gMemAt + n] + cMem[n]) + gz;
      float gu = reset == ResetMechanism.ZERO ? (1f - r) * gp : gp;
      float gi = (gSyn.length == 0 ? cSyn[n] : gSyn[gSynAt + n] + cSyn[n]) + gu;
      if (learn) {
        gTheta[n] -= reset == ResetMechanism.SUBTRACT ? gz + r * gp : gz;
        gBeta[n] += gu * m;
        gAlpha[n] += gi * syn[synAt + n];
      }
      cMem[n] = beta[n] * gu;
      cSyn[n] = alpha[n] * gi;
      gx[gxAt + n] = gi;
    }
  }

  @Override
  public void backwardImmediate(Rows gSpk, Rows gSyn, Rows gMem, SurrogateDerivative sg, Rows syn, Rows mem, Rows q,
      SpikeRows spk, SpikeRows rst, float[] cSyn, float[] cMem, float[] alpha, float[] beta, float[] theta,
      ResetMechanism reset, boolean learn, float[] gAlpha, float[] gBeta, float[] gTheta, Rows gx, int t0, int t1,
      int from, int to) {
    assert Spans.synapticBackwardImmediate(gSpk, gSyn, gMem, sg, syn, mem, q, spk, rst, cSyn, cMem, alpha, beta, theta, reset,
        learn, gAlpha, gBeta, gTheta, gx, t0, t1, from, to);
    for (int t = t1 - 1; t >= t0; t--) {
      immediateBack(gSpk.data(), gSpk.at(t), gSyn.data(), gSyn.at(t), gMem.data(), gMem.at(t), sg, t,
          syn.data(), syn.at(t), mem.data(), mem.at(t), q.data(), q.at(t), spk.words(), spk.at(t), rst.words(),
          rst.at(t), cSyn, cMem, alpha, beta, theta, reset, learn, gAlpha, gBeta, gTheta, gx.data(), gx.at(t), from,
          to);
    }
  }

  /** One immediate step of neurons [from, to), backward. */
  static void immediateBack(float[] gSpk, int gSpkAt, float[] gSyn, int gSynAt, float[] gMem, int gMemAt,
      SurrogateDerivative sg, int t, float[] syn, int synAt, float[] mem, int memAt, float[] q, int qAt, long[] spk,
      int spkAt, long[] rst, int rstAt, float[] cSyn, float[] cMem, float[] alpha, float[] beta, float[] theta,
      ResetMechanism reset, boolean learn, float[] gAlpha, float[] gBeta, float[] gTheta, float[] gx, int gxAt,
      int from, int to) {
    for (int n = from; n < to; n++) {
      float r = rst[rstAt + (n >>> 6)] >>> n & 1;
      float d = (spk[spkAt + (n >>> 6)] >>> n & 1) - r;
      float gm = gMem[gMemAt + n] + cMem[n];
      float gs = reset.throughSpike(gSpk[gSpkAt + n], gm, q[qAt + n], theta[n]);
      float gz = gs * sg.at(t, n, q[qAt + n], theta[n]);
      float gp = reset.throughMembrane(gm, d) + gz;
      float gu = reset == ResetMechanism.ZERO ? (1f - r) * gp : gp;
      float gi = (gSyn[gSynAt + n] + cSyn[n]) + gu;
      if (learn) {
        gTheta[n] -= reset == ResetMechanism.SUBTRACT ? (gz + r * gp) + d * gm : gz;
        gBeta[n] += gu * mem[memAt + n];
        gAlpha[n] += gi * syn[synAt + n];
      }
      cMem[n] = beta[n] * gu;
      cSyn[n] = alpha[n] * gi;
      gx[gxAt + n] = gi;
    }
  }
}
