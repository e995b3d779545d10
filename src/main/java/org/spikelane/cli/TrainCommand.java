package org.spikelane.cli;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.spikelane.data.DataFolder;
import org.spikelane.data.Dataset;
import org.spikelane.data.InputEncoding;
import org.spikelane.kernels.KernelProvider;
import org.spikelane.network.Network;
import org.spikelane.training.Trainer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code spikelane train}. */
@Command(name = "train", description = "Trains a classifier, and writes it to a file after every epoch.",
    footer = {
        "",
        "Examples:",
        "  spikelane train",
        "  spikelane train --epochs 3 --seed 1 --model digits.safetensors",
        "  spikelane train --neuron leaky --output-neuron rleaky      no recurrence in the hidden layer",
        "  spikelane train --data mnist --hidden 256 --epochs 10",
        "",
        "It uses at most " + Trainer.MOST_THREADS + " threads, and one for 8 samples of a batch.",
        "Stopped by Ctrl-C, it leaves the model of the last whole epoch."
    })
final class TrainCommand implements Callable<Integer> {

  private final Surroundings surroundings;

  @Mixin
  private DataOption data;

  @Option(names = "--model", paramLabel = "FILE",
      description = "Where to write the model; one that is there is replaced (default: ${DEFAULT-VALUE}).")
  private Path model = Path.of("spikelane-model.safetensors");

  @Mixin
  private Recipe recipe;

  @Mixin
  private ThreadsOption threads;

  TrainCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() throws IOException {
    long start = System.nanoTime();
    PrintWriter out = surroundings.out();
    int threadCount = threads.count();
    KeptModel kept = new KeptModel(model);
    DataFolder folder = data.open(surroundings);
    recipe.completeFor(folder.kind());
    InputEncoding encoding = recipe.encoding(folder);
    Dataset train = folder.train(encoding);
    Dataset test = folder.test(encoding);
    Network network = recipe.network(encoding, train.classes());
    Trainer trainer = recipe.trainer(network).threads(threadCount);

    out.println("data      " + data.folder(surroundings) + ", " + folder.kind().description());
    out.println("samples   " + train.size() + " for training, " + test.size() + " for the test, " + train.classes()
        + " classes");
    out.println("input     " + Descriptions.describe(encoding));
    out.println("network   " + Descriptions.chain(network));
    out.println("training  " + recipe.describe());
    int processors = Runtime.getRuntime().availableProcessors();
    int busy = Math.min(Math.min(threadCount, processors), Trainer.MOST_THREADS);
    out.println("kernels   " + KernelProvider.current() + ", "
        + (busy == 1 ? "1 thread" : "up to " + busy + " threads"));
    out.println();

    JsonObject facts = recipe.toJson();
    facts.addProperty("trainedOn", Choice.name(folder.kind()));
    Model trained = new Model(network, encoding, Model.classes(train), facts);
    Training training = new Training(trainer, trained, kept, surroundings);
    training.run(train, test, recipe.epochs());
    training.printResult();
    out.println();
    out.printf(Locale.ROOT, "done in %.1f s; %s%n", (System.nanoTime() - start) * 1e-9, kept.kept());
    out.println("next: " + next("eval"));
    out.println("      " + next("predict"));
    return 0;
  }

  private String next(String command) {
    return quoted(surroundings.command()) + " " + command + " " + quoted(model.toString())
        + data.given().map(folder -> " --data " + quoted(folder.toString())).orElse("");
  }

  /** As a shell takes it for one word. */
  private static String quoted(String word) {
    return word.matches("[A-Za-z0-9_./:=@%+,-]+") ? word : "'" + word.replace("'", "'\\''") + "'";
  }
}
