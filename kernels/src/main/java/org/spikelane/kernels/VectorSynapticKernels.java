package org.spikelane.kernels;

import static org.spikelane.kernels.VectorShapes.FLOATS;
import static org.spikelane.kernels.VectorShapes.LANES;
import static org.spikelane.kernels.VectorShapes.MASKED;
import static org.spikelane.kernels.VectorShapes.TILE;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/**
 * The second-order equations on vectors. Forward, four vectors of neurons at a time go through all steps of a sequence,
 * or of a block of it, so that parameters and states stay in registers and four chains of dependent operations overlap.
 * Backward the same, two vectors at a time where gradients of parameters are summed; that of the current's decay, through
 * several steps, in a pass of its own, {@link #addToAlpha}. What is left of the row below a vector goes through {@link
 * ScalarSynapticKernels}, and forward, where masks cost nothing, through a part of one.
 */
final class VectorSynapticKernels implements SynapticKernels {

  // Neurons that go through a block of steps before the pass that adds to their gradient of alpha: of eight steps, gx, which
  // that reads again, is 128 KiB. It is a pass of its own as the rows of the current are too many beside the others for what
  // prefetches them: in one pass, 16 K and 256 K neurons took a fourth to a half longer.
  static final int NEURONS_BEFORE_ALPHA = 1 << 12;

  private static final RowKernels ROWS = new VectorRowKernels();

  VectorSynapticKernels() {}

  @Override
  public void forwardDelayed(Rows x, Rows rec, Rows syn, Rows mem, float[] alpha, float[] beta, float[] theta,
      ResetMechanism reset, boolean inhibition, SpikeRows spk, int t0, int t1, int from, int to) {
    assert Spans.words(from) && Spans.parameters(to, alpha, beta, theta) && Spans.rows(x, t0, t1, to)
        && Spans.optional(rec, t0, t1, to) && Spans.states(syn, t0, t1, to) && Spans.states(mem, t0, t1, to)
        && Spans.spikes(spk, t0, t1, to)
        && Spans.apart(syn, x, t0, t1, from, to) && Spans.apart(syn, rec, t0, t1, from, to)
        && Spans.apart(mem, x, t0, t1, from, to) && Spans.apart(mem, rec, t0, t1, from, to);
    if (!inhibition) {
      steps(x, rec, syn, mem, mem.data(), mem.at(t0 + 1), mem.stride(), alpha, beta, theta, reset, spk, t0, t1, from,
          to);
      return;
    }
    for (int t = t0; t < t1; t++) {
      steps(x, rec, syn, mem, mem.data(), mem.at(t + 1), 0, alpha, beta, theta, reset, spk, t, t + 1, from, to);
      spk.keepOnly(t, ROWS.winner(mem.data(), mem.at(t + 1), theta, from, to), to);
    }
  }

  @Override
  public void forwardImmediate(Rows x, Rows rec, Rows syn, Rows mem, float[] alpha, float[] beta, float[] theta,
      ResetMechanism reset, Rows q, SpikeRows spk, SpikeRows rst, int t0, int t1, int from, int to) {
    assert Spans.words(from) && Spans.parameters(to, alpha, beta, theta) && Spans.rows(x, t0, t1, to)
        && Spans.optional(rec, t0, t1, to) && Spans.states(syn, t0, t1, to) && Spans.states(mem, t0, t1, to)
        && Spans.rows(q, t0, t1, to) && Spans.spikes(spk, t0, t1, to) && Spans.spikes(rst, t0, t1, to);
    for (int t = t0; t < t1; t++) {
      // The gates first: the membrane they are read from may be updated in place.
      ROWS.fire(mem.data(), mem.at(t), theta, rst.words(), rst.at(t), from, to);
      steps(x, rec, syn, mem, q.data(), q.at(t), 0, alpha, beta, theta, reset, spk, t, t + 1, from, to);
      System.arraycopy(q.data(), q.at(t) + from, mem.data(), mem.at(t + 1) + from, to - from);
      ROWS.resetImmediate(mem.data(), mem.at(t + 1), theta, reset, spk.words(), spk.at(t), rst.words(), rst.at(t), from,
          to);
    }
  }

  /** Steps [t0, t1) with delayed reset; the membrane of step t0 + s goes to {@code out[outAt + s*outStride]}. */
  private static void steps(Rows x, Rows rec, Rows syn, Rows mem, float[] out, int outAt, int outStride, float[] alpha,
      float[] beta, float[] theta, ResetMechanism reset, SpikeRows spk, int t0, int t1, int from, int to) {
    int wide = VectorShapes.BLOCK_NEURONS;
    int high = VectorShapes.stepsForward(t1 - t0, Math.max(x.stride(), outStride));
    for (int n = from; n < to; n += wide) {
      for (int t = t0; t < t1; t += high) {
        block(x, rec, syn, mem, out, outAt + (t - t0) * outStride, outStride, alpha, beta, theta, reset, spk,
            t, Math.min(t1, t + high), n, Math.min(to, n + wide));
      }
    }
  }

  private static void block(Rows x, Rows rec, Rows syn, Rows mem, float[] out, int outAt, int outStride, float[] alpha,
      float[] beta, float[] theta, ResetMechanism reset, SpikeRows spk, int t0, int t1, int from, int to) {
    int n = to - (to - from) % TILE;
    if (TILE < 64 || n < to) {
      for (int t = t0; t < t1; t++) {
        Arrays.fill(spk.words(), spk.at(t) + ((TILE < 64 ? from : n) >>> 6), spk.at(t) + SpikeRows.words(to), 0L);
      }
    }
    if (t1 - t0 == 1 || syn.stride() != 0) {
      // A loop that may or may not write the current boxes its vectors (C2 of JDK 25); few networks record it.
      for (int t = t0; t < t1; t++) {
        step(x, rec, syn, mem, out, outAt + (t - t0) * outStride, alpha, beta, theta, reset, spk, t, from, n);
      }
    } else if (outStride == 0) {
      through(x, rec, syn, mem, out, outAt, alpha, beta, theta, reset, spk, t0, t1, from, n);
    } else {
      throughRecording(x, rec, syn, mem, out, outAt, outStride, alpha, beta, theta, reset, spk, t0, t1, from, n);
    }
    for (; n <= to - LANES || (MASKED && n < to); n += LANES) {
      oneVector(x, rec, syn, mem, out, outAt, outStride, alpha, beta, theta, reset, spk, t0, t1, n, Math.min(LANES, to - n));
    }
    for (int t = t0; n < to && t < t1; t++) {
      spk.words()[spk.at(t) + (n >>> 6)] |= ScalarSynapticKernels.step(x.data(), x.at(t), rec.data(), rec.at(t),
          syn.data(), syn.at(t), syn.at(t + 1), mem.data(), mem.at(t), out, outAt + (t - t0) * outStride, alpha, beta,
          theta, reset, n, to);
    }
  }

