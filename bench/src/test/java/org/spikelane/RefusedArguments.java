package org.spikelane;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.concurrent.Callable;

/** Programs of the jar, called with what they cannot use. */
public final class RefusedArguments {

  private RefusedArguments() {}

  /** Asserts exit code 2 and this line alone on the standard error stream. */
  public static void assertRefused(Callable<Integer> program, String line, String... args) {
    StringWriter errors = new StringWriter();
    int code = Program.of(program).setErr(new PrintWriter(errors, true)).execute(args);
    assertEquals(line, errors.toString().strip());
    assertEquals(2, code);
  }
}
