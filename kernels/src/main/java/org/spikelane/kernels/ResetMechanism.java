package org.spikelane.kernels;

/** What the reset gate {@code r} does to the membrane {@code u} after decay and integration. */
public enum ResetMechanism {
  /** {@code u - r*theta}. */
  SUBTRACT,
  /** {@code u - r*u}: the whole update, new input included, is thrown away. */
  ZERO,
  /** {@code u}. */
  NONE,
  /**
   * {@code beta*((1 - r)*mem) + x}: the carried membrane is cleared before it decays and the new input survives. This is
   * what snnTorch's {@code Leaky}, alone among its neurons, does under the name {@code "zero"}; only {@link LeakyKernels}
   * know it. Immediate resets treat it as {@link #ZERO}.
   */
  ZERO_CARRIED
}
