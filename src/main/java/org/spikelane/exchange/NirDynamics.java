package org.spikelane.exchange;

import java.util.Arrays;
import java.util.Objects;
import java.util.function.DoubleUnaryOperator;
import org.spikelane.format.NirArray;
import org.spikelane.format.NirNode;
import org.spikelane.layer.Shape;

/**
 * What a neuron node does in one step of length dt, in double:
 *
 * <pre>
 * first order    v = beta*v + (gain*x + offset)
 * second order   s = alpha*s + synapseGain*x      v = beta*v + (gain*s + offset)
 * </pre>
 *
 * with v counted from {@code v_reset}. {@link Nir} says how it follows from the node's equations.
 *
 * @param shape of all arrays, which broadcasts over the layer's
 * @param alpha decay of the current, or null in first-order nodes
 * @param synapseGain gain before the current, or null in first-order nodes
 * @param offset what is added at every step
 * @param threshold potential above which it fires, counted from {@code v_reset}; null where v itself is the output
 */
record NirDynamics(Shape shape, double[] alpha, double[] beta, double[] synapseGain, double[] gain, double[] offset,
    double[] threshold) {

  /** What float32 leaves open of a quotient of quotients. */
  private static final double NEAR = 0x1p-22;

  /** The dynamics of a neuron node in a layer, or null, with problems noted, if its parameters do not make any. */
  static NirDynamics of(String path, NirNode node, double dt, Shape layer, Problems problems) {
    return switch (node) {
      case NirNode.If n -> new Reading(path, dt, layer, problems, n.r(), n.vThreshold(), n.vReset())
          .firstOrder(null, n.r(), null, n.vThreshold(), n.vReset());
      case NirNode.I n -> new Reading(path, dt, layer, problems, n.r()).firstOrder(null, n.r(), null, null, null);
      case NirNode.Lif n -> new Reading(path, dt, layer, problems, n.tau(), n.r(), n.vLeak(), n.vThreshold(),
          n.vReset())
          .firstOrder(n.tau(), n.r(), n.vLeak(), n.vThreshold(), n.vReset());
      case NirNode.Li n -> new Reading(path, dt, layer, problems, n.tau(), n.r(), n.vLeak())
          .firstOrder(n.tau(), n.r(), n.vLeak(), null, null);
      case NirNode.CubaLif n -> new Reading(path, dt, layer, problems, n.tauSyn(), n.tauMem(), n.r(), n.vLeak(),
          n.wIn(),
          n.vThreshold(), n.vReset())
          .secondOrder(n.tauSyn(), n.wIn(), n.tauMem(), n.r(), n.vLeak(), n.vThreshold(), n.vReset());
      case NirNode.CubaLi n -> new Reading(path, dt, layer, problems, n.tauSyn(), n.tauMem(), n.r(), n.vLeak(), n.wIn())
          .secondOrder(n.tauSyn(), n.wIn(), n.tauMem(), n.r(), n.vLeak(), null, null);
      default -> throw new IllegalArgumentException("node: expected one of neurons, got " + node.type());
    };
  }

  /** Whether something other than 0 is added at every step. */
  boolean hasOffset() {
    return !NirArrays.all(offset, 0);
  }

  /** The gain of the input: that before the current, if there is one, times that after it. */
  double[] inputGain() {
    double[] product = gain.clone();
    for (int i = 0; synapseGain != null && i < product.length; i++) {
      product[i] *= synapseGain[i];
    }
    return product;
  }

  /** The parameters of one node, over their common shape. */
  private static final class Reading {

    private final String path;
    private final double dt;
    private final Problems problems;
    /** Null if they have none, or are not finite. */
    private final Shape shape;

    Reading(String path, double dt, Shape layer, Problems problems, NirArray... parameters) {
      this.path = path;
      this.dt = dt;
      this.problems = problems;
      this.shape = NirArrays.within(path, layer, problems, parameters);
    }

    NirDynamics firstOrder(NirArray tau, NirArray r, NirArray vLeak, NirArray vThreshold, NirArray vReset) {
      if (shape == null) {
        return null;
      }
      double[] beta = tau == null ? filled(1) : decay("tau", tau);
      if (beta == null) {
        return null;
      }
      return new NirDynamics(shape, null, beta, null, gain(r, tau), offset(tau, vLeak, vReset),
          threshold(vThreshold, vReset));
    }

    NirDynamics secondOrder(NirArray tauSyn, NirArray wIn, NirArray tauMem, NirArray r, NirArray vLeak,
        NirArray vThreshold, NirArray vReset) {
      if (shape == null) {
        return null;
      }
      double[] alpha = decay("tau_syn", tauSyn);
      double[] beta = decay("tau_mem", tauMem);
      if (alpha == null || beta == null) {
        return null;
      }
      return new NirDynamics(shape, alpha, beta, gain(wIn, tauSyn), gain(r, tauMem), offset(tauMem, vLeak, vReset),
          threshold(vThreshold, vReset));
    }

    private double[] over(NirArray array) {
      return NirArrays.over(shape, array);
    }

    private double[] filled(double value) {
      double[] values = new double[shape.size()];
      Arrays.fill(values, value);
      return values;
    }

    private double[] map(double[] values, DoubleUnaryOperator f) {
      return Arrays.stream(values).map(f).toArray();
    }

    /** 1 - dt/tau, or null, with a problem noted, where that is no decay. */
    private double[] decay(String parameter, NirArray tau) {
      for (double t : tau.values()) {
        if (!(t > 0) || 1 - dt / t <= -NEAR) {
          problems.add(path, parameter + ": expected times of at least one step, dt = " + dt + " s, got " + t
              + " s; a shorter dt would do for positive ones");
          return null;
        }
      }
      return map(over(tau), t -> Math.max(0, 1 - dt / t));
    }

    /** factor*dt/tau, or the factor itself where there is no tau. */
    private double[] gain(NirArray factor, NirArray tau) {
      double[] gain = over(factor);
      double[] times = tau == null ? null : over(tau);
      for (int i = 0; i < gain.length; i++) {
        double exact = times == null ? gain[i] : gain[i] * dt / times[i];
        gain[i] = Math.abs(exact - 1) <= NEAR ? 1 : exact;
      }
      return gain;
    }

    /** dt/tau*(v_leak - v_reset). */
    private double[] offset(NirArray tau, NirArray vLeak, NirArray vReset) {
      double[] offset = filled(0);
      if (tau != null) {
        double[] times = over(tau);
        double[] leak = over(vLeak);
        double[] reset = vReset == null ? offset.clone() : over(vReset);
        for (int i = 0; i < offset.length; i++) {
          offset[i] = dt / times[i] * (leak[i] - reset[i]);
        }
      }
      return offset;
    }

    private double[] threshold(NirArray vThreshold, NirArray vReset) {
      if (vThreshold == null) {
        return null;
      }
      double[] threshold = over(vThreshold);
      double[] reset = over(Objects.requireNonNull(vReset, "vReset"));
      for (int i = 0; i < threshold.length; i++) {
        threshold[i] -= reset[i];
      }
      return threshold;
    }
  }
}
