package org.spikelane.layer;

import java.util.Objects;

/**
 * What a stage is built for.
 *
 * @param samples most samples that run at once
 * @param steps time steps of a run
 * @param record whether a backward pass follows, or states are to be read step by step afterwards
 * @param states whether the synaptic currents are recorded too, when no gradient needs them
 * @param product how weights are multiplied
 */
public record Block(int samples, int steps, boolean record, boolean states, ProductChoice product) {

  /**
   * Samples and steps of which there is at least one.
   *
   * @throws IllegalArgumentException if there is no sample or no step
   */
  public Block {
    Objects.requireNonNull(product, "product");
    if (samples < 1 || steps < 1) {
      throw new IllegalArgumentException("block: expected at least 1 sample and 1 step, got " + samples + " and " + steps);
    }
  }
}
