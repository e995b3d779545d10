package org.spikelane.connection;

import java.util.List;
import org.spikelane.kernels.Rows;
import org.spikelane.layer.Block;
import org.spikelane.layer.GradientSums;
import org.spikelane.layer.Layer;
import org.spikelane.layer.Parameter;
import org.spikelane.layer.Spikes;

/** What a layer's spikes add to its own input current one step later: snnTorch's {@code V(·)}. */
public sealed interface Recurrence permits AllToAll, OneToOne, Convolutional {

  /** The parameters, named as snnTorch names them within the neuron. */
  List<Parameter> parameters();

  /** Recomputes a part of what is derived from the parameters; see {@link Layer#refresh(int, int)}. */
  void refresh(int part, int parts);

  /** The scratch memory and the work for one block of a layer with these spikes. */
  Worker worker(Spikes spikes, Block block);

  /** The recurrence of one stage. */
  interface Worker {

    /** Writes the recurrent current of step t, {@code V(spk[t-1])}, to row b of {@code current} for each sample b. */
    void current(int t, int samples, Rows current);

    /**
     * Adds dL/d(spk[t-1]), as far as it comes by the recurrent current of step t, to row b of {@code gSpikes} for each
     * sample b.
     *
     * @param gCurrent dL/d(recurrent current) of step t, row b for sample b
     */
    void backward(int samples, Rows gCurrent, Rows gSpikes);

    /**
     * Adds the gradients of the parameters. Called after {@link #backward} of each step from the last to the first: adds those
     * of some steps, once they are there, and all by step 0. Until then, what is in {@code gCurrent} stays.
     *
     * @param gCurrent by sample: dL/d(recurrent current), row t for step t
     */
    void gradient(int t, int samples, Rows[] gCurrent, GradientSums sums);

    /** Forgets what {@link #gradient} has not added yet: an error ended the backward pass. */
    default void drop() {}
  }
}
