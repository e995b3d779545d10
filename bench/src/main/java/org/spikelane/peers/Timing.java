package org.spikelane.peers;

import com.google.gson.JsonObject;
import com.sun.management.OperatingSystemMXBean;
import com.sun.management.ThreadMXBean;
import java.lang.management.CompilationMXBean;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/**
 * Repeats a workload as the peers' benchmark repeats theirs: after a warm-up, at least {@code reps} times, until a
 * second has passed, but no longer than the budget, though three times in any case.
 */
final class Timing {

  /** The least time of a {@link WarmUp}. */
  static final Duration WARM_UP = Duration.ofSeconds(5);

  /** The processor time that shares are taken from counts in hundredths of a second. */
  private static final double ENOUGH_SECONDS = 1;

  private final Map<String, Double> first;
  private final List<Map<String, Double>> repetitions;
  private final double cpuShare;
  private final long allocatedBytes;

  private Timing(Map<String, Double> first, List<Map<String, Double>> repetitions, double cpuShare,
      long allocatedBytes) {
    this.first = first;
    this.repetitions = repetitions;
    this.cpuShare = cpuShare;
    this.allocatedBytes = allocatedBytes;
  }

  /** Warms up, at least twice, and repeats. */
  static Timing of(Workload workload, int reps, double budget, Duration leastWarmUp) {
    OperatingSystemMXBean process = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
    ThreadMXBean thread = ManagementFactory.getPlatformMXBean(ThreadMXBean.class);
    CompilationMXBean compiler = ManagementFactory.getCompilationMXBean();
    List<Map<String, Double>> rows = new ArrayList<>();
    WarmUp warmUp = new WarmUp(leastWarmUp, System.nanoTime());
    Map<String, Double> first = workload.repeat().getFirst();
    do {
      // The way it is timed: the compilation of that would else fall into a few hundred latencies.
      rows.clear();
      repeat(workload, thread, rows);
    } while (warmUp.goesOn(System.nanoTime(), compiler.getTotalCompilationTime()));
    rows.clear();
    long cpu = process.getProcessCpuTime();
    long start = System.nanoTime();
    long allocated = 0;
    double passed = 0;
    while (rows.size() < reps || passed < ENOUGH_SECONDS) {
      allocated = repeat(workload, thread, rows);
      passed = Workload.seconds(start, System.nanoTime());
      if (passed > budget && rows.size() >= 3) {
        break;
      }
    }
    double share = (process.getProcessCpuTime() - cpu) * 1e-9 / passed;
    return new Timing(first, rows, share, allocated);
  }

  /** Adds a repetition to the rows; returns the bytes that it allocated. */
  private static long repeat(Workload workload, ThreadMXBean thread, List<Map<String, Double>> rows) {
    long before = thread.getCurrentThreadAllocatedBytes();
    rows.addAll(workload.repeat());
    return thread.getCurrentThreadAllocatedBytes() - before;
  }

  /** Adds the fields of a record: statistics of each phase, seconds, and what was seen on the way. */
  void addTo(JsonObject record, boolean latency, int batch) {
    JsonObject firstSeconds = new JsonObject();
    JsonObject samples = new JsonObject();
    first.forEach(firstSeconds::addProperty);
    first.keySet().forEach(phase -> samples.addProperty(phase, repetitions.size()));
    record.add("first_s", firstSeconds);
    record.addProperty("cpu_share", Math.round(cpuShare * 100) / 100.0);
    record.add("samples", samples);
    record.addProperty("allocated_bytes", allocatedBytes);
    for (String phase : first.keySet()) {
      List<Double> sorted = new ArrayList<>(repetitions.stream().map(row -> row.get(phase)).toList());
      Collections.sort(sorted);
      JsonObject seconds = new JsonObject();
      seconds.addProperty("min", sorted.getFirst());
      seconds.addProperty("median", median(sorted));
      seconds.addProperty("max", sorted.getLast());
      if (latency) {
        seconds.addProperty("p50", quantile(sorted, 0.5));
        seconds.addProperty("p99", quantile(sorted, 0.99));
        seconds.addProperty("samples_per_s", batch / median(sorted));
      }
      record.add(phase, seconds);
    }
  }

  private static double median(List<Double> sorted) {
    int middle = sorted.size() / 2;
    return sorted.size() % 2 == 1 ? sorted.get(middle) : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
  }

  private static double quantile(List<Double> sorted, double q) {
    return sorted.get(Math.min(sorted.size() - 1, (int) (q * sorted.size())));
  }
}
