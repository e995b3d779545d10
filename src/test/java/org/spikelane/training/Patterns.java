package org.spikelane.training;

import java.util.SplittableRandom;
import org.spikelane.data.Dataset;

/** Noisy samples of a few patterns: class k has its current in every feature that is k modulo the classes. */
record Patterns(int size, int classes, int steps, int features, boolean constant) implements Dataset {

  @Override
  public int label(int i) {
    return i % classes;
  }

  @Override
  public void copyTo(int i, float[] values, int offset) {
    SplittableRandom random = new SplittableRandom(i);
    for (int k = 0; k < sampleLength(); k++) {
      values[offset + k] = (float) (random.nextDouble(-0.2, 0.2) + (k % features % classes == label(i) ? 0.8 : 0));
    }
  }
}
