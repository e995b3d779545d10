package org.spikelane.kernels;

/** The equations of {@link RowKernels}, one neuron after the other: the reference of {@link VectorRowKernels}. */
final class ScalarRowKernels implements RowKernels {

  // Rows that are transposed together: where a row is a power of two, theirs are all in one set of a first-level cache, which
  // has eight ways or more on x86. And columns that are: until the next eight rows, a second-level cache of 1 MiB holds what
  // they become, if that is rows of at most 1024.
  private static final int EIGHT = 8;
  private static final int STRIP = 256;

  ScalarRowKernels() {}

  @Override
  public void fire(float[] mem, int memAt, float[] theta, long[] spk, int spkAt, int from, int to) {
    assert (from & 63) == 0;
    for (int start = from; start < to; start += 64) {
      spk[spkAt + (start >>> 6)] = fired(mem, memAt, theta, start, Math.min(start + 64, to));
    }
  }

  @Override
  public void resetImmediate(float[] mem, int memAt, float[] theta, ResetMechanism reset, long[] spk, int spkAt,
      long[] rst, int rstAt, int from, int to) {
    if (reset == ResetMechanism.NONE) {
      return;
    }
    for (int n = from; n < to; n++) {
      float d = bit(spk, spkAt, n) - bit(rst, rstAt, n);
      float m = mem[memAt + n];
      mem[memAt + n] = m - d * (reset == ResetMechanism.SUBTRACT ? theta[n] : m);
    }
  }

  @Override
  public int winner(float[] mem, int memAt, float[] theta, int from, int to) {
    int winner = -1;
    float top = 0f;
    for (int n = from; n < to; n++) {
      float z = mem[memAt + n] - theta[n];
      if (winner < 0 || beats(z, top)) {
        winner = n;
        top = z;
      }
    }
    return winner;
  }

  @Override
  public void gate(float[] v, long[] spk, int spkAt, float[] y, int yAt, int from, int to) {
    for (int n = from; n < to; n++) {
      y[yAt + n] = bit(spk, spkAt, n) * v[n];
    }
  }

  @Override
  public void expand(long[] spk, int spkAt, float value, float[] y, int yAt, int from, int to) {
    for (int n = from; n < to; n++) {
      y[yAt + n] = fired(spk, spkAt, n) ? value : 0f;
    }
  }

  @Override
  public boolean spikes(float[] x, int xAt, long[] spk, int spkAt, int from, int to) {
    assert (from & 63) == 0;
    for (int start = from; start < to; start += 64) {
      long bits = 0;
      for (int n = start; n < Math.min(start + 64, to); n++) {
        float value = x[xAt + n];
        if (value != 0f && value != 1f) {
          return false;
        }
        bits |= value == 1f ? 1L << n : 0;
      }
      spk[spkAt + (start >>> 6)] = bits;
    }
    return true;
  }

  @Override
  public void addWhereFired(float[] g, int gAt, long[] spk, int spkAt, float[] sum, int from, int to) {
    for (int n = from; n < to; n++) {
      if (fired(spk, spkAt, n)) {
        sum[n] += g[gAt + n];
      }
    }
  }

  @Override
  public void add(float[] x, int xAt, float[] y, int yAt, int from, int to) {
    for (int n = from; n < to; n++) {
      y[yAt + n] += x[xAt + n];
    }
  }

  @Override
  public void addRows(Rows x, int t0, int t1, float[] y, int yAt, int from, int to) {
    assert Spans.rows(x, t0, t1, from, to);
    for (int t = t0; t < t1; t++) {
      add(x.data(), x.at(t), y, yAt, from, to);
    }
  }

  @Override
  public void addProduct(float[] a, int aAt, float[] x, int xAt, float[] y, int yAt, int from, int to) {
    for (int n = from; n < to; n++) {
      y[yAt + n] += a[aAt + n] * x[xAt + n];
    }
  }

  @Override
  public void addScaled(float s, float[] x, int xAt, float[] y, int yAt, int from, int to) {
    for (int n = from; n < to; n++) {
      y[yAt + n] += s * x[xAt + n];
    }
  }

  @Override
  public void exp(double[] x, int from, int to) {
    for (int n = from; n < to; n++) {
      x[n] = Exp.exp(x[n]);
    }
  }

  @Override
  public int argMax(float[] x, int xAt, int from, int to) {
    int best = -1;
    float top = 0f;
    for (int n = from; n < to; n++) {
      float value = x[xAt + n];
      if (best < 0 || beats(value, top)) {
        best = n;
        top = value;
      }
    }
    return best;
  }

  @Override
  public void transpose(float[] x, int xAt, int xRow, int rows, int columns, float[] y, int yAt, int yRow) {
    int eights = rows / EIGHT * EIGHT;
    for (int from = 0; from < columns; from += STRIP) {
      int to = Math.min(from + STRIP, columns);
      for (int r = 0; r < eights; r += EIGHT) {
        transposeEightRows(x, xAt + r * xRow, xRow, from, to, y, yAt + r, yRow);
      }
      for (int c = from; c < to; c++) {
        for (int r = eights; r < rows; r++) {
          y[yAt + c * yRow + r] = x[xAt + r * xRow + c];
        }
      }
    }
  }

  /** Columns {@code [from, to)} of eight rows, as {@link #transpose}. */
  static void transposeEightRows(float[] x, int xAt, int xRow, int from, int to, float[] y, int yAt, int yRow) {
    int toAt = yAt + from * yRow;
    for (int at = xAt + from; at < xAt + to; at++) {
      y[toAt] = x[at];
      y[toAt + 1] = x[at + xRow];
      y[toAt + 2] = x[at + 2 * xRow];
      y[toAt + 3] = x[at + 3 * xRow];
      y[toAt + 4] = x[at + 4 * xRow];
      y[toAt + 5] = x[at + 5 * xRow];
      y[toAt + 6] = x[at + 6 * xRow];
      y[toAt + 7] = x[at + 7 * xRow];
      toAt += yRow;
    }
  }

  /** The spikes of neurons {@code [from, to)}, all of one word, in the places that they have in it. */
  static long fired(float[] mem, int memAt, float[] theta, int from, int to) {
    long bits = 0;
    for (int n = from; n < to; n++) {
      if (mem[memAt + n] > theta[n]) {
        bits |= 1L << n;
      }
    }
    return bits;
  }

  /** Whether {@code value} takes the place of an earlier {@code top}: it is larger, or the first NaN. */
  static boolean beats(float value, float top) {
    return value > top || (Float.isNaN(value) && !Float.isNaN(top));
  }

  private static boolean fired(long[] spk, int spkAt, int n) {
    return (spk[spkAt + (n >>> 6)] >>> n & 1) != 0;
  }

  private static float bit(long[] spk, int spkAt, int n) {
    return spk[spkAt + (n >>> 6)] >>> n & 1;
  }

  @Override
  public void fetch(Rows x, int t0, int t1, int from, int to) {
    assert Spans.rows(x, t0, t1, from, to);
  }
}
