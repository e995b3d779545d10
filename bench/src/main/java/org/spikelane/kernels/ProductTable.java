package org.spikelane.kernels;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import org.spikelane.MeasuredProvider;
import org.spikelane.Program;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * Prints how fast the products are, and what share that is of what the machine can do in the same run: of the peak of
 * fused multiply-adds for dense products of several rows, else of the read bandwidth of the memory that holds what is
 * read again and again. The gradient by events counts what it reads of g; it also reads and writes every row of the
 * weights' gradient whose neuron fired, which is most of its time where few rows share it.
 *
 * <pre>java --add-modules=jdk.incubator.vector -cp bench/target/benchmarks.jar org.spikelane.kernels.ProductTable</pre>
 *
 * <p>Arguments {@code N…} take the place of the sizes 128 to 2048.
 */
@Command(name = "ProductTable", mixinStandardHelpOptions = true,
    description = "Prints how fast the products are, beside what this machine can do; takes some"
        + " minutes, a minute for one N.")
public final class ProductTable implements Callable<Integer> {

  static final String HEAD = """
      N: neurons, multiplied with weights [N][N]. rows: samples times steps at once. firing: neurons with a spike.
      limit: of the same unit, GF/s fused multiply-adds, or GB/s of summing an array as large as what is read again and
      again. share: speed by limit; above 100 % where weights, which unlike arrays start at a cache line, are read faster.

      product             N   rows  firing   us/product     speed  unit   limit    share
      """;

  private static final int[] SIZES = {128, 256, 512, 1024, 2048};
  private static final int[] ROWS = {1, 8, 16, 64, 100, 128};
  private static final int[] EVENT_ROWS = {1, 16, 64};
  private static final int[] DENSITIES = {5, 10, 20, 30};
  private static final int LIMITS_TO_WARM_UP = 60;
  private static final int TIMES_TO_COMPILE = 3;
  private static final long WARM_UP = 300_000_000L;
  private static final long BATCH = 8_000_000L;
  private static final int BATCHES = 9;

  @Spec
  private CommandSpec spec;

  @Parameters(paramLabel = "N", arity = "0..*", description = "Numbers of neurons (default: 128 256 512 1024 2048).")
  private List<String> given = List.of();

  ProductTable() {}

  /** Prints the table, and ends the JVM: 0, or 2 if the arguments cannot be used. */
  public static void main(String[] args) {
    System.exit(Program.of(new ProductTable()).execute(args));
  }

  @Override
  public Integer call() {
    int[] sizes = given.isEmpty()
        ? SIZES
        : given.stream().mapToInt(text -> Program.wholeNumber(spec, "N", text, Program.MOST_NEURONS)).toArray();
    System.out.println(MeasuredProvider.required() + ", one thread");
    System.out.print(HEAD);
    for (int i = 0; i < LIMITS_TO_WARM_UP; i++) {
      Limits.fma();
      Limits.read(1 << 20);
    }
    compileEverything();
    for (int size : sizes) {
      for (int rows : ROWS) {
        dense(size, rows);
      }
      for (int rows : EVENT_ROWS) {
        for (int density : DENSITIES) {
          events(size, rows, density);
        }
      }
    }
    return 0;
  }

  /** Calls so small that they are many: the first row of a table is to measure what the last one does. */
  private static void compileEverything() {
    int size = 64;
    int rows = 21; // Large and small register tiles, and a row by itself.
    Operands o = new Operands(size, rows, 20);
    for (int i = 0; i < TIMES_TO_COMPILE; i++) {
      nanos(() -> o.kernels.dense(o.x, o.w, o.bias, o.y, 0, rows));
      nanos(() -> o.kernels.denseGradient(o.x, o.g, o.gw, 0, 0, rows, size, size));
      nanos(() -> o.kernels.events(o.spk, o.w, o.bias, o.y, 0, rows));
      nanos(() -> o.kernels.eventsGradient(o.spk, o.g, o.gw, 0, rows, size, size));
    }
  }

