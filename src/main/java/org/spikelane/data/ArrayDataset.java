package org.spikelane.data;

import java.util.Objects;

/**
 * Samples in the caller's array, one after the other.
 *
 * @param values [samples][steps][features], or [samples][features] if constant
 * @param labels [samples]
 */
record ArrayDataset(float[] values, boolean constant, int steps, int features, int[] labels, int classes)
    implements Dataset {

  /** The features follow from the number of values. */
  static ArrayDataset of(float[] values, boolean constant, int steps, int[] labels, int classes) {
    Objects.requireNonNull(values, "values");
    Objects.requireNonNull(labels, "labels");
    SampleShape.check(steps, "features", 1);
    if (classes < 1) {
      throw new IllegalArgumentException("classes: expected at least 1, got " + classes);
    }
    if (labels.length < 1) {
      throw new IllegalArgumentException("labels: expected at least 1 sample, got none");
    }
    for (int i = 0; i < labels.length; i++) {
      if (labels[i] < 0 || labels[i] >= classes) {
        throw new IllegalArgumentException("labels: expected 0 to " + (classes - 1) + " for " + classes + " classes, got "
            + labels[i] + " at sample " + i);
      }
    }
    long rows = labels.length * (constant ? 1L : steps);
    if (values.length < rows || values.length % rows != 0) {
      throw new IllegalArgumentException("values: expected a multiple of " + rows + " (" + labels.length + " samples"
          + (constant ? "" : " of " + steps + " steps") + "), got length " + values.length);
    }
    int features = (int) (values.length / rows);
    SampleShape.check(steps, "features", features);
    for (int k = 0; k < values.length; k++) {
      if (!Float.isFinite(values[k])) {
        throw new IllegalArgumentException(
            "values: expected finite numbers, got " + values[k] + " in sample " + k / (values.length / labels.length));
      }
    }
    return new ArrayDataset(values, constant, steps, features, labels, classes);
  }

  @Override
  public int size() {
    return labels.length;
  }

  @Override
  public int label(int i) {
    return labels[SampleShape.checkIndex(i, size())];
  }

  @Override
  public void copyTo(int i, float[] to, int offset) {
    int at = SampleShape.checkIndex(i, size()) * sampleLength();
    SampleShape.checkRoom(to, offset, sampleLength());
    System.arraycopy(values, at, to, offset, sampleLength());
  }
}
