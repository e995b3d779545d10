package org.spikelane.exchange;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.spikelane.format.NirArray;
import org.spikelane.format.NirNode;
import org.spikelane.layer.Setting;
import org.spikelane.layer.Shape;
import org.spikelane.neuron.RecurrentBuilder;

/**
 * The way by which spikes of a layer come back to it. NIR's nodes multiply what comes back, like all their input, by the
 * neurons' gain, which becomes part of the weights here.
 */
final class NirRecurrence {

  private static final String WEIGHT = "recurrent.weight";
  private static final String BIAS = "recurrent.bias";

  private final Shape shape;
  private final double[] gain;
  private final NirNote note;
  private final NirParameters parameters;
  private final Problems problems;
  /** Of parameters, by their names in the layer. */
  private final Map<String, float[]> values = new LinkedHashMap<>();

  /**
   * @param shape of the neurons
   * @param gain of each of them
   */
  NirRecurrence(Shape shape, double[] gain, NirNote note, NirParameters parameters, Problems problems) {
    this.shape = shape;
    this.gain = gain;
    this.note = note;
    this.parameters = parameters;
    this.problems = problems;
  }

  /**
   * Makes neurons recurrent, or notes problems.
   *
   * @return the values of parameters that the layer will have, by their names in it
   */
  Map<String, float[]> addTo(RecurrentBuilder<?> neuron, NirChain.Recurrence recurrence) {
    String path = recurrence.path();
    switch (recurrence.weights()) {
      case null -> oneToOne(neuron, gain);
      case NirNode.Scale n -> {
        if (parameters.within(path, shape, n.scale()) != null) {
          oneToOne(neuron, timesGain(NirArrays.over(shape, n.scale())));
        }
      }
      case NirNode.Linear n when square(path, n.weight(), null) -> {
        double[] diagonal = diagonal(n.weight());
        if (diagonal != null && !note.isRecurrent("linear")) {
          oneToOne(neuron, timesGain(diagonal));
        } else {
          allToAll(neuron.recurrentBias(false), n.weight());
        }
      }
      case NirNode.Affine n when square(path, n.weight(), n.bias()) -> {
        allToAll(neuron, n.weight());
        values.put(BIAS, NirArrays.floats(timesGain(n.bias().values())));
      }
      case NirNode.Conv2d n -> convolutional(path, neuron, n);
      case NirNode.Linear n -> {}
      case NirNode.Affine n -> {}
      default -> problems.add(path, "spikes come back through a " + recurrence.weights().type()
          + "; expected an Affine, Linear, Scale or Conv2d");
    }
    return values;
  }

  private double[] timesGain(double[] perNeuron) {
    double[] product = new double[perNeuron.length];
    for (int i = 0; i < product.length; i++) {
      product[i] = perNeuron[i] * gain[i];
    }
    return product;
  }

  private boolean square(String path, NirArray weight, NirArray bias) {
    if (!parameters.weights(path, weight, 2, bias)) {
      return false;
    }
    int n = shape.size();
    if (shape.rank() != 1 || !Arrays.equals(weight.shape(), new int[] {n, n})) {
      problems.add(path, "weight: expected [N, N] for neurons of shape " + shape + ", got "
          + Arrays.toString(weight.shape()));
      return false;
    }
    return true;
  }

  /** The diagonal of a matrix that has nothing else, or null. */
  private static double[] diagonal(NirArray weight) {
    int n = weight.shape()[0];
    double[] diagonal = new double[n];
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < n; j++) {
        if (i != j && weight.values()[i * n + j] != 0) {
          return null;
        }
      }
      diagonal[i] = weight.values()[i * n + i];
    }
    return diagonal;
  }

  private void oneToOne(RecurrentBuilder<?> neuron, double[] v) {
    Setting setting = note.setting("V", shape, shape, v);
    neuron.allToAll(false).v(setting.shape(), setting.values());
  }

  private void allToAll(RecurrentBuilder<?> neuron, NirArray weight) {
    int n = shape.size();
    double[] scaled = new double[n * n];
    for (int i = 0; i < scaled.length; i++) {
      scaled[i] = weight.values()[i] * gain[i / n];
    }
    neuron.allToAll();
    values.put(WEIGHT, NirArrays.floats(scaled));
  }

  private void convolutional(String path, RecurrentBuilder<?> neuron, NirNode.Conv2d node) {
    int[] extents = node.weight().shape();
    if (!parameters.weights(path, node.weight(), 4, node.bias())) {
      return;
    }
    int channels = extents[0];
    int places = shape.size() / shape.extent(0);
    boolean plain = shape.rank() == 3 && channels == shape.extent(0) && extents[1] == channels
        && extents[2] % 2 == 1 && extents[3] % 2 == 1 && NirArrays.all(node.stride().values(), 1)
        && NirArrays.all(node.dilation().values(), 1) && NirArrays.all(node.groups().values(), 1);
    if (!plain || !keepsSize(node.padding(), extents[2], extents[3])) {
      problems.add(path, "expected a convolution of " + shape
          + " that keeps its shape, with an odd kernel, stride 1, padding"
          + " by half the kernel, no dilation and one group, as spikes come back through it");
      return;
    }
    double[] weight = node.weight().values().clone();
    double[] bias = node.bias().values().clone();
    for (int c = 0; c < channels; c++) {
      double own = gain[c * places];
      if (!NirArrays.all(Arrays.copyOfRange(gain, c * places, (c + 1) * places), own)) {
        problems.add(path, "expected neurons of a channel to have the same r, w_in and tau, as they share a"
            + " convolution");
        return;
      }
      int perChannel = weight.length / channels;
      for (int i = c * perChannel; i < (c + 1) * perChannel; i++) {
        weight[i] *= own;
      }
      bias[c] *= own;
    }
    neuron.conv2dChannels(channels).kernelSize(extents[2], extents[3]);
    values.put(WEIGHT, NirArrays.floats(weight));
    if (note.withoutRecurrentBias(node.bias())) {
      neuron.recurrentBias(false);
    } else {
      values.put(BIAS, NirArrays.floats(bias));
    }
  }

  private static boolean keepsSize(NirNode.Padding padding, int kernelHeight, int kernelWidth) {
    if (padding.word() != null) {
      return padding.word().equals("same") || (padding.word().equals("valid") && kernelHeight == 1 && kernelWidth == 1);
    }
    double[] amount = padding.amount().values();
    return amount.length > 0 && amount.length <= 2 && 2 * amount[0] + 1 == kernelHeight
        && 2 * amount[amount.length - 1] + 1 == kernelWidth;
  }
}
