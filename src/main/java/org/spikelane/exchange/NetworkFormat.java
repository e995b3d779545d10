package org.spikelane.exchange;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import org.spikelane.format.FormatException;
import org.spikelane.format.GuardedHdf5;
import org.spikelane.format.PyTorchFile;
import org.spikelane.format.Safetensors;

/** The formats of files that networks come in. */
public enum NetworkFormat {
  /** A graph of the Neuromorphic Intermediate Representation, in HDF5. */
  NIR("NIR graph", "\\.nir"),
  /** What {@code torch.save} writes: a state dict, or a checkpoint that holds one. */
  PYTORCH("PyTorch state dict", "\\.(pt|pth)"),
  /** Tensors, of ours with their configuration, of others without. */
  SAFETENSORS("safetensors", "\\.safetensors");

  /** By so many bytes all of them are told apart. */
  private static final int FIRST_BYTES = 9;

  private final String description;
  /** What names end in, as a regular expression. */
  private final String endings;

  NetworkFormat(String description, String endings) {
    this.description = description;
    this.endings = endings;
  }

  /** What it is, for people. */
  public String description() {
    return description;
  }

  /**
   * The format of a file, by its first bytes.
   *
   * @throws FormatException if it cannot be read, or is of none of them
   */
  public static NetworkFormat of(Path file) throws FormatException {
    byte[] first;
    try (InputStream in = Files.newInputStream(file)) {
      first = in.readNBytes(FIRST_BYTES);
    } catch (IOException e) {
      throw FormatException.unreadable(file, e);
    }
    if (Safetensors.begins(first)) {
      return SAFETENSORS;
    }
    if (GuardedHdf5.begins(first)) {
      return NIR;
    }
    if (PyTorchFile.begins(first)) {
      return PYTORCH;
    }
    throw new FormatException(file, "expected a NIR graph (HDF5), a file of torch.save (ZIP) or safetensors, got something"
        + " else" + (first.length == FIRST_BYTES ? "" : " of " + first.length + " bytes"));
  }

  /** The format that a name ends in; empty if it is none of them. */
  public static Optional<NetworkFormat> named(Path file) {
    String name = file.toString().toLowerCase(Locale.ROOT);
    return Arrays.stream(values()).filter(format -> name.matches(".*" + format.endings)).findFirst();
  }
}
