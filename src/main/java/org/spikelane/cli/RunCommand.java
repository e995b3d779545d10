package org.spikelane.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import org.spikelane.format.FormatException;
import org.spikelane.format.Npy;
import org.spikelane.format.Safetensors;
import org.spikelane.format.Tensor;
import org.spikelane.network.Input;
import org.spikelane.network.Network;
import org.spikelane.network.Outputs;
import org.spikelane.network.Tape;
import org.spikelane.neuron.Neuron;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code spikelane run}. */
@Command(name = "run", description = "Runs a network on an array, and writes what it gives, both time first.",
    footer = {
        "",
        "Examples:",
        "  spikelane run network.nir --input x.npy --output y.npy               x is [T, B, features]",
        "  spikelane run model.safetensors --input x.npy --output y.npy --steps 25     x is [B, features]",
        "  spikelane run model.pt --description model.json --input x.npy --output y.safetensors --states",
        "",
        "With --layers the output file has lif1.spk of every layer of neurons; with --states also",
        "lif1.mem, and of second-order neurons lif1.syn."
    })
final class RunCommand implements Callable<Integer> {

  private static final String NPY = ".npy";
  private static final String SAFETENSORS = ".safetensors";
  /** What the last layer gives, and the input of a file with several tensors. */
  private static final String OUTPUT = "output";
  private static final String INPUT = "input";
  /** Blocks of samples that each thread gets between two looks at the progress. */
  private static final int BLOCKS = 4;

  private final Surroundings surroundings;

  @Parameters(paramLabel = "MODEL", description = "Network: .nir, .pt or .safetensors, told by its content.")
  private Path path;

  @Option(names = "--input", required = true, paramLabel = "FILE", description = "Numbers of any type, .npy or .safetensors"
      + " (its only tensor, or the one called input): [T, B, features], or with --steps [B, features].")
  private Path input;

  @Option(names = "--output", required = true, paramLabel = "FILE",
      description = "Where to write float32 [T, B, N]: .npy, or .safetensors, as the tensor output.")
  private Path output;

  @Option(names = "--steps", paramLabel = "N", description = "The input is one for all of N steps.")
  private Integer steps;

  @Option(names = "--layers", description = "Write the spikes of every layer of neurons, LAYER.spk (.safetensors).")
  private boolean layers;

  @Option(names = "--states", description = "As --layers, with membranes LAYER.mem and currents LAYER.syn.")
  private boolean states;

  @Option(names = "--force", description = "Replace the output if it is there.")
  private boolean force;

  @Mixin
  private ImportOptions imports;

  @Mixin
  private ThreadsOption threads;

  RunCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() throws IOException {
    int threadCount = threads.count();
    Recipe.require("--output", ends(output, NPY) || ends(output, SAFETENSORS), "a name that ends in .npy or .safetensors",
        output);
    OutputFile.require("--output", output, path, input, imports.description());
    OutputFile.requireNew(output, force);
    Recipe.require("--output", ends(output, SAFETENSORS) || !(layers || states),
        "a name that ends in .safetensors, as --layers and --states give several arrays", output);
    Recipe.require("--steps", steps == null || steps >= 1, "at least 1", steps);
    ModelFile file = imports.open(path);
    Network network = file.network();
    Tensor x = input();
    requireInput(network, x);
    int[] shape = x.shape();
    int timeSteps = steps == null ? shape[0] : steps;
    int samples = shape[steps == null ? 1 : 0];
    requireRoom(network, timeSteps, samples);

    PrintWriter out = surroundings.out();
    out.println("model     " + path + ", " + file.format().description());
    file.printNotes(out);
    out.println("network   " + Descriptions.chain(network));
    long start = System.nanoTime();
    Run run = new Run(network, x.values(), timeSteps, samples, threadCount);
    Map<String, Tensor> results;
    try {
      results = run.all();
    } catch (IllegalArgumentException e) {
      throw new UserError(option() + ": " + e.getMessage(), e); // A layer's block of so many steps exceeds an array.
    }
    OutputFile.write(output, () -> {
      if (ends(output, NPY)) {
        Npy.write(output, results.get(OUTPUT));
      } else {
        Safetensors.write(output, results, Map.of());
      }
    });
    run.rates().forEach((layer, rate) ->
        out.printf(Locale.ROOT, "spikes    %s: %.4f per neuron and step%n", Printable.of(layer), rate));
    out.printf(Locale.ROOT, "ran       %d steps of %d sample%s in %.2f s%n", timeSteps, samples, samples == 1 ? "" : "s",
        (System.nanoTime() - start) * 1e-9);
    out.println("wrote     " + output + ": " + results.entrySet().stream()
        .map(e -> Printable.of(e.getKey()) + " " + Arrays.toString(e.getValue().shape())).toList().toString()
        .replaceAll("^\\[|\\]$", ""));
    return 0;
  }

  private static boolean ends(Path file, String ending) {
    return file.toString().toLowerCase(Locale.ROOT).endsWith(ending);
  }

