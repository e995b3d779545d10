package org.spikelane.connection;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.spikelane.layer.Parameter;
import org.spikelane.layer.ProductChoice;
import org.spikelane.layer.Shape;
import org.spikelane.reference.Agreement;
import org.spikelane.reference.NaiveConvolution;
import org.spikelane.reference.StageRun;

class LinearTest {

  private static Linear of(int in, int out, boolean bias) {
    return new Linear(Shape.of(in), out, bias, new SplittableRandom(1));
  }

  private static NaiveConvolution naive(Linear linear) {
    List<Parameter> parameters = linear.parameters();
    int out = linear.outputShape().size();
    return NaiveConvolution.linear(linear.inputShape().size(), out, Agreement.doubles(parameters.get(0).values()),
        linear.hasBias() ? Agreement.doubles(parameters.get(1).values()) : new double[out]);
  }

  @ParameterizedTest
  @EnumSource(ProductChoice.class)
  void agreesWithTheNaiveLoops(ProductChoice product) {
    for (int in : new int[] {1, 7, 64, 65, 130}) {
      for (int out : new int[] {1, 10, 16, 33, 150}) {
        for (boolean bias : new boolean[] {true, false}) {
          Linear linear = of(in, out, bias);
          for (StageRun.Of what : StageRun.Of.values()) {
            new StageRun(linear, what, 1, product, in * 1000 + out).check(naive(linear));
          }
          new StageRun(linear, StageRun.Of.SPIKES, -2.5f, product, in * 1000 + out).check(naive(linear));
        }
      }
    }
  }

  @Test
  void multipliesByChangedWeightsAfterARefresh() {
    Linear linear = of(7, 5, true);
    linear.weight().set(2, 3, 8);
    linear.parameters().get(1).values()[0] = 4;
    linear.refresh();
    assertEquals(8f, linear.parameters().get(0).values()[2 * 7 + 3]);
    new StageRun(linear, StageRun.Of.VALUES, 1, ProductChoice.AUTO, 1).check(naive(linear));
  }

  @Test
  void startsAsPyTorchDoes() {
    InitialWeights.check(seed -> new Linear(Shape.of(64), 100, true, new SplittableRandom(seed)), 64);
  }

  @Test
  void namesAndShapesItsParametersAsPyTorchDoes() {
    assertEquals("[weight[3, 2], bias[3]]", of(2, 3, true).parameters().toString());
    assertEquals("[weight[3, 2]]", of(2, 3, false).parameters().toString());
  }

  @Test
  void refusesImagesAndNoOutputs() {
    assertEquals("Linear: expected an input of shape [features], got [1, 2, 2]; put a Flatten before it",
        assertThrows(IllegalArgumentException.class, () -> new Linear(Shape.of(1, 2, 2), 3, true, new SplittableRandom(1)))
            .getMessage());
    assertEquals("shape: expected extents of at least 1, got [0, 2]",
        assertThrows(IllegalArgumentException.class, () -> of(2, 0, true)).getMessage());
  }
}
