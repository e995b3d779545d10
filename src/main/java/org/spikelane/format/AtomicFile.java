package org.spikelane.format;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.ThreadLocalRandom;

/** Writes a file whole or not at all: beside its place first, then forced to disk, then renamed over it. */
public final class AtomicFile {

  private AtomicFile() {}

  /** What goes into a file. */
  @FunctionalInterface
  public interface Content {

    /**
     * Writes everything; the stream is buffered, and closed by the caller.
     *
     * @throws IOException if writing fails; the file is then left as it was
     */
    void writeTo(OutputStream out) throws IOException;
  }

  /** What goes into a file, for writers that open it themselves. */
  @FunctionalInterface
  public interface Filling {

    /**
     * Writes everything to {@code empty}, which exists and is empty, and closes it.
     *
     * @throws IOException if writing fails; the file that was to be replaced is then left as it was
     */
    void fill(Path empty) throws IOException;
  }

  /**
   * Where the content of {@code file} lies or would lie: links are followed to a file that exists.
   *
   * @throws IOException if they cannot be followed
   */
  public static Path place(Path file) throws IOException {
    return Files.exists(file) ? file.toRealPath() : file.toAbsolutePath();
  }

  /**
   * Replaces {@code file} by {@code content}. If anything fails, a file that was there before is untouched and nothing
   * is left beside it. Where {@code file} is a link to a file, it stays one, and that file is replaced.
   *
   * @throws NoSuchFileException if the folder of {@code file} does not exist
   * @throws IOException if writing or renaming fails, or what {@code content} throws
   */
  public static void write(Path file, Content content) throws IOException {
    fill(file, empty -> {
      try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(empty), 1 << 16)) {
        content.writeTo(out);
      }
    });
  }

  /** The same for writers that want the name of a file; it lies beside {@code file} and is renamed when it is whole. */
  public static void fill(Path file, Filling filling) throws IOException {
    Path target = place(file);
    Path folder = target.getParent();
    if (folder == null || Files.isDirectory(target)) {
      throw new IOException(file + ": expected the name of a file, got a folder");
    }
    if (!Files.isDirectory(folder)) {
      throw new NoSuchFileException(folder.toString(), null, "no such folder to write " + target.getFileName() + " in");
    }
    // Files.createTempFile would leave the result readable by its owner alone.
    String suffix = Long.toUnsignedString(ThreadLocalRandom.current().nextLong(), 36);
    Path beside = folder.resolve("." + target.getFileName() + "." + suffix + ".tmp");
    try {
      Files.createFile(beside);
      filling.fill(beside);
      try (FileChannel channel = FileChannel.open(beside, StandardOpenOption.WRITE)) {
        channel.force(true);
      }
      try {
        Files.move(beside, target, StandardCopyOption.ATOMIC_MOVE);
      } catch (AtomicMoveNotSupportedException e) {
        Files.move(beside, target, StandardCopyOption.REPLACE_EXISTING);
      }
    } finally {
      Files.deleteIfExists(beside);
    }
  }
}
