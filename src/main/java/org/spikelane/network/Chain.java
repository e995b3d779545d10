package org.spikelane.network;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.spikelane.connection.DelayStage;
import org.spikelane.kernels.Rows;
import org.spikelane.layer.Block;
import org.spikelane.layer.Expansion;
import org.spikelane.layer.GradientSums;
import org.spikelane.layer.Signal;
import org.spikelane.layer.Spikes;
import org.spikelane.layer.Stage;
import org.spikelane.layer.StatefulLayer;
import org.spikelane.layer.Values;
import org.spikelane.neuron.Neuron;
import org.spikelane.neuron.NeuronStage;

/**
 * A network, or some layers of it in a row, at work on one block of samples: one stage a layer, each reading what the one
 * before wrote. Owns its buffers, so it allocates nothing while it runs; belongs to one thread.
 */
public final class Chain {

  private final Values input;
  private final List<Stage> stages = new ArrayList<>();
  private final Map<String, NeuronStage> neurons = new LinkedHashMap<>();
  private final Map<String, DelayStage> delays = new LinkedHashMap<>();
  private final Map<NeuronStage, Upstream.OfLayer> upstream = new LinkedHashMap<>();

  /**
   * @param input where the input goes; asked for a gradient if that is wanted
   * @param states of the layers that have one; may be null if none has
   */
  Chain(List<NamedLayer> layers, Block block, Values input, States states, int first) {
    this.input = input;
    Signal signal = input;
    for (NamedLayer named : layers) {
      if (!named.layer().takesSpikes() && signal instanceof Spikes spikes) {
        signal = add(new Expansion(spikes));
      }
      Stage stage = named.layer() instanceof StatefulLayer layer
          ? layer.stage(signal, block, states.carriedBy(named.name()), first)
          : named.layer().stage(signal, block);
      switch (stage) {
        case NeuronStage neuron -> neurons.put(named.name(), neuron);
        case DelayStage delay -> delays.put(named.name(), delay);
        default -> {}
      }
      signal = add(stage);
      if (block.record()) {
        signal.needGradient();
      }
    }
  }

  private Signal add(Stage stage) {
    stages.add(stage);
    return stage.output();
  }

  /** Where the input goes. */
  public Values input() {
    return input;
  }

  /** What the last layer wrote. */
  public Signal output() {
    return stages.isEmpty() ? input : stages.getLast().output();
  }

  /** Whether {@link #output} is the spikes of this stage: its layer is the last, or others only give them another shape. */
  boolean isOutput(NeuronStage neuron) {
    return neuron.output() == output() && neuron.neuron().output() == Neuron.Output.SPIKES;
  }

  /** The neuron layers by name, in order. */
  public Map<String, NeuronStage> neurons() {
    return neurons;
  }

  /** The delays by name, in order. */
  Map<String, DelayStage> delays() {
    return delays;
  }

  /** Runs all steps of the first {@code samples} samples, from the states as they are. */
  public void forward(int samples) {
    for (Stage stage : stages) {
      stage.forward(samples);
    }
  }

  /**
   * Backpropagation through time, once after each recording {@link #forward} of as many samples. Starts from the gradient
   * of {@link #output}, which the caller has written, and the membrane gradients that it has set at the stages.
   *
   * @param firstDraw number of the first sample's first draw, of {@link #drawsPerSample}
   */
  public void backward(int samples, GradientSums sums, long firstDraw) {
    drawFrom(firstDraw);
    neurons.values().forEach(NeuronStage::clearCarried);
    delays.values().forEach(DelayStage::clearCarried);
    backwardFromCarried(samples, sums);
  }

  /**
   * How often random surrogates draw for a sample in a backward pass: once for each neuron layer and step. Draws of one number
   * are equal, so each sample that is ever run backward has that many numbers of its own.
   */
  public long drawsPerSample() {
    return (long) neurons.size() * input.steps();
  }

  private void drawFrom(long firstDraw) {
    long next = firstDraw;
    for (NeuronStage neuron : neurons.values()) {
      neuron.drawFrom(next, drawsPerSample());
      next += input.steps();
    }
  }

  private void backwardFromCarried(int samples, GradientSums sums) {
    for (int i = stages.size() - 1; i >= 0; i--) {
      Stage stage = stages.get(i);
      // What is given for spikes that are the output is its gradient already.
      if (stage instanceof NeuronStage neuron && upstream.containsKey(neuron) && !isOutput(neuron)) {
        upstream.get(neuron).addSpikes(neuron, samples);
      }
      stage.backward(samples, sums);
    }
  }

  /** The same, from gradients that are given for any of the layers, and the output's as it is. */
  void backward(int samples, GradientSums sums, long firstDraw, Map<String, Upstream.OfLayer> given) {
    drawFrom(firstDraw);
    upstream.clear();
    neurons.forEach((name, stage) -> {
      stage.clearCarried();
      stage.clearGiven();
      Upstream.OfLayer layer = given.get(name);
      if (layer != null) {
        upstream.put(stage, layer);
        layer.setStates(stage, samples);
      }
    });
    delays.forEach((name, stage) -> {
      stage.clearCarried();
      Upstream.OfLayer layer = given.get(name);
      if (layer != null) {
        layer.setPast(stage, samples);
      }
    });
    backwardFromCarried(samples, sums);
  }

  /** Lets gradients that nobody asks for later lie where those of another chain of this network do. */
  void shareGradients(Chain other) {
    for (int i = 0; i < stages.size() - 1; i++) {
      // Values hold their gradient in place, or are read in this form alone.
      if (stages.get(i).output() instanceof Spikes spikes && other.stages.get(i).output() instanceof Spikes theirs) {
        spikes.gradientIn(theirs.gradientArray());
      }
    }
  }

  /** Row t of sample b in a time-first array of {@code samples} samples. */
  static Rows timeFirst(float[] array, int sample, int samples, int size) {
    return new Rows(array, sample * size, samples * size);
  }
}
