package org.spikelane.network;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.UnaryOperator;
import org.spikelane.connection.Window;
import org.spikelane.kernels.ResetMechanism;
import org.spikelane.neuron.Leaky;
import org.spikelane.neuron.Neuron;
import org.spikelane.neuron.RLeaky;
import org.spikelane.neuron.RSynaptic;
import org.spikelane.neuron.RecurrentBuilder;
import org.spikelane.neuron.Synaptic;
import org.spikelane.quant.StateQuantization;

/** Networks with every kind of neuron layer, for properties that all must have. */
final class Networks {

  /** A network and what it is called in a report. */
  record Named(String name, Network network) {

    @Override
    public String toString() {
      return name;
    }
  }

  static final int FEATURES = 5;
  static final int HIDDEN = 70;

  private Networks() {}

  /** Linear, neuron, Linear, neuron: every neuron, reset, delay and recurrence, inhibited and quantised ones included. */
  static List<Named> all() {
    List<Named> all = new ArrayList<>();
    for (ResetMechanism reset : List.of(ResetMechanism.SUBTRACT, ResetMechanism.ZERO, ResetMechanism.NONE)) {
      for (boolean delay : new boolean[] {true, false}) {
        for (boolean inhibition : new boolean[] {false, true}) {
          for (boolean quantised : new boolean[] {false, true}) {
            String mode = " " + reset + (delay ? " delayed" : " immediate") + (inhibition ? " inhibited" : "")
                + (quantised ? " quantised" : "");
            Mode set = new Mode(reset, delay, inhibition, quantised);
            all.add(named("Synaptic" + mode, set.on(Synaptic.builder().alpha(0.8f)), inhibition));
            all.add(named("Leaky" + mode, set.on(Leaky.builder()), inhibition));
            recurrent("RLeaky", mode, set, RLeaky::builder, all);
            recurrent("RSynaptic", mode, set, () -> RSynaptic.builder().alpha(0.8f), all);
          }
        }
      }
    }
    return all;
  }

  private interface Start<B> {
    B builder();
  }

  private static <B extends RecurrentBuilder<B>> void recurrent(String type, String mode, Mode set, Start<B> start,
      List<Named> all) {
    all.add(named(type + " dense" + mode, set.on(start.builder()).allToAll(), set.inhibition));
    all.add(named(type + " one-to-one" + mode, set.on(start.builder()).oneToOne(0.3f), set.inhibition));
    if (!set.inhibition) {
      all.add(new Named(type + " conv" + mode, Network.input(1, 6, 6).conv2d("fc1", 2, 2)
          .neuron("lif1", set.on(start.builder()).conv2dChannels(2).kernelSize(3)).flatten("flat").linear("fc2", 4)
          .leaky("lif2", n -> n.beta(0.8f)).build(3)));
    }
  }

  private record Mode(ResetMechanism reset, boolean delay, boolean inhibition, boolean quantised) {

    <B extends Neuron.Builder<B>> B on(B builder) {
      builder.beta(0.9f).learnBeta().threshold(0.4f).learnThreshold().resetMechanism(reset).resetDelay(delay)
          .inhibition(inhibition);
      return quantised ? builder.stateQuant(StateQuantization.builder().numBits(5).build()) : builder;
    }
  }

  private static Named named(String name, Neuron.Builder<?> hidden, boolean inhibition) {
    UnaryOperator<Synaptic.Builder> last = n -> n.alpha(0.5f).beta(0.8f).learnAlpha().threshold(0.1f);
    return new Named(name, Network.input(FEATURES).linear("fc1", HIDDEN).neuron("lif1", hidden)
        .linear("fc2", 4, !inhibition).synaptic("lif2", last).build(3));
  }

  /** Networks of layers other than neurons and products of spikes, around the same two neurons. */
  static List<Named> ofLayers() {
    List<Named> all = new ArrayList<>();
    all.add(new Named("scales and membranes", Network.input(FEATURES)
        .scale("gain", s -> s.weight(new float[] {0.5f, -1, 2, 1, 0.1f}).bias(0.2f)).linear("fc1", HIDDEN)
        .synaptic("lif1", n -> n.alpha(0.5f).learnAlpha().beta(0.7f).learnBeta().resetMechanism(ResetMechanism.NONE)
            .output(Neuron.Output.MEMBRANE))
        .rLeaky("lif", n -> n.beta(0.8f).allToAll().output(Neuron.Output.MEMBRANE).threshold(0.3f))
        .linear("fc2", 4).synaptic("lif2", n -> n.alpha(0.5f).beta(0.8f).learnAlpha().threshold(0.1f)).build(3)));
    all.add(new Named("pools", Network.input(2, 7, 6).avgPool2d("avg", Window.of(3, 1, 1), Window.of(2, 2, 0))
        .leaky("lif1", n -> n.beta(0.8f).threshold(0.2f)).sumPool2d("sum", 2).flatten("channels", 1, 2).flatten("flat")
        .linear("fc2", 4).leaky("lif2", n -> n.beta(0.8f)).build(3)));
    all.add(new Named("convolutions", Network.input(2, 6, 7)
        .conv2d("conv2d", c -> c.outChannels(4).kernelSize(3, 2).stride(2, 1).padding(1, 0).groups(2).bias(false))
        .leaky("lif1", n -> n.beta(0.8f).threshold(0.1f)).flatten("rows", 1, 2)
        .conv1d("conv1d", c -> c.outChannels(2).kernelSize(4).dilation(2).paddingSame())
        .rLeaky("lif", n -> n.beta(0.8f).threshold(0.1f).oneToOne(0.3f)).flatten("flat").linear("fc2", 4)
        .rLeaky("lif2", n -> n.beta(0.8f).threshold(0.1f).allToAll().recurrentBias(false)).build(3)));
    all.add(new Named("delays", Network.input(FEATURES).delay("delay", 0, 3, 1, 6, 2).linear("fc1", HIDDEN)
        .synaptic("lif1", n -> n.alpha(0.5f).learnAlpha().beta(0.7f).threshold(0.3f)).delay("spikes", 5)
        .linear("fc2", 4).delay("values", 1).leaky("lif2", n -> n.beta(0.8f).threshold(0.1f)).build(3)));
    return all;
  }

  /** Uniform in -1 … 2. */
  static float[] input(long seed, int size) {
    SplittableRandom random = new SplittableRandom(seed);
    float[] values = new float[size];
    for (int i = 0; i < size; i++) {
      values[i] = (float) random.nextDouble(-1, 2);
    }
    return values;
  }
}
