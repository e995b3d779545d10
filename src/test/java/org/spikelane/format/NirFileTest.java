package org.spikelane.format;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NirFileTest {

  @TempDir
  private Path folder;

  private static Path fixture(String name) {
    try {
      return Path.of(NirFileTest.class.getResource("/nir/" + name).toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Plain, in compressed chunks that divide nothing, shuffled and big-endian, in the layout of a newer HDF5. */
  @ParameterizedTest
  @ValueSource(strings = {"plain.nir", "chunked.nir", "newer.nir"})
  void allWaysOfStorageHoldTheSame(String name) throws IOException {
    NirNode.Graph graph = NirFile.read(fixture(name));
    assertEquals(NirFile.read(fixture("gzip.nir")), graph);
    assertEquals(8, graph.nodes().size());
    assertEquals(9, graph.edges().size());
    NirNode.Lif lif = (NirNode.Lif) graph.nodes().get("lif2.lif");
    assertEquals(NirArray.vector(-0.2, -0.2, -0.2), lif.vReset());
    assertEquals(List.of(7, 5), shape(((NirNode.Affine) graph.nodes().get("fc1")).weight()));
  }

  private static List<Integer> shape(NirArray array) {
    return Arrays.stream(array.shape()).boxed().toList();
  }

  @Test
  void graphsInGraphsAreRead() throws IOException {
    NirNode.Graph inner = (NirNode.Graph) NirFile.read(fixture("nested.nir")).nodes().get("lif");
    assertEquals(List.of("input", "lif", "output", "w_rec"), inner.nodes().keySet().stream().sorted().toList());
  }

  @Test
  void whatIsWrittenIsReadAgain() throws IOException {
    NirArray two = NirArray.vector(1, 2);
    NirArray exact = NirArray.vector(0.1, 1e300);
    NirNode.Graph graph = new NirNode.Graph(Map.ofEntries(
        Map.entry("é in", new NirNode.Input(NirArray.vector(2, 3, 4))),
        Map.entry("a", new NirNode.Affine(new NirArray(new int[] {2, 3}, new double[] {1, 2, 3, 4, 5, 0.1}), two)),
        Map.entry("l", new NirNode.Linear(new NirArray(new int[] {1, 2}, new double[] {1, -0.0}))),
        Map.entry("s", new NirNode.Scale(exact)),
        Map.entry("t", new NirNode.Threshold(two)),
        Map.entry("lif", new NirNode.Lif(exact, two, two, two, two)),
        Map.entry("cubalif", new NirNode.CubaLif(exact, two, two, two, two, two, exact)),
        Map.entry("if", new NirNode.If(two, two, exact)),
        Map.entry("li", new NirNode.Li(two, exact, two)),
        Map.entry("cubali", new NirNode.CubaLi(two, two, exact, two, two)),
        Map.entry("i", new NirNode.I(exact)),
        Map.entry("c1", new NirNode.Conv1d(NirArray.scalar(9), new NirArray(new int[] {1, 1, 2}, new double[] {1, 2}),
            NirArray.vector(1), NirArray.scalar(1), new NirNode.Padding(null, NirArray.scalar(2)), NirArray.scalar(1),
            NirArray.scalar(1))),
        Map.entry("c2", new NirNode.Conv2d(two, new NirArray(new int[] {1, 1, 2, 1}, new double[] {1, 2}),
            NirArray.vector(1), two, NirNode.Padding.same(), two, NirArray.scalar(1))),
        Map.entry("sum", new NirNode.SumPool2d(two, two, two)),
        Map.entry("avg", new NirNode.AvgPool2d(two, two, two)),
        Map.entry("f", new NirNode.Flatten(two, NirArray.scalar(0), NirArray.scalar(-1))),
        Map.entry("d", new NirNode.Delay(exact)),
        Map.entry("graph", new NirNode.Graph(Map.of("o", new NirNode.Output(two)),
            List.of(new NirNode.Edge("o", "o")), Map.of())),
        Map.entry("a much longer name than the others have", new NirNode.Output(two))),
        List.of(new NirNode.Edge("a much longer name than the others have", "é in"), new NirNode.Edge("a", "l"),
            new NirNode.Edge("graph", "graph")),
        Map.of("note", "two\nlines", "empty", ""));
    Path file = folder.resolve("all.nir");
    NirFile.write(file, graph);
    assertEquals(graph, NirFile.read(file));
  }

  @Test
  void theLongestNamesAreRead() throws IOException {
    for (String name : List.of("n".repeat(254), "é".repeat(127))) {
      NirNode.Graph graph = new NirNode.Graph(Map.of(name, new NirNode.I(NirArray.vector(1))),
          List.of(new NirNode.Edge(name, name)), Map.of());
      Path file = folder.resolve("long.nir");
      NirFile.write(file, graph);
      assertEquals(graph, NirFile.read(file));
    }
  }

  @Test
  void aFileThatCannotBeWrittenLeavesTheOldOne() throws IOException {
    Path file = folder.resolve("kept.nir");
    Files.writeString(file, "as it was");
    NirNode.Graph unknown = new NirNode.Graph(Map.of("x", new NirNode.Unknown("Foo")), List.of(), Map.of());
    assertThrows(IllegalArgumentException.class, () -> NirFile.write(file, unknown));
    NirNode.Graph slash = new NirNode.Graph(Map.of("a/b", new NirNode.I(NirArray.vector(1))), List.of(), Map.of());
    assertThrows(IllegalArgumentException.class, () -> NirFile.write(file, slash));
    for (String name : List.of("a\0b", "n".repeat(255), "é".repeat(128))) {
      NirNode.Graph odd = new NirNode.Graph(Map.of(name, new NirNode.I(NirArray.vector(1))), List.of(), Map.of());
      assertThrows(IllegalArgumentException.class, () -> NirFile.write(file, odd));
    }
    NirNode.Graph edge = new NirNode.Graph(Map.of(), List.of(new NirNode.Edge("a", "b")), Map.of());
    assertThrows(IllegalArgumentException.class, () -> NirFile.write(file, edge));
    assertEquals("as it was", Files.readString(file));
    assertEquals(1, folder.toFile().list().length);
    assertThrows(IOException.class, () -> NirFile.write(folder.resolve("none/x.nir"),
        new NirNode.Graph(Map.of(), List.of(), Map.of())));
  }

  /** Rings and doubles of groups, links to other files, holes, bombs: refused in words. */
  @ParameterizedTest
  @CsvSource(delimiter = '|', value = {
      "ring.nir|stands in the file under another name as well",
      "twice.nir|node/nodes/lif1.w_rec/bias: stands in the file under another name as well",
      "links.nir|node/nodes/fc1/weight: expected numbers, got a link",
      "hole.nir|cannot be read as HDF5 (damaged?): No chunk with offset",
      "bomb.nir|node/nodes/fc1/weight: the file decodes to more than",
      "lzf.nir|expected data that is plain or compressed by gzip"})
  void filesThatLeadAstrayAreRefused(String name, String message) {
    FormatException e = assertThrows(FormatException.class, () -> NirFile.read(fixture(name)));
    assertTrue(e.getMessage().contains(name) && e.getMessage().contains(message), e.getMessage());
  }

  @Test
  void chunksAndHeapsLargerThanTheFileAreRefused() throws IOException {
    // A key of an index of chunks: the bytes of one, a mask of filters, its corner; then where it lies.
    byte[] chunked = Files.readAllBytes(fixture("chunked.nir"));
    ByteBuffer chunks = ByteBuffer.wrap(chunked).order(ByteOrder.LITTLE_ENDIAN);
    int keys = find(chunked, "TREE\1\0\4\0") + 24;
    for (int i = 0; i < 4; i++) {
      int key = keys + i * (8 + 3 * 8 + 8);
      chunks.putInt(key, chunked.length - (int) chunks.getLong(key + 8 + 3 * 8));
    }
    assertRefused(chunked, "the chunks up to here have");
    byte[] heap = Files.readAllBytes(fixture("plain.nir"));
    ByteBuffer.wrap(heap).order(ByteOrder.LITTLE_ENDIAN).putLong(find(heap, "GCOL") + 8, heap.length + 1);
    assertRefused(heap, "its text lies in heaps that are larger than the file");
  }

  private static int find(byte[] bytes, String text) {
    int at = new String(bytes, StandardCharsets.ISO_8859_1).indexOf(text);
    assertTrue(at >= 0, text);
    return at;
  }

  private void assertRefused(byte[] bytes, String message) throws IOException {
    Path file = Files.write(folder.resolve("refused.nir"), bytes);
    FormatException e = assertThrows(FormatException.class, () -> NirFile.read(file));
    assertTrue(e.getMessage().contains(message), e.getMessage());
  }

  @Test
  void whatIsNoFileIsSaidInWords() throws IOException {
    Path file = folder.resolve("x.nir");
    assertTrue(assertThrows(FormatException.class, () -> NirFile.read(file)).getMessage().contains("no such file"));
    Files.write(file, new byte[0]);
    assertTrue(assertThrows(FormatException.class, () -> NirFile.read(file)).getMessage().contains("HDF5"));
    Files.writeString(file, "a text");
    assertTrue(assertThrows(FormatException.class, () -> NirFile.read(file)).getMessage().contains("HDF5"));
    assertTrue(assertThrows(FormatException.class, () -> NirFile.read(folder)).getMessage().contains("folder"));
    byte[] whole = Files.readAllBytes(fixture("plain.nir"));
    Files.write(file, Arrays.copyOf(whole, whole.length - 1));
    assertTrue(assertThrows(FormatException.class, () -> NirFile.read(file)).getMessage().contains("cut short"));
  }

  /** The library would follow all ways. */
  @Test
  void structuresThatRepeatAreTakenAwayFromTheLibrary() throws IOException {
    Path path = folder.resolve("ways.nir");
    byte[] file = HostileHdf5.manyWays();
    Files.write(path, file);
    FormatException e = assertThrows(FormatException.class, () -> NirFile.read(path));
    assertTrue(e.getMessage().contains("takes more time or memory than a file of " + file.length), e.getMessage());
  }
}
