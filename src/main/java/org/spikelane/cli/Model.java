package org.spikelane.cli;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.spikelane.data.DataFolder;
import org.spikelane.data.Dataset;
import org.spikelane.data.InputEncoding;
import org.spikelane.exchange.NetworkFormat;
import org.spikelane.format.FormatException;
import org.spikelane.network.NamedLayer;
import org.spikelane.network.Network;
import org.spikelane.network.NetworkFile;
import org.spikelane.training.Trainer;

/**
 * A trained network with what it takes to use it: one file, as {@link NetworkFile} writes it, with metadata {@code
 * spikelane.encoding}, {@code spikelane.classes} and {@code spikelane.training}, each JSON.
 *
 * @param network ends in one neuron for each class
 * @param encoding how samples become its input
 * @param classes names of the classes, fit to print
 * @param training how it was trained
 */
record Model(Network network, InputEncoding encoding, List<String> classes, JsonObject training) {

  static final String ENCODING = "spikelane.encoding";
  static final String CLASSES = "spikelane.classes";
  static final String TRAINING = "spikelane.training";
  /** What {@link #hasRoom} expects, for people. */
  static final String ROOM = "steps times neurons below " + InputEncoding.MOST_VALUES;

  Model {
    classes = List.copyOf(classes);
  }

  /** Whether a layer of that many neurons, or inputs, can run over the steps of an encoding. */
  static boolean hasRoom(InputEncoding encoding, int neurons) {
    return (long) encoding.steps() * neurons < InputEncoding.MOST_VALUES;
  }

  /** The class names of a data set, fit to print. */
  static List<String> classes(Dataset data) {
    List<String> names = new ArrayList<>();
    for (int c = 0; c < data.classes(); c++) {
      names.add(Printable.of(data.className(c)));
    }
    return names;
  }

  /** Writes the file, whole or not at all. */
  void save(Path path) throws IOException {
    NetworkFile file = NetworkFile.of(network);
    JsonArray names = new JsonArray();
    classes.forEach(names::add);
    file.metadata().put(ENCODING, encoding.toJson().toString());
    file.metadata().put(CLASSES, names.toString());
    file.metadata().put(TRAINING, training.toString());
    file.save(path);
  }

  /**
   * Reads the file of a network, trained by spikelane or not.
   *
   * @throws UserError if there is no such file
   * @throws FormatException if it cannot be read or is damaged
   */
  static NetworkFile file(Path path) throws IOException {
    requireFile(path);
    NetworkFormat format = NetworkFormat.of(path);
    if (format != NetworkFormat.SAFETENSORS) {
      throw new UserError(path + ": expected a model of spikelane, got a " + format.description()
          + "; spikelane inspect shows it");
    }
    return NetworkFile.load(path);
  }

  /** @throws UserError if there is no such file, or it is a folder, a device or a pipe */
  static void requireFile(Path path) {
    if (Files.notExists(path)) {
      throw new UserError(path + ": no such model file");
    }
    if (Files.isDirectory(path)) {
      throw new UserError(path + ": expected a model file, got a folder");
    }
    if (Files.exists(path) && !Files.isRegularFile(path)) {
      throw new UserError(path + ": expected a model file, got a device or pipe; copy it to a file first");
    }
  }

  /**
   * A model of a network that was read, on the data of a folder: its own where spikelane trained it, else one with the
   * folder's classes and {@code ce_count} as its loss.
   *
   * @param choice of the encoding, of networks that do not say theirs
   * @throws UserError if the folder's data do not go into the network
   * @throws FormatException if the metadata of a model of ours does not fit its network
   */
  static Model of(ModelFile file, DataFolder folder, EncodingOption choice) throws FormatException {
    if (hasEncoding(file)) {
      if (choice.given()) {
        throw new UserError("--steps, --bin-ms and --units: expected none, as the model was trained with its own");
      }
      return of(file.path(), file.own().get());
    }
    InputEncoding encoding = choice.encoding(folder);
    JsonObject training = new JsonObject();
    training.addProperty("loss", Choice.name(LossKind.CE_COUNT));
    try {
      List<String> names = new ArrayList<>(classes(folder.test(encoding)));
      for (int c = names.size(); c < file.network().outputShape().size(); c++) {
        names.add(Integer.toString(c));
      }
      Model model = new Model(file.network(), encoding, names, training);
      model.requireConsistent("samples", "classes");
      return model;
    } catch (IllegalArgumentException e) {
      throw new UserError("the data does not fit the network: " + e.getMessage()
          + "; another folder may, with --data, or other --steps, --bin-ms or --units", e);
    }
  }

