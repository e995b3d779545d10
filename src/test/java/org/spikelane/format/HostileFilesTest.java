package org.spikelane.format;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import com.sun.management.ThreadMXBean;
import java.io.ByteArrayOutputStream;
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
import java.util.function.IntFunction;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Files that mean harm, or are damaged: reading one gives tensors or a {@link FormatException} that begins with its name,
 * soon, and takes no more memory than a multiple of its size.
 */
class HostileFilesTest {

  private static final long SEED = Long.getLong("spikelane.seed", new SplittableRandom().nextLong());
  private static final int ROUNDS = 10_000;
  /** What is allocated to open a file at all: buffers, messages, an exception's trace. */
  private static final long BASE_BYTES = 1 << 20;
  /** Allocated, not held: all of what a reader goes through. */
  private static final long BYTES_PER_BYTE = 100;

  @TempDir
  private Path folder;

  private interface Reader {
    void read(Path file) throws FormatException;
  }

  /** Reads one file; whether it gave tensors. */
  private boolean survives(String what, String ending, byte[] bytes, Reader reader) throws IOException {
    Path file = Files.write(folder.resolve("hostile." + ending), bytes);
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = threads.getCurrentThreadAllocatedBytes();
    long start = System.nanoTime();
    boolean read = false;
    try {
      reader.read(file);
      read = true;
    } catch (FormatException e) {
      assertTrue(e.getMessage().startsWith(file + ": "), what + ": " + e.getMessage());
    } catch (RuntimeException | StackOverflowError | OutOfMemoryError e) {
      fail(what + ": " + kept(ending, bytes), e);
    }
    long allocated = threads.getCurrentThreadAllocatedBytes() - before;
    if (allocated > BASE_BYTES + BYTES_PER_BYTE * bytes.length) {
      fail(what + ": allocated " + allocated + " bytes for a file of " + bytes.length + ": " + kept(ending, bytes));
    }
    double seconds = 1e-9 * (System.nanoTime() - start);
    if (seconds > 5) {
      fail(what + ": took " + seconds + " s: " + kept(ending, bytes));
    }
    return read;
  }

  private static Path kept(String ending, byte[] bytes) throws IOException {
    return Files.write(Files.createTempFile("hostile", "." + ending), bytes);
  }

