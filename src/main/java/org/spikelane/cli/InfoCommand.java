package org.spikelane.cli;

import com.google.gson.JsonElement;
import java.io.IOException;
import java.io.PrintWriter;
import java.math.BigDecimal;
import java.math.MathContext;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.spikelane.kernels.KernelProvider;
import org.spikelane.network.Network;
import org.spikelane.network.NetworkFile;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code spikelane info}. */
@Command(name = "info", description = "Shows what spikelane runs on, or what is in a model file.",
    footer = {
        "",
        "Examples:",
        "  spikelane info",
        "  spikelane info spikelane-model.safetensors"
    })
final class InfoCommand implements Callable<Integer> {

  private final Surroundings surroundings;

  @Parameters(paramLabel = "MODEL", arity = "0..1", description = "Model file; without one, the installation is shown.")
  private Path path;

  InfoCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() throws IOException {
    if (path == null) {
      printInstallation(surroundings.out());
    } else {
      NetworkFile file = Model.file(path);
      printModel(surroundings.out(), file.network(),
          file.metadata().containsKey(Model.ENCODING) ? Optional.of(Model.of(path, file)) : Optional.empty());
    }
    return 0;
  }

  private void printInstallation(PrintWriter out) {
    out.println("spikelane  " + Spikelane.Version.text());
    out.println("java       " + System.getProperty("java.vm.name") + " " + System.getProperty("java.vm.version") + ", "
        + System.getProperty("java.home"));
    out.println("kernels    " + KernelProvider.current());
    out.printf(Locale.ROOT, "machine    %d processors, %s, heap of up to %d MiB%n",
        Runtime.getRuntime().availableProcessors(), System.getProperty("os.arch"),
        Runtime.getRuntime().maxMemory() / (1 << 20));
    out.println("data       "
        + surroundings.shippedData().map(Path::toString).orElse("none shipped here; pass --data FOLDER"));
  }

  private void printModel(PrintWriter out, Network network, Optional<Model> trained) {
    out.println("model     " + path);
    out.println("network   " + Descriptions.chain(network));
    if (trained.isPresent()) {
      Model model = trained.get();
      out.println("input     " + Descriptions.describe(model.encoding()));
      out.println("classes   " + String.join(", ", model.classes()));
      out.println("training  " + model.training().entrySet().stream()
          .map(entry -> Printable.of(entry.getKey() + " " + plain(entry.getValue())))
          .collect(Collectors.joining(", ")));
    } else {
      out.println("input     not in the file, which 'spikelane train' did not write; eval and predict take the data"
          + " folder's own");
    }
    NetworkTables.print(out, network);
  }

  /** A value for people: numbers that are not whole have four digits. */
  private static String plain(JsonElement value) {
    if (!value.isJsonPrimitive()) {
      return value.toString();
    }
    String text = value.getAsString();
    if (!value.getAsJsonPrimitive().isNumber() || text.matches("-?[0-9]+") || !Double.isFinite(value.getAsDouble())) {
      return text;
    }
    return Double.toString(new BigDecimal(value.getAsDouble()).round(new MathContext(4)).doubleValue());
  }
}
