package org.spikelane.kernels;

import static org.spikelane.kernels.VectorShapes.FLOATS;
import static org.spikelane.kernels.VectorShapes.LANES;
import static org.spikelane.kernels.VectorShapes.TILE;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/**
 * The first-order equations backward: four vectors of neurons at a time go through the steps of a block, two where gradients
 * of parameters are summed. What is left of the row below a vector goes through {@link ScalarLeakyKernels}.
 */
final class VectorLeakyBackward {

  private VectorLeakyBackward() {}

  /** Steps t1-1 to t0 with delayed reset, block by block. */
  static void steps(Rows gSpk, Rows gMem, SurrogateDerivative sg, Rows mem, float[] cMem, float[] beta, float[] theta,
      ResetMechanism reset, boolean learn, float[] gBeta, float[] gTheta, Rows gx, int t0, int t1, int from, int to) {
    int wide = VectorShapes.BLOCK_NEURONS;
    int steps = t1 - t0;
    for (int n = from; n < to; n += wide) {
      for (int i = VectorShapes.blocksBackward(steps) - 1; i >= 0; i--) {
        block(gSpk, gMem, sg, mem, cMem, beta, theta, reset, learn, gBeta, gTheta, gx,
            t0 + VectorShapes.firstBackward(steps, i), t0 + VectorShapes.firstBackward(steps, i + 1), n,
            Math.min(to, n + wide));
      }
    }
  }

  /** One block of {@link VectorShapes#blocksBackward}. */
  private static void block(Rows gSpk, Rows gMem, SurrogateDerivative sg, Rows mem, float[] cMem, float[] beta,
      float[] theta, ResetMechanism reset, boolean learn, float[] gBeta, float[] gTheta, Rows gx, int t0, int t1,
      int from, int to) {
    int tiles = to - (to - from) % TILE;
    int bound = to - (to - from) % LANES;
    if (t1 - t0 == 1) {
      tiles = from;
    } else if (learn) {
      throughLearning(gSpk, gMem, sg, mem, cMem, beta, theta, reset, gBeta, gTheta, gx, t0, t1, from, tiles);
    } else {
      through(gSpk, gMem, sg, mem, cMem, beta, theta, reset, gx, t0, t1, from, tiles);
    }
    for (int t = t1 - 1; tiles < to && t >= t0; t--) {
      step(gSpk, gMem, sg, mem, cMem, beta, theta, reset, learn, gBeta, gTheta, gx, t, tiles, bound);
      ScalarLeakyKernels.delayedBack(gSpk.data(), gSpk.at(t), gMem.data(), gMem.at(t), sg, t, mem.data(), mem.at(t),
          mem.at(t + 1), cMem, beta, theta, reset, learn, gBeta, gTheta, gx.data(), gx.at(t), bound, to);
    }
  }

