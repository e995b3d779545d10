package org.spikelane.layer;

import org.spikelane.kernels.KernelProvider;
import org.spikelane.kernels.RowKernels;
import org.spikelane.kernels.Rows;
import org.spikelane.kernels.SpikeRows;

/** Turns spikes into values, for layers that do not take bits. */
public final class Expansion implements Stage {

  private final RowKernels kernels = KernelProvider.current().rows();
  private final Spikes input;
  private final Values output;

  /** Between {@code input} and a layer that takes values. */
  public Expansion(Spikes input) {
    this.input = input;
    this.output = new Values(input.size(), input.samples(), input.steps(), false);
    if (input.hasGradient()) {
      output.needGradient();
    }
  }

  @Override
  public Values output() {
    return output;
  }

  @Override
  public void forward(int samples) {
    for (int b = 0; b < samples; b++) {
      SpikeRows spikes = input.rows(b);
      Rows values = output.rows(b);
      for (int t = 0; t < input.steps(); t++) {
        kernels.expand(spikes.words(), spikes.at(t), input.value(), values.data(), values.at(t), 0, input.size());
      }
    }
  }

  @Override
  public void backward(int samples, GradientSums sums) {
    for (int b = 0; b < samples; b++) {
      Rows from = output.gradient(b);
      Rows to = input.gradient(b);
      for (int t = 0; t < input.steps(); t++) {
        System.arraycopy(from.data(), from.at(t), to.data(), to.at(t), input.size());
      }
    }
  }
}
