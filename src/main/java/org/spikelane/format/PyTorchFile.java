package org.spikelane.format;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/**
 * A file of tensors as {@code torch.save} writes it: a state dict, or a checkpoint that holds some.
 *
 * <p>Layout: a ZIP archive of uncompressed entries in one folder. {@code data.pkl} is a pickle of dictionaries and tensors,
 * of which each names a storage; {@code data/KEY} are the numbers of a storage, in the byte order that {@code byteorder}
 * names (little-endian where it is missing).
 *
 * <p>Immutable, but for the values of its tensors, which are shared. Two names of one tensor share its values.
 */
public final class PyTorchFile {

  /** Room for the descriptions of some 100,000 tensors. */
  private static final int LARGEST_PICKLE = 16 << 20;

  /** A payload begins at a multiple of this, as in files of {@code torch.save}. */
  private static final int ALIGNMENT = 64;

  /** What torch.save wrote before it wrote archives: protocol 2, and the first bytes of a magic number. */
  private static final byte[] LEGACY = {(byte) 0x80, 2, (byte) 0x8a, 0x0a};
  private static final byte[] ARCHIVE = {'P', 'K', 3, 4};

  private final Map<String, Map<String, Tensor>> dictionaries;

  private PyTorchFile(Map<String, Map<String, Tensor>> dictionaries) {
    this.dictionaries = Collections.unmodifiableMap(dictionaries);
  }

  /**
   * The dictionaries that hold tensors: that of the file itself under the empty name, those that it holds under theirs, as
   * {@code model_state_dict}. Tensors by name, in the file's order; unmodifiable. What lies deeper, or is no tensor, is
   * left out.
   */
  public Map<String, Map<String, Tensor>> dictionaries() {
    return dictionaries;
  }

  /** Whether a file that begins with these bytes, four or more, may be one of PyTorch, of before 1.6 too. */
  public static boolean begins(byte[] first) {
    byte[] four = Arrays.copyOf(first, ARCHIVE.length);
    return Arrays.equals(four, ARCHIVE) || Arrays.equals(four, LEGACY);
  }

  /**
   * Reads a file. Nothing in it is executed, and devices are ignored. Numbers of every type that PyTorch has a storage for
   * are converted to float32, exactly where it can hold them, else to the nearest.
   *
   * @throws FormatException if the file cannot be read, is not whole, or holds anything but tensors, numbers, text and
   *     dictionaries; older files that are no archives, and modules saved whole, are refused with what to do about it
   */
  public static PyTorchFile read(Path file) throws FormatException {
    requireArchive(file);
    try (ZipFile zip = new ZipFile(file.toFile())) {
      return new Archive(file, zip, Files.size(file)).read();
    } catch (FormatException e) {
      throw e;
    } catch (ZipException | IllegalArgumentException e) {
      // The second one is what the library makes of names that are not UTF-8.
      throw new FormatException(file, "expected a whole ZIP archive, as torch.save writes it, got a damaged one", e);
    } catch (IOException e) {
      throw FormatException.unreadable(file, e);
    }
  }

  private static void requireArchive(Path file) throws FormatException {
    byte[] first;
    try (InputStream in = Files.newInputStream(file)) {
      first = in.readNBytes(LEGACY.length);
    } catch (IOException e) {
      throw FormatException.unreadable(file, e);
    }
    if (Arrays.equals(first, LEGACY)) {
      throw new FormatException(file, "expected a ZIP archive, got a file of PyTorch before 1.6; save it anew in Python:"
          + " torch.save(torch.load(path, map_location='cpu', weights_only=True), path)");
    }
    if (first.length < 2 || first[0] != 'P' || first[1] != 'K') {
      throw new FormatException(file, "expected a ZIP archive, as torch.save writes it, got something else");
    }
  }

  /** An archive that is being read. */
  private static final class Archive {

    private final Path file;
    private final ZipFile zip;
    private final long size;
    private final Map<String, ZipEntry> entries = new HashMap<>();
    private final Map<String, ByteBuffer> storages = new HashMap<>();
    private final Map<StorageView, Tensor> tensors = new HashMap<>();
    private long room;

    Archive(Path file, ZipFile zip, long size) {
      this.file = file;
      this.zip = zip;
      this.size = size;
      // Numbers of one byte become floats of four. Views may overlap, but not without end.
      this.room = 2 * size + 1024;
    }

