package org.spikelane.exchange;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.spikelane.format.NirNode;

/**
 * The nodes of a NIR graph in the order in which data pass them, which is all that a network of ours knows.
 *
 * <p>Graphs in the graph are opened, so that a node is known by its path, {@code lif1.w_rec}. A way that leaves a
 * spiking node and returns to it, directly or through one node of weights, is that node's recurrence. What is left must
 * be one row from the one Input to the one Output.
 */
final class NirChain {

  /** Graphs in graphs. */
  private static final int DEEPEST = 32;
  /** Nodes on a way back that are looked at; one is what a recurrence may have, more are only named. */
  private static final int LONGEST_LOOP = 4;
  /** Edges that stand for one node where a graph in the graph is opened. */
  private static final int MOST_EDGES_OF_A_DOOR = 1000;

  /**
   * A node on the way.
   *
   * @param path its name, behind the names of the graphs that it is in
   * @param recurrence what its spikes pass on their way back to it, or null if there is no such way
   */
  record Step(String path, NirNode node, Recurrence recurrence) {}

  /**
   * A way from a node back to it.
   *
   * @param path of the node of weights, or of the spiking node itself where there is none
   * @param weights a node of weights, or null where spikes come back as they are
   */
  record Recurrence(String path, NirNode weights) {}

  private final Problems problems;
  private final Map<String, NirNode> nodes = new LinkedHashMap<>();
  private final Map<String, Set<String>> after = new LinkedHashMap<>();
  private final Map<String, Set<String>> before = new LinkedHashMap<>();
  /** What data that go to, or come from, a graph in the graph really go to or come from. */
  private final Map<String, String> entrance = new LinkedHashMap<>();
  private final Map<String, String> exit = new LinkedHashMap<>();

  private NirChain(Problems problems) {
    this.problems = problems;
  }

  /** The steps from the Input on, which comes first, to the last before the Output; problems make them incomplete. */
  static List<Step> of(NirNode.Graph graph, Problems problems) {
    NirChain chain = new NirChain(problems);
    chain.open("", graph, 0);
    chain.entrance.values().forEach(chain::bridge);
    chain.exit.values().forEach(chain::bridge);
    return chain.walk();
  }

  // ------------------------------------------------------------------ graphs in the graph

  private void open(String prefix, NirNode.Graph graph, int depth) {
    if (depth > DEEPEST) {
      problems.add(prefix, "expected at most " + DEEPEST + " graphs in each other");
      return;
    }
    graph.nodes().forEach((name, node) -> {
      String path = prefix + name;
      switch (node) {
        case NirNode.Graph inner -> {
          open(path + ".", inner, depth + 1);
          door(path, "Input", inner, NirNode.Input.class, entrance);
          door(path, "Output", inner, NirNode.Output.class, exit);
        }
        default -> {
          if (nodes.putIfAbsent(path, node) != null) {
            problems.add(path, "two nodes go by this name once the graphs in the graph are opened");
          }
        }
      }
    });
    for (NirNode.Edge edge : graph.edges()) {
      String from = end(prefix, edge.from(), graph, exit);
      String to = end(prefix, edge.to(), graph, entrance);
      if (from != null && to != null) {
        after.computeIfAbsent(from, key -> new LinkedHashSet<>()).add(to);
        before.computeIfAbsent(to, key -> new LinkedHashSet<>()).add(from);
      }
    }
  }

  private void door(String path, String type, NirNode.Graph graph, Class<? extends NirNode> wanted,
      Map<String, String> doors) {
    List<String> names =
        graph.nodes().entrySet().stream().filter(e -> wanted.isInstance(e.getValue())).map(Map.Entry::getKey).toList();
    if (names.size() == 1) {
      doors.put(path, path + "." + names.getFirst());
    } else {
      problems.add(path, "expected one " + type + " in the graph, got " + names.size());
    }
  }

  private String end(String prefix, String name, NirNode.Graph graph, Map<String, String> doors) {
    NirNode node = graph.nodes().get(name);
    if (node == null) {
      problems.add(prefix + name, "an edge names this node, but there is none");
      return null;
    }
    return node instanceof NirNode.Graph ? doors.get(prefix + name) : prefix + name;
  }