  /** Reads the input; its shape is [T, B, …] or [B, …], its last axes those of the network's input or one of their size. */
  private Tensor input() throws IOException {
    Recipe.require("--input", ends(input, NPY) || ends(input, SAFETENSORS), "a name that ends in .npy or .safetensors",
        input);
    Tensor x;
    if (ends(input, NPY)) {
      x = Npy.read(input);
    } else {
      Map<String, Tensor> tensors = Safetensors.read(input).tensors();
      x = tensors.size() == 1 ? tensors.values().iterator().next() : tensors.get(INPUT);
      if (x == null) {
        throw new FormatException(input, "expected one tensor, or one called " + INPUT + ", got " + tensors.keySet());
      }
    }
    for (int i = 0; i < x.values().length; i++) {
      if (!Float.isFinite(x.values()[i])) {
        throw new FormatException(input, "number " + i + ": expected a finite float32, got " + x.values()[i]);
      }
    }
    return x;
  }

  private void requireInput(Network network, Tensor x) {
    int leading = steps == null ? 2 : 1;
    int[] extents = network.inputShape().extents();
    int[] shape = x.shape();
    int[] rest = shape.length < leading ? new int[0] : Arrays.copyOfRange(shape, leading, shape.length);
    Recipe.require("--input", Arrays.stream(shape).allMatch(extent -> extent > 0), "at least one value",
        "the shape " + Arrays.toString(shape));
    boolean fits = shape.length > leading
        && (Arrays.equals(rest, extents) || (rest.length == 1 && rest[0] == network.inputShape().size()));
    String expected = (steps == null ? "[T, B, " : "[B, ") + network.inputShape().toString().substring(1);
    Recipe.require("--input", fits, expected + (steps == null ? " (or [B, …] with --steps N)" : ""),
        Arrays.toString(shape));
  }

  private void requireRoom(Network network, int timeSteps, int samples) {
    long written = network.outputShape().size();
    for (Neuron neuron : layers || states ? network.neurons().values() : List.<Neuron>of()) {
      written = Math.max(written, neuron.size());
    }
    Recipe.require(option(), (long) timeSteps * samples * written < Integer.MAX_VALUE - 8,
        "steps times samples times values of a layer below 2^31", timeSteps + " times " + samples + " times " + written);
  }

  /** The option that says how many steps there are. */
  private String option() {
    return steps == null ? "--input" : "--steps";
  }

  private int samplesPerBlock(Network network, int timeSteps) {
    return layers || states
        ? network.samplesPerBlock(timeSteps, steps != null)
        : network.samplesPerBlockOfRun(timeSteps, steps != null);
  }

  /** A run over all samples, some at a time. */
  private final class Run {

    private final Network network;
    private final float[] x;
    private final int timeSteps;
    private final int samples;
    private final int threadCount;
    private final Map<String, Tensor> results = new LinkedHashMap<>();
    private final Map<String, Double> rates = new LinkedHashMap<>();

    Run(Network network, float[] x, int timeSteps, int samples, int threadCount) {
      this.network = network;
      this.x = x;
      this.timeSteps = timeSteps;
      this.samples = samples;
      this.threadCount = threadCount;
    }

    /** Spikes per neuron and step, by layer. */
    Map<String, Double> rates() {
      return rates;
    }

    Map<String, Tensor> all() {
      int atOnce = Math.min(samples, samplesPerBlock(network, timeSteps) * BLOCKS * threadCount);
      ProgressLine progress = new ProgressLine(surroundings.out(), surroundings.terminal());
      for (int first = 0; first < samples; first += atOnce) {
        progress.show("run", first, samples);
        int count = Math.min(atOnce, samples - first);
        Input part = part(first, count);
        if (layers || states) {
          record(part, first);
        } else {
          Outputs outputs = network.run(part, threadCount);
          put(OUTPUT, network.outputShape().extents(), outputs.output(), first, count);
          outputs.firingRates().forEach((layer, rate) -> rates.merge(layer, rate * count / samples, Double::sum));
        }
      }
      progress.clear();
      return results;
    }

    private Input part(int first, int count) {
      int features = network.inputShape().size();
      int rows = steps == null ? timeSteps : 1;
      float[] values = new float[rows * count * features];
      for (int t = 0; t < rows; t++) {
        System.arraycopy(x, (t * samples + first) * features, values, t * count * features, count * features);
      }
      return steps == null ? Input.sequence(values, timeSteps, count) : Input.constant(values, timeSteps, count);
    }

    private void record(Input part, int first) {
      Tape tape = network.record(part, states);
      int count = part.samples();
      put(OUTPUT, network.outputShape().extents(), tape.output(), first, count);
      network.neurons().forEach((name, neuron) -> {
        int[] extents = neuron.outputShape().extents();
        float[] spikes = tape.spikes(name);
        put(name + ".spk", extents, spikes, first, count);
        if (states) {
          put(name + ".mem", extents, tape.membrane(name), first, count);
          if (neuron.alpha() != null) {
            put(name + ".syn", extents, tape.current(name), first, count);
          }
        }
        long fired = IntStream.range(0, spikes.length).filter(i -> spikes[i] != 0).count();
        rates.merge(name, fired / ((double) timeSteps * samples * neuron.size()), Double::sum);
      });
    }

    /** Puts samples of a result, [T][count][N], to their places in the whole, [T, B, N]. */
    private void put(String name, int[] extents, float[] values, int first, int count) {
      Tensor whole = results.computeIfAbsent(name, key -> {
        int[] shape = IntStream.concat(IntStream.of(timeSteps, samples), Arrays.stream(extents)).toArray();
        return new Tensor(shape, new float[values.length / count * samples]);
      });
      int size = values.length / timeSteps / count;
      for (int t = 0; t < timeSteps; t++) {
        System.arraycopy(values, t * count * size, whole.values(), (t * samples + first) * size, count * size);
      }
    }
  }
}
