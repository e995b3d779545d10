package org.spikelane.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.Writer;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.function.Executable;

/** Commands run within the test, and what they printed. */
final class Terminal {

  private final Optional<Path> home;
  private String out = "";
  private String err = "";

  private Terminal(Optional<Path> home) {
    this.home = home;
  }

  /** Without a packaged folder around it. */
  static Terminal bare() {
    return new Terminal(Optional.empty());
  }

  /** In a packaged folder. */
  static Terminal in(Path home) {
    return new Terminal(Optional.of(home));
  }

  /** An output that takes nothing. */
  static PrintWriter full() {
    return new PrintWriter(new Writer() {
      @Override
      public void write(char[] text, int from, int length) throws IOException {
        throw new IOException("No space left on device");
      }

      @Override
      public void flush() {}

      @Override
      public void close() {}
    });
  }

  int run(Object... args) {
    StringWriter outText = new StringWriter();
    StringWriter errText = new StringWriter();
    String[] words = new String[args.length];
    for (int i = 0; i < args.length; i++) {
      words[i] = args[i].toString();
    }
    int code = Spikelane.run(
        new Surroundings(new PrintWriter(outText), new PrintWriter(errText), false, home, "spikelane"), words);
    out = outText.toString();
    err = errText.toString();
    return code;
  }

  /** Runs a command that must succeed; what it printed. */
  String done(Object... args) {
    assertEquals(0, run(args), () -> err + out);
    assertEquals("", err);
    return out;
  }

  /** Runs a command that must be refused with one line that has all of these parts. */
  Executable refused(String parts, Object... args) {
    return () -> {
      int code = run(args);
      assertEquals(2, code, () -> "expected a refusal with " + parts + ", got " + err + out);
      assertTrue(err.startsWith("spikelane: "), err);
      assertEquals(1, err.lines().count(), err);
      assertFalse(err.contains("Exception"), err);
      for (String part : parts.split("\\|", -1)) {
        assertTrue(err.contains(part), () -> "expected '" + part + "' in: " + err);
      }
    };
  }

  String out() {
    return out;
  }

  String err() {
    return err;
  }
}
