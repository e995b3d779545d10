package org.spikelane.format;

import io.jhdf.GlobalHeap;
import io.jhdf.HdfFile;
import io.jhdf.api.Dataset;
import io.jhdf.api.Node;
import io.jhdf.api.dataset.ChunkedDataset;
import io.jhdf.api.dataset.ContiguousDataset;
import io.jhdf.dataset.DatasetBase;
import io.jhdf.filter.PipelineFilterWithData;
import io.jhdf.object.datatype.DataType;
import io.jhdf.object.datatype.FixedPoint;
import io.jhdf.object.datatype.FloatingPoint;
import io.jhdf.object.datatype.StringData;
import io.jhdf.object.datatype.VariableLength;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.Charset;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * Reads everything in an HDF5 file that nobody vouches for.
 *
 * <p>The library jhdf follows the structures, as {@link GuardedHdf5} says; what it does not check is checked here before
 * memory is reserved: that arrays are backed by bytes of the file, that compressed ones stay within what deflate can do
 * and below a limit, that nothing stands in two places, that links are not followed (they may lead to other files).
 */
final class Hdf5File {

  /** Levels of groups. */
  private static final int DEEPEST = 64;
  private static final int MOST_DIMENSIONS = 16;
  /** Deflate makes at most 1032 bytes out of one. */
  private static final long MOST_INFLATION = 1032;
  /** What all arrays of a file may take in memory, however small it is, and more for each byte that it has. */
  private static final long BYTES_ALLOWED = 256L << 20;
  private static final long BYTES_ALLOWED_PER_BYTE = 16;
  /** Of chunk data, what an index needs for one chunk at least. */
  private static final int LEAST_BYTES_OF_A_CHUNK = 16;
  private static final int DEFLATE = 1;
  private static final int SHUFFLE = 2;
  /** Bytes of a reference into a heap: length, address, index. */
  private static final int LENGTH_BYTES = 4;
  private static final int INDEX_BYTES = 4;

  private final Path file;
  private final GuardedHdf5 guarded;
  private final HdfFile hdf;
  private final Set<Long> seen = new HashSet<>();
  private final Map<Long, GlobalHeap> heaps = new HashMap<>();
  private long heapBytes;
  private long storedBytes;
  private long decodedBytes;

  private Hdf5File(Path file, GuardedHdf5 guarded) {
    this.file = file;
    this.guarded = guarded;
    this.hdf = guarded.hdf();
  }

  /**
   * Reads the whole file.
   *
   * @throws FormatException if it cannot be read, is no HDF5 file or a damaged one, uses filters other than deflate and
   *     shuffle, or decodes to more memory than a file of its size has reason to
   */
  static Hdf5Item.Group read(Path file) throws FormatException {
    return GuardedHdf5.read(file, guarded -> new Hdf5File(file, guarded).group("", guarded.hdf(), 0));
  }

  private FormatException wrong(String path, String problem) {
    return new FormatException(file, path + ": " + problem);
  }

  private Hdf5Item.Group group(String path, io.jhdf.api.Group group, int depth) throws FormatException {
    if (depth > DEEPEST) {
      throw wrong(path, "expected at most " + DEEPEST + " levels of groups");
    }
    Map<String, Hdf5Item> children = new LinkedHashMap<>();
    for (Map.Entry<String, Node> child : group.getChildren().entrySet()) {
      String childPath = path.isEmpty() ? child.getKey() : path + "/" + child.getKey();
      children.put(child.getKey(), item(childPath, child.getValue(), depth));
    }
    return new Hdf5Item.Group(children);
  }

  private Hdf5Item item(String path, Node node, int depth) throws FormatException {
    if (node.isLink()) {
      return new Hdf5Item.Other("a link");
    }
    if (!seen.add(node.getAddress())) {
      throw wrong(path, "stands in the file under another name as well");
    }
    return switch (node) {
      case io.jhdf.api.Group group -> group(path, group, depth + 1);
      case Dataset dataset -> data(path, dataset);
      default -> new Hdf5Item.Other("a named type");
    };
  }

  // ------------------------------------------------------------------ data sets

  private Hdf5Item data(String path, Dataset dataset) throws FormatException {
    int[] shape = shape(path, dataset);
    if (shape == null) {
      return new Hdf5Item.Other("an empty data set");
    }
    return switch (dataset.getDataType()) {
      case FixedPoint type when numberType(type) != null -> numbers(path, dataset, shape, numberType(type),
          type.getByteOrder());
      case FloatingPoint type when numberType(type) != null ->
          numbers(path, dataset, shape, numberType(type), type.getByteOrder());
      case StringData type -> fixedTexts(path, dataset, shape, type);
      case VariableLength type when type.isVariableLengthString() -> variableTexts(path, dataset, shape, type);
      case DataType type -> new Hdf5Item.Other("data of type " + type.getClass().getSimpleName());
    };
  }

