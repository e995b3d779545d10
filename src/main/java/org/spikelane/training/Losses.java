package org.spikelane.training;

import java.util.Arrays;
import java.util.Objects;
import org.spikelane.kernels.Rows;

/**
 * The losses of {@code snntorch.functional}, for classes as targets. CE is log-softmax and negative log-likelihood, in
 * double. Gradients of a magnitude below 2^-80 are written as 0.
 */
public final class Losses {

  /**
   * What is smaller in magnitude, after all weights, is written as 0: mostly gradients of classes that are all but
   * impossible, far below the rounding of any update. On the way back through time and weights their products become
   * subnormal numbers, which take some processors a hundred times as long.
   */
  private static final double LEAST_GRADIENT = 0x1p-80;

  private Losses() {}

  /** {@code (1/T) * sum over t of CE(spk[t], y)}: {@code ce_rate_loss}. */
  public static Loss ceRate() {
    return new StepwiseCrossEntropy(Loss.Of.SPIKES, true);
  }

  /** {@code CE(sum over t of spk[t], y)}: {@code ce_count_loss}. */
  public static Loss ceCount() {
    return new CountCrossEntropy();
  }

  /** {@code CE(max over t of mem[t], y)}, the gradient going to the first largest step: {@code ce_max_membrane_loss}. */
  public static Loss ceMaxMembrane() {
    return new MaxMembraneCrossEntropy();
  }

  /** {@code sum over t of CE(mem[t], y)}: the loss that snnTorch's tutorials write by hand. */
  public static Loss ceMembrane() {
    return new StepwiseCrossEntropy(Loss.Of.MEMBRANE, false);
  }

  /** {@link #mseCount(double, double)} with snnTorch's defaults: the right class always spikes, the others never. */
  public static Loss mseCount() {
    return mseCount(1, 0);
  }

  /**
   * {@code (1/T) * mean over c of (sum over t of spk[t][c] - target[c])^2}, the target being {@code int(T*rate)}: {@code
   * mse_count_loss}.
   *
   * @param correctRate share of the steps at which the right class should spike, 0 to 1
   * @param incorrectRate share of the steps at which the other classes should spike, 0 to 1
   * @throws IllegalArgumentException if a share is not 0 to 1
   */
  public static Loss mseCount(double correctRate, double incorrectRate) {
    return new MeanSquaredCount(correctRate, incorrectRate);
  }

  /** {@link #mseMembrane(double, double)} with snnTorch's defaults, 1 and 0. */
  public static Loss mseMembrane() {
    return mseMembrane(1, 0);
  }

  /**
   * {@code (1/T) * sum over t of mean over c of (mem[t][c] - target[c])^2}: {@code mse_membrane_loss}.
   *
   * @param onTarget membrane that the right class should have
   * @param offTarget membrane that the other classes should have; below 0 it counts as 0 unless {@code onTarget} is no larger,
   *     as snnTorch takes the larger of it and of a one-hot times {@code onTarget}
   * @throws IllegalArgumentException if one of them is not finite
   */
  public static Loss mseMembrane(double onTarget, double offTarget) {
    return new MeanSquaredMembrane(onTarget, offTarget);
  }

  /**
   * A loss whose samples count by the weight of their class: {@code mean over b of weights[y]*loss}, snnTorch's {@code
   * weight} argument (a plain mean, unlike torch's weighted one).
   *
   * @param weights one for each class; a network of another number of classes is refused when it trains
   * @throws IllegalArgumentException if there are none, or one is not finite
   */
  public static Loss weighted(Loss loss, float[] weights) {
    Objects.requireNonNull(loss, "loss");
    if (weights.length == 0) {
      throw new IllegalArgumentException("weights: expected one for each class, got none");
    }
    for (float weight : weights) {
      if (!Float.isFinite(weight)) {
        throw new IllegalArgumentException("weights: expected finite numbers, got " + weight);
      }
    }
    return new Weighted(loss, weights.clone());
  }

  private record Weighted(Loss loss, float[] weights) implements Loss {

    @Override
    public Of of() {
      return loss.of();
    }

    @Override
    public double sample(Rows output, int steps, int classes, int target, double weight, Rows gradient) {
      if (weights.length != classes) {
        throw new IllegalArgumentException("weights: expected one for each of " + classes + " classes, got " + weights.length);
      }
      return weights[target] * loss.sample(output, steps, classes, target, weight * weights[target], gradient);
    }
  }

  /** Cross-entropy of logits; writes {@code scale * (softmax - one-hot)} to {@code gradient}. */
  private static double crossEntropy(double[] logits, int target, double scale, double[] gradient) {
    double max = Double.NEGATIVE_INFINITY;
    for (double logit : logits) {
      max = Math.max(max, logit);
    }
    double sum = 0;
    for (int c = 0; c < logits.length; c++) {
      gradient[c] = StrictMath.exp(logits[c] - max);
      sum += gradient[c];
    }
    for (int c = 0; c < logits.length; c++) {
      gradient[c] = scale * (gradient[c] / sum - (c == target ? 1 : 0));
    }
    return StrictMath.log(sum) + max - logits[target];
  }

