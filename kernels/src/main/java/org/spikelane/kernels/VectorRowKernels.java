package org.spikelane.kernels;

import static org.spikelane.kernels.VectorShapes.DOUBLES;
import static org.spikelane.kernels.VectorShapes.FLOATS;
import static org.spikelane.kernels.VectorShapes.INTS;
import static org.spikelane.kernels.VectorShapes.LANES;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/**
 * {@link RowKernels} in whole vectors; each loop is that of its twin in {@link ScalarRowKernels}, which also takes the
 * tail. Loops that read spikes start at a multiple of the lanes, so that the spikes of a vector lie in one word; the
 * twin takes what is before it.
 *
 * <p>No method shares its lanes with a helper: see {@link VectorSurrogateKernels}.
 */
final class VectorRowKernels implements RowKernels {

  /** Floats of a cache line. */
  private static final int LINE = 16;

  private final ScalarRowKernels tail = new ScalarRowKernels();

  /** What {@link #fetch} read last: without a use, the compiler would leave the reads out. */
  @SuppressWarnings("unused")
  private int fetched;

  VectorRowKernels() {}

  @Override
  public void fire(float[] mem, int memAt, float[] theta, long[] spk, int spkAt, int from, int to) {
    assert (from & 63) == 0;
    for (int start = from; start < to; start += 64) {
      int end = Math.min(start + 64, to);
      int bound = start + FLOATS.loopBound(end - start);
      long bits = ScalarRowKernels.fired(mem, memAt, theta, bound, end);
      for (int n = start; n < bound; n += LANES) {
        FloatVector m = FloatVector.fromArray(FLOATS, mem, memAt + n);
        bits |= m.compare(VectorOperators.GT, FloatVector.fromArray(FLOATS, theta, n)).toLong() << n;
      }
      spk[spkAt + (start >>> 6)] = bits;
    }
  }

  @Override
  public void resetImmediate(float[] mem, int memAt, float[] theta, ResetMechanism reset, long[] spk, int spkAt,
      long[] rst, int rstAt, int from, int to) {
    assert (from & 63) == 0;
    if (reset == ResetMechanism.NONE) {
      return;
    }
    int bound = from + FLOATS.loopBound(to - from);
    for (int n = from; n < bound; n += LANES) {
      VectorMask<Float> fired = VectorMask.fromLong(FLOATS, spk[spkAt + (n >>> 6)] >>> n);
      VectorMask<Float> gated = VectorMask.fromLong(FLOATS, rst[rstAt + (n >>> 6)] >>> n);
      FloatVector zero = FloatVector.zero(FLOATS);
      FloatVector d = zero.blend(1f, fired).sub(zero.blend(1f, gated));
      FloatVector m = FloatVector.fromArray(FLOATS, mem, memAt + n);
      FloatVector depth = reset == ResetMechanism.SUBTRACT ? FloatVector.fromArray(FLOATS, theta, n) : m;
      m.sub(d.mul(depth)).intoArray(mem, memAt + n);
    }
    tail.resetImmediate(mem, memAt, theta, reset, spk, spkAt, rst, rstAt, bound, to);
  }

  /**
   * Finds the largest value, then the first vector that holds it, so that no lane has to carry its index along; the
   * twin searches that vector, or everything for a NaN, which equals nothing.
   */
  @Override
  public int winner(float[] mem, int memAt, float[] theta, int from, int to) {
    int bound = from + FLOATS.loopBound(to - from);
    int last = tail.winner(mem, memAt, theta, bound, to);
    if (bound == from) {
      return last;
    }
    float top = largest(mem, memAt, theta, from, bound);
    if (last >= 0 && ScalarRowKernels.beats(mem[memAt + last] - theta[last], top)) {
      return last;
    }
    int n = Float.isNaN(top) ? bound : firstVectorWith(top, mem, memAt, theta, from, bound);
    return n < bound ? tail.winner(mem, memAt, theta, n, n + LANES) : tail.winner(mem, memAt, theta, from, bound);
  }

  // Each search is a method of its own: as one with what is around it, C2 boxed its vectors now and then (JDK 25).

  /** The largest {@code mem[n] - theta[n]} of whole vectors; NaN if one is. */
  private static float largest(float[] mem, int memAt, float[] theta, int from, int bound) {
    FloatVector tops = FloatVector.fromArray(FLOATS, mem, memAt + from).sub(FloatVector.fromArray(FLOATS, theta, from));
    for (int n = from + LANES; n < bound; n += LANES) {
      FloatVector z = FloatVector.fromArray(FLOATS, mem, memAt + n).sub(FloatVector.fromArray(FLOATS, theta, n));
      tops = tops.max(z);
    }
    return tops.reduceLanes(VectorOperators.MAX);
  }

  /** Where the first vector that holds {@code mem[n] - theta[n] = top} starts; {@code bound} if none does. */
  private static int firstVectorWith(float top, float[] mem, int memAt, float[] theta, int from, int bound) {
    for (int n = from; n < bound; n += LANES) {
      FloatVector z = FloatVector.fromArray(FLOATS, mem, memAt + n).sub(FloatVector.fromArray(FLOATS, theta, n));
      if (z.compare(VectorOperators.EQ, top).anyTrue()) {
        return n;
      }
    }
    return bound;
  }

