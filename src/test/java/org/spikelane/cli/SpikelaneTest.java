package org.spikelane.cli;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SpikelaneTest {

  @ParameterizedTest
  @ValueSource(strings = {"train", "eval", "predict", "info"})
  void everyCommandExplainsItself(String command) {
    String help = Terminal.bare().done(command, "--help");
    assertTrue(help.contains("Usage: spikelane " + command) && help.contains("Examples:"), help);
    assertTrue(help.lines().allMatch(line -> line.length() <= 100), help);
  }

  @Test
  void readsNoArgumentsFromFiles(@TempDir Path folder) throws Throwable {
    Path file = Files.writeString(folder.resolve("arguments"), "info");
    Terminal.bare().refused("unexpected argument '@" + file + "'", "@" + file).execute();
  }

  @Test
  void helpAndVersionSucceed() {
    assertEquals(Terminal.bare().done("--help"), Terminal.bare().done("help"));
    assertEquals(Terminal.bare().done("run", "--help"), Terminal.bare().done("help", "run"));
    assertTrue(Terminal.bare().done("--help").contains("Examples:"));
    assertTrue(Terminal.bare().done("--version").startsWith("spikelane "));
  }

  @ParameterizedTest
  @ValueSource(strings = {"info", "--help", "--version"})
  void failsWhereItsOutputIsLost(String command) {
    StringWriter errors = new StringWriter();
    assertEquals(2, Spikelane.run(Terminal.full(), new PrintWriter(errors, true), command));
    assertEquals("spikelane: the output cannot be written: nobody reads it any more, or its disk is full",
        errors.toString().strip());
  }

  /** As {@code spikelane predict … | head -1} does. */
  @Test
  void saysNothingWhereItsReaderHasGone() {
    OutputStream closed = new OutputStream() {
      @Override
      public void write(int b) throws IOException {
        throw new IOException("Broken pipe");
      }
    };
    StringWriter errors = new StringWriter();
    PrintWriter out = new StandardOutput(closed, StandardCharsets.UTF_8);
    assertEquals(141, Spikelane.run(out, new PrintWriter(errors, true), "info"));
    assertEquals("", errors.toString());
  }

  @Test
  void refusesWhatIsNoCommand() {
    Terminal terminal = Terminal.bare();
    assertAll(
        terminal.refused("expected a command: train, eval, predict, info, inspect, convert or run"),
        terminal.refused("unexpected argument 'learn'", "learn"),
        terminal.refused("unexpected argument 'learn'", "learn", "--help"),
        terminal.refused("unexpected argument 'learn'", "help", "learn"),
        terminal.refused("unknown option '--fast'", "help", "--fast"),
        terminal.refused("help: expected one command, got train eval; see spikelane --help", "help", "train", "eval"),
        terminal.refused("unknown option '--fast'|see spikelane --help", "--fast"),
        terminal.refused("MODEL|see spikelane eval --help", "eval"));
  }

  @Test
  void refusesNamesThatAreEmpty() {
    String refusal = ": expected the name of a file or folder, got ''; see spikelane ";
    Terminal terminal = Terminal.bare();
    assertAll(
        terminal.refused("--data" + refusal + "train --help", "train", "--data", ""),
        terminal.refused("--model" + refusal + "train --help", "train", "--model", ""),
        terminal.refused("MODEL" + refusal + "eval --help", "eval", ""),
        terminal.refused("OUT" + refusal + "convert --help", "convert", "a.pt", ""),
        terminal.refused("--output" + refusal + "run --help", "run", "a.pt", "--input", "x.npy", "--output="));
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void showsTheTraceOnlyWhenAsked(boolean before) {
    Terminal terminal = Terminal.bare();
    String[] args = before ? new String[] {"--debug", "eval", "none"} : new String[] {"eval", "none", "--debug"};
    assertEquals(2, terminal.run((Object[]) args));
    assertTrue(terminal.err().startsWith("spikelane: none: no such model file\n"), terminal.err());
    assertTrue(terminal.err().contains("\tat org.spikelane.cli."), terminal.err());
  }

  @Test
  void keepsUntrustedTextOnOneLine() {
    Terminal terminal = Terminal.bare();
    assertEquals(2, terminal.run("eval", "a\u001b[31m\nb"));
    assertEquals("spikelane: a?[31m b: no such model file", terminal.err().strip());
  }

  @Test
  void canBeRunByOtherPrograms() {
    StringWriter out = new StringWriter();
    assertEquals(0, Spikelane.run(new PrintWriter(out), new PrintWriter(new StringWriter()), "info"));
    assertTrue(out.toString().contains("kernels"));
  }
}
