package org.spikelane.cli;

import picocli.CommandLine.Option;

/** How many threads a command works with. */
final class ThreadsOption {

  @Option(names = "--threads", paramLabel = "N",
      description = "Threads to work with (default: as many as processors). Results are the same for any number.")
  private int threads = Runtime.getRuntime().availableProcessors();

  /**
   * The number.
   *
   * @throws UserError if it is below 1 or above 1024
   */
  int count() {
    Recipe.require("--threads", threads >= 1 && threads <= 1024, "1 to 1024", threads);
    return threads;
  }
}
