package org.spikelane.neuron;

import java.util.random.RandomGenerator;
import org.spikelane.kernels.ResetMechanism;
import org.spikelane.layer.NeuronParameter;
import org.spikelane.layer.Setting;
import org.spikelane.layer.Shape;

/**
 * First-order leaky integrate-and-fire: snnTorch's {@code Leaky}.
 *
 * <pre>
 * r = mem &gt; threshold
 * mem = (beta*mem + x) - r*threshold
 * spk = graded_spikes_factor * (mem &gt; threshold)
 * </pre>
 *
 * Written for delayed reset and {@code subtract}; the other resets and the immediate one stand at the kernels, {@link
 * org.spikelane.kernels.LeakyKernels}. With {@code zero}, unlike in the other three neurons, the new input survives.
 *
 * <p>With beta 0 and reset {@code none} nothing is carried: {@code spk = x > threshold}, NIR's {@code Threshold}. With
 * reset {@code none} and {@link Neuron.Output#MEMBRANE} it is a leaky integrator, NIR's {@code LI}, and with beta 1 an
 * integrator, {@code I}.
 */
public final class Leaky extends Neuron {

  private final NeuronParameter gradedSpikesFactor;

  private Leaky(Builder builder, Shape shape) {
    super(builder, shape);
    this.gradedSpikesFactor = builder.gradedSpikesFactor.over("graded_spikes_factor", false,
        builder.learnGradedSpikesFactor, shape);
  }

  /** The arguments of the constructor, to be followed by {@link Builder#build}. */
  public static Builder builder() {
    return new Builder();
  }

  @Override
  public String type() {
    return "Leaky";
  }

  @Override
  public NeuronParameter gradedSpikesFactor() {
    return gradedSpikesFactor;
  }

  @Override
  ResetMechanism kernelReset() {
    return resetMechanism() == ResetMechanism.ZERO ? ResetMechanism.ZERO_CARRIED : resetMechanism();
  }

  /** The arguments of snnTorch's {@code Leaky}. */
  public static final class Builder extends Neuron.Builder<Builder> {

    private Setting gradedSpikesFactor = Setting.scalar(1f);
    private boolean learnGradedSpikesFactor;

    private Builder() {}

    @Override
    Builder self() {
      return this;
    }

    /** What a spike is worth to the next layer; default 1. */
    public Builder gradedSpikesFactor(float factor) {
      this.gradedSpikesFactor = Setting.scalar(factor);
      return this;
    }

    /** Whether that worth is trainable; default false. */
    public Builder learnGradedSpikesFactor(boolean learn) {
      this.learnGradedSpikesFactor = learn;
      return this;
    }

    @Override
    public Leaky build(Shape shape, RandomGenerator random) {
      requireBeta("Leaky");
      return new Leaky(this, shape);
    }
  }
}
