package org.spikelane.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import org.spikelane.data.DataFolder;
import org.spikelane.data.Dataset;
import org.spikelane.network.Input;
import org.spikelane.network.Outputs;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code spikelane predict}. */
@Command(name = "predict",
    description = "Shows what a model makes of single samples of the test part of a data folder.",
    footer = {
        "",
        "The class with the most spikes is predicted, the first of equals, as in snnTorch. Where no output",
        "neuron fired, that is the first class, and \"no spikes\" stands beside it.",
        "",
        "Examples:",
        "  spikelane predict spikelane-model.safetensors",
        "  spikelane predict spikelane-model.safetensors --sample 7 --sample 120"
    })
final class PredictCommand implements Callable<Integer> {

  private static final int FIRST = 10;
  private static final int LONGEST_BAR = 40;

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

  @Option(names = "--sample", paramLabel = "N",
      description = "Number of a sample, from 0; may be repeated (default: the first 10 samples).")
  private List<Integer> samples = List.of();

  PredictCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() throws IOException {
    ModelFile file = imports.open(path);
    DataFolder folder = data.openFor(file, surroundings);
    Model model = Model.of(file, folder, encoding);
    Dataset test = model.testPart(folder);
    for (int sample : samples) {
      Recipe.require("--sample", sample >= 0 && sample < test.size(), "0 to " + (test.size() - 1), sample);
    }
    List<Integer> wanted = samples.isEmpty()
        ? IntStream.range(0, Math.min(FIRST, test.size())).boxed().toList()
        : samples;
    file.printNotes(surroundings.out());
    file.printInput(surroundings.out(), model.encoding());
    String outputLayer = model.network().layers().getLast().name();
    int right = 0;
    int silent = 0;
    for (int sample : wanted) {
      Outputs outputs = model.network().run(input(test, sample));
      right += outputs.predicted()[0] == test.label(sample) ? 1 : 0;
      boolean fired = outputs.firingRates().get(outputLayer) > 0;
      silent += fired ? 0 : 1;
      print(sample, model.classes(), test.label(sample), outputs, fired);
    }
    surroundings.out().println(right + " of " + wanted.size() + " right");
    if (silent > 0) {
      surroundings.out().println("silent: " + Descriptions.silent(silent, wanted.size(), model.classes()));
    }
    return 0;
  }

  private static Input input(Dataset data, int sample) {
    float[] values = new float[data.sampleLength()];
    data.copyTo(sample, values, 0);
    return data.constant()
        ? Input.constant(values, data.steps(), 1)
        : Input.sequence(values, data.steps(), 1);
  }

  private void print(int sample, List<String> classes, int label, Outputs outputs, boolean fired) {
    PrintWriter out = surroundings.out();
    int predicted = outputs.predicted()[0];
    out.printf(Locale.ROOT, "sample %d: predicted %s%s, label %s: %s%n", sample, classes.get(predicted),
        fired ? "" : " (no spikes)", classes.get(label), predicted == label ? "right" : "wrong");
    // The spikes of each output neuron, times what one is worth: graded, maybe less than 0.
    float[] counts = outputs.counts();
    int nameWidth = classes.stream().mapToInt(String::length).max().orElse(1);
    float most = 0;
    for (float count : counts) {
      most = Math.max(most, Math.abs(count));
    }
    float unit = most <= LONGEST_BAR ? 1 : LONGEST_BAR / most;
    int silent = 0;
    for (int c = 0; c < counts.length; c++) {
      if (counts[c] == 0) {
        silent++;
      } else {
        int bar = Math.max(1, Math.round(unit * Math.abs(counts[c])));
        out.printf(Locale.ROOT, "  %-" + nameWidth + "s %4s %s%n", classes.get(c), Descriptions.number(counts[c]),
            "#".repeat(bar));
      }
    }
    if (silent > 0) {
      out.println(fired ? "  no spikes of the other " + silent : "  no output neuron fired");
    }
    out.println();
  }
}
