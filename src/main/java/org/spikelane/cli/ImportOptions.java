package org.spikelane.cli;

import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.spikelane.exchange.NetworkFormat;
import org.spikelane.exchange.Nir;
import org.spikelane.exchange.NirOptions;
import org.spikelane.exchange.StateDict;
import org.spikelane.format.FormatException;
import org.spikelane.format.Safetensors;
import org.spikelane.network.NetworkFile;
import picocli.CommandLine.Option;

/** How a file becomes a network: what is not in files of other frameworks. */
final class ImportOptions {

  @Option(names = "--description", paramLabel = "FILE", description = "JSON with the layers of a state dict (.pt,"
      + " .safetensors of other writers); 'spikelane inspect' suggests one.")
  private Path description;

  @Option(names = "--entry", paramLabel = "NAME",
      description = "The state dict to take of a checkpoint, such as model_state_dict.")
  private String entry;

  @Option(names = "--prefix", paramLabel = "TEXT",
      description = "What to take off the names of a state dict, such as module.")
  private String prefix;

  @Option(names = "--reset-mechanism", paramLabel = "KIND", description = "subtract, zero or none, of NIR graphs and"
      + " of state dicts that do not say it (default: as the file says, else zero of NIR graphs, subtract of state dicts).")
  private ResetKind resetMechanism;

  @Option(names = "--reset-delay", negatable = true, description = "Whether the reset comes one step after its spike, of NIR"
      + " graphs and state dicts (default: as the file says, else not in NIR graphs; as the description says of state"
      + " dicts, else it does).")
  private Boolean resetDelay;

  @Option(names = "--dt", paramLabel = "SECONDS",
      description = "Length of a step, of NIR graphs (default: as the file's metadata say, else 0.0001).")
  private Double dt;

  @Option(names = "--surrogate", paramLabel = "KIND",
      description = "Surrogate gradient, kept in the network for who trains it on: atan, fast_sigmoid, sigmoid or triangular"
          + " (default: as the file or description says, else atan).")
  private SurrogateKind surrogate;

  @Option(names = "--slope", paramLabel = "X", description = "Steepness of the surrogate (default: snnTorch's).")
  private Float slope;

  /** The file of the description, or null if none was given. */
  Path description() {
    return description;
  }

  /**
   * Reads a network of any format.
   *
   * @throws UserError if there is no such file, or an option does not go with it
   * @throws FormatException if it is malformed, or cannot be turned into a network
   */
  ModelFile open(Path path) throws IOException {
    return open(path, null);
  }

  /** The same for writing it in a format, or in none (null); what only that takes is no mistake then. */
  ModelFile open(Path path, NetworkFormat target) throws IOException {
    Model.requireFile(path);
    NetworkFormat format = NetworkFormat.of(path);
    if (format == NetworkFormat.NIR) {
      refuse("--description", description, "a NIR graph says itself what a description would");
      refuse("--entry", entry, "a NIR graph has no entries");
      refuse("--prefix", prefix, "it is for the names of state dicts, this is a NIR graph");
      Nir.Imported imported = Nir.imported(path, options());
      return new ModelFile(path, format, imported.network(), notes(imported), null, imported.dt());
    }
    if (format == NetworkFormat.SAFETENSORS && description == null
        && Safetensors.readMetadata(path).containsKey(NetworkFile.KEY)) {
      refuse("--entry", entry, "the file has no entries");
      refuse("--prefix", prefix, "the file was written by spikelane");
      refuse("--reset-mechanism", resetMechanism, "the file says it");
      refuse("--reset-delay", resetDelay, "the file says it");
      refuse("--surrogate", surrogate, "the file says it");
      refuse("--slope", slope, "the file says it");
      refuse("--dt", target == NetworkFormat.NIR ? null : dt, "only NIR graphs have a step");
      NetworkFile own = NetworkFile.load(path);
      return new ModelFile(path, format, own.network(), List.of(), own, null);
    }
    refuse("--dt", target == NetworkFormat.NIR ? null : dt, "only NIR graphs have a step");
    if (description == null) {
      // What is wrong with the file itself comes first.
      stateDict(path);
      throw new UserError(path + ": holds tensors without a network; describe its layers in JSON, --description FILE (see"
          + " spikelane inspect " + path + ")");
    }
    StateDict dict = stateDict(path);
    try {
      StateDict.Imported imported = dict.network(json(description), options());
      return new ModelFile(path, format, imported.network(), imported.notes(), null, null);
    } catch (IllegalArgumentException e) {
      throw new FormatException(description, "for " + path + ": " + e.getMessage(), e);
    }
  }

