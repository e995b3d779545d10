package org.spikelane.network;

import java.util.LinkedHashMap;
import java.util.Map;
import org.spikelane.kernels.KernelProvider;
import org.spikelane.kernels.RowKernels;
import org.spikelane.kernels.Rows;
import org.spikelane.kernels.SpikeRows;

/**
 * What a network gave for an input, without a tape: the output of its last layer, and how much every layer fired.
 *
 * <p>Spikes are kept as bits, and become floats when they are asked for.
 */
public final class Outputs {

  private final int steps;
  private final int samples;
  private final int size;
  private final Network network;
  /** [B][T][words], or null where the last layer gives values. */
  private final long[] bits;
  /** [T][B][N]; where the last layer spikes, made when it is asked for. */
  private float[] output;
  private float spikeValue = 1f;
  private Map<String, Long> spikes = Map.of();

  /** @param spiking whether the network's output is spikes */
  Outputs(Network network, Input input, boolean spiking) {
    this.network = network;
    this.steps = input.steps();
    this.samples = input.samples();
    this.size = network.outputShape().size();
    int total = input.total(size);
    this.bits = spiking ? new long[Math.multiplyExact(samples * steps, SpikeRows.words(size))] : null;
    this.output = spiking ? null : new float[total];
  }

  void spikeValue(float value) {
    spikeValue = value;
  }

  void counted(Map<String, Long> counts) {
    spikes = counts;
  }

  Rows values(int sample) {
    return Chain.timeFirst(output, sample, samples, size);
  }

  /**
   * The spikes of a sample, one bit a neuron: row t is step t. A view.
   *
   * @throws IllegalArgumentException if there is no such sample
   * @throws IllegalStateException if the last layer gives values, not spikes
   */
  public SpikeRows spikes(int sample) {
    if (bits == null) {
      throw new IllegalStateException("spikes: the last layer gives values, not spikes; read output()");
    }
    if (sample < 0 || sample >= samples) {
      throw new IllegalArgumentException("sample: expected 0 to " + (samples - 1) + ", got " + sample);
    }
    int words = SpikeRows.words(size);
    return new SpikeRows(bits, sample * steps * words, words);
  }

  /** The output of the last layer, [T][B][N], time first: spikes as 0 and 1 (times the graded factor in Leaky), or values. */
  public float[] output() {
    if (output == null) {
      RowKernels kernels = KernelProvider.current().rows();
      output = new float[steps * samples * size];
      for (int b = 0; b < samples; b++) {
        SpikeRows from = spikes(b);
        Rows to = values(b);
        for (int t = 0; t < steps; t++) {
          kernels.expand(from.words(), from.at(t), spikeValue, to.data(), to.at(t), 0, size);
        }
      }
    }
    return output;
  }

  /** The output summed over the steps, [B][N]: spike counts. */
  public float[] counts() {
    float[] counts = new float[samples * size];
    if (bits == null) {
      for (int t = 0; t < steps; t++) {
        KernelProvider.current().rows().add(output, t * counts.length, counts, 0, 0, counts.length);
      }
      return counts;
    }
    for (int b = 0; b < samples; b++) {
      spikes(b).addTo(counts, b * size, spikeValue, 0, steps, size);
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
