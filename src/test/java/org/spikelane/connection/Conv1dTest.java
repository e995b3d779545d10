package org.spikelane.connection;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.SplittableRandom;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.spikelane.layer.ProductChoice;
import org.spikelane.layer.Shape;
import org.spikelane.reference.Agreement;
import org.spikelane.reference.NaiveConvolution;
import org.spikelane.reference.StageRun;

class Conv1dTest {

  private static final int CASES = 100;

  private static Conv1d of(Shape shape, UnaryOperator<Conv1d.Builder> settings) {
    return settings.apply(Conv1d.builder()).build(shape, new SplittableRandom(1));
  }

  @Test
  void agreesWithTheNaiveLoops() {
    for (int seed = 0; seed < CASES; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      int groups = 1 + random.nextInt(3);
      Shape shape = Shape.of(groups * (1 + random.nextInt(2)), 5 + random.nextInt(20));
      Conv1d.Builder builder = Conv1d.builder().outChannels(groups * (1 + random.nextInt(3))).groups(groups)
          .kernelSize(1 + random.nextInt(3)).dilation(1 + random.nextInt(2)).bias(random.nextBoolean());
      if (random.nextInt(3) == 0) {
        builder.paddingSame();
      } else {
        builder.stride(1 + random.nextInt(3)).padding(random.nextInt(3));
      }
      Conv1d conv = builder.build(shape, random);
      int out = conv.outputShape().extent(0);
      NaiveConvolution naive = new NaiveConvolution(shape.extent(0), 1, shape.extent(1), out,
          NaiveConvolution.Axis.padded(1, 0), Conv2dTest.axis(conv.window()), groups,
          Agreement.doubles(conv.parameters().get(0).values()),
          conv.hasBias() ? Agreement.doubles(conv.parameters().get(1).values()) : new double[out]);
      assertEquals(out * naive.outWidth(), conv.outputShape().size());
      try {
        for (StageRun.Of what : StageRun.Of.values()) {
          new StageRun(conv, what, 1, ProductChoice.AUTO, seed).check(naive);
        }
      } catch (AssertionError e) {
        throw new AssertionError("seed " + seed + ", " + shape + ", " + conv.window() + ", groups " + groups + ": "
            + e.getMessage(), e);
      }
    }
  }

  @Test
  void startsAsPyTorchDoes() {
    InitialWeights.check(seed -> Conv1d.builder().outChannels(64).kernelSize(9)
        .build(Shape.of(4, 9), new SplittableRandom(seed)), 36);
  }

  @Test
  void namesAndShapes() {
    Conv1d conv = of(Shape.of(2, 9), b -> b.outChannels(5).kernelSize(3).stride(2));
    assertEquals(Shape.of(5, 4), conv.outputShape());
    assertEquals("[weight[5, 2, 3], bias[5]]", conv.parameters().toString());
    assertEquals(Shape.of(5, 9), of(Shape.of(2, 9), b -> b.outChannels(5).kernelSize(4).paddingSame()).outputShape());
  }

  @Test
  void refusesWhatDoesNotFit() {
    for (Shape shape : List.of(Shape.of(), Shape.of(40), Shape.of(1, 4, 4))) {
      String message = "Conv1d: expected an input of shape [C, L], got " + shape;
      assertEquals(message, refused(shape));
      Conv1d.Builder conv = Conv1d.builder().outChannels(1).kernelSize(3);
      assertEquals(message,
          assertThrows(IllegalArgumentException.class, () -> conv.outputShape(shape)).getMessage());
      assertEquals(message,
          assertThrows(IllegalArgumentException.class, () -> conv.weightShape(shape)).getMessage());
    }
    assertEquals("kernel: expected it to fit into [1, 1, 2] with its padding, got 1 by 3", refused(Shape.of(1, 2)));
  }

  private static String refused(Shape shape) {
    return assertThrows(IllegalArgumentException.class, () -> of(shape, b -> b.outChannels(1).kernelSize(3)))
        .getMessage();
  }
}
