package org.spikelane.layer;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Sums of gradients over samples and steps, one array per parameter in its {@link Parameter.GradientForm}. */
public final class GradientSums {

  private final Map<Parameter, float[]> sums = new HashMap<>();

  /** Zeros for every one of the parameters. */
  public GradientSums(List<Parameter> parameters) {
    for (Parameter parameter : parameters) {
      sums.put(parameter, new float[parameter.form().size()]);
    }
  }

  /** The sums of a parameter, to be added to. */
  public float[] of(Parameter parameter) {
    float[] array = sums.get(parameter);
    if (array == null) {
      throw new IllegalArgumentException("parameter: " + parameter + " is not one of these gradients' parameters");
    }
    return array;
  }

  /** Sets all sums to 0. */
  public void clear() {
    for (float[] array : sums.values()) {
      Arrays.fill(array, 0f);
    }
  }
}
