package org.spikelane.kernels;

import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.CommandLineOptionException;
import org.openjdk.jmh.runner.options.CommandLineOptions;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.VerboseMode;
import org.spikelane.Program;

/**
 * The element-wise kernels beside what this machine allows, all measured in one run: {@link RooflineBenchmark}, the
 * same step in C++ if there is a g++, then row by row the benchmarks.
 *
 * <pre>
 * java -cp bench/target/benchmarks.jar org.spikelane.kernels.ElementwiseTable
 * java -cp bench/target/benchmarks.jar org.spikelane.kernels.ElementwiseTable -f 1 'LayerBenchmark.back.*'
 * </pre>
 *
 * Options are those of JMH ({@code -f}, {@code -wi}, {@code -jvmArgsAppend}, …); a regular expression chooses rows.
 *
 * <p>The limit of a row is the larger of two times: its memory traffic at the bandwidth of the roofline's memory
 * nearest in size to what the row touches (reading where it mostly reads, copying where it writes as much), and its
 * additions and multiplications at half of the FMA peak, as neurons may not fuse. The share is limit by time. Where
 * memory is overwritten in place, the share can be above 100 %: a copy has to fetch the lines that it overwrites.
 */
public final class ElementwiseTable {

  /** Sizes of the roofline's memory in KiB: L1, L2, L3, DRAM. */
  private static final int[] KILOBYTES = {16, 512, 8192, 262_144};

  private static final String LINE = "%-30s %-16s %10s %8s %8s %7s  %-34s %s%n";

  /** Of a row that allocates a byte a neuron and step, or more: a vector is an object until C2 has compiled its kernel. */
  private static final String NOT_COMPILED = "not compiled: more -wi";

  private static final String HELP = """
      Usage: ElementwiseTable [JMH option]... [ROW]...
      Prints how fast the element-wise kernels are, beside the limits of this machine, measured in the same run.

      ROW      regular expression of benchmarks, such as LayerBenchmark.step (default: all, about twenty minutes)
      options  those of JMH, such as -f 1 -i 2 for a quick look; java -jar bench/target/benchmarks.jar -h lists them

      Examples:
        ElementwiseTable -f 1 'LayerBenchmark.(step|sequence)'
        ElementwiseTable -f 1 SurrogateBenchmark RowBenchmark
      """;

  private final CommandLineOptions options;
  private final Map<String, Double> bandwidth = new TreeMap<>();
  private double fma;

  private ElementwiseTable(CommandLineOptions options) {
    this.options = options;
  }

  /** What a row has to reach. */
  private sealed interface Goal {

    /** At least this share of the limit. */
    record Share(double least) implements Goal {}

    /** At least this share of the speed of the C++ loop. */
    record OfNative(double least) implements Goal {}

    /** At most this many ns. */
    record Time(double most) implements Goal {}

    /** At most this many ns where DRAM copies 30 GB/s, in proportion elsewhere. */
    record TimeAt30(double most) implements Goal {}

    /** Nothing. */
    record None() implements Goal {}
  }

  /**
   * A benchmark with its parameters.
   *
   * @param steps neuron-steps of an operation by neuron
   * @param bytes traffic of a neuron-step
   * @param reads whether it mostly reads
   * @param touched bytes of memory touched again and again
   * @param operations additions and multiplications of a neuron-step
   */
  private record Row(String benchmark, Map<String, String> parameters, double steps, double bytes, boolean reads,
      double touched, int operations, Goal goal) {

    String values() {
      return String.join(" ", parameters.values());
    }
  }

