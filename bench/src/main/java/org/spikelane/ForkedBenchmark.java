package org.spikelane;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Warmup;

/**
 * How every benchmark runs unless it or the command line says otherwise: three JVMs, about five seconds each, three of
 * them to warm up (C2 compiles some kernels after more than two if it has no core of its own). All of the jar takes about
 * forty minutes.
 *
 * <p>The module stands in {@code jvmArgsPrepend} because {@code -jvmArgsAppend} on the command line takes the place of
 * what an annotation appends, and without the module everything would run, and be measured, with the scalar kernels.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(
    value = 3,
    jvmArgsPrepend = {ForkedBenchmark.VECTORS, ForkedBenchmark.QUIET, "-Xms1g", "-Xmx1g", "-XX:+AlwaysPreTouch"})
@Warmup(iterations = 6, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 200, timeUnit = TimeUnit.MILLISECONDS)
public abstract class ForkedBenchmark {

  /** The option without which a JVM has no Vector API. */
  public static final String VECTORS = "--add-modules=jdk.incubator.vector";

  /** The option with which a JVM does not warn, four lines a fork, that JMH uses {@code sun.misc.Unsafe}. */
  public static final String QUIET = "--sun-misc-unsafe-memory-access=allow";

  /** For benchmarks. */
  protected ForkedBenchmark() {}
}
