package org.spikelane.training;

import java.util.Arrays;
import java.util.List;
import org.spikelane.data.Dataset;
import org.spikelane.kernels.KernelProvider;
import org.spikelane.kernels.ProductKernels;
import org.spikelane.kernels.RowKernels;
import org.spikelane.kernels.Rows;
import org.spikelane.kernels.SpikeRows;
import org.spikelane.layer.Block;
import org.spikelane.layer.GradientSums;
import org.spikelane.layer.ProductChoice;
import org.spikelane.layer.Spikes;
import org.spikelane.network.Chain;
import org.spikelane.network.Network;
import org.spikelane.network.States;
import org.spikelane.neuron.NeuronStage;

/** Runs samples of a data set through a network and a loss, block by block; the worker of one thread. */
final class BlockWorker {

  private final Loss loss;
  private final boolean learning;
  private final BatchCurrents currents;
  private final int capacity;
  private final int steps;
  private final int classes;
  private final States states;
  private final Chain chain;
  private final NeuronStage last;
  /** Spikes of each class, of the sample at hand: [classes]. */
  private final float[] counts;
  /** What the loss reads when it reads spikes: [steps][classes]. */
  private final Rows spikesAsFloats;
  /** [sample]: what the loss writes when it reads membranes. */
  private final Rows[] membraneGradients;
  private final RowKernels kernels = KernelProvider.current().rows();
  private final ProductKernels products = KernelProvider.current().products();
  /** Gradients of the shard at hand. */
  private final GradientSums sums;

  /** @param currents what the first layers make of a batch, computed elsewhere; null if this runs all layers */
  BlockWorker(Network network, Dataset data, Loss loss, boolean learning, BatchCurrents currents) {
    this.loss = loss;
    this.learning = learning;
    this.currents = currents;
    this.steps = data.steps();
    this.capacity = currents == null
        ? network.samplesPerBlock(steps, data.constant())
        : network.samplesPerBlockAfterConstant(steps);
    this.states = network.states(capacity);
    boolean record = learning || loss.of() == Loss.Of.MEMBRANE;
    Block block = new Block(capacity, steps, record, false, ProductChoice.AUTO);
    this.chain = currents == null
        ? network.chain(block, data.constant(), states)
        : network.chainAfterConstant(block, states);
    this.last = chain.neurons().values().stream().reduce((a, b) -> b).orElseThrow();
    this.classes = last.neuron().size();
    this.counts = new float[classes];
    this.spikesAsFloats = new Rows(new float[steps * classes], 0, classes);
    this.sums = learning ? new GradientSums(List.copyOf(network.parameters().values())) : null;
    this.membraneGradients = new Rows[learning && loss.of() == Loss.Of.MEMBRANE ? capacity : 0];
    for (int b = 0; b < membraneGradients.length; b++) {
      membraneGradients[b] = new Rows(new float[steps * classes], 0, classes);
      last.membraneGradient(b, membraneGradients[b]);
    }
  }

  /** Room for the gradients of a shard; null if this does not learn. */
  GradientSums sums() {
    return sums;
  }

  /** The kernels of this worker's thread. */
  ProductKernels products() {
    return products;
  }

  /** Runs samples {@code order[from … to)}; adds gradients to {@code sums} if this learns. */
  void run(Dataset data, int[] order, int from, int to, double weight, GradientSums sums, long firstSample,
      Outcome outcome) {
    for (int first = from; first < to; first += capacity) {
      int count = Math.min(capacity, to - first);
      forward(data, order, first, count);
      countSpikes(count, outcome);
      for (int b = 0; b < count; b++) {
        int sample = order[first + b];
        int target = data.label(sample);
        if (target < 0 || target >= classes) {
          throw new IllegalArgumentException("data: expected labels below " + classes + ", as the network has output"
              + " neurons, got " + target + " at sample " + sample);
        }
        judge(b, target, weight, first + b, outcome);
      }
      if (learning) {
        chain.backward(count, sums, (firstSample + first) * chain.drawsPerSample());
        if (currents != null) {
          currents.takeGradient(chain.input(), first, count);
        }
      }
    }
  }

  private void forward(Dataset data, int[] order, int first, int count) {
    states.reset();
    if (currents != null) {
      currents.giveTo(chain.input(), first, count);
    } else {
      for (int b = 0; b < count; b++) {
        Rows rows = chain.input().rows(b);
        data.copyTo(order[first + b], rows.data(), rows.at(0));
      }
    }
    chain.forward(count);
  }

  private void judge(int b, int target, double weight, int position, Outcome outcome) {
    Spikes output = last.spikes();
    SpikeRows spikes = output.rows(b);
    Arrays.fill(counts, 0f);
    outcome.silent[position] = spikes.addTo(counts, 0, output.value(), 0, steps, classes) == 0;
    outcome.predicted[position] = kernels.argMax(counts, 0, 0, classes);
    Rows gSpk = learning ? output.gradient(b) : null;
    if (loss.of() == Loss.Of.SPIKES) {
      for (int t = 0; t < steps; t++) {
        kernels.expand(spikes.words(), spikes.at(t), output.value(), spikesAsFloats.data(), spikesAsFloats.at(t), 0, classes);
      }
      outcome.losses[position] = loss.sample(spikesAsFloats, steps, classes, target, weight, gSpk);
    } else {
      Rows membrane = last.membrane(b);
      Rows returned = new Rows(membrane.data(), membrane.at(1), membrane.stride());
      Rows gradient = learning ? membraneGradients[b] : null;
      outcome.losses[position] = loss.sample(returned, steps, classes, target, weight, gradient);
      if (learning) {
        Arrays.fill(gSpk.data(), gSpk.at(0), gSpk.at(steps), 0f);
      }
    }
  }

  private void countSpikes(int count, Outcome outcome) {
    int layer = 0;
    for (NeuronStage stage : chain.neurons().values()) {
      outcome.spikes.addAndGet(layer++, stage.spikeCount(count));
    }
  }
}
