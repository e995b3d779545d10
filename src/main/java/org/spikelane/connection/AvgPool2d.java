package org.spikelane.connection;

import org.spikelane.layer.Shape;

/**
 * The mean of every window, {@code y = (sum over the window of x)/(kernel height * kernel width)}: PyTorch's {@code
 * nn.AvgPool2d}, which counts the zeros of the padding ({@code count_include_pad=True}), and NIR's {@code AvgPool2d}.
 */
public final class AvgPool2d extends LinearPool2d {

  /**
   * A pool over {@code [C, H, W]}.
   *
   * @throws IllegalArgumentException if the input has other than three axes, or not even one window fits
   */
  public AvgPool2d(Shape inputShape, Window rows, Window columns) {
    super(inputShape, rows, columns, (float) rows.kernel() * columns.kernel());
  }

  @Override
  public String type() {
    return "AvgPool2d";
  }
}