  @Override
  public void gate(float[] v, long[] spk, int spkAt, float[] y, int yAt, int from, int to) {
    int start = aligned(from, to);
    int bound = start + FLOATS.loopBound(to - start);
    tail.gate(v, spk, spkAt, y, yAt, from, start);
    for (int n = start; n < bound; n += LANES) {
      VectorMask<Float> fired = VectorMask.fromLong(FLOATS, spk[spkAt + (n >>> 6)] >>> n);
      FloatVector s = FloatVector.zero(FLOATS).blend(1f, fired);
      s.mul(FloatVector.fromArray(FLOATS, v, n)).intoArray(y, yAt + n);
    }
    tail.gate(v, spk, spkAt, y, yAt, bound, to);
  }

  @Override
  public void expand(long[] spk, int spkAt, float value, float[] y, int yAt, int from, int to) {
    int start = aligned(from, to);
    int bound = start + FLOATS.loopBound(to - start);
    tail.expand(spk, spkAt, value, y, yAt, from, start);
    for (int n = start; n < bound; n += LANES) {
      VectorMask<Float> fired = VectorMask.fromLong(FLOATS, spk[spkAt + (n >>> 6)] >>> n);
      FloatVector.zero(FLOATS).blend(value, fired).intoArray(y, yAt + n);
    }
    tail.expand(spk, spkAt, value, y, yAt, bound, to);
  }

  @Override
  public boolean spikes(float[] x, int xAt, long[] spk, int spkAt, int from, int to) {
    assert (from & 63) == 0;
    // What is not 1 is gathered as bits: one look at the end of the row tells whether it was 0, of either sign.
    IntVector others = IntVector.zero(INTS);
    int whole = from + (to - from) / Long.SIZE * Long.SIZE;
    for (int start = from; start < whole; start += Long.SIZE) {
      long ones = 0;
      for (int n = 0; n < Long.SIZE; n += LANES) {
        FloatVector values = FloatVector.fromArray(FLOATS, x, xAt + start + n);
        VectorMask<Float> one = values.compare(VectorOperators.EQ, 1f);
        others = others.or(values.blend(0f, one).reinterpretAsInts());
        ones |= one.toLong() << n;
      }
      spk[spkAt + (start >>> 6)] = ones;
    }
    boolean only = others.and(Integer.MAX_VALUE).compare(VectorOperators.NE, 0).toLong() == 0;
    return only && lastSpikes(x, xAt, spk, spkAt, whole, to);
  }

  /** The same of the less than 64 values of the last word. */
  private static boolean lastSpikes(float[] x, int xAt, long[] spk, int spkAt, int from, int to) {
    if (from == to) {
      return true;
    }
    int bound = from + FLOATS.loopBound(to - from);
    long ones = 0;
    long others = 0;
    for (int n = from; n < bound; n += LANES) {
      FloatVector values = FloatVector.fromArray(FLOATS, x, xAt + n);
      ones |= values.compare(VectorOperators.EQ, 1f).toLong() << n;
      others |= values.compare(VectorOperators.NE, 0f).toLong() << n;
    }
    for (int n = bound; n < to; n++) {
      ones |= x[xAt + n] == 1f ? 1L << n : 0;
      others |= x[xAt + n] != 0f ? 1L << n : 0;
    }
    spk[spkAt + (from >>> 6)] = ones;
    return ones == others;
  }

  @Override
  public void addWhereFired(float[] g, int gAt, long[] spk, int spkAt, float[] sum, int from, int to) {
    int start = aligned(from, to);
    int bound = start + FLOATS.loopBound(to - start);
    tail.addWhereFired(g, gAt, spk, spkAt, sum, from, start);
    for (int n = start; n < bound; n += LANES) {
      VectorMask<Float> fired = VectorMask.fromLong(FLOATS, spk[spkAt + (n >>> 6)] >>> n);
      FloatVector s = FloatVector.fromArray(FLOATS, sum, n);
      FloatVector added = s.add(FloatVector.fromArray(FLOATS, g, gAt + n));
      s.blend(added, fired).intoArray(sum, n);
    }
    tail.addWhereFired(g, gAt, spk, spkAt, sum, bound, to);
  }

  @Override
  public void add(float[] x, int xAt, float[] y, int yAt, int from, int to) {
    int bound = from + FLOATS.loopBound(to - from);
    for (int n = from; n < bound; n += LANES) {
      FloatVector added = FloatVector.fromArray(FLOATS, x, xAt + n);
      FloatVector.fromArray(FLOATS, y, yAt + n).add(added).intoArray(y, yAt + n);
    }
    tail.add(x, xAt, y, yAt, bound, to);
  }

