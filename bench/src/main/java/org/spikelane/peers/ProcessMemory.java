package org.spikelane.peers;

import java.io.IOException;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;
import javax.management.JMException;
import javax.management.ObjectName;

/** What Linux says about this process's memory, nothing elsewhere; and what the JVM says about what it holds. */
final class ProcessMemory {

  private static final int MOST_COLLECTIONS = 20;
  private static final long PAUSE_MILLIS = 20;
  /** How often in a row nothing less is to be found. */
  private static final int READINGS = 3;
  /** A line of a histogram: number, objects, bytes, class. */
  private static final Pattern CLASS = Pattern.compile("(?m)^ *\\d+: +\\d+ +(\\d+) +(\\S+)");

  private ProcessMemory() {}

  /** Resident now, MB of 2^20 bytes. */
  static OptionalLong residentMegabytes() {
    return status("VmRSS:");
  }

  /** Most that was resident since {@link #resetPeak}, MB of 2^20 bytes. */
  static OptionalLong peakMegabytes() {
    return status("VmHWM:");
  }

  /** Lets the peak start anew; where that is not allowed, it goes on. */
  static void resetPeak() {
    try {
      Files.writeString(Path.of("/proc/self/clear_refs"), "5");
    } catch (IOException e) {
      // The peers' benchmark takes the peak as it is, too.
    }
  }

  /**
   * Bytes that objects take which something refers to, and the memory outside the heap that they hold, which is given back some
   * time after a collection: what is left when one finds nothing more to give back.
   */
  static long heldBytes() {
    long held = Long.MAX_VALUE;
    int same = 0;
    for (int i = 0; i < MOST_COLLECTIONS && same < READINGS; i++) {
      long now = liveObjects() + outsideTheHeap();
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(PAUSE_MILLIS));
      same = now < held ? 0 : same + 1;
      held = Math.min(held, now);
    }
    return held;
  }

  /**
   * Bytes of the objects that a full collection leaves, class by class: the heap in use has megabytes of dead ones beside them,
   * which the parallel collector does not think worth moving others for, and calls fillers.
   */
  private static long liveObjects() {
    try {
      String histogram = (String) ManagementFactory.getPlatformMBeanServer().invoke(
          new ObjectName("com.sun.management:type=DiagnosticCommand"), "gcClassHistogram", new Object[] {new String[0]},
          new String[] {String[].class.getName()});
      return CLASS.matcher(histogram).results().filter(line -> !line.group(2).contains("jdk.internal.vm.Filler"))
          .mapToLong(line -> Long.parseLong(line.group(1))).sum();
    } catch (JMException e) {
      throw new IllegalStateException("memory: expected a JVM that counts its objects", e);
    }
  }

  private static long outsideTheHeap() {
    return ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
        .filter(pool -> pool.getName().equals("direct")).mapToLong(BufferPoolMXBean::getMemoryUsed).sum();
  }

  private static OptionalLong status(String key) {
    try {
      return Files.readAllLines(Path.of("/proc/self/status")).stream().filter(line -> line.startsWith(key))
          .mapToLong(line -> Math.round(Long.parseLong(line.replaceAll("\\D", "")) / 1024.0)).findFirst();
    } catch (IOException e) {
      return OptionalLong.empty();
    }
  }
}
