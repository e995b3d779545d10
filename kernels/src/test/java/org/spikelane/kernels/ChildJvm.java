package org.spikelane.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A JVM of its own for what a test asks of one: its options, or that nothing ran in it before. */
final class ChildJvm {

  private ChildJvm() {}

  /** Runs the main method of a class, which must end with 0; what it and the JVM print. */
  static String run(Class<?> program, List<String> options) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(options);
    String classes = Path.of("target", "classes").toAbsolutePath() + System.getProperty("path.separator")
        + Path.of("target", "test-classes").toAbsolutePath();
    command.addAll(List.of("-cp", classes, program.getName()));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor(), printed);
    return printed;
  }
}
