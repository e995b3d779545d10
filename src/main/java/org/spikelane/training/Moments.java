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
   * @throws IllegalArgumentException if it is not
   */
  void require(List<Parameter> updated) {
    if (parameters.isEmpty()) {
      parameters.addAll(updated);
      updated.forEach(parameter -> arrays.add(new float[parameter.values().length]));
    } else if (!parameters.equals(updated)) {
      throw new IllegalArgumentException("parameters: expected the " + parameters.size() + " that this optimiser began with,"
          + " whose moments it keeps, got others; make an optimiser for each network");
    }
  }

  /** The moments of parameter number {@code i}, in its order. */
  float[] of(int i) {
    return arrays.get(i);
  }
}
