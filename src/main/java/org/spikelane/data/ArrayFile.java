package org.spikelane.data;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.spikelane.format.FormatException;
import org.spikelane.format.Npy;
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
    Npy.Header header = Npy.header(file.path(), in);
    return new ArrayFile(file, header.type(), header.order(), header.shape(), header.start());
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
