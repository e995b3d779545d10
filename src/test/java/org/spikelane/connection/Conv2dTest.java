package org.spikelane.connection;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.SplittableRandom;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.spikelane.layer.Parameter;
import org.spikelane.layer.ProductChoice;
import org.spikelane.layer.Shape;
import org.spikelane.reference.Agreement;
import org.spikelane.reference.NaiveConvolution;
import org.spikelane.reference.StageRun;

class Conv2dTest {

  private static final int CASES = 60;

  private static Conv2d of(Shape shape, UnaryOperator<Conv2d.Builder> settings) {
    return settings.apply(Conv2d.builder()).build(shape, new SplittableRandom(1));
  }

  private static NaiveConvolution naive(Conv2d conv) {
    Shape in = conv.inputShape();
    List<Parameter> parameters = conv.parameters();
    int out = conv.outputShape().extent(0);
    return new NaiveConvolution(in.extent(0), in.extent(1), in.extent(2), out, axis(conv.rows()), axis(conv.columns()),
        conv.groups(), Agreement.doubles(parameters.get(0).values()),
        conv.hasBias() ? Agreement.doubles(parameters.get(1).values()) : new double[out]);
  }

  static NaiveConvolution.Axis axis(Window window) {
    return new NaiveConvolution.Axis(window.kernel(), window.stride(), window.before(), window.after(),
        window.dilation());
  }

  @ParameterizedTest
  @EnumSource(ProductChoice.class)
  void agreesWithTheNaiveLoops(ProductChoice product) {
    int[][] cases = {{1, 1, 1, 1, 1}, {2, 5, 7, 3, 3}, {3, 4, 4, 17, 2}, {1, 6, 3, 2, 3}, {2, 5, 5, 4, 5}};
    for (int[] c : cases) {
      Conv2d conv = of(Shape.of(c[0], c[1], c[2]), b -> b.outChannels(c[3]).kernelSize(c[4]));
      for (StageRun.Of what : StageRun.Of.values()) {
        new StageRun(conv, what, 1, product, 1).check(naive(conv));
      }
      new StageRun(conv, StageRun.Of.SPIKES, 1.5f, product, 1).check(naive(conv));
    }
  }

  @ParameterizedTest
  @EnumSource(ProductChoice.class)
  void agreesWithTheNaiveLoopsHoweverTheKernelMoves(ProductChoice product) {
    for (int seed = 0; seed < CASES; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      int groups = 1 + random.nextInt(3);
      Shape shape = Shape.of(groups * (1 + random.nextInt(2)), 5 + random.nextInt(4), 5 + random.nextInt(4));
      Conv2d.Builder builder = Conv2d.builder().outChannels(groups * (1 + random.nextInt(3))).groups(groups)
          .kernelSize(1 + random.nextInt(3), 1 + random.nextInt(3))
          .dilation(1 + random.nextInt(2), 1 + random.nextInt(2)).bias(random.nextBoolean());
      if (random.nextInt(3) == 0) {
        builder.paddingSame();
      } else {
        builder.stride(1 + random.nextInt(3), 1 + random.nextInt(3)).padding(random.nextInt(3), random.nextInt(3));
      }
      Conv2d conv = builder.build(shape, random);
      try {
        for (StageRun.Of what : StageRun.Of.values()) {
          new StageRun(conv, what, 1, product, seed).check(naive(conv));
        }
      } catch (AssertionError e) {
        throw new AssertionError("seed " + seed + ", " + shape + ", " + conv.rows() + ", " + conv.columns()
            + ", groups " + groups + ": " + e.getMessage(), e);
      }
    }
  }

  @Test
  void takesChangedWeightsAfterARefresh() {
    for (int groups : new int[] {1, 2}) {
      Conv2d conv = of(Shape.of(4, 3, 3), b -> b.outChannels(2).kernelSize(2).groups(groups));
      conv.parameters().forEach(parameter -> {
        for (int i = 0; i < parameter.values().length; i++) {
          parameter.values()[i] = 0.5f * i - 3;
        }
      });
      conv.refresh();
      new StageRun(conv, StageRun.Of.VALUES, 1, ProductChoice.AUTO, 1).check(naive(conv));
    }
  }

