package org.spikelane.neuron;

import java.util.random.RandomGenerator;
import org.spikelane.layer.NeuronParameter;
import org.spikelane.layer.Setting;
import org.spikelane.layer.Shape;

/**
 * Second-order leaky integrate-and-fire: snnTorch's {@code Synaptic}.
 *
 * <pre>
 * r = mem &gt; threshold
 * syn = alpha*syn + x
 * mem = (beta*mem + syn) - r*threshold
 * spk = mem &gt; threshold
 * </pre>
 *
 * Written for delayed reset and {@code subtract}; the other resets and the immediate one stand at the kernels, {@link
 * org.spikelane.kernels.SynapticKernels}.
 */
public final class Synaptic extends Neuron {

  private final NeuronParameter alpha;

  private Synaptic(Builder builder, Shape shape) {
    super(builder, shape);
    this.alpha = builder.alpha.over("alpha", true, builder.learnAlpha, shape);
  }

  /** The arguments of the constructor, to be followed by {@link Builder#build}. */
  public static Builder builder() {
    return new Builder();
  }

  @Override
  public String type() {
    return "Synaptic";
  }

  @Override
  public NeuronParameter alpha() {
    return alpha;
  }

  /** The arguments of snnTorch's {@code Synaptic}. */
  public static final class Builder extends Neuron.Builder<Builder> {

    private Setting alpha;
    private boolean learnAlpha;

    private Builder() {}

    @Override
    Builder self() {
      return this;
    }

    /** Required: decay of the synaptic current per step, one for all neurons. */
    public Builder alpha(float alpha) {
      this.alpha = Setting.scalar(alpha);
      return this;
    }

    /** Required: decay of the synaptic current per step, one for each neuron. */
    public Builder alpha(float[] alpha) {
      this.alpha = Setting.perNeuron(alpha);
      return this;
    }

    /** Required: decay of the synaptic current per step, broadcast from the given shape. */
    public Builder alpha(Shape shape, float[] alpha) {
      this.alpha = new Setting(shape, alpha);
      return this;
    }

    /** Makes alpha trainable. */
    public Builder learnAlpha() {
      return learnAlpha(true);
    }

    /** Whether alpha is trainable; default false. */
    public Builder learnAlpha(boolean learn) {
      this.learnAlpha = learn;
      return this;
    }

    @Override
    public Synaptic build(Shape shape, RandomGenerator random) {
      requireBeta("Synaptic");
      requireAlpha("Synaptic", alpha);
      return new Synaptic(this, shape);
    }
  }
}
