package org.spikelane.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.spikelane.format.AtomicFile;
import org.spikelane.format.FileProblem;
import org.spikelane.format.Safetensors;
import org.spikelane.network.NetworkFile;

/** The file that a training writes after every epoch; what is in it is always the model of a whole epoch. */
final class KeptModel {

  private final Path path;
  private int epoch;
  private boolean closed;

  /**
   * Nothing is written yet.
   *
   * @throws UserError if a file of that name could not be written
   */
  KeptModel(Path path) {
    this.path = path;
    Path folder = folder(path);
    if (folder == null || Files.isDirectory(path)) {
      throw new UserError("--model: expected the name of a file, got the folder " + path);
    }
    if (!Files.isDirectory(folder)) {
      throw new UserError("--model: expected a file in a folder that exists, got " + path + ", but there is no folder "
          + folder);
    }
    requireReplaceable(path);
    OutputFile.requireWritable("--model", folder);
  }

  private static Path folder(Path path) {
    try {
      return AtomicFile.place(path).getParent();
    } catch (IOException e) {
      throw new UserError("--model: " + path + " cannot be written to: " + FileProblem.inWords(e), e);
    }
  }

  /** A typing mistake must not cost a data file, or a device. */
  private static void requireReplaceable(Path path) {
    if (Files.exists(path) && !isModel(path)) {
      throw new UserError("--model: " + path
          + " is there, and is not a model of spikelane that may be replaced; remove it, or choose another name");
    }
  }

  private static boolean isModel(Path path) {
    if (!Files.isRegularFile(path)) {
      return false;
    }
    try {
      return Files.size(path) == 0 || Safetensors.readMetadata(path).containsKey(NetworkFile.KEY);
    } catch (IOException e) {
      return false;
    }
  }

  /**
   * Puts the model of an epoch in the place of the one before.
   *
   * @throws UserError if that fails; the one before is still there
   * @throws IllegalArgumentException if a weight is not finite; the one before is still there
   */
  synchronized void replace(Model model, int newEpoch) {
    if (closed) {
      return;
    }
    try {
      model.save(path);
    } catch (IOException e) {
      throw new UserError("the model of epoch " + newEpoch + " cannot be written to " + path + ": "
          + FileProblem.inWords(e) + "; " + kept(), e);
    }
    epoch = newEpoch;
  }

  /** What is in the file, for people. */
  synchronized String kept() {
    return epoch == 0
        ? "no epoch was finished, so " + path + " was not written"
        : "the model of epoch " + epoch + " is in " + path;
  }

  /** Waits for a file that is being written, and lets no other be begun. */
  synchronized void close() {
    closed = true;
  }
}
