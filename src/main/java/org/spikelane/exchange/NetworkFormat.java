package org.spikelane.exchange;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import org.spikelane.format.FormatException;

/** The formats of files that networks come in. */
public enum NetworkFormat {
  /** A graph of the Neuromorphic Intermediate Representation, in HDF5. */
  NIR("NIR graph", "\\.nir"),
  /** What {@code torch.save} writes: a state dict, or a checkpoint that holds one. */
  PYTORCH("PyTorch state dict", "\\.(pt|pth)"),
  /** Tensors, of ours with their configuration, of others without. */
  SAFETENSORS("safetensors", "\\.safetensors");

  private static final byte[] HDF5 = {(byte) 0x89, 'H', 'D', 'F', '\r', '\n', 0x1a, '\n'};
  private static final byte[] ZIP = {'P', 'K', 3, 4};
  /** A pickle of PyTorch before 1.6, whose reader says what to do about it. */
  private static final byte[] PICKLE = {(byte) 0x80, 2, (byte) 0x8a, 0x0a};
  /** Where the header of safetensors begins, behind its length, and an archive or a pickle has other bytes. */
  private static final int HEADER = 8;

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
      first = in.readNBytes(HEADER + 1);
    } catch (IOException e) {
      throw FormatException.unreadable(file, e);
    }
    if (first.length > HEADER && first[HEADER] == '{') {
      return SAFETENSORS;
    }
    if (begins(first, HDF5)) {
      return NIR;
    }
    if (begins(first, ZIP) || begins(first, PICKLE)) {
      return PYTORCH;
    }
    throw new FormatException(file, "expected a NIR graph (HDF5), a file of torch.save (ZIP) or safetensors, got something"
        + " else" + (first.length > HEADER ? "" : " of " + first.length + " bytes"));
  }

  private static boolean begins(byte[] bytes, byte[] with) {
    return bytes.length >= with.length && Arrays.equals(bytes, 0, with.length, with, 0, with.length);
  }

  /** The format that a name ends in; empty if it is none of them. */
  public static Optional<NetworkFormat> named(Path file) {
    String name = file.toString().toLowerCase(Locale.ROOT);
    return Arrays.stream(values()).filter(format -> name.matches(".*" + format.endings)).findFirst();
  }
}
