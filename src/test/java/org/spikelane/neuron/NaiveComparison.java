package org.spikelane.neuron;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.spikelane.kernels.ResetMechanism;
import org.spikelane.layer.Parameter;
import org.spikelane.network.Gradients;
import org.spikelane.network.Session;
import org.spikelane.network.Tape;
import org.spikelane.reference.Agreement;
import org.spikelane.reference.NaiveNeuron;
import org.spikelane.reference.NeuronCase;

/** Layers against the {@link NaiveNeuron}: spikes exactly, states and gradients closely, sessions to the bit. */
final class NaiveComparison {

  private static final int CASES = 250;
  private static final double STATES = 1e-5;
  private static final double GRADIENTS = 2e-4;

  private NaiveComparison() {}

  /** Random layers of one class, for each way to reset. */
  static Stream<DynamicTest> of(String type) {
    return kinds(type, false).stream().map(kind -> DynamicTest.dynamicTest(kind.toString(), () -> {
      for (int seed = 0; seed < CASES; seed++) {
        NeuronCase drawn = NeuronCase.draw(kind, seed);
        try {
          compare(drawn);
        } catch (RuntimeException | AssertionError e) {
          throw new AssertionError(drawn + ": " + e.getMessage(), e);
        }
      }
    }));
  }

  static List<NeuronCase.Kind> kinds(String type, boolean smooth) {
    List<NeuronCase.Kind> kinds = new ArrayList<>();
    for (ResetMechanism reset : List.of(ResetMechanism.SUBTRACT, ResetMechanism.ZERO, ResetMechanism.NONE)) {
      kinds.add(new NeuronCase.Kind(type, reset, true, smooth));
      kinds.add(new NeuronCase.Kind(type, reset, false, smooth));
    }
    return kinds;
  }

  private static void compare(NeuronCase drawn) {
    NaiveNeuron.Run want = drawn.run();
    Tape tape = drawn.record();
    Agreement.near("spk", want.spikes(), tape.spikes("lif"), 1e-7);
    Agreement.near("mem", want.membranes(), tape.membrane("lif"), STATES);
    if (drawn.neuron().alpha() != null) {
      Agreement.near("syn", want.currents(), tape.current("lif"), STATES);
    }
    compareSession(drawn, tape);
    compareGradients(drawn, want.backward(drawn.gSpk(), drawn.gSyn(), drawn.gMem()), tape.backward(drawn.upstream()));
  }

  /** Step by step gives the bits of the whole sequence. */
  private static void compareSession(NeuronCase drawn, Tape tape) {
    Session session = drawn.network().session(drawn.samples(), drawn.product());
    session.restore(drawn.states());
    NeuronState state = session.state("lif");
    float[] spk = new float[tape.spikes("lif").length];
    float[] mem = new float[spk.length];
    float[] syn = new float[spk.length];
    for (int t = 0; t < drawn.steps(); t++) {
      float[] out = session.step(drawn.inputAt(t)).output();
      System.arraycopy(out, 0, spk, t * out.length, out.length);
      System.arraycopy(state.membrane(), 0, mem, t * out.length, out.length);
      if (state.current() != null) {
        System.arraycopy(state.current(), 0, syn, t * out.length, out.length);
      }
    }
    Agreement.bits("session spk", tape.spikes("lif"), spk);
    Agreement.bits("session mem", tape.membrane("lif"), mem);
    if (state.current() != null) {
      Agreement.bits("session syn", tape.current("lif"), syn);
    }
  }

  static void compareGradients(NeuronCase drawn, Map<String, double[]> want, Gradients got) {
    for (Parameter parameter : drawn.neuron().parameters()) {
      if (parameter.trainable()) {
        Agreement.near("d_" + parameter.name(), want.get(parameter.name()), got.parameter("lif." + parameter.name()),
            GRADIENTS);
      }
    }
    Agreement.near("d_input", overSteps(want.get("input"), drawn), got.input(), GRADIENTS);
    Agreement.near("d_mem0", want.get("mem0"), got.initialMembrane("lif"), GRADIENTS);
    Agreement.near("d_spk0", want.get("spk0"), got.initialSpikes("lif"), GRADIENTS);
    if (drawn.neuron().alpha() != null) {
      Agreement.near("d_syn0", want.get("syn0"), got.initialCurrent("lif"), GRADIENTS);
    }
  }

  /** The gradient of a constant input is the sum over the steps. */
  static double[] overSteps(double[] gradient, NeuronCase drawn) {
    if (!drawn.constant()) {
      return gradient;
    }
    double[] sum = new double[gradient.length / drawn.steps()];
    for (int i = 0; i < gradient.length; i++) {
      sum[i % sum.length] += gradient[i];
    }
    return sum;
  }
}
