package org.spikelane.layer;

import org.spikelane.kernels.Rows;

/**
 * What travels between two stages for one block: {@code [samples][1 + steps][size]}, the first row of a sample being the
 * step before the first; or, of a network's input, the caller's own array in any layout.
 */
public abstract sealed class Signal permits Values, Spikes {

  private final int size;
  private final int samples;
  private final int steps;
  private boolean gradientNeeded;
  private float[] gradient;
  private Rows[] gradientRows;
  /** By step; null where the gradient is read where it lies. */
  private Rows[] gradientByStep;

  Signal(int size, int samples, int steps) {
    this.size = size;
    this.samples = samples;
    this.steps = steps;
    lengthOf(samples, steps, size, size);
  }

  /**
   * Length of an array with a row before the first step and one after each, for each sample.
   *
   * @param size values of a row
   * @param apart how far rows lie apart, {@code size} or more
   * @throws IllegalArgumentException if no array is that long
   */
  public static int lengthOf(int samples, int steps, int size, int apart) {
    long length = samples * (1L + steps) * apart;
    if (length > Integer.MAX_VALUE - 8) {
      throw new IllegalArgumentException("block: " + samples + " samples of " + steps + " steps of " + size
          + " values exceed an array; run fewer samples or steps at once");
    }
    return (int) length;
  }

  /** Neurons or features of a row. */
  public final int size() {
    return size;
  }

  /** Most samples of a run. */
  public final int samples() {
    return samples;
  }

  /** Time steps of a run. */
  public final int steps() {
    return steps;
  }

  /** Whether one row per sample stands for every step. */
  public abstract boolean constant();

  /** Rows of a sample that carry data: {@link #steps}, or 1 if constant. */
  public final int rowsPerSample() {
    return constant() ? 1 : steps;
  }

  /** Whether a gradient is wanted. */
  public final boolean hasGradient() {
    return gradientNeeded;
  }

  /** Asks for a gradient; its array is made when it is first used. */
  public final void needGradient() {
    gradientNeeded = true;
  }

  /**
   * dL/d(this) of a sample: row t is the gradient at step t. A constant signal has one row, the sum over the steps.
   * Who reads this signal writes all of it in every backward pass; who wrote this signal reads it then, once, and may sum
   * there what else its spikes lead to.
   */
  public final Rows gradient(int sample) {
    if (gradientRows == null) {
      gradientArray();
    }
    return gradientRows[sample];
  }

  /** dL/d(this) of a step of all samples, of step 0 if constant: row b for sample b; not where {@link #gradientFrom} gave it. */
  public final Rows gradientAtStep(int t) {
    gradientArray();
    return gradientByStep[t];
  }

  /** Whether the gradient lies in an array of this signal's layout, and so has a row b for sample b at each step. */
  public final boolean hasGradientByStep() {
    return gradientByStep != null || gradientRows == null;
  }

  /** The array behind all gradient rows, laid out as {@code [samples][1 + steps][size]}; made if it is not there yet. */
  public final float[] gradientArray() {
    if (gradient == null) {
      gradientIn(new float[samples * (1 + rowsPerSample()) * size]);
    }
    return gradient;
  }

  /** Lets the gradient lie in an array that somebody else has too, laid out as {@link #gradientArray}, or longer. */
  public final void gradientIn(float[] array) {
    gradientNeeded = true;
    gradient = array;
    gradientRows = rows(array);
    gradientByStep = rowsByStep(array);
  }

  /**
   * Lets the gradient be read where the caller has it, row t of sample b in row t of {@code rows[b]}; only the caller writes
   * there.
   */
  public final void gradientFrom(Rows[] rows) {
    gradientNeeded = true;
    gradient = null;
    gradientRows = rows;
    gradientByStep = null;
  }

  /** Row b of step t at {@code [b][1 + t]} of an array laid out as {@code [samples][1 + steps][size]}. */
  final Rows[] rowsByStep(float[] array) {
    Rows[] rows = new Rows[rowsPerSample()];
    for (int t = 0; t < rows.length; t++) {
      rows[t] = new Rows(array, (1 + t) * size, (1 + rows.length) * size);
    }
    return rows;
  }

  /** Row t of sample b at {@code [b][1 + t]} of an array laid out as {@code [samples][1 + steps][size]}. */
  final Rows[] rows(float[] array) {
    Rows[] rows = new Rows[samples];
    int perSample = (1 + rowsPerSample()) * size;
    for (int b = 0; b < samples; b++) {
      rows[b] = new Rows(array, b * perSample + size, constant() ? 0 : size);
    }
    return rows;
  }
}
