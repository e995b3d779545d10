package org.spikelane.training;

import java.util.List;
import org.spikelane.layer.Parameter;

/**
 * Stochastic gradient descent with momentum, as {@code torch.optim.SGD}: {@code v = momentum*v + g, p = p - rate*v}, v
 * starting as the first gradient.
 */
public final class Sgd implements Optimizer {

  private final float learningRate;
  private final float momentum;
  private final Moments velocities = new Moments();

  /**
   * Descent with the given constants; momentum 0 is the plain one.
   *
   * @throws IllegalArgumentException if the rate is not positive, or the momentum is below 0, or 1 or more
   */
  public Sgd(float learningRate, float momentum) {
    Adam.requireRate(learningRate);
    if (!(momentum >= 0 && momentum < 1)) {
      throw new IllegalArgumentException("momentum: expected 0 or more and below 1, got " + momentum);
    }
    this.learningRate = learningRate;
    this.momentum = momentum;
  }

  @Override
  public void step(List<Parameter> parameters, List<float[]> gradients) {
    update(parameters, gradients).runAll();
  }

  @Override
  public Update update(List<Parameter> parameters, List<float[]> gradients) {
    velocities.require(parameters, gradients);
    return Update.of(parameters, (i, from, to) ->
        update(parameters.get(i).values(), gradients.get(i), velocities.of(i), from, to));
  }

  private void update(float[] p, float[] g, float[] v, int from, int to) {
    for (int k = from; k < to; k++) {
      v[k] = momentum * v[k] + g[k];
      p[k] -= learningRate * v[k];
    }
  }
}
