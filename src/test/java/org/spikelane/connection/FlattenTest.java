package org.spikelane.connection;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.spikelane.layer.Block;
import org.spikelane.layer.ProductChoice;
import org.spikelane.layer.Shape;
import org.spikelane.layer.Spikes;

class FlattenTest {

  @Test
  void changesTheShapeAndNothingElse() {
    Flatten flatten = new Flatten(Shape.of(2, 3, 4));
    assertEquals(Shape.of(24), flatten.outputShape());
    assertEquals(List.of(), flatten.parameters());
    Spikes spikes = new Spikes(24, 1, 2);
    assertSame(spikes, flatten.stage(spikes, new Block(1, 2, true, false, ProductChoice.AUTO)).output());
  }

  @Test
  void mergesTheAxesItIsTold() {
    Shape image = Shape.of(2, 3, 4);
    assertEquals(Shape.of(24), new Flatten(image, 0, 2).outputShape());
    assertEquals(Shape.of(2, 12), new Flatten(image, 1, -1).outputShape());
    assertEquals(Shape.of(6, 4), new Flatten(image, -3, -2).outputShape());
    assertEquals(image, new Flatten(image, 1, 1).outputShape());
    assertEquals(Shape.of(2, 12, 5), new Flatten(Shape.of(2, 3, 4, 5), 1, 2).outputShape());
    assertEquals(Shape.of(5), new Flatten(Shape.of(5)).outputShape());
    assertEquals(1, new Flatten(image, -2, -1).startDim());
    assertEquals(2, new Flatten(image, -2, -1).endDim());
  }

  @Test
  void refusesAxesThatAreNotThere() {
    for (int[] axes : new int[][] {{0, 3}, {2, 1}, {-4, 2}, {0, -4}, {3, 3}}) {
      assertEquals("Flatten: expected startDim and endDim in ascending order among the 3 axes of [2, 3, 4], got "
          + axes[0] + " and " + axes[1], assertThrows(IllegalArgumentException.class,
              () -> new Flatten(Shape.of(2, 3, 4), axes[0], axes[1])).getMessage());
    }
  }
}
