package org.spikelane.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.SplittableRandom;
import java.util.function.ToDoubleFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.spikelane.kernels.Rows;
import org.spikelane.reference.Agreement;

class LossesTest {

  private static final int STEPS = 5;
  private static final int CLASSES = 4;
  private static final int TARGET = 2;

  /** A loss and its formula over {@code [step][class]}. */
  record Case(String name, Loss loss, Loss.Of of, ToDoubleFunction<double[][]> formula) {

    @Override
    public String toString() {
      return name;
    }
  }

  static List<Case> cases() {
    return List.of(new Case("ceRate", Losses.ceRate(), Loss.Of.SPIKES, y -> crossEntropies(y) / STEPS),
        new Case("ceCount", Losses.ceCount(), Loss.Of.SPIKES, y -> crossEntropy(counts(y))),
        new Case("ceMembrane", Losses.ceMembrane(), Loss.Of.MEMBRANE, LossesTest::crossEntropies),
        new Case("ceMaxMembrane", Losses.ceMaxMembrane(), Loss.Of.MEMBRANE, y -> crossEntropy(maxima(y))),
        new Case("mseCount", Losses.mseCount(), Loss.Of.SPIKES, y -> squares(counts(y), 5, 0) / STEPS),
        new Case("mseCount truncating", Losses.mseCount(0.79, 0.25), Loss.Of.SPIKES, y -> squares(counts(y), 3, 1) / STEPS),
        new Case("mseMembrane", Losses.mseMembrane(), Loss.Of.MEMBRANE, y -> membraneSquares(y, 1, 0)),
        new Case("mseMembrane on and off", Losses.mseMembrane(0.7, 0.2), Loss.Of.MEMBRANE, y -> membraneSquares(y, 0.7, 0.2)),
        // snnTorch 1.0.0 gives .5 for membranes of 0, two classes, on 1 and off -.5: a one-hot is clamped from below by off.
        new Case("mseMembrane off below 0", Losses.mseMembrane(0.7, -0.2), Loss.Of.MEMBRANE, y -> membraneSquares(y, 0.7, 0)),
        new Case("mseMembrane both below 0", Losses.mseMembrane(-0.2, -0.7), Loss.Of.MEMBRANE, y -> membraneSquares(y, -0.2, 0)),
        new Case("mseMembrane off above on", Losses.mseMembrane(-0.7, -0.2), Loss.Of.MEMBRANE,
            y -> membraneSquares(y, -0.7, -0.2)));
  }

  private static double crossEntropy(double[] logits) {
    double sum = 0;
    for (double logit : logits) {
      sum += Math.exp(logit);
    }
    return -Math.log(Math.exp(logits[TARGET]) / sum);
  }

  private static double crossEntropies(double[][] y) {
    double sum = 0;
    for (double[] row : y) {
      sum += crossEntropy(row);
    }
    return sum;
  }

  private static double[] counts(double[][] y) {
    double[] counts = new double[CLASSES];
    for (double[] row : y) {
      for (int c = 0; c < CLASSES; c++) {
        counts[c] += row[c];
      }
    }
    return counts;
  }

  private static double[] maxima(double[][] y) {
    double[] maxima = y[0].clone();
    for (double[] row : y) {
      for (int c = 0; c < CLASSES; c++) {
        maxima[c] = Math.max(maxima[c], row[c]);
      }
    }
    return maxima;
  }

  private static double squares(double[] row, double on, double off) {
    double sum = 0;
    for (int c = 0; c < CLASSES; c++) {
      sum += Math.pow(row[c] - (c == TARGET ? on : off), 2);
    }
    return sum / CLASSES;
  }

  private static double membraneSquares(double[][] y, double on, double off) {
    double sum = 0;
    for (double[] row : y) {
      sum += squares(row, on, off);
    }
    return sum / STEPS;
  }

