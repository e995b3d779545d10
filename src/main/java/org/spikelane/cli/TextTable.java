package org.spikelane.cli;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;

/** Rows of text with columns as wide as they must be. */
final class TextTable {

  private final List<String[]> rows = new ArrayList<>();
  private final int firstRight;

  /** A table under a header; columns from {@code firstRight} on are aligned to the right. */
  TextTable(int firstRight, String... header) {
    this.firstRight = firstRight;
    rows.add(header);
  }

  /** Adds a row with as many cells as the header has. */
  void add(String... cells) {
    rows.add(cells);
  }

  /** Prints all rows. */
  void print(PrintWriter out) {
    int columns = rows.getFirst().length;
    int[] widths = new int[columns];
    for (String[] row : rows) {
      for (int c = 0; c < columns; c++) {
        widths[c] = Math.max(widths[c], row[c].length());
      }
    }
    for (String[] row : rows) {
      StringBuilder line = new StringBuilder();
      for (int c = 0; c < columns; c++) {
        String padding = " ".repeat(widths[c] - row[c].length());
        line.append(c == 0 ? "" : "  ").append(c < firstRight ? row[c] + padding : padding + row[c]);
      }
      out.println(line.toString().stripTrailing());
    }
  }
}
