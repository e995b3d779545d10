package org.spikelane.kernels;

import static org.spikelane.kernels.VectorShapes.FLOATS;
import static org.spikelane.kernels.VectorShapes.LANES;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/**
 * The first-order equations on vectors. A row is walked in words of 64 neurons, whose spikes are gathered in a register
 * and stored once; what is left of the row below a vector goes through {@link ScalarLeakyKernels}.
 */
final class VectorLeakyKernels implements LeakyKernels {

  private static final RowKernels ROWS = new VectorRowKernels();

  VectorLeakyKernels() {}

  @Override
  public void forwardDelayed(Rows x, Rows rec, Rows mem, float[] beta, float[] theta, ResetMechanism reset,
      boolean inhibition, SpikeRows spk, int t0, int t1, int from, int to) {
    assert Spans.words(from) && Spans.parameters(to, beta, theta) && Spans.rows(x, t0, t1, to)
        && Spans.rows(rec, t0, t1, to) && Spans.states(mem, t0, t1, to)
        && Spans.spikes(spk, t0, t1, to);
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
    assert Spans.words(from) && Spans.parameters(to, beta, theta) && Spans.rows(x, t0, t1, to)
        && Spans.rows(rec, t0, t1, to) && Spans.states(mem, t0, t1, to)
        && Spans.rows(q, t0, t1, to) && Spans.spikes(spk, t0, t1, to) && Spans.spikes(rst, t0, t1, to);
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
      int end = Math.min(n + 64, to);
      long spikes = 0;
      int k = n;
      for (; k <= end - LANES; k += LANES) {
        spikes |= step(x, xAt, rec, recAt, mem, memAt, out, outAt, beta, theta, reset, k) << k;
      }
      if (k < end) {
        spikes |= ScalarLeakyKernels.step(x, xAt, rec, recAt, mem, memAt, out, outAt, beta, theta, reset, k, end);
      }
      spk[spkAt + (n >>> 6)] = spikes;
    }
  }

  /** Integration, delayed reset and firing of neurons n, n+1, …; returns their spikes from bit 0 on. */
  private static long step(float[] x, int xAt, float[] rec, int recAt, float[] mem, int memAt, float[] out, int outAt,
      float[] beta, float[] theta, ResetMechanism reset, int n) {
    FloatVector m = FloatVector.fromArray(FLOATS, mem, memAt + n);
    FloatVector th = FloatVector.fromArray(FLOATS, theta, n);
    FloatVector r = FloatVector.zero(FLOATS).blend(1f, m.compare(VectorOperators.GT, th));
    FloatVector carried = reset == ResetMechanism.ZERO_CARRIED ? FloatVector.broadcast(FLOATS, 1f).sub(r).mul(m) : m;
    FloatVector u = FloatVector.fromArray(FLOATS, beta, n).mul(carried)
        .add(FloatVector.fromArray(FLOATS, x, xAt + n)).add(FloatVector.fromArray(FLOATS, rec, recAt + n));
    FloatVector q = u;
    if (reset == ResetMechanism.SUBTRACT) {
      q = u.sub(r.mul(th));
    } else if (reset == ResetMechanism.ZERO) {
      q = u.sub(r.mul(u));
    }
    q.intoArray(out, outAt + n);
    return q.compare(VectorOperators.GT, th).toLong();
  }

  @Override
  public void backwardDelayed(Rows gSpk, Rows gMem, Rows sg, Rows mem, float[] cMem, float[] beta, float[] theta,
      ResetMechanism reset, boolean learn, float[] gBeta, float[] gTheta, Rows gx, int t0, int t1, int from, int to) {
    assert Spans.parameters(to, beta, theta, cMem) && Spans.rows(gSpk, t0, t1, to)
        && Spans.rows(gMem, t0, t1, to) && Spans.rows(sg, t0, t1, to)
        && Spans.rows(mem, t0, t1, to) && Spans.rows(gx, t0, t1, to);
    for (int t = t1 - 1; t >= t0; t--) {
      delayedBackRow(gSpk.data(), gSpk.at(t), gMem.data(), gMem.at(t), sg.data(), sg.at(t), mem.data(), mem.at(t), cMem,
          beta, theta, reset, learn, gBeta, gTheta, gx.data(), gx.at(t), from, to);
    }
  }

  private static void delayedBackRow(float[] gSpk, int gSpkAt, float[] gMem, int gMemAt, float[] sg, int sgAt,
      float[] mem, int memAt, float[] cMem, float[] beta, float[] theta, ResetMechanism reset, boolean learn,
      float[] gBeta, float[] gTheta, float[] gx, int gxAt, int from, int to) {
    int n = from;
    for (; n <= to - LANES; n += LANES) {
      FloatVector m = FloatVector.fromArray(FLOATS, mem, memAt + n);
      FloatVector th = FloatVector.fromArray(FLOATS, theta, n);
      FloatVector r = FloatVector.zero(FLOATS).blend(1f, m.compare(VectorOperators.GT, th));
      FloatVector gz = FloatVector.fromArray(FLOATS, gSpk, gSpkAt + n).mul(FloatVector.fromArray(FLOATS, sg, sgAt + n));
      FloatVector gp = FloatVector.fromArray(FLOATS, gMem, gMemAt + n).add(FloatVector.fromArray(FLOATS, cMem, n))
          .add(gz);
      FloatVector keep = FloatVector.broadcast(FLOATS, 1f).sub(r);
      FloatVector decay = FloatVector.fromArray(FLOATS, beta, n);
      if (reset == ResetMechanism.ZERO_CARRIED) {
        decay = keep.mul(decay);
      }
      FloatVector gu = reset == ResetMechanism.ZERO ? keep.mul(gp) : gp;
      if (learn) {
        FloatVector gth = reset == ResetMechanism.SUBTRACT ? gz.add(r.mul(gp)) : gz;
        FloatVector.fromArray(FLOATS, gTheta, n).sub(gth).intoArray(gTheta, n);
        FloatVector carried = reset == ResetMechanism.ZERO_CARRIED ? keep.mul(m) : m;
        FloatVector.fromArray(FLOATS, gBeta, n).add(gu.mul(carried)).intoArray(gBeta, n);
      }
      decay.mul(gu).intoArray(cMem, n);
      gu.intoArray(gx, gxAt + n);
    }
    ScalarLeakyKernels.delayedBack(gSpk, gSpkAt, gMem, gMemAt, sg, sgAt, mem, memAt, cMem, beta, theta, reset, learn,
        gBeta, gTheta, gx, gxAt, n, to);
  }

  @Override
  public void backwardImmediate(Rows gSpk, Rows gMem, Rows sg, Rows mem, Rows q, SpikeRows spk, SpikeRows rst,
      float[] cMem, float[] beta, float[] theta, ResetMechanism reset, boolean learn, float[] gBeta, float[] gTheta,
      Rows gx, int t0, int t1, int from, int to) {
    assert Spans.words(from) && Spans.parameters(to, beta, theta, cMem) && Spans.rows(gSpk, t0, t1, to)
        && Spans.rows(gMem, t0, t1, to) && Spans.rows(sg, t0, t1, to)
        && Spans.rows(q, t0, t1, to) && Spans.spikes(spk, t0, t1, to) && Spans.spikes(rst, t0, t1, to)
        && Spans.rows(gx, t0, t1, to);
    for (int t = t1 - 1; t >= t0; t--) {
      immediateBackRow(gSpk.data(), gSpk.at(t), gMem.data(), gMem.at(t), sg.data(), sg.at(t), mem.data(), mem.at(t),
          q.data(), q.at(t), spk.words(), spk.at(t), rst.words(), rst.at(t), cMem, beta, theta, reset, learn, gBeta,
          gTheta, gx.data(), gx.at(t), from, to);
    }
  }

  private static void immediateBackRow(float[] gSpk, int gSpkAt, float[] gMem, int gMemAt, float[] sg, int sgAt,
      float[] mem, int memAt, float[] q, int qAt, long[] spk, int spkAt, long[] rst, int rstAt, float[] cMem,
      float[] beta, float[] theta, ResetMechanism reset, boolean learn, float[] gBeta, float[] gTheta, float[] gx,
          int gxAt, int from,
      int to) {
    int n = from;
    for (; n <= to - LANES; n += LANES) {
      FloatVector th = FloatVector.fromArray(FLOATS, theta, n);
      FloatVector r = FloatVector.zero(FLOATS)
          .blend(1f, VectorMask.fromLong(FLOATS, rst[rstAt + (n >>> 6)] >>> n));
      FloatVector d = FloatVector.zero(FLOATS)
          .blend(1f, VectorMask.fromLong(FLOATS, spk[spkAt + (n >>> 6)] >>> n)).sub(r);
      FloatVector gm = FloatVector.fromArray(FLOATS, gMem, gMemAt + n).add(FloatVector.fromArray(FLOATS, cMem, n));
      FloatVector gs = FloatVector.fromArray(FLOATS, gSpk, gSpkAt + n);
      FloatVector gq = gm;
      if (reset == ResetMechanism.SUBTRACT) {
        gs = gs.sub(th.mul(gm));
      } else if (reset != ResetMechanism.NONE) {
        gs = gs.sub(FloatVector.fromArray(FLOATS, q, qAt + n).mul(gm));
        gq = FloatVector.broadcast(FLOATS, 1f).sub(d).mul(gm);
      }
      FloatVector gz = gs.mul(FloatVector.fromArray(FLOATS, sg, sgAt + n));
      FloatVector gp = gq.add(gz);
      FloatVector keep = FloatVector.broadcast(FLOATS, 1f).sub(r);
      FloatVector decay = FloatVector.fromArray(FLOATS, beta, n);
      if (reset == ResetMechanism.ZERO_CARRIED) {
        decay = keep.mul(decay);
      }
      FloatVector gu = reset == ResetMechanism.ZERO ? keep.mul(gp) : gp;
      if (learn) {
        FloatVector gth = reset == ResetMechanism.SUBTRACT ? gz.add(r.mul(gp)).add(d.mul(gm)) : gz;
        FloatVector.fromArray(FLOATS, gTheta, n).sub(gth).intoArray(gTheta, n);
        FloatVector m = FloatVector.fromArray(FLOATS, mem, memAt + n);
        FloatVector carried = reset == ResetMechanism.ZERO_CARRIED ? keep.mul(m) : m;
        FloatVector.fromArray(FLOATS, gBeta, n).add(gu.mul(carried)).intoArray(gBeta, n);
      }
      decay.mul(gu).intoArray(cMem, n);
      gu.intoArray(gx, gxAt + n);
    }
    ScalarLeakyKernels.immediateBack(gSpk, gSpkAt, gMem, gMemAt, sg, sgAt, mem, memAt, q, qAt, spk, spkAt, rst, rstAt,
        cMem, beta, theta, reset, learn, gBeta, gTheta, gx, gxAt, n, to);
  }
}
