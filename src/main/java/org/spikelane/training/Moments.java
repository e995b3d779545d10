package org.spikelane.training;

import java.util.ArrayList;
import java.util.List;
import org.spikelane.layer.Parameter;

/** What an optimiser keeps for every value of the parameters that it began with, zero at first. */
final class Moments {

  private final List<Parameter> parameters = new ArrayList<>();
  private final List<float[]> arrays = new ArrayList<>();

  /**
   * Makes room at the first update; every other has to be of the same parameters.
   *
   * @param gradients of each parameter, as many values as it has
   * @throws IllegalArgumentException if it is not, or the gradients are not such
   */
  void require(List<Parameter> updated, List<float[]> gradients) {
    if (!parameters.isEmpty() && !parameters.equals(updated)) {
      throw new IllegalArgumentException("parameters: expected the " + parameters.size() + " that this optimiser began with,"
          + " whose moments it keeps, got others; make an optimiser for each network");
    }
    requireFit(updated, gradients);
    if (parameters.isEmpty()) {
      parameters.addAll(updated);
      updated.forEach(parameter -> arrays.add(new float[parameter.values().length]));
    }
  }

  private static void requireFit(List<Parameter> parameters, List<float[]> gradients) {
    if (gradients.size() != parameters.size()) {
      throw new IllegalArgumentException(
          "gradients: expected one for each of " + parameters.size() + " parameters, got " + gradients.size());
    }
    for (int i = 0; i < gradients.size(); i++) {
      Parameter parameter = parameters.get(i);
      if (gradients.get(i).length != parameter.values().length) {
        throw new IllegalArgumentException("gradients: expected " + parameter.values().length + " values for "
            + parameter.name() + ", got " + gradients.get(i).length);
      }
    }
  }

  /** The moments of parameter number {@code i}, in its order. */
  float[] of(int i) {
    return arrays.get(i);
  }
}
