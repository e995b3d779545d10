package org.spikelane.neuron;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.random.RandomGenerator;
import org.spikelane.connection.Recurrence;
import org.spikelane.kernels.ResetMechanism;
import org.spikelane.layer.Block;
import org.spikelane.layer.NeuronParameter;
import org.spikelane.layer.Parameter;
import org.spikelane.layer.ProductChoice;
import org.spikelane.layer.Setting;
import org.spikelane.layer.Shape;
import org.spikelane.layer.Signal;
import org.spikelane.layer.State;
import org.spikelane.layer.StatefulLayer;
import org.spikelane.layer.Values;
import org.spikelane.quant.StateQuantization;
import org.spikelane.surrogate.Surrogate;

/**
 * A layer of spiking neurons: what the four classes have in common.
 *
 * <p>{@code beta} (and {@code alpha}) are stored as given and clipped to 0..1 in the forward pass; their gradient passes
 * only strictly inside. Input is one current a neuron, output one spike, or the membrane (see {@link Output}); states
 * start at zero unless given.
 */
public abstract sealed class Neuron implements StatefulLayer permits Leaky, RLeaky, Synaptic, RSynaptic {

  /** What of a neuron the next layer reads. */
  public enum Output {
    /** Its spikes. */
    SPIKES,
    /**
     * Its membrane, as each step returned it.
     *
     * <p>Nothing else about the neuron changes: it fires, resets, recurs and is counted by its threshold as ever, and
     * spikes, membrane and current are the same bits. With {@link ResetMechanism#NONE} and no recurrence its spikes
     * touch nothing, so that the threshold does not matter (but for firing rates) and {@link Leaky} is NIR's {@code
     * LI}, with beta 1 its {@code I}, and {@link Synaptic} its {@code CubaLI}. In the backward pass dL/d(output) is
     * dL/d(mem).
     */
    MEMBRANE
  }

  private final Shape shape;
  private final NeuronParameter beta;
  private final NeuronParameter threshold;
  private final Surrogate surrogate;
  private final boolean surrogateDisabled;
  private final boolean inhibition;
  private final ResetMechanism resetMechanism;
  private final boolean resetDelay;
  private final StateQuantization stateQuant;
  private final Output output;

  Neuron(Builder<?> builder, Shape shape) {
    this.shape = shape;
    this.beta = builder.beta.over("beta", true, builder.learnBeta, shape);
    this.threshold = builder.threshold.over("threshold", false, builder.learnThreshold, shape);
    this.surrogate = builder.surrogate;
    this.surrogateDisabled = builder.surrogateDisabled;
    this.inhibition = builder.inhibition;
    this.resetMechanism = builder.resetMechanism;
    this.resetDelay = builder.resetDelay;
    this.stateQuant = builder.stateQuant;
    this.output = builder.output;
    if (inhibition && shape.rank() != 1) {
      throw new IllegalArgumentException("inhibition: expected a layer of shape [N], as one neuron wins each row, got "
          + shape + "; put a Flatten before it");
    }
  }

  @Override
  public final Shape inputShape() {
    return shape;
  }

  @Override
  public final Shape outputShape() {
    return shape;
  }

  @Override
  public final boolean takesSpikes() {
    return false;
  }

  /** Number of neurons. */
  public final int size() {
    return shape.size();
  }

  /** Decay of the membrane per step. */
  public final NeuronParameter beta() {
    return beta;
  }

  /** Membrane potential above which a neuron fires. */
  public final NeuronParameter threshold() {
    return threshold;
  }

  /** Decay of the synaptic current per step, or null in first-order neurons. */
  public NeuronParameter alpha() {
    return null;
  }

  /** The recurrence, or null. */
  public Recurrence recurrence() {
    return null;
  }

  /** What a spike is worth to the next layer, {@code graded_spikes_factor}; null, which counts as 1, except in Leaky. */
  public NeuronParameter gradedSpikesFactor() {
    return null;
  }

  /** Whether spikes are worth the graded factor; those of an inhibited layer are 1, as in snnTorch. */
  final boolean graded() {
    return gradedSpikesFactor() != null && !inhibition;
  }

  /** What a spike is worth to the next layer. */
  public final float spikeValue() {
    return graded() ? gradedSpikesFactor().perNeuron()[0] : 1f;
  }