  /**
   * Four vectors of neurons after four through all steps, parameters and states in registers; of the states only the
   * last is written. What the views hold is copied to locals first: C2 takes a vector's store for one that may have
   * changed any field, and would read them all again at every step, at twice the time.
   *
   * <p>What a neuron that fired loses in the next step, r*theta or the factor r, is chosen as soon as it fired: the next
   * step would compare, choose and multiply in the chain that all steps hang on, and C2 would keep a mask in memory.
   */
  private static void through(Rows x, Rows rec, Rows syn, Rows mem, float[] out, int outAt,
      float[] alpha, float[] beta, float[] theta, ResetMechanism reset, SpikeRows spk, int t0, int t1, int from,
      int to) {
    float[] xs = x.data();
    float[] recs = rec.data();
    boolean recurrent = !rec.isNone();
    long[] spikes = spk.words();
    float[] syns = syn.data();
    float[] mems = mem.data();
    int xFirst = x.at(t0);
    int recFirst = rec.at(t0);
    int spkFirst = spk.at(t0);
    int synFirst = syn.at(t0);
    int memFirst = mem.at(t0);
    int xStride = x.stride();
    int recStride = rec.stride();
    int spkStride = spk.stride();
    int synLast = syn.at(t1);
    int steps = t1 - t0;
    for (int n = from; n < to; n += TILE) {
      FloatVector a0 = FloatVector.fromArray(FLOATS, alpha, n);
      FloatVector a1 = FloatVector.fromArray(FLOATS, alpha, n + LANES);
      FloatVector a2 = FloatVector.fromArray(FLOATS, alpha, n + 2 * LANES);
      FloatVector a3 = FloatVector.fromArray(FLOATS, alpha, n + 3 * LANES);
      FloatVector b0 = FloatVector.fromArray(FLOATS, beta, n);
      FloatVector b1 = FloatVector.fromArray(FLOATS, beta, n + LANES);
      FloatVector b2 = FloatVector.fromArray(FLOATS, beta, n + 2 * LANES);
      FloatVector b3 = FloatVector.fromArray(FLOATS, beta, n + 3 * LANES);
      FloatVector th0 = FloatVector.fromArray(FLOATS, theta, n);
      FloatVector th1 = FloatVector.fromArray(FLOATS, theta, n + LANES);
      FloatVector th2 = FloatVector.fromArray(FLOATS, theta, n + 2 * LANES);
      FloatVector th3 = FloatVector.fromArray(FLOATS, theta, n + 3 * LANES);
      FloatVector i0 = FloatVector.fromArray(FLOATS, syns, synFirst + n);
      FloatVector i1 = FloatVector.fromArray(FLOATS, syns, synFirst + n + LANES);
      FloatVector i2 = FloatVector.fromArray(FLOATS, syns, synFirst + n + 2 * LANES);
      FloatVector i3 = FloatVector.fromArray(FLOATS, syns, synFirst + n + 3 * LANES);
      FloatVector m0 = FloatVector.fromArray(FLOATS, mems, memFirst + n);
      FloatVector m1 = FloatVector.fromArray(FLOATS, mems, memFirst + n + LANES);
      FloatVector m2 = FloatVector.fromArray(FLOATS, mems, memFirst + n + 2 * LANES);
      FloatVector m3 = FloatVector.fromArray(FLOATS, mems, memFirst + n + 3 * LANES);
      int xAt = xFirst + n;
      int recAt = recFirst + n;
      int spkAt = spkFirst + (n >>> 6);
      FloatVector none0 = th0.mul(0f);
      FloatVector none1 = th1.mul(0f);
      FloatVector none2 = th2.mul(0f);
      FloatVector none3 = th3.mul(0f);
      FloatVector r0 = reset == ResetMechanism.SUBTRACT
          ? none0.blend(th0, m0.compare(VectorOperators.GT, th0))
          : FloatVector.zero(FLOATS).blend(1f, m0.compare(VectorOperators.GT, th0));
      FloatVector r1 = reset == ResetMechanism.SUBTRACT
          ? none1.blend(th1, m1.compare(VectorOperators.GT, th1))
          : FloatVector.zero(FLOATS).blend(1f, m1.compare(VectorOperators.GT, th1));
      FloatVector r2 = reset == ResetMechanism.SUBTRACT
          ? none2.blend(th2, m2.compare(VectorOperators.GT, th2))
          : FloatVector.zero(FLOATS).blend(1f, m2.compare(VectorOperators.GT, th2));
      FloatVector r3 = reset == ResetMechanism.SUBTRACT
          ? none3.blend(th3, m3.compare(VectorOperators.GT, th3))
          : FloatVector.zero(FLOATS).blend(1f, m3.compare(VectorOperators.GT, th3));
      for (int s = 0; s < steps; s++) {
        i0 = a0.mul(i0).add(FloatVector.fromArray(FLOATS, xs, xAt));
        i1 = a1.mul(i1).add(FloatVector.fromArray(FLOATS, xs, xAt + LANES));
        i2 = a2.mul(i2).add(FloatVector.fromArray(FLOATS, xs, xAt + 2 * LANES));
        i3 = a3.mul(i3).add(FloatVector.fromArray(FLOATS, xs, xAt + 3 * LANES));
        if (recurrent) {
          i0 = i0.add(FloatVector.fromArray(FLOATS, recs, recAt));
          i1 = i1.add(FloatVector.fromArray(FLOATS, recs, recAt + LANES));
          i2 = i2.add(FloatVector.fromArray(FLOATS, recs, recAt + 2 * LANES));
          i3 = i3.add(FloatVector.fromArray(FLOATS, recs, recAt + 3 * LANES));
        }
        m0 = b0.mul(m0).add(i0);
        m1 = b1.mul(m1).add(i1);
        m2 = b2.mul(m2).add(i2);
        m3 = b3.mul(m3).add(i3);
        if (reset == ResetMechanism.SUBTRACT) {
          m0 = m0.sub(r0);
          m1 = m1.sub(r1);
          m2 = m2.sub(r2);
          m3 = m3.sub(r3);
        } else if (reset == ResetMechanism.ZERO) {
          m0 = m0.sub(r0.mul(m0));
          m1 = m1.sub(r1.mul(m1));
          m2 = m2.sub(r2.mul(m2));
          m3 = m3.sub(r3.mul(m3));
        }
        VectorMask<Float> spk0 = m0.compare(VectorOperators.GT, th0);
        VectorMask<Float> spk1 = m1.compare(VectorOperators.GT, th1);
        VectorMask<Float> spk2 = m2.compare(VectorOperators.GT, th2);
        VectorMask<Float> spk3 = m3.compare(VectorOperators.GT, th3);
        if (reset == ResetMechanism.SUBTRACT) {
          r0 = none0.blend(th0, spk0);
          r1 = none1.blend(th1, spk1);
          r2 = none2.blend(th2, spk2);
          r3 = none3.blend(th3, spk3);
        } else {
          r0 = FloatVector.zero(FLOATS).blend(1f, spk0);
          r1 = FloatVector.zero(FLOATS).blend(1f, spk1);
          r2 = FloatVector.zero(FLOATS).blend(1f, spk2);
          r3 = FloatVector.zero(FLOATS).blend(1f, spk3);
        }
        long word = spk0.toLong() | (spk1.toLong() << LANES) | (spk2.toLong() << (2 * LANES))
            | (spk3.toLong() << (3 * LANES));
        spikes[spkAt] = TILE == 64 ? word : spikes[spkAt] | word << n;
        xAt += xStride;
        recAt += recStride;
        spkAt += spkStride;
      }
      i0.intoArray(syns, synLast + n);
      i1.intoArray(syns, synLast + n + LANES);
      i2.intoArray(syns, synLast + n + 2 * LANES);
      i3.intoArray(syns, synLast + n + 3 * LANES);
      m0.intoArray(out, outAt + n);
      m1.intoArray(out, outAt + n + LANES);
      m2.intoArray(out, outAt + n + 2 * LANES);
      m3.intoArray(out, outAt + n + 3 * LANES);
    }
  }

