package org.spikelane.network;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.spikelane.layer.ProductChoice;

/** Runs inputs of one shape through a network without a tape, blocks of samples shared among threads; keeps its buffers. */
final class SequenceRun {

  private final int samples;
  private final int steps;
  private final boolean constant;
  private final int threads;
  private final int perBlock;
  private final List<BlockRun> workers = new ArrayList<>();

  /**
   * For inputs of as many samples and steps as this one.
   *
   * @param carried states of all samples, from which every run starts and to which it leads; null to start from zero
   */
  SequenceRun(Network network, Input input, ProductChoice product, int threads, States carried) {
    this.samples = input.samples();
    this.steps = input.steps();
    this.constant = input.isConstant();
    this.threads = threads;
    // Every thread should have a block, of whole tiles; results do not depend on how samples are cut.
    int share = Network.wholeTiles(Math.ceilDiv(samples, threads));
    this.perBlock = Math.min(Math.min(share, samples), network.samplesPerBlockOfRun(steps, constant));
    for (int i = 0; i < Math.min(threads, blocks()); i++) {
      workers.add(new BlockRun(network, input, product, perBlock, carried));
    }
  }

  /** Whether it is for such an input and so many threads. */
  boolean fits(Input input, int wantedThreads) {
    return samples == input.samples() && steps == input.steps() && constant == input.isConstant()
        && threads == wantedThreads;
  }

  private int blocks() {
    return Math.ceilDiv(samples, perBlock);
  }

  /** Runs an input. */
  Outputs run(Input input) {
    Outputs outputs = workers.getFirst().outputs(input);
    workers.forEach(BlockRun::clear);
    Pieces.share(workers, blocks(), (worker, block) -> worker.run(input, block, outputs));
    Map<String, Long> spikes = new LinkedHashMap<>();
    for (BlockRun worker : workers) {
      worker.spikes().forEach((layer, count) -> spikes.merge(layer, count, Long::sum));
    }
    outputs.counted(spikes);
    return outputs;
  }
}
