package org.spikelane.connection;

import org.spikelane.kernels.KernelProvider;
import org.spikelane.kernels.RowKernels;
import org.spikelane.kernels.Rows;
import org.spikelane.kernels.SpikeRows;
import org.spikelane.layer.Values;

/**
 * Those samples of a signal of floats that hold spikes, few and nothing else, as bits: what a network is shown often is
 * that, though it comes as floats. Their products go by events, with the same bits as densely.
 */
final class EventSamples {

  /** Samples with spikes in more than a third of the places are left to the dense product, which then is not slower. */
  private static final int LEAST_PLACES_PER_SPIKE = 3;

  private final RowKernels kernels = KernelProvider.current().rows();
  private final Values values;
  private final SpikeRows[] spikes;
  private final boolean[] eventful;

  /** Room for the samples of a signal. */
  EventSamples(Values values) {
    this.values = values;
    int words = SpikeRows.words(values.size());
    int perSample = values.steps() * words;
    long[] bits = new long[values.samples() * perSample];
    this.spikes = new SpikeRows[values.samples()];
    for (int b = 0; b < spikes.length; b++) {
      spikes[b] = new SpikeRows(bits, b * perSample, words);
    }
    this.eventful = new boolean[values.samples()];
  }

  /** Looks at a sample; true if it holds few spikes and nothing else. */
  boolean find(int b) {
    eventful[b] = few(values.rows(b), spikes[b]);
    return eventful[b];
  }

  private boolean few(Rows from, SpikeRows to) {
    long count = 0;
    for (int t = 0; t < values.steps(); t++) {
      if (!kernels.spikes(from.data(), from.at(t), to.words(), to.at(t), 0, values.size())) {
        return false;
      }
      count += to.count(t, values.size());
    }
    return count * LEAST_PLACES_PER_SPIKE <= (long) values.steps() * values.size();
  }

  /** What {@link #find} found last. */
  boolean eventful(int b) {
    return eventful[b];
  }

  /** The bits of a sample that holds spikes: row t is step t. */
  SpikeRows spikes(int b) {
    return spikes[b];
  }
}
