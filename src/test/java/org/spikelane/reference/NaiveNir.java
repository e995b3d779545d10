package org.spikelane.reference;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.spikelane.format.NirArray;
import org.spikelane.format.NirNode;

/**
 * A NIR graph run as its equations stand, in double: forward Euler with a step of dt, every node by itself, the sum of
 * what its edges bring; an edge that closes a ring brings what was there one step before. Flat graphs of one sample;
 * neurons are reset at once and to {@code v_reset}, from which they start.
 */
public final class NaiveNir {

  private final NirNode.Graph graph;
  private final double dt;
  private final List<String> order = new ArrayList<>();
  private final Map<String, double[]> outputs = new HashMap<>();
  private final Map<String, int[]> shapes = new LinkedHashMap<>();
  private final Map<String, double[]> membranes = new HashMap<>();
  private final Map<String, double[]> currents = new HashMap<>();
  private final Map<String, List<double[]>> pasts = new HashMap<>();
  private double closest = Double.POSITIVE_INFINITY;

  public NaiveNir(NirNode.Graph graph, double dt) {
    this.graph = graph;
    this.dt = dt;
    while (order.size() < graph.nodes().size()) {
      int before = order.size();
      for (String name : graph.nodes().keySet()) {
        if (!order.contains(name) && before(name).stream().allMatch(p -> order.contains(p) || reaches(name, p))) {
          order.add(name);
          int[] in = before(name).stream().filter(order::contains).filter(p -> !p.equals(name)).findFirst()
              .map(shapes::get).orElse(null);
          shapes.put(name, shape(graph.nodes().get(name), in));
          outputs.put(name, new double[size(shapes.get(name))]);
        }
      }
      if (order.size() == before) {
        throw new IllegalArgumentException("graph: rings without neurons");
      }
    }
    // What comes back to neurons in their first step is what weights make of no spikes, which may be a bias.
    for (String name : order) {
      if (!isNeuron(graph.nodes().get(name)) && before(name).stream().anyMatch(p -> reaches(name, p))) {
        outputs.put(name, connection(graph.nodes().get(name), input(name), shapes.get(before(name).getFirst())));
      }
    }
  }

  /** One step: the output of the node before the Output. */
  public double[] step(double[] x) {
    for (String name : order) {
      NirNode node = graph.nodes().get(name);
      double[] output = switch (node) {
        case NirNode.Input input -> x.clone();
        case NirNode.Output output1 -> input(name);
        case NirNode.Delay delay -> delayed(name, delay, input(name));
        default -> isNeuron(node) ? neuron(name, node, input(name))
            : connection(node, input(name), shapes.get(before(name).getFirst()));
      };
      outputs.put(name, output);
    }
    return outputs.get(order.stream().filter(n -> graph.nodes().get(n) instanceof NirNode.Output).findFirst()
        .orElseThrow());
  }

  /** The last output of a node. */
  public double[] output(String name) {
    return outputs.get(name);
  }

  /** The last membrane of a node. */
  public double[] membrane(String name) {
    return membranes.get(name);
  }

  /** The smallest distance of a membrane from its threshold so far: below the rounding of floats, spikes may differ. */
  public double closest() {
    return closest;
  }

  private List<String> before(String name) {
    return graph.edges().stream().filter(e -> e.to().equals(name)).map(NirNode.Edge::from).distinct().toList();
  }

  private boolean reaches(String from, String to) {
    Set<String> seen = new HashSet<>(Set.of(from));
    List<String> open = new ArrayList<>(List.of(from));
    while (!open.isEmpty()) {
      String at = open.removeLast();
      if (at.equals(to)) {
        return true;
      }
      graph.edges().stream().filter(e -> e.from().equals(at)).map(NirNode.Edge::to).filter(seen::add)
          .forEach(open::add);
    }
    return false;
  }

  private double[] input(String name) {
    double[] sum = null;
    for (String from : before(name)) {
      double[] value = outputs.get(from);
      sum = sum == null ? value.clone() : add(sum, value);
    }
    return sum;
  }

  private static double[] add(double[] a, double[] b) {
    double[] sum = new double[a.length];
    for (int i = 0; i < sum.length; i++) {
      sum[i] = a[i] + b[i];
    }
    return sum;
  }

  private static int size(int[] shape) {
    return Arrays.stream(shape).reduce(1, (a, b) -> a * b);
  }

  private static int at(NirArray array, int i) {
    return (int) array.values()[Math.min(i, array.size() - 1)];
  }

  private static boolean isNeuron(NirNode node) {
    return switch (node) {
      case NirNode.Lif n -> true;
      case NirNode.CubaLif n -> true;
      case NirNode.If n -> true;
      case NirNode.Li n -> true;
      case NirNode.CubaLi n -> true;
      case NirNode.I n -> true;
      default -> false;
    };
  }

  // ------------------------------------------------------------------ shapes

  private static int places(int extent, int kernel, int stride, int padding, int dilation) {
    return (extent + 2 * padding - dilation * (kernel - 1) - 1) / stride + 1;
  }