  /**
   * Four vectors of neurons after four through steps t1-1 to t0, what is carried in registers. Neurons ascend, as some
   * hardware prefetchers follow no row downwards: in pages of 4 KiB, Zen 4 then takes up to twice as long from memory.
   */
  private static void through(Rows gSpk, Rows gMem, SurrogateDerivative sg, Rows mem, float[] cMem, float[] beta,
      float[] theta, ResetMechanism reset, Rows gx, int t0, int t1, int from, int to) {
    float[] gSpks = gSpk.data();
    float[] gMems = gMem.data();
    float[] sgs = sg.rows().data();
    boolean computed = sg.computed();
    FloatVector peak = FloatVector.broadcast(FLOATS, sg.peak());
    float steepness = sg.steepness();
    float offset = sg.offset();
    float floor = sg.floor();
    float[] mems = mem.data();
    float[] gxs = gx.data();
    boolean givenMem = !gMem.isNone();
    int gSpkLast = gSpk.at(t1 - 1);
    int gMemLast = gMem.at(t1 - 1);
    int sgLast = sg.rows().at(t1 - 1);
    int memLast = mem.at(t1 - 1);
    int firedLast = mem.at(t1);
    int gxLast = gx.at(t1 - 1);
    int gSpkStride = gSpk.stride();
    int gMemStride = gMem.stride();
    int sgStride = sg.rows().stride();
    int memStride = mem.stride();
    int gxStride = gx.stride();
    int steps = t1 - t0;
    for (int n = from; n < to; n += TILE) {
      FloatVector b0 = FloatVector.fromArray(FLOATS, beta, n);
      FloatVector b1 = FloatVector.fromArray(FLOATS, beta, n + LANES);
      FloatVector b2 = FloatVector.fromArray(FLOATS, beta, n + 2 * LANES);
      FloatVector b3 = FloatVector.fromArray(FLOATS, beta, n + 3 * LANES);
      FloatVector th0 = FloatVector.fromArray(FLOATS, theta, n);
      FloatVector th1 = FloatVector.fromArray(FLOATS, theta, n + LANES);
      FloatVector th2 = FloatVector.fromArray(FLOATS, theta, n + 2 * LANES);
      FloatVector th3 = FloatVector.fromArray(FLOATS, theta, n + 3 * LANES);
      FloatVector cm0 = FloatVector.fromArray(FLOATS, cMem, n);
      FloatVector cm1 = FloatVector.fromArray(FLOATS, cMem, n + LANES);
      FloatVector cm2 = FloatVector.fromArray(FLOATS, cMem, n + 2 * LANES);
      FloatVector cm3 = FloatVector.fromArray(FLOATS, cMem, n + 3 * LANES);
      int gSpkAt = gSpkLast + n;
      int gMemAt = gMemLast + n;
      int sgAt = sgLast + n;
      int memAt = memLast + n;
      int firedAt = firedLast + n;
      int gxAt = gxLast + n;
      for (int s = 0; s < steps; s++) {
        FloatVector sg0;
        FloatVector sg1;
        FloatVector sg2;
        FloatVector sg3;
        if (computed) {
          FloatVector y0 = FloatVector.fromArray(FLOATS, mems, firedAt).sub(th0).abs()
              .mul(steepness).add(offset);
          FloatVector y1 = FloatVector.fromArray(FLOATS, mems, firedAt + LANES).sub(th1).abs()
              .mul(steepness).add(offset);
          FloatVector y2 = FloatVector.fromArray(FLOATS, mems, firedAt + 2 * LANES).sub(th2).abs()
              .mul(steepness).add(offset);
          FloatVector y3 = FloatVector.fromArray(FLOATS, mems, firedAt + 3 * LANES).sub(th3).abs()
              .mul(steepness).add(offset);
          sg0 = peak.div(y0.mul(y0).add(floor));
          sg1 = peak.div(y1.mul(y1).add(floor));
          sg2 = peak.div(y2.mul(y2).add(floor));
          sg3 = peak.div(y3.mul(y3).add(floor));
        } else {
          sg0 = FloatVector.fromArray(FLOATS, sgs, sgAt);
          sg1 = FloatVector.fromArray(FLOATS, sgs, sgAt + LANES);
          sg2 = FloatVector.fromArray(FLOATS, sgs, sgAt + 2 * LANES);
          sg3 = FloatVector.fromArray(FLOATS, sgs, sgAt + 3 * LANES);
        }
        FloatVector gz0 = FloatVector.fromArray(FLOATS, gSpks, gSpkAt).mul(sg0);
        FloatVector gz1 = FloatVector.fromArray(FLOATS, gSpks, gSpkAt + LANES).mul(sg1);
        FloatVector gz2 = FloatVector.fromArray(FLOATS, gSpks, gSpkAt + 2 * LANES).mul(sg2);
        FloatVector gz3 = FloatVector.fromArray(FLOATS, gSpks, gSpkAt + 3 * LANES).mul(sg3);
        if (givenMem) {
          cm0 = FloatVector.fromArray(FLOATS, gMems, gMemAt).add(cm0);
          cm1 = FloatVector.fromArray(FLOATS, gMems, gMemAt + LANES).add(cm1);
          cm2 = FloatVector.fromArray(FLOATS, gMems, gMemAt + 2 * LANES).add(cm2);
          cm3 = FloatVector.fromArray(FLOATS, gMems, gMemAt + 3 * LANES).add(cm3);
        }
        FloatVector gu0 = cm0.add(gz0);
        FloatVector gu1 = cm1.add(gz1);
        FloatVector gu2 = cm2.add(gz2);
        FloatVector gu3 = cm3.add(gz3);
        if (reset == ResetMechanism.ZERO) {
          gu0 = FloatVector.broadcast(FLOATS, 1f).sub(FloatVector.zero(FLOATS).blend(1f,
              FloatVector.fromArray(FLOATS, mems, memAt).compare(VectorOperators.GT, th0))).mul(gu0);
          gu1 = FloatVector.broadcast(FLOATS, 1f).sub(FloatVector.zero(FLOATS).blend(1f,
              FloatVector.fromArray(FLOATS, mems, memAt + LANES).compare(VectorOperators.GT, th1))).mul(gu1);
          gu2 = FloatVector.broadcast(FLOATS, 1f).sub(FloatVector.zero(FLOATS).blend(1f,
              FloatVector.fromArray(FLOATS, mems, memAt + 2 * LANES).compare(VectorOperators.GT, th2))).mul(gu2);
          gu3 = FloatVector.broadcast(FLOATS, 1f).sub(FloatVector.zero(FLOATS).blend(1f,
              FloatVector.fromArray(FLOATS, mems, memAt + 3 * LANES).compare(VectorOperators.GT, th3))).mul(gu3);
        }
        if (reset == ResetMechanism.ZERO_CARRIED) {
          cm0 = FloatVector.broadcast(FLOATS, 1f).sub(FloatVector.zero(FLOATS).blend(1f,
              FloatVector.fromArray(FLOATS, mems, memAt).compare(VectorOperators.GT, th0)))
              .mul(b0).mul(gu0);
          cm1 = FloatVector.broadcast(FLOATS, 1f).sub(FloatVector.zero(FLOATS).blend(1f,
              FloatVector.fromArray(FLOATS, mems, memAt + LANES).compare(VectorOperators.GT, th1)))
              .mul(b1).mul(gu1);
          cm2 = FloatVector.broadcast(FLOATS, 1f).sub(FloatVector.zero(FLOATS).blend(1f,
              FloatVector.fromArray(FLOATS, mems, memAt + 2 * LANES).compare(VectorOperators.GT, th2)))
              .mul(b2).mul(gu2);
          cm3 = FloatVector.broadcast(FLOATS, 1f).sub(FloatVector.zero(FLOATS).blend(1f,
              FloatVector.fromArray(FLOATS, mems, memAt + 3 * LANES).compare(VectorOperators.GT, th3)))
              .mul(b3).mul(gu3);
        } else {
          cm0 = b0.mul(gu0);
          cm1 = b1.mul(gu1);
          cm2 = b2.mul(gu2);
          cm3 = b3.mul(gu3);
        }
        gu0.intoArray(gxs, gxAt);
        gu1.intoArray(gxs, gxAt + LANES);
        gu2.intoArray(gxs, gxAt + 2 * LANES);
        gu3.intoArray(gxs, gxAt + 3 * LANES);
        gSpkAt -= gSpkStride;
        gMemAt -= gMemStride;
        sgAt -= sgStride;
        memAt -= memStride;
        firedAt -= memStride;
        gxAt -= gxStride;
      }
      cm0.intoArray(cMem, n);
      cm1.intoArray(cMem, n + LANES);
      cm2.intoArray(cMem, n + 2 * LANES);
      cm3.intoArray(cMem, n + 3 * LANES);
    }
  }

