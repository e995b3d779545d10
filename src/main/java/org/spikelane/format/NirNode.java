package org.spikelane.format;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A node of a NIR graph: what a file says about one building block, unchanged.
 *
 * <p>Names and equations are those of the Neuromorphic Intermediate Representation (github.com/neuromorphs/NIR, version
 * 1.0). Arrays have the shape of one sample at one step unless said otherwise; times are in seconds. Nothing here is
 * checked against the nodes around it; a missing {@code v_reset} is 0.
 */
public sealed interface NirNode {

  /** The name of its class in NIR: {@code LIF}, {@code Conv2d}, …. */
  String type();

  /** Where data come in, samples of this shape. */
  record Input(NirArray shape) implements NirNode {

    @Override
    public String type() {
      return "Input";
    }
  }

  /** Where data go out, samples of this shape; files are known in which it is wrong. */
  record Output(NirArray shape) implements NirNode {

    @Override
    public String type() {
      return "Output";
    }
  }

  /** {@code y = W·x + b}, weight [out, in], bias [out]. */
  record Affine(NirArray weight, NirArray bias) implements NirNode {

    @Override
    public String type() {
      return "Affine";
    }
  }

  /** {@code y = W·x}, weight [out, in]. */
  record Linear(NirArray weight) implements NirNode {

    @Override
    public String type() {
      return "Linear";
    }
  }

  /** {@code y = scale*x}, element by element. */
  record Scale(NirArray scale) implements NirNode {

    @Override
    public String type() {
      return "Scale";
    }
  }

  /** {@code z = x > threshold}. */
  record Threshold(NirArray threshold) implements NirNode {

    @Override
    public String type() {
      return "Threshold";
    }
  }

  /** {@code tau dv/dt = v_leak - v + r*x; z = v > v_threshold; v = v_reset where z}. */
  record Lif(NirArray tau, NirArray r, NirArray vLeak, NirArray vThreshold, NirArray vReset) implements NirNode {

    @Override
    public String type() {
      return "LIF";
    }
  }

  /**
   * {@code tau_syn dI/dt = -I + w_in*x; tau_mem dv/dt = v_leak - v + r*I; z = v > v_threshold; v = v_reset where z}.
   */
  record CubaLif(NirArray tauSyn, NirArray tauMem, NirArray r, NirArray vLeak, NirArray vThreshold, NirArray vReset,
      NirArray wIn) implements NirNode {

    @Override
    public String type() {
      return "CubaLIF";
    }
  }

  /** {@code dv/dt = r*x; z = v > v_threshold; v = v_reset where z}. */
  record If(NirArray r, NirArray vThreshold, NirArray vReset) implements NirNode {

    @Override
    public String type() {
      return "IF";
    }
  }

  /** {@code tau dv/dt = v_leak - v + r*x}; the output is v. */
  record Li(NirArray tau, NirArray r, NirArray vLeak) implements NirNode {

    @Override
    public String type() {
      return "LI";
    }
  }

  /** {@code tau_syn dI/dt = -I + w_in*x; tau_mem dv/dt = v_leak - v + r*I}; the output is v. */
  record CubaLi(NirArray tauSyn, NirArray tauMem, NirArray r, NirArray vLeak, NirArray wIn) implements NirNode {

    @Override
    public String type() {
      return "CubaLI";
    }
  }

  /** {@code dv/dt = r*x}; the output is v. */
  record I(NirArray r) implements NirNode {

    @Override
    public String type() {
      return "I";
    }
  }

  /**
   * Cross-correlation along one dimension.
   *
   * @param inputShape length of the input, or null; readers take it from the data, Python checks it
   * @param weight [out, in / groups, kernel]
   * @param bias [out]
   */
  record Conv1d(NirArray inputShape, NirArray weight, NirArray bias, NirArray stride, Padding padding,
      NirArray dilation,
      NirArray groups) implements NirNode {

    @Override
    public String type() {
      return "Conv1d";
    }
  }

  /**
   * Cross-correlation along two dimensions; stride and dilation are one number, or one each for height and width.
   *
   * @param inputShape height and width of the input, or null; readers take it from the data, Python checks it
   * @param weight [out, in / groups, kernel height, kernel width]
   * @param bias [out]
   */
  record Conv2d(NirArray inputShape, NirArray weight, NirArray bias, NirArray stride, Padding padding,
      NirArray dilation,
      NirArray groups) implements NirNode {

    @Override
    public String type() {
      return "Conv2d";
    }
  }

  /**
   * Padding of a convolution with zeros.
   *
   * @param word {@code same} or {@code valid}, or null
   * @param amount on each side, one number or one for each dimension; null where there is a word
   */
  record Padding(String word, NirArray amount) {

    /** As many zeros on each side. */
    public static Padding of(double... amount) {
      return new Padding(null, NirArray.vector(amount));
    }

    /** As many zeros as keep the size. */
    public static Padding same() {
      return new Padding("same", null);
    }
  }

  /** The sum of each window. All three are one number, or one each for height and width. */
  record SumPool2d(NirArray kernelSize, NirArray stride, NirArray padding) implements NirNode {

    @Override
    public String type() {
      return "SumPool2d";
    }
  }

  /** The mean of each window. All three are one number, or one each for height and width. */
  record AvgPool2d(NirArray kernelSize, NirArray stride, NirArray padding) implements NirNode {

    @Override
    public String type() {
      return "AvgPool2d";
    }
  }

  /** Dimensions {@code startDim} to {@code endDim} as one; inputType is the shape of one sample coming in, or null. */
  record Flatten(NirArray inputType, NirArray startDim, NirArray endDim) implements NirNode {

    @Override
    public String type() {
      return "Flatten";
    }
  }

  /** {@code y(t) = x(t - delay)}. */
  record Delay(NirArray delay) implements NirNode {

    @Override
    public String type() {
      return "Delay";
    }
  }

  /** A node of a class that is not known here, by the name that the file gives. */
  record Unknown(String type) implements NirNode {}

  /** An edge: the output of {@code from} is added to the input of {@code to}. */
  record Edge(String from, String to) {}

  /**
   * Nodes and what goes from one to the other; a node may be a graph itself.
   *
   * @param nodes by name, in the order of the file
   * @param edges in no particular order
   * @param metadata notes beside the graph that are text
   */
  record Graph(Map<String, NirNode> nodes, List<Edge> edges, Map<String, String> metadata) implements NirNode {

    /** Copies all three. */
    public Graph {
      nodes = Collections.unmodifiableMap(new LinkedHashMap<>(nodes));
      edges = List.copyOf(edges);
      metadata = Collections.unmodifiableMap(new LinkedHashMap<>(metadata));
    }

    @Override
    public String type() {
      return "NIRGraph";
    }
  }
}
