package org.spikelane.connection;

import org.spikelane.layer.Shape;

/**
 * How the windows of a convolution or a pool lie along one axis: tap {@code i} of window {@code p} sees place {@code
 * p*stride + i*dilation - before} of the input, which is padding where there is no such place.
 *
 * @param kernel number of taps: PyTorch's {@code kernel_size}
 * @param stride distance from a window to the next
 * @param before places of padding before the first
 * @param after places of padding after the last
 * @param dilation distance from a tap to the next
 */
public record Window(int kernel, int stride, int before, int after, int dilation) {

  /** @throws IllegalArgumentException if kernel, stride or dilation is below 1, or padding below 0 */
  public Window {
    requireAtLeast(1, "kernel", kernel);
    requireAtLeast(1, "stride", stride);
    requireAtLeast(0, "padding", before);
    requireAtLeast(0, "padding", after);
    requireAtLeast(1, "dilation", dilation);
  }

  private static void requireAtLeast(int least, String name, int value) {
    if (value < least) {
      throw new IllegalArgumentException(name + ": expected at least " + least + ", got " + value);
    }
  }

  /** Windows with the same padding on both sides and taps side by side. */
  public static Window of(int kernel, int stride, int padding) {
    return new Window(kernel, stride, padding, padding, 1);
  }

  /** Windows side by side without padding, as pools have them by default. */
  public static Window sideBySide(int kernel) {
    return of(kernel, kernel, 0);
  }

  /**
   * Number of windows along an axis of {@code extent} places: {@code floor((extent + before + after - dilation*(kernel
   * - 1) - 1)/stride) + 1}, 0 if not even one fits.
   *
   * @throws IllegalArgumentException if the padded axis exceeds an int
   */
  public int count(int extent) {
    long padded = (long) extent + before + after;
    if (padded > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          "padding: " + before + " and " + after + " around " + extent + " exceed 2^31 - 1");
    }
    long free = padded - (long) dilation * (kernel - 1) - 1;
    return free < 0 ? 0 : (int) (free / stride + 1);
  }

  /**
   * The shape of what windows over an image {@code [C, H, W]} make of it, with so many channels.
   *
   * @throws IllegalArgumentException if not even one fits into the padded image, or that exceeds an int
   */
  static Shape over(Shape image, int channels, Window rows, Window columns) {
    int height = rows.count(image.extent(1));
    int width = columns.count(image.extent(2));
    if (height == 0 || width == 0) {
      throw new IllegalArgumentException("kernel: expected it to fit into " + image + " with its padding, got "
          + rows.kernel() + " by " + columns.kernel());
    }
    return Shape.of(channels, height, width);
  }

  /** Whether padding is the same on both sides and taps are side by side. */
  boolean isPlain() {
    return before == after && dilation == 1;
  }

  /** The place that a tap of a window sees. */
  int at(int window, int tap) {
    return window * stride + tap * dilation - before;
  }

  /** The first tap of a window that is not before the first place. */
  int firstTap(int window) {
    return Math.clamp(Math.ceilDiv(before - window * stride, dilation), 0, kernel);
  }

  /** The first tap of a window that is beyond the last place of an axis of {@code extent} places. */
  int endTap(int window, int extent) {
    return Math.clamp(Math.ceilDiv(extent + before - window * stride, dilation), 0, kernel);
  }
}
