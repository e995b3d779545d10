package org.spikelane.format;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;

/** Writes a file whole or not at all: beside its place first, then forced to disk, then renamed over it. */
public final class AtomicFile {

  /** As in Linux: there may be a circle. */
  private static final int MOST_LINKS = 40;

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
   * Where the content of {@code file} lies or would lie: links are followed, to a file that is not there yet, too.
   *
   * @throws IOException if they cannot be followed
   */
  public static Path place(Path file) throws IOException {
    if (Files.exists(file)) {
      return file.toRealPath();
    }
    Path place = file.toAbsolutePath();
    for (int links = 0; Files.isSymbolicLink(place); links++) {
      if (links == MOST_LINKS) {
        throw new FileSystemException(file.toString(), null, "it is a link that leads to more than " + MOST_LINKS);
      }
      place = place.resolveSibling(Files.readSymbolicLink(place));
    }
    return place;
  }

  /**
   * Replaces {@code file} by {@code content}. If anything fails, a file that was there before is untouched and nothing
   * is left beside it. Where {@code file} is a link to a file, it stays one, and that file is replaced. What replaces a
   * file has its permissions.
   *
   * @throws NoSuchFileException if the folder of {@code file} does not exist
   * @throws IOException if {@code file} is a folder, a device or a pipe, or may not be written to, if writing or renaming
   *     fails, or what {@code content} throws
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
    if (Files.exists(target) && !Files.isRegularFile(target)) {
      throw new IOException(file + ": expected the name of a file, got a device or pipe");
    }
    if (Files.exists(target) && !Files.isWritable(target)) {
      throw new AccessDeniedException(file.toString(), null, "the file that is there may not be written to");
    }
    // Files.createTempFile would leave the result readable by its owner alone.
    String suffix = Long.toUnsignedString(ThreadLocalRandom.current().nextLong(), 36);
    Path beside = folder.resolve("." + target.getFileName() + "." + suffix + ".tmp");
    try {
      create(beside, target);
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

  /** Makes an empty file that nobody may read who may not read the one that it is to replace. */
  private static void create(Path beside, Path target) throws IOException {
    if (Files.exists(target) && target.getFileSystem().supportedFileAttributeViews().contains("posix")) {
      Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(target);
      Files.createFile(beside, PosixFilePermissions.asFileAttribute(permissions));
      Files.setPosixFilePermissions(beside, permissions); // The umask has taken some away.
    } else {
      Files.createFile(beside);
    }
  }
}