  /** The shape, or null if the data set has no elements by its own word. */
  private int[] shape(String path, Dataset dataset) throws FormatException {
    long[] dimensions = dataset.getDimensionsAsLong();
    if (dimensions.length > MOST_DIMENSIONS) {
      throw wrong(path, "expected at most " + MOST_DIMENSIONS + " dimensions, got " + dimensions.length);
    }
    long size = 1;
    int[] shape = new int[dimensions.length];
    for (int i = 0; i < shape.length; i++) {
      if (dimensions[i] < 0 || dimensions[i] > Integer.MAX_VALUE - 8 || size * dimensions[i] > Integer.MAX_VALUE - 8) {
        throw wrong(path, "expected fewer than 2^31 elements, got shape " + Arrays.toString(dimensions));
      }
      size *= dimensions[i];
      shape[i] = (int) dimensions[i];
    }
    return dataset.getSize() == 0 && size != 0 ? null : shape;
  }

  private static int size(int[] shape) {
    int size = 1;
    for (int dimension : shape) {
      size *= dimension;
    }
    return size;
  }

  private static NumberType numberType(FixedPoint type) {
    if (type.getBitOffset() != 0 || type.getBitPrecision() != 8 * type.getSize()) {
      return null;
    }
    return switch (type.getSize()) {
      case 1 -> type.isSigned() ? NumberType.I8 : NumberType.U8;
      case 2 -> type.isSigned() ? NumberType.I16 : NumberType.U16;
      case 4 -> type.isSigned() ? NumberType.I32 : NumberType.U32;
      case 8 -> type.isSigned() ? NumberType.I64 : NumberType.U64;
      default -> null;
    };
  }

  private static NumberType numberType(FloatingPoint type) {
    return switch (type.getSize()) {
      case 2 -> type.getExponentSize() == 5 && type.getMantissaSize() == 10 ? NumberType.F16 : null;
      case 4 -> type.getExponentSize() == 8 && type.getMantissaSize() == 23 ? NumberType.F32 : null;
      case 8 -> type.getExponentSize() == 11 && type.getMantissaSize() == 52 ? NumberType.F64 : null;
      default -> null;
    };
  }

  private Hdf5Item numbers(String path, Dataset dataset, int[] shape, NumberType type, ByteOrder order)
      throws FormatException {
    int count = size(shape);
    if (count == 0) {
      return new Hdf5Item.Numbers(new NirArray(shape, new double[0]));
    }
    ByteBuffer bytes = bytes(path, dataset, shape, type.bytes()).order(order);
    take(path, (long) count * Double.BYTES);
    double[] values = new double[count];
    for (int i = 0; i < count; i++) {
      values[i] = type.doubleAt(bytes, i * type.bytes());
    }
    return new Hdf5Item.Numbers(new NirArray(shape, values));
  }

  private Hdf5Item fixedTexts(String path, Dataset dataset, int[] shape, StringData type) throws FormatException {
    int length = type.getSize();
    String[] values = texts(path, shape);
    if (values.length > 0) {
      ByteBuffer bytes = bytes(path, dataset, shape, length);
      for (int i = 0; i < values.length; i++) {
        ByteBuffer text = bytes.slice(i * length, length);
        type.getStringPaddingHandler().setBufferLimit(text);
        values[i] = text(path, text, type.getCharset());
      }
    }
    return new Hdf5Item.Texts(shape, values);
  }

  private Hdf5Item variableTexts(String path, Dataset dataset, int[] shape, VariableLength type)
      throws FormatException {
    int addressBytes = hdf.getHdfBackingStorage().getSizeOfOffsets();
    int length = LENGTH_BYTES + addressBytes + INDEX_BYTES;
    if (type.getSize() != length || addressBytes != Long.BYTES) {
      throw wrong(path, "expected references of 16 bytes into heaps, got " + type.getSize());
    }
    String[] values = texts(path, shape);
    if (values.length > 0) {
      ByteBuffer bytes = bytes(path, dataset, shape, length).order(ByteOrder.LITTLE_ENDIAN);
      for (int i = 0; i < values.length; i++) {
        int at = i * length;
        int index = bytes.getInt(at + LENGTH_BYTES + addressBytes);
        values[i] = index == 0
            ? ""
            : text(path, heap(path, bytes.getLong(at + LENGTH_BYTES)).getObjectData(index).slice(), type.getEncoding());
      }
    }
    return new Hdf5Item.Texts(shape, values);
  }

