package org.spikelane.kernels;

import java.util.SplittableRandom;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.spikelane.MeasuredProvider;

/** Operands of kernel benchmarks: seeded, and filled by whoever extends this. */
@State(Scope.Thread)
public abstract class KernelBenchmarkState {

  /**
   * Neurons of a pass: a row of {@code size} neurons is walked {@code NEURONS / size} times. JMH divides by a constant,
   * and so a score is a time per neuron at every size.
   */
  static final int NEURONS = 16_384;

  private final SplittableRandom random = new SplittableRandom(20_261);
  private KernelProvider provider;

  /** For subclasses. */
  protected KernelBenchmarkState() {}

  /** Takes the kernels from {@code provider} instead of the one that this JVM was asked to measure. */
  public final void use(KernelProvider provider) {
    this.provider = provider;
  }

  /**
   * What is measured.
   *
   * @throws IllegalStateException if it is not what was asked for
   */
  final KernelProvider provider() {
    if (provider == null) {
      provider = MeasuredProvider.required();
    }
    return provider;
  }

  /** How often a row of {@code size} neurons is walked. */
  static int repeats(int size) {
    if (size < 1 || NEURONS % size != 0) {
      throw new IllegalStateException("size: expected a divisor of " + NEURONS + ", got " + size);
    }
    return NEURONS / size;
  }

  final float[] uniform(int length, double low, double high) {
    float[] values = new float[length];
    for (int i = 0; i < length; i++) {
      values[i] = (float) random.nextDouble(low, high);
    }
    return values;
  }

  final float[] normal(int length, double deviation) {
    float[] values = new float[length];
    for (int i = 0; i < length; i++) {
      values[i] = (float) (deviation * random.nextGaussian());
    }
    return values;
  }

  /** Rows of {@code size} neurons, {@code percent} of which spike. */
  final SpikeRows spikes(int rows, int size, int percent) {
    SpikeRows spikes = noSpikes(rows, size);
    for (int r = 0; r < rows; r++) {
      for (int n = 0; n < size; n++) {
        if (random.nextInt(100) < percent) {
          spikes.words()[spikes.at(r) + (n >>> 6)] |= 1L << n;
        }
      }
    }
    return spikes;
  }

  static SpikeRows noSpikes(int rows, int size) {
    int words = SpikeRows.words(size);
    return new SpikeRows(new long[rows * words], 0, words);
  }

  static Rows zeros(int rows, int size) {
    return new Rows(new float[rows * size], 0, size);
  }
}
