package org.spikelane.layer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.spikelane.kernels.KernelProvider;
import org.spikelane.kernels.ProductKernels;
import org.spikelane.kernels.Rows;
import org.spikelane.kernels.SpikeRows;
import org.spikelane.reference.Agreement;

class GradientSumsTest {

  private static final int OUT = 37;
  private static final int IN = 21;

  private final Parameter weight =
      new Parameter("weight", Shape.of(OUT, IN), new float[OUT * IN], true);
  private final Parameter bias = new Parameter("bias", Shape.of(OUT), new float[OUT], true);

  private GradientSums sums() {
    return new GradientSums(List.of(weight, bias));
  }

  private static Rows rows(SplittableRandom random, int rows, int size) {
    float[] values = new float[1 + rows * (size + 2)];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextDouble(-1, 1);
    }
    return new Rows(values, 1, size + 2);
  }

  /** Makes zeros and ones of values: one for each that is positive. */
  private static void makeSpikes(Rows x) {
    for (int i = 0; i < x.data().length; i++) {
      x.data()[i] = x.data()[i] > 0 ? 1 : 0;
    }
  }

  /** Values above 0 as spikes. */
  private static SpikeRows spikes(Rows x) {
    int rows = x.data().length / x.stride();
    SpikeRows spikes = new SpikeRows(new long[rows], 0, 1);
    for (int r = 0; r < rows; r++) {
      for (int i = 0; i < IN; i++) {
        spikes.words()[r] |= x.data()[x.at(r) + i] > 0 ? 1L << i : 0;
      }
    }
    return spikes;
  }

  private static Rows from(Rows rows, int first) {
    return new Rows(rows.data(), rows.at(first), rows.stride());
  }

  private float[] reduced(GradientSums sums, Parameter parameter, int most) {
    int ranges = sums.prepare(parameter, most);
    for (int range = ranges - 1; range >= 0; range--) {
      sums.reduce(parameter, range, ranges, KernelProvider.current().products());
    }
    return sums.reduced(parameter).clone();
  }

  private static double[] naive(Rows g, Rows x, int rows) {
    double[] want = new double[OUT * IN];
    for (int r = 0; r < rows; r++) {
      for (int o = 0; o < OUT; o++) {
        for (int i = 0; i < IN; i++) {
          want[o * IN + i] += (double) g.data()[g.at(r) + o] * x.data()[x.at(r) + i];
        }
      }
    }
    return want;
  }

  /** 512 rows are multiplied together at most; before, at and after that, and several times that. */
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 8, 17, 511, 512, 513, 1300})
  void productsAreThoseOfTheNaiveLoops(int rows) {
    SplittableRandom random = new SplittableRandom(rows);
    Rows g = rows(random, rows, OUT);
    Rows x = rows(random, rows, IN);
    GradientSums sums = sums();
    sums.addProducts(weight, g, x, rows);
    float[] got = reduced(sums, weight, 1);
    Agreement.near("seed " + rows, naive(g, x, rows), got, 1e-5);
    Agreement.bits("again", got, reduced(sums, weight, 2));
    for (int most : new int[] {2, 3, 5, OUT, OUT + 1}) {
      // In memory that has been used.
      sums.clear();
      sums.addProducts(weight, g, x, rows);
      Agreement.bits("ranges", got, reduced(sums, weight, most));
    }
  }

  /** Each element is one chain of additions, which parts continue as long as none is too long to keep. */
  @Test
  void partsAddUpToTheWhole() {
    SplittableRandom random = new SplittableRandom(3);
    Rows g = rows(random, 512, OUT);
    Rows x = rows(random, 512, IN);
    GradientSums whole = sums();
    whole.addProducts(weight, g, x, 512);
    GradientSums total = sums();
    GradientSums part = sums();
    for (int first = 0, rows = 1; first < 512; first += rows, rows = Math.min(rows * 3, 512 - first)) {
      part.clear();
      part.addProducts(weight, from(g, first), from(x, first), rows);
      total.add(part);
    }
    Agreement.bits("sum of parts", reduced(whole, weight, 1), reduced(total, weight, 3));
  }

  @Test
  void longPartsAddUpToo() {
    SplittableRandom random = new SplittableRandom(4);
    int rows = 1100;
    Rows g = rows(random, rows, OUT);
    Rows x = rows(random, rows, IN);
    GradientSums total = sums();
    total.addProducts(weight, g, x, 10);
    GradientSums part = sums();
    for (int use = 0; use < 2; use++) {
      // The second time in memory that has been used.
      part.clear();
      part.addProducts(weight, from(g, 10), from(x, 10), rows - 10);
    }
    total.add(part);
    Agreement.near("seed 4", naive(g, x, rows), reduced(total, weight, 2), 1e-5);
    total.clear();
    Agreement.bits("cleared", new float[OUT * IN], reduced(total, weight, 1));
  }

  /** Adds the product of rows [first, end) as part {@code kind}: 0 in the weight's shape, 1 by input, 2 as rows, 3 packed. */
  private void addPart(GradientSums sums, int kind, Rows g, Rows x, int first, int end) {
    ProductKernels kernels = KernelProvider.current().products();
    switch (kind) {
      case 0 -> kernels.denseGradient(g, x, sums.of(weight), 0, first, end, OUT, IN);
      case 1 -> kernels.denseGradient(x, g, sums.byInput(weight), 0, first, end, IN, OUT);
      case 2 -> sums.addProducts(weight, from(g, first), from(x, first), end - first);
      default -> {
        kernels.startEventsGradient(new SpikeRows[] {spikes(x)}, new Rows[] {g}, 0, 1, sums.packed(weight), null, first, end);
        kernels.finishEventsGradient();
      }
    }
  }

  /** Each kind alone, two of a kind, and all orders of several. */
  @ParameterizedTest
  @ValueSource(strings = {"0", "1", "2", "00", "11", "01", "10", "02", "20", "12", "21", "012", "210", "0101", "1202",
      "3", "33", "03", "30", "13", "31", "23", "32", "0123", "3120", "3013"})
  void partsOfAllKindsAddUp(String kinds) {
    SplittableRandom random = new SplittableRandom(6);
    int each = 300;
    int rows = each * kinds.length();
    Rows g = rows(random, rows, OUT);
    Rows x = rows(random, rows, IN);
    if (kinds.contains("3")) {
      makeSpikes(x);
    }
    GradientSums used = sums();
    for (int use = 0; use < 2; use++) {
      for (int ranges = 1; ranges <= 3; ranges++) {
        GradientSums parts = sums();
        GradientSums total = sums();
        used.clear();
        for (int p = 0; p < kinds.length(); p++) {
          int kind = kinds.charAt(p) - '0';
          addPart(used, kind, g, x, p * each, (p + 1) * each);
          parts.clear();
          addPart(parts, kind, g, x, p * each, (p + 1) * each);
          total.add(parts);
        }
        double[] want = naive(g, x, rows);
        Agreement.near(kinds + ", one", want, reduced(used, weight, ranges), 1e-5);
        Agreement.near(kinds + ", parts", want, reduced(total, weight, ranges), 1e-5);
      }
      for (int kind = 0; kind < (kinds.contains("3") ? 4 : 3); kind++) {
        // In memory that other kinds were in.
        used.clear();
        addPart(used, kind, g, x, 0, each);
        Agreement.near("only " + kind, naive(g, x, each), reduced(used, weight, 2), 1e-5);
      }
    }
  }

  @Test
  void aGradientCanBeAddedTo() {
    SplittableRandom random = new SplittableRandom(7);
    Rows g = rows(random, 40, OUT);
    Rows x = rows(random, 40, IN);
    makeSpikes(x);
    GradientSums sums = sums();
    for (int kind = 0; kind < 4; kind++) {
      addPart(sums, kind, g, x, kind * 10, (kind + 1) * 10);
      Agreement.near("up to " + kind, naive(g, x, (kind + 1) * 10), reduced(sums, weight, 3), 1e-5);
    }
  }

  /** Zeros that one thread's memory holds and another's does not would show as 0 in place of -0. */
  @Test
  void whatWasClearedIsNotAdded() {
    GradientSums used = sums();
    used.of(weight)[0] = 1;
    used.byInput(weight)[0] = 1;
    addPart(used, 3, rows(new SplittableRandom(1), 9, OUT), rows(new SplittableRandom(2), 9, IN), 0, 9);
    used.clear();
    GradientSums total = sums();
    total.of(weight)[0] = -0f;
    total.add(used);
    float[] want = new float[OUT * IN];
    want[0] = -0f;
    Agreement.bits("weight", want, reduced(total, weight, 1));
    used.of(weight)[0] = -0f;
    Agreement.bits("weight", want, reduced(used, weight, 1));
  }

  @Test
  void keepsSumsAndProductsApart() {
    GradientSums sums = sums();
    sums.of(bias)[5] = 2;
    SplittableRandom random = new SplittableRandom(5);
    sums.addProducts(weight, rows(random, 3, OUT), rows(random, 3, IN), 3);
    GradientSums total = sums();
    total.add(sums);
    total.add(sums);
    assertEquals(1, total.prepare(bias, 4));
    assertEquals(4f, reduced(total, bias, 4)[5]);
    total.of(bias)[6] = 1;
    assertEquals(1f, reduced(total, bias, 4)[6]);
  }

  @Test
  void isZeroWhereNothingWasAdded() {
    Agreement.bits("weight", new float[OUT * IN], reduced(sums(), weight, 4));
  }

  @Test
  void refusesForeignParameters() {
    GradientSums sums = new GradientSums(List.of(weight));
    assertThrows(IllegalArgumentException.class, () -> sums.of(bias));
  }
}
