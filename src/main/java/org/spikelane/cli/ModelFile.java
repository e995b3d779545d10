package org.spikelane.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.spikelane.data.InputEncoding;
import org.spikelane.exchange.NetworkFormat;
import org.spikelane.network.Network;
import org.spikelane.network.NetworkFile;

/**
 * A network that was read from a file of any format.
 *
 * @param notes what was assumed, a line each
 * @param ownOrNull the file, if spikelane wrote it
 * @param stepOrNull seconds of a step with which it was read, if it is a NIR graph
 */
record ModelFile(Path path, NetworkFormat format, Network network, List<String> notes, NetworkFile ownOrNull,
    Double stepOrNull) {

  /** The file, if spikelane wrote it. */
  Optional<NetworkFile> own() {
    return Optional.ofNullable(ownOrNull);
  }

  /** Prints what was assumed. */
  void printNotes(PrintWriter out) {
    for (String note : notes) {
      out.println("assumed   " + Printable.of(note));
    }
  }

  /** Prints how samples become input, where the file does not say it. */
  void printInput(PrintWriter out, InputEncoding assumed) {
    if (!Model.hasEncoding(this)) {
      out.println("input     " + Descriptions.describe(assumed) + "; not in the file");
    }
  }
}
