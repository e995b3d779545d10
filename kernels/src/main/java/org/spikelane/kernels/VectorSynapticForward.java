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
 * The second-order equations forward: four vectors of neurons at a time go through all steps of a sequence, or of a block
 * of it, so that parameters and states stay in registers and four chains of dependent operations overlap. What is left of
 * the row below a vector goes through {@link ScalarSynapticKernels}, or, where masks cost nothing, through a part of one.
 */
final class VectorSynapticForward {

  private static final FarSequences FAR = new FarSequences();

  private VectorSynapticForward() {}

  /** Steps [t0, t1) with delayed reset; the membrane of step t0 + s goes to {@code out[outAt + s*outStride]}. */
  static void steps(Rows x, Rows rec, Rows syn, Rows mem, float[] out, int outAt, int outStride, float[] alpha,
      float[] beta, float[] theta, ResetMechanism reset, SpikeRows spk, int t0, int t1, int from, int to) {
    boolean far = outStride == 0 && syn.stride() == 0 && FarSequences.areFar(x, rec, t1 - t0, to - from);
    boolean shortRows = far && FAR.takeShortRows(t1 - t0, to - from);
    int wide = FarSequences.neurons(shortRows);
    int high = FarSequences.steps(shortRows, t1 - t0, Math.max(x.stride(), outStride));
    long start = far ? System.nanoTime() : 0;
    for (int n = from; n < to; n += wide) {
      for (int t = t0; t < t1; t += high) {
        block(x, rec, syn, mem, out, outAt + (t - t0) * outStride, outStride, alpha, beta, theta, reset, spk,
            t, Math.min(t1, t + high), n, Math.min(to, n + wide));
      }
    }
    if (far) {
      FAR.took(shortRows, t1 - t0, to - from, System.nanoTime() - start);
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
}
