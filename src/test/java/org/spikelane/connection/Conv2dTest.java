package org.spikelane.connection;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.spikelane.layer.ProductChoice;
import org.spikelane.layer.Shape;
import org.spikelane.reference.Agreement;
import org.spikelane.reference.NaiveConvolution;
import org.spikelane.reference.StageRun;

class Conv2dTest {

  private static NaiveConvolution naive(Conv2d conv) {
    Shape in = conv.inputShape();
    return new NaiveConvolution(in.extent(0), in.extent(1), in.extent(2), conv.outputShape().extent(0), conv.kernel(),
        conv.kernel(), 0, 0, Agreement.doubles(conv.parameters().get(0).values()),
        Agreement.doubles(conv.parameters().get(1).values()));
  }

  @ParameterizedTest
  @EnumSource(ProductChoice.class)
  void agreesWithTheNaiveLoops(ProductChoice product) {
    int[][] cases = {{1, 1, 1, 1, 1}, {2, 5, 7, 3, 3}, {3, 4, 4, 17, 2}, {1, 6, 3, 2, 3}, {2, 5, 5, 4, 5}};
    for (int[] c : cases) {
      Conv2d conv = new Conv2d(Shape.of(c[0], c[1], c[2]), c[3], c[4], new SplittableRandom(1));
      new StageRun(conv, StageRun.Of.VALUES, 1, product, 1).check(naive(conv));
      new StageRun(conv, StageRun.Of.CONSTANT, 1, product, 2).check(naive(conv));
    }
  }

  @Test
  void startsAsPyTorchDoes() {
    InitialWeights.check(seed -> new Conv2d(Shape.of(4, 9, 9), 64, 3, new SplittableRandom(seed)), 36);
  }

  @Test
  void namesAndShapes() {
    Conv2d conv = new Conv2d(Shape.of(2, 9, 7), 5, 3, new SplittableRandom(1));
    assertEquals(Shape.of(5, 7, 5), conv.outputShape());
    assertEquals("[weight[5, 2, 3, 3], bias[5]]", conv.parameters().toString());
  }

  @Test
  void refusesWhatDoesNotFit() {
    assertEquals("Conv2d: expected an input of shape [C, H, W], got [4]", refused(Shape.of(4), 1));
    assertEquals("kernel: expected it to fit into [1, 4, 2], got 3 by 3", refused(Shape.of(1, 4, 2), 3));
    assertEquals("kernel: expected it to fit into [1, 4, 2], got 0 by 0", refused(Shape.of(1, 4, 2), 0));
    assertEquals("kernel: expected it to fit into [1, 4, 2], got -2147483648 by -2147483648",
        refused(Shape.of(1, 4, 2), Integer.MIN_VALUE));
  }

  private static String refused(Shape shape, int kernel) {
    return assertThrows(IllegalArgumentException.class, () -> new Conv2d(shape, 1, kernel, new SplittableRandom(1)))
        .getMessage();
  }
}