  /** The same, with the membrane of all steps written; one method for both would box its vectors (C2 of JDK 25). */
  private static void throughRecording(Rows x, Rows rec, Rows syn, Rows mem, float[] out, int outAt, int outStride,
      float[] alpha, float[] beta, float[] theta, ResetMechanism reset, SpikeRows spk, int t0, int t1, int from,
      int to) {
    float[] xs = x.data();
    float[] recs = rec.data();
    boolean recurrent = !rec.isNone();
    long[] spikes = spk.words();
    float[] syns = syn.data();
    float[] mems = mem.data();
    int xFirst = x.at(t0);
    int recFirst = rec.at(t0);
    int spkFirst = spk.at(t0);
    int synFirst = syn.at(t0);
    int memFirst = mem.at(t0);
    int xStride = x.stride();
    int recStride = rec.stride();
    int spkStride = spk.stride();
    int synLast = syn.at(t1);
    int steps = t1 - t0;
    for (int n = from; n < to; n += TILE) {
      FloatVector a0 = FloatVector.fromArray(FLOATS, alpha, n);
      FloatVector a1 = FloatVector.fromArray(FLOATS, alpha, n + LANES);
      FloatVector a2 = FloatVector.fromArray(FLOATS, alpha, n + 2 * LANES);
      FloatVector a3 = FloatVector.fromArray(FLOATS, alpha, n + 3 * LANES);
      FloatVector b0 = FloatVector.fromArray(FLOATS, beta, n);
      FloatVector b1 = FloatVector.fromArray(FLOATS, beta, n + LANES);
      FloatVector b2 = FloatVector.fromArray(FLOATS, beta, n + 2 * LANES);
      FloatVector b3 = FloatVector.fromArray(FLOATS, beta, n + 3 * LANES);
      FloatVector th0 = FloatVector.fromArray(FLOATS, theta, n);
      FloatVector th1 = FloatVector.fromArray(FLOATS, theta, n + LANES);
      FloatVector th2 = FloatVector.fromArray(FLOATS, theta, n + 2 * LANES);
      FloatVector th3 = FloatVector.fromArray(FLOATS, theta, n + 3 * LANES);
      FloatVector i0 = FloatVector.fromArray(FLOATS, syns, synFirst + n);
      FloatVector i1 = FloatVector.fromArray(FLOATS, syns, synFirst + n + LANES);
      FloatVector i2 = FloatVector.fromArray(FLOATS, syns, synFirst + n + 2 * LANES);
      FloatVector i3 = FloatVector.fromArray(FLOATS, syns, synFirst + n + 3 * LANES);
      FloatVector m0 = FloatVector.fromArray(FLOATS, mems, memFirst + n);
      FloatVector m1 = FloatVector.fromArray(FLOATS, mems, memFirst + n + LANES);
      FloatVector m2 = FloatVector.fromArray(FLOATS, mems, memFirst + n + 2 * LANES);
      FloatVector m3 = FloatVector.fromArray(FLOATS, mems, memFirst + n + 3 * LANES);
      int xAt = xFirst + n;
      int recAt = recFirst + n;
      int spkAt = spkFirst + (n >>> 6);
      int at = outAt + n;
      FloatVector none0 = th0.mul(0f);
      FloatVector none1 = th1.mul(0f);
      FloatVector none2 = th2.mul(0f);
      FloatVector none3 = th3.mul(0f);
      FloatVector r0 = reset == ResetMechanism.SUBTRACT
          ? none0.blend(th0, m0.compare(VectorOperators.GT, th0))
          : FloatVector.zero(FLOATS).blend(1f, m0.compare(VectorOperators.GT, th0));
      FloatVector r1 = reset == ResetMechanism.SUBTRACT
          ? none1.blend(th1, m1.compare(VectorOperators.GT, th1))
          : FloatVector.zero(FLOATS).blend(1f, m1.compare(VectorOperators.GT, th1));
      FloatVector r2 = reset == ResetMechanism.SUBTRACT
          ? none2.blend(th2, m2.compare(VectorOperators.GT, th2))
          : FloatVector.zero(FLOATS).blend(1f, m2.compare(VectorOperators.GT, th2));
      FloatVector r3 = reset == ResetMechanism.SUBTRACT
          ? none3.blend(th3, m3.compare(VectorOperators.GT, th3))
          : FloatVector.zero(FLOATS).blend(1f, m3.compare(VectorOperators.GT, th3));
      for (int s = 0; s < steps; s++) {
        i0 = a0.mul(i0).add(FloatVector.fromArray(FLOATS, xs, xAt));
        i1 = a1.mul(i1).add(FloatVector.fromArray(FLOATS, xs, xAt + LANES));
        i2 = a2.mul(i2).add(FloatVector.fromArray(FLOATS, xs, xAt + 2 * LANES));
        i3 = a3.mul(i3).add(FloatVector.fromArray(FLOATS, xs, xAt + 3 * LANES));
        if (recurrent) {
          i0 = i0.add(FloatVector.fromArray(FLOATS, recs, recAt));
          i1 = i1.add(FloatVector.fromArray(FLOATS, recs, recAt + LANES));
          i2 = i2.add(FloatVector.fromArray(FLOATS, recs, recAt + 2 * LANES));
          i3 = i3.add(FloatVector.fromArray(FLOATS, recs, recAt + 3 * LANES));
        }
        m0 = b0.mul(m0).add(i0);
        m1 = b1.mul(m1).add(i1);
        m2 = b2.mul(m2).add(i2);
        m3 = b3.mul(m3).add(i3);
        if (reset == ResetMechanism.SUBTRACT) {
          m0 = m0.sub(r0);
          m1 = m1.sub(r1);
          m2 = m2.sub(r2);
          m3 = m3.sub(r3);
        } else if (reset == ResetMechanism.ZERO) {
          m0 = m0.sub(r0.mul(m0));
          m1 = m1.sub(r1.mul(m1));
          m2 = m2.sub(r2.mul(m2));
          m3 = m3.sub(r3.mul(m3));
        }
        m0.intoArray(out, at);
        m1.intoArray(out, at + LANES);
        m2.intoArray(out, at + 2 * LANES);
        m3.intoArray(out, at + 3 * LANES);
        VectorMask<Float> spk0 = m0.compare(VectorOperators.GT, th0);
        VectorMask<Float> spk1 = m1.compare(VectorOperators.GT, th1);
        VectorMask<Float> spk2 = m2.compare(VectorOperators.GT, th2);
        VectorMask<Float> spk3 = m3.compare(VectorOperators.GT, th3);
        if (reset == ResetMechanism.SUBTRACT) {
          r0 = none0.blend(th0, spk0);
          r1 = none1.blend(th1, spk1);
          r2 = none2.blend(th2, spk2);
          r3 = none3.blend(th3, spk3);
        } else {
          r0 = FloatVector.zero(FLOATS).blend(1f, spk0);
          r1 = FloatVector.zero(FLOATS).blend(1f, spk1);
          r2 = FloatVector.zero(FLOATS).blend(1f, spk2);
          r3 = FloatVector.zero(FLOATS).blend(1f, spk3);
        }
        long word = spk0.toLong() | (spk1.toLong() << LANES) | (spk2.toLong() << (2 * LANES))
            | (spk3.toLong() << (3 * LANES));
        spikes[spkAt] = TILE == 64 ? word : spikes[spkAt] | word << n;
        xAt += xStride;
        recAt += recStride;
        at += outStride;
        spkAt += spkStride;
      }
      i0.intoArray(syns, synLast + n);
      i1.intoArray(syns, synLast + n + LANES);
      i2.intoArray(syns, synLast + n + 2 * LANES);
      i3.intoArray(syns, synLast + n + 3 * LANES);
    }
  }

