package org.spikelane.neuron;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import java.util.function.DoubleSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.spikelane.reference.Agreement;
import org.spikelane.reference.FiniteDifferences;
import org.spikelane.reference.NaiveNeuron;
import org.spikelane.reference.NeuronCase;

/**
 * Finite differences of the forward equations, in double, against both backward passes: the naive one and the library's.
 *
 * <p>With the surrogate disabled no gradient passes through spikes, so the loss, a weighted sum of the states, is a
 * polynomial in everything as long as no spike flips. That checks every path but the surrogate's own, without using any
 * backward equation.
 */
class GradientCheckTest {

  private static final int CASES = 12;
  private static final double FINITE_DIFFERENCES = 1e-6;

  @TestFactory
  Stream<DynamicTest> finiteDifferences() {
    return Stream.of("Synaptic", "RLeaky", "Leaky", "RSynaptic").flatMap(type -> NaiveComparison.kinds(type, true).stream())
        .map(kind -> DynamicTest.dynamicTest(kind.toString(), () -> {
          int checked = 0;
          for (int seed = 1000; checked < CASES; seed++) {
            NeuronCase drawn = NeuronCase.draw(kind, seed);
            if (drawn.samples() * drawn.neuron().size() * drawn.steps() <= 100) {
              try {
                check(drawn);
              } catch (RuntimeException | AssertionError e) {
                throw new AssertionError(drawn + ": " + e.getMessage(), e);
              }
              checked++;
            }
          }
        }));
  }

  private static void check(NeuronCase drawn) {
    Map<String, double[]> naive = drawn.run().backward(drawn.gSpk(), drawn.gSyn(), drawn.gMem());
    NaiveNeuron moved = new NaiveNeuron(drawn.neuron());
    double[] x = drawn.inputOverTime();
    double[] spk0 = drawn.initialSpikes();
    double[] syn0 = drawn.initialCurrent();
    double[] mem0 = drawn.initialMembrane();
    double[] spikes = drawn.run().spikes();
    DoubleSupplier loss = () -> {
      NaiveNeuron.Run run = moved.run(x, drawn.steps(), spk0, syn0, mem0);
      // The graded factor is what spikes are worth: the only way in which they take part without a surrogate.
      double sum = 0;
      for (int i = 0; i < spikes.length; i++) {
        assertTrue((spikes[i] != 0) == (run.spikes()[i] != 0), "a spike flipped");
        sum += drawn.gSpk()[i] * run.spikes()[i] + drawn.gSyn()[i] * run.currents()[i]
            + drawn.gMem()[i] * run.membranes()[i];
      }
      return sum;
    };
    for (String name : moved.parameters()) {
      double[] values = moved.parameter(name);
      double[] differences = FiniteDifferences.of(values, loss);
      for (int i = 0; i < values.length; i++) {
        // A decay on the edge of 0..1 has two one-sided derivatives; the convention there is none.
        if ((name.equals("alpha") || name.equals("beta")) && (values[i] == 0 || values[i] == 1)) {
          differences[i] = 0;
        }
      }
      Agreement.near("naive d_" + name, differences, naive.get(name), FINITE_DIFFERENCES);
    }
    Agreement.near("naive d_input", FiniteDifferences.of(x, loss), naive.get("input"), FINITE_DIFFERENCES);
    Agreement.near("naive d_mem0", FiniteDifferences.of(mem0, loss), naive.get("mem0"), FINITE_DIFFERENCES);
    Agreement.near("naive d_syn0", FiniteDifferences.of(syn0, loss), naive.get("syn0"), FINITE_DIFFERENCES);
    Agreement.near("naive d_spk0", FiniteDifferences.of(spk0, loss), naive.get("spk0"), FINITE_DIFFERENCES);
    NaiveComparison.compareGradients(drawn, naive, drawn.record().backward(drawn.upstream()));
  }
}
