package org.spikelane.training;

import java.util.List;

/** Keeps gradients small before an update, as {@code torch.nn.utils.clip_grad_norm_} and {@code clip_grad_value_}. */
@FunctionalInterface
public interface GradientClipping {

  /** Changes the gradients in place. */
  void clip(List<float[]> gradients);

  /** Leaves the gradients as they are. */
  static GradientClipping none() {
    return gradients -> {};
  }

  /** Scales all gradients together so that their Euclidean norm is at most {@code limit}; if one is NaN, all become NaN. */
  static GradientClipping byNorm(double limit) {
    if (!(limit > 0)) {
      throw new IllegalArgumentException("limit: expected a number above 0, got " + limit);
    }
    return gradients -> {
      double squares = 0;
      for (float[] gradient : gradients) {
        for (float g : gradient) {
          squares += (double) g * g;
        }
      }
      double factor = limit / (Math.sqrt(squares) + 1e-6);
      if (!(factor >= 1)) {
        for (float[] gradient : gradients) {
          for (int i = 0; i < gradient.length; i++) {
            gradient[i] = (float) (gradient[i] * factor);
          }
        }
      }
    };
  }

  /** Brings every gradient into -limit … limit. */
  static GradientClipping byValue(float limit) {
    if (!(limit > 0)) {
      throw new IllegalArgumentException("limit: expected a number above 0, got " + limit);
    }
    return gradients -> {
      for (float[] gradient : gradients) {
        for (int i = 0; i < gradient.length; i++) {
          gradient[i] = Math.clamp(gradient[i], -limit, limit);
        }
      }
    };
  }
}
