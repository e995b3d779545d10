package org.spikelane.connection;

import java.util.random.RandomGenerator;

/** PyTorch's default initialisation of weights. */
final class Initialization {

  private Initialization() {}

  /** {@code size} draws, uniform in [-1/√fanIn, 1/√fanIn). */
  static float[] uniform(int size, int fanIn, RandomGenerator random) {
    double bound = 1 / Math.sqrt(fanIn);
    float[] values = new float[size];
    for (int i = 0; i < size; i++) {
      values[i] = (float) ((2 * random.nextDouble() - 1) * bound);
    }
    return values;
  }
}