  private static Row layer(String method, LayerOperands.Order order, int samples, int size, Goal goal) {
    boolean second = order == LayerOperands.Order.SECOND;
    double steps = method.equals("step") ? size : (double) samples * LayerOperands.STEPS * size;
    double spike = 1 / 8.0;
    // Parameters and states are read and written once a sequence; what samples share stays in the caches.
    double once = (second ? 28.0 : 16.0) / LayerOperands.STEPS;
    double shared = samples > 1 ? 0 : 4;
    Map<String, String> parameters =
        Map.of("order", order.name(), "samples", Integer.toString(samples), "size", Integer.toString(size));
    double rows = 4 * steps;
    String name = "LayerBenchmark." + method;
    return switch (method) {
      case "step" -> new Row(name, new TreeMap<>(parameters), steps, second ? 32 + spike : 20 + spike, false,
          (second ? 24 : 16) * steps, second ? 7 : 5, goal);
      case "sequence" -> new Row(name, new TreeMap<>(parameters), steps, 4 + spike + once, true, rows,
          second ? 7 : 5, goal);
      case "record" -> new Row(name, new TreeMap<>(parameters), steps, 8 + spike + once, false, rows, second ? 7 : 5,
          goal);
      case "backward" -> new Row(name, new TreeMap<>(parameters), steps, 8, false, rows, second ? 9 : 7, goal);
      case "backwardLearning" -> new Row(name, new TreeMap<>(parameters), steps, 8 + (second ? shared : 0), false,
          rows + (second ? shared : 0) * steps, second ? 16 : 12, goal);
      default -> throw new IllegalArgumentException(method);
    };
  }

  /** A pass over a row of 1024 neurons, which reads {@code in} and writes {@code out} bytes a neuron. */
  private static Row pass(String benchmark, double in, double out, int operations) {
    return new Row(benchmark, new TreeMap<>(Map.of("size", "1024")), 1, in + out, out < in / 4, (in + out) * 1024,
        operations, new Goal.None());
  }

  private static List<Row> rows() {
    List<Row> rows = new ArrayList<>();
    for (int size : new int[] {1 << 10, 1 << 14, 1 << 18, 1 << 22}) {
      rows.add(layer("step", LayerOperands.Order.SECOND, 1, size, new Goal.OfNative(size < 1 << 18 ? 0.8 : 0.95)));
    }
    for (LayerOperands.Order order : List.of(LayerOperands.Order.SECOND, LayerOperands.Order.FIRST)) {
      for (int[] shape : new int[][] {{1, 1 << 10}, {1, 1 << 14}, {128, 1 << 10}, {1, 1 << 18}, {1, 1 << 22}}) {
        boolean cached = shape[0] * shape[1] <= 1 << 14;
        rows.add(layer("sequence", order, shape[0], shape[1], cached ? new Goal.Time(0.13) : new Goal.Share(0.9)));
      }
      for (String method : List.of("record", "backward", "backwardLearning")) {
        for (int[] shape : new int[][] {{1, 1 << 10}, {1, 1 << 14}, {128, 1 << 10}, {1, 1 << 18}}) {
          boolean cached = shape[0] * shape[1] <= 1 << 14;
          rows.add(layer(method, order, shape[0], shape[1], switch (method) {
            case "record" -> cached ? new Goal.None() : new Goal.Share(0.9);
            case "backward" -> new Goal.TimeAt30(0.30);
            default -> new Goal.TimeAt30(0.40);
          }));
        }
      }
    }
    rows.add(pass("SurrogateBenchmark.atan", 8, 4, 4));
    rows.add(pass("SurrogateBenchmark.fastSigmoid", 8, 4, 5));
    rows.add(pass("SurrogateBenchmark.sigmoid", 8, 4, 20));
    rows.add(pass("SurrogateBenchmark.triangular", 8, 4, 1));
    rows.add(pass("SurrogateBenchmark.spikeRateEscape", 8, 4, 18));
    rows.add(pass("SurrogateBenchmark.sparseFastSigmoid", 8, 4, 5));
    rows.add(pass("SurrogateBenchmark.step", 8, 4, 1));
    rows.add(pass("RowBenchmark.fire", 8, 1 / 8.0, 0));
    rows.add(pass("RowBenchmark.resetImmediate", 8.25, 4, 3));
    rows.add(pass("RowBenchmark.winner", 16, 0, 1));
    rows.add(pass("RowBenchmark.gate", 4.125, 4, 1));
    rows.add(pass("RowBenchmark.expand", 1 / 8.0, 4, 0));
    rows.add(pass("RowBenchmark.addWhereFired", 8.125, 4, 1));
    rows.add(pass("RowBenchmark.add", 8, 4, 1));
    rows.add(pass("RowBenchmark.addRows", 20, 4, 4));
    rows.add(pass("RowBenchmark.transpose", 16, 16, 0));
    rows.add(pass("RowBenchmark.addProduct", 12, 4, 2));
    rows.add(pass("RowBenchmark.addScaled", 8, 4, 2));
    rows.add(pass("RowBenchmark.spikes", 4, 1 / 8.0, 0));
    rows.add(pass("RowBenchmark.argMax", 8, 0, 0));
    // 35 operations, each as dear as two of floats, as vectors hold half as many doubles; and a copy before.
    rows.add(pass("RowBenchmark.exp", 16, 16, 70));
    return rows;
  }

