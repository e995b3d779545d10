package org.spikelane.peers;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.function.LongUnaryOperator;
import org.junit.jupiter.api.Test;

class WarmUpTest {

  /** After how many milliseconds it ends, asked every millisecond, of one second at least. */
  private static long ends(LongUnaryOperator compiledMillisAt) {
    long start = 7_000_000_000L;
    WarmUp warmUp = new WarmUp(Duration.ofSeconds(1), start);
    long millis = 1;
    while (warmUp.goesOn(start + millis * 1_000_000, compiledMillisAt.applyAsLong(millis))) {
      millis++;
    }
    return millis;
  }

  @Test
  void takesItsTimeWhereNothingIsCompiled() {
    assertEquals(1000, ends(millis -> 0));
    assertEquals(1000, ends(millis -> 300));
  }

  @Test
  void endsAQuarterAfterTheLastCompilation() {
    assertEquals(1000, ends(millis -> Math.min(millis, 700)));
    assertEquals(1150, ends(millis -> Math.min(millis, 900)));
    assertEquals(1250, ends(millis -> millis < 1000 ? 0 : 600));
    assertEquals(3250, ends(millis -> Math.min(millis / 200, 15)));
  }

  @Test
  void doesNotWaitForACompilerThatNeverRests() {
    assertEquals(8000, ends(millis -> millis));
  }
}
