package org.spikelane.cli;

import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What a command sees of the world.
 *
 * @param out where results go
 * @param err where failures go
 * @param terminal whether somebody watches {@code out}, so that a line may be written over
 * @param home the packaged folder, if the launcher started this
 * @param command what the user typed to start this, for examples to copy
 */
record Surroundings(PrintWriter out, PrintWriter err, boolean terminal, Optional<Path> home, String command) {

  /** What {@link #outputIsLost} means, for people. */
  static final String LOST_OUTPUT = "the output cannot be written: nobody reads it any more, or its disk is full";

  /** The surroundings of this JVM, as the launcher describes them in system properties. */
  static Surroundings ofThisJvm(PrintWriter out, PrintWriter err, boolean terminal) {
    return new Surroundings(out, err, terminal, Optional.ofNullable(System.getProperty("spikelane.home")).map(Path::of),
        System.getProperty("spikelane.command", "spikelane"));
  }

  /** Whether something that was printed to {@link #out} is lost: its reader has gone, or its disk is full. */
  boolean outputIsLost() {
    return out.checkError();
  }

  /** The spoken digits that come with the packaged folder, if they are there. */
  Optional<Path> shippedData() {
    return home.map(folder -> folder.resolve("data").resolve("fsdd-spikes")).filter(Files::isDirectory);
  }
}
