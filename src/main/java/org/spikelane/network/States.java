package org.spikelane.network;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.spikelane.layer.State;
import org.spikelane.layer.StatefulLayer;
import org.spikelane.neuron.NeuronState;

/** What every layer of a network carries from step to step, for a number of samples. Belongs to one thread. */
public final class States {

  private final Network network;
  private final int samples;
  private final Map<String, State> byLayer = new LinkedHashMap<>();

  /** All zero. */
  States(Network network, int samples) {
    this.network = network;
    this.samples = samples;
    for (NamedLayer named : network.layers()) {
      if (named.layer() instanceof StatefulLayer layer) {
        byLayer.put(named.name(), layer.state(samples));
      }
    }
  }

  /** Number of samples. */
  public int samples() {
    return samples;
  }

  /**
   * The state of a neuron layer.
   *
   * @throws IllegalArgumentException if there is no neuron layer of that name
   */
  public NeuronState of(String layer) {
    if (byLayer.get(layer) instanceof NeuronState state) {
      return state;
    }
    List<String> neurons =
        byLayer.keySet().stream().filter(name -> byLayer.get(name) instanceof NeuronState).toList();
    throw new IllegalArgumentException("layer: expected one of " + neurons + ", got " + layer);
  }

  /** What a layer carries; null if it carries nothing. */
  State carriedBy(String layer) {
    return byLayer.get(layer);
  }

  /** @throws IllegalArgumentException if another network made these, or there are fewer than {@code least} samples */
  void requireOf(Network expected, int least) {
    if (network != expected) {
      throw new IllegalArgumentException("states: expected some that this network's states() made, got another network's");
    }
    if (samples < least) {
      throw new IllegalArgumentException("states: expected those of at least " + least + " samples, got " + samples);
    }
  }

  /** Whether an array is a membrane or a current of these. */
  @SuppressWarnings("ReferenceEquality") // The same array, not equal ones.
  boolean hold(float[] array) {
    return byLayer.values().stream().anyMatch(
        state -> state instanceof NeuronState neuron && (neuron.membrane() == array || neuron.current() == array));
  }

  /** Sets all states to zero. */
  public void reset() {
    for (State state : byLayer.values()) {
      state.reset();
    }
  }

  /**
   * Takes the values of other states of the same network, or of one with the same layers.
   *
   * @throws IllegalArgumentException if they have other layers or another number of samples; these are then as before
   */
  public void restore(States other) {
    if (!other.byLayer.keySet().equals(byLayer.keySet())) {
      throw new IllegalArgumentException(
          "states: expected those of layers " + byLayer.keySet() + ", got " + other.byLayer.keySet());
    }
    if (other.samples != samples) {
      throw new IllegalArgumentException("states: expected " + samples + " samples, got " + other.samples);
    }
    byLayer.forEach((layer, state) -> state.requireLike(other.carriedBy(layer)));
    byLayer.forEach((layer, state) -> state.restore(other.carriedBy(layer)));
  }

  /** Takes {@code count} samples of other states of the same network, from {@code first} on; its own are then the first. */
  void take(States other, int first, int count) {
    byLayer.forEach((layer, state) -> other.carriedBy(layer).copyTo(first, state, 0, count));
  }

  /** Gives its first {@code count} samples to other states of the same network, from {@code first} on. */
  void give(States other, int first, int count) {
    byLayer.forEach((layer, state) -> state.copyTo(0, other.carriedBy(layer), first, count));
  }
}