  private static Path resource(String name) {
    try {
      return Path.of(HostileFilesTest.class.getResource(name).toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  /** A few changes of bytes, runs and lengths. */
  private static byte[] mutated(byte[] bytes, byte[] alphabet, SplittableRandom random) {
    byte[] mutant = bytes.clone();
    int changes = 1 + random.nextInt(1 + random.nextInt(8));
    for (int i = 0; i < changes && mutant.length > 0; i++) {
      int at = random.nextInt(mutant.length);
      switch (random.nextInt(8)) {
        case 0 -> mutant[at] ^= (byte) (1 << random.nextInt(8));
        case 1 -> mutant[at] = (byte) random.nextInt(256);
        case 2 -> mutant[at] = alphabet[random.nextInt(alphabet.length)];
        case 3 -> mutant = spliced(mutant, at, at, new byte[] {alphabet[random.nextInt(alphabet.length)]});
        case 4 -> mutant = spliced(mutant, at, Math.min(mutant.length, at + 1 + random.nextInt(12)), new byte[0]);
        case 5 -> {
          int from = random.nextInt(mutant.length);
          int length = Math.min(random.nextInt(1, 60), mutant.length - from);
          mutant = spliced(mutant, at, at, Arrays.copyOfRange(mutant, from, from + length));
        }
        case 6 -> {
          int[] extremes = {0, -1, Integer.MAX_VALUE, Integer.MIN_VALUE, 0x7fff, 0x10000};
          if (at + 4 <= mutant.length) {
            ByteBuffer.wrap(mutant).order(ByteOrder.LITTLE_ENDIAN).putInt(at, extremes[random.nextInt(extremes.length)]);
          }
        }
        default -> {
          if (random.nextInt(4) == 0) {
            mutant = Arrays.copyOf(mutant, at);
          }
        }
      }
    }
    return mutant;
  }

  private static byte[] spliced(byte[] bytes, int from, int to, byte[] between) {
    byte[] result = new byte[bytes.length - (to - from) + between.length];
    System.arraycopy(bytes, 0, result, 0, from);
    System.arraycopy(between, 0, result, from, between.length);
    System.arraycopy(bytes, to, result, from + between.length, bytes.length - to);
    return result;
  }

  private void mutants(String what, String ending, int rounds, byte[] alphabet, IntFunction<byte[]> base,
      UnaryOperator<byte[]> wrap, Reader reader) throws IOException {
    SplittableRandom random = new SplittableRandom(SEED + what.hashCode());
    int read = 0;
    for (int i = 0; i < rounds; i++) {
      byte[] mutant = wrap.apply(mutated(base.apply(i), alphabet, random));
      read += survives(what + ", round " + i + ", -Dspikelane.seed=" + SEED, ending, mutant, reader) ? 1 : 0;
    }
    System.out.println("hostile: " + what + ": " + rounds + " files, " + read + " of them readable, seed " + SEED);
  }

  @Test
  void mutatedArchives() throws IOException {
    List<byte[]> bases = new ArrayList<>();
    for (String name : List.of("dtypes", "views", "checkpoint", "module", "torchscript")) {
      bases.add(Files.readAllBytes(resource("/pytorch/" + name + ".pt")));
    }
    mutants("archives", "pt", ROUNDS / 2, Archives.bytes("PK\1\2\3\4\5\6\7\10"), i -> bases.get(i % bases.size()), b -> b,
        PyTorchFile::read);
  }

  /** The archive is whole, so that every change reaches the pickle's reader. */
  @Test
  void mutatedPickles() throws IOException {
    Path file = folder.resolve("base.pt");
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    tensors.put("fc.weight", new Tensor(new int[] {2, 3}, new float[6]));
    tensors.put("fc.bias", new Tensor(new int[] {2}, new float[2]));
    tensors.put("lif.reset_mechanism_val", new Tensor(NumberType.I64, new int[] {}, new float[1]));
    PyTorchFile.write(file, tensors);
    List<Map<String, byte[]>> archives = new ArrayList<>(List.of(Archives.entries(file)));
    for (String name : List.of("dtypes", "views", "checkpoint")) {
      archives.add(Archives.entries(resource("/pytorch/" + name + ".pt")));
    }
    int[] turn = {0};
    mutants("pickles", "pt", ROUNDS, Archives.bytes("().0NJKM\u008a\u0088\u0089XcRb}]aesut\u0085\u0086\u0087Qqrhj\u0080"),
        i -> {
          turn[0] = i % archives.size();
          return pickle(archives.get(turn[0])).getValue();
        }, mutant -> {
          Map<String, byte[]> entries = new LinkedHashMap<>(archives.get(turn[0]));
          entries.put(pickle(entries).getKey(), mutant);
          return Archives.stored(entries);
        }, PyTorchFile::read);
  }

  private static Map.Entry<String, byte[]> pickle(Map<String, byte[]> entries) {
    return entries.entrySet().stream().filter(e -> e.getKey().endsWith("/data.pkl")).findFirst().orElseThrow();
  }

  @Test
  void mutatedSafetensors() throws IOException {
    Path file = folder.resolve("base.safetensors");
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    for (NumberType type : NumberType.values()) {
      tensors.put("of." + type, new Tensor(type, new int[] {1, 2}, new float[] {0, 1}));
    }
    tensors.put("scalar", new Tensor(new int[] {}, new float[] {1}));
    Safetensors.write(file, tensors, Map.of("format", "pt", "note", "text"));
    byte[] many = Files.readAllBytes(file);
    Safetensors.write(file, Map.of("a", new Tensor(new int[] {4}, new float[4])), Map.of());
    byte[] few = Files.readAllBytes(file);
    mutants("safetensors", "safetensors", ROUNDS, Archives.bytes("{}[]\",:0123456789e-+.\\ "), i -> i % 2 == 0 ? many : few,
        b -> b, Safetensors::read);
  }

  /** Pickles that grow when they are read, or go round in circles. */
  private static List<byte[]> bombs() {
    List<byte[]> bombs = new ArrayList<>();
    // A tuple of ten tuples of ten tuples, ...: as a value, as a name, as a size, as a persistent id.
    StringBuilder laughs = new StringBuilder("\u0080\u0002X\1\0\0\0aq\0");
    for (int i = 0; i < 200; i++) {
      laughs.append('(').append(("h" + (char) i).repeat(10)).append('t').append('q').append((char) (i + 1));
    }
    String laugh = "h" + (char) 200;
    for (String use : List.of(".", "}X\1\0\0\0x" + laugh + "s.", "}" + laugh + "h\0s.", "Q.", "}(" + laugh + laugh + "u.",
        "ccollections\nOrderedDict\n" + laugh + "R.", "}" + laugh + "b.",
        "ctorch._utils\n_rebuild_tensor_v2\n" + laugh + "R.")) {
      bombs.add(Archives.bytes(laughs + use));
    }
    // Dictionaries and lists that hold themselves.
    bombs.add(Archives.bytes("\u0080\u0002}q\0X\1\0\0\0ah\0s."));
    bombs.add(Archives.bytes("\u0080\u0002}q\0h\0h\0s."));
    bombs.add(Archives.bytes("\u0080\u0002]q\0h\0a}h\0h\0s."));
    bombs.add(Archives.bytes("\u0080\u0002}q\0X\1\0\0\0a(h\0tq\1s}X\1\0\0\0bh\0s."));
    // Opcodes of one byte that each leave something, and nests of them.
    int many = 200_000;
    for (String one : List.of(")", "}", "]", "(", "N", "\u0088", "K\1", ")\u0085", "(t", "X\0\0\0\0", "r\0\0\0\1", "h\0",
        "G\0\0\0\0\0\0\0\0", "\u008a\0", "ccollections\nOrderedDict\n)R", "}X\1\0\0\0a", "(](", "]]a", "](K\1e", "}b")) {
      bombs.add(Archives.bytes("\u0080\u0002X\1\0\0\0aq\0" + one.repeat(many) + "."));
      bombs.add(Archives.bytes("\u0080\u0002}q\0" + one.repeat(many) + "\u0085.".repeat(2)));
    }
    bombs.add(Archives.bytes("\u0080\u0002" + ")" + "\u0085".repeat(many) + "."));
    bombs.add(Archives.bytes("\u0080\u0002]" + "(K\1e".repeat(many) + "."));
    bombs.add(Archives.bytes("\u0080\u0002}" + "(K\1K\2u".repeat(many) + "."));
    // Names that collide, and many names of one dictionary.
    StringBuilder names = new StringBuilder("\u0080\u0002}q\0(");
    for (int i = 0; i < 8000; i++) {
      StringBuilder name = new StringBuilder();
      for (int bit = 0; bit < 13; bit++) {
        name.append((i >> bit & 1) == 0 ? "Aa" : "BB");
      }
      names.append("X\u001a\0\0\0").append(name).append("h\0");
    }
    bombs.add(Archives.bytes(names + "u."));
    StringBuilder holders = new StringBuilder("\u0080\u0002}q\0X\1\0\0\0ah\0s}");
    for (int i = 0; i < 8000; i++) {
      holders.append("X\5\0\0\0").append(String.format("%05d", i)).append("h\0s");
    }
    bombs.add(Archives.bytes(holders + "."));
    // Lengths that are not there.
    for (String length : List.of("\u00ff\u00ff\u00ff\u007f", "\u00ff\u00ff\u00ff\u00ff", "\0\0\0\u0080", "\0\0\0\1")) {
      bombs.add(Archives.bytes("\u0080\u0002X" + length + "a."));
      bombs.add(Archives.bytes("\u0080\u0002T" + length + "a."));
      bombs.add(Archives.bytes("\u0080\u0002B" + length + "a."));
      bombs.add(Archives.bytes("\u0080\u0002\u008b" + length + "a."));
    }
    return bombs;
  }

  @Test
  void bombsInPickles() throws IOException {
    int number = 0;
    for (byte[] bomb : bombs()) {
      survives("bomb " + number++, "pt", Archives.withPickle(bomb, new byte[16]), PyTorchFile::read);
    }
    System.out.println("hostile: " + number + " bombs");
  }

  /** Classes that do something when Python loads them, by every opcode that names one. */
  static List<String> foreign() {
    return List.of("cos\nsystem\n(X\2\0\0\0idtR.", "cbuiltins\neval\n(X\3\0\0\0001+1tR.", "c__builtin__\nset\n]R.",
        "(X\2\0\0\0idios\nsystem\n.", "(cos\nsystem\nX\2\0\0\0ido.", "X\2\0\0\0osX\6\0\0\0system\u0093)R.",
        "cdatetime\ndatetime\n(K\1tR.", "cjava.lang\nRuntime\n)R.", "cpytz\n_UTC\n)R.", "cdecimal\nDecimal\n(X\1\0\0\0009tR.",
        "ccopy_reg\n_reconstructor\n(tR.", "coperator\nattrgetter\n)R.", "c_codecs\nencode\n(X\1\0\0\0atR.",
        "cbuiltins\nbytearray\n(K\u007ftR.", "carray\narray\n(tR.", "ctorch\nload\n)R.", "ctorch.hub\nload\n)R.",
        "cnumpy.core.multiarray\nscalar\n)R.", "ctorch._utils\n_rebuild_tensor\n)R.", "ctorch\nUntypedStorage\n)R.",
        "ccollections\nOrderedDict\nX\1\0\0\0aR.", "cnopackage\n\n)R.", "c\n\n)R.", "c\n", "cos", "Pid\n.", "\u0082\1.",
        "ccollections\nOrderedDict\n)\u0081.", "cbuiltins\ngetattr\n(X\2\0\0\0osX\6\0\0\0systemtR.");
  }

  @ParameterizedTest
  @MethodSource("foreign")
  void foreignClasses(String pickle) throws IOException {
    assertTrue(!survives("foreign " + pickle, "pt",
        Archives.withPickle(Archives.bytes("\u0080\u0002" + pickle), new byte[16]), PyTorchFile::read));
  }

  /** One storage, shown by many tensors, as much larger ones. */
  @Test
  void viewsThatMultiplyAStorage() throws IOException {
    StringBuilder pickle = new StringBuilder("\u0080\u0002ctorch._utils\n_rebuild_tensor_v2\nq\0(X\7\0\0\0storagectorch\n"
        + "FloatStorage\nX\1\0\0\0000X\3\0\0\0cpuM\0@tQq\1}(");
    for (int i = 0; i < 4000; i++) {
      pickle.append("X\4\0\0\0").append(String.format("%04d", i)).append("h\0(h\1K").append((char) (i % 100))
          .append("M\0?\u0085K\1\u0085\u0089}tR");
    }
    byte[] archive = Archives.withPickle(Archives.bytes(pickle + "u."), new byte[4 * 0x4000]);
    assertTrue(!survives("many views", "pt", archive, PyTorchFile::read));
  }

  @Test
  void headersThatPromiseTooMuch() throws IOException {
    List<String> headers = new ArrayList<>(List.of("{", "[".repeat(100_000), "{\"a\":".repeat(50_000),
        "{\"" + "a".repeat(100_000) + "\":1}", "{\"__metadata__\":{" + "\"a\":{".repeat(20_000), "{\"x\":{\"dtype\":\"F32\","
            + "\"shape\":[" + "1,".repeat(100_000) + "1],\"data_offsets\":[0,4]}}", "{\"x\":{\"dtype\":\"F32\",\"shape\":["
            + "9".repeat(100_000) + "],\"data_offsets\":[0,4]}}"));
    StringBuilder empty = new StringBuilder("{");
    for (int i = 0; i < 20_000; i++) {
      empty.append('"').append(i).append("\":{\"dtype\":\"U8\",\"shape\":[0,2147483647],\"data_offsets\":[0,0]},");
    }
    headers.add(empty.substring(0, empty.length() - 1) + "}");
    for (String header : headers) {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      byte[] json = Archives.bytes(header);
      bytes.writeBytes(ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(json.length).array());
      bytes.writeBytes(json);
      survives("header " + header.substring(0, Math.min(header.length(), 30)), "safetensors", bytes.toByteArray(),
          Safetensors::read);
    }
  }
}
