package org.spikelane.connection;

import org.spikelane.layer.Shape;

/**
 * The arguments of PyTorch's {@code nn.Conv1d} and {@code nn.Conv2d}, with its defaults: stride 1, no padding, dilation
 * 1, one group, with bias. One number stands for all axes.
 */
public abstract sealed class ConvolutionBuilder<B extends ConvolutionBuilder<B>>
    permits Conv1d.Builder, Conv2d.Builder {

  private final String type;
  private int outChannels;
  private int[] kernelSize;
  private int[] stride = {1, 1};
  private int[] padding = {0, 0};
  private boolean paddingSame;
  private int[] dilation = {1, 1};
  private int groups = 1;
  private boolean bias = true;

  ConvolutionBuilder(String type) {
    this.type = type;
  }

  abstract B self();

  /** Required: number of channels that come out. */
  public final B outChannels(int channels) {
    this.outChannels = channels;
    return self();
  }

  /** Required: extent of the kernel. */
  public final B kernelSize(int size) {
    return kernelSizes(size, size);
  }

  /** Distance from a window to the next; default 1. */
  public final B stride(int stride) {
    return strides(stride, stride);
  }

  /** Zeros before the first and after the last place; default 0. */
  public final B padding(int padding) {
    return paddings(padding, padding);
  }

  /**
   * As many zeros as keep the extent, an odd one behind the last place: {@code padding='same'}; takes stride 1 only.
   */
  public final B paddingSame() {
    this.paddingSame = true;
    return self();
  }

  /** Distance from a tap of the kernel to the next; default 1. */
  public final B dilation(int dilation) {
    return dilations(dilation, dilation);
  }

  /** Groups of channels that do not mix; default 1. */
  public final B groups(int groups) {
    this.groups = groups;
    return self();
  }

  /** Whether a bias is added; default true. */
  public final B bias(boolean bias) {
    this.bias = bias;
    return self();
  }

  final B kernelSizes(int height, int width) {
    this.kernelSize = new int[] {height, width};
    return self();
  }

  final B strides(int vertical, int horizontal) {
    this.stride = new int[] {vertical, horizontal};
    return self();
  }

  final B paddings(int vertical, int horizontal) {
    this.padding = new int[] {vertical, horizontal};
    this.paddingSame = false;
    return self();
  }

  final B dilations(int vertical, int horizontal) {
    this.dilation = new int[] {vertical, horizontal};
    return self();
  }

  final int groups() {
    return groups;
  }

  final boolean bias() {
    return bias;
  }

  /** The shape of the weight for inputs of the given shape, found without making one. */
  public abstract Shape weightShape(Shape input);

  /** The shape of the output for inputs of the given shape, found without making one. */
  public abstract Shape outputShape(Shape input);

  /**
   * [out, in/groups] for a number of input channels, after a look at every argument that does not depend on the rest.
   */
  final int[] channels(int in) {
    if (outChannels < 1) {
      throw new IllegalArgumentException(type + ": expected outChannels, at least 1, got " + outChannels);
    }
    if (kernelSize == null) {
      throw new IllegalArgumentException(type + ": expected kernelSize, got none; set kernelSize(3)");
    }
    if (groups < 1 || in % groups != 0 || outChannels % groups != 0) {
      throw new IllegalArgumentException("groups: expected a number that divides " + in + " channels coming in and "
          + outChannels + " going out, got " + groups);
    }
    return new int[] {outChannels, in / groups};
  }

  /** How windows lie along an axis, 0 for the vertical one. */
  final Window window(int axis) {
    if (!paddingSame) {
      return new Window(kernelSize[axis], stride[axis], padding[axis], padding[axis], dilation[axis]);
    }
    if (stride[axis] != 1) {
      throw new IllegalArgumentException("stride: expected 1, as padding keeps the extent, got " + stride[axis]);
    }
    Window bare = new Window(kernelSize[axis], 1, 0, 0, dilation[axis]);
    long total = (long) bare.dilation() * (bare.kernel() - 1);
    if (total > Integer.MAX_VALUE) {
      throw new IllegalArgumentException("kernel: expected its extent times the dilation below 2^31, got "
          + bare.kernel() + " and " + bare.dilation());
    }
    return new Window(bare.kernel(), 1, (int) (total / 2), (int) (total - total / 2), bare.dilation());
  }
}
