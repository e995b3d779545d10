package org.spikelane.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;

class ProgressLineTest {

  private final StringWriter text = new StringWriter();
  private final PrintWriter out = new PrintWriter(text);

  @Test
  void writesNothingWhereNobodyWatches() {
    ProgressLine line = new ProgressLine(out, false);
    line.show("1", 5, 10);
    line.clear();
    assertEquals("", text.toString());
  }

  @Test
  void writesOverItselfAndLeavesNothing() {
    ProgressLine line = new ProgressLine(out, true);
    line.show("1", 5, 10);
    line.clear();
    String shown = "    1  [" + "#".repeat(15) + ".".repeat(15) + "] 5 of 10 samples";
    assertEquals("\r" + shown + "\r" + " ".repeat(shown.length()) + "\r", text.toString());
  }
}
