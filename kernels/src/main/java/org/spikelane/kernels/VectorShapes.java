package org.spikelane.kernels;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * Species of the vector kernels: the only place that knows a width.
 *
 * <p>Vectors live in local variables of the loop that uses them. C2 (JDK 25) refuses to inline even lane helpers of 20
 * bytes at times ("already compiled into a medium method", "low call site frequency"), in other methods from run to
 * run, and a vector that crosses a call is boxed, at hundreds of times the cost. So no method of ours takes or returns
 * a vector.
 */
final class VectorShapes {

  /** One species per JVM: C2 makes calls of several species megamorphic and boxes the vectors. */
  static final VectorSpecies<Float> FLOATS = VectorSpecies.of(float.class, shape());

  /** Integers in vectors of the same width. */
  static final VectorSpecies<Integer> INTS = VectorSpecies.of(int.class, FLOATS.vectorShape());

  /** Doubles in vectors of the same width. */
  static final VectorSpecies<Double> DOUBLES = VectorSpecies.of(double.class, FLOATS.vectorShape());

  /** Vector width in bits. */
  static final int WIDTH = FLOATS.vectorBitSize();

  /** Floats in a vector: 4, 8 or 16, so that a whole number of vectors fills a word of spike bits. */
  static final int LANES = FLOATS.length();

  /**
   * Whether there are 32 registers for vectors, of any width: on all but x86 CPUs without AVX-512, which have 16. A JVM that
   * is kept from 512 bits, as by {@code -XX:MaxVectorSize}, is taken for one of those.
   */
  static final boolean MANY_REGISTERS = widest() == 512 || !System.getProperty("os.arch").matches("amd64|x86_64");

  /** Whether vectors are those of AVX-512, of which any instruction takes a mask; elsewhere it would be several, or a call. */
  static final boolean MASKED = WIDTH == 512;

  /** Neurons that a forward kernel takes through the steps at once: four vectors, at 512 bits a word of spikes. */
  static final int TILE = 4 * LANES;

  /** Neurons that go through the steps of a block, if {@link FarSequences} does not take fewer. */
  static final int BLOCK_NEURONS = 1 << 16;

  /** Values that a last-level cache is taken to hold: 8 MiB. */
  static final int LAST_LEVEL_VALUES = 1 << 21;

  private static final int BACKWARD_STEPS = 8;

  private VectorShapes() {}

  /**
   * Steps that go forward together, of a sequence whose rows lie {@code stride} values apart.
   *
   * <p>All of them where a near cache is sure to hold the sequence (256 KiB). What reaches further is walked block by block,
   * few rows at a time, each of them far along: hardware prefetchers follow a row, and memory gives more the fewer rows are
   * read and written side by side. A column through all steps would visit a memory page a step, which none follows, and rows
   * that are a power of two apart leave each other no place in any cache. States and parameters, which each block reads
   * again, weigh more the nearer the sequence may be. Up to 1 MiB it is 16 rows, which cost a sequence that does lie in L2 11
   * to 22 % and save one that comes from memory more than a third; up to 8 MiB, which a last-level cache holds, eight; beyond,
   * four, unless {@link FarSequences} finds shorter rows faster.
   */
  static int stepsForward(int steps, int stride) {
    long values = (long) steps * stride;
    return values <= 1 << 16 ? steps : values <= 1 << 18 ? 16 : values <= LAST_LEVEL_VALUES ? 8 : 4;
  }

  /** Blocks of at most eight steps, alike as far as possible, in which steps go backward. */
  static int blocksBackward(int steps) {
    return Math.ceilDiv(steps, BACKWARD_STEPS);
  }

  /** The first of {@code steps} steps in block i of {@link #blocksBackward}. */
  static int firstBackward(int steps, int i) {
    return (int) ((long) steps * i / blocksBackward(steps));
  }

  /** Widest vector of floats that this JVM has on this CPU, in bits. */
  static int widest() {
    return VectorShape.largestShapeFor(float.class).vectorBitSize();
  }

  private static VectorShape shape() {
    String wanted = System.getProperty(KernelProvider.PROPERTY, "preferred");
    int preferred = Math.min(512, FloatVector.SPECIES_PREFERRED.vectorBitSize());
    return VectorShape.forBitSize(wanted.equals("preferred") ? preferred : Integer.parseInt(wanted));
  }
}
