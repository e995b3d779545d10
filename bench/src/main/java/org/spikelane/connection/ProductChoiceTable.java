package org.spikelane.connection;

import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import org.spikelane.MeasuredProvider;
import org.spikelane.Program;
import org.spikelane.kernels.Rows;
import org.spikelane.kernels.SpikeRows;
import org.spikelane.layer.Block;
import org.spikelane.layer.ProductChoice;
import org.spikelane.layer.Spikes;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * Prints what each {@link ProductChoice} costs for one step of an all-to-all recurrence of N neurons and B samples, by
 * the share of the neurons that fire, and how much slower {@code AUTO} is than the best of the others. Our own choices
 * take turns, so that what else the machine does falls on all of them; a time is the median of twelve, of workers made
 * anew four times, and EJML's that of three.
 *
 * <pre>java --add-modules=jdk.incubator.vector -cp bench/target/benchmarks.jar
 *     org.spikelane.connection.ProductChoiceTable</pre>
 *
 * <p>Arguments {@code N…} take the place of the sizes 128 to 2048.
 */
@Command(name = "ProductChoiceTable", mixinStandardHelpOptions = true,
    description = "Prints what each way of multiplying spikes with recurrent weights costs, and what AUTO costs;"
        + " takes some ten minutes, half a minute for N = 128, most of the time for 2048.")
public final class ProductChoiceTable implements Callable<Integer> {

  private static final int[] SIZES = {128, 256, 512, 1024, 2048};
  private static final int[] SAMPLES = {1, 16, 64, 128};
  private static final int[] DENSITIES = {1, 5, 10, 20, 30, 50, 70, 100};
  private static final List<ProductChoice> OURS =
      List.of(ProductChoice.EVENTS, ProductChoice.DENSE, ProductChoice.AUTO);
  private static final int TRIALS = 4;
  private static final int ROUNDS = 3;
  private static final int TIMED_CALLS_PER_UNTIMED = 4;
  private static final int WARM_UP_CALLS = 300;
  private static final long WARM_UP = 30_000_000L;
  private static final long LONGEST_WARM_UP = 500_000_000L;
  private static final long BATCH = 3_000_000L;

  @Spec
  private CommandSpec spec;

  @Parameters(paramLabel = "N", arity = "0..*", description = "Numbers of neurons (default: 128 256 512 1024 2048).")
  private List<String> given = List.of();

  ProductChoiceTable() {}

  /** Prints the table, and ends the JVM: 0, or 2 if the arguments cannot be used. */
  public static void main(String[] args) {
    System.exit(Program.of(new ProductChoiceTable()).execute(args));
  }

  @Override
  public Integer call() {
    int[] sizes = given.isEmpty()
        ? SIZES
        : given.stream().mapToInt(text -> Program.wholeNumber(spec, "N", text, Program.MOST_NEURONS)).toArray();
    System.out.println(MeasuredProvider.required() + ", one thread; us that a step of N neurons and B samples takes by"
        + " way of events, dense, ejml and auto,");
    System.out.println("which chooses among the others; firing: neurons with a spike");
    System.out.println("(it begins with a quarter of a minute of compiling)");
    System.out.println("   N    B  firing      events       dense        ejml        auto   auto above best");
    compileEverything();
    for (int size : sizes) {
      for (int samples : SAMPLES) {
        for (int density : DENSITIES) {
          print(size, samples, density, measure(size, samples, density));
        }
      }
    }
    return 0;
  }

  private static void compileEverything() {
    for (int density : DENSITIES) {
      measure(128, 17, density);
      measure(128, 1, density);
      measure(128, 1, density);
    }
  }

  private static void print(int size, int samples, int density, Map<ProductChoice, Double> nanos) {
    double best = Double.POSITIVE_INFINITY;
    for (ProductChoice choice : List.of(ProductChoice.EVENTS, ProductChoice.DENSE, ProductChoice.EJML)) {
      best = Math.min(best, nanos.get(choice));
    }
    double auto = nanos.get(ProductChoice.AUTO);
    System.out.printf(Locale.ROOT,
        "%4d  %3d   %3d %%  %10.2f  %10.2f  %10.2f  %10.2f   %5.1f %%%n", size, samples, density,
        nanos.get(ProductChoice.EVENTS) / 1e3, nanos.get(ProductChoice.DENSE) / 1e3,
        nanos.get(ProductChoice.EJML) / 1e3, auto / 1e3, 100 * (auto / best - 1));
  }

