package org.spikelane.format;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
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
      try (FileChannel channel =
          FileChannel.open(beside, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
        OutputStream out = new BufferedOutputStream(Channels.newOutputStream(channel), 1 << 16);
        content.writeTo(out);
        out.flush();
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
