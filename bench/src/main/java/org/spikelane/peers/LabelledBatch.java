package org.spikelane.peers;

import org.spikelane.data.Dataset;
import org.spikelane.network.Input;

/**
 * One batch of samples, again and again.
 *
 * @param values [T][B][features], time first, or [B][features] if constant
 * @param labels [B]
 * @param batches how often a pass over the data shows the batch
 */
record LabelledBatch(float[] values, boolean constant, int steps, int features, int[] labels, int classes, int batches)
    implements Dataset {

  LabelledBatch(float[] values, boolean constant, int steps, int features, int[] labels, int classes) {
    this(values, constant, steps, features, labels, classes, 1);
  }

  /** The same batch, shown {@code times} times in a pass. */
  LabelledBatch repeated(int times) {
    return new LabelledBatch(values, constant, steps, features, labels, classes, times);
  }

  /** The batch as the input of a network. */
  Input input() {
    return constant ? Input.constant(values, steps, labels.length) : Input.sequence(values, steps, labels.length);
  }

  @Override
  public int size() {
    return labels.length * batches;
  }

  @Override
  public int label(int i) {
    return labels[i % labels.length];
  }

  @Override
  public void copyTo(int i, float[] to, int offset) {
    int sample = i % labels.length;
    for (int t = 0; t < (constant ? 1 : steps); t++) {
      System.arraycopy(values, (t * labels.length + sample) * features, to, offset + t * features, features);
    }
  }
}