  private static Map<ProductChoice, Double> measure(int size, int samples, int density) {
    AllToAll recurrence = new AllToAll(size, true, true, new SplittableRandom(20_264));
    Spikes spikes = spikes(size, samples, density);
    Rows current = new Rows(new float[samples * size], 0, size);
    Map<ProductChoice, List<Double>> times = new EnumMap<>(ProductChoice.class);
    for (ProductChoice choice : ProductChoice.values()) {
      times.put(choice, new ArrayList<>());
    }
    // EJML by itself: it takes tens of times longer and leaves weights of its own in the caches.
    measure(recurrence, spikes, samples, current, List.of(ProductChoice.EJML), times);
    List<ProductChoice> inTurn = new ArrayList<>(OURS);
    for (int trial = 0; trial < TRIALS; trial++) {
      measure(recurrence, spikes, samples, current, inTurn, times);
      // AUTO comes after DENSE in half of the trials, EVENTS in the others: what comes then runs up to a tenth slower.
      Collections.reverse(inTurn);
    }
    Map<ProductChoice, Double> medians = new EnumMap<>(ProductChoice.class);
    times.forEach((choice, nanos) -> {
      Collections.sort(nanos);
      medians.put(choice, nanos.get(nanos.size() / 2));
    });
    return medians;
  }

  /** Adds some times of workers made anew: where their memory lies is luck, and worth up to a tenth. */
  private static void measure(AllToAll recurrence, Spikes spikes, int samples, Rows current,
      List<ProductChoice> choices, Map<ProductChoice, List<Double>> times) {
    Map<ProductChoice, Recurrence.Worker> workers = new EnumMap<>(ProductChoice.class);
    Map<ProductChoice, Long> calls = new EnumMap<>(ProductChoice.class);
    for (ProductChoice choice : choices) {
      Recurrence.Worker worker = recurrence.worker(spikes, new Block(samples, 1, false, false, choice));
      workers.put(choice, worker);
      calls.put(choice, warmUp(worker, samples, current, choice == ProductChoice.EJML ? 1 : WARM_UP_CALLS));
    }
    for (int round = 0; round < ROUNDS; round++) {
      for (ProductChoice choice : choices) {
        Recurrence.Worker worker = workers.get(choice);
        // Untimed at first: a choice should not pay for what the one before it left in the caches.
        run(worker, samples, current, 1 + calls.get(choice) / TIMED_CALLS_PER_UNTIMED);
        long start = System.nanoTime();
        run(worker, samples, current, calls.get(choice));
        times.get(choice).add((double) (System.nanoTime() - start) / calls.get(choice));
      }
    }
  }

  private static void run(Recurrence.Worker worker, int samples, Rows current, long calls) {
    for (long i = 0; i < calls; i++) {
      worker.current(0, samples, current);
    }
  }

  /** Runs for a while; how many calls make a batch then. */
  private static long warmUp(Recurrence.Worker worker, int samples, Rows current, int least) {
    long start = System.nanoTime();
    long calls = 0;
    long took = 0;
    while (took < WARM_UP || (calls < least && took < LONGEST_WARM_UP)) {
      worker.current(0, samples, current);
      calls++;
      took = System.nanoTime() - start;
    }
    return Math.max(1, BATCH * calls / (System.nanoTime() - start));
  }

  /** Spikes of the step before the first. */
  private static Spikes spikes(int size, int samples, int density) {
    SplittableRandom random = new SplittableRandom(20_265);
    Spikes spikes = new Spikes(size, samples, 1);
    SpikeRows before = spikes.atStep(-1);
    for (int b = 0; b < samples; b++) {
      for (int i = 0; i < size; i++) {
        if (random.nextInt(100) < density) {
          before.words()[before.at(b) + (i >>> 6)] |= 1L << i;
        }
      }
    }
    return spikes;
  }
}
