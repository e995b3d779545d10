package org.spikelane.network;

import java.util.LinkedHashMap;
import java.util.Map;

/** The result of a backward pass: gradients of parameters, input and initial states, each in the shape of its value. */
public final class Gradients {

  private final Map<String, float[]> parameters;
  private final Map<String, Upstream.Carried> initial;
  private final float[] input;

  Gradients(Map<String, float[]> parameters, Map<String, Upstream.Carried> initial, float[] input) {
    this.parameters = parameters;
    this.initial = initial;
    this.input = input;
  }

  /**
   * dL/d(parameter), row-major in the parameter's shape.
   *
   * @param name as in {@code fc1.weight}
   * @throws IllegalArgumentException if there is no trainable parameter of that name
   */
  public float[] parameter(String name) {
    return require(parameters, name, "parameter");
  }

  /** All of them, by name, in the network's order. */
  public Map<String, float[]> parameters() {
    return new LinkedHashMap<>(parameters);
  }

  /** dL/d(input): [T][B][features], or [B][features] of a constant input. */
  public float[] input() {
    return input;
  }

  /** dL/d(initial membrane) of a neuron layer, [B][N]. */
  public float[] initialMembrane(String layer) {
    return require(initial, layer, "layer").membrane;
  }

  /** dL/d(initial synaptic current) of a second-order layer, [B][N]; null of a first-order one. */
  public float[] initialCurrent(String layer) {
    return require(initial, layer, "layer").current;
  }

  /** dL/d(initial spikes) of a neuron layer, [B][N]; zero without recurrence. */
  public float[] initialSpikes(String layer) {
    return require(initial, layer, "layer").spikes;
  }

  Map<String, Upstream.Carried> initial() {
    return initial;
  }

  private static <T> T require(Map<String, T> map, String name, String what) {
    T value = map.get(name);
    if (value == null) {
      throw new IllegalArgumentException(what + ": expected one of " + map.keySet() + ", got " + name);
    }
    return value;
  }
}
