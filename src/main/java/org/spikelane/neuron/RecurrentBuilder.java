package org.spikelane.neuron;

import java.util.random.RandomGenerator;
import org.spikelane.connection.AllToAll;
import org.spikelane.connection.Convolutional;
import org.spikelane.connection.OneToOne;
import org.spikelane.connection.Recurrence;
import org.spikelane.layer.Setting;
import org.spikelane.layer.Shape;

/**
 * The arguments of the recurrent neurons, with snnTorch's defaults and its configuration errors.
 *
 * <p>By default the recurrence is all-to-all, and then either {@link #linearFeatures} or {@link #conv2dChannels} with
 * {@link #kernelSize} must be given; {@link #allToAll()} takes the number of features from the layer. {@code
 * allToAll(false)} with {@link #v} connects every neuron to itself alone.
 */
public abstract sealed class RecurrentBuilder<B extends RecurrentBuilder<B>> extends Neuron.Builder<B>
    permits RLeaky.Builder, RSynaptic.Builder {

  private boolean allToAll = true;
  private boolean featuresOfLayer;
  private Integer linearFeatures;
  private Integer conv2dChannels;
  private int[] kernelSize;
  private Setting v = Setting.scalar(1f);
  private boolean recurrentBias = true;
  private boolean learnRecurrent = true;

  RecurrentBuilder() {}

  /** Connects every neuron to every neuron of the layer: {@code all_to_all=True, linear_features=} the layer's size. */
  public final B allToAll() {
    this.allToAll = true;
    this.featuresOfLayer = true;
    return self();
  }

  /** Whether the recurrence is dense or convolutional (default true), or from each neuron to itself. */
  public final B allToAll(boolean allToAll) {
    this.allToAll = allToAll;
    return self();
  }

  /** Connects every neuron to itself alone, with one weight for all: {@code all_to_all=False, V=v}. */
  public final B oneToOne(float v) {
    return allToAll(false).v(v);
  }

  /** Connects every neuron to itself alone, with a weight for each: {@code all_to_all=False, V=v}. */
  public final B oneToOne(float[] v) {
    return allToAll(false).v(v);
  }

  /** Neurons of the layer, connected densely: {@code linear_features}. */
  public final B linearFeatures(int features) {
    this.linearFeatures = features;
    return self();
  }

  /** Channels of the layer, connected by a convolution: {@code conv2d_channels}. */
  public final B conv2dChannels(int channels) {
    this.conv2dChannels = channels;
    return self();
  }

  /** Side of the recurrent convolution's kernel, odd: {@code kernel_size}. */
  public final B kernelSize(int side) {
    return kernelSize(side, side);
  }

  /** Height and width of the recurrent convolution's kernel, both odd: {@code kernel_size}. */
  public final B kernelSize(int height, int width) {
    this.kernelSize = new int[] {height, width};
    return self();
  }

  /** The recurrent weight of one-to-one recurrence, one for all neurons; default 1. */
  public final B v(float v) {
    this.v = Setting.scalar(v);
    return self();
  }

  /** The recurrent weights of one-to-one recurrence, one for each neuron. */
  public final B v(float[] v) {
    this.v = Setting.perNeuron(v);
    return self();
  }

  /** The recurrent weights of one-to-one recurrence, broadcast from the given shape. */
  public final B v(Shape shape, float[] v) {
    this.v = new Setting(shape, v);
    return self();
  }

  /**
   * Whether dense and convolutional recurrence have a bias; default true. False is what {@code lif.recurrent.bias =
   * None} makes of snnTorch's layer.
   */
  public final B recurrentBias(boolean bias) {
    this.recurrentBias = bias;
    return self();
  }

  /** Whether the recurrent weights are trainable; default true. */
  public final B learnRecurrent(boolean learn) {
    this.learnRecurrent = learn;
    return self();
  }

  final Recurrence recurrence(String type, Shape shape, RandomGenerator random) {
    boolean conv = conv2dChannels != null || kernelSize != null;
    if (!allToAll) {
      if (linearFeatures != null || conv) {
        throw new IllegalArgumentException(type + ": linearFeatures, conv2dChannels and kernelSize belong to allToAll; with"
            + " allToAll(false) set only v");
      }
      return new OneToOne(v.over("V", false, learnRecurrent, shape));
    }
    if ((linearFeatures != null || featuresOfLayer) && conv) {
      throw new IllegalArgumentException(type + ": expected either linearFeatures or conv2dChannels with kernelSize, got"
          + " both; keep the one that matches the input, [N] or [C, H, W]");
    }
    if (conv) {
      if (conv2dChannels == null || kernelSize == null) {
        throw new IllegalArgumentException(type + ": conv2dChannels and kernelSize belong together, got only "
            + (kernelSize == null ? "conv2dChannels; add kernelSize" : "kernelSize; add conv2dChannels"));
      }
      if (shape.rank() != 3 || shape.extent(0) != conv2dChannels) {
        throw new IllegalArgumentException("conv2dChannels: expected the channels of a layer of shape [C, H, W], got "
            + conv2dChannels + " for a layer of shape " + shape);
      }
      return new Convolutional(shape, kernelSize[0], kernelSize[1], recurrentBias, learnRecurrent, random);
    }
    if (linearFeatures == null && !featuresOfLayer) {
      throw new IllegalArgumentException(type + ": an all-to-all recurrence needs linearFeatures(n), or conv2dChannels(c)"
          + " with kernelSize(k); or use allToAll(false) with v(…)");
    }
    if (shape.rank() != 1 || (linearFeatures != null && linearFeatures != shape.size())) {
      throw new IllegalArgumentException("linearFeatures: expected the size of a layer of shape [N], got "
          + (linearFeatures == null ? "allToAll()" : linearFeatures) + " for a layer of shape " + shape);
    }
    return new AllToAll(shape.size(), recurrentBias, learnRecurrent, random);
  }
}
