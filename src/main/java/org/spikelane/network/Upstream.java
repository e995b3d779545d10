package org.spikelane.network;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.spikelane.connection.Delay;
import org.spikelane.connection.DelayStage;
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
    of(layer).spikes = Given.of(gradient);
    return this;
  }

  /** Gives dL/d(spk) of a layer, the same for every spike: 1 where the loss is their sum. */
  public Upstream spikes(String layer, float gradient) {
    of(layer).spikes = new Given(null, gradient);
    return this;
  }

  /** Gives dL/d(mem) of a layer, of the membrane that each step returned. */
  public Upstream membrane(String layer, float[] gradient) {
    of(layer).membrane = Objects.requireNonNull(gradient, "gradient");
    return this;
  }

  /** Gives dL/d(syn) of a second-order layer, of the current that each step returned. */
  public Upstream current(String layer, float[] gradient) {
    of(layer).current = Objects.requireNonNull(gradient, "gradient");
    return this;
  }

  /**
   * Gives dL/d(output) of the last layer, whatever it is; of neurons dL/d(spk), or dL/d(mem) where that is their
   * output.
   */
  public Upstream output(float[] gradient) {
    output = Given.of(gradient);
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
  void check(Network network, long rows) {
    layers.forEach((layer, given) -> given.check(network.neuron(layer), rows));
    if (output != null) {
      output.check("gradient of the output", rows * network.outputShape().size());
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

  /** What is given for the output of a chain: as such, or as spikes of the layer whose spikes it is, or as both. */
  OfOutput ofOutput(Chain chain) {
    OfLayer given = chain.neurons().entrySet().stream().filter(neuron -> chain.isOutput(neuron.getValue()))
        .map(neuron -> layers.get(neuron.getKey())).filter(Objects::nonNull).findFirst().orElse(null);
    return new OfOutput(output, given == null ? null : given.spikes);
  }

  /** A gradient [T][B][N], or, if there is no array, one number for all. */
  private record Given(float[] array, float each) {

    static final Given NOTHING = new Given(null, 0f);

    static Given of(float[] array) {
      return new Given(Objects.requireNonNull(array, "gradient"), 0f);
    }

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

    /** Makes the samples {@code first …} the gradient of a block's signal, where they lie. */
    void put(Signal signal, int first, int samples, int count) {
      signal.gradientFrom(rows(signal.size(), first, samples, count));
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

  /**
   * What is given for the last signal of a chain.
   *
   * @param output as such, or null
   * @param spikes as spikes of the last layer, where they are its output, or null
   */
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
      (given == null ? Given.NOTHING : given).put(signal, first, samples, count);
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

    void check(Neuron neuron, long rows) {
      long expected = rows * neuron.size();
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

    private void check(String what, float[] given, long expected) {
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

    /** Gives a delay what was carried back from later steps. */
    void setPast(DelayStage stage, int count) {
      for (int b = 0; after != null && b < count; b++) {
        float[] carried = stage.carried(b);
        System.arraycopy(after.past, (first + b) * carried.length, carried, 0, carried.length);
      }
    }

    /** Adds the spikes' gradients to what came from the layer above, or gives them where that reads the membrane. */
    void addSpikes(NeuronStage stage, int count) {
      if (stage.neuron().output() == Neuron.Output.MEMBRANE) {
        (spikes == null ? Given.NOTHING : spikes).put(stage.spikes(), first, samples, count);
      } else if (spikes != null) {
        spikes.addTo(stage.spikes(), first, samples, count);
      }
    }
  }

  /** dL/d(states) at the border of two tapes, for one layer, each [B][N]; null what the layer does not have. */
  static final class Carried {

    final float[] spikes;
    final float[] membrane;
    final float[] current;
    /** Of a delay, [B][longest][N]: the rows that went in last, the oldest first. */
    final float[] past;

    private Carried(float[] spikes, float[] membrane, float[] current, float[] past) {
      this.spikes = spikes;
      this.membrane = membrane;
      this.current = current;
      this.past = past;
    }

    static Carried ofNeuron(Neuron neuron, int samples) {
      int size = samples * neuron.size();
      return new Carried(new float[size], new float[size], neuron.alpha() == null ? null : new float[size], null);
    }

    static Carried ofDelay(Delay delay, int samples) {
      return new Carried(null, null, null,
          new float[Math.multiplyExact(samples, delay.longest() * delay.inputShape().size())]);
    }
  }
}
