package org.spikelane.network;

import java.util.Arrays;
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

  private final Map<String, OfLayer> layers = new LinkedHashMap<>();
  private Given output;

  /** Nothing given yet. */
  public Upstream() {}

  /** Gives dL/d(spk) of a layer. */
  public Upstream spikes(String layer, float[] gradient) {
    of(layer).spikes = new Given(gradient, 0f);
    return this;
  }

  /** Gives dL/d(spk) of a layer, the same for every spike: 1 where the loss is their sum. */
  public Upstream spikes(String layer, float gradient) {
    of(layer).spikes = new Given(null, gradient);
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

  /** Gives dL/d(output) of the last layer, whatever it is; of neurons that is dL/d(spk). */
  public Upstream output(float[] gradient) {
    output = new Given(gradient, 0f);
    return this;
  }

  /** Gives dL/d(output) of the last layer, the same for every value and step: 1 where the loss is their sum. */
  public Upstream output(float gradient) {
    output = new Given(null, gradient);
    return this;
  }

  private OfLayer of(String layer) {
    return layers.computeIfAbsent(layer, OfLayer::new);
  }

  /** @throws IllegalArgumentException if something is given for a layer that is not there, or of the wrong length */
  void check(Network network, int rows) {
    layers.forEach((layer, given) -> given.check(network.neuron(layer), rows));
    if (output != null) {
      output.check("gradient of the output", (long) rows * network.outputShape().size());
    }
  }

  /** What is given for each layer, and an entry for each that something is carried back to. */
  Map<String, OfLayer> layersAfter(Map<String, Carried> after) {
    Map<String, OfLayer> all = new LinkedHashMap<>(layers);
    if (after != null) {
      after.keySet().forEach(layer -> all.computeIfAbsent(layer, OfLayer::new));
    }
    return all;
  }

  /** What is given for the network's output: as such, or as spikes of the last layer, or as both. */
  OfOutput ofOutput(Network network) {
    OfLayer last = network.layers().isEmpty() ? null : layers.get(network.layers().getLast().name());
    return new OfOutput(output, last == null ? null : last.spikes);
  }

  /** A gradient [T][B][N], or, if there is no array, one number for all. */
  private record Given(float[] array, float each) {

    void check(String what, long expected) {
      if (array != null && array.length != expected) {
        throw new IllegalArgumentException(what + ": expected " + expected
            + " values, as many as the layer gave over all steps and samples, got " + array.length);
      }
    }

    /** Row t of each of the samples {@code first …}, of {@code samples}. */
    Rows[] rows(int size, int first, int samples, int count) {
      Rows[] rows = new Rows[count];
      if (array == null) {
        float[] row = new float[size];
        Arrays.fill(row, each);
        Arrays.fill(rows, Rows.constant(row));
      } else {
        for (int b = 0; b < count; b++) {
          rows[b] = Chain.timeFirst(array, first + b, samples, size);
        }
      }
      return rows;
    }

    /** Adds the samples {@code first …} to the gradient of a block. */
    void addTo(Signal signal, int first, int samples, int count) {
      Rows[] rows = rows(signal.size(), first, samples, count);
      for (int b = 0; b < count; b++) {
        Rows gradient = signal.gradient(b);
        // A constant signal has one row of gradient, to which every step adds.
        for (int t = 0; t < signal.steps(); t++) {
          KernelProvider.current().rows().add(rows[b].data(), rows[b].at(t), gradient.data(), gradient.at(t), 0,
              signal.size());
        }
      }
    }
  }

  /** What is given for the last signal of a chain; either may be null. */
  record OfOutput(Given output, Given spikes) {

    /** Makes it the gradient of that signal, in place where it is one thing and has a row for every step. */
    void put(Signal signal, int first, int samples, int count) {
      if (signal.constant() || (output != null && spikes != null)) {
        float[] own = signal.gradientArray();
        Arrays.fill(own, 0f);
        if (output != null) {
          output.addTo(signal, first, samples, count);
        }
        if (spikes != null) {
          spikes.addTo(signal, first, samples, count);
        }
        return;
      }
      Given given = output != null ? output : spikes;
      signal.gradientFrom((given == null ? new Given(null, 0f) : given).rows(signal.size(), first, samples, count));
    }
  }

  /** What is given for one layer. */
  static final class OfLayer {

    private final String name;
    private Given spikes;
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
      if (spikes != null) {
        spikes.check("gradient of " + name + ".spk", expected);
      }
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
          Rows gSpikes = stage.carriedSpikes();
          if (gSpikes.data().length > 0) {
            System.arraycopy(after.spikes, (first + b) * size, gSpikes.data(), gSpikes.at(b), size);
          }
          System.arraycopy(after.membrane, (first + b) * size, stage.carriedMembrane(b), 0, size);
          if (after.current != null) {
            System.arraycopy(after.current, (first + b) * size, stage.carriedCurrent(b), 0, size);
          }
        }
      }
    }

    /** Adds the spikes' gradients to what came from the layer above. */
    void addSpikes(NeuronStage stage, int count) {
      if (spikes != null) {
        spikes.addTo(stage.output(), first, samples, count);
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
