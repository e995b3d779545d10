package org.spikelane.format;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class PyTorchFileTest {

  /** A call of _rebuild_tensor_v2 on storage 0, up to its offset; begins with a dictionary of one name. */
  private static final String TENSOR = "\u0080\u0002}X\u0001\0\0\0actorch._utils\n_rebuild_tensor_v2\n((X\u0007\0\0\0storage"
      + "ctorch\nFloatStorage\nX\u0001\0\0\0" + "0X\u0003\0\0\0cpuK\u0004tQ";
  /** From its strides' end on. */
  private static final String END = "\u0089}tRs.";

  @TempDir
  private Path folder;

  private static Path fixture(String name) {
    try {
      return Path.of(PyTorchFileTest.class.getResource("/pytorch/" + name + ".pt").toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  private Path file(byte[] bytes) throws IOException {
    return Files.write(folder.resolve("file.pt"), bytes);
  }

  private static String refused(Path file) {
    String message = assertThrows(FormatException.class, () -> PyTorchFile.read(file)).getMessage();
    assertTrue(message.startsWith(file + ": "), message);
    return message.substring(file.toString().length() + 2);
  }

  @Test
  void readsEveryType() throws IOException {
    Map<String, Tensor> read = PyTorchFile.read(fixture("dtypes")).dictionaries().get("");
    assertEquals(List.of("float32", "float64", "float16", "bfloat16", "int64", "int32", "int16", "int8", "uint8", "bool"),
        List.copyOf(read.keySet()));
    assertEquals(List.of(NumberType.F32, NumberType.F64, NumberType.F16, NumberType.BF16, NumberType.I64, NumberType.I32,
        NumberType.I16, NumberType.I8, NumberType.U8, NumberType.BOOL), read.values().stream().map(Tensor::type).toList());
    read.forEach((name, tensor) -> {
      assertArrayEquals(new int[] {2, 3}, tensor.shape(), name);
      float[] want = name.contains("float")
          ? new float[] {0, 1, 2.5f, 3, 100, 127}
          : name.equals("bool") ? new float[] {0, 1, 1, 1, 1, 1} : new float[] {0, 1, 2, 3, 100, 127};
      assertArrayEquals(want, tensor.values(), name);
    });
  }

  @Test
  void readsViewsOfOneStorage() throws IOException {
    Map<String, Tensor> read = PyTorchFile.read(fixture("views")).dictionaries().get("");
    assertEquals(24, read.get("whole").values().length);
    assertSame(read.get("whole"), read.get("again"));
    assertEquals(tensor(new int[] {4, 4}, 0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15), read.get("transposed"));
    assertEquals(tensor(new int[] {4}, 1, 5, 9, 13), read.get("column"));
    assertEquals(tensor(new int[] {12}, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23), read.get("every_other"));
    assertEquals(tensor(new int[] {2, 2}, 10, 11, 14, 15), read.get("corner"));
    assertEquals(tensor(new int[] {5}, 3, 3, 3, 3, 3), read.get("broadcast"));
    assertEquals(tensor(new int[] {}, 7), read.get("scalar"));
    assertEquals(tensor(new int[] {0, 3}), read.get("empty"));
    assertEquals(tensor(new int[] {2}, 0, 1), read.get("parameter"));
    assertEquals(tensor(new int[] {4, 2, 3}, 0, 4, 8, 12, 16, 20, 1, 5, 9, 13, 17, 21, 2, 6, 10, 14, 18, 22, 3, 7, 11, 15,
        19, 23), read.get("volume"));
  }

  private static Tensor tensor(int[] shape, float... values) {
    return new Tensor(shape, values);
  }

  @Test
  void findsTheDictionariesOfACheckpoint() throws IOException {
    Map<String, Map<String, Tensor>> read = PyTorchFile.read(fixture("checkpoint")).dictionaries();
    assertEquals(List.of("", "model_state_dict"), List.copyOf(read.keySet()));
    assertEquals(Map.of("mean", tensor(new int[] {2}, 1, 2)), read.get(""));
    assertEquals(List.of("0.weight", "0.bias", "1.weight", "1.bias"), List.copyOf(read.get("model_state_dict").keySet()));
    assertEquals(tensor(new int[] {1, 2}, 2.5f, 2.5f), read.get("model_state_dict").get("1.weight"));
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', value = {
    "module      | got the class or function torch.nn.modules.linear.Linear, which is not loaded; save the state dict",
    "foreign     | got the class or function __main__.Foreign, which is not loaded",
    "tensor      | data.pkl: expected a dictionary of tensors, got one tensor",
    "legacy      | got a file of PyTorch before 1.6; save it anew in Python: torch.save(torch.load(",
    "protocol4   | data.pkl, byte 3: opcode 0x95: expected one that torch.save writes for tensors and dictionaries",
    "torchscript | expected a state dict, got a TorchScript archive",
    "uint16      | got the class or function torch._utils._rebuild_tensor_v3",
  })
  void saysWhatElseAFileIs(String name, String expected) {
    String said = refused(fixture(name));
    assertTrue(said.contains(expected), said);
  }

  static Stream<Map<String, Tensor>> dictionaries() {
    Map<String, Tensor> all = new LinkedHashMap<>();
    for (NumberType type : NumberType.values()) {
      if (StateDictPickler.hasStorage(type)) {
        all.put("of." + type, new Tensor(type, new int[] {1, 2}, new float[] {0, 1}));
      }
    }
    Map<String, Tensor> many = new LinkedHashMap<>();
    for (int i = 0; i < 3000; i++) {
      many.put("layer" + i + ".weight", new Tensor(NumberType.I64, new int[] {}, new float[] {i}));
    }
    many.put("large", new Tensor(new int[] {300, 701}, new float[300 * 701]));
    return Stream.of(all, many, Map.of(), Map.of("empty", new Tensor(new int[] {2, 0, 3}, new float[0])));
  }

  @ParameterizedTest
  @MethodSource("dictionaries")
  void readsWhatItWrote(Map<String, Tensor> tensors) throws IOException {
    Path path = folder.resolve("w.pt");
    PyTorchFile.write(path, tensors);
    Map<String, Map<String, Tensor>> read = PyTorchFile.read(path).dictionaries();
    assertEquals(tensors.isEmpty() ? Map.of() : Map.of("", tensors), read);
    assertEquals(List.copyOf(tensors.keySet()), List.copyOf(read.getOrDefault("", Map.of()).keySet()));
    byte[] once = Files.readAllBytes(path);
    PyTorchFile.write(path, tensors);
    assertArrayEquals(once, Files.readAllBytes(path));
  }

  @Test
  void writesSharedValuesOnceAndAligned() throws IOException {
    float[] shared = {1, 2, 3};
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    tensors.put("V", tensor(new int[] {3}, shared));
    tensors.put("recurrent.V", tensor(new int[] {3}, shared));
    Path path = folder.resolve("w.pt");
    PyTorchFile.write(path, tensors);
    byte[] bytes = Files.readAllBytes(path);
    Map<String, byte[]> entries = Archives.entries(path);
    assertEquals(List.of("archive/data.pkl", "archive/byteorder", "archive/data/0", "archive/version"),
        List.copyOf(entries.keySet()));
    String text = new String(bytes, StandardCharsets.ISO_8859_1);
    for (Map.Entry<String, byte[]> entry : entries.entrySet()) {
      int header = text.indexOf(entry.getKey()) - 30;
      ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
      assertEquals(0, (header + 30 + buffer.getShort(header + 26) + buffer.getShort(header + 28)) % 64, entry.getKey());
    }
    Map<String, Tensor> read = PyTorchFile.read(path).dictionaries().get("");
    assertSame(read.get("V"), read.get("recurrent.V"));
  }

  @Test
  void sharedValuesOfTwoTypesKeepBoth() throws IOException {
    float[] shared = {1, 2, 3};
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    tensors.put("real", tensor(new int[] {3}, shared));
    tensors.put("whole", new Tensor(NumberType.I64, new int[] {3}, shared));
    Path path = folder.resolve("w.pt");
    PyTorchFile.write(path, tensors);
    assertEquals(tensors, PyTorchFile.read(path).dictionaries().get(""));
  }

  @Test
  void refusesToWriteWhatPyTorchCannotHold() throws IOException {
    Path path = folder.resolve("w.pt");
    assertEquals("x: expected a type that PyTorch has a storage for, got U32", assertThrows(IllegalArgumentException.class,
        () -> PyTorchFile.write(path, Map.of("x", new Tensor(NumberType.U32, new int[] {}, new float[1])))).getMessage());
    assertEquals("expected a value of I8, got 128.0", assertThrows(IllegalArgumentException.class,
        () -> PyTorchFile.write(path, Map.of("x", new Tensor(NumberType.I8, new int[] {}, new float[] {128})))).getMessage());
    assertEquals("names: expected at most 512 characters, which are read again, got 513: " + "n".repeat(513),
        assertThrows(IllegalArgumentException.class, () -> PyTorchFile.write(path,
            Map.of("n".repeat(513), new Tensor(NumberType.F32, new int[] {}, new float[1])))).getMessage());
    try (Stream<Path> left = Files.list(folder)) {
      assertEquals(List.of(), left.toList());
    }
  }

  @Test
  void honoursTheByteOrder() throws IOException {
    Map<String, byte[]> entries = new LinkedHashMap<>();
    entries.put("x/data.pkl", Archives.bytes(TENSOR + "K\0K\u0004\u0085K\u0001\u0085" + END));
    entries.put("x/data/0", ByteBuffer.allocate(16).putFloat(1).putFloat(2).putFloat(3).putFloat(-4).array());
    entries.put("x/byteorder", Archives.bytes("big"));
    assertEquals(Map.of("a", tensor(new int[] {4}, 1, 2, 3, -4)),
        PyTorchFile.read(file(Archives.stored(entries))).dictionaries().get(""));
    entries.put("x/byteorder", Archives.bytes("middle"));
    assertEquals("byteorder: expected little or big, got middle", refused(file(Archives.stored(entries))));
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
    "sizes and strides differ in number|`K\0K\4\u0085)`|strides: expected as many as sizes, [4], got []",
    "behind the storage|`K\1K\4\u0085K\1\u0085`|a view from number 1 on, of sizes [4] and strides [1]: expected it within",
    "strides behind the storage|`K\0K\2K\2\u0086K\3K\1\u0086`|expected it within the 4 numbers of storage 0",
    "too many numbers|`K\0J\0\0\0\u0001J\0\0\0\u0001\u0086K\0K\0\u0086`|sizes: expected fewer than 2^31 numbers",
    "a storage without end|`K\0J\0\0\0\u0001\u0085K\0\u0085`|tensor 'a': expected views of about as many numbers as the",
    "a negative size|`K\0J\u00ff\u00ff\u00ff\u00ff\u0085K\1\u0085`|size: expected integers from 0 to 2^31 - 1",
    "a negative offset|`J\u00ff\u00ff\u00ff\u00ffK\1\u0085K\1\u0085`|storage offset: expected integers from 0",
    "a size of text|`K\0X\1\0\0\0x\u0085K\1\u0085`|size: expected integers from 0 to 2^31 - 1",
    "no tuple|`K\0K\4K\1\u0085`|size: expected a tuple",
  })
  void checksViews(String what, String view, String expected) throws IOException {
    String said = refused(file(Archives.withPickle(Archives.bytes(TENSOR + view + END), new byte[16])));
    assertTrue(said.contains(expected), said);
  }

  /** A view of the imaginary part of a conjugate has the other sign than the numbers that are stored. */
  @Test
  void refusesViewsThatNegate() throws IOException {
    String view = "K\0K\u0004\u0085K\u0001\u0085\u0089}";
    assertEquals("data.pkl, byte 117: expected a tensor whose numbers stand as they are, got one with metadata {neg=true}"
            + " (a view that negates or conjugates); save tensor.resolve_neg().resolve_conj()",
        refused(file(Archives.withPickle(Archives.bytes(TENSOR + view + "}X\u0003\0\0\0neg\u0088stRs."), new byte[16]))));
    for (String none : List.of("N", "}")) {
      byte[] pickle = Archives.bytes(TENSOR + view + none + "tRs.");
      assertEquals(Map.of("a", tensor(new int[] {4}, 0, 0, 0, 0)),
          PyTorchFile.read(file(Archives.withPickle(pickle, new byte[16]))).dictionaries().get(""));
    }
  }

  @Test
  void refusesNamesThatStandThereTwice() throws IOException {
    String tensor = TENSOR.substring(TENSOR.indexOf("ctorch")) + "K\0K\u0004\u0085K\u0001\u0085\u0089}tR";
    String name = "X\1\0\0\0a";
    String items = "\u0080\u0002}(" + name + tensor + name + tensor + "u.";
    assertTrue(refused(file(Archives.withPickle(Archives.bytes(items), new byte[16])))
        .contains("the name 'a' stands there twice"));
  }

  @Test
  void checksStorages() throws IOException {
    byte[] pickle = Archives.bytes(TENSOR + "K\0K\u0004\u0085K\u0001\u0085" + END);
    assertEquals("entry archive/data/0: expected 16 bytes for 4 numbers of F32, got 12",
        refused(file(Archives.withPickle(pickle, new byte[12]))));
    assertEquals("expected an entry archive/data/0, got none of that name",
        refused(file(Archives.stored(Map.of("archive/data.pkl", pickle)))));
    Map<String, byte[]> entries = new LinkedHashMap<>(Map.of("archive/data.pkl", pickle));
    entries.put("archive/data/0", new byte[16]);
    assertTrue(refused(file(Archives.deflated(entries))).startsWith("entry archive/data.pkl: expected it uncompressed"));
    byte[] whole = Archives.withPickle(pickle, Archives.bytes("0123456789abcdef"));
    byte[] damaged = whole.clone();
    damaged[new String(whole, StandardCharsets.ISO_8859_1).indexOf("0123456789abcdef") + 3] ^= 1;
    assertTrue(refused(file(damaged)).startsWith("entry archive/data/0: expected 16 bytes with the checksum"));
    assertEquals(4, PyTorchFile.read(file(whole)).dictionaries().get("").get("a").values().length);
  }

  @Test
  void checksArchives() throws IOException {
    assertTrue(refused(folder.resolve("missing")).startsWith("cannot be read: "));
    assertTrue(refused(folder).startsWith("cannot be read: "));
    assertEquals("expected a ZIP archive, as torch.save writes it, got something else", refused(file(new byte[0])));
    assertEquals("expected a ZIP archive, as torch.save writes it, got something else", refused(file(new byte[100])));
    assertEquals("expected a whole ZIP archive, as torch.save writes it, got a damaged one",
        refused(file(Archives.bytes("PK\3\4 and more"))));
    assertEquals("expected an entry */data.pkl, as torch.save writes it, got none",
        refused(file(Archives.stored(Map.of("data.pkl", new byte[1])))));
    assertTrue(refused(file(Archives.stored(Map.of("a/data.pkl", new byte[1], "b/data.pkl", new byte[1]))))
        .startsWith("expected one entry */data.pkl, got "));
  }
}