  /** Four vectors of neurons after four through one step: {@link #through} without its inner loop, a fifth faster. */
  private static void step(Rows x, Rows rec, Rows syn, Rows mem, float[] out, int outAt, float[] alpha,
      float[] beta, float[] theta, ResetMechanism reset, SpikeRows spk, int t, int from, int to) {
    float[] xs = x.data();
    float[] recs = rec.data();
    boolean recurrent = !rec.isNone();
    long[] spikes = spk.words();
    float[] syns = syn.data();
    float[] mems = mem.data();
    int xAt = x.at(t);
    int recAt = rec.at(t);
    int spkAt = spk.at(t);
    int synAt = syn.at(t);
    int synNext = syn.at(t + 1);
    int memAt = mem.at(t);
    for (int n = from; n < to; n += TILE) {
      FloatVector th0 = FloatVector.fromArray(FLOATS, theta, n);
      FloatVector th1 = FloatVector.fromArray(FLOATS, theta, n + LANES);
      FloatVector th2 = FloatVector.fromArray(FLOATS, theta, n + 2 * LANES);
      FloatVector th3 = FloatVector.fromArray(FLOATS, theta, n + 3 * LANES);
      FloatVector m0 = FloatVector.fromArray(FLOATS, mems, memAt + n);
      FloatVector m1 = FloatVector.fromArray(FLOATS, mems, memAt + n + LANES);
      FloatVector m2 = FloatVector.fromArray(FLOATS, mems, memAt + n + 2 * LANES);
      FloatVector m3 = FloatVector.fromArray(FLOATS, mems, memAt + n + 3 * LANES);
      FloatVector r0 = FloatVector.zero(FLOATS).blend(1f, m0.compare(VectorOperators.GT, th0));
      FloatVector r1 = FloatVector.zero(FLOATS).blend(1f, m1.compare(VectorOperators.GT, th1));
      FloatVector r2 = FloatVector.zero(FLOATS).blend(1f, m2.compare(VectorOperators.GT, th2));
      FloatVector r3 = FloatVector.zero(FLOATS).blend(1f, m3.compare(VectorOperators.GT, th3));
      FloatVector i0 = FloatVector.fromArray(FLOATS, alpha, n)
          .mul(FloatVector.fromArray(FLOATS, syns, synAt + n))
          .add(FloatVector.fromArray(FLOATS, xs, xAt + n));
      FloatVector i1 = FloatVector.fromArray(FLOATS, alpha, n + LANES)
          .mul(FloatVector.fromArray(FLOATS, syns, synAt + n + LANES))
          .add(FloatVector.fromArray(FLOATS, xs, xAt + n + LANES));
      FloatVector i2 = FloatVector.fromArray(FLOATS, alpha, n + 2 * LANES)
          .mul(FloatVector.fromArray(FLOATS, syns, synAt + n + 2 * LANES))
          .add(FloatVector.fromArray(FLOATS, xs, xAt + n + 2 * LANES));
      FloatVector i3 = FloatVector.fromArray(FLOATS, alpha, n + 3 * LANES)
          .mul(FloatVector.fromArray(FLOATS, syns, synAt + n + 3 * LANES))
          .add(FloatVector.fromArray(FLOATS, xs, xAt + n + 3 * LANES));
      if (recurrent) {
        i0 = i0.add(FloatVector.fromArray(FLOATS, recs, recAt + n));
        i1 = i1.add(FloatVector.fromArray(FLOATS, recs, recAt + n + LANES));
        i2 = i2.add(FloatVector.fromArray(FLOATS, recs, recAt + n + 2 * LANES));
        i3 = i3.add(FloatVector.fromArray(FLOATS, recs, recAt + n + 3 * LANES));
      }
      m0 = FloatVector.fromArray(FLOATS, beta, n).mul(m0).add(i0);
      m1 = FloatVector.fromArray(FLOATS, beta, n + LANES).mul(m1).add(i1);
      m2 = FloatVector.fromArray(FLOATS, beta, n + 2 * LANES).mul(m2).add(i2);
      m3 = FloatVector.fromArray(FLOATS, beta, n + 3 * LANES).mul(m3).add(i3);
      if (reset == ResetMechanism.SUBTRACT) {
        m0 = m0.sub(r0.mul(th0));
        m1 = m1.sub(r1.mul(th1));
        m2 = m2.sub(r2.mul(th2));
        m3 = m3.sub(r3.mul(th3));
      } else if (reset == ResetMechanism.ZERO) {
        m0 = m0.sub(r0.mul(m0));
        m1 = m1.sub(r1.mul(m1));
        m2 = m2.sub(r2.mul(m2));
        m3 = m3.sub(r3.mul(m3));
      }
      i0.intoArray(syns, synNext + n);
      i1.intoArray(syns, synNext + n + LANES);
      i2.intoArray(syns, synNext + n + 2 * LANES);
      i3.intoArray(syns, synNext + n + 3 * LANES);
      m0.intoArray(out, outAt + n);
      m1.intoArray(out, outAt + n + LANES);
      m2.intoArray(out, outAt + n + 2 * LANES);
      m3.intoArray(out, outAt + n + 3 * LANES);
      long word = m0.compare(VectorOperators.GT, th0).toLong()
          | (m1.compare(VectorOperators.GT, th1).toLong() << LANES)
          | (m2.compare(VectorOperators.GT, th2).toLong() << (2 * LANES))
          | (m3.compare(VectorOperators.GT, th3).toLong() << (3 * LANES));
      int at = spkAt + (n >>> 6);
      spikes[at] = TILE == 64 ? word : spikes[at] | word << n;
    }
  }

