package org.spikelane.data;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.spikelane.format.FormatException;
import org.spikelane.format.NumberType;

/**
 * An array of numbers in an IDX or NPY file; row-major.
 *
 * @param file where it lies
 * @param type of the numbers
 * @param order of their bytes
 * @param shape of the array
 * @param start where the numbers begin in the unpacked file, in bytes
 */
record ArrayFile(DataFile file, NumberType type, ByteOrder order, int[] shape, int start) {

  private static final int LONGEST_HEADER = 1 << 16;
  private static final Map<String, NumberType> TYPES = new TreeMap<>(Map.ofEntries(
      Map.entry("b1", NumberType.BOOL), Map.entry("u1", NumberType.U8), Map.entry("i1", NumberType.I8),
      Map.entry("u2", NumberType.U16), Map.entry("i2", NumberType.I16), Map.entry("u4", NumberType.U32),
      Map.entry("i4", NumberType.I32), Map.entry("u8", NumberType.U64), Map.entry("i8", NumberType.I64),
      Map.entry("f2", NumberType.F16), Map.entry("f4", NumberType.F32), Map.entry("f8", NumberType.F64)));
  private static final Pattern TYPE = Pattern.compile("'descr'\\s*:\\s*'([^']*)'");
  private static final Pattern LAYOUT = Pattern.compile("'fortran_order'\\s*:\\s*(True|False)");
  private static final Pattern SHAPE = Pattern.compile("'shape'\\s*:\\s*\\(([^)]*)\\)");

  /** Reads type and shape; the numbers are not touched yet. */
  static ArrayFile open(DataFile file) throws FormatException {
    try (InputStream in = file.open()) {
      ArrayFile array = file.format() == DataFile.Format.IDX ? idx(file, in) : npy(file, in);
      long bytes = array.type.bytes();
      for (int dimension : array.shape) {
        if (dimension == 0) {
          throw file.wrong("shape: expected numbers, got an empty array " + array.describe());
        }
        if (bytes * dimension > DataFile.mostBytes()) {
          throw file.tooLarge("an array " + array.describe());
        }
        bytes *= dimension;
      }
      return array;
    } catch (FormatException e) {
      throw e;
    } catch (IOException e) {
      throw FormatException.unreadable(file.path(), e);
    }
  }

  private static ArrayFile idx(DataFile file, InputStream in) throws IOException {
    byte[] magic = header(file, in, 4);
    if (magic[2] != 0x08) {
      throw file.wrong("type at byte 2: expected 0x08 (unsigned bytes), got " + String.format("0x%02x", magic[2]));
    }
    int rank = magic[3];
    ByteBuffer dimensions = ByteBuffer.wrap(header(file, in, 4 * rank));
    int[] shape = new int[rank];
    for (int d = 0; d < rank; d++) {
      shape[d] = dimensions.getInt();
      if (shape[d] < 0) {
        throw file.wrong("dimension " + d + ": expected fewer than 2^31, got " + Integer.toUnsignedString(shape[d]));
      }
    }
    return new ArrayFile(file, NumberType.U8, ByteOrder.BIG_ENDIAN, shape, 4 + 4 * rank);
  }

  private static ArrayFile npy(DataFile file, InputStream in) throws IOException {
    int version = header(file, in, 8)[6];
    if (version < 1 || version > 3) {
      throw file.wrong("version at byte 6: expected 1 to 3, got " + version);
    }
    int width = version == 1 ? 2 : 4;
    ByteBuffer lengthBytes = ByteBuffer.wrap(header(file, in, width)).order(ByteOrder.LITTLE_ENDIAN);
    long length = version == 1 ? lengthBytes.getShort() & 0xffff : lengthBytes.getInt() & 0xffff_ffffL;
    if (length > LONGEST_HEADER) {
      throw file.wrong("header length at byte 8: expected at most " + LONGEST_HEADER + ", got " + length);
    }
    String header = new String(header(file, in, (int) length), StandardCharsets.UTF_8).strip();
    if (!header.startsWith("{") || !header.endsWith("}")) {
      throw file.wrong("header: expected a Python dict, got " + header);
    }
    String descr = only(file, header, TYPE, "'descr' with a simple type");
    if (only(file, header, LAYOUT, "'fortran_order'").equals("True")) {
      throw file.wrong("fortran_order: expected False (row-major), got True");
    }
    String[] sizes = only(file, header, SHAPE, "'shape'").strip().split("\\s*,\\s*", -1);
    // "(3,)" splits into "3" and an empty rest, "()" into one empty string.
    int rank = sizes[sizes.length - 1].isEmpty() ? sizes.length - 1 : sizes.length;
    int[] shape = new int[rank];
    for (int d = 0; d < rank; d++) {
      if (!sizes[d].matches("[0-9]{1,10}") || Long.parseLong(sizes[d]) > Integer.MAX_VALUE) {
        throw file.wrong("shape: expected sizes below 2^31, got " + sizes[d]);
      }
      shape[d] = Integer.parseInt(sizes[d]);
    }
    ByteOrder order = descr.startsWith(">") ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN;
    return new ArrayFile(file, type(file, descr), order, shape, 8 + width + (int) length);
  }

