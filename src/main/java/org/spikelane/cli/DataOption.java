package org.spikelane.cli;

import java.nio.file.Path;
import java.util.Optional;
import org.spikelane.data.DataFolder;
import org.spikelane.format.FormatException;
import picocli.CommandLine.Option;

/** Which data a command works on. */
final class DataOption {

  @Option(names = "--data", paramLabel = "FOLDER", description = "Folder with training and test data: HDF5 event"
      + " recordings as in the Spiking Heidelberg Digits, IDX images as in MNIST, or NPY trials (default: the spoken"
      + " digits that come with spikelane).")
  private Path given;

  /** The folder that was given, if one was. */
  Optional<Path> given() {
    return Optional.ofNullable(given);
  }

  /**
   * The folder to read.
   *
   * @throws UserError if none was given, and the shipped one is not there
   */
  Path folder(Surroundings surroundings) {
    return given().or(surroundings::shippedData).orElseThrow(() -> new UserError(
        "no data: the spoken digits that come with spikelane are "
        + surroundings.home().map(home -> "not in " + home.resolve("data")).orElse("only in its packaged folder")
        + "; pass --data FOLDER"));
  }

  /**
   * Reads the folder.
   *
   * @throws FormatException if it does not hold data that can be used
   */
  DataFolder open(Surroundings surroundings) throws FormatException {
    return DataFolder.open(folder(surroundings));
  }

  /**
   * Reads what the test of a network takes: no training samples, unless they decide how samples become its input.
   *
   * @throws FormatException if it does not hold data that can be used
   */
  DataFolder openFor(ModelFile file, Surroundings surroundings) throws FormatException {
    return Model.hasEncoding(file) ? DataFolder.openTest(folder(surroundings)) : open(surroundings);
  }
}
