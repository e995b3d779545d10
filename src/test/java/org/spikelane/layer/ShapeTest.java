package org.spikelane.layer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class ShapeTest {

  @Test
  void takesWhatBroadcastsFromTheRight() {
    Shape image = Shape.of(2, 3, 4);
    for (int[] fits : new int[][] {{}, {1}, {4}, {3, 1}, {2, 1, 1}, {2, 3, 4}, {1, 3, 1}, {1, 1, 2, 3, 4}}) {
      assertTrue(image.takes(fits), Shape.of(fits).toString());
    }
    for (int[] other : new int[][] {{2}, {3}, {0}, {4, 1}, {1, 4, 3}, {2, 2, 3, 4}, {24}}) {
      assertFalse(image.takes(other));
    }
    assertTrue(Shape.of().takes(1, 1));
    assertFalse(Shape.of().takes(2));
  }

  /** Against loops over all axes, the extents of 1 left out of the count. */
  @Test
  void findsTheSourceOfABroadcastValue() {
    Shape image = Shape.of(2, 3, 4);
    for (int c : new int[] {1, 2}) {
      for (int h : new int[] {1, 3}) {
        for (int w : new int[] {1, 4}) {
          for (int n = 0; n < image.size(); n++) {
            int row = n / 4 % 3;
            int channel = n / 12;
            int want = ((c == 1 ? 0 : channel) * h + (h == 1 ? 0 : row)) * w + (w == 1 ? 0 : n % 4);
            assertEquals(want, image.source(new int[] {c, h, w}, n));
            assertEquals(want, image.source(new int[] {1, c, h, w}, n));
            if (c == 1) {
              assertEquals(want, image.source(new int[] {h, w}, n));
            }
          }
        }
      }
    }
  }
}
