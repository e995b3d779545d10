package org.spikelane.exchange;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.spikelane.connection.Conv1d;
import org.spikelane.connection.Conv2d;
import org.spikelane.format.NirArray;
import org.spikelane.format.NirFile;
import org.spikelane.format.NirNode;
import org.spikelane.network.Network;

/** Python's own {@code nir} reads what we write, and we what it writes, number by number. */
class PythonNirTest {

  private static final String NIR = "nir==1.0.8";
  private static final long SEED = 4711;

  @TempDir
  private Path folder;

  @Test
  void pythonReadsWhatWeWrite() throws IOException, InterruptedException {
    Python python = Python.with(NIR);
    SplittableRandom random = new SplittableRandom(SEED);
    List<Path> files = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      Network network = i % 2 == 0 ? NetworkFamily.dense(random, 1 + i % 4, false) : NetworkFamily.any(random);
      Path file = folder.resolve((wide(network) ? "wide_" : "java_") + i + ".nir");
      Nir.write(file, network);
      files.add(file);
    }
    python.run("peer.py", "read", folder);
    for (Path file : files) {
      compare(file);
    }
    long checked = files.stream().filter(file -> !file.getFileName().toString().startsWith("wide_")).count();
    System.out.println("python: " + NIR + " read " + files.size() + " of our files, types checked in " + checked
        + ", seed "
        + SEED);
    assertTrue(checked >= 40, "types checked: " + checked);
  }

  /**
   * Whether nir's check of types goes wrong: it takes groups for fewer channels, and kernels and strides for square.
   */
  private static boolean wide(Network network) {
    return network.layers().stream().anyMatch(named -> switch (named.layer()) {
      case Conv2d conv -> conv.groups() > 1 || conv.rows().kernel() != conv.columns().kernel();
      case Conv1d conv -> conv.groups() > 1;
      default -> false;
    });
  }

  @Test
  void weReadWhatPythonWrites() throws IOException, InterruptedException {
    Python python = Python.with(NIR);
    int count = 60;
    python.run("peer.py", "write", folder, SEED, count);
    for (int i = 0; i < count; i++) {
      Path file = folder.resolve("python_" + i + ".nir");
      compare(file);
      assertEquals(i % 2 == 1 ? Map.of("note", "graph " + i) : Map.of(), NirFile.read(file).metadata());
      assertTrue(Nir.read(file).outputShape().size() > 0);
    }
    System.out.println("python: read " + count + " files that " + NIR + " wrote, seed " + SEED);
  }

  private static void compare(Path file) throws IOException {
    String name = file.getFileName().toString();
    JsonObject described =
        JsonParser.parseString(Files.readString(file.resolveSibling(name.replace(".nir", ".json")))).getAsJsonObject();
    compare(name, described, NirFile.read(file));
  }

  private static void compare(String where, JsonObject described, NirNode.Graph graph) {
    JsonObject nodes = described.getAsJsonObject("nodes");
    assertEquals(nodes.keySet(), graph.nodes().keySet(), where);
    graph.nodes().forEach((name, node) -> compare(where + " " + name, nodes.getAsJsonObject(name), node));
    List<String> edges = described.getAsJsonArray("edges").asList().stream()
        .map(edge -> edge.getAsJsonArray().get(0).getAsString() + " " + edge.getAsJsonArray().get(1).getAsString())
        .sorted()
        .toList();
    assertEquals(edges, graph.edges().stream().map(e -> e.from() + " " + e.to()).sorted().toList(), where);
  }

  private static void compare(String where, JsonObject described, NirNode node) {
    assertEquals(described.get("type").getAsString(), node.type(), where);
    if (node instanceof NirNode.Graph inner) {
      compare(where, described, inner);
      return;
    }
    Map<String, Object> ours = new TreeMap<>();
    for (RecordComponent component : node.getClass().getRecordComponents()) {
      Object value;
      try {
        value = component.getAccessor().invoke(node);
      } catch (ReflectiveOperationException e) {
        throw new LinkageError(where, e);
      }
      String name = component.getName().replaceAll("([A-Z])", "_$1").toLowerCase(Locale.ROOT);
      // Python makes no parameter of the input's shape, and infers that of a convolution.
      if (value != null && !name.equals("input_type") && !name.equals("input_shape")) {
        ours.put(name, value);
      }
    }
    TreeMap<String, JsonElement> theirs = new TreeMap<>(described.asMap());
    theirs.remove("type");
    theirs.remove("input_shape");
    assertEquals(theirs.keySet(), ours.keySet(), where);
    theirs.forEach((name, value) -> compare(where + " " + name, value, ours.get(name)));
  }

  private static void compare(String where, JsonElement theirs, Object ours) {
    switch (ours) {
      case NirNode.Padding padding when padding.word() != null -> assertEquals(theirs.getAsString(), padding.word(),
          where);
      case NirNode.Padding padding -> compare(where, theirs, padding.amount());
      case NirArray array -> {
        List<Integer> shape = new ArrayList<>();
        for (JsonElement at = theirs; at instanceof JsonArray inner; at = inner.get(0)) {
          shape.add(inner.size());
        }
        assertArrayEquals(shape.stream().mapToInt(i -> i).toArray(), array.shape(), where);
        List<Double> values = new ArrayList<>();
        flatten(theirs, values);
        assertArrayEquals(values.stream().mapToDouble(v -> v).toArray(), array.values(), where);
      }
      default -> throw new AssertionError(where + ": " + ours);
    }
  }

  private static void flatten(JsonElement element, List<Double> values) {
    if (element instanceof JsonArray array) {
      array.forEach(inner -> flatten(inner, values));
    } else {
      values.add(element.getAsDouble());
    }
  }
}
