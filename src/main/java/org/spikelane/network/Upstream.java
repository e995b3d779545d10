package org.spikelane.network;

import java.util.LinkedHashMap;
import java.util.Map;
import org.spikelane.kernels.KernelProvider;
import org.spikelane.kernels.Rows;
import org.spikelane.layer.Signal;
import org.spikelane.neuron.Neuron;
import org.spikelane.neuron.NeuronStage;

/**
 * Where a backward pass starts: dL/d(spikes), dL/d(membrane) and dL/d(synaptic current) of any neuron layers, each
 * {@code [T][B][N]}, time first. What is not given is zero.
 */
public final class Upstream {

  final Map<String, OfLayer> layers = new LinkedHashMap<>();
  private float[] output;

  /** Nothing given yet. */
  public Upstream() {}

  /** Gives dL/d(spk) of a layer. */
  public Upstream spikes(String layer, float[] gradient) {
    of(layer).spikes = gradient;
    return this;
  }

  /** Gives dL/d(mem) of a layer, of the membrane that each step returned. */
  public Upstream membrane(String layer, float[] gradient) {
    of(layer).membrane = gradient;
    return this;
  }

  /** Gives dL/d(syn) of a second-order layer, of the current that each step returned. */
  public Upstream current(String layer, float[] gradient) {
    of(layer).current = gradient;
    return this;
  }

  /** Gives dL/d(output) of the last layer, whatever it is; of neurons dL/d(spk), or dL/d(mem) where that is their output. */
  public Upstream output(float[] gradient) {
    output = gradient;
    return this;
  }

  float[] output() {
    return output;
  }

  private OfLayer of(String layer) {
    return layers.computeIfAbsent(layer, OfLayer::new);
  }

  /** Adds {@code given}, [T][samples][N] time first, to the gradients of a block's samples {@code first …}. */
  static void add(float[] given, int first, int samples, Signal to, int count) {
    for (int b = 0; b < count; b++) {
      Rows rows = Chain.timeFirst(given, first + b, samples, to.size());
      Rows gradient = to.gradient(b);
      // A constant signal has one row of gradient, to which every step adds.
      for (int t = 0; t < to.steps(); t++) {
        KernelProvider.current().rows().add(rows.data(), rows.at(t), gradient.data(), gradient.at(t), 0, to.size());
      }
    }
  }

  /** What is given for one layer. */
  static final class OfLayer {

    private final String name;
    private float[] spikes;
    private float[] membrane;
    private float[] current;
    private Carried after;
    private int samples;
    private int first;

    OfLayer(String name) {
      this.name = name;
    }

    /** The part that a block of samples sees. */
    OfLayer block(int first, int samples, Carried after) {
      OfLayer part = new OfLayer(name);
      part.spikes = spikes;
      part.membrane = membrane;
      part.current = current;
      part.after = after;
      part.first = first;
      part.samples = samples;
      return part;
    }

    void check(Neuron neuron, int rows) {
      int expected = rows * neuron.size();
      if (current != null && neuron.alpha() == null) {
        throw new IllegalArgumentException(
            "gradient of " + name + ".syn: " + neuron.type() + " has no synaptic current");
      }
      check("spk", spikes, expected);
      check("mem", membrane, expected);
      check("syn", current, expected);
    }

    private void check(String what, float[] given, int expected) {
      if (given != null && given.length != expected) {
        throw new IllegalArgumentException("gradient of " + name + "." + what + ": expected " + expected
            + " values, as many as the layer gave over all steps and samples, got " + given.length);
      }
    }

    /** Gives a stage its membrane and current gradients, and what was carried back from later steps. */
    void setStates(NeuronStage stage, int count) {
      int size = stage.neuron().size();
      for (int b = 0; b < count; b++) {
        if (membrane != null) {
          stage.membraneGradient(b, Chain.timeFirst(membrane, first + b, samples, size));
        }
        if (current != null) {
          stage.currentGradient(b, Chain.timeFirst(current, first + b, samples, size));
        }
        if (after != null) {
          System.arraycopy(after.membrane, (first + b) * size, stage.carriedMembrane(b), 0, size);
          if (after.current != null) {
            System.arraycopy(after.current, (first + b) * size, stage.carriedCurrent(b), 0, size);
          }
        }
      }
    }

    /** Adds the spikes' gradients to what came from the layer above. */
    void addSpikes(NeuronStage stage, int count) {
      int size = stage.neuron().size();
      int last = stage.spikes().steps() - 1;
      if (spikes != null) {
        add(spikes, first, samples, stage.spikes(), count);
      }
      for (int b = 0; after != null && b < count; b++) {
        Rows gSpk = stage.spikes().gradient(b);
        KernelProvider.current().rows().add(after.spikes, (first + b) * size, gSpk.data(), gSpk.at(last), 0, size);
      }
    }
  }

  /** dL/d(states) at the border of two tapes, for one layer, each [B][N]. */
  static final class Carried {

    final float[] spikes;
    final float[] membrane;
    final float[] current;

    Carried(int samples, int size, boolean secondOrder) {
      spikes = new float[samples * size];
      membrane = new float[samples * size];
      current = secondOrder ? new float[samples * size] : null;
    }
  }
}
