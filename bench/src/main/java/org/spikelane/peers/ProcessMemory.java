package org.spikelane.peers;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;

/** What Linux says about this process's memory; nothing elsewhere. */
final class ProcessMemory {

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

  private static OptionalLong status(String key) {
    try {
      return Files.readAllLines(Path.of("/proc/self/status")).stream().filter(line -> line.startsWith(key))
          .mapToLong(line -> Math.round(Long.parseLong(line.replaceAll("\\D", "")) / 1024.0)).findFirst();
    } catch (IOException e) {
      return OptionalLong.empty();
    }
  }
}