  /** Whether a network says how samples become its input. */
  static boolean hasEncoding(ModelFile file) {
    return file.own().isPresent() && file.own().get().metadata().containsKey(ENCODING);
  }

  /**
   * The model in a file that was read.
   *
   * @throws FormatException if its metadata is missing or does not fit its network
   */
  static Model of(Path path, NetworkFile file) throws FormatException {
    try {
      Model model = new Model(file.network(), InputEncoding.fromJson(json(file, ENCODING).getAsJsonObject()),
          names(json(file, CLASSES).getAsJsonArray()), json(file, TRAINING).getAsJsonObject());
      model.requireConsistent(ENCODING, CLASSES);
      return model;
    } catch (JsonParseException | IllegalStateException | UnsupportedOperationException e) {
      throw new FormatException(path, "metadata: expected JSON as spikelane train writes it, got something else", e);
    } catch (IllegalArgumentException e) {
      throw new FormatException(path, "metadata: " + e.getMessage(), e);
    }
  }

  private static JsonElement json(NetworkFile file, String key) {
    String text = file.metadata().get(key);
    if (text == null) {
      throw new IllegalArgumentException("expected an entry " + key + ", as spikelane train writes it, got none");
    }
    return JsonParser.parseString(text);
  }

  private static List<String> names(JsonArray array) {
    return array.asList().stream().map(name -> Printable.of(name.getAsString())).toList();
  }

  /** Names its arguments as they are called where they come from. */
  private void requireConsistent(String encodingName, String classesName) {
    if (encoding.features() != network.inputShape().size()) {
      throw new IllegalArgumentException(encodingName + ": expected " + network.inputShape().size()
          + " features, as the network takes, got " + encoding.features());
    }
    if (classes.size() != network.outputShape().size()) {
      throw new IllegalArgumentException(classesName + ": expected " + network.outputShape().size()
          + " names, one for each output neuron, got " + classes.size());
    }
    for (NamedLayer named : network.layers()) {
      int neurons = named.layer().outputShape().size();
      if (!hasRoom(encoding, neurons)) {
        throw new IllegalArgumentException(encodingName + ": expected " + ROOM + ", got " + encoding.steps() + " times "
            + neurons + " of " + named.name());
      }
    }
    Trainer.of(network);
    loss();
  }

  /** The loss of the training. */
  LossKind loss() {
    JsonElement name = training.get("loss");
    if (name == null) {
      throw new IllegalArgumentException(TRAINING + ".loss: expected the name of a loss, got none");
    }
    try {
      return Choice.parse(LossKind.class, name.getAsString());
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(TRAINING + ".loss: " + e.getMessage(), e);
    }
  }

  /** A trainer to evaluate with, with the loss of the training. */
  Trainer judge() {
    return Trainer.of(network).loss(loss().loss());
  }

  /**
   * The test part of a folder as input of this network.
   *
   * @throws UserError if the folder holds other data than this was trained for
   */
  Dataset testPart(DataFolder folder) throws FormatException {
    Dataset data;
    try {
      data = folder.test(encoding);
    } catch (IllegalArgumentException e) {
      throw new UserError(misfit(e.getMessage()), e);
    }
    List<String> given = classes(data);
    if (given.size() > classes.size() || !given.equals(classes.subList(0, given.size()))) {
      throw new UserError(misfit("expected classes " + shortened(classes) + ", got " + shortened(given)));
    }
    return data;
  }

  private static String misfit(String problem) {
    return "the data does not fit the model: " + problem + "; pass the folder that belongs to it with --data";
  }

  private static String shortened(List<String> names) {
    return String.join(", ", names.subList(0, Math.min(names.size(), 12)))
        + (names.size() > 12 ? ", ... (" + names.size() + ")" : "");
  }
}
