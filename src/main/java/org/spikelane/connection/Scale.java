package org.spikelane.connection;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.spikelane.kernels.KernelProvider;
import org.spikelane.kernels.RowKernels;
import org.spikelane.kernels.Rows;
import org.spikelane.layer.Block;
import org.spikelane.layer.GradientSums;
import org.spikelane.layer.Layer;
import org.spikelane.layer.NeuronParameter;
import org.spikelane.layer.Parameter;
import org.spikelane.layer.Setting;
import org.spikelane.layer.Shape;
import org.spikelane.layer.Signal;
import org.spikelane.layer.Stage;
import org.spikelane.layer.Values;

/**
 * A gain and an offset for each value, {@code y = weight*x + bias}: NIR's {@code Scale}, and the diagonal of its {@code
 * Affine}.
 *
 * <p>Parameters {@code weight} and, where there is one, {@code bias}, in any shape that broadcasts over the layer's:
 * {@code []}, {@code [N]}, the layer's own, {@code [C, 1, 1]}. Multiplied and added apart, so the bits are those of
 * torch.
 */
public final class Scale implements Layer {

  private final Shape shape;
  private final NeuronParameter weight;
  private final NeuronParameter bias;
  /** What is added: the bias, or -0.0, which leaves every bit of a float as it was. */
  private final float[] offsets;

  private Scale(Builder builder, Shape shape) {
    this.shape = shape;
    this.weight = builder.weight.over("weight", false, builder.learn, shape);
    this.bias = builder.bias == null ? null : builder.bias.over("bias", false, builder.learn, shape);
    this.offsets = bias == null ? new float[shape.size()] : bias.perNeuron();
    if (bias == null) {
      Arrays.fill(offsets, -0.0f);
    }
  }

  /** The settings, to be followed by {@link Builder#build}. */
  public static Builder builder() {
    return new Builder();
  }

  @Override
  public String type() {
    return "Scale";
  }

  @Override
  public Shape inputShape() {
    return shape;
  }

  @Override
  public Shape outputShape() {
    return shape;
  }

  /** What values are multiplied by. */
  public NeuronParameter weight() {
    return weight;
  }

  /** What is added to them, or null. */
  public NeuronParameter bias() {
    return bias;
  }

  @Override
  public List<Parameter> parameters() {
    List<Parameter> parameters = new ArrayList<>(List.of(weight.parameter()));
    if (bias != null) {
      parameters.add(bias.parameter());
    }
    return parameters;
  }

  @Override
  public void refresh() {
    weight.refresh();
    if (bias != null) {
      bias.refresh();
    }
  }

  @Override
  public boolean takesSpikes() {
    return false;
  }

  @Override
  public Stage stage(Signal input, Block block) {
    return new ScaleStage((Values) input, block);
  }

  private final class ScaleStage implements Stage {

    private final RowKernels kernels = KernelProvider.current().rows();
    private final Values input;
    private final Values output;

    ScaleStage(Values input, Block block) {
      this.input = input;
      this.output = new Values(shape.size(), block.samples(), block.steps(), input.constant());
    }

    @Override
    public Values output() {
      return output;
    }

    @Override
    public void forward(int samples) {
      for (int b = 0; b < samples; b++) {
        Rows x = input.rows(b);
        Rows y = output.rows(b);
        for (int t = 0; t < input.rowsPerSample(); t++) {
          System.arraycopy(offsets, 0, y.data(), y.at(t), shape.size());
          kernels.addProduct(weight.perNeuron(), 0, x.data(), x.at(t), y.data(), y.at(t), 0, shape.size());
        }
      }
    }

    @Override
    public void backward(int samples, GradientSums sums) {
      for (int b = 0; b < samples; b++) {
        Rows x = input.rows(b);
        Rows gy = output.gradient(b);
        for (int t = 0; t < input.rowsPerSample(); t++) {
          if (weight.parameter().trainable()) {
            kernels.addProduct(gy.data(), gy.at(t), x.data(), x.at(t), sums.of(weight.parameter()), 0, 0, shape.size());
          }
          if (bias != null && bias.parameter().trainable()) {
            kernels.add(gy.data(), gy.at(t), sums.of(bias.parameter()), 0, 0, shape.size());
          }
          if (input.hasGradient()) {
            Rows gx = input.gradient(b);
            Arrays.fill(gx.data(), gx.at(t), gx.at(t) + shape.size(), 0f);
            kernels.addProduct(weight.perNeuron(), 0, gy.data(), gy.at(t), gx.data(), gx.at(t), 0, shape.size());
          }
        }
      }
    }
  }

  /** What a {@link Scale} is built from. */
  public static final class Builder {

    private Setting weight = Setting.scalar(1f);
    private Setting bias;
    private boolean learn = true;

    private Builder() {}

    /** What values are multiplied by, one for all; default 1. */
    public Builder weight(float weight) {
      this.weight = Setting.scalar(weight);
      return this;
    }

    /** What values are multiplied by, one for each. */
    public Builder weight(float[] weight) {
      this.weight = Setting.perNeuron(weight);
      return this;
    }

    /** What values are multiplied by, broadcast from the given shape. */
    public Builder weight(Shape shape, float[] weight) {
      this.weight = new Setting(shape, weight);
      return this;
    }

    /** What is added, one for all; default nothing. */
    public Builder bias(float bias) {
      this.bias = Setting.scalar(bias);
      return this;
    }

    /** What is added, one for each. */
    public Builder bias(float[] bias) {
      this.bias = Setting.perNeuron(bias);
      return this;
    }

    /** What is added, broadcast from the given shape. */
    public Builder bias(Shape shape, float[] bias) {
      this.bias = new Setting(shape, bias);
      return this;
    }

    /** Whether weight and bias are trainable; default true. */
    public Builder learn(boolean learn) {
      this.learn = learn;
      return this;
    }

    /**
     * The layer for inputs of the given shape.
     *
     * @throws IllegalArgumentException if a value is not finite or a shape does not broadcast over the input's
     */
    public Scale build(Shape shape) {
      return new Scale(this, shape);
    }
  }
}
