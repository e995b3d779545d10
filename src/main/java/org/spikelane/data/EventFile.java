package org.spikelane.data;

import io.jhdf.HdfFile;
import io.jhdf.api.Dataset;
import io.jhdf.api.Group;
import io.jhdf.api.Node;
import io.jhdf.object.datatype.DataType;
import io.jhdf.object.datatype.FixedPoint;
import io.jhdf.object.datatype.FloatingPoint;
import io.jhdf.object.datatype.StringData;
import io.jhdf.object.datatype.VariableLength;
import java.lang.reflect.Array;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import org.spikelane.format.FormatException;
import org.spikelane.format.GuardedHdf5;

/**
 * Event recordings in HDF5, laid out as the Spiking Heidelberg Digits: {@code spikes/times} (seconds) and {@code
 * spikes/units} have an array of any length for each sample, {@code labels} a number, {@code extra/keys} (optional) the
 * names of the classes.
 */
final class EventFile {

  private static final String TIMES = "spikes/times";
  private static final String UNITS = "spikes/units";
  private static final String LABELS = "labels";
  private static final String KEYS = "extra/keys";
  /** Bytes of the file that the samples of a block have, if all have as many: the library decodes whole chunks for each. */
  private static final long BLOCK_BYTES = 4L << 20;
  /** Least samples of a block. In a damaged file all can share one large array: until {@link GuardedHdf5} sees that. */
  private static final int LEAST_BLOCK = 64;

  private final DataFile file;
  private final HdfFile hdf;
  private final int bytes;

  private EventFile(DataFile file, GuardedHdf5 guarded) {
    this.file = file;
    this.hdf = guarded.hdf();
    this.bytes = guarded.size();
  }

  /** Reads the whole file. */
  static Part read(DataFile file) throws FormatException {
    return read(file, true);
  }

  /** Reads labels and the names of the classes. */
  static Part readLabels(DataFile file) throws FormatException {
    return read(file, false);
  }

  private static Part read(DataFile file, boolean samples) throws FormatException {
    GuardedHdf5.Reader<Part> reader = hdf -> new EventFile(file, hdf).part(samples);
    if (file.packed()) {
      return GuardedHdf5.read(file.path(), file.readAll(), reader);
    }
    file.checkSize();
    return GuardedHdf5.read(file.path(), reader);
  }

  private Part part(boolean samples) throws FormatException {
    Dataset labels = vector(LABELS);
    if (!isInteger(labels.getDataType())) {
      throw wrong(LABELS, "integers that fit into 64 bits with a sign", labels);
    }
    Object numbers = labels.getData();
    int count = Array.getLength(numbers);
    int[] labelOf = new int[count];
    for (int i = 0; i < count; i++) {
      labelOf[i] = Part.checkedLabel(file.path(), i, Array.getLong(numbers, i));
    }
    return new Part(file.path(), file.path(), samples ? events(count) : null, labelOf, keys());
  }

  private Events events(int count) throws FormatException {
    Dataset times = vector(TIMES);
    if (!isListOf(times.getDataType(), EventFile::isIeee)) {
      throw wrong(TIMES, "lists of float16, float32 or float64", times);
    }
    Dataset units = vector(UNITS);
    if (!isListOf(units.getDataType(), EventFile::isInteger)) {
      throw wrong(UNITS, "lists of integers that fit into 64 bits with a sign", units);
    }
    checkCount(TIMES, count, times);
    checkCount(UNITS, count, units);

    int[] starts = new int[count + 1];
    float[] timeOf = new float[0];
    char[] unitOf = new char[0];
    int block = (int) Math.max(LEAST_BLOCK, BLOCK_BYTES * count / bytes);
    for (int from = 0; from < count; from += block) {
      int to = from + Math.min(block, count - from);
      Object[] timeLists = (Object[]) times.getData(new long[] {from}, new int[] {to - from});
      Object[] unitLists = (Object[]) units.getData(new long[] {from}, new int[] {to - from});
      for (int i = from; i < to; i++) {
        int length = Array.getLength(timeLists[i - from]);
        if (length != Array.getLength(unitLists[i - from])) {
          throw file.wrong(UNITS + ", sample " + i + ": expected " + length + " units, as many as times, got "
              + Array.getLength(unitLists[i - from]));
        }
        long end = (long) starts[i] + length;
        if (end > bytes) {
          throw file.wrong(TIMES + ", sample " + i + ": expected no more events than bytes in the file, got " + end);
        }
        starts[i + 1] = (int) end;
      }
      if (starts[to] > timeOf.length) {
        int room = (int) Math.min(bytes, Math.max(starts[to], 2L * timeOf.length));
        timeOf = Arrays.copyOf(timeOf, room);
        unitOf = Arrays.copyOf(unitOf, room);
      }
      for (int i = from; i < to; i++) {
        copyTimes(i, timeLists[i - from], timeOf, starts[i]);
        copyUnits(i, unitLists[i - from], unitOf, starts[i]);
      }
    }
    return new Events(starts, Arrays.copyOf(timeOf, starts[count]), Arrays.copyOf(unitOf, starts[count]));
  }

