package org.spikelane.peers;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ProcessMemoryTest {

  private static final int SIZE = 64 << 20;
  private static final long TOLERANCE = 1 << 20;

  /** On the heap and outside, while something refers to it. */
  @Test
  void countsWhatIsHeld() {
    List<Object> held = new ArrayList<>();
    final long before = ProcessMemory.heldBytes();
    held.add(new byte[SIZE]);
    assertHeld(SIZE, before, "an array");
    held.add(Arena.ofAuto().allocate(SIZE));
    assertHeld(2L * SIZE, before, "a segment, too");
    held.removeFirst();
    assertHeld(SIZE, before, "the segment alone");
    held.clear();
    assertHeld(0, before, "nothing");
  }

  private static void assertHeld(long expected, long before, String what) {
    long held = ProcessMemory.heldBytes() - before;
    assertTrue(Math.abs(held - expected) <= TOLERANCE, what + ": expected " + expected + " bytes, got " + held);
  }
}
