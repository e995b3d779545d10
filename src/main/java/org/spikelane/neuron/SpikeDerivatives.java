package org.spikelane.neuron;

import java.util.Arrays;
import org.spikelane.kernels.KernelProvider;
import org.spikelane.kernels.RowKernels;
import org.spikelane.kernels.Rows;
import org.spikelane.kernels.SurrogateDerivative;

/**
 * What stands in for the derivative of a layer's spikes on the way backward: a quotient that the kernels compute, or rows that
 * are computed before them, a range at a time.
 */
final class SpikeDerivatives {

  private final RowKernels kernels = KernelProvider.current().rows();
  private final Neuron neuron;
  private final BackwardRanges ranges;
  /** Of any step; null if they are computed before. */
  private final SurrogateDerivative inKernels;
  /** By range of steps and of neurons: rows for derivatives that are computed before. */
  private final Rows[][] rows;
  /** {@link #rows} as kernels take them. */
  private final SurrogateDerivative[][] ofRows;
  /** Numbers of the draws of random surrogates: of the first sample's first step, and how far samples lie apart. */
  private long firstDraw;
  private long drawsPerSample;

  /** @param inKernels what {@link #inKernels(Neuron)} gives, by which the ranges were chosen */
  SpikeDerivatives(Neuron neuron, BackwardRanges ranges, SurrogateDerivative inKernels) {
    this.neuron = neuron;
    this.ranges = ranges;
    this.inKernels = inKernels;
    this.rows = inKernels == null ? ranges.room() : new Rows[0][];
    this.ofRows = new SurrogateDerivative[rows.length][];
    for (int i = 0; i < rows.length; i++) {
      ofRows[i] = Arrays.stream(rows[i]).map(SurrogateDerivative::of).toArray(SurrogateDerivative[]::new);
    }
  }

  /** What kernels take for the derivative of any step, or null if it is computed before them. */
  static SurrogateDerivative inKernels(Neuron neuron) {
    if (neuron.surrogateDisabled()) {
      return SurrogateDerivative.of(Rows.constant(new float[neuron.size()]));
    }
    // Only the winner's spike is a function of its membrane.
    return neuron.inhibition() ? null : neuron.surrogate().inKernels();
  }

  /** Numbers the draws of the next backward pass: {@code first + b*perSample + t} at step t of sample b. */
  void drawFrom(long first, long perSample) {
    firstDraw = first;
    drawsPerSample = perSample;
  }

  /**
   * The derivatives at range i of the steps and range j of the neurons, until the next call.
   *
   * @param b sample
   * @param mem the membranes that made its spikes, that of step t in row t
   */
  SurrogateDerivative of(int b, Rows mem, int i, int j) {
    if (inKernels != null) {
      return inKernels;
    }
    for (int t = ranges.start(i); t < ranges.end(i); t++) {
      long draw = firstDraw + b * drawsPerSample + t;
      compute(mem.data(), mem.at(t), rows[i][j].data(), rows[i][j].at(t), ranges.from(j), ranges.to(j), draw);
    }
    return ofRows[i][j];
  }

  private void compute(float[] mem, int at, float[] out, int outAt, int from, int to, long draw) {
    float[] theta = neuron.threshold().perNeuron();
    neuron.surrogate().derivative(mem, at, theta, out, outAt, from, to, draw);
    if (neuron.inhibition()) {
      // Only the winner's spike is a function of its membrane, whether it fired or not.
      int winner = kernels.winner(mem, at, theta, 0, neuron.size());
      float derivative = out[outAt + winner];
      Arrays.fill(out, outAt, outAt + neuron.size(), 0f);
      out[outAt + winner] = derivative;
    }
  }
}
