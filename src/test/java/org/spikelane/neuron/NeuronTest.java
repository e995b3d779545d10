package org.spikelane.neuron;

import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.spikelane.layer.Shape;
import org.spikelane.reference.Agreement;

class NeuronTest {

  private static Neuron leaky(float factor) {
    return Leaky.builder().beta(0.5f).gradedSpikesFactor(factor).build(Shape.of(1), new SplittableRandom(1));
  }

  private static Neuron recurrent(float alpha, float beta, float threshold, float v) {
    return RSynaptic.builder().alpha(alpha).beta(beta).threshold(threshold).oneToOne(v)
        .build(Shape.of(1), new SplittableRandom(1));
  }

  /** A neuron, and the same with one parameter changed. */
  private record Change(String parameter, Neuron from, Neuron to) {}

  /** Spikes and membranes of three steps. */
  private static float[] run(Neuron neuron) {
    NeuronState state = neuron.state(1);
    float[] all = new float[6];
    for (int t = 0; t < 3; t++) {
      neuron.step(new float[] {1.25f}, state);
      all[2 * t] = state.spikes()[0];
      all[2 * t + 1] = state.membrane()[0];
    }
    return all;
  }

  @Test
  void refreshedParametersActAsIfBuiltSo() {
    for (Change change : List.of(
        new Change("graded_spikes_factor", leaky(1.5f), leaky(2)),
        new Change("alpha", recurrent(0.5f, 0.5f, 1, 0.5f), recurrent(0.75f, 0.5f, 1, 0.5f)),
        new Change("beta", recurrent(0.5f, 0.5f, 1, 0.5f), recurrent(0.5f, 0.75f, 1, 0.5f)),
        new Change("threshold", recurrent(0.5f, 0.5f, 1, 0.5f), recurrent(0.5f, 0.5f, 2, 0.5f)),
        new Change("V", recurrent(0.5f, 0.5f, 1, 0.5f), recurrent(0.5f, 0.5f, 1, 0.75f)))) {
      float[] want = run(change.to());
      assertFalse(Arrays.equals(want, run(change.from())), change.parameter());
      for (int i = 0; i < change.from().parameters().size(); i++) {
        change.from().parameters().get(i).values()[0] = change.to().parameters().get(i).values()[0];
      }
      change.from().refresh();
      Agreement.bits(change.parameter(), want, run(change.from()));
    }
  }
}