  static String row(String product, int size, int rows, String firing, double nanos, double speed, String unit,
      double limit) {
    return String.format(Locale.ROOT, "%-15s %5d   %4d  %6s   %10.2f  %8.1f  %s  %6.1f  %5.1f %%%n", product, size,
        rows, firing, nanos / 1e3, speed, unit, limit, 100 * speed / limit);
  }

  private static void dense(int size, int rows) {
    Operands o = new Operands(size, rows, 10);
    double flops = 2.0 * rows * size * size;
    double bytes = 4.0 * size * size;
    double forward = nanos(() -> o.kernels.dense(o.x, o.w, o.bias, o.y, 0, rows));
    if (rows == 1) {
      double read = Limits.read(4L * size * size);
      System.out.print(row("dense", size, rows, "", forward, bytes / forward, "GB/s", read));
    } else {
      double peak = Limits.fma();
      double gradient = nanos(() -> o.kernels.denseGradient(o.x, o.g, o.gw, 0, 0, rows, size, size));
      double peakAgain = Limits.fma();
      System.out.print(row("dense", size, rows, "", forward, flops / forward, "GF/s", peak));
      System.out.print(row("dense gradient", size, rows, "", gradient, flops / gradient, "GF/s", peakAgain));
    }
  }

  private static void events(int size, int rows, int density) {
    Operands o = new Operands(size, rows, density);
    long spikes = 0;
    for (int r = 0; r < rows; r++) {
      spikes += o.spk.count(r, size);
    }
    double bytes = 4.0 * spikes * size;
    int columns = Math.min(size, 128);
    double forward = nanos(() -> o.kernels.events(o.spk, o.w, o.bias, o.y, 0, rows));
    double panel = Limits.read(rows == 1 ? 4L * size * size : 4L * size * columns);
    double gradient = nanos(() -> o.kernels.eventsGradient(o.spk, o.g, o.gw, 0, rows, size, size));
    double gradientPanel = Limits.read(4L * size * columns);
    String firing = density + " %";
    System.out.print(row("events", size, rows, firing, forward, bytes / forward, "GB/s", panel));
    System.out.print(row("events gradient", size, rows, firing, gradient, bytes / gradient, "GB/s", gradientPanel));
  }

  /** Median time of a call. */
  private static double nanos(Runnable call) {
    long start = System.nanoTime();
    long calls = 0;
    while (System.nanoTime() - start < WARM_UP) {
      call.run();
      calls++;
    }
    long perBatch = Math.max(1, calls * BATCH / WARM_UP);
    double[] times = new double[BATCHES];
    for (int b = 0; b < BATCHES; b++) {
      long from = System.nanoTime();
      for (long i = 0; i < perBatch; i++) {
        call.run();
      }
      times[b] = (double) (System.nanoTime() - from) / perBatch;
    }
    Arrays.sort(times);
    return times[BATCHES / 2];
  }

  /** Seeded operands of every product. */
  private static final class Operands {

    final ProductKernels kernels = KernelProvider.current().products();
    final Rows x;
    final Rows y;
    final Rows g;
    final PackedWeights w;
    final float[] bias;
    final float[] gw;
    final SpikeRows spk;

    Operands(int size, int rows, int density) {
      SplittableRandom random = new SplittableRandom(20_263);
      x = new Rows(values(random, rows * size), 0, size);
      y = new Rows(new float[rows * size], 0, size);
      g = new Rows(values(random, rows * size), 0, size);
      w = kernels.weights(size, size);
      w.pack(values(random, size * size));
      bias = values(random, size);
      gw = new float[size * size];
      int words = SpikeRows.words(size);
      spk = new SpikeRows(new long[rows * words], 0, words);
      for (int r = 0; r < rows; r++) {
        for (int i = 0; i < size; i++) {
          if (random.nextInt(100) < density) {
            spk.words()[spk.at(r) + (i >>> 6)] |= 1L << i;
          }
        }
      }
    }

    private static float[] values(SplittableRandom random, int length) {
      float[] values = new float[length];
      for (int i = 0; i < length; i++) {
        values[i] = (float) random.nextDouble(-1, 1);
      }
      return values;
    }
  }
}
