package org.spikelane.connection;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.spikelane.layer.ProductChoice;
import org.spikelane.network.Gradients;
import org.spikelane.network.Input;
import org.spikelane.network.Network;
import org.spikelane.network.States;
import org.spikelane.network.Tape;
import org.spikelane.network.Upstream;
import org.spikelane.reference.Agreement;

class AllToAllTest {

  /** Neurons that fire more often than that leave a doubt about which product is faster. */
  private static final double FEW = 1.0 / 6;

  /**
   * Gradients are added some steps at a time or all at once, by how many samples, neurons and spikes there are; the sums are
   * those over all steps: {@code gW = sum of gx[t]*spk[t-1]ᵀ, gBias = sum of gx[t]}, as the recurrent current is added to x.
   */
  @ParameterizedTest(name = "{0} neurons, {1} samples, {2} steps, threshold {3}")
  @CsvSource({"70, 16, 61, 2", "130, 64, 30, 2", "130, 8, 150, 2", "130, 15, 100, 2", "130, 200, 13, 2", "64, 512, 3, 2",
      "1030, 16, 40, 2", "1030, 24, 25, 2", "70, 16, 61, 0.1", "130, 64, 30, 0.1", "20, 16, 70, 2", "130, 600, 1, 2"})
  void sumsItsGradientsOverAllSteps(int neurons, int samples, int steps, float threshold) {
    SplittableRandom random = new SplittableRandom(neurons + samples);
    int step = samples * neurons;
    Network network = Network.input(neurons).rLeaky("lif", n -> n.beta(0.8f).threshold(threshold).allToAll()).build(1);
    float[] spk0 = new float[step];
    for (int i = 0; i < step; i++) {
      spk0[i] = random.nextInt(8) == 0 ? 1 : 0;
    }
    Input input = Input.sequence(uniform(random, steps * step), steps, samples).withGradient();
    Upstream upstream = new Upstream().spikes("lif", uniform(random, steps * step));
    for (ProductChoice product : ProductChoice.values()) {
      States states = network.states(samples);
      states.of("lif").spikes(spk0);
      Tape tape = network.record(input, false, states, product);
      float[] spk = tape.spikes("lif");
      Gradients gradients = tape.backward(upstream);
      float[] gx = gradients.input();
      double[] gWeight = new double[neurons * neurons];
      double[] gBias = new double[neurons];
      long fired = 0;
      for (int t = 0; t < steps; t++) {
        float[] previous = t == 0 ? spk0 : spk;
        for (int b = 0; b < samples; b++) {
          int at = t * step + b * neurons;
          int before = t == 0 ? b * neurons : at - step;
          for (int i = 0; i < neurons; i++) {
            gBias[i] += gx[at + i];
            if (previous[before + i] != 0) {
              fired++;
              for (int o = 0; o < neurons; o++) {
                gWeight[o * neurons + i] += gx[at + o];
              }
            }
          }
        }
      }
      double rate = (double) fired / ((long) steps * step);
      assertTrue(rate > 0.01 && (rate < FEW) == (threshold > 1), "rate " + rate);
      Agreement.near(product + " gW", gWeight, gradients.parameter("lif.recurrent.weight"), 1e-5);
      Agreement.near(product + " gBias", gBias, gradients.parameter("lif.recurrent.bias"), 1e-5);
    }
  }

  private static float[] uniform(SplittableRandom random, int size) {
    float[] values = new float[size];
    for (int i = 0; i < size; i++) {
      values[i] = (float) random.nextDouble(-0.6, 1);
    }
    return values;
  }
}
