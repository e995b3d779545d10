package org.spikelane.kernels;

/** The first-order equations on vectors: of {@link VectorLeakyForward} and {@link VectorLeakyBackward}. */
final class VectorLeakyKernels implements LeakyKernels {

  private static final RowKernels ROWS = new VectorRowKernels();

  VectorLeakyKernels() {}

  @Override
  public void forwardDelayed(Rows x, Rows rec, Rows mem, float[] beta, float[] theta, ResetMechanism reset,
      boolean inhibition, SpikeRows spk, int t0, int t1, int from, int to) {
    assert Spans.leakyForward(x, rec, mem, beta, theta, spk, t0, t1, from, to);
    if (!inhibition) {
      VectorLeakyForward.steps(x, rec, mem, mem.data(), mem.at(t0 + 1), mem.stride(), beta, theta, reset, spk, t0, t1, from,
          to);
      return;
    }
    for (int t = t0; t < t1; t++) {
      VectorLeakyForward.steps(x, rec, mem, mem.data(), mem.at(t + 1), 0, beta, theta, reset, spk, t, t + 1, from, to);
      spk.keepOnly(t, ROWS.winner(mem.data(), mem.at(t + 1), theta, from, to), to);
    }
  }

  @Override
  public void forwardImmediate(Rows x, Rows rec, Rows mem, float[] beta, float[] theta, ResetMechanism reset, Rows q,
      SpikeRows spk, SpikeRows rst, int t0, int t1, int from, int to) {
    assert Spans.leakyForwardImmediate(x, rec, mem, beta, theta, q, spk, rst, t0, t1, from, to);
    for (int t = t0; t < t1; t++) {
      // The gates first: the membrane they are read from may be updated in place.
      ROWS.fire(mem.data(), mem.at(t), theta, rst.words(), rst.at(t), from, to);
      VectorLeakyForward.steps(x, rec, mem, q.data(), q.at(t), 0, beta, theta, reset, spk, t, t + 1, from, to);
      System.arraycopy(q.data(), q.at(t) + from, mem.data(), mem.at(t + 1) + from, to - from);
      ROWS.resetImmediate(mem.data(), mem.at(t + 1), theta, reset, spk.words(), spk.at(t), rst.words(), rst.at(t), from,
          to);
    }
  }

  @Override
  public void backwardDelayed(Rows gSpk, Rows gMem, SurrogateDerivative sg, Rows mem, float[] cMem, float[] beta,
      float[] theta, ResetMechanism reset, boolean learn, float[] gBeta, float[] gTheta, Rows gx, int t0, int t1,
      int from, int to) {
    assert Spans.leakyBackward(gSpk, gMem, sg, mem, cMem, beta, theta, learn, gBeta, gTheta, gx, t0, t1, from, to);
    VectorLeakyBackward.steps(gSpk, gMem, sg, mem, cMem, beta, theta, reset, learn, gBeta, gTheta, gx, t0, t1, from, to);
  }

  @Override
  public void backwardImmediate(Rows gSpk, Rows gMem, SurrogateDerivative sg, Rows mem, Rows q, SpikeRows spk,
      SpikeRows rst, float[] cMem, float[] beta, float[] theta, ResetMechanism reset, boolean learn, float[] gBeta,
      float[] gTheta, Rows gx, int t0, int t1, int from, int to) {
    assert Spans.leakyBackwardImmediate(gSpk, gMem, sg, mem, q, spk, rst, cMem, beta, theta, learn, gBeta, gTheta, gx, t0,
        t1, from, to);
    for (int t = t1 - 1; t >= t0; t--) {
      VectorLeakyBackward.immediateRow(gSpk.data(), gSpk.at(t), gMem.data(), gMem.at(t), sg, t, mem.data(), mem.at(t),
          q.data(), q.at(t), spk.words(), spk.at(t), rst.words(), rst.at(t), cMem, beta, theta, reset, learn, gBeta,
          gTheta, gx.data(), gx.at(t), from, to);
    }
  }
}
