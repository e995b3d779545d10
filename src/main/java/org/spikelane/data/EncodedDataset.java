package org.spikelane.data;

import java.util.List;

/** Raw samples that are encoded as they are read. */
final class EncodedDataset implements Dataset {

  private final Samples samples;
  private final int[] labels;
  private final InputEncoding encoding;
  private final int classes;
  private final List<String> classNames;

  /** The encoding must fit the samples. */
  EncodedDataset(Part part, InputEncoding encoding, int classes, List<String> classNames) {
    this.samples = part.samples();
    this.labels = part.labels();
    this.encoding = encoding;
    this.classes = classes;
    this.classNames = classNames;
  }

  @Override
  public int size() {
    return labels.length;
  }

  @Override
  public int classes() {
    return classes;
  }

  @Override
  public int steps() {
    return encoding.steps();
  }

  @Override
  public int features() {
    return encoding.features();
  }

  @Override
  public boolean constant() {
    return encoding.constant();
  }

  @Override
  public int label(int i) {
    return labels[SampleShape.checkIndex(i, size())];
  }

  @Override
  public void copyTo(int i, float[] values, int offset) {
    SampleShape.checkIndex(i, size());
    SampleShape.checkRoom(values, offset, sampleLength());
    switch (encoding) {
      case EventBins bins -> bins.encode((Events) samples, i, values, offset);
      case PixelCurrent current -> current.encode((Grid) samples, i, values, offset);
      case Standardized standardized -> standardized.encode((Grid) samples, i, values, offset);
    }
  }

  @Override
  public String className(int label) {
    String number = Dataset.super.className(label);
    return classNames.isEmpty() ? number : classNames.get(label);
  }
}
