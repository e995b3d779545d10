package org.spikelane.cli;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.spikelane.exchange.NetworkFormat;
import org.spikelane.exchange.Nir;
import org.spikelane.exchange.StateDict;
import org.spikelane.network.NetworkFile;
import org.spikelane.network.NetworkJson;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code spikelane convert}. */
@Command(name = "convert",
    description = "Writes a network in another format, which the ending of the new file names: .safetensors (a model of"
        + " spikelane, its tensors as snnTorch names them), .pt (a state dict for torch.load) or .nir.",
    footer = {
        "",
        "Examples:",
        "  spikelane convert model.pt model.safetensors --description model.json",
        "  spikelane convert network.nir model.safetensors --reset-mechanism subtract --reset-delay",
        "  spikelane convert spikelane-model.safetensors model.pt --write-description model.json",
        "  spikelane convert spikelane-model.safetensors network.nir --dt 0.001"
    })
final class ConvertCommand implements Callable<Integer> {

  private final Surroundings surroundings;

  @Parameters(index = "0", paramLabel = "IN", description = "Network: .nir, .pt or .safetensors, told by its content.")
  private Path from;

  @Parameters(index = "1", paramLabel = "OUT", description = "New file, ending in .safetensors, .pt, .pth or .nir.")
  private Path to;

  @Mixin
  private ImportOptions imports;

  @Option(names = "--write-description", paramLabel = "FILE",
      description = "Write the description that a .pt of this network needs to be read again.")
  private Path written;

  @Option(names = "--force", description = "Replace files that are there.")
  private boolean force;

  ConvertCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() throws IOException {
    NetworkFormat format = NetworkFormat.named(to).orElseThrow(() -> new UserError(
        "OUT: expected a name that ends in .safetensors, .pt, .pth or .nir, got " + to));
    OutputFile.require("OUT", to, from, imports.description());
    OutputFile.requireNew(to, force);
    if (written != null) {
      OutputFile.require("--write-description", written, from, to, imports.description());
      OutputFile.requireNew(written, force);
    }
    ModelFile file = imports.open(from, format);
    PrintWriter out = surroundings.out();
    out.println("from      " + from + ", " + file.format().description());
    file.printNotes(out);
    out.println("network   " + Descriptions.chain(file.network()));
    JsonObject configuration = configuration(file);
    try {
      OutputFile.write(to, () -> {
        switch (format) {
          case SAFETENSORS -> StateDict.of(file.network()).writeSafetensors(to, metadata(file, configuration));
          case PYTORCH -> StateDict.of(file.network()).writePyTorch(to);
          case NIR -> Nir.write(to, file.network(), imports.step(file));
        }
      });
    } catch (IllegalArgumentException e) {
      throw new UserError(to + ": cannot be written: " + e.getMessage(), e);
    }
    out.println("wrote     " + to + ", " + format.description());
    if (written != null) {
      InspectCommand.writeDescription(written, configuration);
      out.println("wrote     " + written + ", description");
    } else if (format == NetworkFormat.PYTORCH) {
      out.println("A state dict has no resets' delay, surrogates or layers without parameters; --write-description FILE keeps"
          + " them.");
    }
    if (format != NetworkFormat.SAFETENSORS && Model.hasEncoding(file)) {
      out.println("Of a trained model, a " + format.description() + " keeps the network alone, not how samples become its"
          + " input, the names of the classes and the loss; eval and predict take the data folder's own there.");
    }
    return 0;
  }

  private static JsonObject configuration(ModelFile file) {
    try {
      return NetworkJson.write(file.network());
    } catch (IllegalArgumentException e) {
      throw new UserError(file.path() + ": " + e.getMessage(), e);
    }
  }

  private static Map<String, String> metadata(ModelFile file, JsonObject configuration) {
    Map<String, String> metadata = new LinkedHashMap<>();
    file.own().ifPresent(own -> metadata.putAll(own.metadata()));
    metadata.put(NetworkFile.KEY, configuration.toString());
    return metadata;
  }
}
