package org.spikelane.exchange;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.spikelane.format.Tensor;

/** The order of layers that sizes and numbers in names tell, for a file that keeps tensors in another. */
final class LayerOrder {

  private static final List<String> PER_NEURON = List.of("alpha", "beta", "threshold", "V", "recurrent.weight");
  /** Steps of the search for a chain, after which there is none: a file of a stranger may have any number of layers. */
  private static final int PATIENCE = 10_000;

  private final Map<String, Tensor> tensors;
  private final List<String> names;
  private final List<String> weights;
  private final List<List<String>> chains = new ArrayList<>();
  private int steps;

  /** Of layers that are weights or neurons, in the file's order. */
  LayerOrder(List<String> names, Map<String, Tensor> tensors) {
    this.tensors = tensors;
    this.names = names;
    this.weights = names.stream().filter(name -> tensors.containsKey(name + ".weight")).toList();
  }

  /** Whether all names are numbers, behind one prefix or none: an {@code nn.Sequential}'s, which runs in their order. */
  boolean isNumbered() {
    String prefix = names.isEmpty() ? "" : prefix(names.getFirst());
    return (prefix.isEmpty() || prefix.endsWith("_"))
        && names.stream().allMatch(name -> !number(name).isEmpty() && prefix(name).equals(prefix));
  }

  /** Whether neurons come first, or directly after neurons, though there are weights. */
  boolean isDoubtful() {
    boolean neurons = true;
    for (String name : names) {
      boolean weight = weights.contains(name);
      if (neurons && !weight) {
        return !weights.isEmpty();
      }
      neurons = !weight;
    }
    return false;
  }

  /** That of numbers, else the only one in which weights make a chain and neurons follow weights of their own, or none. */
  List<String> told() {
    if (isNumbered()) {
      return names.stream().sorted(
          Comparator.comparingInt((String name) -> number(name).length()).thenComparing(LayerOrder::number)).toList();
    }
    chain(new ArrayList<>());
    if (chains.size() != 1 || steps > PATIENCE) {
      return List.of();
    }
    Map<String, String> neurons = new LinkedHashMap<>();
    for (String name : names) {
      if (!weights.contains(name)) {
        List<String> fitting = fitting(name);
        if (fitting.size() != 1 || neurons.put(fitting.getFirst(), name) != null) {
          return List.of();
        }
      }
    }
    List<String> order = new ArrayList<>();
    for (String weight : chains.getFirst()) {
      order.add(weight);
      if (neurons.containsKey(weight)) {
        order.add(neurons.get(weight));
      }
    }
    return order;
  }

  private void chain(List<String> begun) {
    if (begun.size() == weights.size()) {
      chains.add(List.copyOf(begun));
    }
    for (String next : weights) {
      if (chains.size() > 1 || steps > PATIENCE) {
        return;
      }
      if (!begun.contains(next) && (begun.isEmpty() || follows(weight(begun.getLast()), weight(next)))) {
        steps++;
        begun.add(next);
        chain(begun);
        begun.removeLast();
      }
    }
  }

  private int[] weight(String name) {
    return tensors.get(name + ".weight").shape();
  }

  /** Between a convolution and a dense layer there is a flattening. */
  private static boolean follows(int[] before, int[] after) {
    boolean flattened = before.length > 2 && after.length == 2 && before[0] > 0;
    return flattened ? after[1] % before[0] == 0 : before.length == after.length && after[1] == before[0];
  }

  /** The weights that neurons can come after; none if neither their name nor their size says anything. */
  private List<String> fitting(String neurons) {
    List<int[]> sizes = PER_NEURON.stream().map(parameter -> tensors.get(neurons + "." + parameter))
        .filter(tensor -> tensor != null && tensor.values().length > 1).map(Tensor::shape).toList();
    String number = number(neurons);
    List<String> numbered = number.isEmpty() ? List.of()
        : weights.stream().filter(weight -> number(weight).equals(number)).toList();
    if (numbered.isEmpty() && sizes.isEmpty()) {
      return List.of();
    }
    return (numbered.isEmpty() ? weights : numbered).stream()
        .filter(weight -> sizes.stream().allMatch(size -> has(weight(weight), size))).toList();
  }

  /** Whether neurons after a weight can be as many as a tensor of theirs is for. */
  private static boolean has(int[] weight, int[] size) {
    return size[0] == weight[0] && (weight.length == 2 || size.length > 2);
  }

  private static String prefix(String name) {
    return name.substring(0, name.length() - number(name).length());
  }

  /** The digits at the end of a name. */
  private static String number(String name) {
    int start = name.length();
    while (start > 0 && Character.isDigit(name.charAt(start - 1))) {
      start--;
    }
    return name.substring(start);
  }
}