  /** Whether it says which tensors of a checkpoint are meant. */
  boolean choosesTensors() {
    return entry != null || prefix != null;
  }

  /**
   * The description that tensors suggest, with resets and surrogate as chosen.
   *
   * @throws UserError if an option is out of range or does not go with it
   * @throws IllegalArgumentException if no description follows from the tensors
   */
  JsonObject suggestion(StateDict dict) {
    refuse("--dt", dt, "only NIR graphs have a step");
    return dict.suggestion(options());
  }

  /** Whether a file is nothing but tensors as long as nobody describes the network. */
  boolean isBare(Path path) throws FormatException {
    return description == null && (NetworkFormat.of(path) == NetworkFormat.PYTORCH
        || (NetworkFormat.of(path) == NetworkFormat.SAFETENSORS
            && !Safetensors.readMetadata(path).containsKey(NetworkFile.KEY)));
  }

  /**
   * The tensors of a file, by the names that are left of them.
   *
   * @throws FormatException if the file is malformed, or a checkpoint of which no entry is named
   */
  StateDict stateDict(Path path) throws FormatException {
    StateDict dict = entry == null ? StateDict.read(path) : StateDict.read(path, entry);
    try {
      return prefix == null ? dict : dict.withoutPrefix(prefix);
    } catch (IllegalArgumentException e) {
      throw new FormatException(path, e.getMessage(), e);
    }
  }

  private NirOptions options() {
    Recipe.require("--dt", dt == null || (dt > 0 && Double.isFinite(dt)), "seconds above 0", dt);
    Recipe.require("--slope", slope == null || surrogate != null, "--surrogate beside it", "none");
    Recipe.require("--slope", slope == null || (slope > 0 && Float.isFinite(slope)), "a finite number above 0", slope);
    return new NirOptions(dt, resetMechanism == null ? null : resetMechanism.mechanism(), resetDelay,
        surrogate == null ? null : surrogate.surrogate(Objects.requireNonNullElse(slope, surrogate.defaultSlope())));
  }

  /** Seconds of a step, for writing a file as a NIR graph: those chosen, else those with which it was read. */
  double step(ModelFile file) {
    options();
    if (dt != null) {
      return dt;
    }
    return Objects.requireNonNullElse(file.stepOrNull(), NirOptions.DEFAULT_DT);
  }

  private static List<String> notes(Nir.Imported imported) {
    List<String> open = new ArrayList<>();
    if (imported.dtAssumed()) {
      open.add("a step of " + BigDecimal.valueOf(imported.dt()).stripTrailingZeros().toPlainString() + " s (--dt)");
    }
    if (imported.mechanismAssumed()) {
      open.add("reset to zero (--reset-mechanism)");
    }
    if (imported.delayAssumed()) {
      open.add("reset at once (--reset-delay)");
    }
    return open.isEmpty() ? List.of() : List.of(String.join(", ", open) + ", as the file does not say");
  }

  private static void refuse(String option, Object given, String why) {
    if (given != null) {
      throw new UserError(option + ": cannot be used here, " + why);
    }
  }

  private static JsonObject json(Path file) throws FormatException {
    try {
      return JsonParser.parseString(Files.readString(file)).getAsJsonObject();
    } catch (IOException e) {
      throw FormatException.unreadable(file, e);
    } catch (JsonParseException e) {
      throw new FormatException(file, "expected JSON, got " + syntax(e), e);
    } catch (IllegalStateException e) {
      throw new FormatException(file, "expected a JSON object that describes a network, got something else", e);
    }
  }

  /** What is wrong and where: the innermost cause without the advice to programmers and the link that Gson adds. */
  private static String syntax(JsonParseException e) {
    String message = Objects.requireNonNullElse(e.getCause() == null ? e.getMessage() : e.getCause().getMessage(), "none");
    return message.replaceFirst("^Use JsonReader\\.setStrictness\\S* to accept ", "").lines().findFirst()
        .map(line -> line.substring(0, 1).toLowerCase(Locale.ROOT) + line.substring(1)).orElse("none");
  }
}
