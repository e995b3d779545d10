package org.spikelane.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import org.spikelane.data.Dataset;
import org.spikelane.network.Input;
import org.spikelane.network.Network;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code spikelane predict}. */
@Command(name = "predict",
    description = "Shows what a model makes of single samples of the test part of a data folder.",
    footer = {
        "",
        "Examples:",
        "  spikelane predict spikelane-model.safetensors",
        "  spikelane predict spikelane-model.safetensors --sample 7 --sample 120"
    })
final class PredictCommand implements Callable<Integer> {

  private static final int FIRST = 10;
  private static final int LONGEST_BAR = 40;

  private final Surroundings surroundings;

  @Parameters(paramLabel = "MODEL", description = "Model file that 'spikelane train' wrote.")
  private Path path;

  @Mixin
  private DataOption data;

  @Option(names = "--sample", paramLabel = "N",
      description = "Number of a sample, from 0; may be repeated (default: the first 10 samples).")
  private List<Integer> samples = List.of();

  PredictCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() throws IOException {
    Model model = Model.load(path);
    Dataset test = model.testPart(data.open(surroundings));
    for (int sample : samples) {
      Recipe.require("--sample", sample >= 0 && sample < test.size(), "0 to " + (test.size() - 1), sample);
    }
    List<Integer> wanted = samples.isEmpty()
        ? IntStream.range(0, Math.min(FIRST, test.size())).boxed().toList()
        : samples;
    int right = 0;
    for (int sample : wanted) {
      int[] spikes = spikes(model.network(), test, sample);
      int predicted = IntStream.range(0, spikes.length).reduce(0, (best, c) -> spikes[c] > spikes[best] ? c : best);
      right += predicted == test.label(sample) ? 1 : 0;
      print(sample, model.classes(), test.label(sample), predicted, spikes);
    }
    surroundings.out().println(right + " of " + wanted.size() + " right");
    return 0;
  }

  /** How often each output neuron fired. */
  private static int[] spikes(Network network, Dataset data, int sample) {
    float[] values = new float[data.sampleLength()];
    data.copyTo(sample, values, 0);
    Input input = data.constant()
        ? Input.constant(values, data.steps(), 1)
        : Input.sequence(values, data.steps(), 1);
    float[] spikes = network.record(input).spikes(network.layers().getLast().name());
    int[] counts = new int[network.outputShape().size()];
    for (int i = 0; i < spikes.length; i++) {
      counts[i % counts.length] += spikes[i] != 0 ? 1 : 0;
    }
    return counts;
  }

  private void print(int sample, List<String> classes, int label, int predicted, int[] spikes) {
    PrintWriter out = surroundings.out();
    out.printf(Locale.ROOT, "sample %d: predicted %s, label %s: %s%n", sample, classes.get(predicted),
        classes.get(label), predicted == label ? "right" : "wrong");
    int nameWidth = classes.stream().mapToInt(String::length).max().orElse(1);
    int most = spikes[predicted];
    int silent = 0;
    for (int c = 0; c < spikes.length; c++) {
      if (spikes[c] == 0) {
        silent++;
      } else {
        int bar = most <= LONGEST_BAR ? spikes[c] : Math.max(1, Math.round(LONGEST_BAR * (float) spikes[c] / most));
        out.printf(Locale.ROOT, "  %-" + nameWidth + "s %4d %s%n", classes.get(c), spikes[c], "#".repeat(bar));
      }
    }
    if (silent > 0) {
      out.println(silent == spikes.length ? "  no output neuron fired" : "  no spikes of the other " + silent);
    }
    out.println();
  }
}
