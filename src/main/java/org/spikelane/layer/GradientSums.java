package org.spikelane.layer;

import java.util.List;
import org.spikelane.kernels.PackedGradient;
import org.spikelane.kernels.ProductKernels;
import org.spikelane.kernels.Rows;

/**
 * Sums of gradients over samples and steps, and the gradients themselves. A weight's lie in the order of memory of what
 * adds to them, each in memory of its own: as the weight, by its inputs, the same packed, or as the rows that the gradient
 * is the product of. Takes memory for what is added to, when that is first done.
 */
public final class GradientSums {

  private final ParameterSums[] sums;

  /** Zeros for every one of the parameters. */
  public GradientSums(List<Parameter> parameters) {
    this.sums = parameters.stream().map(ParameterSums::new).toArray(ParameterSums[]::new);
  }

  /** The sums of a parameter in its {@link Parameter.GradientForm}, or else its own shape, to be added to. */
  public float[] of(Parameter parameter) {
    return find(parameter).sums();
  }

  /** Sums of a weight [out, in] that are kept as [in, out], to be added to. */
  public float[] byInput(Parameter weight) {
    return find(weight).byInput();
  }

  /** Sums of a weight [out, in] that are kept as [in, out], packed, to be added to by kernels of the current provider. */
  public PackedGradient packed(Parameter weight) {
    return find(weight).packed();
  }

  /**
   * {@code gW[o][i] += g[r][o]*x[r][i]} of a weight [out, in], for rows that are few: they are copied, and multiplied
   * together with others later.
   */
  public void addProducts(Parameter weight, Rows g, Rows x, int rows) {
    find(weight).addProducts(g, x, rows);
  }

  private ParameterSums find(Parameter parameter) {
    // A handful of parameters, asked for at every step: a search beats hashing.
    for (ParameterSums candidate : sums) {
      if (candidate.parameter() == parameter) {
        return candidate;
      }
    }
    throw new IllegalArgumentException("parameter: " + parameter + " is not one of these gradients' parameters");
  }

  /** Adds those of the same parameters. */
  public void add(GradientSums other) {
    for (int i = 0; i < sums.length; i++) {
      sums[i].add(other.sums[i]);
    }
  }

  /** Sets all sums to 0. */
  public void clear() {
    for (ParameterSums ofParameter : sums) {
      ofParameter.clear();
    }
  }

  /** Makes room for a parameter's gradient; into how many ranges, up to {@code most}, {@link #reduce} is to cut it. */
  public int prepare(Parameter parameter, int most) {
    return find(parameter).prepare(most);
  }

  /**
   * Brings one of {@code ranges} ranges of a parameter's gradient into the parameter's shape, each once. Ranges may be
   * brought there at the same time.
   *
   * @param kernels of the calling thread
   */
  public void reduce(Parameter parameter, int range, int ranges, ProductKernels kernels) {
    find(parameter).reduce(range, ranges, kernels);
  }

  /**
   * The gradient of a parameter in the parameter's shape, when {@link #reduce} has brought all ranges there, once: sums in
   * another order of memory are zero from then on. It holds until these sums are cleared or added to.
   */
  public float[] reduced(Parameter parameter) {
    return find(parameter).reduced();
  }

  /** The same, brought there by the calling thread alone, with its kernels. */
  public float[] gradient(Parameter parameter, ProductKernels kernels) {
    int ranges = prepare(parameter, 1);
    reduce(parameter, 0, ranges, kernels);
    return reduced(parameter);
  }
}
