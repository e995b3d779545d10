package org.spikelane.connection;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.DoubleSupplier;
import org.junit.jupiter.api.Test;
import org.spikelane.layer.Parameter;
import org.spikelane.layer.ProductChoice;
import org.spikelane.layer.Shape;
import org.spikelane.reference.Agreement;
import org.spikelane.reference.FiniteDifferences;
import org.spikelane.reference.StageRun;

class ScaleTest {

  private static List<Scale> layers() {
    List<Scale> layers = new ArrayList<>();
    for (Shape shape : List.of(Shape.of(1), Shape.of(7), Shape.of(65), Shape.of(3, 2, 5))) {
      for (Shape of : List.of(Shape.of(), Shape.of(1), shape, shape.rank() == 1 ? shape : Shape.of(3, 1, 1))) {
        layers.add(Scale.builder().weight(of, random(of)).build(shape));
        layers.add(Scale.builder().weight(of, random(of)).bias(shape, random(shape)).build(shape));
        layers.add(Scale.builder().weight(shape, random(shape)).bias(of, random(of)).build(shape));
      }
    }
    return layers;
  }

  private static float[] random(Shape shape) {
    SplittableRandom random = new SplittableRandom(shape.hashCode());
    float[] values = new float[shape.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextDouble(-2, 2);
    }
    return values;
  }

  /**
   * Which value of a parameter belongs to value n of the layer: the shapes here are all alike or one for each channel.
   */
  private static int source(Parameter parameter, Shape layer, int n) {
    return n / (layer.size() / parameter.shape().size());
  }

  @Test
  void multipliesAndAdds() {
    for (Scale scale : layers()) {
      for (StageRun.Of of : StageRun.Of.values()) {
        StageRun run = new StageRun(scale, of, 1.5f, ProductChoice.AUTO, 1);
        Parameter weight = scale.weight().parameter();
        for (int r = 0; r < run.x().length; r++) {
          for (int n = 0; n < run.x()[r].length; n++) {
            float product = run.x()[r][n] * weight.values()[source(weight, scale.inputShape(), n)];
            float want = scale.bias() == null
                ? product
                : product + scale.bias().parameter().values()[source(scale.bias().parameter(), scale.inputShape(), n)];
            assertEquals(want, run.y()[r][n], scale.parameters() + ", " + of);
          }
        }
      }
    }
  }

  @Test
  void gradientsAreThoseOfFiniteDifferences() {
    for (Scale scale : layers()) {
      for (StageRun.Of of : StageRun.Of.values()) {
        StageRun run = new StageRun(scale, of, 1.5f, ProductChoice.AUTO, 2);
        List<double[]> values =
            scale.parameters().stream().map(parameter -> Agreement.doubles(parameter.values())).toList();
        double[][] x = new double[run.x().length][];
        for (int r = 0; r < x.length; r++) {
          x[r] = Agreement.doubles(run.x()[r]);
        }
        DoubleSupplier loss = () -> loss(scale, values, x, run.gy());
        for (int i = 0; i < values.size(); i++) {
          Parameter parameter = scale.parameters().get(i);
          Agreement.near("d_" + parameter, FiniteDifferences.of(values.get(i), loss), run.gradient(parameter), 1e-6);
        }
        for (int r = 0; r < x.length; r++) {
          Agreement.near("d_x", FiniteDifferences.of(x[r], loss), run.gx()[r], 1e-6);
        }
      }
    }
  }

  private static double loss(Scale scale, List<double[]> values, double[][] x, float[][] gy) {
    double loss = 0;
    for (int r = 0; r < x.length; r++) {
      for (int n = 0; n < x[r].length; n++) {
        double y = x[r][n] * values.get(0)[source(scale.parameters().get(0), scale.inputShape(), n)];
        if (values.size() == 2) {
          y += values.get(1)[source(scale.parameters().get(1), scale.inputShape(), n)];
        }
        loss += gy[r][n] * y;
      }
    }
    return loss;
  }

  @Test
  void takesChangedValuesAfterARefresh() {
    Scale scale = Scale.builder().bias(0).build(Shape.of(3));
    scale.weight().parameter().values()[0] = 2;
    scale.bias().parameter().values()[0] = -1;
    scale.refresh();
    StageRun run = new StageRun(scale, StageRun.Of.VALUES, 1, ProductChoice.AUTO, 1);
    assertEquals(2 * run.x()[0][1] - 1, run.y()[0][1]);
  }

  @Test
  void namesItsParametersAndLearnsThemUnlessTold() {
    Scale scale = Scale.builder().weight(new float[2]).bias(1).build(Shape.of(2));
    assertEquals("[weight[2], bias[]]", scale.parameters().toString());
    assertTrue(scale.parameters().stream().allMatch(Parameter::trainable));
    Scale fixed = Scale.builder().bias(new float[2]).learn(false).build(Shape.of(2));
    assertEquals("[weight[], bias[2]]", fixed.parameters().toString());
    assertFalse(fixed.parameters().stream().anyMatch(Parameter::trainable));
    assertEquals("[weight[]]", Scale.builder().build(Shape.of(2)).parameters().toString());
  }

  @Test
  void refusesWhatDoesNotFit() {
    assertEquals("weight: expected a shape that broadcasts over the layer's [3], such as [] or [1] or [N], got [2]",
        refused(Scale.builder().weight(new float[2])));
    assertEquals("bias: expected finite values, got NaN", refused(Scale.builder().bias(Float.NaN)));
    assertEquals("weight: expected 3 values for shape [3], got 2",
        refused(Scale.builder().weight(Shape.of(3), new float[2])));
  }

  private static String refused(Scale.Builder builder) {
    return assertThrows(IllegalArgumentException.class, () -> builder.build(Shape.of(3))).getMessage();
  }
}
