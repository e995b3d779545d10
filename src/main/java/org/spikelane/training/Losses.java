package org.spikelane.training;

import java.util.Arrays;
import java.util.Objects;
import org.spikelane.kernels.KernelProvider;
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

  /** Logits that become a softmax together: at most 16 KiB, but those of a step at least. */
  private static final int VALUES_TOGETHER = 1 << 11;

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

  /** The sum of the cross-entropies of rows of logits, {@code [row][class]}; puts {@code softmax - one-hot} in their place. */
  private static double crossEntropies(double[] logits, int rows, int classes, int target) {
    double loss = 0;
    for (int at = 0; at < rows * classes; at += classes) {
      double max = Double.NEGATIVE_INFINITY;
      for (int c = 0; c < classes; c++) {
        max = Math.max(max, logits[at + c]);
      }
      for (int c = 0; c < classes; c++) {
        logits[at + c] -= max;
      }
      loss -= logits[at + target];
    }
    KernelProvider.current().rows().exp(logits, 0, rows * classes);
    for (int at = 0; at < rows * classes; at += classes) {
      double sum = 0;
      for (int c = 0; c < classes; c++) {
        sum += logits[at + c];
      }
      loss += StrictMath.log(sum);
      for (int c = 0; c < classes; c++) {
        logits[at + c] /= sum;
      }
      logits[at + target] -= 1;
    }
    return loss;
  }

  private record StepwiseCrossEntropy(Of of, boolean mean) implements Loss {

    @Override
    public double sample(Rows output, int steps, int classes, int target, double weight, Rows gradient) {
      double share = mean ? 1.0 / steps : 1.0;
      int together = Math.max(1, Math.min(VALUES_TOGETHER / classes, steps));
      double[] rows = new double[together * classes];
      double loss = 0;
      for (int t = 0; t < steps; t += together) {
        int count = Math.min(together, steps - t);
        for (int i = 0; i < count; i++) {
          for (int c = 0; c < classes; c++) {
            rows[i * classes + c] = output.data()[output.at(t + i) + c];
          }
        }
        loss += crossEntropies(rows, count, classes, target);
        for (int i = 0; i < count; i++) {
          write(weight * share, rows, i * classes, classes, gradient, t + i);
        }
      }
      return loss * share;
    }
  }

  /** Writes a row's gradient, {@code scale * row}, if it is wanted. */
  private static void write(double scale, double[] row, int rowAt, int classes, Rows gradient, int t) {
    if (gradient != null) {
      for (int c = 0; c < classes; c++) {
        gradient.data()[gradient.at(t) + c] = rounded(scale * row[rowAt + c]);
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
      double[] row = counts(output, steps, classes);
      double loss = crossEntropies(row, 1, classes, target);
      for (int t = 0; t < steps; t++) {
        write(weight, row, 0, classes, gradient, t);
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
      double loss = crossEntropies(logits, 1, classes, target);
      if (gradient != null) {
        for (int t = 0; t < steps; t++) {
          for (int c = 0; c < classes; c++) {
            gradient.data()[gradient.at(t) + c] = t == best[c] ? rounded(weight * logits[c]) : 0f;
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
      double share = 1 / (steps * (double) classes);
      double[] row = counts(output, steps, classes);
      double loss = 0;
      for (int c = 0; c < classes; c++) {
        double difference = row[c] - (int) (steps * (c == target ? correctRate : incorrectRate));
        loss += difference * difference;
        row[c] = difference;
      }
      for (int t = 0; t < steps; t++) {
        write(2 * weight * share, row, 0, classes, gradient, t);
      }
      return loss * share;
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
      double share = 1 / (steps * (double) classes);
      double[] row = new double[classes];
      double loss = 0;
      for (int t = 0; t < steps; t++) {
        for (int c = 0; c < classes; c++) {
          double difference = output.data()[output.at(t) + c] - (c == target ? onTarget : offTarget);
          loss += difference * difference;
          row[c] = difference;
        }
        write(2 * weight * share, row, 0, classes, gradient, t);
      }
      return loss * share;
    }
  }
}
