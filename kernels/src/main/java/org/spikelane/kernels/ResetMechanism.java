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
   * {@code beta*((1 - r)*mem) + x}: the carried membrane is cleared before it decays and the new input survives. This
   * is what snnTorch's {@code Leaky}, alone among its neurons, does under the name {@code "zero"}; only {@link
   * LeakyKernels} know it. Immediate resets treat it as {@link #ZERO}.
   */
  ZERO_CARRIED;

  /** The delayed reset of one neuron; ZERO_CARRIED has done its part before the decay. */
  float delayed(float u, float r, float theta) {
    return switch (this) {
      case SUBTRACT -> u - r * theta;
      case ZERO -> u - r * u;
      case NONE, ZERO_CARRIED -> u;
    };
  }

  /** dL/dspk with what reaches the spike through the immediate reset; {@code gm} is dL/dmem after that reset. */
  float throughSpike(float gSpk, float gm, float q, float theta) {
    return switch (this) {
      case SUBTRACT -> gSpk - theta * gm;
      case ZERO, ZERO_CARRIED -> gSpk - q * gm;
      case NONE -> gSpk;
    };
  }

  /** dL/dq along the membrane, past the immediate reset. */
  float throughMembrane(float gm, float d) {
    return this == ZERO || this == ZERO_CARRIED ? (1f - d) * gm : gm;
  }
}
