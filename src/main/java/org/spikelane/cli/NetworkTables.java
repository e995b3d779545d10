package org.spikelane.cli;

import java.io.PrintWriter;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import org.spikelane.format.Tensor;
import org.spikelane.layer.Layer;
import org.spikelane.network.NamedLayer;
import org.spikelane.network.Network;

/** What is in a network, in tables. */
final class NetworkTables {

  private NetworkTables() {}

  /** Prints layers, neurons and parameters, each behind an empty line. */
  static void print(PrintWriter out, Network network) {
    out.println();
    printLayers(out, network);
    out.println();
    printNeurons(out, network);
    out.println();
    printParameters(out, network);
  }

  /** Prints tensors that belong to no network yet. */
  static void print(PrintWriter out, Map<String, Tensor> tensors) {
    TextTable table = new TextTable(3, "tensor", "shape", "type", "min", "mean", "max");
    tensors.forEach((name, tensor) -> {
      String[] summary = summary(tensor.values());
      table.add(Printable.of(name), Arrays.toString(tensor.shape()),
          tensor.type().name().toLowerCase(Locale.ROOT), summary[0], summary[1], summary[2]);
    });
    table.print(out);
  }

  private static void printLayers(PrintWriter out, Network network) {
    TextTable table = new TextTable(4, "layer", "type", "input", "output", "parameters");
    for (NamedLayer named : network.layers()) {
      Layer layer = named.layer();
      long count = layer.parameters().stream().mapToLong(parameter -> parameter.shape().size()).sum();
      table.add(Printable.of(named.name()), layer.type(), layer.inputShape().toString(), layer.outputShape().toString(),
          String.format(Locale.ROOT, "%,d", count));
    }
    table.print(out);
  }

  private static void printNeurons(PrintWriter out, Network network) {
    TextTable table = new TextTable(5, "neurons", "reset", "recurrence", "surrogate", "inhibition");
    network.neurons().forEach((name, neuron) -> table.add(Printable.of(name),
        Choice.name(neuron.resetMechanism()) + (neuron.resetDelay() ? ", one step later" : ", at once"),
        Descriptions.recurrence(neuron),
        neuron.surrogateDisabled() ? "none" : neuron.surrogate().toString(),
        neuron.inhibition() ? "yes" : "no"));
    table.print(out);
  }

  private static void printParameters(PrintWriter out, Network network) {
    TextTable table = new TextTable(3, "parameter", "shape", "learns", "min", "mean", "max");
    network.parameters().forEach((name, parameter) -> {
      String[] summary = summary(parameter.values());
      table.add(Printable.of(name), parameter.shape().toString(), parameter.trainable() ? "yes" : "no", summary[0],
          summary[1], summary[2]);
    });
    table.print(out);
  }

  /** Smallest, mean and largest value. */
  private static String[] summary(float[] values) {
    if (values.length == 0) {
      return new String[] {"-", "-", "-"};
    }
    double min = Double.POSITIVE_INFINITY;
    double max = Double.NEGATIVE_INFINITY;
    double sum = 0;
    for (float value : values) {
      min = Math.min(min, value);
      max = Math.max(max, value);
      sum += value;
    }
    return new String[] {number(min), number(sum / values.length), number(max)};
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, "%.4g", value);
  }
}
