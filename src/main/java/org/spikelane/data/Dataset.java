package org.spikelane.data;

/**
 * Labelled samples of one shape.
 *
 * <p>A sample is {@code [steps][features]} values, row-major, dimensionless: what each input gets at each step. Where the
 * input is {@link #constant()}, one row {@code [features]} stands for every step. May be read from any thread.
 */
public interface Dataset {

  /**
   * Sequences in arrays, neither of which is copied nor may change while it is read.
   *
   * @param values [samples][steps][features], dimensionless; features follow from its length
   * @param steps time steps of a sample
   * @param labels [samples], from 0 to {@code classes - 1}
   * @param classes number of classes
   * @throws IllegalArgumentException if there is no sample, step or class, a sample has more than 2^24 values, the
   *     number of values is no multiple of samples times steps, a value is not finite, or a label is out of its bounds
   * @throws NullPointerException if an array is null
   */
  static Dataset ofSequences(float[] values, int steps, int[] labels, int classes) {
    return ArrayDataset.of(values, false, steps, labels, classes);
  }

  /**
   * Inputs that stay the same for all steps, in arrays, neither of which is copied nor may change while it is read.
   *
   * @param values [samples][features], dimensionless; features follow from its length
   * @param steps time steps of a sample, each with the same input
   * @param labels [samples], from 0 to {@code classes - 1}
   * @param classes number of classes
   * @throws IllegalArgumentException if there is no sample, step or class, steps times features is more than 2^24, the
   *     number of values is no multiple of samples, a value is not finite, or a label is out of its bounds
   * @throws NullPointerException if an array is null
   */
  static Dataset ofConstants(float[] values, int steps, int[] labels, int classes) {
    return ArrayDataset.of(values, true, steps, labels, classes);
  }

  /** Number of samples, at least 1. */
  int size();

  /** Number of classes; labels are below it. */
  int classes();

  /** Number of steps of a sample, at least 1. */
  int steps();

  /** Number of inputs at a step, at least 1. */
  int features();

  /** Whether the input is the same at every step, so that {@link #copyTo} writes one row only. */
  boolean constant();

  /**
   * Class of sample {@code i}, from 0 to {@code classes() - 1}.
   *
   * @throws IllegalArgumentException if there is no sample {@code i}
   */
  int label(int i);

  /**
   * Writes sample {@code i} to {@code values} from {@code offset} on: {@code steps() * features()} values, or {@code
   * features()} if {@link #constant()}. Every one of them is written.
   *
   * @throws IllegalArgumentException if there is no sample {@code i}, or no room for it
   */
  void copyTo(int i, float[] values, int offset);

  /**
   * Name of a class; its number where the data gives no names.
   *
   * @throws IllegalArgumentException if there is no such class
   */
  default String className(int label) {
    if (label < 0 || label >= classes()) {
      throw new IllegalArgumentException("label: expected 0 to " + (classes() - 1) + ", got " + label);
    }
    return Integer.toString(label);
  }

  /** Number of values that {@link #copyTo} writes. */
  default int sampleLength() {
    return constant() ? features() : steps() * features();
  }

  /**
   * Samples {@code [from, to)} as a data set of their own, with the same classes; a view.
   *
   * @throws IllegalArgumentException if the range is empty or not within the samples
   */
  default Dataset range(int from, int to) {
    return new DatasetRange(this, from, to);
  }
}
