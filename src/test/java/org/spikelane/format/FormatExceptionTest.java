package org.spikelane.format;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class FormatExceptionTest {

  @Test
  void saysFileAndProblemInOneLine() {
    FormatException e = new FormatException(Path.of("a.bin"), "tensor 'x\n\u001b[31m\u2028': expected 1, got 2");
    assertEquals("a.bin: tensor 'x??[31m?': expected 1, got 2", e.getMessage());
  }

  @Test
  void cutsWhatIsTooLongForALine() {
    assertTrue(new FormatException(Path.of("a.bin"), "x".repeat(100_000)).getMessage().length() < 1000);
  }
}
