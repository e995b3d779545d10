package org.spikelane.surrogate;

import java.util.Objects;
import org.spikelane.kernels.KernelProvider;
import org.spikelane.kernels.SurrogateDerivative;
import org.spikelane.kernels.SurrogateKernels;

/**
 * What stands for the derivative of the spike in the backward pass. The forward pass always is {@code mem > threshold}.
 *
 * <p>With {@code z = mem - threshold} at the moment of firing, both dimensionless. snnTorch's default, for {@code
 * spike_grad=None}, is {@link ATan} with alpha 2 in every class.
 */
public sealed interface Surrogate {

  /**
   * Writes the derivative for one row of neurons.
   *
   * @param mem the membrane that fired, neuron n at {@code mem[memAt + n]}
   * @param theta threshold, neuron n at {@code theta[n]}
   * @param out the derivative, neuron n at {@code out[outAt + n]}
   * @param draw a number that differs from row to row and run to run; only random surrogates look at it
   */
  void derivative(float[] mem, int memAt, float[] theta, float[] out, int outAt, int from, int to, long draw);

  /**
   * The same for backward kernels that compute it where they need it, or null: then they read what {@link #derivative} has
   * written.
   */
  default SurrogateDerivative inKernels() {
    return null;
  }

  private static SurrogateKernels kernels() {
    return KernelProvider.current().surrogate();
  }

  /** {@code (alpha/2) / (1 + (pi/2*alpha*z)^2)}: {@code surrogate.atan(alpha=2)}; snnTorch's documents say 1/pi of it. */
  record ATan(float alpha) implements Surrogate {

    /** The default, alpha 2. */
    public ATan() {
      this(2f);
    }

    /** @throws IllegalArgumentException if alpha is not finite */
    public ATan {
      requireFinite("alpha", alpha);
    }

    @Override
    public void derivative(float[] mem, int memAt, float[] theta, float[] out, int outAt, int from, int to, long draw) {
      kernels().atan(mem, memAt, theta, alpha, out, outAt, from, to);
    }

    @Override
    public SurrogateDerivative inKernels() {
      return SurrogateDerivative.atan(alpha);
    }
  }

  /** {@code 1 / (slope*|z| + 1)^2}: {@code surrogate.fast_sigmoid(slope=25)}. */
  record FastSigmoid(float slope) implements Surrogate {

    /** The default, slope 25. */
    public FastSigmoid() {
      this(25f);
    }

    /** @throws IllegalArgumentException if slope is not finite */
    public FastSigmoid {
      requireFinite("slope", slope);
    }

    @Override
    public void derivative(float[] mem, int memAt, float[] theta, float[] out, int outAt, int from, int to, long draw) {
      kernels().fastSigmoid(mem, memAt, theta, slope, out, outAt, from, to);
    }

    @Override
    public SurrogateDerivative inKernels() {
      return SurrogateDerivative.fastSigmoid(slope);
    }
  }

  /** {@code slope*e / (1 + e)^2, e = exp(-slope*|z|)}: {@code surrogate.sigmoid(slope=25)}, without its NaN. */
  record Sigmoid(float slope) implements Surrogate {

    /** The default, slope 25. */
    public Sigmoid() {
      this(25f);
    }

    /** @throws IllegalArgumentException if slope is negative or not finite */
    public Sigmoid {
      requirePositive("slope", slope);
    }

    @Override
    public void derivative(float[] mem, int memAt, float[] theta, float[] out, int outAt, int from, int to, long draw) {
      kernels().sigmoid(mem, memAt, theta, slope, out, outAt, from, to);
    }
  }

  /**
   * {@code +height} below the threshold, {@code -height} at and above it: {@code surrogate.triangular(threshold=1)} as
   * executed, where {@code height} is called threshold and is not the neuron's.
   */
  record Triangular(float height) implements Surrogate {

    /** The default, height 1. */
    public Triangular() {
      this(1f);
    }

    /** @throws IllegalArgumentException if height is not finite */
    public Triangular {
      requireFinite("height", height);
    }

    @Override
    public void derivative(float[] mem, int memAt, float[] theta, float[] out, int outAt, int from, int to, long draw) {
      kernels().triangular(mem, memAt, theta, height, out, outAt, from, to);
    }
  }

  /** {@code 1} where {@code z > 0}, else 0: {@code surrogate.heaviside()}. */
  record Heaviside() implements Surrogate {

    @Override
    public void derivative(float[] mem, int memAt, float[] theta, float[] out, int outAt, int from, int to, long draw) {
      kernels().step(mem, memAt, theta, 1f, 0f, out, outAt, from, to);
    }
  }

  /** {@code 1}: {@code surrogate.straight_through_estimator()}. */
  record StraightThrough() implements Surrogate {

    @Override
    public void derivative(float[] mem, int memAt, float[] theta, float[] out, int outAt, int from, int to, long draw) {
      kernels().step(mem, memAt, theta, 1f, 1f, out, outAt, from, to);
    }
  }

