package org.spikelane.cli;

import java.io.PrintWriter;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** A confusion matrix with names: a row for each class, a column for each prediction. */
final class ConfusionTable {

  private static final int LONGEST_COLUMN_NAME = 8;

  private final List<String> classes;
  private final int[][] counts;

  ConfusionTable(List<String> classes, int[][] counts) {
    this.classes = classes;
    this.counts = counts;
  }

  /** Prints the table; a dot stands for 0. */
  void print(PrintWriter out) {
    int nameWidth = Math.max("class".length(), classes.stream().mapToInt(String::length).max().orElse(0));
    int most = Arrays.stream(counts).flatMapToInt(Arrays::stream).max().orElse(0);
    int width = Math.max(Integer.toString(most).length(),
        classes.stream().mapToInt(name -> Math.min(name.length(), LONGEST_COLUMN_NAME)).max().orElse(0)) + 1;
    StringBuilder line = new StringBuilder(pad("class", -nameWidth)).append(' ');
    for (String name : classes) {
      line.append(pad(name.substring(0, Math.min(name.length(), LONGEST_COLUMN_NAME)), width));
    }
    out.println(line.append("     right"));
    for (int c = 0; c < counts.length; c++) {
      line = new StringBuilder(pad(classes.get(c), -nameWidth)).append(' ');
      for (int count : counts[c]) {
        line.append(pad(count == 0 ? "." : Integer.toString(count), width));
      }
      int samples = Arrays.stream(counts[c]).sum();
      out.println(line.append("  ").append(samples == 0 ? "       -" : percent((double) counts[c][c] / samples)));
    }
  }

  /** A share as 8 characters. */
  static String percent(double share) {
    return String.format(Locale.ROOT, "%7.2f%%", 100 * share);
  }

  /** Pads to a width: at the left, or at the right if it is negative. */
  private static String pad(String text, int width) {
    return String.format(Locale.ROOT, "%" + width + "s", text);
  }
}
