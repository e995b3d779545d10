package org.spikelane.data;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;
import org.spikelane.format.FormatException;
import org.spikelane.format.GuardedHdf5;
import org.spikelane.format.Npy;

/**
 * A file of a known format.
 *
 * @param path where it is
 * @param format what its first bytes say it is
 * @param packed whether those bytes are packed by gzip
 * @param size of the file as it lies there, in bytes
 */
record DataFile(Path path, Format format, boolean packed, long size) {

  /** Formats that data comes in, told apart by the first bytes. */
  enum Format {
    HDF5,
    IDX,
    NPY
  }

  /** By so many bytes all of them are told apart. */
  private static final int FIRST_BYTES = 8;

  /** Recognises a file; empty if its first bytes are of no format known here, or cannot be unpacked. */
  static Optional<DataFile> recognise(Path path) throws FormatException {
    try {
      boolean packed;
      try (InputStream in = Files.newInputStream(path)) {
        packed = in.read() == 0x1f && in.read() == 0x8b;
      }
      Optional<Format> format;
      try (InputStream in = stream(path, packed)) {
        format = format(in.readNBytes(FIRST_BYTES));
      }
      long size = Files.size(path);
      return format.map(known -> new DataFile(path, known, packed, size));
    } catch (ZipException | EOFException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw FormatException.unreadable(path, e);
    }
  }

  private static Optional<Format> format(byte[] first) {
    if (GuardedHdf5.begins(first)) {
      return Optional.of(Format.HDF5);
    }
    if (Npy.begins(first)) {
      return Optional.of(Format.NPY);
    }
    if (first.length >= 4 && first[0] == 0 && first[1] == 0 && first[2] >= 0x08 && first[2] <= 0x0e && first[3] > 0
        && first[3] <= 8) {
      return Optional.of(Format.IDX);
    }
    return Optional.empty();
  }

  /** The content, unpacked. */
  InputStream open() throws IOException {
    return stream(path, packed);
  }

  /** All of the content, unpacked. */
  byte[] readAll() throws FormatException {
    try (InputStream in = open()) {
      int most = mostBytes();
      byte[] content = in.readNBytes(most);
      if (content.length == most && in.read() >= 0) {
        throw tooLarge("more than " + most);
      }
      return content;
    } catch (FormatException e) {
      throw e;
    } catch (IOException e) {
      throw FormatException.unreadable(path, e);
    }
  }

  /** Refuses a file that is larger, as it lies there, than {@link #mostBytes}. */
  void checkSize() throws FormatException {
    if (size > mostBytes()) {
      throw tooLarge(Long.toString(size));
    }
  }

  /** Most bytes that one file may unpack to: leaves the rest of the memory for what is made of them. */
  static int mostBytes() {
    return (int) Math.min(Integer.MAX_VALUE - 8, Runtime.getRuntime().maxMemory() / 4);
  }

  FormatException tooLarge(String bytes) {
    return wrong("expected at most " + mostBytes() + " bytes (a quarter of this JVM's memory), got " + bytes);
  }

  FormatException wrong(String problem) {
    return new FormatException(path, problem);
  }

  private static InputStream stream(Path path, boolean packed) throws IOException {
    InputStream file = new BufferedInputStream(Files.newInputStream(path), 1 << 16);
    try {
      return packed ? new GZIPInputStream(file, 1 << 16) : file;
    } catch (IOException e) {
      file.close();
      throw e;
    }
  }
}
