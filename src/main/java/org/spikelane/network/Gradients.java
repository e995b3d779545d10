package org.spikelane.network;

import java.util.LinkedHashMap;
import java.util.Map;
import org.spikelane.kernels.Rows;

/**
 * The result of a backward pass: gradients of parameters, input and initial states, each in the shape of its value. They
 * hold until the tape records another input.
 */
public final class Gradients {

  private final Map<String, float[]> parameters;
  private final Map<String, Upstream.Carried> initial;
  private final Tape tape;

  /** @param tape what holds the input's gradient, or null if there is none */
  Gradients(Map<String, float[]> parameters, Map<String, Upstream.Carried> initial, Tape tape) {
    this.parameters = parameters;
    this.initial = initial;
    this.tape = tape;
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

  /**
   * dL/d(input): [T][B][features], or [B][features] of a constant input; a copy.
   *
   * @throws IllegalStateException if the input was not one {@link Input#withGradient}
   */
  public float[] input() {
    return requireInput().inputGradient();
  }

  /**
   * dL/d(input) of one sample: row t is step t, all rows being one for a constant input. A view.
   *
   * @throws IllegalArgumentException if there is no such sample
   * @throws IllegalStateException if the input was not one {@link Input#withGradient}
   */
  public Rows input(int sample) {
    return requireInput().inputGradient(sample);
  }

  private Tape requireInput() {
    if (tape == null) {
      throw new IllegalStateException("gradient of the input: none was asked for; record an input withGradient()");
    }
    return tape;
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

  private static <T> T require(Map<String, T> map, String name, String what) {
    T value = map.get(name);
    if (value == null) {
      throw new IllegalArgumentException(what + ": expected one of " + map.keySet() + ", got " + name);
    }
    return value;
  }
}