  /** Takes the door of an inner graph away: what comes before it goes to what comes after it. */
  private void bridge(String door) {
    nodes.remove(door);
    Set<String> sources = Objects.requireNonNullElse(before.remove(door), Set.of());
    Set<String> targets = Objects.requireNonNullElse(after.remove(door), Set.of());
    if (sources.contains(door)) {
      problems.add(door, "leads to itself");
      return;
    }
    if ((long) sources.size() * targets.size() > MOST_EDGES_OF_A_DOOR) {
      problems.add(door, "expected few nodes before and after it, got " + sources.size() + " and " + targets.size());
      return;
    }
    for (String source : sources) {
      after.get(source).remove(door);
      after.get(source).addAll(targets);
    }
    for (String target : targets) {
      before.get(target).remove(door);
      before.get(target).addAll(sources);
    }
  }

  // ------------------------------------------------------------------ the way

  private List<String> after(String path) {
    return List.copyOf(after.getOrDefault(path, Set.of()));
  }

  private Set<String> before(String path) {
    return before.getOrDefault(path, Set.of());
  }

  private List<Step> walk() {
    List<Step> steps = new ArrayList<>();
    List<String> starts = nodes.keySet().stream()
        .filter(path -> nodes.get(path) instanceof NirNode.Input && before(path).isEmpty()).toList();
    if (starts.size() != 1) {
      problems.add("graph", "expected one Input where data come in, got " + (starts.isEmpty() ? "none" : list(starts)));
      return steps;
    }
    Set<String> passed = new HashSet<>();
    String at = starts.getFirst();
    while (at != null && passed.add(at)) {
      Recurrence recurrence = null;
      List<String> ways = new ArrayList<>(after(at));
      Set<String> sources = new LinkedHashSet<>(before(at));
      for (String way : after(at)) {
        List<String> loop = loop(at, way);
        if (loop == null) {
          continue;
        }
        ways.remove(way);
        sources.remove(loop.isEmpty() ? at : loop.getLast());
        passed.addAll(loop);
        if (recurrence != null) {
          problems.add(at, "its spikes come back to it on more than one way");
        }
        recurrence = recurrence(at, loop);
      }
      if (sources.size() > 1) {
        problems.add(at, "expected one node before it, as layers stand in a row, got " + list(sources));
      }
      if (ways.size() > 1) {
        problems.add(at, "expected one node after it, as layers stand in a row, got " + list(ways));
      }
      steps.add(new Step(at, nodes.get(at), recurrence));
      at = ways.isEmpty() ? null : ways.getFirst();
    }
    if (at != null) {
      problems.add(at, "data come back to this node on a way that is no recurrence: from spikes, through one Affine,"
          + " Linear, Scale or Conv2d at most, to the same neurons");
    } else if (!(steps.getLast().node() instanceof NirNode.Output)) {
      problems.add(steps.getLast().path(),
          "expected an Output at the end of the way, got " + steps.getLast().node().type());
    }
    if (steps.stream().filter(step -> step.node() instanceof NirNode.Output && after(step.path()).isEmpty())
        .count() == 1) {
      List<String> left = nodes.keySet().stream().filter(path -> !passed.contains(path)).toList();
      if (!left.isEmpty()) {
        problems.add("graph", "expected layers in a row, got nodes beside it: " + list(left));
      }
    }
    return steps;
  }

  /** The nodes between {@code start} and itself on the way over {@code first}, or null if it does not lead back. */
  private List<String> loop(String start, String first) {
    Deque<String> loop = new ArrayDeque<>();
    String at = first;
    while (!at.equals(start)) {
      List<String> next = after(at);
      if (next.size() != 1 || before(at).size() != 1 || loop.size() == LONGEST_LOOP) {
        return null;
      }
      loop.add(at);
      at = next.getFirst();
    }
    return List.copyOf(loop);
  }

  private Recurrence recurrence(String path, List<String> loop) {
    if (loop.size() > 1) {
      problems.add(path, "its spikes come back through more than one node: " + list(loop));
    }
    return loop.isEmpty() ? new Recurrence(path, null) : new Recurrence(loop.getFirst(), nodes.get(loop.getFirst()));
  }

  private static String list(Collection<String> names) {
    String shown = names.stream().limit(5).collect(Collectors.joining(", "));
    return names.size() > 5 ? shown + ", … (" + names.size() + ")" : shown;
  }
}
