package org.spikelane.connection;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

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
}
