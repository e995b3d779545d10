package org.spikelane.cli;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;
import org.spikelane.exchange.NetworkFormat;
import org.spikelane.exchange.StateDict;
import org.spikelane.format.AtomicFile;
import org.spikelane.format.PyTorchFile;
import org.spikelane.format.Tensor;
import org.spikelane.network.NetworkJson;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code spikelane inspect}. */
@Command(name = "inspect",
    description = "Shows what is in a network's file, of spikelane or another framework, and what was assumed to read it.",
    footer = {
        "",
        "Examples:",
        "  spikelane inspect network.nir",
        "  spikelane inspect model.pt                                 its tensors, and a description",
        "  spikelane inspect model.pt --write-description model.json",
        "  spikelane inspect model.pt --description model.json",
        "  spikelane inspect checkpoint.pt --entry model_state_dict --prefix module."
    })
final class InspectCommand implements Callable<Integer> {

  private static final Gson PRETTY = new GsonBuilder().setPrettyPrinting().create();

  private final Surroundings surroundings;

  @Parameters(paramLabel = "FILE", description = "Network: .nir, .pt or .safetensors, told by its content.")
  private Path path;

  @Mixin
  private ImportOptions imports;

  @Option(names = "--write-description", paramLabel = "FILE",
      description = "Write the description of the network, or the one that the tensors suggest.")
  private Path written;

  @Option(names = "--force", description = "Replace the description if it is there.")
  private boolean force;

  InspectCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() throws IOException {
    Model.requireFile(path);
    if (written != null) {
      OutputFile.require("--write-description", written, path);
      OutputFile.requireNew(written, force);
    }
    PrintWriter out = surroundings.out();
    if (imports.isBare(path)) {
      printTensors(out);
      return 0;
    }
    ModelFile file = imports.open(path);
    out.println("file      " + path + ", " + file.format().description());
    file.printNotes(out);
    out.println("network   " + Descriptions.chain(file.network()));
    NetworkTables.print(out, file.network());
    if (written != null) {
      write(out, NetworkJson.write(file.network()));
    }
    return 0;
  }

  private void printTensors(PrintWriter out) throws IOException {
    NetworkFormat format = NetworkFormat.of(path);
    String head = "file      " + path + ", " + format.description() + ", tensors without a network";
    if (format == NetworkFormat.PYTORCH && written == null && !imports.choosesTensors()) {
      Map<String, Map<String, Tensor>> dictionaries = PyTorchFile.read(path).dictionaries();
      if (dictionaries.size() != 1 || !dictionaries.containsKey("")) {
        out.println(head);
        dictionaries.forEach((name, tensors) -> {
          out.println();
          out.println(name.isEmpty() ? "in the file itself:" : "--entry " + Printable.of(name) + ":");
          NetworkTables.print(out, tensors);
        });
        return;
      }
    }
    StateDict dict = imports.stateDict(path);
    out.println(head);
    out.println();
    NetworkTables.print(out, dict.tensors());
    JsonObject suggestion;
    try {
      suggestion = imports.suggestion(dict);
    } catch (IllegalArgumentException e) {
      out.println();
      out.println("No description follows from the tensors: " + Printable.of(e.getMessage()));
      if (written != null) {
        throw new UserError("--write-description: nothing to write, as no description follows from the tensors", e);
      }
      return;
    }
    if (written == null) {
      out.println();
      out.println("The tensors suggest this description; layers without tensors, their order, reset_delay and the surrogate"
          + " are not in the file, so look at them (--write-description FILE, then --description FILE):");
      out.println(PRETTY.toJson(suggestion));
    } else {
      write(out, suggestion);
    }
  }

  private void write(PrintWriter out, JsonObject description) {
    writeDescription(written, description);
    out.println();
    out.println("wrote " + written);
  }

  /** Writes JSON for people to read and change. */
  static void writeDescription(Path file, JsonObject description) {
    byte[] text = (PRETTY.toJson(description) + "\n").getBytes(StandardCharsets.UTF_8);
    OutputFile.write(file, () -> AtomicFile.write(file, to -> to.write(text)));
  }
}
