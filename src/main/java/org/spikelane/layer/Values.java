package org.spikelane.layer;

import org.spikelane.kernels.Rows;

/** A signal of floats: input currents and whatever is not spikes. */
public final class Values extends Signal {

  private final boolean constant;
  private final float[] array;
  private final Rows[] rows;

  /** Zeros; {@code constant} for one row per sample that stands for every step. */
  public Values(int size, int samples, int steps, boolean constant) {
    super(size, samples, steps);
    this.constant = constant;
    this.array = new float[samples * (1 + rowsPerSample()) * size];
    this.rows = rows(array);
  }

  @Override
  public boolean constant() {
    return constant;
  }

  /** The values of a sample: row t is step t, row -1 is free for the state before the first step. */
  public Rows rows(int sample) {
    return rows[sample];
  }

  /** The array behind all rows. */
  public float[] array() {
    return array;
  }

  /** Lets the gradient take the place of the values, which the backward pass then destroys. */
  public void gradientInPlace() {
    gradient(array);
  }
}