  /** The benchmark of each row, class and method. */
  static List<String> benchmarks() {
    return rows().stream().map(Row::benchmark).toList();
  }

  /** Measures and prints, and ends the JVM: 0, or 2 if the arguments cannot be used. */
  public static void main(String[] arguments) throws RunnerException, IOException, InterruptedException {
    System.exit(run(System.err, arguments));
  }

  /** The exit code; what is wrong with the arguments goes to {@code errors}, in one line. */
  static int run(PrintStream errors, String... arguments) throws RunnerException, IOException, InterruptedException {
    if (Arrays.stream(arguments).anyMatch(argument -> argument.equals("-h") || argument.equals("--help"))) {
      System.out.print(HELP);
      return 0;
    }
    ElementwiseTable table;
    List<Row> chosen;
    try {
      table = new ElementwiseTable(new CommandLineOptions(arguments));
      chosen = table.chosenRows();
    } catch (CommandLineOptionException | PatternSyntaxException e) {
      errors.println("ElementwiseTable: expected options of JMH and regular expressions of rows: "
          + Program.oneLine(e.getMessage()) + "; see --help");
      return 2;
    }
    if (chosen.isEmpty()) {
      errors.println("ElementwiseTable: expected a regular expression of rows, such as LayerBenchmark.step, got "
          + Program.oneLine(String.join(", ", table.options.getIncludes())) + ", which no row matches");
      return 2;
    }
    table.print(chosen);
    return 0;
  }

  private List<Row> chosenRows() {
    List<Pattern> includes = options.getIncludes().stream().map(Pattern::compile).toList();
    return rows().stream().filter(row -> includes.isEmpty()
        || includes.stream().anyMatch(include -> include.matcher(row.benchmark).find())).toList();
  }

  private void print(List<Row> rows) throws RunnerException, IOException, InterruptedException {
    measureRoofline();
    List<String> lines = new ArrayList<>();
    try (NativeStep reference = new NativeStep()) {
      for (Row row : rows) {
        System.out.println(row.benchmark + " " + row.values());
        OptionalDouble other = row.goal instanceof Goal.OfNative
            ? reference.measure((int) row.steps)
            : OptionalDouble.empty();
        lines.add(line(row, run(row.benchmark, row.parameters).iterator().next(), other));
      }
    } finally {
      // At the end, as the JVMs that JMH forks write warnings in between; and what was measured before one failed.
      print(System.out, lines);
    }
  }

  private static void print(PrintStream out, List<String> lines) {
    out.println();
    out.println("ns/n-step: time of a neuron and step. B/op: allocated. limit: ns/n-step that this machine's memory and"
        + " arithmetic allow. share: limit by time;");
    out.println("above 100 % where memory is overwritten in place, or a cache holds more than the limit supposes.");
    out.printf(Locale.ROOT, LINE, "benchmark", "parameters", "ns/n-step", "B/op", "limit", "share", "goal", "met");
    lines.forEach(out::print);
  }

