package org.spikelane.layer;

/**
 * How a layer multiplies by its weights. For spikes of 0 and 1 all choices give the same bits forward. Gradients of weights
 * may differ in their last digits, where a choice adds the samples or steps of a batch in another order.
 */
public enum ProductChoice {
  /** By the density of the spikes: {@link #EVENTS} where few fire, else {@link #DENSE}, as measured while it runs. */
  AUTO,
  /** Adds the weight rows of the neurons that fired; values that are not spikes are multiplied as {@link #DENSE}. */
  EVENTS,
  /** The register-blocked kernel. */
  DENSE,
  /** EJML's {@code CommonOps_FDRM.mult}: portable, and the reference of the others. */
  EJML
}