  /**
   * One vector of neurons, or its first {@code count} lanes, through all steps, where four vectors are too wide. What lanes
   * beyond hold stays 0, and fires never.
   */
  private static void oneVector(Rows x, Rows rec, Rows syn, Rows mem, float[] out, int outAt, int outStride,
      float[] alpha, float[] beta, float[] theta, ResetMechanism reset, SpikeRows spk, int t0, int t1, int n, int count) {
    VectorMask<Float> lanes = VectorMask.fromLong(FLOATS, (1L << count) - 1);
    FloatVector a = MASKED ? FloatVector.fromArray(FLOATS, alpha, n, lanes) : FloatVector.fromArray(FLOATS, alpha, n);
    FloatVector b = MASKED ? FloatVector.fromArray(FLOATS, beta, n, lanes) : FloatVector.fromArray(FLOATS, beta, n);
    FloatVector th = MASKED ? FloatVector.fromArray(FLOATS, theta, n, lanes) : FloatVector.fromArray(FLOATS, theta, n);
    FloatVector i = MASKED
        ? FloatVector.fromArray(FLOATS, syn.data(), syn.at(t0) + n, lanes)
        : FloatVector.fromArray(FLOATS, syn.data(), syn.at(t0) + n);
    FloatVector m = MASKED
        ? FloatVector.fromArray(FLOATS, mem.data(), mem.at(t0) + n, lanes)
        : FloatVector.fromArray(FLOATS, mem.data(), mem.at(t0) + n);
    float[] xs = x.data();
    float[] recs = rec.data();
    boolean recurrent = !rec.isNone();
    long[] spikes = spk.words();
    float[] syns = syn.data();
    int xAt = x.at(t0) + n;
    int recAt = rec.at(t0) + n;
    int spkAt = spk.at(t0) + (n >>> 6);
    int synAt = syn.at(t0) + n;
    int at = outAt + n;
    int xStride = x.stride();
    int recStride = rec.stride();
    int spkStride = spk.stride();
    int synStride = syn.stride();
    for (int t = t0; t < t1; t++) {
      FloatVector r = FloatVector.zero(FLOATS).blend(1f, m.compare(VectorOperators.GT, th));
      i = a.mul(i).add(MASKED
          ? FloatVector.fromArray(FLOATS, xs, xAt, lanes)
          : FloatVector.fromArray(FLOATS, xs, xAt));
      if (recurrent) {
        i = i.add(MASKED
            ? FloatVector.fromArray(FLOATS, recs, recAt, lanes)
            : FloatVector.fromArray(FLOATS, recs, recAt));
      }
      m = b.mul(m).add(i);
      if (reset == ResetMechanism.SUBTRACT) {
        m = m.sub(r.mul(th));
      } else if (reset == ResetMechanism.ZERO) {
        m = m.sub(r.mul(m));
      }
      synAt += synStride;
      if (MASKED) {
        i.intoArray(syns, synAt, lanes);
        m.intoArray(out, at, lanes);
      } else {
        i.intoArray(syns, synAt);
        m.intoArray(out, at);
      }
      spikes[spkAt] |= m.compare(VectorOperators.GT, th).toLong() << n;
      xAt += xStride;
      recAt += recStride;
      at += outStride;
      spkAt += spkStride;
    }
  }

  @Override
  public void backwardDelayed(Rows gSpk, Rows gSyn, Rows gMem, SurrogateDerivative sg, Rows syn, Rows mem, float[] cSyn,
      float[] cMem, float[] alpha, float[] beta, float[] theta, ResetMechanism reset, boolean learn, float[] gAlpha,
      float[] gBeta, float[] gTheta, Rows gx, int t0, int t1, int from, int to) {
    assert Spans.parameters(to, alpha, beta, theta, cSyn, cMem) && Spans.rows(gSpk, t0, t1, from, to)
        && Spans.optional(gSyn, t0, t1, to) && Spans.optional(gMem, t0, t1, to)
        && Spans.derivative(sg, t0, t1, from, to) && Spans.states(mem, t0, t1, to) && Spans.rows(gx, t0, t1, to)
        && Spans.wanted(learn, to, gAlpha, gBeta, gTheta)
        && (!learn || Spans.summedAfterwards(gx, syn, t0, t1, from, to));
    int wide = VectorShapes.BLOCK_NEURONS;
    int steps = t1 - t0;
    for (int n = from; n < to; n += wide) {
      for (int i = VectorShapes.blocksBackward(steps) - 1; i >= 0; i--) {
        blockBack(gSpk, gSyn, gMem, sg, syn, mem, cSyn, cMem, alpha, beta, theta, reset, learn, gAlpha, gBeta,
            gTheta, gx, t0 + VectorShapes.firstBackward(steps, i),
            t0 + VectorShapes.firstBackward(steps, i + 1), n, Math.min(to, n + wide));
      }
    }
  }