  /** What stands for the derivative of the spike. */
  public final Surrogate surrogate() {
    return surrogate;
  }

  /** Whether spikes carry no gradient at all. */
  public final boolean surrogateDisabled() {
    return surrogateDisabled;
  }

  /** Whether only the neuron furthest above its threshold fires, one a row. */
  public final boolean inhibition() {
    return inhibition;
  }

  /** What a spike does to the membrane: SUBTRACT, ZERO or NONE. */
  public final ResetMechanism resetMechanism() {
    return resetMechanism;
  }

  /** The reset mechanism as snnTorch numbers it, {@code reset_mechanism_val}: 0 subtract, 1 zero, 2 none. */
  public final int resetMechanismVal() {
    return switch (resetMechanism) {
      case SUBTRACT -> 0;
      case ZERO, ZERO_CARRIED -> 1;
      case NONE -> 2;
    };
  }

  /** Whether the reset comes in the step after the spike (true, snnTorch's default) or in its own. */
  public final boolean resetDelay() {
    return resetDelay;
  }

  /** How states are rounded, or null. */
  public final StateQuantization stateQuant() {
    return stateQuant;
  }

  /** What the next layer reads. */
  public final Output output() {
    return output;
  }

  /** The reset as the kernels know it. */
  ResetMechanism kernelReset() {
    return resetMechanism;
  }

  @Override
  public List<Parameter> parameters() {
    List<Parameter> parameters = new ArrayList<>();
    parameters.add(threshold.parameter());
    parameters.add(beta.parameter());
    if (alpha() != null) {
      parameters.add(alpha().parameter());
    }
    if (gradedSpikesFactor() != null) {
      parameters.add(gradedSpikesFactor().parameter());
    }
    if (recurrence() != null) {
      parameters.addAll(recurrence().parameters());
    }
    return parameters;
  }

  @Override
  public void refresh() {
    refresh(0, 1);
  }

  @Override
  public void refresh(int part, int parts) {
    if (part == 0) {
      beta.refresh();
      threshold.refresh();
      if (alpha() != null) {
        alpha().refresh();
      }
      if (gradedSpikesFactor() != null) {
        gradedSpikesFactor().refresh();
      }
    }
    if (recurrence() != null) {
      recurrence().refresh(part, parts);
    }
  }

  /** Whether a gradient of alpha, beta or the threshold is wanted. */
  final boolean learnsDynamics() {
    return beta.parameter().trainable() || threshold.parameter().trainable()
        || (alpha() != null && alpha().parameter().trainable());
  }

  /** Whether a gradient of the recurrence's parameters is wanted. */
  final boolean learnsRecurrence() {
    return recurrence() != null && recurrence().parameters().stream().anyMatch(Parameter::trainable);
  }

  /** States of {@code samples} samples, all zero: {@code init_synaptic()}, {@code init_rleaky()}, …. */
  @Override
  public final NeuronState state(int samples) {
    return new NeuronState(this, samples);
  }

  /**
   * One step with explicit states, snnTorch's {@code spk, syn, mem = lif(x, syn, mem)}: the states are updated in place,
   * the spikes are in {@link NeuronState#spikes}. Allocates nothing.
   *
   * @param x input currents, [samples][N]
   * @param state states of as many samples, made by {@link #state} of this neuron
   * @throws IllegalArgumentException if x or the states do not fit
   */
  public final void step(float[] x, NeuronState state) {
    state.step(this, x);
  }

  @Override
  public final NeuronStage stage(Signal input, Block block, State state, int first) {
    Values values = (Values) input;
    NeuronState states = (NeuronState) state;
    return alpha() == null
        ? new FirstOrderStage(this, values, block, states, first)
        : new SecondOrderStage(this, values, block, states, first);
  }

  /** A block of one step that records nothing. */
  static Block oneStep(int samples) {
    return new Block(samples, 1, false, false, ProductChoice.AUTO);
  }

