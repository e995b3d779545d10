package org.spikelane.data;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.spikelane.format.FormatException;

/**
 * The training or the test half of a folder.
 *
 * @param file where the samples came from
 * @param labelFile where the labels came from
 * @param samples raw samples; null if only their labels were read
 * @param labels class of each sample, 0 or above
 * @param classNames names of the classes; empty if the files give none
 */
record Part(Path file, Path labelFile, Samples samples, int[] labels, List<String> classNames) {

  /** More classes than this are taken for a damaged label. */
  static final int MOST_CLASSES = 1 << 16;

  /** Up to this label, there may be gaps of any size. */
  private static final int MOST_WITH_GAPS = 1000;

  Part {
    classNames = List.copyOf(classNames);
  }

  static int checkedLabel(Path file, int i, long label) throws FormatException {
    if (label < 0 || label >= MOST_CLASSES) {
      throw new FormatException(file, "label " + i + ": expected 0 to " + (MOST_CLASSES - 1) + ", got " + label);
    }
    return (int) label;
  }

  /** The largest label + 1. */
  int classes() {
    int classes = 0;
    for (int label : labels) {
      classes = Math.max(classes, label + 1);
    }
    return classes;
  }

  /** Checks that the largest label is no absurd one for so many different labels: memory for all below it is needed. */
  void checkGaps() throws FormatException {
    int largest = classes() - 1;
    long different = Arrays.stream(labels).distinct().count();
    if (largest > Math.max(MOST_WITH_GAPS, 10 * different)) {
      throw new FormatException(labelFile, "labels up to " + largest + ", but only " + different + " different ones in "
          + labels.length + " samples; expected classes 0 to " + (different - 1));
    }
  }

  /** Checks that there are as many labels as samples, if these were read, and that all of them are below {@code classes}. */
  void check(int classes) throws FormatException {
    if (samples != null && labels.length != samples.samples()) {
      throw new FormatException(labelFile, "labels: expected " + samples.samples() + ", as many as samples in "
          + file.getFileName() + ", got " + labels.length);
    }
    for (int i = 0; i < labels.length; i++) {
      if (labels[i] >= classes) {
        throw new FormatException(
            labelFile, "label " + i + ": expected 0 to " + (classes - 1) + ", got " + labels[i]);
      }
    }
  }
}
