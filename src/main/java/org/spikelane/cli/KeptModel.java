package org.spikelane.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.spikelane.exchange.NetworkFormat;
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
  KeptModel(Path path) throws IOException {
    this.path = path;
    requireEnding(path);
    OutputFile.require("--model", path);
    requireReplaceable(path);
  }

  /** A name that promises another format would mislead; one without an ending does not. */
  private static void requireEnding(Path path) {
    boolean fits = NetworkFormat.named(path).orElse(NetworkFormat.SAFETENSORS) == NetworkFormat.SAFETENSORS
        && !path.toString().toLowerCase(Locale.ROOT).endsWith(".npy");
    Recipe.require("--model", fits, "a name that ends in .safetensors", path + "; spikelane convert writes other formats");
  }

  /** A typing mistake must not cost a data file. */
  private static void requireReplaceable(Path path) {
    Recipe.require("--model", !Files.exists(path) || Files.isReadable(path), "a model that may be read",
        path + ", which may not");
    if (Files.exists(path) && !isModel(path)) {
      throw new UserError("--model: " + path
          + " is there, and is not a model of spikelane that may be replaced; remove it, or choose another name");
    }
  }

  private static boolean isModel(Path path) {
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
