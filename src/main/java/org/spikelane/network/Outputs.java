package org.spikelane.network;

import java.util.LinkedHashMap;
import java.util.Map;
import org.spikelane.kernels.KernelProvider;

/** What a network gave for an input, without a tape: the output of its last layer, and how much every layer fired. */
public final class Outputs {

  private final int steps;
  private final int samples;
  private final int size;
  private final float[] output;
  private final Map<String, Long> spikes;
  private final Network network;

  Outputs(Network network, Input input, float[] output, Map<String, Long> spikes) {
    this.network = network;
    this.steps = input.steps();
    this.samples = input.samples();
    this.size = network.outputShape().size();
    this.output = output;
    this.spikes = spikes;
  }

  /** The output of the last layer, [T][B][N], time first: spikes as 0 and 1, or values. */
  public float[] output() {
    return output;
  }

  /** The output summed over the steps, [B][N]: spike counts. */
  public float[] counts() {
    float[] counts = new float[samples * size];
    for (int t = 0; t < steps; t++) {
      KernelProvider.current().rows().add(output, t * counts.length, counts, 0, 0, counts.length);
    }
    return counts;
  }

  /** For each sample the neuron with the largest count, the first of equals. */
  public int[] predicted() {
    float[] counts = counts();
    int[] predicted = new int[samples];
    for (int b = 0; b < samples; b++) {
      predicted[b] = KernelProvider.current().rows().argMax(counts, b * size, 0, size);
    }
    return predicted;
  }

  /** Spikes per neuron and step, by neuron layer. */
  public Map<String, Double> firingRates() {
    Map<String, Double> rates = new LinkedHashMap<>();
    spikes.forEach((layer, count) ->
        rates.put(layer, count / ((double) steps * samples * network.neuron(layer).size())));
    return rates;
  }
}