    PyTorchFile read() throws IOException {
      String folder = null;
      for (ZipEntry entry : Collections.list(zip.entries())) {
        String name = entry.getName();
        if (entries.put(name, entry) != null) {
          throw new FormatException(file, "entry " + name + " stands there twice");
        }
        if (name.endsWith("/data.pkl") && name.indexOf('/') == name.length() - "/data.pkl".length()) {
          if (folder != null) {
            throw new FormatException(file, "expected one entry */data.pkl, got " + folder + "data.pkl and " + name);
          }
          folder = name.substring(0, name.indexOf('/') + 1);
        }
      }
      if (folder == null) {
        throw new FormatException(file, "expected an entry */data.pkl, as torch.save writes it, got none");
      }
      if (entries.containsKey(folder + "constants.pkl")) {
        throw new FormatException(file, "expected a state dict, got a TorchScript archive; save the state dict in Python:"
            + " torch.save(torch.jit.load(path).state_dict(), other_path)");
      }
      Object pickled = StateDictUnpickler.read(file, bytes(folder + "data.pkl", LARGEST_PICKLE));
      if (!(pickled instanceof Map<?, ?> top)) {
        throw new FormatException(file, "data.pkl: expected a dictionary of tensors, got "
            + (pickled instanceof StorageView ? "one tensor" : "something else"));
      }
      IdentityHashMap<Object, Map<String, Tensor>> read = new IdentityHashMap<>();
      Map<String, Map<String, Tensor>> dictionaries = new LinkedHashMap<>();
      ByteOrder order = order(folder);
      dictionaries.put("", tensors(folder, order, "", top));
      for (Map.Entry<?, ?> entry : top.entrySet()) {
        if (entry.getKey() instanceof String name && entry.getValue() instanceof Map<?, ?> inner) {
          if (!read.containsKey(inner)) {
            read.put(inner, tensors(folder, order, name, inner));
          }
          dictionaries.put(name, read.get(inner));
        }
      }
      dictionaries.values().removeIf(Map::isEmpty);
      return new PyTorchFile(dictionaries);
    }

    private ByteOrder order(String folder) throws IOException {
      if (!entries.containsKey(folder + "byteorder")) {
        return ByteOrder.LITTLE_ENDIAN;
      }
      String order = new String(bytes(folder + "byteorder", 16), StandardCharsets.US_ASCII);
      return switch (order) {
        case "little" -> ByteOrder.LITTLE_ENDIAN;
        case "big" -> ByteOrder.BIG_ENDIAN;
        default -> throw new FormatException(file, "byteorder: expected little or big, got " + order);
      };
    }

    private Map<String, Tensor> tensors(String folder, ByteOrder order, String dictionary, Map<?, ?> pickled)
        throws IOException {
      Map<String, Tensor> named = new LinkedHashMap<>();
      for (Map.Entry<?, ?> entry : pickled.entrySet()) {
        if (entry.getKey() instanceof String name && entry.getValue() instanceof StorageView view) {
          Tensor tensor = tensors.get(view);
          if (tensor == null) {
            room -= view.values();
            if (room < 0) {
              throw new FormatException(file, "tensor '" + (dictionary.isEmpty() ? "" : dictionary + "/") + name
                  + "': expected views of about as many numbers as the file holds, got many more");
            }
            tensor = tensor(view, storage(folder, order, view.storage()));
            tensors.put(view, tensor);
          }
          named.put(name, tensor);
        }
      }
      return Collections.unmodifiableMap(named);
    }

    private ByteBuffer storage(String folder, ByteOrder order, StorageView.Storage storage) throws IOException {
      String name = folder + "data/" + storage.key();
      ByteBuffer numbers = storages.get(name);
      if (numbers == null) {
        numbers = ByteBuffer.wrap(bytes(name, Integer.MAX_VALUE - 8)).order(order);
        storages.put(name, numbers);
      }
      long expected = (long) storage.count() * storage.type().bytes();
      if (numbers.capacity() != expected) {
        throw new FormatException(file, "entry " + name + ": expected " + expected + " bytes for " + storage.count()
            + " numbers of " + storage.type() + ", got " + numbers.capacity());
      }
      return numbers;
    }

    private static Tensor tensor(StorageView view, ByteBuffer numbers) {
      NumberType type = view.storage().type();
      int[] places = view.places();
      float[] values = new float[places.length];
      for (int i = 0; i < values.length; i++) {
        values[i] = type.floatAt(numbers, places[i] * type.bytes());
      }
      return new Tensor(type, view.size().stream().mapToInt(Integer::intValue).toArray(), values);
    }

    private byte[] bytes(String name, int most) throws IOException {
      ZipEntry entry = entries.get(name);
      if (entry == null) {
        throw new FormatException(file, "expected an entry " + name + ", got none of that name");
      }
      if (entry.getMethod() != ZipEntry.STORED) {
        throw new FormatException(file, "entry " + name + ": expected it uncompressed, as torch.save writes it, got it"
            + " compressed; pack the archive anew without compression");
      }
      long length = entry.getSize();
      if (length < 0 || length > Math.min(most, size)) {
        throw new FormatException(file, "entry " + name + ": expected at most " + Math.min(most, size) + " bytes, got "
            + length);
      }
      byte[] bytes;
      try (InputStream in = zip.getInputStream(entry)) {
        bytes = in.readNBytes((int) length);
      }
      CRC32 crc = new CRC32();
      crc.update(bytes);
      if (bytes.length != length || crc.getValue() != entry.getCrc()) {
        throw new FormatException(file, "entry " + name + ": expected " + length + " bytes with the checksum that the"
            + " archive names, got others (damaged, or saved without checksums)");
      }
      return bytes;
    }
  }

