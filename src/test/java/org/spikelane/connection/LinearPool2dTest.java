package org.spikelane.connection;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.spikelane.layer.ProductChoice;
import org.spikelane.layer.Shape;
import org.spikelane.reference.Agreement;
import org.spikelane.reference.FiniteDifferences;
import org.spikelane.reference.StageRun;

class LinearPool2dTest {

  private static final int CASES = 150;

  /** Sums of windows of one image, in double, every tap asked whether it is inside. */
  private static double[] sums(LinearPool2d pool, double[] x) {
    int height = pool.inputShape().extent(1);
    int width = pool.inputShape().extent(2);
    int rows = pool.outputShape().extent(1);
    int columns = pool.outputShape().extent(2);
    double[] y = new double[pool.outputShape().size()];
    for (int o = 0; o < y.length; o++) {
      int top = o / columns % rows * pool.rows().stride() - pool.rows().before();
      int left = o % columns * pool.columns().stride() - pool.columns().before();
      for (int row = top; row < top + pool.rows().kernel(); row++) {
        for (int column = left; column < left + pool.columns().kernel(); column++) {
          if (row >= 0 && row < height && column >= 0 && column < width) {
            y[o] += x[(o / (rows * columns) * height + row) * width + column];
          }
        }
      }
    }
    return y;
  }

  @Test
  void agreesWithTheNaiveLoopsAndFiniteDifferences() {
    for (int seed = 0; seed < CASES; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      Shape shape = Shape.of(1 + random.nextInt(3), 3 + random.nextInt(6), 3 + random.nextInt(6));
      Window rows = window(random);
      Window columns = window(random);
      String name = "seed " + seed + ", " + shape + ", " + rows + ", " + columns;
      StageRun.Of of = List.of(StageRun.Of.values()).get(random.nextInt(3));
      SumPool2d sum = new SumPool2d(shape, rows, columns);
      check(name, sum, 1, new StageRun(sum, of, 1, ProductChoice.AUTO, seed));
      AvgPool2d avg = new AvgPool2d(shape, rows, columns);
      check(name, avg, rows.kernel() * columns.kernel(), new StageRun(avg, of, 1, ProductChoice.AUTO, seed));
    }
  }

  private static Window window(SplittableRandom random) {
    return Window.of(1 + random.nextInt(3), 1 + random.nextInt(4), random.nextInt(3));
  }

  private static void check(String name, LinearPool2d pool, double divisor, StageRun run) {
    for (int r = 0; r < run.x().length; r++) {
      double[] x = Agreement.doubles(run.x()[r]);
      float[] gy = run.gy()[r];
      double[] y = sums(pool, x);
      for (int o = 0; o < y.length; o++) {
        y[o] /= divisor;
      }
      Agreement.near(name, y, run.y()[r], 1e-6);
      double[] gx = FiniteDifferences.of(x, () -> {
        double[] moved = sums(pool, x);
        double loss = 0;
        for (int o = 0; o < moved.length; o++) {
          loss += gy[o] * moved[o] / divisor;
        }
        return loss;
      });
      Agreement.near(name, gx, run.gx()[r], 1e-6);
    }
  }

  @Test
  void shapesAsPyTorchHasThem() {
    assertEquals(Shape.of(2, 3, 2),
        new AvgPool2d(Shape.of(2, 7, 7), Window.of(3, 2, 0), Window.of(2, 4, 1)).outputShape());
    assertEquals(Shape.of(2, 3, 3),
        new SumPool2d(Shape.of(2, 7, 7), Window.sideBySide(2), Window.sideBySide(2)).outputShape());
    assertEquals("SumPool2d", new SumPool2d(Shape.of(1, 1, 1), Window.sideBySide(1), Window.sideBySide(1)).type());
  }

  @Test
  void refusesWhatDoesNotFit() {
    assertEquals("SumPool2d: expected an input of shape [C, H, W], got [4]",
        refused(Shape.of(4), Window.sideBySide(2)));
    assertEquals("kernel: expected it to fit into [1, 2, 2] with its padding, got 5 by 5",
        refused(Shape.of(1, 2, 2), Window.of(5, 1, 1)));
    assertEquals("SumPool2d: expected the same padding on both sides and no dilation, got Window[kernel=2, stride=1,"
        + " before=0, after=1, dilation=1] and Window[kernel=2, stride=1, before=0, after=1, dilation=1]",
        refused(Shape.of(1, 4, 4), new Window(2, 1, 0, 1, 1)));
  }

  private static String refused(Shape shape, Window window) {
    return assertThrows(IllegalArgumentException.class, () -> new SumPool2d(shape, window, window)).getMessage();
  }
}
