package org.spikelane.layer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.spikelane.kernels.KernelProvider;
import org.spikelane.kernels.Rows;
import org.spikelane.layer.Parameter.GradientForm;
import org.spikelane.reference.Agreement;

class GradientSumsTest {

  private static final int OUT = 37;
  private static final int IN = 21;

  private final Parameter weight =
      new Parameter("weight", Shape.of(OUT, IN), new float[OUT * IN], true, GradientForm.transposed(OUT, IN));
  private final Parameter bias = new Parameter("bias", Shape.of(OUT), new float[OUT], true, GradientForm.plain(OUT));

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

  private static Rows from(Rows rows, int first) {
    return new Rows(rows.data(), rows.at(first), rows.stride());
  }

  private float[] reduced(GradientSums sums, Parameter parameter, int most) {
    float[] gradient = new float[parameter.shape().size()];
    Arrays.fill(gradient, Float.NaN);
    int ranges = sums.ranges(parameter, most);
    for (int range = ranges - 1; range >= 0; range--) {
      sums.reduce(parameter, range, ranges, KernelProvider.current().products(), gradient);
    }
    return gradient;
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
    for (int most : new int[] {2, 3, 5, OUT, OUT + 1}) {
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

  @Test
  void keepsSumsAndProductsApart() {
    GradientSums sums = sums();
    sums.of(bias)[5] = 2;
    SplittableRandom random = new SplittableRandom(5);
    sums.addProducts(weight, rows(random, 3, OUT), rows(random, 3, IN), 3);
    GradientSums total = sums();
    total.add(sums);
    total.add(sums);
    assertEquals(1, total.ranges(bias, 4));
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
