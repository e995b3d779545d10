package org.spikelane.layer;

import java.util.Arrays;
import org.spikelane.kernels.KernelProvider;
import org.spikelane.kernels.PackedGradient;
import org.spikelane.kernels.ProductKernels;
import org.spikelane.kernels.RowKernels;
import org.spikelane.kernels.Rows;

/**
 * The gradient of one parameter, in up to four parts, each in the order of memory of those that add to it: {@code
 * gradient = (sums + (byInput + packed)ᵀ) + products}, parts that nobody added to being left out. What goes to which part
 * does not depend on threads, so neither does the gradient.
 *
 * <p>Sums in the parameter's own shape become the gradient themselves; the other parts are added to them.
 */
final class ParameterSums {

  private static final int SQUARE = 32;

  private final RowKernels rowKernels = KernelProvider.current().rows();
  private final Parameter parameter;
  /** In the parameter's {@link Parameter.GradientForm}, or in its own shape if it has none. */
  private final Sums sums;
  /** Of a weight [out, in]: [in, out]. */
  private final Sums byInput;
  /** Of a weight [out, in]: [in, out], packed; null if nobody asked for them. */
  private PackedGradient packed;
  /** Of a weight [out, in]; null if there never were any. */
  private OuterProducts products;
  /** Of a parameter with a form: what was made of the sums; else null. */
  private final float[] formed;

  /** Zero. */
  ParameterSums(Parameter parameter) {
    int size = parameter.shape().size();
    this.parameter = parameter;
    this.sums = new Sums(parameter.form() == null ? size : parameter.form().size());
    this.byInput = new Sums(size);
    this.formed = parameter.form() == null ? null : new float[size];
  }

  Parameter parameter() {
    return parameter;
  }

  float[] sums() {
    return sums.values();
  }

  float[] byInput() {
    assert formed == null : parameter;
    return byInput.values();
  }

  PackedGradient packed() {
    assert formed == null : parameter;
    if (packed == null) {
      packed = KernelProvider.current().products().gradient(inputs(), outputs());
    }
    return packed;
  }

  void addProducts(Rows g, Rows x, int rows) {
    products().add(g, x, rows);
  }

  private OuterProducts products() {
    assert formed == null : parameter;
    if (products == null) {
      products = new OuterProducts(outputs(), inputs(), sums);
    }
    return products;
  }

  private int outputs() {
    return parameter.shape().extent(0);
  }

  private int inputs() {
    return parameter.shape().size() / outputs();
  }

  /** Adds those of the same parameter. */
  void add(ParameterSums other) {
    if (products != null && !other.sums.isEmpty()) {
      // Rows go to the same sums: those that are here were before those of the other.
      products.multiply();
    }
    sums.add(other.sums);
    byInput.add(other.byInput);
    if (other.packed != null && !other.packed.isEmpty()) {
      packed().add(other.packed);
    }
    if (other.products != null) {
      products().add(other.products);
    }
  }

  void clear() {
    sums.clear();
    clearTransposed();
    if (products != null) {
      products.clear();
    }
  }

  /** Forgets what has the weight's inputs first. */
  private void clearTransposed() {
    byInput.clear();
    if (packed != null) {
      packed.clear();
    }
  }

  /** Makes room for the gradient; into how many ranges, up to {@code most}, {@link #reduce} is to cut it. */
  int prepare(int most) {
    sums.room();
    if (packed != null && !packed.isEmpty() && !(sums.isEmpty() && byInput.isEmpty())) {
      // Few gradients have several parts: these add two of them.
      packed.addTo(byInput.values());
      packed.clear();
    }
    return products == null ? 1 : Math.min(most, outputs());
  }

  void reduce(int range, int ranges, ProductKernels kernels) {
    if (formed != null) {
      parameter.form().reduce(sums.values(), formed);
      return;
    }
    int from = (int) ((long) outputs() * range / ranges);
    int to = (int) ((long) outputs() * (range + 1) / ranges);
    float[] gradient = sums.room();
    // Whether the sums are empty stays as it is until all ranges are there.
    boolean ofPacked = packed != null && !packed.isEmpty();
    if (ofPacked) {
      packed.transposeTo(gradient, from, to);
    } else if (!byInput.isEmpty() && sums.isEmpty()) {
      rowKernels.transpose(byInput.values(), from, outputs(), inputs(), to - from, gradient, from * inputs(), inputs());
    } else if (!byInput.isEmpty()) {
      addTransposed(byInput.values(), inputs(), outputs(), from, to, gradient);
    }
    boolean empty = byInput.isEmpty() && sums.isEmpty() && !ofPacked;
    if (products != null && empty) {
      products.setIn(gradient, from, to, kernels);
    } else if (products != null) {
      products.addTo(gradient, from, to, kernels);
    } else if (empty) {
      Arrays.fill(gradient, from * inputs(), to * inputs(), 0f);
    }
  }

  /** {@code to[c][r] += from[r][c]} for columns [first, end) of a matrix: few gradients have both parts. */
  private static void addTransposed(float[] from, int rows, int columns, int first, int end, float[] to) {
    // Square by square, so that the lines of both sides are used up while they are in cache.
    for (int r0 = 0; r0 < rows; r0 += SQUARE) {
      int r1 = Math.min(rows, r0 + SQUARE);
      for (int c0 = first; c0 < end; c0 += SQUARE) {
        int c1 = Math.min(end, c0 + SQUARE);
        for (int c = c0; c < c1; c++) {
          for (int r = r0; r < r1; r++) {
            to[c * rows + r] += from[r * columns + c];
          }
        }
      }
    }
  }

  /** The gradient, of which all ranges were reduced; empties what was brought to the parameter's shape. */
  float[] reduced() {
    if (formed != null) {
      return formed;
    }
    clearTransposed();
    if (products != null) {
      products.clear();
    }
    return sums.written();
  }
}