  /** The arguments that all four neurons take, with snnTorch's defaults. */
  public abstract static sealed class Builder<B extends Builder<B>> permits Leaky.Builder, RecurrentBuilder,
      Synaptic.Builder {

    private Setting beta;
    private Setting threshold = Setting.scalar(1f);
    private boolean learnBeta;
    private boolean learnThreshold;
    private Surrogate surrogate = new Surrogate.ATan();
    private boolean surrogateDisabled;
    private boolean inhibition;
    private ResetMechanism resetMechanism = ResetMechanism.SUBTRACT;
    private boolean resetDelay = true;
    private StateQuantization stateQuant;
    private Output output = Output.SPIKES;

    Builder() {}

    abstract B self();

    /**
     * The layer for inputs of the given shape.
     *
     * @param random draws initial recurrent weights
     * @throws IllegalArgumentException if the arguments contradict each other or the shape
     */
    public abstract Neuron build(Shape shape, RandomGenerator random);

    /** Required: decay of the membrane per step, one for all neurons. */
    public final B beta(float beta) {
      this.beta = Setting.scalar(beta);
      return self();
    }

    /** Required: decay of the membrane per step, one for each neuron. */
    public final B beta(float[] beta) {
      this.beta = Setting.perNeuron(beta);
      return self();
    }

    /** Required: decay of the membrane per step, broadcast from the given shape. */
    public final B beta(Shape shape, float[] beta) {
      this.beta = new Setting(shape, beta);
      return self();
    }

    /** The firing threshold, one for all neurons; default 1. */
    public final B threshold(float threshold) {
      this.threshold = Setting.scalar(threshold);
      return self();
    }

    /** The firing threshold, one for each neuron. */
    public final B threshold(float[] threshold) {
      this.threshold = Setting.perNeuron(threshold);
      return self();
    }

    /** The firing threshold, broadcast from the given shape. */
    public final B threshold(Shape shape, float[] threshold) {
      this.threshold = new Setting(shape, threshold);
      return self();
    }

    /** Makes beta trainable. */
    public final B learnBeta() {
      return learnBeta(true);
    }

    /** Whether beta is trainable; default false. */
    public final B learnBeta(boolean learn) {
      this.learnBeta = learn;
      return self();
    }

    /** Makes the threshold trainable. */
    public final B learnThreshold() {
      return learnThreshold(true);
    }

    /** Whether the threshold is trainable; default false. */
    public final B learnThreshold(boolean learn) {
      this.learnThreshold = learn;
      return self();
    }

    /** The surrogate gradient, {@code spike_grad}; default {@code atan(2)}. */
    public final B surrogate(Surrogate surrogate) {
      this.surrogate = Objects.requireNonNull(surrogate, "surrogate");
      return self();
    }

    /** Whether spikes carry no gradient, whatever the surrogate; default false. */
    public final B surrogateDisabled(boolean disabled) {
      this.surrogateDisabled = disabled;
      return self();
    }

    /** Whether only the neuron furthest above its threshold fires; default false. */
    public final B inhibition(boolean inhibition) {
      this.inhibition = inhibition;
      return self();
    }

    /**
     * What a spike does to the membrane; default SUBTRACT.
     *
     * @throws IllegalArgumentException for anything but SUBTRACT, ZERO and NONE
     */
    public final B resetMechanism(ResetMechanism mechanism) {
      if (mechanism == ResetMechanism.ZERO_CARRIED) {
        throw new IllegalArgumentException("resetMechanism: expected SUBTRACT, ZERO or NONE, got " + mechanism
            + ", which is what Leaky makes of ZERO by itself");
      }
      this.resetMechanism = Objects.requireNonNull(mechanism, "resetMechanism");
      return self();
    }

    /** Whether the reset comes one step after its spike; default true. */
    public final B resetDelay(boolean delay) {
      this.resetDelay = delay;
      return self();
    }

    /** Rounds states to a few levels in the forward pass; default null, not at all. */
    public final B stateQuant(StateQuantization quantization) {
      this.stateQuant = quantization;
      return self();
    }

    /** What the next layer reads: the spikes, which is the default, or the membrane. */
    public final B output(Output output) {
      this.output = Objects.requireNonNull(output, "output");
      return self();
    }

    final void requireBeta(String type) {
      if (beta == null) {
        throw new IllegalArgumentException(type + ": expected beta, the decay of the membrane, got none; set beta(0.9f)");
      }
    }

    static void requireAlpha(String type, Setting alpha) {
      if (alpha == null) {
        throw new IllegalArgumentException(
            type + ": expected alpha, the decay of the synaptic current, got none; set alpha(0.9f)");
      }
    }
  }
}
