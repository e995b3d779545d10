package org.spikelane.network;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.spikelane.layer.ProductChoice;
import org.spikelane.surrogate.Surrogate;

class TapeTest {

  private static final Network NETWORK = Network.input(2).leaky("first", n -> n.beta(0.5f)).linear("fc", 3)
      .synaptic("last", n -> n.alpha(0.5f).beta(0.5f)).build(1);

  private static Tape record() {
    return NETWORK.record(Input.sequence(new float[8], 2, 2));
  }

  private static String refused(Runnable work) {
    return assertThrows(IllegalArgumentException.class, work::run).getMessage();
  }

  @Test
  void isConsumedByTheBackwardPass() {
    Tape tape = record();
    tape.backward(new Upstream());
    String message = "tape: it was run backward, which consumes it; record again";
    assertEquals(message,
        assertThrows(IllegalStateException.class, () -> tape.backward(new Upstream())).getMessage());
    assertEquals(message, assertThrows(IllegalStateException.class, () -> tape.membrane("last")).getMessage());
    assertEquals(message, assertThrows(IllegalStateException.class, () -> tape.spikes("last")).getMessage());
    assertEquals(message, assertThrows(IllegalStateException.class, tape::output).getMessage());
  }

  @Test
  void recordsCurrentsOnlyWhenAsked() {
    Tape tape = record();
    assertThrows(IllegalStateException.class, () -> tape.current("last"));
    assertEquals("layer: expected a second-order one, first has no synaptic current", refused(() -> tape.current("first")));
    Tape asked = NETWORK.record(Input.sequence(new float[8], 2, 2), true);
    assertEquals(12, asked.current("last").length);
  }

  @Test
  void refusesGradientsThatDoNotFitAndStaysFresh() {
    Tape tape = record();
    assertEquals("layer: expected one of [first, last], got fc",
        refused(() -> tape.backward(new Upstream().spikes("fc", new float[12]))));
    assertEquals("gradient of last.mem: expected 12 values, as many as the layer gave over all steps and samples, got 11",
        refused(() -> tape.backward(new Upstream().membrane("last", new float[11]))));
    assertEquals("gradient of first.syn: Leaky has no synaptic current",
        refused(() -> tape.backward(new Upstream().current("first", new float[8]))));
    Gradients gradients = tape.backward(new Upstream().spikes("last", new float[12]));
    assertEquals("parameter: expected one of [fc.weight, fc.bias], got last.beta",
        refused(() -> gradients.parameter("last.beta")));
  }

  /** The gradient through two silent layers is the product of their draws, which has both signs if they differ. */
  @Test
  void randomSurrogatesDrawApartInEveryLayer() {
    Network network = Network.input(1000).leaky("a", n -> n.beta(0.5f).surrogate(new Surrogate.Stochastic()))
        .leaky("b", n -> n.beta(0.5f).surrogate(new Surrogate.Stochastic())).build(1);
    float[] ones = new float[1000];
    Arrays.fill(ones, 1f);
    float[] gradient =
        network.record(Input.sequence(new float[1000], 1, 1)).backward(new Upstream().spikes("b", ones)).input();
    int negative = 0;
    for (float g : gradient) {
      negative += g < 0 ? 1 : 0;
    }
    assertTrue(negative > 400 && negative < 600, negative + " of 1000 are negative");
  }

  @Test
  void refusesOutputsThatExceedAnArray() {
    Network wide = Network.input(1).linear("fc", 100).leaky("lif", n -> n.beta(0.5f)).build(1);
    assertEquals("input: 30000 steps of 1000 samples of 100 neurons exceed an array; run fewer at once",
        refused(() -> wide.run(Input.constant(new float[1000], 30_000, 1000))));
  }

  @Test
  void refusesInputsThatDoNotFit() {
    assertEquals("input: expected 8 values (2 steps of 2 samples of 2), got 7",
        refused(() -> NETWORK.record(Input.sequence(new float[7], 2, 2))));
    assertEquals("input: expected 4 values (2 samples of 2), got 8",
        refused(() -> NETWORK.record(Input.constant(new float[8], 2, 2))));
    assertEquals("input: expected at least 1 step and 1 sample, got 0 and 2",
        refused(() -> Input.sequence(new float[0], 0, 2)));
    assertEquals("input: expected 3 samples, as the states have, got 2", refused(() -> NETWORK.record(
        Input.sequence(new float[8], 2, 2), false, NETWORK.states(3), ProductChoice.AUTO)));
  }
}