  /** One block of {@link VectorShapes#blocksBackward}. */
  private static void blockBack(Rows gSpk, Rows gSyn, Rows gMem, SurrogateDerivative sg, Rows syn, Rows mem, float[] cSyn,
      float[] cMem, float[] alpha, float[] beta, float[] theta, ResetMechanism reset, boolean learn, float[] gAlpha,
      float[] gBeta, float[] gTheta, Rows gx, int t0, int t1, int from, int to) {
    int tiles = to - (to - from) % TILE;
    int bound = to - (to - from) % LANES;
    if (t1 - t0 == 1) {
      tiles = from;
    } else if (learn) {
      for (int n = from; n < tiles; n += NEURONS_BEFORE_ALPHA) {
        int end = Math.min(tiles, n + NEURONS_BEFORE_ALPHA);
        backLearning(gSpk, gSyn, gMem, sg, mem, cSyn, cMem, alpha, beta, theta, reset, gBeta, gTheta, gx, t0, t1, n, end);
        addToAlpha(gx, syn, gAlpha, t0, t1, n, end);
      }
    } else {
      back(gSpk, gSyn, gMem, sg, mem, cSyn, cMem, alpha, beta, theta, reset, gx, t0, t1, from, tiles);
    }
    for (int t = t1 - 1; tiles < to && t >= t0; t--) {
      backStep(gSpk, gSyn, gMem, sg, syn, mem, cSyn, cMem, alpha, beta, theta, reset, learn, gAlpha, gBeta, gTheta, gx,
          t, tiles, bound);
      ScalarSynapticKernels.delayedBack(gSpk.data(), gSpk.at(t), gSyn.data(), gSyn.at(t), gMem.data(), gMem.at(t), sg, t,
          syn.data(), syn.at(t), mem.data(), mem.at(t), mem.at(t + 1), cSyn, cMem, alpha, beta, theta, reset, learn,
          gAlpha, gBeta, gTheta, gx.data(), gx.at(t), bound, to);
    }
  }

  /**
   * Four vectors of neurons after four through steps t1-1 to t0, what is carried in registers. Neurons ascend, as some
   * hardware prefetchers follow no row downwards: in pages of 4 KiB, Zen 4 then takes up to twice as long from memory.
   */
  private static void back(Rows gSpk, Rows gSyn, Rows gMem, SurrogateDerivative sg, Rows mem, float[] cSyn,
      float[] cMem, float[] alpha, float[] beta, float[] theta, ResetMechanism reset, Rows gx, int t0, int t1, int from,
      int to) {
    float[] gSpks = gSpk.data();
    float[] gSyns = gSyn.data();
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
    boolean givenSyn = !gSyn.isNone();
    int gSpkLast = gSpk.at(t1 - 1);
    int gSynLast = gSyn.at(t1 - 1);
    int gMemLast = gMem.at(t1 - 1);
    int sgLast = sg.rows().at(t1 - 1);
    int memLast = mem.at(t1 - 1);
    int firedLast = mem.at(t1);
    int gxLast = gx.at(t1 - 1);
    int gSpkStride = gSpk.stride();
    int gSynStride = gSyn.stride();
    int gMemStride = gMem.stride();
    int sgStride = sg.rows().stride();
    int memStride = mem.stride();
    int gxStride = gx.stride();
    int steps = t1 - t0;
    for (int n = from; n < to; n += TILE) {
      FloatVector a0 = FloatVector.fromArray(FLOATS, alpha, n);
      FloatVector a1 = FloatVector.fromArray(FLOATS, alpha, n + LANES);
      FloatVector a2 = FloatVector.fromArray(FLOATS, alpha, n + 2 * LANES);
      FloatVector a3 = FloatVector.fromArray(FLOATS, alpha, n + 3 * LANES);
      FloatVector b0 = FloatVector.fromArray(FLOATS, beta, n);
      FloatVector b1 = FloatVector.fromArray(FLOATS, beta, n + LANES);
      FloatVector b2 = FloatVector.fromArray(FLOATS, beta, n + 2 * LANES);
      FloatVector b3 = FloatVector.fromArray(FLOATS, beta, n + 3 * LANES);
      FloatVector th0 = FloatVector.fromArray(FLOATS, theta, n);
      FloatVector th1 = FloatVector.fromArray(FLOATS, theta, n + LANES);
      FloatVector th2 = FloatVector.fromArray(FLOATS, theta, n + 2 * LANES);
      FloatVector th3 = FloatVector.fromArray(FLOATS, theta, n + 3 * LANES);
      FloatVector cs0 = FloatVector.fromArray(FLOATS, cSyn, n);
      FloatVector cs1 = FloatVector.fromArray(FLOATS, cSyn, n + LANES);
      FloatVector cs2 = FloatVector.fromArray(FLOATS, cSyn, n + 2 * LANES);
      FloatVector cs3 = FloatVector.fromArray(FLOATS, cSyn, n + 3 * LANES);
      FloatVector cm0 = FloatVector.fromArray(FLOATS, cMem, n);
      FloatVector cm1 = FloatVector.fromArray(FLOATS, cMem, n + LANES);
      FloatVector cm2 = FloatVector.fromArray(FLOATS, cMem, n + 2 * LANES);
      FloatVector cm3 = FloatVector.fromArray(FLOATS, cMem, n + 3 * LANES);
      int gSpkAt = gSpkLast + n;
      int gSynAt = gSynLast + n;
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
        if (givenSyn) {
          cs0 = FloatVector.fromArray(FLOATS, gSyns, gSynAt).add(cs0);
          cs1 = FloatVector.fromArray(FLOATS, gSyns, gSynAt + LANES).add(cs1);
          cs2 = FloatVector.fromArray(FLOATS, gSyns, gSynAt + 2 * LANES).add(cs2);
          cs3 = FloatVector.fromArray(FLOATS, gSyns, gSynAt + 3 * LANES).add(cs3);
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
        FloatVector gi0 = cs0.add(gu0);
        FloatVector gi1 = cs1.add(gu1);
        FloatVector gi2 = cs2.add(gu2);
        FloatVector gi3 = cs3.add(gu3);
        cm0 = b0.mul(gu0);
        cm1 = b1.mul(gu1);
        cm2 = b2.mul(gu2);
        cm3 = b3.mul(gu3);
        cs0 = a0.mul(gi0);
        cs1 = a1.mul(gi1);
        cs2 = a2.mul(gi2);
        cs3 = a3.mul(gi3);
        gi0.intoArray(gxs, gxAt);
        gi1.intoArray(gxs, gxAt + LANES);
        gi2.intoArray(gxs, gxAt + 2 * LANES);
        gi3.intoArray(gxs, gxAt + 3 * LANES);
        gSpkAt -= gSpkStride;
        gSynAt -= gSynStride;
        gMemAt -= gMemStride;
        sgAt -= sgStride;
        memAt -= memStride;
        firedAt -= memStride;
        gxAt -= gxStride;
      }
      cs0.intoArray(cSyn, n);
      cs1.intoArray(cSyn, n + LANES);
      cs2.intoArray(cSyn, n + 2 * LANES);
      cs3.intoArray(cSyn, n + 3 * LANES);
      cm0.intoArray(cMem, n);
      cm1.intoArray(cMem, n + LANES);
      cm2.intoArray(cMem, n + 2 * LANES);
      cm3.intoArray(cMem, n + 3 * LANES);
    }
  }

