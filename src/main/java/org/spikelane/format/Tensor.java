package org.spikelane.format;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Objects;

/**
 * Numbers in a shape, row-major: the last dimension runs fastest. A scalar has the empty shape and one value.
 *
 * <p>The shape is copied, the values are shared with the caller.
 *
 * @param type of the numbers in a file; in memory they are float32, rounded to the nearest where that is narrower
 * @param shape size of each dimension, none negative
 * @param values the numbers, as many as the product of {@code shape}
 */
public record Tensor(NumberType type, int[] shape, float[] values) {

  /** Numbers that are float32 in a file too. */
  public Tensor(int[] shape, float[] values) {
    this(NumberType.F32, shape, values);
  }

  /** @throws IllegalArgumentException if a dimension is negative or {@code values} has another length than the shape */
  public Tensor {
    Objects.requireNonNull(type, "type");
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

  /**
   * Writes the numbers in their type, little-endian.
   *
   * @throws IllegalArgumentException if the type does not hold one of them
   */
  void writeTo(OutputStream out) throws IOException {
    ByteBuffer block = ByteBuffer.allocate(1 << 16).order(ByteOrder.LITTLE_ENDIAN);
    int perBlock = block.capacity() / type.bytes();
    for (int from = 0; from < values.length; from += perBlock) {
      int count = Math.min(perBlock, values.length - from);
      for (int i = 0; i < count; i++) {
        type.put(block, i * type.bytes(), values[from + i]);
      }
      out.write(block.array(), 0, count * type.bytes());
    }
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Tensor that && type == that.type && Arrays.equals(shape, that.shape)
        && Arrays.equals(values, that.values);
  }

  @Override
  public int hashCode() {
    return 31 * (31 * type.hashCode() + Arrays.hashCode(shape)) + Arrays.hashCode(values);
  }

  /** Type and shape, without the values. */
  @Override
  public String toString() {
    return type + Arrays.toString(shape);
  }
}
