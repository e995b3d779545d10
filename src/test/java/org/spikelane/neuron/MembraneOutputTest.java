package org.spikelane.neuron;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.DoubleSupplier;
import org.junit.jupiter.api.Test;
import org.spikelane.kernels.ResetMechanism;
import org.spikelane.network.Gradients;
import org.spikelane.network.Input;
import org.spikelane.network.Network;
import org.spikelane.network.Session;
import org.spikelane.network.Tape;
import org.spikelane.network.Upstream;
import org.spikelane.quant.StateQuantization;
import org.spikelane.reference.Agreement;
import org.spikelane.reference.FiniteDifferences;

/** Neurons whose membrane the next layer reads. */
class MembraneOutputTest {

  private static final int STEPS = 6;
  private static final int SAMPLES = 3;
  private static final int SIZE = 70;

  private static float[] random(long seed, int size) {
    SplittableRandom random = new SplittableRandom(seed);
    float[] values = new float[size];
    for (int i = 0; i < size; i++) {
      values[i] = (float) random.nextDouble(-1, 1.5);
    }
    return values;
  }

  /** Every neuron in every mode, by name; a builder of each for both outputs. */
  private static Map<String, List<Neuron.Builder<?>>> builders() {
    Map<String, List<Neuron.Builder<?>>> builders = new LinkedHashMap<>();
    for (ResetMechanism reset : List.of(ResetMechanism.SUBTRACT, ResetMechanism.ZERO, ResetMechanism.NONE)) {
      for (int mode = 0; mode < 8; mode++) {
        for (Neuron.Output output : Neuron.Output.values()) {
          for (Neuron.Builder<?> builder : List.of(Leaky.builder().beta(0.9f).gradedSpikesFactor(1.5f),
              RLeaky.builder().beta(0.8f).allToAll(), RLeaky.builder().beta(0.9f).oneToOne(0.4f),
              Synaptic.builder().alpha(0.5f).learnAlpha().beta(0.8f),
              RSynaptic.builder().alpha(0.5f).beta(0.9f).allToAll())) {
            boolean delay = (mode & 1) == 0;
            boolean inhibition = (mode & 2) != 0;
            boolean quantised = (mode & 4) != 0;
            builder.threshold(0.5f).learnBeta().learnThreshold().resetMechanism(reset).resetDelay(delay)
                .inhibition(inhibition).output(output);
            builder.stateQuant(quantised ? StateQuantization.builder().numBits(5).build() : null);
            String name = builder.getClass() + " " + reset + (delay ? " delayed" : " immediate")
                + (inhibition ? " inhibited" : "") + (quantised ? " quantised" : "");
            builders.computeIfAbsent(name, key -> new ArrayList<>()).add(builder);
          }
        }
      }
    }
    return builders;
  }

  @Test
  void changesNothingButWhatTheNextLayerReads() {
    builders().forEach((name, all) -> {
      for (int i = 0; i < all.size() / 2; i++) {
        compare(name, all.get(i), all.get(all.size() / 2 + i));
      }
    });
  }

  private static void compare(String name, Neuron.Builder<?> ofSpikes, Neuron.Builder<?> ofMembrane) {
    Network firing = Network.input(SIZE).neuron("lif", ofSpikes).build(1);
    Network showing = Network.input(SIZE).neuron("lif", ofMembrane).build(1);
    Input x = Input.sequence(random(1, STEPS * SAMPLES * SIZE), STEPS, SAMPLES).withGradient();
    Tape want = firing.record(x, true);
    Tape got = showing.record(x, true);
    Agreement.bits(name, want.membrane("lif"), got.membrane("lif"));
    Agreement.bits(name, want.spikes("lif"), got.spikes("lif"));
    Agreement.bits(name, want.membrane("lif"), got.output());
    Agreement.bits(name, want.membrane("lif"), showing.run(x).output());
    assertEquals(firing.run(x).firingRates(), showing.run(x).firingRates(), name);
    Session session = showing.session(SAMPLES);
    for (int t = 0; t < STEPS; t++) {
      int row = SAMPLES * SIZE;
      float[] out = session.step(Arrays.copyOfRange(random(1, STEPS * row), t * row, (t + 1) * row)).output();
      Agreement.bits(name, Arrays.copyOfRange(want.membrane("lif"), t * row, (t + 1) * row), out);
    }

    float[] gSpk = random(2, STEPS * SAMPLES * SIZE);
    float[] gMem = random(3, gSpk.length);
    float[] gOut = random(4, gSpk.length);
    float[] both = new float[gSpk.length];
    for (int i = 0; i < both.length; i++) {
      both[i] = gOut[i] + gMem[i];
    }
    Gradients wanted = want.backward(new Upstream().spikes("lif", gSpk).membrane("lif", both));
    Gradients gotten = got.backward(new Upstream().spikes("lif", gSpk).membrane("lif", gMem).output(gOut));
    Agreement.bits(name, wanted.input(), gotten.input());
    Agreement.bits(name, wanted.initialMembrane("lif"), gotten.initialMembrane("lif"));
    Agreement.bits(name, wanted.initialSpikes("lif"), gotten.initialSpikes("lif"));
    wanted.parameters().forEach((parameter, gradient) ->
        Agreement.bits(name + " " + parameter, gradient, gotten.parameter(parameter)));
  }

