package org.spikelane.network;

import org.spikelane.kernels.Rows;
import org.spikelane.layer.GradientSums;
import org.spikelane.layer.Values;

/**
 * The layers before the first that has a state, at work on an input that is constant over time: they run once a sample,
 * for many samples at a time, so that large weights are walked once for all of these. A {@link Chain} of the layers after
 * them ({@link Network#chainAfterConstant}) takes few samples at a time, through all steps and back, so that what these do
 * stays in a cache.
 *
 * <p>Belongs to one thread, but for outputs and gradients, which any may copy while nothing runs.
 */
public final class ConstantLayers {

  private final Chain chain;
  private final Values output;

  /** @param chain of these layers, at least one, from an input that is constant */
  ConstantLayers(Chain chain) {
    this.chain = chain;
    this.output = (Values) chain.output();
    if (output.hasGradient()) {
      // Made now: threads that write rows of their own may not find it missing.
      output.gradientArray();
    }
  }

  /** Where the input goes. */
  public Values input() {
    return chain.input();
  }

  /** Runs the first {@code samples} samples. */
  public void forward(int samples) {
    chain.forward(samples);
  }

  /** Copies what came out for a sample to a sample of {@code to}. */
  public void giveTo(Values to, int toSample, int sample) {
    copyRow(output.rows(sample), to.rows(toSample));
  }

  /** Copies the gradient of a sample of {@code from} to that of what came out for a sample. */
  public void takeGradient(Values from, int fromSample, int sample) {
    copyRow(from.gradient(fromSample), output.gradient(sample));
  }

  private void copyRow(Rows from, Rows to) {
    System.arraycopy(from.data(), from.at(0), to.data(), to.at(0), output.size());
  }

  /** Runs the first {@code samples} samples backward, once after each recording {@link #forward}, from their gradients. */
  public void backward(int samples, GradientSums sums) {
    chain.backward(samples, sums, 0);
  }
}