  private String[] texts(String path, int[] shape) throws FormatException {
    take(path, (long) size(shape) * Long.BYTES);
    return new String[size(shape)];
  }

  private String text(String path, ByteBuffer bytes, Charset charset) throws FormatException {
    take(path, 4L * bytes.remaining());
    String text = charset.decode(bytes).toString();
    int end = text.indexOf('\0');
    return end < 0 ? text : text.substring(0, end);
  }

  /** A heap of texts, parsed once. Heaps that overlap would let a small file fill the memory. */
  private GlobalHeap heap(String path, long address) throws FormatException {
    GlobalHeap heap = heaps.get(address);
    if (heap == null) {
      // Signature, version and 3 reserved bytes, then the size of the heap.
      heapBytes += hdf.getHdfBackingStorage().readBufferFromAddress(address, 16).getLong(8);
      if (heapBytes < 0 || heapBytes > guarded.size()) {
        throw wrong(path, "its text lies in heaps that are larger than the file");
      }
      heap = new GlobalHeap(hdf.getHdfBackingStorage(), address);
      heaps.put(address, heap);
    }
    return heap;
  }

  private void take(String path, long bytes) throws FormatException {
    decodedBytes += bytes;
    if (decodedBytes > BYTES_ALLOWED + BYTES_ALLOWED_PER_BYTE * guarded.size()) {
      throw wrong(path, "the file decodes to more than " + (BYTES_ALLOWED + BYTES_ALLOWED_PER_BYTE * guarded.size())
          + " bytes, which is refused for one of " + guarded.size());
    }
    guarded.allow(bytes);
  }

  /** The elements of a data set, row-major, as many as its shape says. */
  private ByteBuffer bytes(String path, Dataset dataset, int[] shape, int elementBytes) throws FormatException {
    long wanted = (long) size(shape) * elementBytes;
    if (elementBytes < 1 || dataset.getDataType().getSize() != elementBytes || wanted > Integer.MAX_VALUE - 8) {
      throw wrong(path, "expected less than 2 GiB, got " + wanted + " bytes");
    }
    if (dataset instanceof ChunkedDataset chunked) {
      return new Chunks(path, chunked, shape, elementBytes).assemble();
    }
    ByteBuffer bytes = switch (dataset) {
      case ContiguousDataset contiguous when contiguous.isEmpty() -> throw wrong(path, "has no data");
      case ContiguousDataset contiguous -> contiguous.getBuffer();
      case DatasetBase compact -> compact.getDataBuffer();
      default -> throw wrong(path, "is stored in a way that is not read");
    };
    if (bytes.remaining() < wanted) {
      throw wrong(path, "expected " + wanted + " bytes, got " + bytes.remaining());
    }
    return bytes.slice(bytes.position(), (int) wanted);
  }

  /** Data stored in blocks, which overlap the edges of the array where they do not divide it. */
  private final class Chunks {

    private final String path;
    private final ChunkedDataset dataset;
    private final int[] shape;
    private final int elementBytes;
    private final int[] chunkShape;
    private final boolean deflated;
    private final boolean shuffled;

    Chunks(String path, ChunkedDataset dataset, int[] shape, int elementBytes) throws FormatException {
      this.path = path;
      this.dataset = dataset;
      this.shape = shape;
      this.elementBytes = elementBytes;
      this.chunkShape = dataset.getChunkDimensions();
      List<Integer> filters = dataset.getFilters().stream().map(PipelineFilterWithData::getId).toList();
      this.deflated = filters.contains(DEFLATE);
      this.shuffled = filters.contains(SHUFFLE);
      if (!List.of(List.of(), List.of(DEFLATE), List.of(SHUFFLE), List.of(SHUFFLE, DEFLATE)).contains(filters)) {
        throw wrong(path, "expected data that is plain or compressed by gzip, got the filters " + dataset.getFilters());
      }
      if (shape.length == 0 || chunkShape.length != shape.length) {
        throw wrong(path, "expected chunks of " + shape.length + " dimensions, got " + Arrays.toString(chunkShape));
      }
    }

