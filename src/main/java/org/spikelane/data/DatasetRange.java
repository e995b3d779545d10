package org.spikelane.data;

/** Samples {@code [from, to)} of another data set. */
record DatasetRange(Dataset whole, int from, int to) implements Dataset {

  DatasetRange {
    if (from < 0 || from >= to || to > whole.size()) {
      throw new IllegalArgumentException(
          "range: expected samples within 0 to " + whole.size() + ", at least one, got " + from + " to " + to);
    }
  }

  @Override
  public int size() {
    return to - from;
  }

  @Override
  public int classes() {
    return whole.classes();
  }

  @Override
  public int steps() {
    return whole.steps();
  }

  @Override
  public int features() {
    return whole.features();
  }

  @Override
  public boolean constant() {
    return whole.constant();
  }

  @Override
  public int label(int i) {
    return whole.label(inWhole(i));
  }

  @Override
  public void copyTo(int i, float[] values, int offset) {
    whole.copyTo(inWhole(i), values, offset);
  }

  @Override
  public String className(int label) {
    return whole.className(label);
  }

  private int inWhole(int i) {
    return from + SampleShape.checkIndex(i, size());
  }
}
