package org.spikelane.format;

import java.util.Arrays;
import java.util.Objects;

/**
 * Numbers in a shape, row-major: the last dimension runs fastest. A scalar has the empty shape and one value.
 *
 * <p>The shape is copied, the values are shared with the caller.
 *
 * @param shape size of each dimension, none negative
 * @param values the numbers, as many as the product of {@code shape}
 */
public record Tensor(int[] shape, float[] values) {

  /** @throws IllegalArgumentException if a dimension is negative or {@code values} has another length than the shape */
  public Tensor {
    Objects.requireNonNull(values, "values");
    shape = shape.clone();
    long size = 1;
    for (int dimension : shape) {
      if (dimension < 0) {
        throw new IllegalArgumentException("shape: expected dimensions of at least 0, got " + Arrays.toString(shape));
      }
      size = size > Integer.MAX_VALUE ? size : size * dimension;
    }
    if (size != values.length) {
      throw new IllegalArgumentException(
          "values: expected length " + size + " for shape " + Arrays.toString(shape) + ", got " + values.length);
    }
  }

  /** Size of each dimension; a copy. */
  @Override
  public int[] shape() {
    return shape.clone();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Tensor that && Arrays.equals(shape, that.shape) && Arrays.equals(values, that.values);
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(shape) + Arrays.hashCode(values);
  }

  /** The shape, without the values. */
  @Override
  public String toString() {
    return "Tensor" + Arrays.toString(shape);
  }
}
