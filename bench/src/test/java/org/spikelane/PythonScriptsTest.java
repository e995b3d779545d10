package org.spikelane;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** Runs {@code bench/src/test/python/test_scripts.py}; skipped where there is no {@code python3}. */
class PythonScriptsTest {

  @Test
  void scriptsPrintWhatTheySay() throws IOException, InterruptedException {
    Process process;
    try {
      process = new ProcessBuilder("python3", "-B", "src/test/python/test_scripts.py").redirectErrorStream(true)
          .start();
    } catch (IOException e) {
      assumeTrue(false, "skipped: no python3: " + e.getMessage());
      return;
    }
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor(), output);
  }
}
