package org.spikelane.kernels;

/**
 * Derivatives of the surrogate spike, one row at a time, one method per surrogate of snnTorch.
 *
 * <p>Every method computes, for neurons {@code n} of {@code [from, to)} and {@code z = mem[memAt + n] - theta[n]}, the
 * value {@code out[outAt + n]} as its equation says, in float32, in the order written. {@code mem} is the membrane that
 * fired, dimensionless; {@code out} may be {@code mem}. Source: snnTorch 1.0.0, {@code surrogate.py}, as executed.
 */
public interface SurrogateKernels {

  /**
   * {@code (alpha/2) / (1 + y*y)}, {@code y = ((pi/2)*alpha)*z}, the factor of z computed in double and rounded once, as
   * in Python: snnTorch's default, {@code atan(alpha=2)}.
   */
  void atan(float[] mem, int memAt, float[] theta, float alpha, float[] out, int outAt, int from, int to);

  /** {@code 1 / (y*y)}, {@code y = slope*|z| + 1}: {@code fast_sigmoid(slope=25)}. */
  void fastSigmoid(float[] mem, int memAt, float[] theta, float slope, float[] out, int outAt, int from, int to);

  /**
   * {@code (slope*e) / (y*y)}, {@code e = exp(-slope*|z|)}, {@code y = 1 + e}: {@code sigmoid(slope=25)}, in the form
   * that does not overflow (snnTorch's gives NaN below z = -88/slope). The slope is 0 or more.
   */
  void sigmoid(float[] mem, int memAt, float[] theta, float slope, float[] out, int outAt, int from, int to);

  /** {@code -height} for {@code z >= 0}, {@code height} otherwise: {@code triangular(threshold=1)}. */
  void triangular(float[] mem, int memAt, float[] theta, float height, float[] out, int outAt, int from, int to);

  /** {@code slope * exp(-beta*|z - 1|)}: {@code spike_rate_escape(beta=1, slope=25)}; beta is 0 or more. */
  void spikeRateEscape(float[] mem, int memAt, float[] theta, float beta, float slope, float[] out, int outAt, int from,
      int to);

  /** 0 where {@code z <= bound}, else {@code 1 / (y*y)}, {@code y = slope*|z| + 1}: {@code SFS(slope=25, B=1)}. */
  void sparseFastSigmoid(float[] mem, int memAt, float[] theta, float slope, float bound, float[] out, int outAt,
      int from, int to);

  /** {@code above} where {@code z > 0}, else {@code below}: the shape of heaviside, straight-through and LSO. */
  void step(float[] mem, int memAt, float[] theta, float above, float below, float[] out, int outAt, int from, int to);
}
