package org.spikelane.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.spikelane.layer.Parameter;
import org.spikelane.layer.Shape;
import org.spikelane.reference.Agreement;

class OptimizerTest {

  private static final float[][] GRADIENTS = {{1, -2}, {0.5f, 0}, {-3, 1e-3f}, {0, 4}};

  private static Parameter parameter(float... values) {
    return new Parameter("p", Shape.of(values.length), values, true);
  }

  @Test
  void adamFollowsItsFormula() {
    double rate = 0.1;
    double b1 = 0.8;
    double b2 = 0.95;
    double epsilon = 1e-3;
    Parameter first = parameter(1, 2);
    Parameter second = parameter(3, 4);
    Adam adam = new Adam((float) rate, (float) b1, (float) b2, (float) epsilon);
    double[] p = {1, 2, 3, 4};
    double[] m = new double[4];
    double[] v = new double[4];
    for (int t = 1; t <= GRADIENTS.length; t++) {
      float[] g = GRADIENTS[t - 1];
      float[] doubled = {2 * g[0], 2 * g[1]};
      adam.step(List.of(first, second), List.of(g, doubled));
      for (int k = 0; k < 4; k++) {
        double gradient = k < 2 ? g[k] : doubled[k - 2];
        m[k] = b1 * m[k] + (1 - b1) * gradient;
        v[k] = b2 * v[k] + (1 - b2) * gradient * gradient;
        p[k] -= rate * (m[k] / (1 - Math.pow(b1, t))) / (Math.sqrt(v[k] / (1 - Math.pow(b2, t))) + epsilon);
        assertEquals(p[k], k < 2 ? first.values()[k] : second.values()[k - 2], 1e-5, "value " + k + " at " + t);
      }
    }
  }

  /** One that has no pieces of its own. */
  private static Optimizer stepping() {
    Sgd sgd = new Sgd(0.1f, 0.5f);
    return (parameters, gradients) -> sgd.step(parameters, gradients);
  }

  @Test
  void piecesInAnyOrderAreAStep() {
    assertPiecesAreAStep(() -> Adam.withLearningRate(0.1f), 4);
    assertPiecesAreAStep(() -> new Sgd(0.1f, 0.5f), 4);
    assertPiecesAreAStep(OptimizerTest::stepping, 1);
  }

  /** The last piece first: each changes values of its own, of parameters longer and shorter than one. */
  private static void assertPiecesAreAStep(Supplier<Optimizer> optimizer, int pieces) {
    List<Parameter> atOnce = List.of(parameter(new float[150_000]), parameter(1, 2, 3));
    List<Parameter> inPieces = List.of(parameter(new float[150_000]), parameter(1, 2, 3));
    Optimizer whole = optimizer.get();
    Optimizer shared = optimizer.get();
    SplittableRandom random = new SplittableRandom(3);
    for (int step = 0; step < 3; step++) {
      List<float[]> gradients = List.of(new float[150_000], new float[3]);
      for (float[] gradient : gradients) {
        for (int k = 0; k < gradient.length; k++) {
          gradient[k] = (float) random.nextDouble(-1, 1);
        }
      }
      whole.step(atOnce, gradients);
      Optimizer.Update update = shared.update(inPieces, gradients);
      assertEquals(pieces, update.pieces());
      for (int piece = pieces - 1; piece >= 0; piece--) {
        update.run().accept(piece);
      }
      for (int i = 0; i < 2; i++) {
        Agreement.bits("parameter " + i, atOnce.get(i).values(), inPieces.get(i).values());
      }
    }
  }

  @Test
  void sgdFollowsItsFormula() {
    Parameter parameter = parameter(1, 2);
    Sgd sgd = new Sgd(0.1f, 0.5f);
    double[] p = {1, 2};
    double[] v = new double[2];
    for (float[] g : GRADIENTS) {
      sgd.step(List.of(parameter), List.of(g));
      for (int k = 0; k < 2; k++) {
        v[k] = 0.5 * v[k] + g[k];
        p[k] -= 0.1 * v[k];
        assertEquals(p[k], parameter.values()[k], 1e-6);
      }
    }
  }

  @Test
  void refuseBadArguments() {
    assertEquals("learningRate: expected a number above 0, got 0.0",
        assertThrows(IllegalArgumentException.class, () -> Adam.withLearningRate(0)).getMessage());
    assertThrows(IllegalArgumentException.class, () -> Adam.withLearningRate(Float.NaN));
    assertThrows(IllegalArgumentException.class, () -> new Adam(1, 1, 0.9f, 1));
    assertThrows(IllegalArgumentException.class, () -> new Adam(1, 0.9f, -1, 1));
    assertThrows(IllegalArgumentException.class, () -> new Adam(1, 0.9f, 0.9f, 0));
    assertThrows(IllegalArgumentException.class, () -> new Adam(1, 0.9f, 0.9f, Float.POSITIVE_INFINITY));
    assertThrows(IllegalArgumentException.class, () -> new Sgd(-1, 0));
    assertEquals("momentum: expected 0 or more and below 1, got 1.0",
        assertThrows(IllegalArgumentException.class, () -> new Sgd(1, 1)).getMessage());
  }

  @Test
  void keepToTheParametersTheyBeganWith() {
    for (Optimizer optimizer : List.of(Adam.withLearningRate(0.1f), new Sgd(0.1f, 0.5f))) {
      Parameter parameter = parameter(1, 2);
      optimizer.step(List.of(parameter), List.of(new float[2]));
      optimizer.step(List.of(parameter), List.of(new float[2]));
      for (List<Parameter> others : List.of(List.of(parameter(1, 2)), List.of(parameter, parameter), List.<Parameter>of())) {
        assertEquals("parameters: expected the 1 that this optimiser began with, whose moments it keeps, got others; make an"
            + " optimiser for each network", assertThrows(IllegalArgumentException.class,
            () -> optimizer.update(others, List.of(new float[2], new float[2]))).getMessage());
      }
    }
  }

  @Test
  void refuseGradientsThatDoNotFitAndStayAsTheyAre() {
    for (Supplier<Optimizer> make : List.<Supplier<Optimizer>>of(() -> Adam.withLearningRate(0.1f), () -> new Sgd(0.1f, 0.5f))) {
      Parameter parameter = parameter(1, 2);
      Parameter expected = parameter(1, 2);
      Optimizer optimizer = make.get();
      assertEquals("gradients: expected one for each of 1 parameters, got 0",
          assertThrows(IllegalArgumentException.class, () -> optimizer.step(List.of(parameter), List.of())).getMessage());
      assertEquals("gradients: expected 2 values for " + parameter.name() + ", got 3", assertThrows(
          IllegalArgumentException.class, () -> optimizer.step(List.of(parameter), List.of(new float[3]))).getMessage());
      optimizer.step(List.of(parameter), List.of(new float[] {1, -1}));
      make.get().step(List.of(expected), List.of(new float[] {1, -1}));
      assertArrayEquals(expected.values(), parameter.values());
    }
  }
}
