package org.spikelane.connection;

import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.ejml.data.FMatrixRMaj;
import org.spikelane.layer.Parameter;
import org.spikelane.layer.Parameter.GradientForm;
import org.spikelane.layer.ProductChoice;
import org.spikelane.layer.Shape;

/** A weight matrix [out, in] with an optional bias [out], and the copy [in, out] that forward products walk. */
final class DenseWeights {

  private final int inputs;
  private final int outputs;
  private final Parameter weight;
  private final Parameter bias;
  private final float[] byInput;
  private final float[] biasOrZeros;

  /**
   * Weights as PyTorch initialises them, uniform in ±1/√in.
   *
   * @param prefix goes before the parameters' names
   * @param shape of the weight: [out, …], the other extents together being the inputs
   */
  DenseWeights(String prefix, Shape shape, boolean withBias, boolean trainable, RandomGenerator random) {
    this.outputs = shape.extent(0);
    this.inputs = shape.size() / outputs;
    this.weight = new Parameter(prefix + "weight", shape, Initialization.uniform(shape.size(), inputs, random),
        trainable, GradientForm.transposed(outputs, inputs));
    this.bias = withBias
        ? new Parameter(prefix + "bias", Shape.of(outputs), Initialization.uniform(outputs, inputs, random), trainable,
            GradientForm.plain(outputs))
        : null;
    this.byInput = new float[inputs * outputs];
    this.biasOrZeros = withBias ? bias.values() : new float[outputs];
    refresh();
  }

  void refresh() {
    Parameter.transpose(weight.values(), outputs, inputs, byInput);
  }

  int inputs() {
    return inputs;
  }

  int outputs() {
    return outputs;
  }

  Parameter weight() {
    return weight;
  }

  /** The bias, or null. */
  Parameter bias() {
    return bias;
  }

  List<Parameter> parameters() {
    List<Parameter> parameters = new ArrayList<>(List.of(weight));
    if (bias != null) {
      parameters.add(bias);
    }
    return parameters;
  }

  /** [out, in], row-major. */
  float[] byOutput() {
    return weight.values();
  }

  /** [in, out], row-major. */
  float[] byInput() {
    return byInput;
  }

  /** [out]; zeros if there is no bias. */
  float[] biasOrZeros() {
    return biasOrZeros;
  }

  /** The weight as EJML's matrix, [out, in], over the same array. */
  FMatrixRMaj matrix() {
    return FMatrixRMaj.wrap(outputs, inputs, weight.values());
  }

  /** A worker that multiplies by these weights, with room for {@code rows} rows at once. */
  Product product(ProductChoice choice, int rows) {
    return choice == ProductChoice.EJML ? new EjmlProduct(this, rows) : new KernelProduct(this, choice, rows);
  }
}