  private static NumberType type(DataFile file, String descr) throws FormatException {
    NumberType type = descr.matches("[<>|=].*") ? TYPES.get(descr.substring(1)) : null;
    if (type == null) {
      throw file.wrong("descr: expected one of " + TYPES.keySet() + " after <, >, | or =, got " + descr);
    }
    return type;
  }

  private static String only(DataFile file, String header, Pattern pattern, String what) throws FormatException {
    Matcher matcher = pattern.matcher(header);
    if (!matcher.find()) {
      throw file.wrong("header: expected " + what + ", got " + header);
    }
    String found = matcher.group(1);
    if (matcher.find()) {
      throw file.wrong("header: expected " + what + " once, got " + header);
    }
    return found;
  }

  private static byte[] header(DataFile file, InputStream in, int count) throws IOException {
    byte[] bytes = in.readNBytes(count);
    if (bytes.length < count) {
      throw file.wrong("header: expected " + count + " more bytes, got " + bytes.length + " (cut short?)");
    }
    return bytes;
  }

  /** Whether this looks like labels: one number for each sample. */
  boolean isRow() {
    return shape.length == 1;
  }

  /** The numbers as samples; trials if the second dimension is time. */
  Grid grid(boolean trials) throws FormatException {
    byte[] bytes = numbers();
    if (type == NumberType.U8) {
      return Grid.ofBytes(shape, trials, bytes);
    }
    ByteBuffer numbers = ByteBuffer.wrap(bytes).order(order);
    float[] values = new float[bytes.length / type.bytes()];
    int perSample = values.length / shape[0];
    for (int i = 0; i < values.length; i++) {
      values[i] = type.floatAt(numbers, i * type.bytes());
      if (!Float.isFinite(values[i])) {
        throw file.wrong(
            "sample " + i / perSample + ", number " + i % perSample + ": expected a finite float32, got " + values[i]);
      }
    }
    return Grid.ofFloats(shape, trials, values);
  }

  /** The numbers as labels. */
  int[] labels() throws FormatException {
    if (!type.integral()) {
      throw file.wrong("labels: expected integers, got " + type);
    }
    ByteBuffer numbers = ByteBuffer.wrap(numbers()).order(order);
    int[] labels = new int[shape[0]];
    for (int i = 0; i < labels.length; i++) {
      labels[i] = Part.checkedLabel(file.path(), i, type.longAt(numbers, i * type.bytes()));
    }
    return labels;
  }

  private byte[] numbers() throws FormatException {
    int count = type.bytes();
    for (int dimension : shape) {
      count *= dimension;
    }
    try (InputStream in = file.open()) {
      in.skipNBytes(start);
      // Takes memory as the bytes come, not as the header promises them.
      byte[] bytes = in.readNBytes(count);
      if (bytes.length < count) {
        throw file.wrong("data: expected " + count + " bytes for " + describe() + ", got " + bytes.length);
      }
      if (in.read() >= 0) {
        throw file.wrong("data: expected " + count + " bytes for " + describe() + ", got more");
      }
      return bytes;
    } catch (FormatException e) {
      throw e;
    } catch (IOException e) {
      throw FormatException.unreadable(file.path(), e);
    }
  }

  String describe() {
    return Arrays.toString(shape) + " of " + type;
  }
}
