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
 * Cross-correlation of {@code [C, L]}: PyTorch's {@code nn.Conv1d}, padded with zeros; that of an image one pixel high.
 * Parameters {@code weight} [out, in/groups, k] and, unless built without, {@code bias} [out].
 */
public final class Conv1d implements Layer {

  private static final Window ONE_ROW = Window.sideBySide(1);

  private final Shape inputShape;
  private final Convolution convolution;

  private Conv1d(Builder builder, Shape inputShape, RandomGenerator random) {
    this.inputShape = inputShape;
    this.convolution = new Convolution("", Builder.image(inputShape), builder.weightShape(inputShape), ONE_ROW,
        builder.window(1), builder.groups(), builder.bias(), true, random);
  }

  /** The arguments of the constructor, to be followed by {@link Builder#build}. */
  public static Builder builder() {
    return new Builder();
  }

  @Override
  public String type() {
    return "Conv1d";
  }

  @Override
  public Shape inputShape() {
    return inputShape;
  }

  @Override
  public Shape outputShape() {
    return Shape.of(convolution.output().extent(0), convolution.output().extent(2));
  }

  /** The windows from first to last. */
  public Window window() {
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

  /** The arguments of PyTorch's {@code nn.Conv1d}. */
  public static final class Builder extends ConvolutionBuilder<Builder> {

    private Builder() {
      super("Conv1d");
    }

    @Override
    Builder self() {
      return this;
    }

    /** An input as an image one pixel high. */
    private static Shape image(Shape input) {
      if (input.rank() != 2) {
        throw new IllegalArgumentException("Conv1d: expected an input of shape [C, L], got " + input);
      }
      return Shape.of(input.extent(0), 1, input.extent(1));
    }

    @Override
    public Shape weightShape(Shape input) {
      int[] channels = channels(image(input).extent(0));
      return Shape.of(channels[0], channels[1], window(1).kernel());
    }

    @Override
    public Shape outputShape(Shape input) {
      Shape image = Window.over(image(input), weightShape(input).extent(0), ONE_ROW, window(1));
      return Shape.of(image.extent(0), image.extent(2));
    }

    /**
     * The layer for inputs of the given shape, with PyTorch's default initialisation.
     *
     * @throws IllegalArgumentException if the input has other than two axes or is shorter than the kernel, or an
     *     argument is missing or does not fit
     */
    public Conv1d build(Shape input, RandomGenerator random) {
      return new Conv1d(this, input, random);
    }
  }
}
