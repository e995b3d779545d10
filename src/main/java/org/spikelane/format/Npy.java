package org.spikelane.format;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A file of NumPy: one array.
 *
 * <p>Layout: {@code \x93NUMPY}, a version, the length of the header, the header, which is a Python dict of type, order and
 * shape, and the numbers.
 */
public final class Npy {

  private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
  private static final int LONGEST_HEADER = 1 << 16;
  private static final int ALIGNMENT = 64;
  private static final Map<String, NumberType> TYPES = new TreeMap<>(Map.ofEntries(
      Map.entry("b1", NumberType.BOOL), Map.entry("u1", NumberType.U8), Map.entry("i1", NumberType.I8),
      Map.entry("u2", NumberType.U16), Map.entry("i2", NumberType.I16), Map.entry("u4", NumberType.U32),
      Map.entry("i4", NumberType.I32), Map.entry("u8", NumberType.U64), Map.entry("i8", NumberType.I64),
      Map.entry("f2", NumberType.F16), Map.entry("f4", NumberType.F32), Map.entry("f8", NumberType.F64)));
  private static final Map<NumberType, String> NAMES =
      TYPES.entrySet().stream().collect(Collectors.toUnmodifiableMap(Map.Entry::getValue, Map.Entry::getKey));
  private static final Pattern TYPE = Pattern.compile("'descr'\\s*:\\s*'([^']*)'");
  private static final Pattern LAYOUT = Pattern.compile("'fortran_order'\\s*:\\s*(True|False)");
  private static final Pattern SHAPE = Pattern.compile("'shape'\\s*:\\s*\\(([^)]*)\\)");

  private Npy() {}

  /** Whether a file that begins with these bytes, six or more, is one of NumPy. */
  public static boolean begins(byte[] first) {
    return Arrays.equals(Arrays.copyOf(first, MAGIC.length), MAGIC);
  }

  /**
   * What stands before the numbers.
   *
   * @param type of the numbers
   * @param order of their bytes
   * @param shape of the array, row-major
   * @param start where the numbers begin, in bytes
   */
  public record Header(NumberType type, ByteOrder order, int[] shape, int start) {}

  /**
   * Reads a file.
   *
   * @throws FormatException if it cannot be read, is not whole, or holds anything but numbers, row-major
   */
  public static Tensor read(Path file) throws FormatException {
    try (InputStream in = new BufferedInputStream(Files.newInputStream(file), 1 << 16)) {
      Header header = header(file, in);
      long expected = header.type().bytes();
      for (int extent : header.shape()) {
        expected = expected > Integer.MAX_VALUE ? expected : expected * extent;
      }
      long got = Files.size(file) - header.start();
      if (expected != got || expected > Integer.MAX_VALUE - 8) {
        throw new FormatException(file, "data: expected " + expected + " bytes (and fewer than 2^31) for "
            + Arrays.toString(header.shape()) + " of " + header.type() + ", got " + got);
      }
      ByteBuffer bytes = ByteBuffer.wrap(in.readNBytes((int) expected)).order(header.order());
      float[] values = new float[bytes.capacity() / header.type().bytes()];
      for (int i = 0; i < values.length; i++) {
        values[i] = header.type().floatAt(bytes, i * header.type().bytes());
      }
      return new Tensor(header.type(), header.shape(), values);
    } catch (FormatException e) {
      throw e;
    } catch (IOException e) {
      throw FormatException.unreadable(file, e);
    }
  }

