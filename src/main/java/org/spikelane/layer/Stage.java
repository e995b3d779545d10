package org.spikelane.layer;

/**
 * One layer at work on one block of samples. Belongs to one thread; owns every buffer it needs. Those that only some
 * input asks for, such as the copy of the weights that gradients of the input are made with, come with its first use:
 * once every kind of input has been seen, a run allocates nothing.
 */
public interface Stage {

  /** What this stage writes and the next one reads. */
  Signal output();

  /** Computes the output of the first {@code samples} samples from the input, all steps. */
  void forward(int samples);

  /**
   * From dL/d(output), in the output signal's gradient, adds the gradients of the parameters to {@code sums} and, if the
   * input signal has a gradient, writes dL/d(input) there. Follows a recording {@link #forward} of as many samples, once.
   */
  void backward(int samples, GradientSums sums);
}
