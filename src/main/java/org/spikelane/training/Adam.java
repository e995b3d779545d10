package org.spikelane.training;

import java.util.List;
import org.spikelane.layer.Parameter;

/**
 * Adam with bias correction, as {@code torch.optim.Adam} without decay.
 *
 * <pre>
 * m = beta1*m + (1 - beta1)*g,  v = beta2*v + (1 - beta2)*g*g
 * p = p - rate/(1 - beta1^t) * m / (sqrt(v)/sqrt(1 - beta2^t) + epsilon)
 * </pre>
 */
public final class Adam implements Optimizer {

  private final float learningRate;
  private final float beta1;
  private final float beta2;
  private final float epsilon;
  private final Moments first = new Moments();
  private final Moments second = new Moments();
  private int steps;

  /**
   * Adam with the given constants.
   *
   * @throws IllegalArgumentException if the rate or epsilon is not positive and finite, or a beta is below 0, or 1 or more
   */
  public Adam(float learningRate, float beta1, float beta2, float epsilon) {
    requireRate(learningRate);
    if (!(beta1 >= 0 && beta1 < 1 && beta2 >= 0 && beta2 < 1 && epsilon > 0 && epsilon <= Float.MAX_VALUE)) {
      throw new IllegalArgumentException("adam: expected betas of 0 or more and below 1, and a finite epsilon above 0, got "
          + beta1 + ", " + beta2 + " and " + epsilon);
    }
    this.learningRate = learningRate;
    this.beta1 = beta1;
    this.beta2 = beta2;
    this.epsilon = epsilon;
  }

  /** Adam with torch's defaults, betas 0.9 and 0.999, epsilon 1e-8. */
  public static Adam withLearningRate(float learningRate) {
    return new Adam(learningRate, 0.9f, 0.999f, 1e-8f);
  }

  static void requireRate(float learningRate) {
    if (!(learningRate > 0) || !Float.isFinite(learningRate)) {
      throw new IllegalArgumentException("learningRate: expected a number above 0, got " + learningRate);
    }
  }

  @Override
  public void step(List<Parameter> parameters, List<float[]> gradients) {
    update(parameters, gradients).runAll();
  }

  @Override
  public Update update(List<Parameter> parameters, List<float[]> gradients) {
    first.require(parameters, gradients);
    second.require(parameters, gradients);
    steps++;
    float rate = (float) (learningRate / (1 - StrictMath.pow(beta1, steps)));
    float correction = (float) Math.sqrt(1 - StrictMath.pow(beta2, steps));
    return Update.of(parameters, (i, from, to) -> update(parameters.get(i).values(), gradients.get(i), first.of(i),
        second.of(i), rate, correction, from, to));
  }

  private void update(float[] p, float[] g, float[] m, float[] v, float rate, float correction, int from, int to) {
    for (int k = from; k < to; k++) {
      m[k] = beta1 * m[k] + (1 - beta1) * g[k];
      v[k] = beta2 * v[k] + (1 - beta2) * (g[k] * g[k]);
      p[k] -= rate * m[k] / ((float) Math.sqrt(v[k]) / correction + epsilon);
    }
  }
}
