package org.spikelane.connection;

import java.util.Arrays;
import org.spikelane.kernels.KernelProvider;
import org.spikelane.kernels.LearnedChoice;
import org.spikelane.kernels.RowKernels;
import org.spikelane.kernels.Rows;
import org.spikelane.kernels.SpikeRows;
import org.spikelane.layer.ProductChoice;
import org.spikelane.layer.Signal;
import org.spikelane.layer.Values;

/**
 * Those samples of a signal of floats that hold spikes, few and nothing else, as bits: what a network is shown often is
 * that, though it comes as floats. They are multiplied as other spikes are, with the same bits as floats. Where only some
 * samples are such, the gradient of a weight is the sum of two, theirs and that of the others, whose last digits are not
 * those of {@link ProductChoice#DENSE}.
 */
final class EventSamples {

  /** Samples with spikes in more than a third of the places are left to the dense product, which then is not slower. */
  private static final int LEAST_PLACES_PER_SPIKE = 3;

  /**
   * An array of more values (16 MiB) is taken to come from memory itself: each step's samples may be fetched first, which a
   * core needs if its prefetchers do not keep up with what is computed, and which takes a quarter more time where they do.
   * What is faster is learned from calls whose samples all are spikes; the first two, as of a network that runs once, do not
   * fetch.
   */
  private static final int CACHED_VALUES = 1 << 22;

  private final RowKernels kernels = KernelProvider.current().rows();
  private final Values values;
  private final SpikeRows[] spikes;
  private final SpikeRows[] byStep;
  private final boolean[] eventful;
  private final long[] counts;
  /** Second: to fetch. */
  private final LearnedChoice fetching = new LearnedChoice();

  /** Those of a signal of floats that change from step to step, where products may choose; else null. */
  static EventSamples of(Signal signal, ProductChoice choice) {
    boolean choose = choice == ProductChoice.AUTO || choice == ProductChoice.EVENTS;
    return choose && signal instanceof Values values && !values.constant() ? new EventSamples(values) : null;
  }

  private EventSamples(Values values) {
    this.values = values;
    int words = SpikeRows.words(values.size());
    int perSample = values.steps() * words;
    long[] bits = new long[values.samples() * perSample];
    this.spikes = new SpikeRows[values.samples()];
    for (int b = 0; b < spikes.length; b++) {
      spikes[b] = new SpikeRows(bits, b * perSample, words);
    }
    this.byStep = new SpikeRows[values.steps()];
    for (int t = 0; t < byStep.length; t++) {
      byStep[t] = new SpikeRows(bits, t * words, perSample);
    }
    this.eventful = new boolean[values.samples()];
    this.counts = new long[values.samples()];
  }

  /** Looks at the first so many samples. */
  void find(int samples) {
    Arrays.fill(eventful, 0, samples, true);
    Arrays.fill(counts, 0, samples, 0);
    // In the order of memory: that of a caller's array has time first.
    if (values.readOnly()) {
      lookTimeFirst(samples);
    } else {
      for (int b = 0; b < samples; b++) {
        for (int t = 0; t < values.steps(); t++) {
          look(b, t);
        }
      }
    }
    for (int b = 0; b < samples; b++) {
      eventful[b] &= counts[b] * LEAST_PLACES_PER_SPIKE <= (long) values.steps() * values.size();
    }
  }

  private void lookTimeFirst(int samples) {
    if (values.array().length <= CACHED_VALUES) {
      lookTimeFirst(samples, false);
      return;
    }
    long start = System.nanoTime();
    boolean fetch = fetching.second();
    if (lookTimeFirst(samples, fetch)) {
      fetching.took(fetch, (System.nanoTime() - start) / ((double) samples * values.steps() * values.size()));
    }
  }

  /** Returns whether all of every sample was looked at. */
  private boolean lookTimeFirst(int samples, boolean fetch) {
    boolean all = true;
    boolean any = true;
    for (int t = 0; any && t < values.steps(); t++) {
      if (fetch) {
        kernels.fetch(values.rows(0), t, t + 1, 0, samples * values.size());
      }
      any = false;
      for (int b = 0; b < samples; b++) {
        look(b, t);
        any |= eventful[b];
        all &= eventful[b];
      }
    }
    return all;
  }

  private void look(int b, int t) {
    if (eventful[b]) {
      Rows from = values.rows(b);
      SpikeRows to = spikes[b];
      eventful[b] = kernels.spikes(from.data(), from.at(t), to.words(), to.at(t), 0, values.size());
      counts[b] += to.count(t, values.size());
    }
  }

  /** Whether a sample that {@link #find} looked at holds few spikes and nothing else. */
  boolean eventful(int b) {
    return eventful[b];
  }

  /** Whether all of the first {@code samples} that {@link #find} looked at are such, or none is. */
  boolean alike(int samples) {
    for (int b = 1; b < samples; b++) {
      if (eventful[b] != eventful[0]) {
        return false;
      }
    }
    return true;
  }

  /** The bits of each step of samples that all hold spikes: row b is sample b. */
  SpikeRows[] byStep() {
    return byStep;
  }

  /** The bits of a sample that holds spikes: row t is step t. */
  SpikeRows spikes(int b) {
    return spikes[b];
  }

  /** The bits of each sample, as {@link #spikes(int)} gives them; all in one array of words. */
  SpikeRows[] spikes() {
    return spikes;
  }
}