  /** The same with gradients of the decay and the threshold, whose sums take the registers of two more vectors. */
  private static void throughLearning(Rows gSpk, Rows gMem, SurrogateDerivative sg, Rows mem, float[] cMem, float[] beta,
      float[] theta, ResetMechanism reset, float[] gBeta, float[] gTheta, Rows gx, int t0, int t1, int from, int to) {
    float[] gSpks = gSpk.data();
    float[] gMems = gMem.data();
    float[] sgs = sg.rows().data();
    boolean computed = sg.computed();
    FloatVector peak = FloatVector.broadcast(FLOATS, sg.peak());
    float steepness = sg.steepness();
    float offset = sg.offset();
    float floor = sg.floor();
    float[] mems = mem.data();
    float[] gxs = gx.data();
    boolean givenMem = !gMem.isNone();
    int gSpkLast = gSpk.at(t1 - 1);
    int gMemLast = gMem.at(t1 - 1);
    int sgLast = sg.rows().at(t1 - 1);
    int memLast = mem.at(t1 - 1);
    int firedLast = mem.at(t1);
    int gxLast = gx.at(t1 - 1);
    int gSpkStride = gSpk.stride();
    int gMemStride = gMem.stride();
    int sgStride = sg.rows().stride();
    int memStride = mem.stride();
    int gxStride = gx.stride();
    int steps = t1 - t0;
    for (int n = from; n < to; n += 2 * LANES) {
      FloatVector b0 = FloatVector.fromArray(FLOATS, beta, n);
      FloatVector b1 = FloatVector.fromArray(FLOATS, beta, n + LANES);
      FloatVector th0 = FloatVector.fromArray(FLOATS, theta, n);
      FloatVector th1 = FloatVector.fromArray(FLOATS, theta, n + LANES);
      FloatVector cm0 = FloatVector.fromArray(FLOATS, cMem, n);
      FloatVector cm1 = FloatVector.fromArray(FLOATS, cMem, n + LANES);
      FloatVector sumBeta0 = FloatVector.fromArray(FLOATS, gBeta, n);
      FloatVector sumBeta1 = FloatVector.fromArray(FLOATS, gBeta, n + LANES);
      FloatVector sumTheta0 = FloatVector.fromArray(FLOATS, gTheta, n);
      FloatVector sumTheta1 = FloatVector.fromArray(FLOATS, gTheta, n + LANES);
      int gSpkAt = gSpkLast + n;
      int gMemAt = gMemLast + n;
      int sgAt = sgLast + n;
      int memAt = memLast + n;
      int firedAt = firedLast + n;
      int gxAt = gxLast + n;
      for (int s = 0; s < steps; s++) {
        FloatVector m0 = FloatVector.fromArray(FLOATS, mems, memAt);
        FloatVector m1 = FloatVector.fromArray(FLOATS, mems, memAt + LANES);
        FloatVector r0 = FloatVector.zero(FLOATS).blend(1f, m0.compare(VectorOperators.GT, th0));
        FloatVector r1 = FloatVector.zero(FLOATS).blend(1f, m1.compare(VectorOperators.GT, th1));
        FloatVector sg0;
        FloatVector sg1;
        if (computed) {
          FloatVector y0 = FloatVector.fromArray(FLOATS, mems, firedAt).sub(th0).abs()
              .mul(steepness).add(offset);
          FloatVector y1 = FloatVector.fromArray(FLOATS, mems, firedAt + LANES).sub(th1).abs()
              .mul(steepness).add(offset);
          sg0 = peak.div(y0.mul(y0).add(floor));
          sg1 = peak.div(y1.mul(y1).add(floor));
        } else {
          sg0 = FloatVector.fromArray(FLOATS, sgs, sgAt);
          sg1 = FloatVector.fromArray(FLOATS, sgs, sgAt + LANES);
        }
        FloatVector gz0 = FloatVector.fromArray(FLOATS, gSpks, gSpkAt).mul(sg0);
        FloatVector gz1 = FloatVector.fromArray(FLOATS, gSpks, gSpkAt + LANES).mul(sg1);
        if (givenMem) {
          cm0 = FloatVector.fromArray(FLOATS, gMems, gMemAt).add(cm0);
          cm1 = FloatVector.fromArray(FLOATS, gMems, gMemAt + LANES).add(cm1);
        }
        FloatVector gu0 = cm0.add(gz0);
        FloatVector gu1 = cm1.add(gz1);
        if (reset == ResetMechanism.SUBTRACT) {
          gz0 = gz0.add(r0.mul(gu0));
          gz1 = gz1.add(r1.mul(gu1));
        } else if (reset == ResetMechanism.ZERO) {
          gu0 = FloatVector.broadcast(FLOATS, 1f).sub(r0).mul(gu0);
          gu1 = FloatVector.broadcast(FLOATS, 1f).sub(r1).mul(gu1);
        }
        sumTheta0 = sumTheta0.sub(gz0);
        sumTheta1 = sumTheta1.sub(gz1);
        if (reset == ResetMechanism.ZERO_CARRIED) {
          m0 = FloatVector.broadcast(FLOATS, 1f).sub(r0).mul(m0);
          m1 = FloatVector.broadcast(FLOATS, 1f).sub(r1).mul(m1);
          cm0 = FloatVector.broadcast(FLOATS, 1f).sub(r0).mul(b0).mul(gu0);
          cm1 = FloatVector.broadcast(FLOATS, 1f).sub(r1).mul(b1).mul(gu1);
        } else {
          cm0 = b0.mul(gu0);
          cm1 = b1.mul(gu1);
        }
        sumBeta0 = sumBeta0.add(gu0.mul(m0));
        sumBeta1 = sumBeta1.add(gu1.mul(m1));
        gu0.intoArray(gxs, gxAt);
        gu1.intoArray(gxs, gxAt + LANES);
        gSpkAt -= gSpkStride;
        gMemAt -= gMemStride;
        sgAt -= sgStride;
        memAt -= memStride;
        firedAt -= memStride;
        gxAt -= gxStride;
      }
      cm0.intoArray(cMem, n);
      cm1.intoArray(cMem, n + LANES);
      sumBeta0.intoArray(gBeta, n);
      sumBeta1.intoArray(gBeta, n + LANES);
      sumTheta0.intoArray(gTheta, n);
      sumTheta1.intoArray(gTheta, n + LANES);
    }
  }