    ByteBuffer assemble() throws FormatException {
      long chunkBytes = elementBytes;
      long chunks = 1;
      for (int i = 0; i < shape.length; i++) {
        if (chunkShape[i] < 1 || chunkBytes * chunkShape[i] > Integer.MAX_VALUE - 8) {
          throw wrong(path, "expected chunks of less than 2 GiB, got shape " + Arrays.toString(chunkShape));
        }
        chunkBytes *= chunkShape[i];
        chunks *= (shape[i] + chunkShape[i] - 1L) / chunkShape[i];
        if (chunks > guarded.size() / LEAST_BYTES_OF_A_CHUNK) {
          throw wrong(path, "has more chunks than a file of " + guarded.size() + " bytes can hold");
        }
      }
      long stored = stored(chunkBytes);
      long wanted = (long) size(shape) * elementBytes;
      if (chunks * chunkBytes > (deflated ? MOST_INFLATION * stored : stored)) {
        throw wrong(path, "expected data for " + chunks + " chunks of " + chunkBytes + " bytes, got " + stored
            + " bytes");
      }
      take(path, wanted + 2 * chunkBytes);
      byte[] whole = new byte[(int) wanted];
      byte[] chunk = new byte[(int) chunkBytes];
      byte[] scratch = shuffled ? new byte[(int) chunkBytes] : null;
      for (int[] corner = new int[shape.length]; corner != null; corner = next(corner)) {
        decode(corner, chunk, scratch);
        copy(corner, chunk, whole);
      }
      return ByteBuffer.wrap(whole);
    }

    /** Bytes in the file that hold this data, all chunks being there. */
    private long stored(long chunkBytes) throws FormatException {
      long stored = 0;
      for (int[] corner = new int[shape.length]; corner != null; corner = next(corner)) {
        int bytes = dataset.getRawChunkBuffer(corner).remaining();
        if (!deflated && bytes != chunkBytes) {
          throw wrong(path, "expected chunks of " + chunkBytes + " bytes, got one of " + bytes);
        }
        stored += bytes;
      }
      storedBytes += stored;
      if (storedBytes > guarded.size()) {
        throw wrong(path, "the chunks up to here have " + storedBytes + " bytes, more than the file");
      }
      return stored;
    }

    /** The corner of the chunk after this one, last dimension first, or null. */
    private int[] next(int[] corner) {
      for (int i = corner.length - 1; i >= 0; i--) {
        if (corner[i] < shape[i] - chunkShape[i]) {
          corner[i] += chunkShape[i];
          return corner;
        }
        corner[i] = 0;
      }
      return null;
    }

    private void decode(int[] corner, byte[] chunk, byte[] scratch) throws FormatException {
      ByteBuffer raw = dataset.getRawChunkBuffer(corner);
      byte[] plain = shuffled ? scratch : chunk;
      if (deflated) {
        inflate(raw, plain);
      } else {
        raw.get(plain);
      }
      if (shuffled) {
        int elements = chunk.length / elementBytes;
        for (int b = 0; b < elementBytes; b++) {
          for (int e = 0; e < elements; e++) {
            chunk[e * elementBytes + b] = scratch[b * elements + e];
          }
        }
      }
    }

    private void inflate(ByteBuffer raw, byte[] plain) throws FormatException {
      try (Inflater inflater = new Inflater()) {
        inflater.setInput(raw);
        int at = 0;
        while (at < plain.length) {
          int more = inflater.inflate(plain, at, plain.length - at);
          if (more == 0) {
            throw wrong(path, "a chunk: expected " + plain.length + " bytes, got " + at);
          }
          at += more;
        }
      } catch (DataFormatException e) {
        throw new FormatException(file, path + ": a chunk cannot be decompressed: " + e.getMessage(), e);
      }
    }

    /** Copies the part of a chunk that lies in the array, run by run along the last dimension. */
    private void copy(int[] corner, byte[] chunk, byte[] whole) {
      int last = shape.length - 1;
      int run = Math.min(chunkShape[last], shape[last] - corner[last]) * elementBytes;
      int runs = chunk.length / elementBytes / chunkShape[last];
      for (int r = 0; r < runs; r++) {
        int rest = r;
        long to = corner[last];
        long stride = shape[last];
        boolean inside = true;
        for (int i = last - 1; i >= 0; i--) {
          int index = corner[i] + rest % chunkShape[i];
          rest /= chunkShape[i];
          inside &= index < shape[i];
          to += index * stride;
          stride *= shape[i];
        }
        if (inside) {
          System.arraycopy(chunk, r * chunkShape[last] * elementBytes, whole, (int) (to * elementBytes), run);
        }
      }
    }
  }
}
