package org.spikelane.exchange;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.spikelane.format.FormatException;
import org.spikelane.format.NirArray;
import org.spikelane.format.NirFile;
import org.spikelane.format.NirNode;
import org.spikelane.network.Network;

/**
 * A damaged file gives a network or a message, and nothing else: no other exception, no endless run, no flood of
 * memory.
 */
class DamagedNirTest {

  private static final long SEED = 20261123;
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  /** What the library and our arrays may take for files of a few kilobytes. */
  private static final long MOST_BYTES = 96L << 20;
  private static final long MOST_SECONDS = 30;
  /** Values that sizes, counts and addresses like least. */
  private static final long[] NASTY = {0, 1, -1, 2, 7, 255, 256, 65535, 65536, Integer.MAX_VALUE, 1L << 31, 1L << 32,
      Long.MAX_VALUE, Long.MIN_VALUE};

  /** Where a superblock of version 0 has the length of the file. */
  private static final int END_OF_FILE = 40;

  @TempDir
  private Path folder;
  private int networks;
  private int messages;
  private long most;

  private List<byte[]> sources() throws IOException, URISyntaxException {
    List<byte[]> sources = new ArrayList<>();
    Path fixtures = Path.of(getClass().getResource("/nir").toURI());
    for (String name : List.of("plain.nir", "gzip.nir", "chunked.nir", "newer.nir", "nested.nir", "ring.nir",
        "links.nir")) {
      sources.add(Files.readAllBytes(fixtures.resolve(name)));
    }
    SplittableRandom random = new SplittableRandom(SEED);
    for (int i = 0; i < 5; i++) {
      Nir.write(folder.resolve("own.nir"), NetworkFamily.any(random));
      sources.add(Files.readAllBytes(folder.resolve("own.nir")));
    }
    return sources;
  }

  /** Reads a file as a user does; leaves what fails under {@code target} to become a fixture. */
  private void read(byte[] bytes, String what) throws IOException {
    Path file = folder.resolve("damaged.nir");
    Files.write(file, bytes);
    long before = THREADS.getCurrentThreadAllocatedBytes();
    long began = System.nanoTime();
    try {
      Network network = Nir.read(file);
      assertTrue(network.outputShape().size() > 0);
      networks++;
    } catch (FormatException e) {
      messages++;
      assertTrue(e.getMessage().startsWith(file + ": ") && e.getMessage().lines().count() == 1, e.getMessage());
    } catch (Throwable e) {
      keep(bytes, what, e);
    }
    long taken = THREADS.getCurrentThreadAllocatedBytes() - before;
    most = Math.max(most, taken);
    if (taken > MOST_BYTES || System.nanoTime() - began > MOST_SECONDS * 1_000_000_000) {
      keep(bytes, what, new AssertionError(taken + " bytes, " + (System.nanoTime() - began) / 1_000_000 + " ms"));
    }
  }

  private static void keep(byte[] bytes, String what, Throwable e) throws IOException {
    Path kept = Path.of("target", "damaged-" + Integer.toHexString(Arrays.hashCode(bytes)) + ".nir");
    Files.createDirectories(kept.getParent());
    Files.write(kept, bytes);
    fail(what + " of seed " + SEED + ", kept as " + kept.toAbsolutePath() + ": " + e, e);
  }

  private void report(String what) {
    System.out.println("nir: " + what + ", seed " + SEED + ": " + networks + " networks, " + messages
        + " messages, at most "
        + most / 1024 + " KiB a file");
  }

  @Test
  void bytesThatChanged() throws IOException, URISyntaxException {
    List<byte[]> sources = sources();
    SplittableRandom random = new SplittableRandom(SEED);
    for (int i = 0; i < 7000; i++) {
      byte[] bytes = sources.get(i % sources.size()).clone();
      int changes = 1 + random.nextInt(3);
      for (int c = 0; c < changes; c++) {
        change(bytes, random);
      }
      read(bytes, "change " + i);
    }
    report("changed");
  }

  /** Changes something that is not only zeros, of which files of HDF5 have many. */
  private static void change(byte[] bytes, SplittableRandom random) {
    int at;
    do {
      at = random.nextInt(bytes.length);
    } while (bytes[at] == 0 && random.nextInt(20) != 0);
    ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    int aligned = Math.min(at & ~7, bytes.length - 8);
    switch (random.nextInt(6)) {
      case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
      case 1 -> bytes[at] = (byte) random.nextInt();
      case 2 -> buffer.putLong(aligned, NASTY[random.nextInt(NASTY.length)]);
      case 3 -> buffer.putInt(Math.min(at & ~3, bytes.length - 4), (int) NASTY[random.nextInt(NASTY.length)]);
      // An address or a size of somewhere else, so that structures cross.
      case 4 -> buffer.putLong(aligned, buffer.getLong(Math.min(random.nextInt(bytes.length) & ~7, bytes.length - 8)));
      default -> {
        int from = random.nextInt(bytes.length);
        int length = Math.min(random.nextInt(64), bytes.length - Math.max(at, from));
        System.arraycopy(bytes.clone(), from, bytes, at, length);
      }
    }
  }

  @Test
  void filesCutShort() throws IOException, URISyntaxException {
    List<byte[]> sources = sources();
    SplittableRandom random = new SplittableRandom(SEED);
    for (int i = 0; i < 1000; i++) {
      byte[] source = sources.get(i % sources.size());
      read(Arrays.copyOf(source, random.nextInt(source.length)), "cut " + i);
    }
    assertTrue(networks == 0, "networks from files cut short: " + networks);
    for (int i = 0; i < 1000; i++) {
      // The first five have a superblock of version 0, whose word for the end of the file can be made to agree.
      byte[] source = sources.get(i % 5 == 3 ? 0 : i % 5);
      byte[] cut = Arrays.copyOf(source, 100 + random.nextInt(source.length - 100));
      ByteBuffer.wrap(cut).order(ByteOrder.LITTLE_ENDIAN).putLong(END_OF_FILE, cut.length);
      read(cut, "cut and mended " + i);
    }
    report("cut");
  }

