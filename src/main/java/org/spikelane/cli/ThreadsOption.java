package org.spikelane.cli;

import picocli.CommandLine.Option;

/** How many threads a command works with. */
final class ThreadsOption {

  /** A trainer cuts batches into at most this many pieces. */
  static final int MOST_IN_TRAINING = 8;

  @Option(names = "--threads", paramLabel = "N",
      description = "Threads to work with (default: as many as processors). Training uses at most " + MOST_IN_TRAINING
          + ". Results are the same for any number.")
  private int threads = Runtime.getRuntime().availableProcessors();

  /**
   * The number.
   *
   * @throws UserError if it is below 1
   */
  int count() {
    Recipe.require("--threads", threads >= 1 && threads <= 1024, "1 to 1024", threads);
    return threads;
  }
}
