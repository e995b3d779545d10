package org.spikelane.kernels;

import static org.spikelane.kernels.VectorShapes.FLOATS;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/**
 * The equations of one vector of neurons, lane for lane what the scalar kernels do; small enough to be inlined always.
 */
final class Lanes {

  private Lanes() {}

  /** 1 where the mask is set, else 0. */
  static FloatVector ones(VectorMask<Float> mask) {
    return FloatVector.zero(FLOATS).blend(1f, mask);
  }

  /** {@code mem > theta} as 1 or 0. */
  static FloatVector fired(FloatVector mem, FloatVector theta) {
    return ones(mem.compare(VectorOperators.GT, theta));
  }

  /** The bits of neurons n, n+1, … of a row of spikes as 1 or 0. */
  static FloatVector bits(long[] words, int at, int n) {
    return ones(VectorMask.fromLong(FLOATS, words[at + (n >>> 6)] >>> n));
  }

  /** The delayed reset, as {@link ResetMechanism#delayed}. */
  static FloatVector delayed(FloatVector u, FloatVector r, FloatVector theta, ResetMechanism reset) {
    if (reset == ResetMechanism.SUBTRACT) {
      return u.sub(r.mul(theta));
    }
    return reset == ResetMechanism.ZERO ? u.sub(r.mul(u)) : u;
  }

  /** dL/dspk with what reaches the spike through the immediate reset, as {@link ResetMechanism#throughSpike}. */
  static FloatVector throughSpike(FloatVector gSpk, FloatVector gm, FloatVector q, FloatVector theta,
      ResetMechanism reset) {
    return switch (reset) {
      case SUBTRACT -> gSpk.sub(theta.mul(gm));
      case ZERO, ZERO_CARRIED -> gSpk.sub(q.mul(gm));
      case NONE -> gSpk;
    };
  }

  /** dL/dq along the membrane, past the immediate reset, as {@link ResetMechanism#throughMembrane}. */
  static FloatVector throughMembrane(FloatVector gm, FloatVector d, ResetMechanism reset) {
    return reset == ResetMechanism.ZERO || reset == ResetMechanism.ZERO_CARRIED ? not(d).mul(gm) : gm;
  }

  /** {@code 1 - r}. */
  static FloatVector not(FloatVector r) {
    return FloatVector.broadcast(FLOATS, 1f).sub(r);
  }

  /** What ZERO_CARRIED leaves of the carried membrane and of its decay. */
  static FloatVector carried(FloatVector value, FloatVector r, ResetMechanism reset) {
    return reset == ResetMechanism.ZERO_CARRIED ? not(r).mul(value) : value;
  }
}
