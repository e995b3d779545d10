package org.spikelane.peers;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.function.IntFunction;
import org.spikelane.MeasuredProvider;
import org.spikelane.Program;
import org.spikelane.network.Input;
import org.spikelane.network.Network;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * Prints how many times as fast several threads are as one: for the products, which have weights in a cache and nothing
 * else to share, and for whole networks.
 *
 * <pre>java --add-modules=jdk.incubator.vector -cp bench/target/benchmarks.jar org.spikelane.peers.CoresTable</pre>
 *
 * <p>One and all threads take turns, so that both see the same machine; medians of {@value #ROUNDS} rounds. An argument
 * takes the place of the number of threads, that of the processors.
 */
@Command(name = "CoresTable", mixinStandardHelpOptions = true,
    description = "Prints how many times as fast several threads are as one, for products and whole networks;"
        + " takes about two minutes.")
public final class CoresTable implements Callable<Integer> {

  private static final int ROUNDS = 9;
  private static final int SAMPLES = 128;
  private static final int MOST_THREADS = 1024;
  private static final long WARM_UP = 4_000_000_000L;
  private static final double LEAST_SECONDS = 0.2;

  @Spec
  private CommandSpec spec;

  @Parameters(paramLabel = "THREADS", arity = "0..1",
      description = "Threads beside one (default: as many as there are processors).")
  private String given;

  CoresTable() {}

  /** Prints the table, and ends the JVM: 0, or 2 if the arguments cannot be used. */
  public static void main(String[] args) {
    System.exit(Program.of(new CoresTable()).execute(args));
  }

  @Override
  public Integer call() {
    int threads = given == null
        ? Runtime.getRuntime().availableProcessors()
        : Program.wholeNumber(spec, "THREADS", given, MOST_THREADS);
    System.out.printf(Locale.ROOT, "%s; median milliseconds of 1 and of %d threads%n%-52s %10s %10s %7s%n",
        MeasuredProvider.required(), threads, "workload", "1 thread", threads + " threads", "faster");
    print("dense product, 1024 to 1024, 32 steps of 128", threads, n -> product(1024, 32, n));
    print("dense product, 512 to 512, 64 steps of 128", threads, n -> product(512, 64, n));
    for (int size : new int[] {512, 1024}) {
      for (int batch : new int[] {16, 128}) {
        print("RLeaky " + size + ", batch " + batch + ", forward", threads,
            n -> LayerWorkload.rLeaky(size, batch, 100, false, n));
      }
    }
    for (String name : List.of("mnist", "shd")) {
      for (int batch : new int[] {16, 128}) {
        print("serve " + name + ", batch " + batch, threads, n -> {
          ClassifierNetwork net = ClassifierNetwork.of(name);
          return new ServingWorkload(net.build(), net.draw(batch, name.equals("mnist") ? 25 : 100).input(), n);
        });
      }
    }
    for (String name : List.of("mnist", "shd")) {
      print("train " + name + ", batch 128", threads, n -> {
        ClassifierNetwork net = ClassifierNetwork.of(name);
        return new TrainingWorkload(net.build(), net.draw(128, name.equals("mnist") ? 25 : 100),
            TrainingWorkload.ITERATIONS, n);
      });
    }
    return 0;
  }

  /** A Linear layer over noise, of so many steps that what a session does once a sample, on one thread, does not count. */
  private static Workload product(int size, int steps, int threads) {
    SplittableRandom random = new SplittableRandom(1);
    float[] x = new float[steps * SAMPLES * size];
    for (int i = 0; i < x.length; i++) {
      x[i] = (float) random.nextGaussian();
    }
    // Neurons behind it, as a network without any has no spikes to give: a thousandth of the work.
    Network network = Network.input(size).linear("fc", size).leaky("lif1", n -> n.beta(LayerWorkload.BETA)).build(1);
    return new ServingWorkload(network, Input.sequence(x, steps, SAMPLES), threads);
  }

  private static void print(String name, int threads, IntFunction<Workload> workloads) {
    Workload one = workloads.apply(1);
    Workload all = workloads.apply(threads);
    long begin = System.nanoTime();
    while (System.nanoTime() - begin < WARM_UP) {
      one.repeat();
      all.repeat();
    }
    List<Double> ofOne = new ArrayList<>();
    List<Double> ofAll = new ArrayList<>();
    List<Double> ratios = new ArrayList<>();
    for (int round = 0; round < ROUNDS; round++) {
      ofOne.add(seconds(one));
      ofAll.add(seconds(all));
      ratios.add(ofOne.getLast() / ofAll.getLast());
    }
    System.out.printf(Locale.ROOT, "%-52s %10.3f %10.3f %6.2fx%n", name, median(ofOne) * 1e3, median(ofAll) * 1e3,
        median(ratios));
  }

  /** Median of the repetitions of a while. */
  private static double seconds(Workload workload) {
    List<Double> all = new ArrayList<>();
    long begin = System.nanoTime();
    do {
      for (Map<String, Double> phases : workload.repeat()) {
        all.add(Collections.max(phases.values()));
      }
    } while (Workload.seconds(begin, System.nanoTime()) < LEAST_SECONDS);
    return median(all);
  }

  private static double median(List<Double> values) {
    return values.stream().sorted().skip(values.size() / 2).findFirst().orElseThrow();
  }
}