  @Test
  void startsAsPyTorchDoes() {
    InitialWeights.check(seed -> Conv2d.builder().outChannels(64).kernelSize(3)
        .build(Shape.of(4, 9, 9), new SplittableRandom(seed)), 36);
    InitialWeights.check(seed -> Conv2d.builder().outChannels(64).kernelSize(3).groups(2)
        .build(Shape.of(4, 9, 9), new SplittableRandom(seed)), 18);
  }

  @Test
  void namesAndShapes() {
    Conv2d conv = of(Shape.of(2, 9, 7), b -> b.outChannels(5).kernelSize(3));
    assertEquals(Shape.of(5, 7, 5), conv.outputShape());
    assertEquals("[weight[5, 2, 3, 3], bias[5]]", conv.parameters().toString());
    Conv2d grouped = of(Shape.of(4, 9, 7),
        b -> b.outChannels(6).kernelSize(3, 2).stride(2, 1).padding(1, 0).dilation(1, 2).groups(2).bias(false));
    assertEquals(Shape.of(6, 5, 5), grouped.outputShape());
    assertEquals("[weight[6, 2, 3, 2]]", grouped.parameters().toString());
    Conv2d same = of(Shape.of(1, 9, 8), b -> b.outChannels(1).kernelSize(4, 3).dilation(1, 2).paddingSame());
    assertEquals(Shape.of(1, 9, 8), same.outputShape());
    assertEquals(new Window(4, 1, 1, 2, 1), same.rows());
    assertEquals(new Window(3, 1, 2, 2, 2), same.columns());
  }

  @Test
  void refusesWhatDoesNotFit() {
    assertEquals("Conv2d: expected an input of shape [C, H, W], got [4]", refused(b -> b, 4));
    assertEquals("kernel: expected it to fit into [1, 4, 2] with its padding, got 3 by 3", refused(b -> b, 1, 4, 2));
    assertEquals("kernel: expected it to fit into [1, 4, 4] with its padding, got 3 by 3",
        refused(b -> b.dilation(2), 1, 4, 4));
    assertEquals("kernel: expected at least 1, got 0", refused(b -> b.kernelSize(0), 1, 4, 2));
    assertEquals("stride: expected at least 1, got 0", refused(b -> b.stride(0), 1, 4, 4));
    assertEquals("padding: expected at least 0, got -1", refused(b -> b.padding(-1), 1, 4, 4));
    assertEquals("stride: expected 1, as padding keeps the extent, got 2",
        refused(b -> b.stride(1, 2).paddingSame(), 1, 4, 4));
    assertEquals("kernel: expected its extent times the dilation below 2^31, got 3 and 2147483647",
        refused(b -> b.dilation(Integer.MAX_VALUE).paddingSame(), 1, 4, 4));
    assertEquals("groups: expected a number that divides 3 channels coming in and 4 going out, got 2",
        refused(b -> b.groups(2), 3, 4, 4));
    assertEquals("groups: expected a number that divides 3 channels coming in and 4 going out, got 0",
        refused(b -> b.groups(0), 3, 4, 4));
    assertEquals("Conv2d: expected outChannels, at least 1, got 0", refused(b -> b.outChannels(0), 1, 4, 4));
    assertEquals("Conv2d: expected kernelSize, got none; set kernelSize(3)",
        assertThrows(IllegalArgumentException.class, () -> of(Shape.of(1, 4, 4), b -> b.outChannels(2))).getMessage());
  }

  private static String refused(UnaryOperator<Conv2d.Builder> settings, int... shape) {
    return assertThrows(IllegalArgumentException.class,
        () -> of(Shape.of(shape), b -> settings.apply(b.outChannels(4).kernelSize(3)))).getMessage();
  }
}
