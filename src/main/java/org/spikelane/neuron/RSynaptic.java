package org.spikelane.neuron;

import java.util.random.RandomGenerator;
import org.spikelane.connection.Recurrence;
import org.spikelane.layer.NeuronParameter;
import org.spikelane.layer.Setting;
import org.spikelane.layer.Shape;

/**
 * Second-order leaky integrate-and-fire with recurrence: snnTorch's {@code RSynaptic}.
 *
 * <pre>
 * r = mem &gt; threshold
 * syn = (alpha*syn + x) + V(spk)
 * mem = (beta*mem + syn) - r*threshold
 * spk = mem &gt; threshold
 * </pre>
 *
 * Written for delayed reset and {@code subtract}; the other resets and the immediate one stand at the kernels, {@link
 * org.spikelane.kernels.SynapticKernels}. {@code V} is a {@link org.spikelane.connection.Recurrence}. Its immediate reset
 * is that of {@link Synaptic}; in snnTorch 1.0.0 it does nothing or raises.
 */
public final class RSynaptic extends Neuron {

  private final NeuronParameter alpha;
  private final Recurrence recurrence;

  private RSynaptic(Builder builder, Shape shape, RandomGenerator random) {
    super(builder, shape);
    this.alpha = builder.alpha.over("alpha", true, builder.learnAlpha, shape);
    this.recurrence = builder.recurrence("RSynaptic", shape, random);
  }

  /** The arguments of the constructor, to be followed by {@link Builder#build}. */
  public static Builder builder() {
    return new Builder();
  }

  @Override
  public String type() {
    return "RSynaptic";
  }

  @Override
  public NeuronParameter alpha() {
    return alpha;
  }

  @Override
  public Recurrence recurrence() {
    return recurrence;
  }

  /** The arguments of snnTorch's {@code RSynaptic}. */
  public static final class Builder extends RecurrentBuilder<Builder> {

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
    public RSynaptic build(Shape shape, RandomGenerator random) {
      requireBeta("RSynaptic");
      requireAlpha("RSynaptic", alpha);
      return new RSynaptic(this, shape, random);
    }
  }
}
