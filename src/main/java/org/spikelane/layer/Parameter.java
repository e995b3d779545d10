package org.spikelane.layer;

/**
 * A named tensor of weights, float32, row-major in its shape, shared by everything that runs its layer.
 *
 * <p>{@link #values()} is the array itself. Whoever changes it calls {@link Layer#refresh()} (or the network's) before
 * the layer runs again, while nothing runs. Sums of gradients are kept in the form that the kernels add to, and brought
 * into the parameter's own shape once per update by a {@link GradientForm}.
 */
public final class Parameter {

  private static final int SQUARE = 32;

  /** How sums of gradients lie in memory, and how they become the gradient in the parameter's shape. */
  public interface GradientForm {

    /** Number of floats in the sums. */
    int size();

    /** Writes the gradient, in the parameter's shape, from the sums. */
    void reduce(float[] sums, float[] gradient);

    /** Sums in the parameter's own shape. */
    static GradientForm plain(int size) {
      return new GradientForm() {
        @Override
        public int size() {
          return size;
        }

        @Override
        public void reduce(float[] sums, float[] gradient) {
          System.arraycopy(sums, 0, gradient, 0, size);
        }
      };
    }

    /** Sums of a [rows][columns] matrix kept transposed, [columns][rows]. */
    static GradientForm transposed(int rows, int columns) {
      return new GradientForm() {
        @Override
        public int size() {
          return rows * columns;
        }

        @Override
        public void reduce(float[] sums, float[] gradient) {
          transpose(sums, columns, rows, gradient);
        }
      };
    }
  }

  private final String name;
  private final Shape shape;
  private final float[] values;
  private final boolean trainable;
  private final GradientForm form;

  /**
   * A parameter over the given array.
   *
   * @param name within its layer, as in snnTorch's state dict: {@code weight}, {@code beta}, {@code recurrent.weight}
   * @param values row-major, not copied
   * @param trainable whether an optimiser changes it
   * @throws IllegalArgumentException if the array does not have the shape's size
   */
  public Parameter(String name, Shape shape, float[] values, boolean trainable, GradientForm form) {
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

  /** How its gradient is summed. */
  public GradientForm form() {
    return form;
  }

  /** {@code to[c][r] = from[r][c]} for a row-major matrix of {@code rows} times {@code columns}. */
  public static void transpose(float[] from, int rows, int columns, float[] to) {
    // Square by square, so that the lines of both sides are used up while they are in cache.
    for (int r0 = 0; r0 < rows; r0 += SQUARE) {
      int r1 = Math.min(rows, r0 + SQUARE);
      for (int c0 = 0; c0 < columns; c0 += SQUARE) {
        int c1 = Math.min(columns, c0 + SQUARE);
        for (int c = c0; c < c1; c++) {
          for (int r = r0; r < r1; r++) {
            to[c * rows + r] = from[r * columns + c];
          }
        }
      }
    }
  }

  @Override
  public String toString() {
    return name + shape;
  }
}
