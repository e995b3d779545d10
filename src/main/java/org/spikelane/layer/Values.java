package org.spikelane.layer;

import org.spikelane.kernels.Rows;

/** A signal of floats: input currents and whatever is not spikes. */
public final class Values extends Signal {

  private final boolean constant;
  private final boolean readOnly;
  private final Rows[] rows;
  private float[] array;
  /** Of an array of its own; null in a view. */
  private final Rows[] byStep;
  /** Of a view: the first sample's number in the array, and how many samples that has. */
  private int firstSample;
  private int samplesOfArray;

  /** Zeros; {@code constant} for one row per sample that stands for every step. */
  public Values(int size, int samples, int steps, boolean constant) {
    super(size, samples, steps);
    this.constant = constant;
    this.readOnly = false;
    this.array = new float[samples * (1 + rowsPerSample()) * size];
    this.rows = rows(array);
    this.byStep = rowsByStep(array);
  }

  private Values(int size, int samples, int steps, boolean constant, float[] array) {
    super(size, samples, steps);
    this.constant = constant;
    this.readOnly = true;
    this.array = array;
    this.rows = new Rows[samples];
    this.byStep = null;
  }

  /** Values that lie in the caller's arrays, which are never written to; {@link #readFrom} says where. */
  public static Values view(int size, int samples, int steps, boolean constant) {
    return new Values(size, samples, steps, constant, new float[0]);
  }

  /**
   * Lets the first {@code count} samples of a view be read from an array that is laid out time first: row t of sample b at
   * {@code [t][first + b]} of {@code [steps][all][size]}, or at {@code [first + b]} of {@code [all][size]} if constant.
   */
  public void readFrom(float[] values, int first, int all, int count) {
    if (!readOnly) {
      throw new IllegalStateException("values: they have an array of their own");
    }
    array = values;
    firstSample = first;
    samplesOfArray = all;
    for (int b = 0; b < count; b++) {
      rows[b] = new Rows(values, (first + b) * size(), constant ? 0 : all * size());
    }
  }

  @Override
  public boolean constant() {
    return constant;
  }

  /** Whether the array is the caller's, and may not be written to. */
  public boolean readOnly() {
    return readOnly;
  }

  /** The values of a sample: row t is step t, row -1 is free for the state before the first step unless this is a view. */
  public Rows rows(int sample) {
    return rows[sample];
  }

  /** The values of a step of all samples, of step 0 if constant: row b is sample b. Allocates in a view. */
  public Rows atStep(int t) {
    return byStep == null ? new Rows(array, (t * samplesOfArray + firstSample) * size(), size()) : byStep[t];
  }

  /** The array behind all rows. */
  public float[] array() {
    return array;
  }

  /** Lets the gradient take the place of the values, which the backward pass then destroys. */
  public void gradientInPlace() {
    gradientIn(array);
  }
}
