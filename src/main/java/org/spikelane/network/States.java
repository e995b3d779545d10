package org.spikelane.network;

import java.util.LinkedHashMap;
import java.util.Map;
import org.spikelane.neuron.Neuron;
import org.spikelane.neuron.NeuronState;

/** The states of every neuron layer of a network, for a number of samples. Belongs to one thread. */
public final class States {

  private final Map<String, NeuronState> byLayer = new LinkedHashMap<>();
  private final int samples;

  /** All zero. */
  States(Network network, int samples) {
    this.samples = samples;
    for (NamedLayer named : network.layers()) {
      if (named.layer() instanceof Neuron neuron) {
        byLayer.put(named.name(), neuron.state(samples));
      }
    }
  }

  /** Number of samples. */
  public int samples() {
    return samples;
  }

  /**
   * The state of a layer.
   *
   * @throws IllegalArgumentException if there is no neuron layer of that name
   */
  public NeuronState of(String layer) {
    NeuronState state = byLayer.get(layer);
    if (state == null) {
      throw new IllegalArgumentException("layer: expected one of " + byLayer.keySet() + ", got " + layer);
    }
    return state;
  }

  /** Sets all states to zero. */
  public void reset() {
    for (NeuronState state : byLayer.values()) {
      state.reset();
    }
  }

  /**
   * Takes the values of other states of the same network.
   *
   * @throws IllegalArgumentException if they have other layers or another number of samples
   */
  public void restore(States other) {
    if (!other.byLayer.keySet().equals(byLayer.keySet())) {
      throw new IllegalArgumentException(
          "states: expected those of layers " + byLayer.keySet() + ", got " + other.byLayer.keySet());
    }
    byLayer.forEach((layer, state) -> state.restore(other.of(layer)));
  }

  /** Takes {@code count} samples of other states of the same network, from {@code first} on; its own are then the first. */
  void take(States other, int first, int count) {
    byLayer.forEach((layer, state) -> other.of(layer).copyTo(first, state, 0, count));
  }

  /** Gives its first {@code count} samples to other states of the same network, from {@code first} on. */
  void give(States other, int first, int count) {
    byLayer.forEach((layer, state) -> state.copyTo(0, other.of(layer), first, count));
  }
}
