package org.spikelane.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class PackedGradientTest {

  private static final List<ProductKernels> IMPLEMENTATIONS =
      Cases.implementations(new ScalarProductKernels(), () -> new VectorProductKernels());

  /** K and N: none, fewer than a group and a block, as many, more. */
  static Stream<int[]> shapes() {
    return Stream.of(new int[][] {{0, 5}, {5, 0}, {1, 1}, {3, 70}, {64, 64}, {65, 16}, {130, 200}, {200, 33}, {257, 129}});
  }

  /** Sums that are known, [k][n]: neuron k fired once in a row of its own, whose gradient is row k of these. */
  private static PackedGradient of(ProductKernels kernels, float[] values, int k, int n) {
    SpikeRows each = new SpikeRows(new long[k * SpikeRows.words(k)], 0, SpikeRows.words(k));
    for (int i = 0; i < k; i++) {
      each.words()[each.at(i) + (i >>> 6)] = 1L << i;
    }
    PackedGradient sums = kernels.gradient(k, n);
    kernels.startEventsGradient(new SpikeRows[] {each}, new Rows[] {new Rows(values, 0, n)}, 0, 1, sums, null, 0, k);
    kernels.finishEventsGradient();
    return sums;
  }

  @ParameterizedTest
  @MethodSource("shapes")
  void sumsComeOutInEitherOrderOfMemory(int[] shape) {
    int k = shape[0];
    int n = shape[1];
    float[] values = Cases.uniform(new SplittableRandom(k + 1000L * n), k * n, -1, 1);
    float[] before = Cases.uniform(new SplittableRandom(9), k * n, -1, 1);
    float[] added = before.clone();
    float[] transposed = new float[k * n];
    for (int i = 0; i < k * n; i++) {
      added[i] += values[i];
      transposed[i % n * k + i / n] = values[i];
    }
    for (ProductKernels kernels : IMPLEMENTATIONS) {
      PackedGradient sums = of(kernels, values, k, n);
      float[] actual = before.clone();
      sums.addTo(actual);
      Cases.assertSame(added, actual, kernels + ", added, [K, N] " + Arrays.toString(shape));
      for (int parts : new int[] {1, 3}) {
        float[] all = new float[k * n];
        Arrays.fill(all, 7);
        for (int part = parts - 1; part >= 0; part--) {
          sums.transposeTo(all, n * part / parts, n * (part + 1) / parts);
        }
        Cases.assertSame(transposed, all, kernels + ", in " + parts + " parts, [K, N] " + Arrays.toString(shape));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("shapes")
  void sumsAddUp(int[] shape) {
    int k = shape[0];
    int n = shape[1];
    SplittableRandom random = new SplittableRandom(k + 1000L * n);
    float[] first = Cases.uniform(random, k * n, -1, 1);
    float[] second = Cases.uniform(random, k * n, -1, 1);
    float[] both = new float[k * n];
    for (int i = 0; i < k * n; i++) {
      both[i] = first[i] + second[i];
    }
    for (ProductKernels kernels : IMPLEMENTATIONS) {
      String place = kernels + ", [K, N] " + Arrays.toString(shape);
      PackedGradient sums = of(kernels, first, k, n);
      sums.add(of(kernels, second, k, n));
      sums.add(kernels.gradient(k, n));
      assertUnpacked(both, sums, place);
      sums.clear();
      assertTrue(sums.isEmpty(), place);
      assertUnpacked(new float[k * n], sums, place + ", cleared");
      sums.add(of(kernels, second, k, n));
      assertUnpacked(second, sums, place + ", in memory that was used");
      assertFalse(sums.isEmpty(), place);
    }
  }

  private static void assertUnpacked(float[] expected, PackedGradient sums, String message) {
    float[] rows = new float[expected.length];
    sums.addTo(rows);
    Cases.assertSame(expected, rows, message);
    float[] columns = new float[expected.length];
    Arrays.fill(columns, 7);
    sums.transposeTo(columns, 0, sums.n());
    float[] transposed = new float[expected.length];
    new ScalarRowKernels().transpose(expected, 0, sums.n(), sums.k(), sums.n(), transposed, 0, sums.k());
    Cases.assertSame(transposed, columns, message + ", transposed");
  }

  @Test
  void whatDoesNotFitIsRefused() {
    for (ProductKernels kernels : IMPLEMENTATIONS) {
      PackedGradient sums = kernels.gradient(3, 5);
      String groups = " in groups of " + sums.columns();
      assertRefused("gw: expected 3 times 5 values, got 14", () -> sums.addTo(new float[14]));
      assertRefused("gw: expected 3 times 5 values, got 16", () -> sums.transposeTo(new float[16], 0, 5));
      assertRefused("part: expected columns from 0 to 5, got 2 to 6", () -> sums.transposeTo(new float[15], 2, 6));
      assertRefused("part: expected columns from 0 to 5, got 3 to 2", () -> sums.transposeTo(new float[15], 3, 2));
      assertRefused("part: expected columns from 0 to 5, got -1 to 2", () -> sums.transposeTo(new float[15], -1, 2));
      assertRefused("other: expected PackedGradient[3, 5]" + groups + ", got PackedGradient[5, 3] in groups of "
          + kernels.gradient(5, 3).columns(), () -> sums.add(kernels.gradient(5, 3)));
      assertThrows(IllegalArgumentException.class, () -> kernels.gradient(-1, 5));
      assertThrows(IllegalArgumentException.class, () -> kernels.gradient(5, -1));
      assertThrows(IllegalArgumentException.class, () -> kernels.gradient(1 << 16, 1 << 15));
    }
  }

  private static void assertRefused(String message, Executable call) {
    assertEquals(message, assertThrows(IllegalArgumentException.class, call).getMessage());
  }
}
