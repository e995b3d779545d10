package org.spikelane.exchange;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;

/** A Python interpreter with packages, to ask what the makers of NIR think of our files. */
final class Python {

  private static final long PATIENCE_SECONDS = 600;
  private final String interpreter;

  private Python(String interpreter) {
    this.interpreter = interpreter;
  }

  /** The interpreter that the property {@code spikelane.python} names; without it the test is skipped. */
  static Python named(String why) {
    String named = System.getProperty("spikelane.python");
    Assumptions.assumeTrue(named != null, "skipped: " + why + "; name one with -Dspikelane.python=PROGRAM");
    return new Python(named);
  }

  /**
   * An interpreter of its own under {@code target}, with the packages that {@code pip} installs once; where there is no
   * Python 3 or no network, the test is skipped.
   */
  static Python with(String... packages) throws IOException, InterruptedException {
    Path home = Path.of("target", "python").toAbsolutePath();
    Path program = home.resolve("bin/python");
    Path done = home.resolve(String.join("+", packages));
    if (!Files.exists(done)) {
      Files.createDirectories(home);
      List<String> make = List.of("python3", "-m", "venv", home.toString());
      List<String> install = new ArrayList<>(List.of(program.toString(), "-m", "pip", "install", "--quiet",
          "--disable-pip-version-check", "--retries", "1", "--timeout", "20"));
      install.addAll(List.of(packages));
      for (List<String> command : List.of(make, install)) {
        String problem = problem(command);
        Assumptions.assumeTrue(problem == null, () -> "skipped: " + String.join(" ", command) + ": " + problem);
      }
      Files.createFile(done);
    }
    return new Python(program.toString());
  }

  /** What went wrong, or null. */
  private static String problem(List<String> command) throws IOException, InterruptedException {
    Path log = Files.createTempFile("python", ".log");
    try {
      Process process;
      try {
        process = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
      } catch (IOException e) {
        return e.getMessage();
      }
      if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        return "no end after " + PATIENCE_SECONDS + " s";
      }
      return process.exitValue() == 0 ? null : "exit code " + process.exitValue() + "\n" + Files.readString(log);
    } finally {
      Files.delete(log);
    }
  }

  /** Runs a script of the test resources; whatever it prints is shown if it fails. */
  void run(String script, Object... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(interpreter));
    try {
      command.add(Path.of(Python.class.getResource("/nir/" + script).toURI()).toString());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
    for (Object argument : arguments) {
      command.add(argument.toString());
    }
    assertEquals(null, problem(command), () -> String.join(" ", command));
  }
}
