package org.spikelane.connection;

import org.spikelane.layer.Shape;

/** The sum of every window, {@code y = sum over the window of x}: NIR's {@code SumPool2d}. */
public final class SumPool2d extends LinearPool2d {

  /**
   * A pool over {@code [C, H, W]}.
   *
   * @throws IllegalArgumentException if the input has other than three axes, or not even one window fits
   */
  public SumPool2d(Shape inputShape, Window rows, Window columns) {
    super(inputShape, rows, columns, 1);
  }

  @Override
  public String type() {
    return "SumPool2d";
  }
}
