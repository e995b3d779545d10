package org.spikelane.neuron;

import java.util.random.RandomGenerator;
import org.spikelane.connection.Recurrence;
import org.spikelane.layer.Shape;

/**
 * First-order leaky integrate-and-fire with recurrence: snnTorch's {@code RLeaky}.
 *
 * <pre>
 * r = mem &gt; threshold
 * mem = ((beta*mem + x) + V(spk)) - r*threshold
 * spk = mem &gt; threshold
 * </pre>
 *
 * Written for delayed reset and {@code subtract}; the other resets and the immediate one stand at the kernels, {@link
 * org.spikelane.kernels.LeakyKernels}. {@code V} is a {@link org.spikelane.connection.Recurrence}.
 */
public final class RLeaky extends Neuron {

  private final Recurrence recurrence;

  private RLeaky(Builder builder, Shape shape, RandomGenerator random) {
    super(builder, shape);
    this.recurrence = builder.recurrence("RLeaky", shape, random);
  }

  /** The arguments of the constructor, to be followed by {@link Builder#build}. */
  public static Builder builder() {
    return new Builder();
  }

  @Override
  public String type() {
    return "RLeaky";
  }

  @Override
  public Recurrence recurrence() {
    return recurrence;
  }

  /** The arguments of snnTorch's {@code RLeaky}. */
  public static final class Builder extends RecurrentBuilder<Builder> {

    private Builder() {}

    @Override
    Builder self() {
      return this;
    }

    @Override
    public RLeaky build(Shape shape, RandomGenerator random) {
      requireBeta("RLeaky");
      return new RLeaky(this, shape, random);
    }
  }
}