  /**
   * Sound files of unsound graphs: nodes and edges moved, dropped, doubled, their arrays changed in shape and value.
   */
  @Test
  void graphsThatMakeNoSense() throws IOException, URISyntaxException {
    SplittableRandom random = new SplittableRandom(SEED);
    List<NirNode.Graph> graphs = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      graphs.add(Nir.toGraph(NetworkFamily.any(random), 1e-4));
    }
    for (int i = 0; i < 2500; i++) {
      NirNode.Graph graph = garbled(graphs.get(i % graphs.size()), graphs, random);
      // Most without a file, which is slow to write.
      if (i % 10 == 0) {
        Path file = folder.resolve("garbled.nir");
        NirFile.write(file, graph);
        read(Files.readAllBytes(file), "graph " + i);
      } else {
        try {
          Nir.toNetwork(graph, NirOptions.NONE);
          networks++;
        } catch (IllegalArgumentException e) {
          messages++;
        } catch (RuntimeException | StackOverflowError e) {
          fail("graph " + i + " of seed " + SEED + ": " + graph, e);
        }
      }
    }
    report("garbled");
    assertTrue(networks > 100 && messages > 1000);
  }

  private static NirNode.Graph garbled(NirNode.Graph graph, List<NirNode.Graph> others, SplittableRandom random) {
    Map<String, NirNode> nodes = new LinkedHashMap<>(graph.nodes());
    List<NirNode.Edge> edges = new ArrayList<>(graph.edges());
    Map<String, String> metadata = new LinkedHashMap<>(graph.metadata());
    for (int c = 0; c < 1 + random.nextInt(2); c++) {
      List<String> names = new ArrayList<>(nodes.keySet());
      String name = names.get(random.nextInt(names.size()));
      NirNode.Graph other = others.get(random.nextInt(others.size()));
      NirNode foreign = other.nodes().values().stream().skip(random.nextInt(other.nodes().size())).findFirst()
          .orElseThrow();
      switch (random.nextInt(8)) {
        case 0 -> nodes.put(name, foreign);
        case 1 -> nodes.put(name, other);
        case 2 -> nodes.put(name + ".more", foreign);
        case 3 -> edges.add(new NirNode.Edge(name, names.get(random.nextInt(names.size()))));
        case 4 -> {
          if (!edges.isEmpty()) {
            edges.remove(random.nextInt(edges.size()));
          }
        }
        case 5 -> metadata.replaceAll((key, text) -> text.replace(random.nextBoolean() ? ":" : "e", "["));
        default -> nodes.put(name, garbled(nodes.get(name), random));
      }
    }
    return new NirNode.Graph(nodes, edges, metadata);
  }

  private static NirNode garbled(NirNode node, SplittableRandom random) {
    return switch (node) {
      case NirNode.Affine n -> new NirNode.Affine(garbled(n.weight(), random), n.bias());
      case NirNode.Linear n -> new NirNode.Linear(garbled(n.weight(), random));
      case NirNode.Input n -> new NirNode.Input(garbled(n.shape(), random));
      case NirNode.Scale n -> new NirNode.Scale(garbled(n.scale(), random));
      case NirNode.Lif n -> new NirNode.Lif(garbled(n.tau(), random), n.r(), n.vLeak(), garbled(n.vThreshold(), random),
          n.vReset());
      case NirNode.CubaLif n -> new NirNode.CubaLif(n.tauSyn(), n.tauMem(), garbled(n.r(), random), n.vLeak(),
          n.vThreshold(), n.vReset(), garbled(n.wIn(), random));
      case NirNode.Conv1d n -> new NirNode.Conv1d(n.inputShape(), n.weight(), garbled(n.bias(), random),
          garbled(n.stride(), random), n.padding(), n.dilation(), garbled(n.groups(), random));
      case NirNode.Conv2d n -> new NirNode.Conv2d(n.inputShape(), garbled(n.weight(), random), n.bias(),
          garbled(n.stride(), random), n.padding().word() == null
              ? new NirNode.Padding(null, garbled(n.padding().amount(), random))
              : new NirNode.Padding("?", null), garbled(n.dilation(), random), n.groups());
      case NirNode.SumPool2d n -> new NirNode.SumPool2d(garbled(n.kernelSize(), random), garbled(n.stride(), random),
          garbled(n.padding(), random));
      case NirNode.Flatten n -> new NirNode.Flatten(n.inputType(), garbled(n.startDim(), random), garbled(n.endDim(),
          random));
      default -> new NirNode.Threshold(NirArray.vector(random.nextInt(3)));
    };
  }

  /** Another shape of as many values, other values, or both. */
  private static NirArray garbled(NirArray array, SplittableRandom random) {
    double[] values = array.values().clone();
    double[] nasty = {0, -1, 1, 2, 0.5, 1e9, 1e300, 1 << 30, Double.NaN, Double.POSITIVE_INFINITY, 1e-300,
        Integer.MAX_VALUE};
    if (random.nextInt(4) == 0) {
      return new NirArray(Stream.of(new int[] {values.length}, new int[] {1, values.length},
          new int[] {values.length, 1},
          new int[] {1, 1, 1, values.length}).skip(random.nextInt(4)).findFirst().orElseThrow(), values);
    }
    values[random.nextInt(values.length)] = nasty[random.nextInt(nasty.length)];
    if (random.nextInt(4) == 0) {
      Arrays.fill(values, values[0]);
    }
    return new NirArray(array.shape(), values);
  }
}
