package org.spikelane.layer;

import java.util.Arrays;
import java.util.List;
import org.spikelane.kernels.KernelProvider;

/** Sums of gradients over samples and steps, one array per parameter in its {@link Parameter.GradientForm}. */
public final class GradientSums {

  private final Parameter[] parameters;
  private final float[][] sums;

  /** Zeros for every one of the parameters. */
  public GradientSums(List<Parameter> parameters) {
    this.parameters = parameters.toArray(Parameter[]::new);
    this.sums = new float[this.parameters.length][];
    for (int i = 0; i < sums.length; i++) {
      sums[i] = new float[this.parameters[i].form().size()];
    }
  }

  /** The sums of a parameter, to be added to. */
  public float[] of(Parameter parameter) {
    // A handful of parameters, asked for at every step: a search beats hashing.
    for (int i = 0; i < parameters.length; i++) {
      if (parameters[i] == parameter) {
        return sums[i];
      }
    }
    throw new IllegalArgumentException("parameter: " + parameter + " is not one of these gradients' parameters");
  }

  /** Adds those of the same parameters. */
  public void add(GradientSums other) {
    for (int i = 0; i < sums.length; i++) {
      KernelProvider.current().rows().add(other.sums[i], 0, sums[i], 0, 0, sums[i].length);
    }
  }

  /** Sets all sums to 0. */
  public void clear() {
    for (float[] array : sums) {
      Arrays.fill(array, 0f);
    }
  }
}
