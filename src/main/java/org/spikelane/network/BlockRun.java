package org.spikelane.network;

import java.util.LinkedHashMap;
import java.util.Map;
import org.spikelane.kernels.Rows;
import org.spikelane.kernels.SpikeRows;
import org.spikelane.layer.Block;
import org.spikelane.layer.ProductChoice;
import org.spikelane.layer.Spikes;
import org.spikelane.layer.Values;

/** Runs blocks of an input through a network without a tape; the worker of one thread. */
final class BlockRun {

  private final Network network;
  private final int perBlock;
  private final States carried;
  private final States states;
  private final Values view;
  private final Chain chain;
  private final Map<String, Long> spikes = new LinkedHashMap<>();

  /**
   * For inputs of as many steps as this one, in blocks of so many samples.
   *
   * @param carried states of all samples, from which every block starts and to which it leads; null to start from zero
   */
  BlockRun(Network network, Input input, ProductChoice product, int perBlock, States carried) {
    this.network = network;
    this.perBlock = perBlock;
    this.carried = carried;
    // A block of all samples works on their states in place.
    this.states = carried != null && carried.samples() == perBlock ? carried : network.states(perBlock);
    this.view = input.view(network, perBlock);
    this.chain = new Chain(network.layers(), new Block(perBlock, input.steps(), false, false, product), view, states, 0);
  }

  /** Room for what the network gives for an input. */
  Outputs outputs(Input input) {
    return new Outputs(network, input, chain.output() instanceof Spikes);
  }

  /** Spikes of each neuron layer since the last {@link #clear}. */
  Map<String, Long> spikes() {
    return spikes;
  }

  /** Forgets the spikes that were counted. */
  void clear() {
    spikes.clear();
  }

  /** Runs one block, and writes its part of the outputs. */
  void run(Input input, int block, Outputs outputs) {
    int first = block * perBlock;
    int count = Math.min(perBlock, input.samples() - first);
    if (carried == null) {
      states.reset();
    } else if (carried != states) {
      states.take(carried, first, count);
    }
    input.show(view, first, count);
    chain.forward(count);
    if (carried != null && carried != states) {
      states.give(carried, first, count);
    }
    for (int b = 0; b < count; b++) {
      deliver(b, outputs, first + b);
    }
    chain.neurons().forEach((layer, stage) -> spikes.merge(layer, stage.spikeCount(count), Long::sum));
  }

  private void deliver(int b, Outputs outputs, int sample) {
    switch (chain.output()) {
      case Spikes signal -> {
        SpikeRows from = signal.rows(b);
        SpikeRows to = outputs.spikes(sample);
        outputs.spikeValue(signal.value());
        System.arraycopy(from.words(), from.at(0), to.words(), to.at(0), to.stride() * signal.steps());
      }
      case Values signal -> {
        Rows from = signal.rows(b);
        Rows to = outputs.values(sample);
        for (int t = 0; t < signal.steps(); t++) {
          System.arraycopy(from.data(), from.at(t), to.data(), to.at(t), signal.size());
        }
      }
    }
  }
}