  /** Four rows in one pass, so that the sums are read and written once for all of them. */
  @Override
  public void addRows(Rows x, int t0, int t1, float[] y, int yAt, int from, int to) {
    assert Spans.rows(x, t0, t1, from, to);
    int bound = from + FLOATS.loopBound(to - from);
    float[] xs = x.data();
    int t = t0;
    for (; t <= t1 - 4; t += 4) {
      int x0 = x.at(t);
      int x1 = x.at(t + 1);
      int x2 = x.at(t + 2);
      int x3 = x.at(t + 3);
      for (int n = from; n < bound; n += LANES) {
        FloatVector.fromArray(FLOATS, y, yAt + n).add(FloatVector.fromArray(FLOATS, xs, x0 + n))
            .add(FloatVector.fromArray(FLOATS, xs, x1 + n)).add(FloatVector.fromArray(FLOATS, xs, x2 + n))
            .add(FloatVector.fromArray(FLOATS, xs, x3 + n)).intoArray(y, yAt + n);
      }
      tail.addRows(x, t, t + 4, y, yAt, bound, to);
    }
    for (; t < t1; t++) {
      add(xs, x.at(t), y, yAt, from, to);
    }
  }

  @Override
  public void addProduct(float[] a, int aAt, float[] x, int xAt, float[] y, int yAt, int from, int to) {
    int bound = from + FLOATS.loopBound(to - from);
    for (int n = from; n < bound; n += LANES) {
      FloatVector product = FloatVector.fromArray(FLOATS, a, aAt + n).mul(FloatVector.fromArray(FLOATS, x, xAt + n));
      FloatVector.fromArray(FLOATS, y, yAt + n).add(product).intoArray(y, yAt + n);
    }
    tail.addProduct(a, aAt, x, xAt, y, yAt, bound, to);
  }

  @Override
  public void addScaled(float s, float[] x, int xAt, float[] y, int yAt, int from, int to) {
    int bound = from + FLOATS.loopBound(to - from);
    for (int n = from; n < bound; n += LANES) {
      FloatVector product = FloatVector.fromArray(FLOATS, x, xAt + n).mul(s);
      FloatVector.fromArray(FLOATS, y, yAt + n).add(product).intoArray(y, yAt + n);
    }
    tail.addScaled(s, x, xAt, y, yAt, bound, to);
  }

  @Override
  public void exp(double[] x, int from, int to) {
    int bound = from + DOUBLES.loopBound(to - from);
    Exp.Lanewise.exp(x, from, bound);
    tail.exp(x, bound, to);
  }

  /** As {@link #winner}. */
  @Override
  public int argMax(float[] x, int xAt, int from, int to) {
    int bound = from + FLOATS.loopBound(to - from);
    int last = tail.argMax(x, xAt, bound, to);
    if (bound == from) {
      return last;
    }
    float top = largest(x, xAt, from, bound);
    if (last >= 0 && ScalarRowKernels.beats(x[xAt + last], top)) {
      return last;
    }
    int n = Float.isNaN(top) ? bound : firstVectorWith(top, x, xAt, from, bound);
    return n < bound ? tail.argMax(x, xAt, n, n + LANES) : tail.argMax(x, xAt, from, bound);
  }

  private static float largest(float[] x, int xAt, int from, int bound) {
    FloatVector tops = FloatVector.fromArray(FLOATS, x, xAt + from);
    for (int n = from + LANES; n < bound; n += LANES) {
      tops = tops.max(FloatVector.fromArray(FLOATS, x, xAt + n));
    }
    return tops.reduceLanes(VectorOperators.MAX);
  }

  private static int firstVectorWith(float top, float[] x, int xAt, int from, int bound) {
    for (int n = from; n < bound; n += LANES) {
      if (FloatVector.fromArray(FLOATS, x, xAt + n).compare(VectorOperators.EQ, top).anyTrue()) {
        return n;
      }
    }
    return bound;
  }

  /** The twin's: in registers it would take two thirds of the time, once C2 has compiled it. */
  @Override
  public void transpose(float[] x, int xAt, int xRow, int rows, int columns, float[] y, int yAt, int yRow) {
    tail.transpose(x, xAt, xRow, rows, columns, y, yAt, yRow);
  }

  /** The first multiple of the lanes at or above {@code from}, but not above {@code to}. */
  private static int aligned(int from, int to) {
    return Math.min(to, from + (-from & (LANES - 1)));
  }

  @Override
  public void fetch(Rows x, int t0, int t1, int from, int to) {
    assert Spans.rows(x, t0, t1, from, to);
    float[] xs = x.data();
    int a = 0;
    int b = 0;
    int c = 0;
    int d = 0;
    for (int t = t0; t < t1; t++) {
      int at = x.at(t);
      // Four streams: of memory they get more than one.
      int quarter = (to - from) / (4 * LINE) * LINE;
      for (int n = from; n < from + quarter; n += LINE) {
        a |= Float.floatToRawIntBits(xs[at + n]);
        b |= Float.floatToRawIntBits(xs[at + n + quarter]);
        c |= Float.floatToRawIntBits(xs[at + n + 2 * quarter]);
        d |= Float.floatToRawIntBits(xs[at + n + 3 * quarter]);
      }
      for (int n = from + 4 * quarter; n < to; n += LINE) {
        a |= Float.floatToRawIntBits(xs[at + n]);
      }
    }
    fetched = a | b | c | d;
  }
}
