package org.spikelane.layer;

/**
 * A named tensor of weights, float32, row-major in its shape, shared by everything that runs its layer.
 *
 * <p>{@link #values()} is the array itself. Whoever changes it calls {@link Layer#refresh()} (or the network's) before
 * the layer runs again, while nothing runs. {@link GradientSums} of a parameter lie in its own shape, unless it has a
 * {@link GradientForm}.
 */
public final class Parameter {

  /** How sums of gradients lie in memory that are not in the parameter's shape, and how they become the gradient. */
  interface GradientForm {

    /** Number of floats in the sums. */
    int size();

    /** Writes the gradient, in the parameter's shape, from the sums. */
    void reduce(float[] sums, float[] gradient);
  }

  private final String name;
  private final Shape shape;
  private final float[] values;
  private final boolean trainable;
  private final GradientForm form;

  /**
   * A parameter over the given array, whose gradients are summed in its own shape.
   *
   * @param name within its layer, as in snnTorch's state dict: {@code weight}, {@code beta}, {@code recurrent.weight}
   * @param values row-major, not copied
   * @param trainable whether an optimiser changes it
   * @throws IllegalArgumentException if the array does not have the shape's size
   */
  public Parameter(String name, Shape shape, float[] values, boolean trainable) {
    this(name, shape, values, trainable, null);
  }

  /**
   * A parameter over the given array.
   *
   * @param name within its layer, as in snnTorch's state dict: {@code weight}, {@code beta}, {@code recurrent.weight}
   * @param values row-major, not copied
   * @param trainable whether an optimiser changes it
   * @param form of the sums of its gradients; null for its own shape
   * @throws IllegalArgumentException if the array does not have the shape's size
   */
  Parameter(String name, Shape shape, float[] values, boolean trainable, GradientForm form) {
    if (values.length != shape.size()) {
      throw new IllegalArgumentException(
          name + ": expected " + shape.size() + " values for shape " + shape + ", got " + values.length);
    }
    this.name = name;
    this.shape = shape;
    this.values = values;
    this.trainable = trainable;
    this.form = form;
  }

  /** The name within the layer. */
  public String name() {
    return name;
  }

  /** The shape as in snnTorch. */
  public Shape shape() {
    return shape;
  }

  /** The values themselves, row-major. */
  public float[] values() {
    return values;
  }

  /** Whether an optimiser changes it. */
  public boolean trainable() {
    return trainable;
  }

  /** How its gradients are summed; null if in its own shape. */
  GradientForm form() {
    return form;
  }

  @Override
  public String toString() {
    return name + shape;
  }
}
