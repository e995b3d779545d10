package org.spikelane.peers;

import java.io.IOException;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** What Linux says about this process's memory, nothing elsewhere; and what the JVM says about what it holds. */
final class ProcessMemory {

  private static final int MOST_COLLECTIONS = 20;
  private static final long PAUSE_MILLIS = 20;

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
   * Bytes that objects take which something refers to, and the memory outside the heap that they hold: what collections leave,
   * when one leaves no less than the one before. Memory outside the heap is given back some time after them.
   */
  static long heldBytes() {
    long held = Long.MAX_VALUE;
    for (int i = 0; i < MOST_COLLECTIONS; i++) {
      System.gc();
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(PAUSE_MILLIS));
      long now = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed() + outsideTheHeap();
      if (now >= held) {
        break;
      }
      held = now;
    }
    return held;
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
