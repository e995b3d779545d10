package org.spikelane.training;

import java.util.ArrayList;
import java.util.List;
import org.spikelane.data.Dataset;
import org.spikelane.kernels.Rows;
import org.spikelane.layer.Block;
import org.spikelane.layer.GradientSums;
import org.spikelane.layer.ProductChoice;
import org.spikelane.layer.Values;
import org.spikelane.network.ConstantLayers;
import org.spikelane.network.Network;
import org.spikelane.network.Pieces;

/**
 * What the layers before the first neurons make of a batch whose input is constant over time: computed for the whole batch
 * at once, as their weights are larger than a cache, and given to the shards sample by sample.
 *
 * <p>Forward, the batch is cut into a part a thread; no result depends on that. Backward, the parts add to the sums one
 * after the other, in the order of the samples, whatever the cuts.
 */
final class BatchCurrents {

  private final List<ConstantLayers> parts = new ArrayList<>();
  private final int samplesPerPart;
  private int samples;

  /** Room for batches of {@code batchSize} samples, which {@code threads} threads compute. */
  BatchCurrents(Network network, int steps, int batchSize, int threads) {
    this.samplesPerPart = Math.ceilDiv(batchSize, threads);
    for (int first = 0; first < batchSize; first += samplesPerPart) {
      int ofPart = Math.min(samplesPerPart, batchSize - first);
      parts.add(network.constantLayers(new Block(ofPart, steps, true, false, ProductChoice.AUTO)));
    }
  }

  /** Runs the samples of a batch, given by their numbers in the data, on as many threads as there are workers. */
  void forward(Dataset data, int[] batch, List<?> workers) {
    samples = batch.length;
    Pieces.share(workers, Math.ceilDiv(samples, samplesPerPart), (worker, part) -> {
      Values input = parts.get(part).input();
      for (int b = 0; b < samplesOf(part); b++) {
        Rows rows = input.rows(b);
        data.copyTo(batch[part * samplesPerPart + b], rows.data(), rows.at(0));
      }
      parts.get(part).forward(samplesOf(part));
    });
  }

  private int samplesOf(int part) {
    return Math.min(samplesPerPart, samples - part * samplesPerPart);
  }

  /** Copies what samples {@code first … first + count - 1} of the batch give to the first samples of {@code to}. */
  void giveTo(Values to, int first, int count) {
    for (int b = 0; b < count; b++) {
      part(first + b).giveTo(to, b, (first + b) % samplesPerPart);
    }
  }

  /** Copies the gradients of what was given back from there. Threads may at once, for samples of their own. */
  void takeGradient(Values from, int first, int count) {
    for (int b = 0; b < count; b++) {
      part(first + b).takeGradient(from, b, (first + b) % samplesPerPart);
    }
  }

  private ConstantLayers part(int sample) {
    return parts.get(sample / samplesPerPart);
  }

  /** Adds the gradients of the layers' parameters, when those of all samples are there. */
  void backward(GradientSums sums) {
    for (int part = 0; part * samplesPerPart < samples; part++) {
      parts.get(part).backward(samplesOf(part), sums);
    }
  }
}
