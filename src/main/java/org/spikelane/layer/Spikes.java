package org.spikelane.layer;

import java.util.Arrays;
import org.spikelane.kernels.SpikeRows;

/** A signal of spikes, one bit a neuron. */
public final class Spikes extends Signal {

  private final SpikeRows[] bySample;
  private final SpikeRows[] byStep;
  private float value = 1f;

  /** No spikes. */
  public Spikes(int size, int samples, int steps) {
    super(size, samples, steps);
    int words = SpikeRows.words(size);
    long[] array = new long[samples * (1 + steps) * words];
    bySample = new SpikeRows[samples];
    for (int b = 0; b < samples; b++) {
      bySample[b] = new SpikeRows(array, (b * (1 + steps) + 1) * words, words);
    }
    byStep = new SpikeRows[1 + steps];
    for (int t = 0; t <= steps; t++) {
      byStep[t] = new SpikeRows(array, t * words, (1 + steps) * words);
    }
  }

  @Override
  public boolean constant() {
    return false;
  }

  /** The spikes of a sample: row t is step t, row -1 the spikes before the first step. */
  public SpikeRows rows(int sample) {
    return bySample[sample];
  }

  /** The spikes of each sample, as {@link #rows(int)} gives them; all in one array of words. */
  public SpikeRows[] rows() {
    return bySample.clone();
  }

  /** The spikes of a step, -1 for those before the first: row b is sample b. */
  public SpikeRows atStep(int t) {
    return byStep[1 + t];
  }

  /** The spikes of each step, as {@link #atStep} gives them, step 0 first; all in one array of words. */
  public SpikeRows[] rowsByStep() {
    return Arrays.copyOfRange(byStep, 1, byStep.length);
  }

  /** What a spike is worth to the next layer: 1, or snnTorch's {@code graded_spikes_factor}. */
  public float value() {
    return value;
  }

  /** Sets what a spike is worth. */
  public void value(float value) {
    this.value = value;
  }
}