  /** The same with gradients of the membrane's decay and the threshold, whose sums take the registers of two more vectors. */
  private static void backLearning(Rows gSpk, Rows gSyn, Rows gMem, SurrogateDerivative sg, Rows mem, float[] cSyn,
      float[] cMem, float[] alpha, float[] beta, float[] theta, ResetMechanism reset, float[] gBeta, float[] gTheta, Rows gx,
      int t0, int t1, int from, int to) {
    float[] gSpks = gSpk.data();
    float[] gSyns = gSyn.data();
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
    boolean givenSyn = !gSyn.isNone();
    int gSpkLast = gSpk.at(t1 - 1);
    int gSynLast = gSyn.at(t1 - 1);
    int gMemLast = gMem.at(t1 - 1);
    int sgLast = sg.rows().at(t1 - 1);
    int memLast = mem.at(t1 - 1);
    int firedLast = mem.at(t1);
    int gxLast = gx.at(t1 - 1);
    int gSpkStride = gSpk.stride();
    int gSynStride = gSyn.stride();
    int gMemStride = gMem.stride();
    int sgStride = sg.rows().stride();
    int memStride = mem.stride();
    int gxStride = gx.stride();
    int steps = t1 - t0;
    for (int n = from; n < to; n += 2 * LANES) {
      FloatVector a0 = FloatVector.fromArray(FLOATS, alpha, n);
      FloatVector a1 = FloatVector.fromArray(FLOATS, alpha, n + LANES);
      FloatVector b0 = FloatVector.fromArray(FLOATS, beta, n);
      FloatVector b1 = FloatVector.fromArray(FLOATS, beta, n + LANES);
      FloatVector th0 = FloatVector.fromArray(FLOATS, theta, n);
      FloatVector th1 = FloatVector.fromArray(FLOATS, theta, n + LANES);
      FloatVector cs0 = FloatVector.fromArray(FLOATS, cSyn, n);
      FloatVector cs1 = FloatVector.fromArray(FLOATS, cSyn, n + LANES);
      FloatVector cm0 = FloatVector.fromArray(FLOATS, cMem, n);
      FloatVector cm1 = FloatVector.fromArray(FLOATS, cMem, n + LANES);
      FloatVector sumBeta0 = FloatVector.fromArray(FLOATS, gBeta, n);
      FloatVector sumBeta1 = FloatVector.fromArray(FLOATS, gBeta, n + LANES);
      FloatVector sumTheta0 = FloatVector.fromArray(FLOATS, gTheta, n);
      FloatVector sumTheta1 = FloatVector.fromArray(FLOATS, gTheta, n + LANES);
      int gSpkAt = gSpkLast + n;
      int gSynAt = gSynLast + n;
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
        if (givenSyn) {
          cs0 = FloatVector.fromArray(FLOATS, gSyns, gSynAt).add(cs0);
          cs1 = FloatVector.fromArray(FLOATS, gSyns, gSynAt + LANES).add(cs1);
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
        FloatVector gi0 = cs0.add(gu0);
        FloatVector gi1 = cs1.add(gu1);
        sumTheta0 = sumTheta0.sub(gz0);
        sumTheta1 = sumTheta1.sub(gz1);
        sumBeta0 = sumBeta0.add(gu0.mul(m0));
        sumBeta1 = sumBeta1.add(gu1.mul(m1));
        cm0 = b0.mul(gu0);
        cm1 = b1.mul(gu1);
        cs0 = a0.mul(gi0);
        cs1 = a1.mul(gi1);
        gi0.intoArray(gxs, gxAt);
        gi1.intoArray(gxs, gxAt + LANES);
        gSpkAt -= gSpkStride;
        gSynAt -= gSynStride;
        gMemAt -= gMemStride;
        sgAt -= sgStride;
        memAt -= memStride;
        firedAt -= memStride;
        gxAt -= gxStride;
      }
      cs0.intoArray(cSyn, n);
      cs1.intoArray(cSyn, n + LANES);
      cm0.intoArray(cMem, n);
      cm1.intoArray(cMem, n + LANES);
      sumBeta0.intoArray(gBeta, n);
      sumBeta1.intoArray(gBeta, n + LANES);
      sumTheta0.intoArray(gTheta, n);
      sumTheta1.intoArray(gTheta, n + LANES);
    }
  }

  /**
   * The gradient of the current's decay, from what {@link #backLearning} left in gx: {@code gAlpha[n] += gx[t][n]*syn[t][n]}, t
   * descending.
   */
  private static void addToAlpha(Rows gx, Rows syn, float[] gAlpha, int t0, int t1, int from, int to) {
    float[] gxs = gx.data();
    float[] syns = syn.data();
    int gxLast = gx.at(t1 - 1);
    int synLast = syn.at(t1 - 1);
    int gxStride = gx.stride();
    int synStride = syn.stride();
    int steps = t1 - t0;
    for (int n = from; n < to; n += 2 * LANES) {
      FloatVector sum0 = FloatVector.fromArray(FLOATS, gAlpha, n);
      FloatVector sum1 = FloatVector.fromArray(FLOATS, gAlpha, n + LANES);
      int gxAt = gxLast + n;
      int synAt = synLast + n;
      for (int s = 0; s < steps; s++) {
        sum0 = sum0.add(FloatVector.fromArray(FLOATS, gxs, gxAt).mul(FloatVector.fromArray(FLOATS, syns, synAt)));
        sum1 = sum1.add(FloatVector.fromArray(FLOATS, gxs, gxAt + LANES)
            .mul(FloatVector.fromArray(FLOATS, syns, synAt + LANES)));
        gxAt -= gxStride;
        synAt -= synStride;
      }
      sum0.intoArray(gAlpha, n);
      sum1.intoArray(gAlpha, n + LANES);
    }
  }

