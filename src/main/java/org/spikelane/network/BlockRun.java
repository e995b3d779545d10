package org.spikelane.network;

import java.util.LinkedHashMap;
import java.util.Map;
import org.spikelane.kernels.KernelProvider;
import org.spikelane.kernels.Rows;
import org.spikelane.kernels.SpikeRows;
import org.spikelane.layer.Block;
import org.spikelane.layer.ProductChoice;
import org.spikelane.layer.Spikes;
import org.spikelane.layer.Values;

/** Runs blocks of an input through a network without a tape; the worker of one thread. */
final class BlockRun {

  private final Network network;
  private final Input input;
  private final int perBlock;
  private final float[] output;
  private final States states;
  private final Chain chain;
  private final Map<String, Long> spikes = new LinkedHashMap<>();

  /** Writes its blocks' part of {@code output}, [T][B][N]. */
  BlockRun(Network network, Input input, int perBlock, float[] output) {
    this.network = network;
    this.input = input;
    this.perBlock = perBlock;
    this.output = output;
    this.states = network.states(perBlock);
    this.chain =
        network.chain(new Block(perBlock, input.steps(), false, false, ProductChoice.AUTO), input.isConstant(), states);
  }

  /** Spikes of each neuron layer so far. */
  Map<String, Long> spikes() {
    return spikes;
  }

  void run(int block) {
    int first = block * perBlock;
    int count = Math.min(perBlock, input.samples() - first);
    states.reset();
    for (int b = 0; b < count; b++) {
      input.copyTo(first + b, chain.input().rows(b), network.inputShape().size());
    }
    chain.forward(count);
    for (int b = 0; b < count; b++) {
      deliver(b, first + b);
    }
    chain.neurons().forEach((layer, stage) -> spikes.merge(layer, stage.spikeCount(count), Long::sum));
  }

  private void deliver(int b, int sample) {
    int size = network.outputShape().size();
    Rows to = Chain.timeFirst(output, sample, input.samples(), size);
    for (int t = 0; t < input.steps(); t++) {
      switch (chain.output()) {
        case Spikes signal -> {
          SpikeRows rows = signal.rows(b);
          KernelProvider.current().rows().expand(rows.words(), rows.at(t), signal.value(), to.data(), to.at(t), 0, size);
        }
        case Values signal ->
            System.arraycopy(signal.array(), signal.rows(b).at(t), to.data(), to.at(t), size);
      }
    }
  }
}
