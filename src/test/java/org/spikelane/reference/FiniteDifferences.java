package org.spikelane.reference;

import java.util.function.DoubleSupplier;

/** Gradients without any backward equation. */
public final class FiniteDifferences {

  private static final double STEP = 1e-6;

  private FiniteDifferences() {}

  /** Central differences of {@code loss} in every one of the values that it reads; they are as before afterwards. */
  public static double[] of(double[] values, DoubleSupplier loss) {
    double[] differences = new double[values.length];
    for (int i = 0; i < values.length; i++) {
      double value = values[i];
      values[i] = value + STEP;
      double above = loss.getAsDouble();
      values[i] = value - STEP;
      double below = loss.getAsDouble();
      values[i] = value;
      differences[i] = (above - below) / (2 * STEP);
    }
    return differences;
  }
}
