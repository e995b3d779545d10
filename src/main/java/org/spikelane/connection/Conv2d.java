package org.spikelane.connection;

import java.util.List;
import java.util.random.RandomGenerator;
import org.spikelane.layer.Block;
import org.spikelane.layer.Layer;
import org.spikelane.layer.Parameter;
import org.spikelane.layer.Shape;
import org.spikelane.layer.Signal;
import org.spikelane.layer.Stage;

/**
 * Cross-correlation of {@code [C, H, W]}: PyTorch's {@code nn.Conv2d}, padded with zeros. Parameters {@code weight}
 * [out, in/groups, kh, kw] and, unless built without, {@code bias} [out].
 */
public final class Conv2d implements Layer {

  private final Shape inputShape;
  private final Convolution convolution;

  private Conv2d(Builder builder, Shape inputShape, RandomGenerator random) {
    this.inputShape = inputShape;
    this.convolution = new Convolution("", inputShape, builder.weightShape(inputShape), builder.window(0),
        builder.window(1), builder.groups(), builder.bias(), true, random);
  }

  /** The arguments of the constructor, to be followed by {@link Builder#build}. */
  public static Builder builder() {
    return new Builder();
  }

  @Override
  public String type() {
    return "Conv2d";
  }

  @Override
  public Shape inputShape() {
    return inputShape;
  }

  @Override
  public Shape outputShape() {
    return convolution.output();
  }

  /** The windows from top to bottom. */
  public Window rows() {
    return convolution.rows();
  }

  /** The windows from left to right. */
  public Window columns() {
    return convolution.columns();
  }

  /** Groups of channels that do not mix. */
  public int groups() {
    return convolution.weights().groups().size();
  }

  /** Whether it has a bias. */
  public boolean hasBias() {
    return convolution.weights().hasBias();
  }

  @Override
  public List<Parameter> parameters() {
    return convolution.weights().parameters();
  }

  @Override
  public void refresh() {
    convolution.weights().refresh();
  }

  @Override
  public boolean takesSpikes() {
    return true;
  }

  @Override
  public Stage stage(Signal input, Block block) {
    return convolution.stage(input, block);
  }

  /** The arguments of PyTorch's {@code nn.Conv2d}. */
  public static final class Builder extends ConvolutionBuilder<Builder> {

    private Builder() {
      super("Conv2d");
    }

    @Override
    Builder self() {
      return this;
    }

    /** Required: height and width of the kernel. */
    public Builder kernelSize(int height, int width) {
      return kernelSizes(height, width);
    }

    /** Distance from a window to the one below and to the one on the right. */
    public Builder stride(int vertical, int horizontal) {
      return strides(vertical, horizontal);
    }

    /** Rows of zeros above and below, columns of zeros on the left and on the right. */
    public Builder padding(int vertical, int horizontal) {
      return paddings(vertical, horizontal);
    }

    /** Distance from a tap of the kernel to the one below and to the one on the right. */
    public Builder dilation(int vertical, int horizontal) {
      return dilations(vertical, horizontal);
    }

    @Override
    public Shape weightShape(Shape input) {
      if (input.rank() != 3) {
        throw new IllegalArgumentException("Conv2d: expected an input of shape [C, H, W], got " + input);
      }
      int[] channels = channels(input.extent(0));
      return Shape.of(channels[0], channels[1], window(0).kernel(), window(1).kernel());
    }

    @Override
    public Shape outputShape(Shape input) {
      return Window.over(input, weightShape(input).extent(0), window(0), window(1));
    }

    /**
     * The layer for inputs of the given shape, with PyTorch's default initialisation.
     *
     * @throws IllegalArgumentException if the input has other than three axes or is smaller than the kernel, or an
     *     argument is missing or does not fit
     */
    public Conv2d build(Shape input, RandomGenerator random) {
      return new Conv2d(this, input, random);
    }
  }
}
