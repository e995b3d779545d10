package org.spikelane.cli;

import org.spikelane.data.DataFolder;
import org.spikelane.data.EncodingOptions;
import org.spikelane.data.InputEncoding;
import picocli.CommandLine.Option;

/** How samples of a data folder become input. */
final class EncodingOption {

  @Option(names = "--steps", paramLabel = "N", description = "Time steps of a sample (default: 70 for events, 25 for"
      + " images; trials have their own).")
  private Integer steps;

  @Option(names = "--bin-ms", paramLabel = "MS", description = "Length of a step in ms, for events (default: 10).")
  private Double binMilliseconds;

  @Option(names = "--units", paramLabel = "N",
      description = "Inputs of the network, for events (default: the largest unit in the data + 1).")
  private Integer units;

  /** Whether any of them was given. */
  boolean given() {
    return steps != null || binMilliseconds != null || units != null;
  }

  /**
   * Checks what was given.
   *
   * @throws UserError if an option is out of range, or has no effect on that kind of data
   */
  void checkFor(DataFolder.Kind kind) {
    requireEvents("--bin-ms", binMilliseconds, kind);
    requireEvents("--units", units, kind);
    Recipe.require("--bin-ms", binMilliseconds == null || (binMilliseconds >= 1e-3 && binMilliseconds <= 1e6),
        "0.001 to 1000000", binMilliseconds);
  }

  private static void requireEvents(String option, Object given, DataFolder.Kind kind) {
    Recipe.require(option, given == null || kind == DataFolder.Kind.EVENTS, DataFolder.Kind.EVENTS.description(),
        kind.description() + "; leave it out");
  }

  /**
   * How the folder's samples become input.
   *
   * @throws UserError if the wanted number of steps is not possible
   */
  InputEncoding encoding(DataFolder folder) {
    checkFor(folder.kind());
    EncodingOptions options = EncodingOptions.NONE;
    if (steps != null) {
      options = options.withSteps(steps);
    }
    if (binMilliseconds != null) {
      options = options.withBinSeconds(binMilliseconds / 1000);
    }
    if (units != null) {
      options = options.withUnits(units);
    }
    try {
      return folder.defaultEncoding(options);
    } catch (IllegalArgumentException e) {
      throw new UserError((e.getMessage().matches("(steps|units):.*") ? "--" : "--steps: ") + e.getMessage(), e);
    }
  }
}