  private void measureRoofline() throws RunnerException {
    System.out.println("roofline: one core, KiB of memory, GB/s; FMA in GF/s");
    for (RunResult result : run("RooflineBenchmark", Map.of())) {
      String name = result.getParams().getBenchmark();
      double score = result.getPrimaryResult().getScore();
      if (name.endsWith(".fma")) {
        fma = score;
        System.out.printf(Locale.ROOT, "fma %.0f%n", score);
      } else {
        String key = name.substring(name.lastIndexOf('.') + 1) + " " + result.getParams().getParam("kilobytes");
        bandwidth.put(key, score);
        System.out.printf(Locale.ROOT, "%s %.1f%n", key, score);
      }
    }
  }

  private Collection<RunResult> run(String benchmark, Map<String, String> parameters) throws RunnerException {
    ChainedOptionsBuilder builder = new OptionsBuilder().parent(withoutIncludes()).verbosity(VerboseMode.SILENT)
        .include("\\." + benchmark.replace(".", "\\.") + (benchmark.contains(".") ? "$" : "\\."))
        .addProfiler(GCProfiler.class).shouldFailOnError(true);
    parameters.forEach(builder::param);
    return new Runner(builder.build()).run();
  }

  /** The options of the command line but for the rows that it chooses. */
  private CommandLineOptions withoutIncludes() {
    options.getIncludes().clear();
    return options;
  }

  private String line(Row row, RunResult result, OptionalDouble other) {
    double time = result.getPrimaryResult().getScore() / row.steps;
    int nearest = KILOBYTES[0];
    for (int kilobytes : KILOBYTES) {
      if (distance(kilobytes, row) < distance(nearest, row)) {
        nearest = kilobytes;
      }
    }
    double limit = Math.max(row.bytes / bandwidth.get((row.reads ? "read " : "copy ") + nearest),
        row.operations / (fma / 2));
    double share = limit / time;
    double scale = 30 / bandwidth.get("copy " + KILOBYTES[KILOBYTES.length - 1]);
    String goal = switch (row.goal) {
      case Goal.Share(double least) -> percent(least) + " of the limit";
      case Goal.OfNative(double least) -> other.isPresent()
          ? percent(least) + " of C++'s speed, " + String.format(Locale.ROOT, "%.3f", other.getAsDouble())
          : "C++ skipped";
      case Goal.Time(double most) -> String.format(Locale.ROOT, "%.2f", most);
      case Goal.TimeAt30(double most) -> String.format(Locale.ROOT, "%.3f (%.2f at 30 GB/s)", most * scale, most);
      case Goal.None() -> "";
    };
    double bytes = allocated(result);
    String met = bytes >= row.steps ? NOT_COMPILED : switch (row.goal) {
      case Goal.Share(double least) -> yes(share >= least);
      case Goal.OfNative(double least) -> other.isPresent()
          ? yes(other.getAsDouble() / time >= least) + ", " + percent(other.getAsDouble() / time)
          : "";
      case Goal.Time(double most) -> yes(time <= most);
      case Goal.TimeAt30(double most) -> yes(time <= most * scale);
      case Goal.None() -> "";
    };
    return String.format(Locale.ROOT, LINE, row.benchmark.replace("Benchmark", ""), row.values(),
        String.format(Locale.ROOT, "%.4f", time), String.format(Locale.ROOT, "%.1f", bytes),
        String.format(Locale.ROOT, "%.4f", limit), percent(share), goal, met);
  }

  private static double distance(int kilobytes, Row row) {
    return Math.abs(Math.log(row.touched / (1024.0 * kilobytes)));
  }

  /** Bytes of an operation. */
  private static double allocated(RunResult result) {
    for (Map.Entry<String, ? extends Result<?>> entry : secondary(result).entrySet()) {
      if (entry.getKey().endsWith("gc.alloc.rate.norm")) {
        return entry.getValue().getScore();
      }
    }
    return Double.NaN;
  }

  @SuppressWarnings({"rawtypes", "unchecked"}) // JMH's type is raw.
  private static Map<String, ? extends Result<?>> secondary(RunResult result) {
    return (Map) result.getSecondaryResults();
  }

  private static String percent(double share) {
    return Math.round(100 * share) + " %";
  }

  private static String yes(boolean met) {
    return met ? "yes" : "no";
  }
}