  /** Step t backward. */
  private static void step(Rows gSpk, Rows gMem, SurrogateDerivative sg, Rows mem, float[] cMem, float[] beta,
      float[] theta, ResetMechanism reset, boolean learn, float[] gBeta, float[] gTheta, Rows gx, int t, int from,
      int to) {
    float[] gSpks = gSpk.data();
    float[] gMems = gMem.data();
    float[] sgs = sg.rows().data();
    boolean computed = sg.computed();
    FloatVector peak = FloatVector.broadcast(FLOATS, sg.peak());
    float steepness = sg.steepness();
    float offset = sg.offset();
    float floor = sg.floor();
    float[] mems = mem.data();
    float[] gxs = gx.data();
    boolean givenMem = !gMem.isNone();
    int gSpkAt = gSpk.at(t);
    int gMemAt = gMem.at(t);
    int sgAt = sg.rows().at(t);
    int memAt = mem.at(t);
    int firedAt = mem.at(t + 1);
    int gxAt = gx.at(t);
    FloatVector zero = FloatVector.broadcast(FLOATS, reset == ResetMechanism.ZERO ? 1f : 0f);
    FloatVector carried = FloatVector.broadcast(FLOATS, reset == ResetMechanism.ZERO_CARRIED ? 1f : 0f);
    for (int n = from; n < to; n += LANES) {
      FloatVector b = FloatVector.fromArray(FLOATS, beta, n);
      FloatVector th = FloatVector.fromArray(FLOATS, theta, n);
      FloatVector cm = FloatVector.fromArray(FLOATS, cMem, n);
      FloatVector m = FloatVector.fromArray(FLOATS, mems, memAt + n);
      FloatVector r = FloatVector.zero(FLOATS).blend(1f, m.compare(VectorOperators.GT, th));
      FloatVector sg0;
      if (computed) {
        FloatVector y = FloatVector.fromArray(FLOATS, mems, firedAt + n).sub(th).abs().mul(steepness).add(offset);
        sg0 = peak.div(y.mul(y).add(floor));
      } else {
        sg0 = FloatVector.fromArray(FLOATS, sgs, sgAt + n);
      }
      FloatVector gz = FloatVector.fromArray(FLOATS, gSpks, gSpkAt + n).mul(sg0);
      if (givenMem) {
        cm = FloatVector.fromArray(FLOATS, gMems, gMemAt + n).add(cm);
      }
      FloatVector gp = cm.add(gz);
      FloatVector gu = FloatVector.broadcast(FLOATS, 1f).sub(r.mul(zero)).mul(gp);
      FloatVector keep = FloatVector.broadcast(FLOATS, 1f).sub(r.mul(carried));
      cm = keep.mul(b).mul(gu);
      gu.intoArray(gxs, gxAt + n);
      cm.intoArray(cMem, n);
      if (learn) {
        FloatVector sumBeta = FloatVector.fromArray(FLOATS, gBeta, n);
        FloatVector sumTheta = FloatVector.fromArray(FLOATS, gTheta, n);
        if (reset == ResetMechanism.SUBTRACT) {
          gz = gz.add(r.mul(gp));
        }
        sumTheta = sumTheta.sub(gz);
        sumBeta = sumBeta.add(gu.mul(keep.mul(m)));
        sumBeta.intoArray(gBeta, n);
        sumTheta.intoArray(gTheta, n);
      }
    }
  }

