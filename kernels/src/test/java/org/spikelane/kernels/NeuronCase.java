package org.spikelane.kernels;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * One random layer of N neurons over T steps, with everything a neuron kernel reads and writes, so that the tests of both
 * families and all their methods share one set of data. Rows are recorded one after another from an odd offset on; a case
 * may be given other operands instead.
 */
final class NeuronCase {

  /** The two kernel families behind one interface; the first order ignores what is about the synaptic current. */
  interface Family {

    void forwardDelayed(NeuronCase c, boolean inhibition, int t0, int t1, int from, int to);

    void forwardImmediate(NeuronCase c, int t0, int t1, int from, int to);

    void backwardDelayed(NeuronCase c, boolean learn, int t0, int t1, int from, int to);

    void backwardImmediate(NeuronCase c, boolean learn, int t0, int t1, int from, int to);

    boolean secondOrder();

    static Family of(SynapticKernels k) {
      return new Family() {
        @Override
        public void forwardDelayed(NeuronCase c, boolean inhibition, int t0, int t1, int from, int to) {
          k.forwardDelayed(c.x, c.rec, c.syn, c.mem, c.alpha, c.beta, c.theta, c.reset, inhibition, c.spk, t0, t1, from,
              to);
        }

        @Override
        public void forwardImmediate(NeuronCase c, int t0, int t1, int from, int to) {
          k.forwardImmediate(c.x, c.rec, c.syn, c.mem, c.alpha, c.beta, c.theta, c.reset, c.q, c.spk, c.rst, t0, t1,
              from, to);
        }

        @Override
        public void backwardDelayed(NeuronCase c, boolean learn, int t0, int t1, int from, int to) {
          k.backwardDelayed(c.gSpk, c.gSyn, c.gMem, c.derivative, c.syn, c.mem, c.cSyn, c.cMem, c.alpha, c.beta, c.theta,
              c.reset, learn, c.gAlpha, c.gBeta, c.gTheta, c.gx, t0, t1, from, to);
        }

        @Override
        public void backwardImmediate(NeuronCase c, boolean learn, int t0, int t1, int from, int to) {
          k.backwardImmediate(c.gSpk, c.gSyn, c.gMem, c.derivative, c.syn, c.mem, c.q, c.spk, c.rst, c.cSyn, c.cMem, c.alpha,
              c.beta, c.theta, c.reset, learn, c.gAlpha, c.gBeta, c.gTheta, c.gx, t0, t1, from, to);
        }

        @Override
        public boolean secondOrder() {
          return true;
        }
      };
    }

    static Family of(LeakyKernels k) {
      return new Family() {
        @Override
        public void forwardDelayed(NeuronCase c, boolean inhibition, int t0, int t1, int from, int to) {
          k.forwardDelayed(c.x, c.rec, c.mem, c.beta, c.theta, c.reset, inhibition, c.spk, t0, t1, from, to);
        }

        @Override
        public void forwardImmediate(NeuronCase c, int t0, int t1, int from, int to) {
          k.forwardImmediate(c.x, c.rec, c.mem, c.beta, c.theta, c.reset, c.q, c.spk, c.rst, t0, t1, from, to);
        }

        @Override
        public void backwardDelayed(NeuronCase c, boolean learn, int t0, int t1, int from, int to) {
          k.backwardDelayed(c.gSpk, c.gMem, c.derivative, c.mem, c.cMem, c.beta, c.theta, c.reset, learn, c.gBeta, c.gTheta,
              c.gx, t0, t1, from, to);
        }

        @Override
        public void backwardImmediate(NeuronCase c, boolean learn, int t0, int t1, int from, int to) {
          k.backwardImmediate(c.gSpk, c.gMem, c.derivative, c.mem, c.q, c.spk, c.rst, c.cMem, c.beta, c.theta, c.reset, learn,
              c.gBeta, c.gTheta, c.gx, t0, t1, from, to);
        }

        @Override
        public boolean secondOrder() {
          return false;
        }
      };
    }
  }

  final int size;
  final int steps;
  final ResetMechanism reset;
  /** Input current; a case may be given the same rows at other places. */
  Rows x;
  /** Recurrent current; a case may be given {@link Rows#NONE} instead. */
  Rows rec;
  /** Recorded states; a case may have one row instead, which every step writes over. */
  Rows syn;
  Rows mem;
  /** What fired; a case may have one row of it, or rows of its operands instead. */
  Rows q;
  SpikeRows spk;
  SpikeRows rst;
  float[] alpha;
  float[] beta;
  float[] theta;
  Rows gSpk;
  /** Given gradients of the states; a case may be given {@link Rows#NONE} instead. */
  Rows gSyn;

  Rows gMem;
  final Rows sg;
  /** Surrogate derivatives; a case may be given those that kernels compute instead of its rows. */
  SurrogateDerivative derivative;

  /** Gradient of the input; a case may be given rows of its operands instead. */
  Rows gx;

  float[] cSyn;
  float[] cMem;
  float[] gAlpha;
  float[] gBeta;
  float[] gTheta;

