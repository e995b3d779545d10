package org.spikelane.connection;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

class WindowTest {

  /** Windows and taps by trying each, for every window that is small enough. */
  @Test
  void countsWindowsAndTapsInside() {
    for (int i = 0; i < 5 * 3 * 4 * 4 * 3 * 7; i++) {
      Window window = new Window(1 + i % 5, 1 + i / 5 % 3, i / 15 % 4, i / 60 % 4, 1 + i / 240 % 3);
      int extent = 1 + i / 720 % 7;
      int count = 0;
      while (window.at(count, window.kernel() - 1) < extent + window.after()) {
        for (int tap = 0; tap < window.kernel(); tap++) {
          int place = window.at(count, tap);
          boolean inside = tap >= window.firstTap(count) && tap < window.endTap(count, extent);
          assertEquals(place >= 0 && place < extent, inside, window + ", " + extent + ", tap " + tap + " of " + count);
        }
        count++;
      }
      assertEquals(count, window.count(extent), window + ", " + extent);
    }
  }

  @Test
  void standsHugeNumbers() {
    assertEquals(0, new Window(Integer.MAX_VALUE, 1, 0, 0, Integer.MAX_VALUE).count(100));
    assertEquals(1, new Window(1, Integer.MAX_VALUE, 3, 0, Integer.MAX_VALUE).count(100));
    assertEquals("padding: 2147483647 and 1 around 1 exceed 2^31 - 1", assertThrows(IllegalArgumentException.class,
        () -> new Window(1, 1, Integer.MAX_VALUE, 1, 1).count(1)).getMessage());
  }

  @Test
  void refusesWhatIsNoWindow() {
    assertEquals("kernel: expected at least 1, got 0", refused(0, 1, 0, 0, 1));
    assertEquals("stride: expected at least 1, got -1", refused(1, -1, 0, 0, 1));
    assertEquals("padding: expected at least 0, got -1", refused(1, 1, -1, 0, 1));
    assertEquals("padding: expected at least 0, got -2", refused(1, 1, 0, -2, 1));
    assertEquals("dilation: expected at least 1, got 0", refused(1, 1, 0, 0, 0));
  }

  private static String refused(int kernel, int stride, int before, int after, int dilation) {
    return assertThrows(IllegalArgumentException.class, () -> new Window(kernel, stride, before, after, dilation))
        .getMessage();
  }
}