  /**
   * Writes a state dict that {@code torch.load} takes, with {@code weights_only=True} too, whole or not at all ({@link
   * AtomicFile}). Tensors that share their values share a storage.
   *
   * @param tensors by name, written in the map's order, each as numbers of its type
   * @throws IllegalArgumentException if PyTorch has no storage of a type, the type does not hold the values, or a name has more
   *     than 512 characters
   * @throws IOException if writing fails; a file that was there before is then untouched
   */
  public static void write(Path file, Map<String, Tensor> tensors) throws IOException {
    Map<String, StorageView> views = new LinkedHashMap<>();
    IdentityHashMap<float[], StorageView.Storage> storages = new IdentityHashMap<>();
    List<Tensor> payloads = new ArrayList<>();
    tensors.forEach((name, tensor) -> {
      if (name.length() > StateDictUnpickler.LONGEST_NAME) {
        throw new IllegalArgumentException("names: expected at most " + StateDictUnpickler.LONGEST_NAME
            + " characters, which are read again, got " + name.length() + ": " + name);
      }
      if (!StateDictPickler.hasStorage(tensor.type())) {
        throw new IllegalArgumentException(name + ": expected a type that PyTorch has a storage for, got " + tensor.type());
      }
      StorageView.Storage storage = storages.get(tensor.values());
      if (storage == null || storage.type() != tensor.type()) {
        storage = new StorageView.Storage(tensor.type(), Integer.toString(payloads.size()), tensor.values().length);
        storages.put(tensor.values(), storage);
        payloads.add(tensor);
      }
      List<Integer> size = Arrays.stream(tensor.shape()).boxed().toList();
      views.put(name, new StorageView(storage, 0, size, rowMajor(size)));
    });
    byte[] pickle = StateDictPickler.write(views);
    AtomicFile.write(file, out -> {
      ArchiveWriter archive = new ArchiveWriter(out);
      archive.add("data.pkl", entry -> entry.write(pickle));
      archive.add("byteorder", entry -> entry.write("little".getBytes(StandardCharsets.US_ASCII)));
      for (int i = 0; i < payloads.size(); i++) {
        archive.add("data/" + i, payloads.get(i)::writeTo);
      }
      archive.add("version", entry -> entry.write("3\n".getBytes(StandardCharsets.US_ASCII)));
      archive.finish();
    });
  }

  private static List<Integer> rowMajor(List<Integer> size) {
    Integer[] stride = new Integer[size.size()];
    int step = 1;
    for (int d = stride.length - 1; d >= 0; d--) {
      stride[d] = step;
      step *= Math.max(1, size.get(d));
    }
    return List.of(stride);
  }

  /** Writes entries one after the other; the same entries give the same bytes. */
  private static final class ArchiveWriter {

    private static final String FOLDER = "archive/";
    /** Of an entry's header before its name. */
    private static final int HEADER = 30;
    /** The padding is a field of its own in the header's extra bytes, as PyTorch has it: FB, its length, its bytes. */
    private static final int PADDING_HEADER = 4;

    private final ZipOutputStream zip;
    private long at;

    ArchiveWriter(OutputStream out) {
      zip = new ZipOutputStream(out);
      zip.setMethod(ZipOutputStream.STORED);
    }

    void add(String name, AtomicFile.Content content) throws IOException {
      // Length and checksum stand before an uncompressed entry, so its bytes are made twice.
      Measure measure = new Measure();
      content.writeTo(measure);
      ZipEntry entry = new ZipEntry(FOLDER + name);
      entry.setSize(measure.length);
      entry.setCrc(measure.crc.getValue());
      entry.setTimeLocal(LocalDateTime.of(1980, 2, 1, 0, 0));
      long start = at + HEADER + entry.getName().length() + PADDING_HEADER;
      byte[] padding = new byte[PADDING_HEADER + (int) Math.floorMod(-start, (long) ALIGNMENT)];
      ByteBuffer.wrap(padding).order(ByteOrder.LITTLE_ENDIAN).put((byte) 'F').put((byte) 'B')
          .putShort((short) (padding.length - PADDING_HEADER));
      entry.setExtra(padding);
      zip.putNextEntry(entry);
      content.writeTo(zip);
      zip.closeEntry();
      at = start - PADDING_HEADER + padding.length + measure.length;
    }

    void finish() throws IOException {
      zip.finish();
    }
  }

  /** Counts bytes and takes their checksum. */
  private static final class Measure extends OutputStream {

    private final CRC32 crc = new CRC32();
    private long length;

    @Override
    public void write(int b) {
      crc.update(b);
      length++;
    }

    @Override
    public void write(byte[] bytes, int from, int count) {
      crc.update(bytes, from, count);
      length += count;
    }
  }
}