  /**
   * Reads the header, and leaves the stream where the numbers begin.
   *
   * @param file for messages
   * @throws FormatException if it is malformed, or the numbers are of another kind
   */
  public static Header header(Path file, InputStream in) throws IOException {
    byte[] first = bytes(file, in, MAGIC.length + 2);
    if (!begins(first)) {
      throw new FormatException(file, "expected a file of NumPy (.npy), got another");
    }
    int version = first[MAGIC.length];
    if (version < 1 || version > 3) {
      throw new FormatException(file, "version at byte 6: expected 1 to 3, got " + version);
    }
    int width = version == 1 ? 2 : 4;
    ByteBuffer lengthBytes = ByteBuffer.wrap(bytes(file, in, width)).order(ByteOrder.LITTLE_ENDIAN);
    long length = version == 1 ? lengthBytes.getShort() & 0xffff : lengthBytes.getInt() & 0xffff_ffffL;
    if (length > LONGEST_HEADER) {
      throw new FormatException(file,
          "header length at byte 8: expected at most " + LONGEST_HEADER + ", got " + length);
    }
    String header = new String(bytes(file, in, (int) length), StandardCharsets.UTF_8).strip();
    if (!header.startsWith("{") || !header.endsWith("}")) {
      throw new FormatException(file, "header: expected a Python dict, got " + header);
    }
    String descr = only(file, header, TYPE, "'descr' with a simple type");
    if (only(file, header, LAYOUT, "'fortran_order'").equals("True")) {
      throw new FormatException(file,
          "fortran_order: expected False (row-major), got True; save np.ascontiguousarray(x) instead");
    }
    String[] sizes = only(file, header, SHAPE, "'shape'").strip().split("\\s*,\\s*", -1);
    // "(3,)" splits into "3" and an empty rest, "()" into one empty string.
    int rank = sizes[sizes.length - 1].isEmpty() ? sizes.length - 1 : sizes.length;
    int[] shape = new int[rank];
    for (int d = 0; d < rank; d++) {
      if (!sizes[d].matches("[0-9]{1,10}") || Long.parseLong(sizes[d]) > Integer.MAX_VALUE) {
        throw new FormatException(file, "shape: expected sizes below 2^31, got " + sizes[d]);
      }
      shape[d] = Integer.parseInt(sizes[d]);
    }
    ByteOrder order = descr.startsWith(">") ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN;
    return new Header(type(file, descr), order, shape, MAGIC.length + 2 + width + (int) length);
  }

  private static NumberType type(Path file, String descr) throws FormatException {
    NumberType type = descr.matches("[<>|=].*") ? TYPES.get(descr.substring(1)) : null;
    if (type == null) {
      throw new FormatException(file,
          "descr: expected one of " + TYPES.keySet() + " after <, >, | or =, got " + descr);
    }
    return type;
  }

  private static String only(Path file, String header, Pattern pattern, String what) throws FormatException {
    Matcher matcher = pattern.matcher(header);
    if (!matcher.find()) {
      throw new FormatException(file, "header: expected " + what + ", got " + header);
    }
    String found = matcher.group(1);
    if (matcher.find()) {
      throw new FormatException(file, "header: expected " + what + " once, got " + header);
    }
    return found;
  }

  private static byte[] bytes(Path file, InputStream in, int count) throws IOException {
    byte[] bytes = in.readNBytes(count);
    if (bytes.length < count) {
      throw new FormatException(file,
          "header: expected " + count + " more bytes, got " + bytes.length + " (cut short?)");
    }
    return bytes;
  }

  /**
   * Writes a file, whole or not at all ({@link AtomicFile}), as numbers of the tensor's type.
   *
   * @throws IllegalArgumentException if NumPy has no such type, or it does not hold the values
   * @throws IOException if writing fails; a file that was there before is then untouched
   */
  public static void write(Path file, Tensor tensor) throws IOException {
    String name = NAMES.get(tensor.type());
    if (name == null) {
      throw new IllegalArgumentException("tensor: expected a type of NumPy, got " + tensor.type());
    }
    String extents = Arrays.stream(tensor.shape()).mapToObj(extent -> extent + ",").collect(Collectors.joining(" "));
    String header = "{'descr': '" + (tensor.type().bytes() == 1 ? '|' : '<') + name
        + "', 'fortran_order': False, 'shape': (" + extents + "), }";
    int before = MAGIC.length + 4;
    int padded = Math.ceilDiv(before + header.length() + 1, ALIGNMENT) * ALIGNMENT - before;
    ByteBuffer bytes = ByteBuffer.allocate(before + padded).order(ByteOrder.LITTLE_ENDIAN);
    bytes.put(MAGIC).put((byte) 1).put((byte) 0).putShort((short) padded)
        .put((header + " ".repeat(padded - header.length() - 1) + "\n").getBytes(StandardCharsets.US_ASCII));
    AtomicFile.write(file, out -> {
      out.write(bytes.array());
      tensor.writeTo(out);
    });
  }
}
