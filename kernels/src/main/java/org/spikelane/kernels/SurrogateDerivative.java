package org.spikelane.kernels;

import java.util.Objects;

/**
 * The derivative that backward kernels put in the place of that of a spike: rows that were computed before, or a quotient
 * that they compute from the recorded membrane where they need it.
 *
 * <p>The quotient is {@code peak / (y*y + floor)}, {@code y = steepness*|z| + offset}, with {@code z = mem - theta} of the
 * membrane that fired; for each surrogate the same bits as the method of {@link SurrogateKernels} of its name. Dividing
 * takes about as long as fetching what a backward pass reads and writes (ten cycles a vector on a Zen 4 core), and together
 * they take little longer than one of them.
 */
public final class SurrogateDerivative {

  private final Rows rows;
  private final float peak;
  private final float steepness;
  private final float offset;
  private final float floor;

  private SurrogateDerivative(Rows rows, float peak, float steepness, float offset, float floor) {
    this.rows = rows;
    this.peak = peak;
    this.steepness = steepness;
    this.offset = offset;
    this.floor = floor;
  }

  /**
   * Rows that were computed before, by {@link SurrogateKernels} or otherwise.
   *
   * @param rows the derivative at step t in row t; shared, not copied
   * @throws IllegalArgumentException if they are {@link Rows#NONE}, or other rows of an empty array
   */
  public static SurrogateDerivative of(Rows rows) {
    Objects.requireNonNull(rows, "rows");
    if (rows.isNone()) {
      throw new IllegalArgumentException("rows: expected derivatives, got those of an empty array");
    }
    return new SurrogateDerivative(rows, 0, 0, 0, 0);
  }

  /**
   * {@code (alpha/2) / (1 + y*y)}, {@code y = ((pi/2)*alpha)*z}, computed by the kernel.
   *
   * @param alpha as {@link SurrogateKernels#atan} has it, dimensionless; not checked
   */
  public static SurrogateDerivative atan(float alpha) {
    return new SurrogateDerivative(Rows.NONE, alpha / 2f, ScalarSurrogateKernels.steepness(alpha), 0f, 1f);
  }

  /**
   * {@code 1 / (y*y)}, {@code y = slope*|z| + 1}, computed by the kernel.
   *
   * @param slope as {@link SurrogateKernels#fastSigmoid} has it, dimensionless; not checked
   */
  public static SurrogateDerivative fastSigmoid(float slope) {
    return new SurrogateDerivative(Rows.NONE, 1f, slope, 1f, 0f);
  }

  /** Whether the kernel computes it. */
  boolean computed() {
    return rows.isNone();
  }

  /** That of neuron n at step t, whose membrane fired or not at {@code mem}. */
  float at(int t, int n, float mem, float theta) {
    if (!computed()) {
      return rows.data()[rows.at(t) + n];
    }
    float y = steepness * Math.abs(mem - theta) + offset;
    return peak / (y * y + floor);
  }

  /** Its rows, or {@link Rows#NONE} where it is computed. */
  Rows rows() {
    return rows;
  }

  float peak() {
    return peak;
  }

  float steepness() {
    return steepness;
  }

  float offset() {
    return offset;
  }

  float floor() {
    return floor;
  }
}
