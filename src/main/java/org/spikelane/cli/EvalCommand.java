package org.spikelane.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.spikelane.data.DataFolder;
import org.spikelane.data.Dataset;
import org.spikelane.training.Evaluation;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code spikelane eval}. */
@Command(name = "eval", description = "Shows how a model does on the test part of a data folder.",
    footer = {
        "",
        "A sample counts as the class with the most spikes, the first of equals, as in snnTorch. Samples for",
        "which no output neuron fired, and which are the first class by that rule alone, are named as silent.",
        "",
        "Examples:",
        "  spikelane eval spikelane-model.safetensors",
        "  spikelane eval images.safetensors --data mnist",
        "  spikelane eval braille.pt --description braille.json --data braille-letters",
        "  spikelane eval network.nir --reset-mechanism subtract --data mnist --steps 50"
    })
final class EvalCommand implements Callable<Integer> {

  private final Surroundings surroundings;

  @Parameters(paramLabel = "MODEL", description = "Model file that 'spikelane train' wrote, or a network of"
      + " another framework (.nir, .pt, .safetensors).")
  private Path path;

  @Mixin
  private DataOption data;

  @Mixin
  private EncodingOption encoding;

  @Mixin
  private ImportOptions imports;

  @Mixin
  private ThreadsOption threads;

  EvalCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() throws IOException {
    int threadCount = threads.count();
    ModelFile file = imports.open(path);
    DataFolder folder = data.openFor(file, surroundings);
    Model model = Model.of(file, folder, encoding);
    Dataset test = model.testPart(folder);
    Evaluation evaluation = model.judge().threads(threadCount).evaluate(test);
    PrintWriter out = surroundings.out();
    out.println("model     " + path);
    file.printNotes(out);
    out.println("data      " + data.folder(surroundings));
    file.printInput(out, model.encoding());
    out.printf(Locale.ROOT, "loss      %.4f (%s)%n", evaluation.loss(), Choice.name(model.loss()));
    out.printf(Locale.ROOT, "accuracy  %s, %d of %d samples%n",
        ConfusionTable.percent(evaluation.accuracy()).strip(), Math.round(evaluation.accuracy() * test.size()),
        test.size());
    if (evaluation.silentSamples() > 0) {
      out.println("silent    " + Descriptions.silent(evaluation.silentSamples(), test.size(), model.classes()));
    }
    evaluation.firingRates().forEach((layer, rate) ->
        out.printf(Locale.ROOT, "spikes    %s: %.4f per neuron and step%n", Printable.of(layer), rate));
    out.println();
    new ConfusionTable(model.classes(), evaluation.confusion()).print(out);
    return 0;
  }
}