  /** One step with immediate reset. */
  static void immediateRow(float[] gSpk, int gSpkAt, float[] gMem, int gMemAt, SurrogateDerivative sg, int t,
      float[] mem, int memAt, float[] q, int qAt, long[] spk, int spkAt, long[] rst, int rstAt, float[] cMem,
      float[] beta, float[] theta, ResetMechanism reset, boolean learn, float[] gBeta, float[] gTheta, float[] gx,
      int gxAt, int from, int to) {
    float[] sgs = sg.rows().data();
    boolean computed = sg.computed();
    FloatVector peak = FloatVector.broadcast(FLOATS, sg.peak());
    float steepness = sg.steepness();
    float offset = sg.offset();
    float floor = sg.floor();
    int sgAt = sg.rows().at(t);
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
      FloatVector sg0;
      if (computed) {
        FloatVector y = FloatVector.fromArray(FLOATS, q, qAt + n).sub(th).abs().mul(steepness).add(offset);
        sg0 = peak.div(y.mul(y).add(floor));
      } else {
        sg0 = FloatVector.fromArray(FLOATS, sgs, sgAt + n);
      }
      FloatVector gz = gs.mul(sg0);
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
    ScalarLeakyKernels.immediateBack(gSpk, gSpkAt, gMem, gMemAt, sg, t, mem, memAt, q, qAt, spk, spkAt, rst, rstAt,
        cMem, beta, theta, reset, learn, gBeta, gTheta, gx, gxAt, n, to);
  }
}
