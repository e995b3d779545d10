package org.spikelane.connection;

import java.util.List;
import org.spikelane.kernels.KernelProvider;
import org.spikelane.kernels.RowKernels;
import org.spikelane.kernels.Rows;
import org.spikelane.kernels.SpikeRows;
import org.spikelane.layer.Block;
import org.spikelane.layer.GradientSums;
import org.spikelane.layer.NeuronParameter;
import org.spikelane.layer.Parameter;
import org.spikelane.layer.Spikes;

/**
 * Every neuron to itself: {@code V(s) = s*V}, snnTorch's {@code all_to_all=False}. Parameter {@code V}, shared or one
 * for each neuron.
 */
public final class OneToOne implements Recurrence {

  private final NeuronParameter v;

  /** Over the weights {@code v}, which broadcast over the layer's neurons. */
  public OneToOne(NeuronParameter v) {
    this.v = v;
  }

  @Override
  public List<Parameter> parameters() {
    return List.of(v.parameter());
  }

  @Override
  public void refresh(int part, int parts) {
    if (part == 0) {
      v.refresh();
    }
  }

  @Override
  public Worker worker(Spikes spikes, Block block) {
    return new ElementWorker(spikes);
  }

  private final class ElementWorker implements Worker {

    private final RowKernels kernels = KernelProvider.current().rows();
    private final Spikes spikes;

    ElementWorker(Spikes spikes) {
      this.spikes = spikes;
    }

    @Override
    public void current(int t, int samples, Rows current) {
      for (int b = 0; b < samples; b++) {
        SpikeRows spk = spikes.rows(b);
        kernels.gate(v.perNeuron(), spk.words(), spk.at(t - 1), current.data(), current.at(b), 0, spikes.size());
      }
    }

    @Override
    public void backward(int samples, Rows gCurrent, Rows gSpikes) {
      for (int b = 0; b < samples; b++) {
        kernels.addProduct(v.perNeuron(), 0, gCurrent.data(), gCurrent.at(b), gSpikes.data(), gSpikes.at(b), 0,
            spikes.size());
      }
    }

    @Override
    public void gradient(int step, int samples, Rows[] gCurrent, GradientSums sums) {
      if (step > 0) {
        return; // One sample after the other, over all its steps.
      }
      float[] gV = sums.of(v.parameter());
      for (int b = 0; b < samples; b++) {
        SpikeRows spk = spikes.rows(b);
        Rows g = gCurrent[b];
        for (int t = 0; t < spikes.steps(); t++) {
          kernels.addWhereFired(g.data(), g.at(t), spk.words(), spk.at(t - 1), gV, 0, spikes.size());
        }
      }
    }
  }
}
