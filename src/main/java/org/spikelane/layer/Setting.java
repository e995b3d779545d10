package org.spikelane.layer;

/**
 * What a {@link NeuronParameter} is set to: one value for all neurons, one for each, or values of a shape that
 * broadcasts over the layer's.
 *
 * @param shape of the values
 * @param values row-major in that shape; copied
 */
public record Setting(Shape shape, float[] values) {

  /** Copies the values, so that what happens to the array later changes nothing. */
  public Setting {
    values = values.clone();
  }

  /** One value for all neurons, of shape {@code []}. */
  public static Setting scalar(float value) {
    return new Setting(Shape.of(), new float[] {value});
  }

  /** One value for each neuron, of shape {@code [N]}. */
  public static Setting perNeuron(float[] values) {
    return new Setting(Shape.of(values.length), values);
  }

  /**
   * The parameter of that name with a copy of these values, broadcast over a layer.
   *
   * @param clip whether the values are clipped to 0..1 as they are expanded
   * @param learn whether an optimiser changes them
   * @throws IllegalArgumentException if there are more or fewer values than the shape has, one is not finite, or the
   *     shape does not broadcast over the layer's
   */
  public NeuronParameter over(String name, boolean clip, boolean learn, Shape layer) {
    if (values.length != shape.size()) {
      throw new IllegalArgumentException(
          name + ": expected " + shape.size() + " values for shape " + shape + ", got " + values.length);
    }
    for (float value : values) {
      if (!Float.isFinite(value)) {
        throw new IllegalArgumentException(name + ": expected finite values, got " + value);
      }
    }
    return new NeuronParameter(name, shape, values.clone(), clip, learn, layer);
  }
}
