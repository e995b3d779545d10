package org.spikelane.kernels;

/**
 * Passes over rows that the fused neuron kernels leave to others: the halves of a step that something must come between,
 * inhibition, one-to-one recurrence, sums, scalings, rows that become columns, and the exponentials of losses. A row
 * starts at {@code …At} in its array, where there is such a parameter.
 */
public interface RowKernels {

  /** {@code spk[n] = mem[n] > theta[n]}. {@code from} is a multiple of 64; words are written whole. */
  void fire(float[] mem, int memAt, float[] theta, long[] spk, int spkAt, int from, int to);

  /**
   * {@code d = spk[n] - rst[n]; mem[n] = mem[n] - d*theta[n]} (SUBTRACT), {@code mem[n] - d*mem[n]} (ZERO,
   * ZERO_CARRIED), nothing (NONE): the immediate reset as a half step of its own. {@code from} is a multiple of 64.
   */
  void resetImmediate(float[] mem, int memAt, float[] theta, ResetMechanism reset, long[] spk, int spkAt, long[] rst,
      int rstAt, int from, int to);

  /**
   * The neuron with the largest {@code mem[n] - theta[n]}, the first of equals; NaN counts as the largest, as in torch.
   *
   * @return its index in {@code [from, to)}, or -1 of an empty range
   */
  int winner(float[] mem, int memAt, float[] theta, int from, int to);

  /** {@code y[n] = s*v[n]}, s = 1 where {@code spk} has a bit, else 0: one-to-one recurrence. */
  void gate(float[] v, long[] spk, int spkAt, float[] y, int yAt, int from, int to);

  /** {@code y[n] = value} where {@code spk} has a bit, else 0: spikes as floats. */
  void expand(long[] spk, int spkAt, float value, float[] y, int yAt, int from, int to);

  /**
   * Spikes from floats: {@code spk[n] = x[n] == 1}, if every value is 0 or 1. {@code from} is a multiple of 64; words are
   * written whole.
   *
   * @return whether every value is 0 or 1; if not, the words mean nothing
   */
  boolean spikes(float[] x, int xAt, long[] spk, int spkAt, int from, int to);

  /** {@code sum[n] += g[n]} where {@code spk} has a bit: gradient of a one-to-one weight. */
  void addWhereFired(float[] g, int gAt, long[] spk, int spkAt, float[] sum, int from, int to);

  /** {@code y[n] += x[n]}. */
  void add(float[] x, int xAt, float[] y, int yAt, int from, int to);

  /** {@code y[n] += x[t][n]} for t in {@code [t0, t1)}, ascending. y is none of the rows. */
  void addRows(Rows x, int t0, int t1, float[] y, int yAt, int from, int to);

  /** {@code y[n] += a[n]*x[n]}, multiplied and added apart. */
  void addProduct(float[] a, int aAt, float[] x, int xAt, float[] y, int yAt, int from, int to);

  /** {@code y[n] += s*x[n]}, multiplied and added apart. */
  void addScaled(float s, float[] x, int xAt, float[] y, int yAt, int from, int to);

  /**
   * {@code x[n] = e^x[n]} of values up to 0, with a relative error below 2e-16; what becomes of others is undefined. Those below
   * -708 count as -708, so that e^-infinity is 3.3e-308, not 0; NaN stays NaN. All providers have the same bits, unlike {@link
   * Math#exp}, whose bits depend on the machine.
   */
  void exp(double[] x, int from, int to);

  /** The index of the largest {@code x[n]}, the first of equals; NaN counts as the largest; -1 of an empty range. */
  int argMax(float[] x, int xAt, int from, int to);

  /**
   * {@code y[c][r] = x[r][c]} for r below {@code rows} and c below {@code columns}: row r of x starts at {@code xAt +
   * r*xRow}, row c of y at {@code yAt + c*yRow}. The two share no memory.
   */
  void transpose(float[] x, int xAt, int xRow, int rows, int columns, float[] y, int yAt, int yRow);

  /**
   * Reads columns {@code [from, to)} of rows {@code [t0, t1)}, a value of each cache line, so that a kernel which comes
   * to them next finds them in a cache: rows far apart in memory arrive sooner this way. Changes nothing; scalar
   * kernels, which compute for longer than memory takes, leave it out.
   *
   * @param x row t at {@code x.at(t)}; only columns {@code [from, to)} need to exist
   */
  void fetch(Rows x, int t0, int t1, int from, int to);
}