  @Test
  void integratesWithoutFiring() {
    Network integrators = Network.input(2).leaky("i", n -> n.beta(1).resetMechanism(ResetMechanism.NONE)
        .output(Neuron.Output.MEMBRANE)).build(1);
    Session session = integrators.session();
    assertArrayEquals(new float[] {0.75f, -1}, session.step(new float[] {0.75f, -1}).output());
    assertArrayEquals(new float[] {1.5f, -2}, session.step(new float[] {0.75f, -1}).output());
    assertArrayEquals(new float[] {2.25f, -3}, session.step(new float[] {0.75f, -1}).output());
  }

  /** Beta 0 and no reset: the membrane is the input, and the spike says whether that is above the threshold. */
  @Test
  void leakyWithoutMemoryIsAThreshold() {
    Network threshold = Network.input(5).leaky("threshold",
        n -> n.beta(0).threshold(0.3f).resetMechanism(ResetMechanism.NONE)).build(1);
    Session session = threshold.session();
    for (int t = 0; t < 3; t++) {
      assertArrayEquals(new float[] {0, 0, 1, 1, 0},
          session.step(new float[] {-5, 0.3f, Math.nextUp(0.3f), 1e30f, 0}).output());
    }
  }

  /** Input, CubaLI, Linear, LI, LI: naive in double, with finite differences for the backward pass. */
  @Test
  void agreesWithTheNaiveLoopsAcrossLayers() {
    Network network = Network.input(3)
        .synaptic("cuba", n -> n.alpha(new float[] {0.3f, 0.5f, 0.7f}).beta(0.8f).learnAlpha().learnBeta()
            .resetMechanism(ResetMechanism.NONE).output(Neuron.Output.MEMBRANE))
        .linear("fc", 4)
        .leaky("li1", n -> n.beta(0.6f).learnBeta().resetMechanism(ResetMechanism.NONE).output(Neuron.Output.MEMBRANE))
        .leaky("li2", n -> n.beta(0.9f).learnBeta().resetMechanism(ResetMechanism.NONE).output(Neuron.Output.MEMBRANE))
        .build(5);
    float[] x = random(1, STEPS * SAMPLES * 3);
    float[] g = random(2, STEPS * SAMPLES * 4);
    Map<String, double[]> values = new LinkedHashMap<>();
    network.parameters().forEach((name, parameter) -> values.put(name, Agreement.doubles(parameter.values())));
    values.put("input", Agreement.doubles(x));
    Tape tape = network.record(Input.sequence(x, STEPS, SAMPLES).withGradient());
    Agreement.near("output", naive(values), tape.output(), 1e-6);
    Gradients gradients = tape.backward(new Upstream().output(g));
    DoubleSupplier loss = () -> {
      double[] y = naive(values);
      double sum = 0;
      for (int i = 0; i < y.length; i++) {
        sum += g[i] * y[i];
      }
      return sum;
    };
    gradients.parameters().forEach((name, gradient) ->
        Agreement.near(name, FiniteDifferences.of(values.get(name), loss), gradient, 2e-6));
    assertEquals(6, gradients.parameters().size());
    Agreement.near("input", FiniteDifferences.of(values.get("input"), loss), gradients.input(), 2e-6);
  }

  private static double[] naive(Map<String, double[]> values) {
    double[] y = new double[STEPS * SAMPLES * 4];
    for (int b = 0; b < SAMPLES; b++) {
      double[] current = new double[3];
      double[] first = new double[3];
      double[] second = new double[4];
      double[] third = new double[4];
      for (int t = 0; t < STEPS; t++) {
        for (int n = 0; n < 3; n++) {
          current[n] = values.get("cuba.alpha")[n] * current[n] + values.get("input")[(t * SAMPLES + b) * 3 + n];
          first[n] = values.get("cuba.beta")[0] * first[n] + current[n];
        }
        for (int o = 0; o < 4; o++) {
          double sum = values.get("fc.bias")[o];
          for (int n = 0; n < 3; n++) {
            sum += values.get("fc.weight")[o * 3 + n] * first[n];
          }
          second[o] = values.get("li1.beta")[0] * second[o] + sum;
          third[o] = values.get("li2.beta")[0] * third[o] + second[o];
          y[(t * SAMPLES + b) * 4 + o] = third[o];
        }
      }
    }
    return y;
  }
}