  private static int[] shape(NirNode node, int[] in) {
    return switch (node) {
      case NirNode.Input n -> Arrays.stream(n.shape().values()).mapToInt(v -> (int) v).toArray();
      case NirNode.Affine n -> new int[] {n.weight().shape()[0]};
      case NirNode.Linear n -> new int[] {n.weight().shape()[0]};
      case NirNode.Conv2d n -> {
        int[] w = n.weight().shape();
        yield n.padding().word() != null ? new int[] {w[0], in[1], in[2]} : new int[] {w[0],
            places(in[1], w[2], at(n.stride(), 0), at(n.padding().amount(), 0), at(n.dilation(), 0)),
            places(in[2], w[3], at(n.stride(), 1), at(n.padding().amount(), 1), at(n.dilation(), 1))};
      }
      case NirNode.Conv1d n -> {
        int[] w = n.weight().shape();
        yield n.padding().word() != null ? new int[] {w[0], in[1]} : new int[] {w[0],
            places(in[1], w[2], at(n.stride(), 0), at(n.padding().amount(), 0), at(n.dilation(), 0))};
      }
      case NirNode.SumPool2d n -> pooled(in, n.kernelSize(), n.stride(), n.padding());
      case NirNode.AvgPool2d n -> pooled(in, n.kernelSize(), n.stride(), n.padding());
      case NirNode.Flatten n -> {
        int end = at(n.endDim(), 0) < 0 ? in.length + at(n.endDim(), 0) : at(n.endDim(), 0);
        List<Integer> out = new ArrayList<>();
        int merged = 1;
        for (int i = 0; i < in.length; i++) {
          if (i < at(n.startDim(), 0) || i > end) {
            out.add(in[i]);
          } else {
            merged *= in[i];
            if (i == end) {
              out.add(merged);
            }
          }
        }
        yield out.stream().mapToInt(v -> v).toArray();
      }
      default -> in;
    };
  }

  private static int[] pooled(int[] in, NirArray kernel, NirArray stride, NirArray padding) {
    return new int[] {in[0], places(in[1], at(kernel, 0), at(stride, 0), at(padding, 0), 1),
        places(in[2], at(kernel, 1), at(stride, 1), at(padding, 1), 1)};
  }

  // ------------------------------------------------------------------ nodes

  private double[] connection(NirNode node, double[] x, int[] in) {
    return switch (node) {
      case NirNode.Affine n -> add(product(n.weight(), x), n.bias().values());
      case NirNode.Linear n -> product(n.weight(), x);
      case NirNode.Scale n -> each(x, (v, i) -> v * value(n.scale(), i, x.length));
      case NirNode.Threshold n -> each(x, (v, i) -> {
        closest = Math.min(closest, Math.abs(v - value(n.threshold(), i, x.length)));
        return v > value(n.threshold(), i, x.length) ? 1 : 0;
      });
      case NirNode.Flatten n -> x;
      case NirNode.Conv2d n -> {
        int[] w = n.weight().shape();
        boolean same = n.padding().word() != null;
        yield convolve(x, in, n.weight().values(), w, n.bias().values(), at(n.groups(), 0),
            new int[] {at(n.stride(), 0), at(n.stride(), 1)},
            same ? new int[] {w[2] / 2, w[3] / 2} : new int[] {at(n.padding().amount(), 0), at(n.padding().amount(),
                1)},
            new int[] {at(n.dilation(), 0), at(n.dilation(), 1)}, shape(node, in));
      }
      case NirNode.Conv1d n -> {
        int[] w = n.weight().shape();
        int[] out = shape(node, in);
        yield convolve(x, new int[] {in[0], 1, in[1]}, n.weight().values(), new int[] {w[0], w[1], 1, w[2]},
            n.bias().values(), at(n.groups(), 0), new int[] {1, at(n.stride(), 0)},
            new int[] {0, n.padding().word() != null ? w[2] / 2 : at(n.padding().amount(), 0)},
            new int[] {1, at(n.dilation(), 0)}, new int[] {out[0], 1, out[1]});
      }
      case NirNode.SumPool2d n -> pool(x, in, n.kernelSize(), n.stride(), n.padding(), 1);
      case NirNode.AvgPool2d n ->
          pool(x, in, n.kernelSize(), n.stride(), n.padding(), at(n.kernelSize(), 0) * at(n.kernelSize(), 1));
      default -> throw new IllegalArgumentException(node.toString());
    };
  }

  private double[] delayed(String name, NirNode.Delay node, double[] x) {
    List<double[]> past = pasts.computeIfAbsent(name, key -> new ArrayList<>());
    past.add(x);
    return each(x, (v, i) -> {
      int at = past.size() - 1 - (int) Math.round(value(node.delay(), i, x.length) / dt);
      return at < 0 ? 0 : past.get(at)[i];
    });
  }

  private interface Element {
    double of(double value, int index);
  }

  private static double[] each(double[] x, Element f) {
    double[] y = new double[x.length];
    for (int i = 0; i < y.length; i++) {
      y[i] = f.of(x[i], i);
    }
    return y;
  }

