package org.spikelane.peers;

import com.google.gson.JsonObject;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.spikelane.MeasuredProvider;
import org.spikelane.Program;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * Spikelane's side of the peers' benchmark: runs the cases of a job one after another and prints a record for each, a
 * line of {@code @@} and a JSON object, times in seconds.
 *
 * <pre>
 * bench_peers.py --only 'elem/*' --external 'spikelane=java --add-modules=jdk.incubator.vector \
 *     -cp bench/target/benchmarks.jar org.spikelane.peers.PeerBenchmark'
 * </pre>
 *
 * Beside the fields that the peers' records have: {@code allocated_bytes}, all that the measuring thread allocated in
 * the last repetition (of {@code train}: in an epoch of {@value TrainingWorkload#ITERATIONS} iterations); {@code
 * held_bytes}, all that the case holds after it, outside the heap, too; {@code given_bytes} and {@code result_bytes}, how
 * much of that are inputs and parameters, and how much outputs or gradients of parameters; {@code neuron_steps}, by which
 * to divide.
 */
@Command(name = "PeerBenchmark", mixinStandardHelpOptions = true, sortOptions = false,
    description = "Runs a job of the peers' benchmark and prints its records.")
public final class PeerBenchmark implements Callable<Integer> {

  /** Repetitions of {@code serve} at least: a 99th percentile needs many. */
  private static final int FEWEST_LATENCIES_OF_ONE = 300;

  private static final int FEWEST_LATENCIES_OF_MANY = 20;

  private final Duration warmUp;

  @Spec
  private CommandSpec spec;

  @Option(names = "--neuron", paramLabel = "NEURON",
      description = "Neurons of item onm: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).%n"
          + "The other items name theirs.")
  private NeuronKind neuron = NeuronKind.SYNAPTIC;

  @Parameters(paramLabel = "JOB",
      description = "What to measure, one JSON object, as bench_peers.py --external gives it.")
  private String job;

  PeerBenchmark(Duration warmUp) {
    this.warmUp = warmUp;
  }

  /** Runs the job that the arguments name, and ends the JVM: 0, or 2 if it cannot be read. */
  public static void main(String[] args) {
    System.exit(commandLine(Timing.WARM_UP).execute(args));
  }

  static CommandLine commandLine(Duration warmUp) {
    return Program.of(new PeerBenchmark(warmUp)).setCaseInsensitiveEnumValuesAllowed(true);
  }

  @Override
  public Integer call() {
    Job read;
    try {
      read = Job.of(job);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage(), e);
    }
    PrintWriter out = spec.commandLine().getOut();
    for (JsonObject params : read.params()) {
      out.println("@@" + record(read, params));
      out.flush();
    }
    return 0;
  }

  /** A case that cannot be measured gives a record that says why, and the next one follows. */
  private JsonObject record(Job job, JsonObject params) {
    JsonObject record = new JsonObject();
    record.addProperty("item", job.item());
    record.addProperty("impl", job.impl());
    record.add("params", params);
    record.addProperty("threads", job.threads());
    try {
      measure(job, params, record);
    } catch (IllegalArgumentException | IllegalStateException | OutOfMemoryError e) {
      record.addProperty("error", e.getClass().getSimpleName() + ": " + e.getMessage());
    }
    return record;
  }

  private void measure(Job job, JsonObject params, JsonObject record) {
    String kernels = MeasuredProvider.required().name();
    long heldBefore = ProcessMemory.heldBytes();
    Workload workload = workload(job, params);
    time(workload, job, params, record);
    record.addProperty("held_bytes", ProcessMemory.heldBytes() - heldBefore);
    record.addProperty("given_bytes", workload.givenBytes());
    record.addProperty("result_bytes", workload.resultBytes());
    record.addProperty("neuron_steps", workload.neuronSteps());
    record.addProperty("rate", workload.rate());
    JsonObject versions = new JsonObject();
    versions.addProperty("java", Runtime.version().toString());
    versions.addProperty("kernels", kernels);
    record.add("versions", versions);
  }

  /** Leaves nothing behind but the record: a million times would count as memory that the workload holds. */
  private void time(Workload workload, Job job, JsonObject params, JsonObject record) {
    boolean latency = workload instanceof ServingWorkload;
    int batch = Job.number(params, "batch");
    int reps = latency
        ? Math.max(job.reps(), batch == 1 ? FEWEST_LATENCIES_OF_ONE : FEWEST_LATENCIES_OF_MANY)
        : job.reps();
    System.gc();
    ProcessMemory.residentMegabytes().ifPresent(megabytes -> record.addProperty("rss_base_mb", megabytes));
    ProcessMemory.resetPeak();
    long start = System.nanoTime();
    Timing timing = Timing.of(workload, reps, job.budget(), warmUp);
    record.addProperty("wall_s", Workload.seconds(start, System.nanoTime()));
    ProcessMemory.peakMegabytes().ifPresent(megabytes -> record.addProperty("rss_peak_mb", megabytes));
    timing.addTo(record, latency, batch);
  }

  private Workload workload(Job job, JsonObject params) {
    int batch = Job.number(params, "batch");
    int steps = Job.number(params, "steps");
    int threads = job.threads();
    return switch (job.item()) {
      case "onm" -> LayerWorkload.onm(neuron, Job.number(params, "n"), batch, steps, threads);
      case "elem" -> LayerWorkload.elem(Job.number(params, "n"), batch, steps, trains(params), threads);
      case "rleaky" -> LayerWorkload.rLeaky(Job.number(params, "n"), batch, steps, trains(params), threads);
      case "train" -> {
        ClassifierNetwork net = ClassifierNetwork.of(Job.word(params, "net"));
        yield new TrainingWorkload(net.build(), net.draw(batch, steps), TrainingWorkload.ITERATIONS, threads);
      }
      case "serve" -> {
        ClassifierNetwork net = ClassifierNetwork.of(Job.word(params, "net"));
        yield new ServingWorkload(net.build(), net.draw(batch, steps).input(), threads);
      }
      default -> throw new AssertionError(job.item());
    };
  }

  private static boolean trains(JsonObject params) {
    String mode = Job.word(params, "mode");
    return switch (mode) {
      case "train" -> true;
      case "infer" -> false;
      default -> throw new IllegalArgumentException("mode: expected infer or train, got " + mode);
    };
  }
}
