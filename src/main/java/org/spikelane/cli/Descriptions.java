package org.spikelane.cli;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.spikelane.connection.AllToAll;
import org.spikelane.connection.Convolutional;
import org.spikelane.connection.OneToOne;
import org.spikelane.data.EventBins;
import org.spikelane.data.InputEncoding;
import org.spikelane.data.PixelCurrent;
import org.spikelane.data.Standardized;
import org.spikelane.layer.Layer;
import org.spikelane.layer.Parameter;
import org.spikelane.layer.Shape;
import org.spikelane.network.NamedLayer;
import org.spikelane.network.Network;
import org.spikelane.neuron.Neuron;

/** Networks and encodings in words. */
final class Descriptions {

  private Descriptions() {}

  /** A network in one line: its layers and how many parameters learn. */
  static String chain(Network network) {
    String layers = network.layers().stream()
        .map(NamedLayer::layer)
        .map(layer -> " -> " + layer.type() + " " + extents(layer.outputShape()) + recurrence(layer))
        .collect(Collectors.joining());
    long learning = network.parameters().values().stream().filter(Parameter::trainable)
        .mapToLong(parameter -> parameter.shape().size()).sum();
    return String.format(Locale.ROOT, "%s%s; %,d parameters to learn", extents(network.inputShape()), layers, learning);
  }

  private static String extents(Shape shape) {
    return shape.toString().replaceAll("[\\[\\] ]", "").replace(',', 'x');
  }

  private static String recurrence(Layer layer) {
    return layer instanceof Neuron neuron && neuron.recurrence() != null ? " (" + recurrence(neuron) + ")" : "";
  }

  /** How a layer's spikes come back to it. */
  static String recurrence(Neuron neuron) {
    return switch (neuron.recurrence()) {
      case AllToAll dense -> "all to all";
      case OneToOne oneToOne -> "one to one";
      case Convolutional convolutional -> "by convolution";
      case null -> "none";
    };
  }

  /** An encoding in one line. */
  static String describe(InputEncoding encoding) {
    return switch (encoding) {
      case EventBins bins -> String.format(Locale.ROOT, "%d units, events counted in %d bins of %s ms", bins.units(),
          bins.steps(), number(bins.binSeconds() * 1000));
      case PixelCurrent current -> String.format(Locale.ROOT,
          "%d pixels divided by %s, a constant current for %d steps", current.features(),
          number(current.divisor()), current.steps());
      case Standardized standardized -> String.format(Locale.ROOT, "%d channels, standardized, %d steps",
          standardized.features(), standardized.steps());
    };
  }

  /** How many samples of a test no output neuron fired for, and what they count as. */
  static String silent(int silent, int samples, List<String> classes) {
    return silent + " of " + samples + " samples, for which no output neuron fired: counted as " + classes.getFirst()
        + ", the first class";
  }

  /** A number without more digits than it needs, six behind the point at most. */
  static String number(double value) {
    double rounded = Math.rint(value * 1e6) / 1e6;
    return rounded == Math.rint(rounded) ? Long.toString((long) rounded) : Double.toString(rounded);
  }
}