  /** {@code slope*exp(-beta*|z - 1|)}: {@code surrogate.spike_rate_escape(beta=1, slope=25)}. */
  record SpikeRateEscape(float beta, float slope) implements Surrogate {

    /** The defaults, beta 1 and slope 25. */
    public SpikeRateEscape() {
      this(1f, 25f);
    }

    /** @throws IllegalArgumentException if beta is negative, or either is not finite */
    public SpikeRateEscape {
      requirePositive("beta", beta);
      requireFinite("slope", slope);
    }

    @Override
    public void derivative(float[] mem, int memAt, float[] theta, float[] out, int outAt, int from, int to, long draw) {
      kernels().spikeRateEscape(mem, memAt, theta, beta, slope, out, outAt, from, to);
    }
  }

  /** {@code 1 / (slope*|z| + 1)^2} where {@code z > bound}, else 0: {@code surrogate.SFS(slope=25, B=1)}. */
  record SparseFastSigmoid(float slope, float bound) implements Surrogate {

    /** The defaults, slope 25 and bound 1. */
    public SparseFastSigmoid() {
      this(25f, 1f);
    }

    /** @throws IllegalArgumentException if either is not finite */
    public SparseFastSigmoid {
      requireFinite("slope", slope);
      requireFinite("bound", bound);
    }

    @Override
    public void derivative(float[] mem, int memAt, float[] theta, float[] out, int outAt, int from, int to, long draw) {
      kernels().sparseFastSigmoid(mem, memAt, theta, slope, bound, out, outAt, from, to);
    }
  }

  /** {@code 1} where {@code z > 0}, else {@code slope}: {@code surrogate.LSO(slope=0.1)}, which cannot be called there. */
  record Leaky(float slope) implements Surrogate {

    /** The default, slope 0.1. */
    public Leaky() {
      this(0.1f);
    }

    /** @throws IllegalArgumentException if slope is not finite */
    public Leaky {
      requireFinite("slope", slope);
    }

    @Override
    public void derivative(float[] mem, int memAt, float[] theta, float[] out, int outAt, int from, int to, long draw) {
      kernels().step(mem, memAt, theta, 1f, slope, out, outAt, from, to);
    }
  }

  /**
   * {@code 1} where {@code z > 0}, else {@code (u - 0.5 + mean)*variance} with u uniform in [0, 1), drawn anew for every
   * neuron, step and sample, and for every record and epoch: {@code surrogate.SSO(mean=0, variance=0.2)}. The draws follow
   * from the seed and from how many were made of the network's tapes, or of its trainer's samples, before: they are the same
   * on any number of threads, if tapes are recorded in the same order.
   */
  record Stochastic(float mean, float variance, long seed) implements Surrogate {

    /** The defaults, mean 0 and variance 0.2, with seed 0. */
    public Stochastic() {
      this(0f, 0.2f, 0);
    }

    /** @throws IllegalArgumentException if mean or variance is not finite */
    public Stochastic {
      requireFinite("mean", mean);
      requireFinite("variance", variance);
    }

    @Override
    public void derivative(float[] mem, int memAt, float[] theta, float[] out, int outAt, int from, int to, long draw) {
      long row = mix(seed ^ mix(draw));
      for (int n = from; n < to; n++) {
        float u = (mix(row + n) >>> 40) * 0x1p-24f;
        out[outAt + n] = mem[memAt + n] - theta[n] > 0 ? 1f : (u - 0.5f + mean) * variance;
      }
    }

    /** The finaliser of SplittableRandom's generator (Steele, Lea, Flood 2014): neighbours in, unrelated numbers out. */
    private static long mix(long z) {
      long a = z + 0x9E3779B97F4A7C15L;
      long b = (a ^ (a >>> 30)) * 0xBF58476D1CE4E5B9L;
      long c = (b ^ (b >>> 27)) * 0x94D049BB133111EBL;
      return c ^ (c >>> 31);
    }
  }

  /** A derivative of the caller's own: {@code surrogate.custom_surrogate}. It is not saved with a network. */
  record Custom(Derivative function) implements Surrogate {

    /** Of a derivative, which must be there. */
    public Custom {
      Objects.requireNonNull(function, "function");
    }

    @Override
    public void derivative(float[] mem, int memAt, float[] theta, float[] out, int outAt, int from, int to, long draw) {
      for (int n = from; n < to; n++) {
        out[outAt + n] = function.at(mem[memAt + n] - theta[n]);
      }
    }
  }

  /** The derivative of a custom surrogate; called from several threads, so without state. */
  @FunctionalInterface
  interface Derivative {

    /** dS/dz at {@code z = mem - threshold}. */
    float at(float z);
  }

  private static void requireFinite(String name, float value) {
    if (!Float.isFinite(value)) {
      throw new IllegalArgumentException(name + ": expected a finite number, got " + value);
    }
  }

  private static void requirePositive(String name, float value) {
    requireFinite(name, value);
    if (value < 0) {
      throw new IllegalArgumentException(name + ": expected 0 or more, got " + value);
    }
  }
}
