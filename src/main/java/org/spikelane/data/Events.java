package org.spikelane.data;

/**
 * Recordings of events. Sample {@code i} has the events {@code [start(i), start(i + 1))}.
 *
 * @param starts {@code [samples + 1]}, ascending from 0
 * @param times seconds, finite and not negative
 * @param unitOf the unit of each event, an unsigned 16-bit number
 */
record Events(int[] starts, float[] times, char[] unitOf) implements Samples {

  @Override
  public int samples() {
    return starts.length - 1;
  }

  int start(int i) {
    return starts[i];
  }

  float time(int event) {
    return times[event];
  }

  int unit(int event) {
    return unitOf[event];
  }

  /** The largest unit + 1; 0 without events. */
  int units() {
    int units = 0;
    for (char unit : unitOf) {
      units = Math.max(units, unit + 1);
    }
    return units;
  }
}
