package org.spikelane.layer;

import java.util.Arrays;
import java.util.stream.Collectors;

/** The extents of one sample at one step, or of a parameter: {@code [N]}, {@code [C, H, W]}, {@code []} for a scalar. */
public final class Shape {

  private final int[] extents;
  private final int size;

  private Shape(int[] extents) {
    this.extents = extents;
    long product = 1;
    for (int extent : extents) {
      if (extent < 1) {
        throw new IllegalArgumentException("shape: expected extents of at least 1, got " + Arrays.toString(extents));
      }
      product *= extent;
      if (product > Integer.MAX_VALUE) {
        throw new IllegalArgumentException("shape: " + Arrays.toString(extents) + " has more than 2^31 - 1 values");
      }
    }
    this.size = (int) product;
  }

  /**
   * The shape of the given extents, none for a scalar.
   *
   * @throws IllegalArgumentException if an extent is below 1 or the product exceeds an int
   */
  public static Shape of(int... extents) {
    return new Shape(extents.clone());
  }

  /** Number of extents: 0 for a scalar. */
  public int rank() {
    return extents.length;
  }

  /** The extent of axis {@code axis}, from 0. */
  public int extent(int axis) {
    return extents[axis];
  }

  /** Number of values: the product of the extents, 1 for a scalar. */
  public int size() {
    return size;
  }

  /** The extents, a copy. */
  public int[] extents() {
    return extents.clone();
  }

  /**
   * Whether an array of these extents broadcasts over this shape: from the right, as in torch, each extent being 1 or that
   * of the axis. Extents left of the first axis must be 1.
   */
  public boolean takes(int... from) {
    boolean fits = true;
    for (int i = 1; i <= from.length; i++) {
      int extent = from[from.length - i];
      fits &= extent == 1 || (i <= extents.length && extent == extents[extents.length - i]);
    }
    return fits;
  }

  /** The index in an array of extents that {@link #takes takes} of what stands at {@code n} once it is broadcast. */
  public int source(int[] from, int n) {
    int index = 0;
    int weight = 1;
    int rest = n;
    for (int i = 1; i <= Math.min(extents.length, from.length); i++) {
      int extent = from[from.length - i];
      int own = extents[extents.length - i];
      if (extent > 1) {
        index += rest % own * weight;
        weight *= extent;
      }
      rest /= own;
    }
    return index;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Shape shape && Arrays.equals(extents, shape.extents);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(extents);
  }

  /** As {@code [3, 8, 8]}. */
  @Override
  public String toString() {
    return Arrays.stream(extents).mapToObj(Integer::toString).collect(Collectors.joining(", ", "[", "]"));
  }
}
