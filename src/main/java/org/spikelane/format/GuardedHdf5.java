package org.spikelane.format;

import io.jhdf.HdfFile;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * An HDF5 file that nobody vouches for, open while a reader is at work on it.
 *
 * <p>The library jhdf follows its structures, in memory, where every address is checked against a buffer that holds all
 * of the file; {@link LentFile} keeps it from running on. Its exceptions, of many types, become one {@link
 * FormatException}.
 */
public final class GuardedHdf5 {

  private static final byte[] MAGIC = {(byte) 0x89, 'H', 'D', 'F', '\r', '\n', 0x1a, '\n'};

  private final LentFile lent;
  private final HdfFile hdf;

  private GuardedHdf5(LentFile lent, HdfFile hdf) {
    this.lent = lent;
    this.hdf = hdf;
  }

  /** Whether a file that begins with these bytes, eight or more, is one of HDF5. */
  public static boolean begins(byte[] first) {
    return Arrays.equals(Arrays.copyOf(first, MAGIC.length), MAGIC);
  }

  /** What is made of a file; it may throw what the library throws. */
  public interface Reader<T> {

    /** Reads an open file, in the thread that opened it. */
    T read(GuardedHdf5 file) throws FormatException;
  }

  /**
   * Opens a file and reads it.
   *
   * @throws FormatException if it cannot be read, is no HDF5 file or a damaged one, or takes more time or memory than one
   *     of its size should
   */
  public static <T> T read(Path file, Reader<T> reader) throws FormatException {
    try (LentFile lent = LentFile.open(file)) {
      return read(file, lent, reader);
    }
  }

  /**
   * Reads the content of a file, unpacked already, of which a copy is made.
   *
   * @throws FormatException as {@link #read(Path, Reader)}
   */
  public static <T> T read(Path file, byte[] content, Reader<T> reader) throws FormatException {
    try (LentFile lent = LentFile.of(content)) {
      return read(file, lent, reader);
    }
  }

  private static <T> T read(Path file, LentFile lent, Reader<T> reader) throws FormatException {
    try (HdfFile hdf = HdfFile.fromByteBuffer(lent.bytes())) {
      long end = hdf.getHdfBackingStorage().getSuperblock().getEndOfFileAddress();
      if (end > lent.size()) {
        throw new FormatException(
            file, "expected " + end + " bytes, as the superblock says, got " + lent.size() + " (cut short?)");
      }
      return reader.read(new GuardedHdf5(lent, hdf));
    } catch (RuntimeException | StackOverflowError e) {
      // The library signals damage by exceptions of many types, and by endless recursion where structures form a ring.
      if (lent.takenBack()) {
        throw new FormatException(file, "cannot be read as HDF5: following its structures takes more time or memory"
            + " than a file of " + lent.size() + " bytes should", e);
      }
      Throwable root = e;
      while (root.getCause() != null) {
        root = root.getCause();
      }
      String reason = root.getMessage() == null ? root.getClass().getSimpleName() : root.getMessage();
      throw new FormatException(file, "cannot be read as HDF5 (damaged?): " + reason, e);
    }
  }

  /** The file as the library shows it. */
  public HdfFile hdf() {
    return hdf;
  }

  /** Number of bytes, unpacked. */
  public int size() {
    return lent.size();
  }

  /** Lets the reader take so many bytes more, of which it has made sure. */
  void allow(long more) {
    lent.allow(more);
  }
}
