package org.spikelane.layer;

/**
 * A parameter that broadcasts over the neurons of a layer, and its expansion to one value a neuron.
 *
 * <p>Shapes broadcast from the right against the layer's shape, as in torch: {@code []}, {@code [1]}, {@code [N]}; for
 * {@code [C, H, W]} also {@code [C, 1, 1]}. With {@code clip}, the expansion is clipped to 0..1 and the gradient passes
 * only where 0 &lt; value &lt; 1, exactly 0 and exactly 1 excluded (torch 2.15).
 */
public final class NeuronParameter {

  private final Parameter parameter;
  private final boolean clip;
  private final float[] perNeuron;
  /** The index of the value that each neuron takes. */
  private final int[] source;

  /**
   * A parameter of a layer, expanded to its neurons.
   *
   * @param layer shape of the layer
   * @throws IllegalArgumentException if the shape does not broadcast against the layer's
   */
  public NeuronParameter(String name, Shape shape, float[] values, boolean clip, boolean learn, Shape layer) {
    this.clip = clip;
    this.perNeuron = new float[layer.size()];
    this.source = source(name, shape, layer);
    this.parameter = new Parameter(name, shape, values, learn, new SumByNeuron());
    refresh();
  }

  private static int[] source(String name, Shape shape, Shape layer) {
    int[] extents = shape.extents();
    if (shape.rank() > layer.rank() || !layer.takes(extents)) {
      throw new IllegalArgumentException(name + ": expected a shape that broadcasts over the layer's " + layer
          + ", such as [] or [1]" + (layer.rank() == 3 ? " or [C, 1, 1]" : " or [N]") + ", got " + shape);
    }
    int[] source = new int[layer.size()];
    for (int n = 0; n < source.length; n++) {
      source[n] = layer.source(extents, n);
    }
    return source;
  }

  /** The parameter itself, unclipped, in its own shape. */
  public Parameter parameter() {
    return parameter;
  }

  /** One value a neuron, clipped if this clips. The array stays the same; its content follows {@link #refresh}. */
  public float[] perNeuron() {
    return perNeuron;
  }

  /** Expands the parameter's values again. */
  public void refresh() {
    float[] values = parameter.values();
    for (int n = 0; n < perNeuron.length; n++) {
      float value = values[source[n]];
      perNeuron[n] = clip ? Math.clamp(value, 0f, 1f) : value;
    }
  }

  /** Sums are kept per neuron; neurons that share a value are added in double, ascending. */
  private final class SumByNeuron implements Parameter.GradientForm {

    @Override
    public int size() {
      return perNeuron.length;
    }

    @Override
    public void reduce(float[] sums, float[] gradient) {
      double[] totals = new double[gradient.length];
      for (int n = 0; n < perNeuron.length; n++) {
        totals[source[n]] += sums[n];
      }
      for (int i = 0; i < gradient.length; i++) {
        float value = parameter.values()[i];
        gradient[i] = !clip || (value > 0 && value < 1) ? (float) totals[i] : 0f;
      }
    }
  }
}