  /** Step t backward. */
  private static void backStep(Rows gSpk, Rows gSyn, Rows gMem, SurrogateDerivative sg, Rows syn, Rows mem, float[] cSyn,
      float[] cMem, float[] alpha, float[] beta, float[] theta, ResetMechanism reset, boolean learn, float[] gAlpha,
      float[] gBeta, float[] gTheta, Rows gx, int t, int from, int to) {
    float[] gSpks = gSpk.data();
    float[] gSyns = gSyn.data();
    float[] gMems = gMem.data();
    float[] sgs = sg.rows().data();
    boolean computed = sg.computed();
    FloatVector peak = FloatVector.broadcast(FLOATS, sg.peak());
    float steepness = sg.steepness();
    float offset = sg.offset();
    float floor = sg.floor();
    float[] syns = syn.data();
    float[] mems = mem.data();
    float[] gxs = gx.data();
    boolean givenMem = !gMem.isNone();
    boolean givenSyn = !gSyn.isNone();
    int gSpkAt = gSpk.at(t);
    int gSynAt = gSyn.at(t);
    int gMemAt = gMem.at(t);
    int sgAt = sg.rows().at(t);
    int synAt = syn.at(t);
    int memAt = mem.at(t);
    int firedAt = mem.at(t + 1);
    int gxAt = gx.at(t);
    for (int n = from; n < to; n += LANES) {
      FloatVector a = FloatVector.fromArray(FLOATS, alpha, n);
      FloatVector b = FloatVector.fromArray(FLOATS, beta, n);
      FloatVector th = FloatVector.fromArray(FLOATS, theta, n);
      FloatVector cs = FloatVector.fromArray(FLOATS, cSyn, n);
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
      if (givenSyn) {
        cs = FloatVector.fromArray(FLOATS, gSyns, gSynAt + n).add(cs);
      }
      FloatVector gp = cm.add(gz);
      FloatVector gu = reset == ResetMechanism.ZERO ? FloatVector.broadcast(FLOATS, 1f).sub(r).mul(gp)
          : gp;
      FloatVector gi = cs.add(gu);
      cm = b.mul(gu);
      cs = a.mul(gi);
      gi.intoArray(gxs, gxAt + n);
      cm.intoArray(cMem, n);
      cs.intoArray(cSyn, n);
      if (learn) {
        FloatVector sumAlpha = FloatVector.fromArray(FLOATS, gAlpha, n);
        FloatVector sumBeta = FloatVector.fromArray(FLOATS, gBeta, n);
        FloatVector sumTheta = FloatVector.fromArray(FLOATS, gTheta, n);
        sumTheta = sumTheta.sub(reset == ResetMechanism.SUBTRACT ? gz.add(r.mul(gp)) : gz);
        sumBeta = sumBeta.add(gu.mul(m));
        sumAlpha = sumAlpha.add(gi.mul(FloatVector.fromArray(FLOATS, syns, synAt + n)));
        sumAlpha.intoArray(gAlpha, n);
        sumBeta.intoArray(gBeta, n);
        sumTheta.intoArray(gTheta, n);
      }
    }
  }

  @Override
  public void backwardImmediate(Rows gSpk, Rows gSyn, Rows gMem, SurrogateDerivative sg, Rows syn, Rows mem, Rows q,
      SpikeRows spk, SpikeRows rst, float[] cSyn, float[] cMem, float[] alpha, float[] beta, float[] theta,
      ResetMechanism reset, boolean learn, float[] gAlpha, float[] gBeta, float[] gTheta, Rows gx, int t0, int t1,
      int from, int to) {
    assert Spans.words(from) && Spans.parameters(to, alpha, beta, theta, cSyn, cMem) && Spans.rows(gSpk, t0, t1, from, to)
        && Spans.rows(gSyn, t0, t1, to) && Spans.rows(gMem, t0, t1, to) && Spans.derivative(sg, t0, t1, from, to)
        && Spans.rows(q, t0, t1, to) && Spans.spikes(spk, t0, t1, to) && Spans.spikes(rst, t0, t1, to)
        && Spans.rows(gx, t0, t1, to);
    for (int t = t1 - 1; t >= t0; t--) {
      immediateBackRow(gSpk.data(), gSpk.at(t), gSyn.data(), gSyn.at(t), gMem.data(), gMem.at(t), sg, t,
          syn.data(), syn.at(t), mem.data(), mem.at(t), q.data(), q.at(t), spk.words(), spk.at(t), rst.words(),
          rst.at(t), cSyn, cMem, alpha, beta, theta, reset, learn, gAlpha, gBeta, gTheta, gx.data(), gx.at(t), from,
          to);
    }
  }

  private static void immediateBackRow(float[] gSpk, int gSpkAt, float[] gSyn, int gSynAt, float[] gMem, int gMemAt,
      SurrogateDerivative sg, int t, float[] syn, int synAt, float[] mem, int memAt, float[] q, int qAt, long[] spk,
      int spkAt, long[] rst, int rstAt, float[] cSyn, float[] cMem, float[] alpha, float[] beta, float[] theta,
      ResetMechanism reset, boolean learn, float[] gAlpha, float[] gBeta, float[] gTheta, float[] gx, int gxAt,
      int from, int to) {
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
      FloatVector gu = reset == ResetMechanism.ZERO ? FloatVector.broadcast(FLOATS, 1f).sub(r).mul(gp) : gp;
      FloatVector gi = FloatVector.fromArray(FLOATS, gSyn, gSynAt + n).add(FloatVector.fromArray(FLOATS, cSyn, n))
          .add(gu);
      if (learn) {
        FloatVector gth = reset == ResetMechanism.SUBTRACT ? gz.add(r.mul(gp)).add(d.mul(gm)) : gz;
        FloatVector.fromArray(FLOATS, gTheta, n).sub(gth).intoArray(gTheta, n);
        FloatVector.fromArray(FLOATS, gBeta, n).add(gu.mul(FloatVector.fromArray(FLOATS, mem, memAt + n)))
            .intoArray(gBeta, n);
        FloatVector.fromArray(FLOATS, gAlpha, n).add(gi.mul(FloatVector.fromArray(FLOATS, syn, synAt + n)))
            .intoArray(gAlpha, n);
      }
      FloatVector.fromArray(FLOATS, beta, n).mul(gu).intoArray(cMem, n);
      FloatVector.fromArray(FLOATS, alpha, n).mul(gi).intoArray(cSyn, n);
      gi.intoArray(gx, gxAt + n);
    }
    ScalarSynapticKernels.immediateBack(gSpk, gSpkAt, gSyn, gSynAt, gMem, gMemAt, sg, t, syn, synAt, mem, memAt, q,
        qAt, spk, spkAt, rst, rstAt, cSyn, cMem, alpha, beta, theta, reset, learn, gAlpha, gBeta, gTheta, gx, gxAt, n,
        to);
  }
}
