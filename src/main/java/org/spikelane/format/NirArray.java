package org.spikelane.format;

import java.util.Arrays;
import java.util.Objects;

/**
 * Numbers of a NIR node in a shape, row-major; a scalar has the empty shape and one value.
 *
 * <p>Files mix float32, float64 and int64; double holds all of them (integers up to 2^53), so that time constants can
 * be turned into decays before anything is rounded. The shape is copied, the values are shared with the caller.
 *
 * @param shape size of each dimension, none negative
 * @param values the numbers, as many as the product of {@code shape}
 */
public record NirArray(int[] shape, double[] values) {

  /** @throws IllegalArgumentException if a dimension is negative or {@code values} has another length than the shape */
  public NirArray {
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

  /** One number of the empty shape. */
  public static NirArray scalar(double value) {
    return new NirArray(new int[0], new double[] {value});
  }

  /** Numbers of one dimension. */
  public static NirArray vector(double... values) {
    return new NirArray(new int[] {values.length}, values);
  }

  /** The same number throughout a shape. */
  public static NirArray filled(int[] shape, double value) {
    double[] values = new double[Arrays.stream(shape).reduce(1, Math::multiplyExact)];
    Arrays.fill(values, value);
    return new NirArray(shape, values);
  }

  /** Size of each dimension; a copy. */
  @Override
  public int[] shape() {
    return shape.clone();
  }

  /** Number of dimensions, 0 for a scalar. */
  public int rank() {
    return shape.length;
  }

  /** Number of values. */
  public int size() {
    return values.length;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof NirArray that && Arrays.equals(shape, that.shape) && Arrays.equals(values, that.values);
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(shape) + Arrays.hashCode(values);
  }

  /** The shape, without the values. */
  @Override
  public String toString() {
    return "NirArray" + Arrays.toString(shape);
  }
}
