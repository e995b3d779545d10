package org.spikelane.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.spikelane.format.AtomicFile;
import org.spikelane.format.FileProblem;

/** A file that a command is to write: what is checked before the command does anything, and the writing. */
final class OutputFile {

  private OutputFile() {}

  /** What writes a file. */
  @FunctionalInterface
  interface Writing {

    /** Writes the whole file. */
    void write() throws IOException;
  }

  /**
   * Requires a file that can be written and is none of those that the command reads or writes besides.
   *
   * @param name of the argument, as in {@code --output}
   * @param others may hold nulls, for files that were not given
   * @throws UserError if it is no file (a folder, say), may not be written to, lies in a folder that is not there or
   *     cannot be written to, or is one of the others
   */
  static void require(String name, Path file, Path... others) throws IOException {
    Recipe.require(name, !Files.isDirectory(file), "the name of a file", "the folder " + file);
    Recipe.require(name, !Files.exists(file) || Files.isRegularFile(file), "the name of a file",
        "the device or pipe " + file);
    Recipe.require(name, !Files.exists(file) || Files.isWritable(file), "a file that may be written to",
        file + ", which may not");
    Path folder = place(name, file).getParent();
    Recipe.require(name, Files.isDirectory(folder), "a file in a folder that is there",
        file + ", but there is no folder " + folder);
    for (Path other : others) {
      Recipe.require(name, other == null || !same(name, file, other), "a file of its own",
          file + ", which is another argument");
    }
    requireWritable(name, folder);
  }

  private static Path place(String name, Path file) {
    try {
      return AtomicFile.place(file);
    } catch (IOException e) {
      throw new UserError(name + ": " + file + " cannot be written to: " + FileProblem.inWords(e), e);
    }
  }

  private static void requireWritable(String name, Path folder) {
    try {
      Files.delete(Files.createTempFile(folder, ".spikelane", ".tmp"));
    } catch (IOException e) {
      throw new UserError(name + ": the folder " + folder + " cannot be written to: " + FileProblem.inWords(e), e);
    }
  }

  /**
   * Writes a file.
   *
   * @throws UserError if that fails
   */
  static void write(Path file, Writing writing) {
    try {
      writing.write();
    } catch (IOException e) {
      throw new UserError(file + ": cannot be written: " + FileProblem.inWords(e), e);
    }
  }

  /**
   * Requires that a file is not there, or that it may be replaced.
   *
   * @throws UserError otherwise
   */
  static void requireNew(Path file, boolean force) {
    if (Files.exists(file) && !force) {
      throw new UserError(file + ": is there already; choose another name, or --force");
    }
  }

  private static boolean same(String name, Path a, Path b) throws IOException {
    if (Files.exists(a) || Files.exists(b)) {
      return Files.exists(a) && Files.exists(b) && Files.isSameFile(a, b);
    }
    return place(name, a).normalize().equals(place(name, b).normalize());
  }
}