  /** The same case for the same seed, special values (infinities, NaN, subnormals) included if asked for. */
  NeuronCase(long seed, int size, int steps, ResetMechanism reset, boolean special) {
    SplittableRandom random = new SplittableRandom(seed);
    this.size = size;
    this.steps = steps;
    this.reset = reset;
    this.x = rows(random, steps, -1, 2, special);
    this.rec = rows(random, steps, -0.5, 0.5, special);
    this.syn = rows(random, steps + 1, -1, 1, special);
    this.mem = rows(random, steps + 1, -1, 3, special);
    this.q = rows(random, steps, -1, 3, special);
    this.spk = spikes(random);
    this.rst = spikes(random);
    this.alpha = special ? Cases.special(random, size, 0, 1) : Cases.uniform(random, size, 0, 1);
    this.beta = special ? Cases.special(random, size, 0, 1) : Cases.uniform(random, size, 0, 1);
    this.theta = special ? Cases.special(random, size, -0.2, 1.5) : Cases.uniform(random, size, -0.2, 1.5);
    this.gSpk = rows(random, steps, -1, 1, special);
    this.gSyn = rows(random, steps, -1, 1, special);
    this.gMem = rows(random, steps, -1, 1, special);
    this.sg = rows(random, steps, 0, 1, special);
    this.derivative = SurrogateDerivative.of(sg);
    this.gx = rows(random, steps, -1, 1, special);
    this.cSyn = Cases.uniform(random, size, -1, 1);
    this.cMem = Cases.uniform(random, size, -1, 1);
    this.gAlpha = Cases.uniform(random, size, -1, 1);
    this.gBeta = Cases.uniform(random, size, -1, 1);
    this.gTheta = Cases.uniform(random, size, -1, 1);
  }

  /** Keeps states in place: the current, and the membrane too if asked for. */
  NeuronCase inPlace(boolean membrane) {
    syn = new Rows(syn.data(), syn.offset(), 0);
    mem = membrane ? new Rows(mem.data(), mem.offset(), 0) : mem;
    return this;
  }

  /** Takes the recurrent current away. */
  NeuronCase alone() {
    rec = Rows.NONE;
    return this;
  }

  /** Sets every bit of the spikes and gates, those beyond the neurons too. */
  NeuronCase allBitsSet() {
    Arrays.fill(spk.words(), -1);
    Arrays.fill(rst.words(), -1);
    return this;
  }

  /** Lets the kernels compute surrogate derivatives, or, if null, read those of its rows. */
  NeuronCase differentiated(SurrogateDerivative computed) {
    derivative = computed == null ? SurrogateDerivative.of(sg) : computed;
    return this;
  }

  /** Puts the rows of the input further apart. */
  NeuronCase farApart(int stride) {
    Rows near = x;
    x = new Rows(new float[steps * stride], 0, stride);
    for (int t = 0; t < steps; t++) {
      System.arraycopy(near.data(), near.at(t), x.data(), x.at(t), size);
    }
    return this;
  }

  /** Turns round the order of rows in memory; twice, and everything is where it was. */
  NeuronCase descending() {
    x = descending(x, steps);
    rec = descending(rec, steps);
    syn = descending(syn, steps + 1);
    mem = descending(mem, steps + 1);
    q = descending(q, steps);
    gSpk = descending(gSpk, steps);
    gSyn = descending(gSyn, steps);
    gMem = descending(gMem, steps);
    gx = descending(gx, steps);
    derivative = SurrogateDerivative.of(descending(sg, steps));
    spk = descending(spk);
    rst = descending(rst);
    return this;
  }

  private Rows descending(Rows rows, int count) {
    Rows turned = new Rows(rows.data().clone(), rows.at(count - 1), -rows.stride());
    for (int t = 0; t < count; t++) {
      System.arraycopy(rows.data(), rows.at(t), turned.data(), turned.at(t), size);
    }
    return turned;
  }

  private SpikeRows descending(SpikeRows rows) {
    SpikeRows turned = new SpikeRows(rows.words().clone(), rows.at(steps - 1), -rows.stride());
    for (int t = 0; t < steps; t++) {
      System.arraycopy(rows.words(), rows.at(t), turned.words(), turned.at(t), SpikeRows.words(size));
    }
    return turned;
  }

  private Rows rows(SplittableRandom random, int count, double low, double high, boolean special) {
    int offset = 3;
    int length = offset + count * (size + 2);
    float[] data = special ? Cases.special(random, length, low, high) : Cases.uniform(random, length, low, high);
    return new Rows(data, offset, size + 2);
  }

  private SpikeRows spikes(SplittableRandom random) {
    int words = SpikeRows.words(size);
    long[] data = new long[1 + steps * (words + 1)];
    for (int t = 0; t < steps; t++) {
      long[] row = Cases.spikes(random, 1, size, 0.3);
      System.arraycopy(row, 0, data, 1 + t * (words + 1), words);
    }
    return new SpikeRows(data, 1, words + 1);
  }

  /** Whatever differs from {@code other}, compared bit for bit, guard values around the rows included. */
  void assertSame(NeuronCase other, String message) {
    float[][] own = floats();
    float[][] others = other.floats();
    for (int i = 0; i < own.length; i++) {
      Cases.assertSame(own[i], others[i], message + ", array " + i);
    }
    assertArrayEquals(spk.words(), other.spk.words(), message + ", spk");
    assertArrayEquals(rst.words(), other.rst.words(), message + ", rst");
  }

  private float[][] floats() {
    return new float[][] {syn.data(), mem.data(), q.data(), gx.data(), cSyn, cMem, gAlpha, gBeta, gTheta, x.data(),
        rec.data(), gSpk.data(), gSyn.data(), gMem.data(), sg.data(), alpha, beta, theta};
  }
}
