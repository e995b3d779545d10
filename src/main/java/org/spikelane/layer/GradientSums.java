package org.spikelane.layer;

import java.util.Arrays;
import java.util.List;
import org.spikelane.kernels.KernelProvider;
import org.spikelane.kernels.ProductKernels;
import org.spikelane.kernels.Rows;

/**
 * Sums of gradients over samples and steps, for each parameter one array in its {@link Parameter.GradientForm}, or the
 * rows that its gradient is the product of. Takes memory for what is added to, when that is first done.
 */
public final class GradientSums {

  private final Parameter[] parameters;
  private final float[][] sums;
  private final OuterProducts[] products;

  /** Zeros for every one of the parameters. */
  public GradientSums(List<Parameter> parameters) {
    this.parameters = parameters.toArray(Parameter[]::new);
    this.sums = new float[this.parameters.length][];
    this.products = new OuterProducts[this.parameters.length];
  }

  /** The sums of a parameter, to be added to. */
  public float[] of(Parameter parameter) {
    return sums(indexOf(parameter));
  }

  private float[] sums(int i) {
    assert products[i] == null : parameters[i];
    if (sums[i] == null) {
      sums[i] = new float[parameters[i].form().size()];
    }
    return sums[i];
  }

  private int indexOf(Parameter parameter) {
    // A handful of parameters, asked for at every step: a search beats hashing.
    for (int i = 0; i < parameters.length; i++) {
      if (parameters[i] == parameter) {
        return i;
      }
    }
    throw new IllegalArgumentException("parameter: " + parameter + " is not one of these gradients' parameters");
  }

  /**
   * {@code gW[o][i] += g[r][o]*x[r][i]} of a weight [out, in], for rows that are few: they are copied, and multiplied
   * together with others later. Such a weight's gradient comes from rows alone.
   */
  public void addProducts(Parameter weight, Rows g, Rows x, int rows) {
    int i = indexOf(weight);
    assert sums[i] == null : weight;
    products(i).add(g, x, rows);
  }

  private OuterProducts products(int i) {
    if (products[i] == null) {
      products[i] = new OuterProducts(parameters[i]);
    }
    return products[i];
  }

  /** Adds those of the same parameters. */
  public void add(GradientSums other) {
    for (int i = 0; i < sums.length; i++) {
      if (other.sums[i] != null) {
        KernelProvider.current().rows().add(other.sums[i], 0, sums(i), 0, 0, other.sums[i].length);
      }
      if (other.products[i] != null) {
        products(i).add(other.products[i]);
      }
    }
  }

  /** Sets all sums to 0. */
  public void clear() {
    for (int i = 0; i < sums.length; i++) {
      if (sums[i] != null) {
        Arrays.fill(sums[i], 0f);
      }
      if (products[i] != null) {
        products[i].clear();
      }
    }
  }

  /** Into how many ranges, up to {@code most}, {@link #reduce} may cut the gradient of a parameter. */
  public int ranges(Parameter parameter, int most) {
    OuterProducts ofRows = products[indexOf(parameter)];
    return ofRows == null ? 1 : Math.min(most, ofRows.outputs());
  }

  /**
   * Writes one of {@code ranges} ranges of a parameter's gradient, in the parameter's shape. Ranges may be written at
   * the same time.
   *
   * @param kernels of the calling thread
   */
  public void reduce(Parameter parameter, int range, int ranges, ProductKernels kernels, float[] gradient) {
    int i = indexOf(parameter);
    if (products[i] == null) {
      parameter.form().reduce(sums(i), gradient);
    } else {
      int outputs = products[i].outputs();
      int from = (int) ((long) outputs * range / ranges);
      int to = (int) ((long) outputs * (range + 1) / ranges);
      products[i].reduce(from, to, kernels, gradient);
    }
  }
}
