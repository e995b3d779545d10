package org.spikelane.layer;

import java.util.Arrays;
import org.spikelane.kernels.KernelProvider;

/**
 * One array of sums, which takes memory when something is first added, and keeps it.
 *
 * <p>Once cleared it is empty until something is added again, and nothing is to be added from it: zeros would make 0 of
 * -0, in one thread's sums and not in another's.
 */
final class Sums {

  private final int size;
  private float[] values;
  private boolean empty = true;

  /** Empty. */
  Sums(int size) {
    this.size = size;
  }

  /** Whether nothing was added since they were last cleared. */
  boolean isEmpty() {
    return empty;
  }

  /** The sums, to be added to; zeros if they were empty, which they are no longer. */
  float[] values() {
    float[] sums = room();
    if (empty) {
      Arrays.fill(sums, 0f);
      empty = false;
    }
    return sums;
  }

  /** The array as it is, to be written over if the sums are empty. */
  float[] room() {
    if (values == null) {
      values = new float[size];
    }
    return values;
  }

  /** The array as it was written, no longer empty. */
  float[] written() {
    empty = false;
    return room();
  }

  /** Adds those of as many. */
  void add(Sums other) {
    if (!other.empty) {
      KernelProvider.current().rows().add(other.values, 0, values(), 0, 0, size);
    }
  }

  /** Forgets everything. */
  void clear() {
    empty = true;
  }
}
