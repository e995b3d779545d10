package org.spikelane.connection;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.spikelane.layer.Block;
import org.spikelane.layer.GradientSums;
import org.spikelane.layer.ProductChoice;
import org.spikelane.layer.Shape;
import org.spikelane.layer.Stage;
import org.spikelane.layer.Values;
import org.spikelane.reference.StageRun;

class MaxPool2dTest {

  @Test
  void agreesWithTheNaiveLoops() {
    for (int[] c : new int[][] {{1, 2, 2, 2}, {2, 5, 7, 2}, {3, 4, 4, 1}, {2, 7, 6, 3}, {1, 5, 5, 5}}) {
      MaxPool2d pool = new MaxPool2d(Shape.of(c[0], c[1], c[2]), c[3]);
      check(pool, new StageRun(pool, StageRun.Of.VALUES, 1, ProductChoice.AUTO, 1));
      check(pool, new StageRun(pool, StageRun.Of.CONSTANT, 1, ProductChoice.AUTO, 2));
    }
  }

  /** Rows and windows within a word, across words, as wide as one, and wider than bits are pooled. */
  @Test
  void spikesAgreeWithTheNaiveLoops() {
    for (int[] c : new int[][] {{1, 2, 2, 2}, {2, 5, 7, 2}, {3, 4, 4, 1}, {2, 7, 6, 3}, {1, 5, 5, 5}, {3, 24, 24, 2},
        {3, 6, 131, 2}, {2, 7, 200, 3}, {1, 64, 193, 64}, {2, 130, 66, 65}, {5, 3, 70, 1}, {3, 34, 140, 17}}) {
      MaxPool2d pool = new MaxPool2d(Shape.of(c[0], c[1], c[2]), c[3]);
      for (float value : new float[] {1, 0.5f, -2.5f, 0}) {
        StageRun run = new StageRun(pool, StageRun.Of.SPIKES, value, ProductChoice.AUTO, 3);
        check(pool, run);
      }
    }
  }

  @Test
  void poolsSpikesAsBitsWhereAWordHoldsARowOfAWindow() {
    assertTrue(new MaxPool2d(Shape.of(1, 64, 64), 64).takesSpikes());
    assertFalse(new MaxPool2d(Shape.of(1, 65, 65), 65).takesSpikes());
  }

  private static void check(MaxPool2d pool, StageRun run) {
    for (int r = 0; r < run.x().length; r++) {
      float[] y = new float[pool.outputShape().size()];
      float[] gx = new float[pool.inputShape().size()];
      for (int o = 0; o < y.length; o++) {
        int winner = winner(pool, run.x()[r], o);
        y[o] = run.x()[r][winner];
        gx[winner] += run.gy()[r][o];
      }
      assertArrayEquals(y, run.y()[r]);
      assertArrayEquals(gx, run.gx()[r]);
    }
  }

  /** The first largest value of the window, rows first. */
  private static int winner(MaxPool2d pool, float[] x, int o) {
    int height = pool.inputShape().extent(1);
    int width = pool.inputShape().extent(2);
    int columns = width / pool.kernel();
    int perChannel = height / pool.kernel() * columns;
    int winner = -1;
    for (int i = 0; i < x.length; i++) {
      boolean inside = i / (height * width) == o / perChannel
          && i / width % height / pool.kernel() == o % perChannel / columns && i % width / pool.kernel() == o % columns;
      if (inside && (winner < 0 || x[i] > x[winner])) {
        winner = i;
      }
    }
    return winner;
  }

  private static float[] onePool(float[] window, float[] gradient) {
    MaxPool2d pool = new MaxPool2d(Shape.of(1, 2, 2), 2);
    Values input = new Values(4, 1, 1, false);
    input.needGradient();
    System.arraycopy(window, 0, input.array(), 4, 4);
    Stage stage = pool.stage(input, new Block(1, 1, true, false, ProductChoice.AUTO));
    stage.forward(1);
    Values output = (Values) stage.output();
    output.gradientArray()[1] = 3;
    stage.backward(1, new GradientSums(pool.parameters()));
    System.arraycopy(input.gradientArray(), 4, gradient, 0, 4);
    return output.array();
  }

  @Test
  void sendsTheGradientToTheFirstOfEquals() {
    float[] gradient = new float[4];
    onePool(new float[] {0, 1, 1, 1}, gradient);
    assertArrayEquals(new float[] {0, 3, 0, 0}, gradient);
    onePool(new float[4], gradient);
    assertArrayEquals(new float[] {3, 0, 0, 0}, gradient);
  }

  @Test
  void takesNaNForTheLargest() {
    float[] gradient = new float[4];
    float[] y = onePool(new float[] {5, Float.NaN, 9, Float.NaN}, gradient);
    assertEquals(Float.NaN, y[1]);
    assertArrayEquals(new float[] {0, 3, 0, 0}, gradient);
  }

  @Test
  void refusesWhatDoesNotFit() {
    assertEquals("MaxPool2d: expected an input of shape [C, H, W], got [4]", refused(Shape.of(4), 1));
    assertEquals("kernel: expected 1 to the height and width of [1, 4, 2], got 3", refused(Shape.of(1, 4, 2), 3));
    assertEquals("kernel: expected 1 to the height and width of [1, 4, 2], got 0", refused(Shape.of(1, 4, 2), 0));
  }

  private static String refused(Shape shape, int kernel) {
    return assertThrows(IllegalArgumentException.class, () -> new MaxPool2d(shape, kernel)).getMessage();
  }
}
