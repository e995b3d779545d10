package org.spikelane.training;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLongArray;
import org.spikelane.network.Network;

/** What became of each sample of a batch, written by several threads, each its own samples. */
final class Outcome {

  final double[] losses;
  final int[] predicted;
  final boolean[] silent;
  final AtomicLongArray spikes;

  Outcome(int samples, int layers) {
    losses = new double[samples];
    predicted = new int[samples];
    silent = new boolean[samples];
    spikes = new AtomicLongArray(layers);
  }

  /** Spikes per neuron and step of each neuron layer, over {@code samples} samples. */
  static Map<String, Double> rates(Network network, long[] spikes, long samples, int steps) {
    Map<String, Double> rates = new LinkedHashMap<>();
    int layer = 0;
    for (String name : network.neurons().keySet()) {
      rates.put(name, spikes[layer++] / ((double) samples * steps * network.neuron(name).size()));
    }
    return rates;
  }
}