  private static double[] product(NirArray weight, double[] x) {
    double[] y = new double[weight.shape()[0]];
    for (int o = 0; o < y.length; o++) {
      for (int i = 0; i < x.length; i++) {
        y[o] += weight.values()[o * x.length + i] * x[i];
      }
    }
    return y;
  }

  private static double[] convolve(double[] x, int[] in, double[] weight, int[] w, double[] bias, int groups,
      int[] stride,
      int[] padding, int[] dilation, int[] out) {
    double[] y = new double[size(out)];
    for (int o = 0; o < out[0]; o++) {
      int first = o / (out[0] / groups) * w[1];
      for (int p = 0; p < out[1]; p++) {
        for (int q = 0; q < out[2]; q++) {
          double sum = bias[o];
          for (int c = 0; c < w[1]; c++) {
            for (int i = 0; i < w[2]; i++) {
              for (int j = 0; j < w[3]; j++) {
                int row = p * stride[0] + i * dilation[0] - padding[0];
                int column = q * stride[1] + j * dilation[1] - padding[1];
                if (row >= 0 && row < in[1] && column >= 0 && column < in[2]) {
                  sum += weight[((o * w[1] + c) * w[2] + i) * w[3] + j] * x[((first + c) * in[1] + row) * in[2]
                      + column];
                }
              }
            }
          }
          y[(o * out[1] + p) * out[2] + q] = sum;
        }
      }
    }
    return y;
  }

  private static double[] pool(double[] x, int[] in, NirArray kernel, NirArray stride, NirArray padding,
      double divisor) {
    int[] out = pooled(in, kernel, stride, padding);
    int channels = in[0];
    double[] ones = new double[channels * at(kernel, 0) * at(kernel, 1)];
    Arrays.fill(ones, 1 / divisor);
    return convolve(x, in, ones, new int[] {channels, 1, at(kernel, 0), at(kernel, 1)}, new double[channels], channels,
        new int[] {at(stride, 0), at(stride, 1)}, new int[] {at(padding, 0), at(padding, 1)}, new int[] {1, 1}, out);
  }

  private double[] neuron(String name, NirNode node, double[] x) {
    return switch (node) {
      case NirNode.Lif n -> spikes(name, euler(name, x, n.tau(), n.r(), n.vLeak(), n.vReset()), n.vThreshold(),
          n.vReset());
      case NirNode.CubaLif n -> spikes(name,
          euler(name, current(name, x, n.tauSyn(), n.wIn()), n.tauMem(), n.r(), n.vLeak(), n.vReset()), n.vThreshold(),
          n.vReset());
      case NirNode.If n -> spikes(name, impulses(name, x, n.r(), n.vReset()), n.vThreshold(), n.vReset());
      case NirNode.Li n -> euler(name, x, n.tau(), n.r(), n.vLeak(), null);
      case NirNode.CubaLi n -> euler(name, current(name, x, n.tauSyn(), n.wIn()), n.tauMem(), n.r(), n.vLeak(), null);
      case NirNode.I n -> impulses(name, x, n.r(), null);
      default -> throw new IllegalArgumentException(node.toString());
    };
  }

  private double[] membraneOf(String name, double[] x, NirArray vReset) {
    return membranes.computeIfAbsent(name, key -> vReset == null ? new double[x.length]
        : each(x, (value, i) -> value(vReset, i, x.length)));
  }

  private double[] current(String name, double[] x, NirArray tauSyn, NirArray wIn) {
    double[] current = currents.computeIfAbsent(name, key -> new double[x.length]);
    double[] next = each(current, (i0, i) -> i0 + dt / value(tauSyn, i, x.length) * (-i0 + value(wIn, i,
        x.length) * x[i]));
    currents.put(name, next);
    return next;
  }

  private double[] euler(String name, double[] x, NirArray tau, NirArray r, NirArray vLeak, NirArray vReset) {
    double[] next = each(membraneOf(name, x, vReset),
        (v, i) -> v + dt / value(tau, i, x.length) * (value(vLeak, i, x.length) - v + value(r, i, x.length) * x[i]));
    membranes.put(name, next);
    return next;
  }

  private double[] impulses(String name, double[] x, NirArray r, NirArray vReset) {
    double[] next = each(membraneOf(name, x, vReset), (v, i) -> v + value(r, i, x.length) * x[i]);
    membranes.put(name, next);
    return next;
  }

  /** The value for the i-th of {@code total}: one for all, one for each, or one for each channel. */
  private static double value(NirArray array, int i, int total) {
    return array.values()[i / (total / array.size())];
  }

  private double[] spikes(String name, double[] v, NirArray threshold, NirArray vReset) {
    double[] after = v.clone();
    double[] spikes = new double[v.length];
    for (int i = 0; i < v.length; i++) {
      closest = Math.min(closest, Math.abs(v[i] - value(threshold, i, v.length)) / (1 + Math.abs(v[i])));
      if (v[i] > value(threshold, i, v.length)) {
        spikes[i] = 1;
        after[i] = value(vReset, i, v.length);
      }
    }
    membranes.put(name, after);
    return spikes;
  }
}
