package org.spikelane.format;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class TensorTest {

  @Test
  void refusesValuesThatDoNotFillTheShape() {
    assertRefused(new int[] {2, 3}, 5);
    assertRefused(new int[] {-1}, 0);
    assertRefused(new int[] {1 << 16, 1 << 16}, 0);
    assertRefused(new int[] {1 << 30, 1 << 30, 1 << 30}, 0);
  }

  @Test
  void keepsItsShapeToItself() {
    int[] shape = {1, 2};
    Tensor tensor = new Tensor(shape, new float[2]);
    shape[0] = 7;
    tensor.shape()[1] = 7;
    assertArrayEquals(new int[] {1, 2}, tensor.shape());
  }

  private static void assertRefused(int[] shape, int length) {
    String message =
        assertThrows(IllegalArgumentException.class, () -> new Tensor(shape, new float[length])).getMessage();
    assertTrue(message.contains("expected"), message);
  }
}
