package org.spikelane.kernels;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class RowKernelsTest {

  private static final RowKernels SCALAR = new ScalarRowKernels();
  private static final List<RowKernels> IMPLEMENTATIONS = Cases.implementations(SCALAR, () -> new VectorRowKernels());

  /** Where the row of {@code y} and of {@code x} starts, and the first word of each row of spikes. */
  private static final int Y_AT = 7;
  private static final int X_AT = 3;
  private static final int SPK_AT = 1;
  private static final int RST_AT = 2;

  /** Operands of every pass; {@code y} and {@code spk} are those that passes write. */
  static final class Operands {
    final float[] x;
    /** {@code x} shifted by one from row to row, and again and again. */
    final Rows shifted;
    final Rows repeated;
    final float[] a;
    final float[] y;
    final long[] spk;
    final long[] rst;

    private Operands(float[] x, float[] a, float[] y, long[] spk, long[] rst) {
      this.x = x;
      this.shifted = new Rows(x, X_AT, -1);
      this.repeated = new Rows(x, X_AT, 0);
      this.a = a;
      this.y = y;
      this.spk = spk;
      this.rst = rst;
    }

    static Operands random(long seed, int size, boolean special) {
      SplittableRandom random = new SplittableRandom(seed);
      int words = SpikeRows.words(size);
      long[] spk = new long[SPK_AT + words + 1];
      long[] rst = new long[RST_AT + words];
      System.arraycopy(Cases.spikes(random, 1, size, 0.4), 0, spk, SPK_AT, words);
      System.arraycopy(Cases.spikes(random, 1, size, 0.4), 0, rst, RST_AT, words);
      return new Operands(values(random, size + X_AT, special), values(random, size + X_AT, special),
          values(random, size + Y_AT + 2, special), spk, rst);
    }

    private static float[] values(SplittableRandom random, int size, boolean special) {
      return special ? Cases.special(random, size, -2, 2) : Cases.uniform(random, size, -2, 2);
    }

    Operands copy() {
      return new Operands(x, a, y.clone(), spk.clone(), rst);
    }

    int spike(int n) {
      return (int) (spk[SPK_AT + (n >>> 6)] >>> n & 1);
    }

    int resetGate(int n) {
      return (int) (rst[RST_AT + (n >>> 6)] >>> n & 1);
    }
  }

  @FunctionalInterface
  interface Pass {
    void run(RowKernels kernels, Operands o, int from, int to);
  }

  /** What {@code y[n]} is afterwards, in double. */
  @FunctionalInterface
  interface Equation {
    double of(Operands before, int n);
  }

  record Case(String name, int alignment, Pass pass, Equation equation) {
    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Case> cases() {
    return Stream.of(
        new Case("fire", 64, (k, o, from, to) -> k.fire(o.y, Y_AT, o.a, o.spk, SPK_AT, from, to),
            (o, n) -> o.y[Y_AT + n]),
        reset(ResetMechanism.SUBTRACT, (o, n) -> o.y[Y_AT + n] - (o.spike(n) - o.resetGate(n)) * (double) o.a[n]),
        reset(ResetMechanism.ZERO, (o, n) -> o.y[Y_AT + n] * (1.0 - (o.spike(n) - o.resetGate(n)))),
        reset(ResetMechanism.ZERO_CARRIED, (o, n) -> o.y[Y_AT + n] * (1.0 - (o.spike(n) - o.resetGate(n)))),
        reset(ResetMechanism.NONE, (o, n) -> o.y[Y_AT + n]),
        new Case("gate", 1, (k, o, from, to) -> k.gate(o.a, o.spk, SPK_AT, o.y, Y_AT, from, to),
            (o, n) -> o.spike(n) * (double) o.a[n]),
        new Case("expand", 1, (k, o, from, to) -> k.expand(o.spk, SPK_AT, 0.7f, o.y, Y_AT, from, to),
            (o, n) -> o.spike(n) * 0.7),
        new Case("addWhereFired", 1, (k, o, from, to) -> k.addWhereFired(o.x, X_AT, o.spk, SPK_AT, o.y, from, to),
            (o, n) -> o.y[n] + o.spike(n) * (double) o.x[X_AT + n]),
        new Case("add", 1, (k, o, from, to) -> k.add(o.x, X_AT, o.y, Y_AT, from, to),
            (o, n) -> o.y[Y_AT + n] + (double) o.x[X_AT + n]),
        new Case("addRows", 1, (k, o, from, to) -> k.addRows(o.shifted, 0, 4, o.y, Y_AT, from, to),
            (o, n) -> o.y[Y_AT + n] + (double) o.x[X_AT + n] + o.x[X_AT - 1 + n] + o.x[X_AT - 2 + n] + o.x[n]),
        new Case("addRows of one row", 1, (k, o, from, to) -> k.addRows(o.repeated, 2, 8, o.y, Y_AT, from, to),
            (o, n) -> o.y[Y_AT + n] + 6.0 * o.x[X_AT + n]),
        new Case("addProduct", 1, (k, o, from, to) -> k.addProduct(o.a, 1, o.x, X_AT, o.y, Y_AT, from, to),
            (o, n) -> o.y[Y_AT + n] + (double) o.a[1 + n] * o.x[X_AT + n]),
        new Case("addScaled", 1, (k, o, from, to) -> k.addScaled(-1.3f, o.x, X_AT, o.y, Y_AT, from, to),
            (o, n) -> o.y[Y_AT + n] - 1.3 * o.x[X_AT + n]));
  }

  private static Case reset(ResetMechanism reset, Equation equation) {
    return new Case("resetImmediate " + reset, 64,
        (k, o, from, to) -> k.resetImmediate(o.y, Y_AT, o.a, reset, o.spk, SPK_AT, o.rst, RST_AT, from, to), equation);
  }

  @ParameterizedTest
  @MethodSource("cases")
  void vectorIsScalarBitForBit(Case c) {
    for (int size : Cases.SIZES) {
      for (int from : new int[] {0, 3, 64}) {
        if (from > size || from % c.alignment != 0) {
          continue;
        }
        long seed = 31L * size + from;
        Operands before = Operands.random(seed, size, true);
        Operands expected = before.copy();
        c.pass.run(SCALAR, expected, from, size);
        for (RowKernels kernels : IMPLEMENTATIONS) {
          Operands actual = before.copy();
          c.pass.run(kernels, actual, from, size);
          String message = kernels + ", size " + size + ", from " + from + ", seed " + seed;
          Cases.assertSame(expected.y, actual.y, message);
          assertArrayEquals(expected.spk, actual.spk, message);
        }
      }
    }
  }

  /** Within 2^-22 * 6, four roundings of values up to 6; and nothing outside the range is touched. */
  @ParameterizedTest
  @MethodSource("cases")
  void followsItsEquation(Case c) {
    int from = c.alignment;
    int to = 195;
    int yAt = c.name.equals("addWhereFired") ? 0 : Y_AT;
    Operands before = Operands.random(9, 200, false);
    for (RowKernels kernels : IMPLEMENTATIONS) {
      Operands after = before.copy();
      c.pass.run(kernels, after, from, to);
      for (int i = 0; i < after.y.length; i++) {
        int n = i - yAt;
        boolean inside = n >= from && n < to;
        assertEquals(inside ? c.equation.of(before, n) : before.y[i], after.y[i], inside ? 0x6p-22 : 0,
            kernels + ", seed 9, neuron " + n);
      }
    }
  }

  @Test
  void firesStrictlyAboveTheThresholdAndWritesWordsWhole() {
    for (int size : Cases.SIZES) {
      Operands before = Operands.random(size, size, true);
      for (RowKernels kernels : IMPLEMENTATIONS) {
        long[] spk = new long[SPK_AT + SpikeRows.words(size) + 1];
        Arrays.fill(spk, -1);
        kernels.fire(before.y, Y_AT, before.a, spk, SPK_AT, 0, size);
        String message = kernels + ", size " + size + ", seed " + size;
        assertEquals(-1, spk[0], message);
        assertEquals(-1, spk[spk.length - 1], message);
        for (int n = 0; n < (spk.length - SPK_AT - 1) * 64; n++) {
          long fired = n < size && before.y[Y_AT + n] > before.a[n] ? 1 : 0;
          assertEquals(fired, spk[SPK_AT + (n >>> 6)] >>> n & 1, message + ", neuron " + n);
        }
      }
    }
  }

  @Test
  void spikesAreReadFromZerosAndOnesOnly() {
    SplittableRandom random = new SplittableRandom(20_265);
    for (RowKernels kernels : IMPLEMENTATIONS) {
      for (int size : new int[] {1, 63, 64, 65, 128, 200, 515}) {
        float[] x = new float[X_AT + size];
        for (int n = 0; n < size; n++) {
          x[X_AT + n] = random.nextInt(3) == 0 ? 1f : random.nextBoolean() ? 0f : -0f;
        }
        SpikeRows spikes = new SpikeRows(new long[SPK_AT + SpikeRows.words(size)], SPK_AT, 0);
        Arrays.fill(spikes.words(), -1L);
        assertEquals(true, kernels.spikes(x, X_AT, spikes.words(), SPK_AT, 0, size));
        assertEquals(-1L, spikes.words()[0]);
        for (int n = 0; n < size; n++) {
          assertEquals(x[X_AT + n] == 1f, spikes.fired(0, n));
        }
        assertEquals(0L, size % 64 == 0 ? 0L : spikes.words()[SPK_AT + size / 64] >>> size % 64);
        for (float other : new float[] {2f, -1f, 0.5f, Float.NaN, Float.MIN_VALUE}) {
          float[] with = x.clone();
          with[X_AT + random.nextInt(size)] = other;
          assertEquals(false, kernels.spikes(with, X_AT, spikes.words(), SPK_AT, 0, size));
        }
      }
    }
  }

  @Test
  void theLargestWinsTheFirstOfEqualsAndNaNBeforeAll() {
    for (int size : Cases.SIZES) {
      for (int seed = 0; seed < 20; seed++) {
        SplittableRandom random = new SplittableRandom(seed);
        float[] x = new float[X_AT + size];
        for (int i = 0; i < x.length; i++) {
          x[i] = random.nextInt(-2, 3) * (seed % 3 == 0 ? -0f : 1f);
        }
        if (size > 0 && seed % 2 == 0) {
          x[X_AT + random.nextInt(size)] = seed % 4 == 0 ? Float.NaN : Float.POSITIVE_INFINITY;
          x[X_AT + random.nextInt(size)] = seed % 4 == 0 ? Float.NaN : Float.NEGATIVE_INFINITY;
        }
        float[] theta = new float[size];
        Arrays.fill(theta, 1f);
        int from = Math.min(size, seed % 7);
        int best = -1;
        for (int n = size - 1; n >= from; n--) {
          // Double.compare puts NaN above all; adding 0 makes the zeros equal.
          if (best < 0 || Double.compare(x[X_AT + n] + 0.0, x[X_AT + best] + 0.0) >= 0) {
            best = n;
          }
        }
        for (RowKernels kernels : IMPLEMENTATIONS) {
          String message = kernels + ", size " + size + ", from " + from + ", seed " + seed;
          assertEquals(best, kernels.argMax(x, X_AT, from, size), message);
          assertEquals(best, kernels.winner(x, X_AT, theta, from, size), message);
        }
      }
    }
  }

  @Test
  void theWinnerIsFurthestAboveItsOwnThreshold() {
    float[] mem = {3f, 5f, 4f, 1f, 1f, 1f, 1f, 1f, 1f, 1f, 1f, 1f, 1f, 1f, 1f, 1f, 1f, 1f};
    float[] theta = {1f, 4f, 1f, 1f, 1f, 1f, 1f, 1f, 1f, 1f, 1f, 1f, 1f, 1f, 1f, 1f, 1f, 1f};
    for (RowKernels kernels : IMPLEMENTATIONS) {
      assertEquals(2, kernels.winner(mem, 0, theta, 0, mem.length), kernels.toString());
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void allocatesNothing(Case c) {
    Operands o = Operands.random(3, 100, false);
    for (RowKernels kernels : IMPLEMENTATIONS) {
      Cases.assertAllocatesNothing(() -> c.pass.run(kernels, o, 0, 100), kernels + ", " + c);
    }
  }

  @Test
  void searchesAllocateNothing() {
    Operands o = Operands.random(3, 100, false);
    for (RowKernels kernels : IMPLEMENTATIONS) {
      int[] found = new int[2];
      Cases.assertAllocatesNothing(() -> {
        found[0] += kernels.winner(o.y, Y_AT, o.a, 0, 100);
        found[1] += kernels.argMax(o.x, X_AT, 0, 100);
      }, kernels.toString());
    }
  }

  @Test
  void exponentialsAreScalarOnesBitForBit() {
    for (int size : Cases.SIZES) {
      SplittableRandom random = new SplittableRandom(size);
      double[] x = random.doubles(size, -30, 0).toArray();
      for (int n = 0; n < size; n += 5) {
        x[n] = new double[] {0, -0.0, -708, Math.nextDown(-708.0), -1e300, Double.NEGATIVE_INFINITY, Double.NaN}[n / 5 % 7];
      }
      int from = Math.min(size, size % 4);
      int to = Math.max(from, size - 1);
      double[] expected = x.clone();
      for (int n = from; n < to; n++) {
        expected[n] = Exp.exp(x[n]);
      }
      for (RowKernels kernels : IMPLEMENTATIONS) {
        double[] actual = x.clone();
        kernels.exp(actual, from, to);
        assertArrayEquals(expected, actual, kernels + ", size " + size + ", seed " + size);
      }
    }
  }

  @Test
  void exponentialsAllocateNothing() {
    double[] x = new double[100];
    for (RowKernels kernels : IMPLEMENTATIONS) {
      Cases.assertAllocatesNothing(() -> {
        Arrays.fill(x, -1);
        kernels.exp(x, 0, 100);
      }, kernels.toString());
    }
  }

  /** Reads to the last value of the array, and not beyond it. */
  @Test
  void fetchesWhateverThereIs() {
    for (RowKernels kernels : IMPLEMENTATIONS) {
      for (int size : new int[] {0, 1, 15, 16, 17, 63, 64, 65, 200}) {
        float[] values = new float[3 + 2 * size + 5];
        for (int i = 0; i < values.length; i++) {
          values[i] = i + 0.5f;
        }
        float[] before = values.clone();
        kernels.fetch(new Rows(values, 3, size + 5), 0, 2, 0, size);
        kernels.fetch(new Rows(values, 3, size + 5), 0, 2, Math.min(size, 7), size);
        assertArrayEquals(before, values);
      }
    }
  }

  /** Columns that do not exist, behind the last row or before the first, and spikes that start within a word. */
  @Test
  void whatDoesNotFitIsRefused() {
    float[] y = new float[30];
    Rows rows = new Rows(new float[50], -5, 30);
    for (RowKernels kernels : IMPLEMENTATIONS) {
      kernels.fetch(rows, 0, 2, 5, 25);
      kernels.addRows(rows, 0, 2, y, 0, 5, 25);
      for (int[] range : new int[][] {{4, 25}, {5, 26}}) {
        assertThrows(AssertionError.class, () -> kernels.fetch(rows, 0, 2, range[0], range[1]), kernels::toString);
        assertThrows(AssertionError.class, () -> kernels.addRows(rows, 0, 2, y, 0, range[0], range[1]), kernels::toString);
      }
      assertThrows(AssertionError.class, () -> kernels.fire(y, 0, y, new long[1], 0, 16, 30), kernels::toString);
      assertThrows(AssertionError.class, () -> kernels.spikes(y, 0, new long[1], 0, 16, 30), kernels::toString);
    }
  }

  /** Sizes around eight rows and a strip of columns; what lies between and behind rows stays as it was. */
  @Test
  void transposesWhateverTheSizes() {
    for (RowKernels kernels : IMPLEMENTATIONS) {
      for (int rows : new int[] {0, 1, 7, 8, 9, 15, 16, 17, 24, 33, 48}) {
        for (int columns : new int[] {0, 1, 3, 4, 8, 15, 16, 17, 31, 255, 256, 257, 280, 530}) {
          assertTransposes(kernels, rows, columns);
        }
      }
    }
  }

  private static void assertTransposes(RowKernels kernels, int rows, int columns) {
    int xRow = columns + 2;
    int yRow = rows + 3;
    float[] x = new float[X_AT + rows * xRow];
    for (int i = 0; i < x.length; i++) {
      x[i] = i;
    }
    float[] y = new float[Y_AT + columns * yRow];
    Arrays.fill(y, -1f);
    float[] expected = y.clone();
    for (int r = 0; r < rows; r++) {
      for (int c = 0; c < columns; c++) {
        expected[Y_AT + c * yRow + r] = x[X_AT + r * xRow + c];
      }
    }
    kernels.transpose(x, X_AT, xRow, rows, columns, y, Y_AT, yRow);
    assertArrayEquals(expected, y, kernels + ": " + rows + " rows of " + columns);
  }

  @Test
  void transposingAllocatesNothing() {
    float[] x = new float[40 * 100];
    float[] y = new float[100 * 40];
    for (RowKernels kernels : IMPLEMENTATIONS) {
      Cases.assertAllocatesNothing(() -> kernels.transpose(x, 0, 100, 40, 100, y, 0, 40), kernels.toString());
    }
  }
}