  private static double[][] output() {
    SplittableRandom random = new SplittableRandom(9);
    double[][] y = new double[STEPS][CLASSES];
    for (double[] row : y) {
      for (int c = 0; c < CLASSES; c++) {
        row[c] = (float) random.nextDouble(-1, 2);
      }
    }
    return y;
  }

  /** Rows with a gap between them, to see that strides are obeyed. */
  private static Rows rows(double[][] y) {
    Rows rows = new Rows(new float[3 + STEPS * (CLASSES + 2)], 3, CLASSES + 2);
    for (int t = 0; t < STEPS; t++) {
      for (int c = 0; c < CLASSES; c++) {
        rows.data()[rows.at(t) + c] = (float) y[t][c];
      }
    }
    return rows;
  }

  private static double value(Loss loss, double[][] y) {
    return loss.sample(rows(y), STEPS, CLASSES, TARGET, 1, null);
  }

  @ParameterizedTest
  @MethodSource("cases")
  void followsItsFormula(Case of) {
    assertEquals(of.of, of.loss.of());
    assertEquals(of.formula.applyAsDouble(output()), value(of.loss, output()), 1e-12);
  }

  @ParameterizedTest
  @MethodSource("cases")
  void givesTheDerivativeTimesTheWeight(Case of) {
    double[][] y = output();
    Rows gradient = rows(output());
    of.loss.sample(rows(y), STEPS, CLASSES, TARGET, 0.25, gradient);
    for (int t = 0; t < STEPS; t++) {
      for (int c = 0; c < CLASSES; c++) {
        double kept = y[t][c];
        y[t][c] = kept + 1e-5;
        double above = of.formula.applyAsDouble(y);
        y[t][c] = kept - 1e-5;
        double below = of.formula.applyAsDouble(y);
        y[t][c] = kept;
        assertEquals(0.25 * (above - below) / 2e-5, gradient.data()[gradient.at(t) + c], 1e-6, "step " + t + " class " + c);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void weighsASampleByItsClass(Case of) {
    Loss weighted = Losses.weighted(of.loss, new float[] {9, 9, 0.5f, 9});
    assertEquals(of.of, weighted.of());
    assertEquals(0.5 * value(of.loss, output()), value(weighted, output()), 1e-12);
    Rows want = rows(output());
    Rows got = rows(output());
    of.loss.sample(rows(output()), STEPS, CLASSES, TARGET, 0.125, want);
    weighted.sample(rows(output()), STEPS, CLASSES, TARGET, 0.25, got);
    Agreement.near("gradient", Agreement.doubles(want.data()), got.data(), 1e-7);
  }

  @Test
  void sendsTheGradientOfAMaximumToTheFirstLargestStep() {
    double[][] flat = new double[STEPS][CLASSES];
    Rows gradient = rows(output());
    Losses.ceMaxMembrane().sample(rows(flat), STEPS, CLASSES, TARGET, 1, gradient);
    for (int t = 0; t < STEPS; t++) {
      assertEquals(t == 0 ? -0.75f : 0f, gradient.data()[gradient.at(t) + TARGET]);
      assertEquals(t == 0 ? 0.25f : 0f, gradient.data()[gradient.at(t)]);
    }
  }

  /** Whichever class it is, and whether what follows is larger, or nothing does. */
  @Test
  void aMembraneThatIsNoNumberIsNotHidden() {
    for (Loss loss : List.of(Losses.ceMembrane(), Losses.mseMembrane(), Losses.ceMaxMembrane())) {
      for (int t : new int[] {0, 2, STEPS - 1}) {
        for (int c : new int[] {TARGET, TARGET - 1}) {
          double[][] diverged = output();
          diverged[t][c] = Double.NaN;
          assertTrue(Double.isNaN(value(loss, diverged)), loss + " at step " + t + " of class " + c);
        }
      }
    }
  }

  /** A class e^-50 as likely as another has a gradient, one below 2^-80, which is e^-55.5, has none. */
  @Test
  void givesNoGradientToWhatIsAllButImpossible() {
    double[][] unlikely = new double[STEPS][CLASSES];
    unlikely[0] = new double[] {-50, -60, 0, -90};
    Rows gradient = rows(output());
    Losses.ceMembrane().sample(rows(unlikely), STEPS, CLASSES, TARGET, 1, gradient);
    assertEquals(Math.exp(-50), gradient.data()[gradient.at(0)], 1e-7 * Math.exp(-50));
    assertEquals(0f, gradient.data()[gradient.at(0) + 1]);
    assertEquals(0f, gradient.data()[gradient.at(0) + 3]);
    Losses.ceMaxMembrane().sample(rows(unlikely), STEPS, CLASSES, TARGET, 0x1p-90, gradient);
    assertEquals(0f, gradient.data()[gradient.at(0) + TARGET], "negative, and small by its weight");
  }

  /** More logits than become a softmax together, and more classes than that. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void followsItsFormulaHoweverLongTheOutput(boolean rate) {
    for (int[] size : new int[][] {{300, 30}, {103, 20}, {3, 2500}}) {
      int steps = size[0];
      int classes = size[1];
      int target = classes / 2;
      double share = rate ? 1.0 / steps : 1;
      Rows output = new Rows(new float[1 + steps * (classes + 2)], 1, classes + 2);
      Rows gradient = new Rows(new float[2 + steps * (classes + 3)], 2, classes + 3);
      SplittableRandom random = new SplittableRandom(steps);
      for (int i = 0; i < output.data().length; i++) {
        output.data()[i] = (float) random.nextDouble(-3, 3);
      }
      Loss loss = rate ? Losses.ceRate() : Losses.ceMembrane();
      double actual = loss.sample(output, steps, classes, target, 0.5, gradient);
      double expected = 0;
      for (int t = 0; t < steps; t++) {
        double sum = 0;
        for (int c = 0; c < classes; c++) {
          sum += Math.exp(output.data()[output.at(t) + c]);
        }
        expected += share * (Math.log(sum) - output.data()[output.at(t) + target]);
        for (int c = 0; c < classes; c++) {
          double probability = Math.exp(output.data()[output.at(t) + c]) / sum;
          double derivative = 0.5 * share * (probability - (c == target ? 1 : 0));
          assertEquals(derivative, gradient.data()[gradient.at(t) + c], 1e-7 * Math.abs(derivative),
              steps + " steps, step " + t + ", class " + c);
        }
        assertEquals(0f, gradient.data()[gradient.at(t) + classes], "behind step " + t);
      }
      assertEquals(expected, actual, 1e-12 * expected, steps + " steps of " + classes + " classes");
    }
  }

  /** Two classes are as likely, all others impossible: log 2, however large the logits. */
  @Test
  void largeLogitsDoNotCancel() {
    for (double large : new double[] {100, 1000, 1e16, 1e30}) {
      double[][] tie = new double[STEPS][CLASSES];
      for (double[] row : tie) {
        row[TARGET] = large;
        row[0] = large;
      }
      assertEquals(STEPS * Math.log(2), value(Losses.ceMembrane(), tie), 1e-14 * STEPS, "logits of " + large);
    }
  }

  @Test
  void doesNotOverflow() {
    double[][] large = new double[STEPS][CLASSES];
    large[0][0] = 1e30;
    assertEquals(1e30, value(Losses.ceCount(), large), 1e24);
  }

  @Test
  void refusesBadArguments() {
    assertEquals("weights: expected one for each of 4 classes, got 3", assertThrows(IllegalArgumentException.class,
        () -> value(Losses.weighted(Losses.ceCount(), new float[3]), output())).getMessage());
    assertThrows(IllegalArgumentException.class, () -> Losses.mseCount(1.1, 0));
    assertThrows(IllegalArgumentException.class, () -> Losses.mseCount(1, Double.NaN));
    assertThrows(IllegalArgumentException.class, () -> Losses.mseMembrane(1, Double.NaN));
    assertThrows(IllegalArgumentException.class, () -> Losses.weighted(Losses.ceCount(), new float[] {1, Float.NaN}));
  }
}
