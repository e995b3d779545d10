package org.spikelane.connection;

import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.ejml.data.FMatrixRMaj;
import org.ejml.dense.row.CommonOps_FDRM;
import org.spikelane.kernels.KernelProvider;
import org.spikelane.kernels.PackedWeights;
import org.spikelane.kernels.ProductKernels;
import org.spikelane.layer.Parameter;
import org.spikelane.layer.ProductChoice;
import org.spikelane.layer.Shape;

/**
 * A weight matrix [out, in] with an optional bias [out], and the copies that products walk: one for the forward
 * product, one for the gradient of the input once somebody asked for it, one for EJML likewise.
 */
final class DenseWeights {

  /**
   * Outputs up to which all gradients are summed as [out, in]: rows of [in, out] would be too short for vectors, and
   * where more than about 1 neuron in 30 fires, events cost more than going through all inputs.
   */
  private static final int NARROW = 32;

  /** Inputs below which rows of [out, in] leave much of their last vectors unused, and [in, out] is little memory. */
  private static final int LONG_ROW = 256;

  private final int inputs;
  private final int outputs;
  private final Parameter weight;
  private final Parameter bias;
  private final PackedWeights byInput;
  private final float[] biasOrZeros;
  private PackedWeights byOutput;
  private FMatrixRMaj transposedMatrix;

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
        trainable);
    this.bias = withBias
        ? new Parameter(prefix + "bias", Shape.of(outputs), Initialization.uniform(outputs, inputs, random), trainable)
        : null;
    this.byInput = KernelProvider.current().products().weights(inputs, outputs);
    this.biasOrZeros = withBias ? bias.values() : new float[outputs];
    refresh();
  }

  void refresh() {
    refresh(0, 1);
  }

  /** A part of {@link #refresh()}; other threads may be at other parts, but none may ask for another copy meanwhile. */
  void refresh(int part, int parts) {
    byInput.packTransposed(weight.values(), part, parts);
    if (byOutput != null) {
      byOutput.pack(weight.values(), part, parts);
    }
    if (transposedMatrix != null && part == 0) {
      CommonOps_FDRM.transpose(matrix(), transposedMatrix);
    }
  }

  int inputs() {
    return inputs;
  }

  int outputs() {
    return outputs;
  }

  /** Whether gradients by spikes, too, are summed as [out, in], the weight's own shape; if not, as [in, out]. */
  boolean narrow() {
    return outputs <= NARROW;
  }

  /** Whether gradients by values, too, are summed as [in, out]; if not, as [out, in]. */
  boolean valuesByInput() {
    return !narrow() && inputs < LONG_ROW;
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

  /** [in, out], for products with the inputs. */
  PackedWeights byInput() {
    return byInput;
  }

  /** [out, in], for products with gradients of the outputs; a copy of its own from the first call on. */
  synchronized PackedWeights byOutput() {
    if (byOutput == null) {
      byOutput = KernelProvider.current().products().weights(outputs, inputs);
      byOutput.pack(weight.values());
    }
    return byOutput;
  }

  /** [out]; zeros if there is no bias. */
  float[] biasOrZeros() {
    return biasOrZeros;
  }

  /** The weight as EJML's matrix, [out, in], over the same array. */
  FMatrixRMaj matrix() {
    return FMatrixRMaj.wrap(outputs, inputs, weight.values());
  }

  /** [in, out] as EJML's matrix; a copy of its own from the first call on. */
  synchronized FMatrixRMaj transposedMatrix() {
    if (transposedMatrix == null) {
      transposedMatrix = new FMatrixRMaj(inputs, outputs);
      CommonOps_FDRM.transpose(matrix(), transposedMatrix);
    }
    return transposedMatrix;
  }

  /** A worker that multiplies by these weights, with room for {@code rows} rows at once. */
  Product product(ProductChoice choice, int rows) {
    return product(choice, rows, KernelProvider.current().products());
  }

  /** The same by these kernels, which others use too, unless it is by EJML. */
  Product product(ProductChoice choice, int rows, ProductKernels kernels) {
    return choice == ProductChoice.EJML ? new EjmlProduct(this, rows) : new KernelProduct(this, choice, kernels);
  }
}