  private void copyTimes(int sample, Object list, float[] times, int start) throws FormatException {
    float[] floats = list instanceof float[] given ? given : null;
    int length = Array.getLength(list);
    for (int e = 0; e < length; e++) {
      float time = floats != null ? floats[e] : (float) Array.getDouble(list, e);
      if (!(time >= 0 && time < Float.POSITIVE_INFINITY)) {
        throw file.wrong(
            TIMES + ", sample " + sample + ", event " + e + ": expected seconds from 0 on, got " + Array.get(list, e));
      }
      times[start + e] = time;
    }
  }

  private void copyUnits(int sample, Object list, char[] units, int start) throws FormatException {
    int[] ints = list instanceof int[] given ? given : null;
    int length = Array.getLength(list);
    for (int e = 0; e < length; e++) {
      long unit = ints != null ? ints[e] : Array.getLong(list, e);
      if (unit < 0 || unit > Character.MAX_VALUE) {
        throw file.wrong(UNITS + ", sample " + sample + ", event " + e + ": expected 0 to " + (int) Character.MAX_VALUE
            + ", got " + unit);
      }
      units[start + e] = (char) unit;
    }
  }

  private List<String> keys() throws FormatException {
    if (at(KEYS) == null) {
      return List.of();
    }
    Dataset keys = vector(KEYS);
    boolean strings = keys.getDataType() instanceof StringData
        || (keys.getDataType() instanceof VariableLength list && list.isVariableLengthString());
    if (!strings) {
      throw wrong(KEYS, "strings", keys);
    }
    return List.of((String[]) keys.getData());
  }

  /** What lies at a path, or null. The library's own search needs a file on disk to say that there is nothing. */
  private Node at(String path) {
    Node node = hdf;
    for (String name : path.split("/", -1)) {
      node = node instanceof Group group ? group.getChild(name) : null;
    }
    return node;
  }

  /** A data set of one dimension, at least one element, and no more of them than the file can hold. */
  private Dataset vector(String path) throws FormatException {
    if (!(at(path) instanceof Dataset dataset)) {
      throw file.wrong(path + ": expected this data set (SHD layout), got none");
    }
    long[] shape = dataset.getDimensionsAsLong();
    if (shape.length != 1) {
      throw file.wrong(path + ": expected one dimension, got shape " + Arrays.toString(shape));
    }
    // Packed numbers may take less than their own size, but 16 times is more than lists of events ever save.
    long most = Math.min(bytes, 16L * bytes / Math.max(1, dataset.getDataType().getSize()));
    if (shape[0] < 1 || shape[0] > most) {
      throw file.wrong(
          path + ": expected 1 to " + most + " elements in a file of " + bytes + " bytes, got " + shape[0]);
    }
    return dataset;
  }

  private static boolean isListOf(DataType type, Predicate<DataType> element) {
    return type instanceof VariableLength list && !list.isVariableLengthString() && element.test(list.getParent());
  }

  private static boolean isInteger(DataType type) {
    // Unsigned 64-bit integers come as objects.
    return type instanceof FixedPoint && type.getJavaType().isPrimitive();
  }

  private static boolean isIeee(DataType type) {
    return type instanceof FloatingPoint number && switch (number.getSize()) {
      case 2 -> number.getExponentSize() == 5;
      case 4 -> number.getExponentSize() == 8;
      case 8 -> number.getExponentSize() == 11;
      default -> false;
    };
  }

  private void checkCount(String path, int count, Dataset dataset) throws FormatException {
    if (dataset.getDimensionsAsLong()[0] != count) {
      throw file.wrong(path + ": expected " + count + " samples, as many as labels, got "
          + dataset.getDimensionsAsLong()[0]);
    }
  }

  private FormatException wrong(String path, String expected, Dataset got) {
    return file.wrong(path + ": expected " + expected + ", got " + got.getDataType().getClass().getSimpleName());
  }
}
