package org.spikelane.cli;

import java.io.PrintWriter;
import java.util.Locale;

/** How far an epoch or a run is: one line of a terminal that is written over, or nothing where nobody watches. */
final class ProgressLine {

  private static final long NANOS_BETWEEN = 100_000_000;
  private static final int BAR = 30;

  private final PrintWriter out;
  private final boolean terminal;
  private int width;
  private long last;

  ProgressLine(PrintWriter out, boolean terminal) {
    this.out = out;
    this.terminal = terminal;
  }

  /** Shows that {@code done} of {@code total} samples are through, not too often. */
  void show(String what, int done, int total) {
    long now = System.nanoTime();
    if (!terminal || (width > 0 && now - last < NANOS_BETWEEN)) {
      return;
    }
    last = now;
    int filled = (int) ((long) BAR * done / total);
    String line = String.format(Locale.ROOT, "%5s  [%s%s] %d of %d samples", what, "#".repeat(filled),
        ".".repeat(BAR - filled), done, total);
    out.print("\r" + line + " ".repeat(Math.max(0, width - line.length())));
    out.flush();
    width = line.length();
  }

  /** Clears the line, for others to write there. */
  void clear() {
    if (width > 0) {
      out.print("\r" + " ".repeat(width) + "\r");
      out.flush();
      width = 0;
    }
  }
}
