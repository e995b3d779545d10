package org.spikelane.kernels;

/** The second-order equations on vectors: of {@link VectorSynapticForward} and {@link VectorSynapticBackward}. */
final class VectorSynapticKernels implements SynapticKernels {

  private static final RowKernels ROWS = new VectorRowKernels();

  VectorSynapticKernels() {}

  @Override
  public void forwardDelayed(Rows x, Rows rec, Rows syn, Rows mem, float[] alpha, float[] beta, float[] theta,
      ResetMechanism reset, boolean inhibition, SpikeRows spk, int t0, int t1, int from, int to) {
    assert Spans.synapticForward(x, rec, syn, mem, alpha, beta, theta, reset, spk, t0, t1, from, to);
    if (!inhibition) {
      VectorSynapticForward.steps(x, rec, syn, mem, mem.data(), mem.at(t0 + 1), mem.stride(), alpha, beta, theta, reset,
          spk, t0, t1, from, to);
      return;
    }
    for (int t = t0; t < t1; t++) {
      VectorSynapticForward.steps(x, rec, syn, mem, mem.data(), mem.at(t + 1), 0, alpha, beta, theta, reset, spk, t, t + 1,
          from, to);
      spk.keepOnly(t, ROWS.winner(mem.data(), mem.at(t + 1), theta, from, to), to);
    }
  }

  @Override
  public void forwardImmediate(Rows x, Rows rec, Rows syn, Rows mem, float[] alpha, float[] beta, float[] theta,
      ResetMechanism reset, Rows q, SpikeRows spk, SpikeRows rst, int t0, int t1, int from, int to) {
    assert Spans.synapticForwardImmediate(x, rec, syn, mem, alpha, beta, theta, reset, q, spk, rst, t0, t1, from, to);
    for (int t = t0; t < t1; t++) {
      // The gates first: the membrane they are read from may be updated in place.
      ROWS.fire(mem.data(), mem.at(t), theta, rst.words(), rst.at(t), from, to);
      VectorSynapticForward.steps(x, rec, syn, mem, q.data(), q.at(t), 0, alpha, beta, theta, reset, spk, t, t + 1, from,
          to);
      System.arraycopy(q.data(), q.at(t) + from, mem.data(), mem.at(t + 1) + from, to - from);
      ROWS.resetImmediate(mem.data(), mem.at(t + 1), theta, reset, spk.words(), spk.at(t), rst.words(), rst.at(t), from,
          to);
    }
  }

  @Override
  public void backwardDelayed(Rows gSpk, Rows gSyn, Rows gMem, SurrogateDerivative sg, Rows syn, Rows mem, float[] cSyn,
      float[] cMem, float[] alpha, float[] beta, float[] theta, ResetMechanism reset, boolean learn, float[] gAlpha,
      float[] gBeta, float[] gTheta, Rows gx, int t0, int t1, int from, int to) {
    assert Spans.synapticBackward(gSpk, gSyn, gMem, sg, syn, mem, cSyn, cMem, alpha, beta, theta, reset, learn, gAlpha,
        gBeta, gTheta, gx, t0, t1, from, to);
    VectorSynapticBackward.steps(gSpk, gSyn, gMem, sg, syn, mem, cSyn, cMem, alpha, beta, theta, reset, learn, gAlpha,
        gBeta, gTheta, gx, t0, t1, from, to);
  }

  @Override
  public void backwardImmediate(Rows gSpk, Rows gSyn, Rows gMem, SurrogateDerivative sg, Rows syn, Rows mem, Rows q,
      SpikeRows spk, SpikeRows rst, float[] cSyn, float[] cMem, float[] alpha, float[] beta, float[] theta,
      ResetMechanism reset, boolean learn, float[] gAlpha, float[] gBeta, float[] gTheta, Rows gx, int t0, int t1,
      int from, int to) {
    assert Spans.synapticBackwardImmediate(gSpk, gSyn, gMem, sg, syn, mem, q, spk, rst, cSyn, cMem, alpha, beta, theta, reset,
        learn, gAlpha, gBeta, gTheta, gx, t0, t1, from, to);
    for (int t = t1 - 1; t >= t0; t--) {
      VectorSynapticBackward.immediateRow(gSpk.data(), gSpk.at(t), gSyn.data(), gSyn.at(t), gMem.data(), gMem.at(t), sg, t,
          syn.data(), syn.at(t), mem.data(), mem.at(t), q.data(), q.at(t), spk.words(), spk.at(t), rst.words(),
          rst.at(t), cSyn, cMem, alpha, beta, theta, reset, learn, gAlpha, gBeta, gTheta, gx.data(), gx.at(t), from,
          to);
    }
  }
}
