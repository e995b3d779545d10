package org.spikelane.format;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SafetensorsTest {

  @TempDir
  private Path folder;

  @Test
  void readsBackWhatItWroteBitForBit() throws IOException {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    float[] large = new float[40_000];
    SplittableRandom random = new SplittableRandom(1);
    for (int i = 0; i < large.length; i++) {
      large[i] = Float.intBitsToFloat(random.nextInt());
    }
    tensors.put("z \"quoted\" \u00e9\n", new Tensor(new int[] {200, 200}, large));
    tensors.put("scalar", new Tensor(new int[0], new float[] {-0f}));
    tensors.put("empty", new Tensor(new int[] {3, 0}, new float[0]));
    tensors.put("a", new Tensor(new int[] {3}, new float[] {Float.NaN, Float.NEGATIVE_INFINITY, Float.MIN_VALUE}));
    Map<String, String> metadata = Map.of("format", "pt", "json", "{\"a\": [1, 2]}");

    Path file = folder.resolve("w.safetensors");
    Safetensors.write(file, tensors, metadata);
    Safetensors read = Safetensors.read(file);

    assertEquals(metadata, read.metadata());
    assertEquals(List.copyOf(tensors.keySet()), List.copyOf(read.tensors().keySet()));
    tensors.forEach((name, tensor) -> {
      assertArrayEquals(tensor.shape(), read.tensors().get(name).shape());
      for (int i = 0; i < tensor.values().length; i++) {
        assertEquals(Float.floatToRawIntBits(tensor.values()[i]),
            Float.floatToRawIntBits(read.tensors().get(name).values()[i]), name + " " + i);
      }
    });
    byte[] bytes = Files.readAllBytes(file);
    long header = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong();
    assertEquals(0, header % 8);
    assertEquals(8 + header + 4 * (40_000 + 1 + 3), bytes.length);
  }

  @Test
  void writesAFileWithoutAnything() throws IOException {
    Path file = folder.resolve("w.safetensors");
    Safetensors.write(file, Map.of(), Map.of());
    assertTrue(Safetensors.read(file).tensors().isEmpty());
    assertTrue(Safetensors.read(file).metadata().isEmpty());
  }

  @Test
  void refusesToWriteATensorUnderTheNameOfTheMetadata() {
    Path file = folder.resolve("w.safetensors");
    Map<String, Tensor> tensors = Map.of("__metadata__", new Tensor(new int[0], new float[1]));
    assertThrows(IllegalArgumentException.class, () -> Safetensors.write(file, tensors, Map.of()));
    assertFalse(Files.exists(file));
  }

  @ParameterizedTest
  @CsvSource({
    "F64,  9a9999999999b93f, 0.1", "F32,  cdcccc3d, 0.1", "F16,  003c, 1", "F16, 0100, 5.9604645e-8", "F16, 00fc, -Infinity",
    "BF16, c03f, 1.5", "I64,  ffffffffffffffff, -1", "I64, 0100000000000080, -9.223372036854775807E18",
    "U64,  ffffffffffffffff, 1.8446744073709552E19", "U64, 0100000080000080, 9.223373136366403584E18", "I32,  01000001, 16777216",
    "U32,  ffffffff, 4294967296", "I16,  feff, -2", "U16, feff, 65534", "I8,   80, -128", "U8, 80, 128", "BOOL, 01, 1",
    "BOOL, 00, 0"
  })
  void convertsEveryTypeToTheNearestFloat(String type, String littleEndian, float expected) throws IOException {
    byte[] data = HexFormat.of().parseHex(littleEndian);
    Path file = file("{'x':{'dtype':'" + type + "','shape':[1],'data_offsets':[0," + data.length + "]}}", data);
    assertEquals(expected, Safetensors.read(file).tensors().get("x").values()[0]);
  }

  @Test
  void acceptsTensorsInAnotherOrderThanTheirData() throws IOException {
    byte[] data = {1, 2, 3};
    Path file = file("{'b':{'data_offsets':[1,3],'shape':[2,1],'dtype':'U8'},"
        + "'a':{'dtype':'U8','shape':[],'data_offsets':[0,1]}}    ", data);
    Safetensors read = Safetensors.read(file);
    assertEquals(List.of("b", "a"), List.copyOf(read.tensors().keySet()));
    assertEquals(new Tensor(NumberType.U8, new int[] {2, 1}, new float[] {2, 3}), read.tensors().get("b"));
    assertEquals(new Tensor(NumberType.U8, new int[0], new float[] {1}), read.tensors().get("a"));
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
    "expected a JSON object|[1]",
    "expected JSON of tensors|{'x':{'dtype':'F32','shape':[1],'data_offsets':[0,4]}",
    "expected JSON of tensors|{x:{'dtype':'F32','shape':[1],'data_offsets':[0,4]}}",
    "expected JSON of tensors|{'x':1}",
    "header: expected|{'x':{'dtype':'F32','shape':[1],'data_offsets':[0,4]}}{}",
    "tensor 'x' stands there twice|{'x':{'dtype':'U8','shape':[1],'data_offsets':[0,1]},"
        + "'x':{'dtype':'U8','shape':[3],'data_offsets':[1,4]}}",
    "shape stands there twice|{'x':{'dtype':'F32','shape':[1],'shape':[1],'data_offsets':[0,4]}}",
    "dtype: expected one of|{'x':{'dtype':'F8_E4M3','shape':[4],'data_offsets':[0,4]}}",
    "got 'strides'|{'x':{'dtype':'F32','shape':[1],'data_offsets':[0,4],'strides':[1]}}",
    "got not all of them|{'x':{'dtype':'F32','data_offsets':[0,4]}}",
    "integers from 0 on|{'x':{'dtype':'F32','shape':[-1],'data_offsets':[0,4]}}",
    "integers from 0 on|{'x':{'dtype':'F32','shape':[1.0],'data_offsets':[0,4]}}",
    "integers from 0 on|{'x':{'dtype':'F32','shape':['1'],'data_offsets':[0,4]}}",
    "integers from 0 on|{'x':{'dtype':'F32','shape':[[1]],'data_offsets':[0,4]}}",
    "integers from 0 on|{'x':{'dtype':'F32','shape':[1],'data_offsets':[0,40000000000000000000]}}",
    "fewer than 2^31 numbers|{'x':{'dtype':'F32','shape':[65536,65536],'data_offsets':[0,4]}}",
    "fewer than 2^31 numbers|{'x':{'dtype':'F32','shape':[4294967296,4294967296,4294967296],'data_offsets':[0,4]}}",
    "expected 8 bytes for shape|{'x':{'dtype':'F32','shape':[2],'data_offsets':[0,4]}}",
    "expected 4 bytes for shape|{'x':{'dtype':'F32','shape':[1],'data_offsets':[4,0]}}",
    "expected 4 bytes for shape|{'x':{'dtype':'F32','shape':[1],'data_offsets':[4]}}",
    "expected to begin at 0|{'x':{'dtype':'U8','shape':[3],'data_offsets':[1,4]}}",
    "expected to begin at 2|{'x':{'dtype':'U8','shape':[2],'data_offsets':[0,2]},"
        + "'y':{'dtype':'U8','shape':[3],'data_offsets':[1,4]}}",
    "data: expected 3 bytes|{'x':{'dtype':'U8','shape':[3],'data_offsets':[0,3]}}",
    "data: expected 8 bytes|{'x':{'dtype':'F64','shape':[1],'data_offsets':[0,8]}}",
    "data: expected 0 bytes|{}",
    "'k': expected a string|{'__metadata__':{'k':1},'x':{'dtype':'F32','shape':[1],'data_offsets':[0,4]}}",
    "'k' stands there twice|{'__metadata__':{'k':'1','k':'2'},'x':{'dtype':'F32','shape':[1],'data_offsets':[0,4]}}",
    "__metadata__ stands there twice|{'__metadata__':{},'__metadata__':{}}"
  })
  void refusesWhatBreaksTheFormat(String expected, String header) throws IOException {
    assertRefused(file(header, new byte[4]), expected);
  }

  @Test
  void refusesWhatIsNoHeader() throws IOException {
    assertRefused(folder.resolve("missing"), "cannot be read");
    assertRefused(folder, "cannot be read");
    Path file = folder.resolve("bad.safetensors");
    Files.write(file, new byte[7]);
    assertRefused(file, "expected 8 bytes");
    for (long length : new long[] {0, 1, 9, Long.MAX_VALUE, -1, Long.MIN_VALUE}) {
      Files.write(file, ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN).putLong(length).array());
      assertRefused(file, "header length");
    }
    Files.write(file, new byte[] {4, 0, 0, 0, 0, 0, 0, 0, '{', (byte) 0xff, '}', ' '});
    assertRefused(file, "expected UTF-8");
    assertRefused(file("{'x':".repeat(100_000), new byte[0]), "tensor 'x'");
  }

  @Test
  void damageEitherReadsOrIsAFormatException() throws IOException {
    long seed = 20261123;
    System.out.println("seed " + seed);
    SplittableRandom random = new SplittableRandom(seed);
    Path file = folder.resolve("w.safetensors");
    Safetensors.write(file, Map.of("fc.weight", new Tensor(new int[] {2, 3}, new float[6]), "fc.bias",
        new Tensor(new int[] {2}, new float[2])), Map.of("key", "value"));
    byte[] whole = Files.readAllBytes(file);
    int refused = 0;
    for (int n = 0; n < 2000; n++) {
      byte[] damaged = Arrays.copyOf(whole, n % 4 == 0 ? random.nextInt(whole.length) : whole.length);
      for (int k = random.nextInt(3); k >= 0 && damaged.length > 0; k--) {
        damaged[random.nextInt(Math.min(damaged.length, 220))] = (byte) random.nextInt();
      }
      Files.write(file, damaged);
      try {
        Safetensors.read(file);
      } catch (FormatException e) {
        refused++;
      }
    }
    assertTrue(refused > 1000, "refused " + refused);
  }

  private static void assertRefused(Path file, String expected) {
    FormatException e = assertThrows(FormatException.class, () -> Safetensors.read(file));
    assertTrue(e.getMessage().contains(expected) && e.getMessage().startsWith(file.toString()), e.getMessage());
  }

  /** A file with this header, single quotes standing for double ones. */
  private Path file(String header, byte[] data) throws IOException {
    byte[] json = header.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
    Path file = folder.resolve("made.safetensors");
    Files.write(file, ByteBuffer.allocate(8 + json.length + data.length).order(ByteOrder.LITTLE_ENDIAN)
        .putLong(json.length).put(json).put(data).array());
    return file;
  }
}
