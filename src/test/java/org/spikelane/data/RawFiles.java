package org.spikelane.data;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.GZIPOutputStream;
import org.spikelane.format.FormatException;

/** Bytes of small data files, and what opening a folder of them should say. */
public final class RawFiles {

  /** Event recordings that come with Spikelane; tests run in the folder of their module. */
  public static final Path FSDD = Path.of("main", "data", "fsdd-spikes");

  private RawFiles() {}

  /** An IDX file of unsigned bytes. */
  public static byte[] idx(int[] shape, int... values) {
    ByteBuffer bytes = ByteBuffer.allocate(4 + 4 * shape.length + values.length).putInt(0x0800 | shape.length);
    for (int dimension : shape) {
      bytes.putInt(dimension);
    }
    for (int value : values) {
      bytes.put((byte) value);
    }
    return bytes.array();
  }

  /** An NPY file of version 1 with this descr and, as it is, this shape: {@code "3, 4"}. */
  public static byte[] npy(String descr, String shape, byte[] data) {
    return npy(1, "{'descr': '" + descr + "', 'fortran_order': False, 'shape': (" + shape + "), }", data);
  }

  static byte[] npy(int version, String header, byte[] data) {
    byte[] text = header.getBytes(StandardCharsets.UTF_8);
    int width = version == 1 ? 2 : 4;
    int padded = (8 + width + text.length + 1 + 63) / 64 * 64 - 8 - width;
    byte[] line = Arrays.copyOf(text, padded);
    Arrays.fill(line, text.length, padded, (byte) ' ');
    line[padded - 1] = '\n';
    ByteBuffer bytes = ByteBuffer.allocate(8 + width + padded + data.length).order(ByteOrder.LITTLE_ENDIAN)
        .put(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', (byte) version, 0});
    if (version == 1) {
      bytes.putShort((short) padded);
    } else {
      bytes.putInt(padded);
    }
    return bytes.put(line).put(data).array();
  }

  /** Integers as bytes. */
  public static byte[] bytes(int... values) {
    byte[] bytes = new byte[values.length];
    for (int i = 0; i < values.length; i++) {
      bytes[i] = (byte) values[i];
    }
    return bytes;
  }

  /** Numbers as float32. */
  public static byte[] floats(ByteOrder order, float... values) {
    ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(order);
    bytes.asFloatBuffer().put(values);
    return bytes.array();
  }

  static byte[] gzip(byte[] content) throws IOException {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(packed)) {
      out.write(content);
    }
    return packed.toByteArray();
  }

  static float[] sample(Dataset dataset, int i) {
    float[] values = new float[dataset.sampleLength()];
    Arrays.fill(values, Float.NaN);
    dataset.copyTo(i, values, 0);
    return values;
  }

  /** Opening the folder must fail with a message that has all of these parts. */
  static void assertRefused(Path folder, String... parts) {
    FormatException e = assertThrows(FormatException.class, () -> DataFolder.open(folder));
    for (String part : parts) {
      assertTrue(e.getMessage().contains(part), "expected '" + part + "' in: " + e.getMessage());
    }
    assertTrue(e.getMessage().startsWith(folder.toString()), e.getMessage());
  }
}