  private record StepwiseCrossEntropy(Of of, boolean mean) implements Loss {

    @Override
    public double sample(Rows output, int steps, int classes, int target, double weight, Rows gradient) {
      double share = mean ? 1.0 / steps : 1.0;
      double[] logits = new double[classes];
      double[] row = new double[classes];
      double loss = 0;
      for (int t = 0; t < steps; t++) {
        for (int c = 0; c < classes; c++) {
          logits[c] = output.data()[output.at(t) + c];
        }
        loss += crossEntropy(logits, target, weight * share, row);
        write(row, gradient, t);
      }
      return loss * share;
    }
  }

  private static void write(double[] row, Rows gradient, int t) {
    if (gradient != null) {
      for (int c = 0; c < row.length; c++) {
        gradient.data()[gradient.at(t) + c] = rounded(row[c]);
      }
    }
  }

  /** As a float; 0 for what is smaller than {@link #LEAST_GRADIENT}. */
  private static float rounded(double value) {
    return Math.abs(value) < LEAST_GRADIENT ? 0f : (float) value;
  }

  private static double[] counts(Rows output, int steps, int classes) {
    double[] counts = new double[classes];
    for (int t = 0; t < steps; t++) {
      for (int c = 0; c < classes; c++) {
        counts[c] += output.data()[output.at(t) + c];
      }
    }
    return counts;
  }

  private record CountCrossEntropy() implements Loss {

    @Override
    public Of of() {
      return Of.SPIKES;
    }

    @Override
    public double sample(Rows output, int steps, int classes, int target, double weight, Rows gradient) {
      double[] row = new double[classes];
      double loss = crossEntropy(counts(output, steps, classes), target, weight, row);
      for (int t = 0; t < steps; t++) {
        write(row, gradient, t);
      }
      return loss;
    }
  }

  private record MaxMembraneCrossEntropy() implements Loss {

    @Override
    public Of of() {
      return Of.MEMBRANE;
    }

    @Override
    public double sample(Rows output, int steps, int classes, int target, double weight, Rows gradient) {
      int[] best = new int[classes];
      double[] logits = new double[classes];
      Arrays.fill(logits, Double.NEGATIVE_INFINITY);
      for (int t = 0; t < steps; t++) {
        for (int c = 0; c < classes; c++) {
          float value = output.data()[output.at(t) + c];
          // As torch's max does, it keeps a NaN: a diverged class may not look like an impossible one.
          if (!(value <= logits[c] || Double.isNaN(logits[c]))) {
            logits[c] = value;
            best[c] = t;
          }
        }
      }
      double[] row = new double[classes];
      double loss = crossEntropy(logits, target, weight, row);
      if (gradient != null) {
        for (int t = 0; t < steps; t++) {
          for (int c = 0; c < classes; c++) {
            gradient.data()[gradient.at(t) + c] = t == best[c] ? rounded(row[c]) : 0f;
          }
        }
      }
      return loss;
    }
  }

  private record MeanSquaredCount(double correctRate, double incorrectRate) implements Loss {

    MeanSquaredCount {
      if (!(correctRate >= 0 && correctRate <= 1 && incorrectRate >= 0 && incorrectRate <= 1)) {
        throw new IllegalArgumentException(
            "rates: expected correctRate and incorrectRate from 0 to 1, got " + correctRate + " and " + incorrectRate);
      }
    }

    @Override
    public Of of() {
      return Of.SPIKES;
    }

    @Override
    public double sample(Rows output, int steps, int classes, int target, double weight, Rows gradient) {
      double[] row = counts(output, steps, classes);
      double loss = 0;
      for (int c = 0; c < classes; c++) {
        double difference = row[c] - (int) (steps * (c == target ? correctRate : incorrectRate));
        loss += difference * difference;
        row[c] = weight * 2 * difference / (steps * (double) classes);
      }
      for (int t = 0; t < steps; t++) {
        write(row, gradient, t);
      }
      return loss / (steps * (double) classes);
    }
  }

  private record MeanSquaredMembrane(double onTarget, double offTarget) implements Loss {

    MeanSquaredMembrane {
      if (!Double.isFinite(onTarget) || !Double.isFinite(offTarget)) {
        throw new IllegalArgumentException(
            "targets: expected finite onTarget and offTarget, got " + onTarget + " and " + offTarget);
      }
      offTarget = onTarget > offTarget ? Math.max(0, offTarget) : offTarget;
    }

    @Override
    public Of of() {
      return Of.MEMBRANE;
    }

    @Override
    public double sample(Rows output, int steps, int classes, int target, double weight, Rows gradient) {
      double[] row = new double[classes];
      double loss = 0;
      for (int t = 0; t < steps; t++) {
        for (int c = 0; c < classes; c++) {
          double difference = output.data()[output.at(t) + c] - (c == target ? onTarget : offTarget);
          loss += difference * difference;
          row[c] = weight * 2 * difference / (steps * (double) classes);
        }
        write(row, gradient, t);
      }
      return loss / (steps * (double) classes);
    }
  }
}
