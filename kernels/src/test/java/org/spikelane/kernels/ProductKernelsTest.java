package org.spikelane.kernels;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ProductKernelsTest {

  private static final ProductKernels SCALAR = new ScalarProductKernels();
  private static final List<ProductKernels> IMPLEMENTATIONS =
      Cases.implementations(SCALAR, () -> new VectorProductKernels());

  /** To these, all weights are so large that a product asks whether to fetch them. */
  private static List<ProductKernels> withFarWeights() {
    return Cases.implementations(SCALAR, () -> new VectorProductKernels(0));
  }

  /** Rows, K, N: below, at and beyond the tiles, panels and blocks of every width; a readout of 10; nothing at all. */
  static Stream<int[]> shapes() {
    return Stream.of(new int[][] {{0, 5, 7}, {3, 0, 9}, {130, 0, 9}, {4, 6, 0}, {1, 1, 1}, {2, 3, 10}, {8, 16, 16},
        {9, 17, 33}, {25, 100, 10}, {7, 64, 64}, {16, 65, 31}, {17, 100, 100}, {1, 257, 129}, {5, 300, 48}, {8, 20, 135},
        {130, 9, 70}, {300, 11, 40}, {12, 520, 200}, {3, 140, 257}, {15, 2055, 66}, {1100, 5, 35}, {150, 70, 67},
        {25, 1030, 10}, {100, 600, 6}, {130, 261, 14}, {130, 300, 23}, {31, 288, 20}, {128, 270, 7}, {33, 257, 3},
        {520, 9, 4200}, {250, 600, 450}, {120, 1100, 40}, {135, 1101, 150}, {1026, 2060, 9}, {66, 10, 100}, {4, 20, 32},
        {129, 19, 65}, {70, 30, 96}, {40, 28, 128}, {65, 31, 97}, {64, 39, 64}, {5, 40, 33}, {6, 41, 33}});
  }

  /** The products, each written over or added to what {@code result} holds. */
  enum Product {
    EVENTS(false) {
      @Override
      void run(ProductKernels kernels, Problem p, float[] result, int r0, int r1) {
        kernels.events(p.spk, p.packed(kernels), p.bias, p.rowsOf(result), r0, r1);
      }
    },
    DENSE(false) {
      @Override
      void run(ProductKernels kernels, Problem p, float[] result, int r0, int r1) {
        kernels.dense(p.x, p.packed(kernels), p.bias, p.rowsOf(result), r0, r1);
      }
    },
    ADD_DENSE(false) {
      @Override
      void run(ProductKernels kernels, Problem p, float[] result, int r0, int r1) {
        kernels.addDense(p.x, p.packed(kernels), p.rowsOf(result), r0, r1);
      }
    },
    DENSE_OF_SPIKES(false) {
      @Override
      void run(ProductKernels kernels, Problem p, float[] result, int r0, int r1) {
        kernels.dense(p.spk, VALUE, p.packed(kernels), p.bias, p.rowsOf(result), r0, r1);
      }
    },
    DENSE_OF_SPIKES_OF_ONE(false) {
      @Override
      void run(ProductKernels kernels, Problem p, float[] result, int r0, int r1) {
        kernels.dense(p.spk, 1f, p.packed(kernels), p.bias, p.rowsOf(result), r0, r1);
      }
    },
    EVENTS_GRADIENT(true) {
      @Override
      void run(ProductKernels kernels, Problem p, float[] result, int r0, int r1) {
        kernels.eventsGradient(p.spk, p.rowsOf(p.y), result, r0, r1, p.k, p.n);
      }
    },
    DENSE_GRADIENT(true) {
      @Override
      void run(ProductKernels kernels, Problem p, float[] result, int r0, int r1) {
        within(result, all -> kernels.denseGradient(p.x, p.rowsOf(p.y), all, GUARD, r0, r1, p.k, p.n));
      }
    },
    SET_DENSE_GRADIENT(true) {
      @Override
      void run(ProductKernels kernels, Problem p, float[] result, int r0, int r1) {
        within(result, all -> kernels.setDenseGradient(p.x, p.rowsOf(p.y), all, GUARD, r0, r1, p.k, p.n));
      }
    },
    TRANSPOSED_GRADIENT(true) {
      @Override
      void run(ProductKernels kernels, Problem p, float[] result, int r0, int r1) {
        kernels.transposedGradient(p.spk, VALUE, p.rowsOf(p.y), result, r0, r1, p.k, p.n);
      }
    },
    TRANSPOSED_GRADIENT_OF_ONE(true) {
      @Override
      void run(ProductKernels kernels, Problem p, float[] result, int r0, int r1) {
        kernels.transposedGradient(p.spk, 1f, p.rowsOf(p.y), result, r0, r1, p.k, p.n);
      }
    };

    /** What a spike counts in the products that take that. */
    static final float VALUE = 1.5f;

    /** Values before and after a result that lies within an array. */
    private static final int GUARD = 3;

    final boolean gradient;

    Product(boolean gradient) {
      this.gradient = gradient;
    }

    /** Lets the result lie within an array whose other values have to stay. */
    private static void within(float[] result, Consumer<float[]> work) {
      float[] all = new float[result.length + 2 * GUARD];
      Arrays.fill(all, 7f);
      System.arraycopy(result, 0, all, GUARD, result.length);
      work.accept(all);
      for (int i = 0; i < GUARD; i++) {
        assertEquals(7f, all[i], "before the result");
        assertEquals(7f, all[GUARD + result.length + i], "after the result");
      }
      System.arraycopy(all, GUARD, result, 0, result.length);
    }

    abstract void run(ProductKernels kernels, Problem p, float[] result, int r0, int r1);

    float[] result(ProductKernels kernels, Problem p) {
      float[] result = (gradient ? p.gw : p.y).clone();
      run(kernels, p, result, 0, p.rows);
      return result;
    }
  }

  /** Operands. Rows start within their arrays and lie apart, so that what is between them can be seen to stay. */
  static final class Problem {
    private static final int OFFSET = 2;

    final int rows;
    final int k;
    final int n;
    final SpikeRows spk;
    final Rows x;
    final float[] w;
    final float[] bias;
    /** What y holds before the product, and the gradient g of the backward products. */
    final float[] y;
    final float[] gw;
    final String name;

    /** Values that are drawn: of every kind, finite ones from zeros of both signs to the largest, or ordinary ones. */
    private enum Draw { SPECIAL, FINITE, ORDINARY }

    private Problem(int[] shape, Draw draw, boolean binary) {
      rows = shape[0];
      k = shape[1];
      n = shape[2];
      long seed = 1000L * rows + 10L * k + n;
      name = ", [rows, K, N] " + Arrays.toString(shape) + ", seed " + seed;
      SplittableRandom random = new SplittableRandom(seed);
      int words = SpikeRows.words(k);
      spk = new SpikeRows(Cases.spikes(random, rows + 1, k, 0.3), words, words);
      // Of every eight rows, one is silent, and one has a silent first word, as sparse layers have; four in a row fire.
      for (int r = 1; r < rows; r += r % 8 == 1 ? 2 : 6) {
        Arrays.fill(spk.words(), spk.at(r), spk.at(r) + (r % 8 == 1 ? words : Math.min(1, words)), 0);
      }
      x = new Rows(values(random, OFFSET + rows * (k + 3), draw), OFFSET, k + 3);
      w = values(random, k * n, draw);
      // A sum is the bias's last, and may be anything where the factors are ordinary.
      bias = values(random, n, draw == Draw.FINITE ? Draw.SPECIAL : draw);
      y = values(random, OFFSET + rows * (n + 1), draw);
      gw = values(random, k * n, draw);
      for (int i = 0; draw == Draw.FINITE && i < gw.length; i++) {
        // Sums that started at 0.0 are never -0.0.
        gw[i] = random.nextInt(8) == 0 ? Float.NaN : gw[i] + 0f;
      }
      if (binary) {
        for (int r = 0; r < rows; r++) {
          for (int i = 0; i < k; i++) {
            x.data()[x.at(r) + i] = spk.fired(r, i) ? 1f : 0f;
          }
        }
      }
    }

    static Problem special(int[] shape) {
      return new Problem(shape, Draw.SPECIAL, false);
    }

    /** Factors are finite, among them -0.0, the smallest and the largest; biases and earlier sums need not be. */
    static Problem finite(int[] shape) {
      return new Problem(shape, Draw.FINITE, false);
    }

    static Problem ordinary(int[] shape) {
      return new Problem(shape, Draw.ORDINARY, false);
    }

    static Problem binary(int[] shape) {
      return new Problem(shape, Draw.ORDINARY, true);
    }

    private static float[] values(SplittableRandom random, int size, Draw draw) {
      float[] values = draw == Draw.ORDINARY ? Cases.uniform(random, size, -1, 1) : Cases.special(random, size, -1, 1);
      for (int i = 0; draw == Draw.FINITE && i < size; i++) {
        values[i] = Float.isFinite(values[i]) ? values[i] : -0f;
      }
      return values;
    }

    PackedWeights packed(ProductKernels kernels) {
      PackedWeights packed = kernels.weights(k, n);
      packed.pack(w);
      return packed;
    }

    Rows rowsOf(float[] data) {
      return new Rows(data, OFFSET, n + 1);
    }
  }

  @ParameterizedTest
  @MethodSource("shapes")
  void vectorIsScalarBitForBit(int[] shape) {
    for (Problem p : List.of(Problem.ordinary(shape), Problem.finite(shape), Problem.special(shape))) {
      for (Product product : Product.values()) {
        float[] expected = product.result(SCALAR, p);
        for (ProductKernels kernels : IMPLEMENTATIONS) {
          Cases.assertSame(expected, product.result(kernels, p), kernels + ", " + product + p.name);
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("shapes")
  void eventsAreTheDenseProductOfZerosAndOnes(int[] shape) {
    Problem p = Problem.binary(shape);
    for (ProductKernels kernels : IMPLEMENTATIONS) {
      Cases.assertSame(Product.DENSE.result(SCALAR, p), Product.EVENTS.result(kernels, p), kernels + p.name);
      Cases.assertSame(Product.DENSE_GRADIENT.result(SCALAR, p), Product.EVENTS_GRADIENT.result(kernels, p),
          kernels + ", gradient" + p.name);
    }
  }

  /** 104 rows of 40,000 neurons are listed together, not 128. */
  @Test
  void eventsOfVeryWideRowsAreListedInParts() {
    Problem p = Problem.binary(new int[] {110, 40_000, 3});
    float[] expected = Product.EVENTS.result(SCALAR, p);
    for (ProductKernels kernels : IMPLEMENTATIONS) {
      Cases.assertSame(expected, Product.EVENTS.result(kernels, p), kernels + p.name);
    }
  }

  /**
   * Weights beyond the caches, walked once for many rows, with edges in all. Those of the events are more than 32 MiB and a
   * neuron spikes more than twice in nine rows, so that they are fetched without asking. Gradients have more steps, rows
   * and columns than are packed at once.
   */
  @Test
  void vectorIsScalarWithLargeWeights() {
    Map<Product, int[]> shapes = Map.of(Product.EVENTS, new int[] {9, 2901, 2895}, Product.DENSE, new int[] {523, 1501, 1450},
        Product.DENSE_GRADIENT, new int[] {1030, 301, 2090}, Product.SET_DENSE_GRADIENT, new int[] {1030, 301, 2090});
    for (Product product : shapes.keySet()) {
      Problem p = Problem.ordinary(shapes.get(product));
      float[] expected = product.result(SCALAR, p);
      for (ProductKernels kernels : IMPLEMENTATIONS) {
        Cases.assertSame(expected, product.result(kernels, p), kernels + ", " + product + p.name);
      }
    }
  }

  /** Four calls: two that visit weights, and two that fetch them first. */
  @ParameterizedTest
  @MethodSource("shapes")
  void fetchingWeightsChangesNothing(int[] shape) {
    Problem p = Problem.special(shape);
    float[] expected = Product.EVENTS.result(SCALAR, p);
    for (ProductKernels kernels : withFarWeights()) {
      for (int call = 0; call < 4; call++) {
        Cases.assertSame(expected, Product.EVENTS.result(kernels, p), kernels + ", call " + call + p.name);
      }
    }
  }

  /** The bound is that of a chain: each of K additions, and the bias, is off by 2^-24 of the sum of magnitudes. */
  @ParameterizedTest
  @MethodSource("shapes")
  void forwardIsTheSumInDouble(int[] shape) {
    Problem p = Problem.ordinary(shape);
    for (ProductKernels kernels : IMPLEMENTATIONS) {
      float[] events = Product.EVENTS.result(kernels, p);
      float[] dense = Product.DENSE.result(kernels, p);
      float[] added = Product.ADD_DENSE.result(kernels, p);
      float[] expectedEvents = p.y.clone();
      float[] expectedDense = p.y.clone();
      float[] expectedAdded = p.y.clone();
      Rows y = p.rowsOf(p.y);
      for (int r = 0; r < p.rows; r++) {
        for (int j = 0; j < p.n; j++) {
          double fired = p.bias[j];
          double sum = 0;
          for (int i = 0; i < p.k; i++) {
            fired += p.spk.fired(r, i) ? p.w[i * p.n + j] : 0;
            sum += (double) p.x.data()[p.x.at(r) + i] * p.w[i * p.n + j];
          }
          expectedEvents[y.at(r) + j] = (float) fired;
          expectedDense[y.at(r) + j] = (float) (sum + p.bias[j]);
          expectedAdded[y.at(r) + j] = (float) (sum + p.y[y.at(r) + j]);
        }
      }
      assertClose(expectedEvents, events, p.k, kernels + ", events" + p.name);
      assertClose(expectedDense, dense, p.k, kernels + ", dense" + p.name);
      assertClose(expectedAdded, added, p.k, kernels + ", added" + p.name);
    }
  }

  /** As {@link #forwardIsTheSumInDouble}, over rows; what was in the gradient before is the first of the terms. */
  @ParameterizedTest
  @MethodSource("shapes")
  void gradientsAreAddedToWhatIsThere(int[] shape) {
    Problem p = Problem.ordinary(shape);
    for (ProductKernels kernels : IMPLEMENTATIONS) {
      float[] events = Product.EVENTS_GRADIENT.result(kernels, p);
      float[] dense = Product.DENSE_GRADIENT.result(kernels, p);
      float[] expectedEvents = p.gw.clone();
      float[] expectedDense = p.gw.clone();
      Rows g = p.rowsOf(p.y);
      for (int i = 0; i < p.k; i++) {
        for (int j = 0; j < p.n; j++) {
          double fired = p.gw[i * p.n + j];
          double sum = p.gw[i * p.n + j];
          for (int r = 0; r < p.rows; r++) {
            fired += p.spk.fired(r, i) ? p.y[g.at(r) + j] : 0;
            sum += (double) p.x.data()[p.x.at(r) + i] * p.y[g.at(r) + j];
          }
          expectedEvents[i * p.n + j] = (float) fired;
          expectedDense[i * p.n + j] = (float) sum;
        }
      }
      assertClose(expectedEvents, events, p.rows, kernels + ", events" + p.name);
      assertClose(expectedDense, dense, p.rows, kernels + ", dense" + p.name);
    }
  }

  /** The gradient of spikes is the other way round in memory. */
  @ParameterizedTest
  @MethodSource("shapes")
  void denseProductsOfSpikesAreThoseOfFloats(int[] shape) {
    for (Problem p : List.of(Problem.ordinary(shape), Problem.finite(shape), Problem.special(shape))) {
      assertProductsOfSpikes(p, Product.VALUE, Product.DENSE_OF_SPIKES, Product.TRANSPOSED_GRADIENT);
      assertProductsOfSpikes(p, 1f, Product.DENSE_OF_SPIKES_OF_ONE, Product.TRANSPOSED_GRADIENT_OF_ONE);
    }
  }

  private static void assertProductsOfSpikes(Problem p, float value, Product product, Product gradient) {
    Rows floats = new Rows(new float[p.rows * p.k], 0, p.k);
    for (int r = 0; r < p.rows; r++) {
      for (int i = 0; i < p.k; i++) {
        floats.data()[floats.at(r) + i] = p.spk.fired(r, i) ? value : 0f;
      }
    }
    float[] forward = p.y.clone();
    SCALAR.dense(floats, p.packed(SCALAR), p.bias, p.rowsOf(forward), 0, p.rows);
    float[] expected = transposed(p.gw, p.n, p.k);
    SCALAR.denseGradient(floats, p.rowsOf(p.y), expected, 0, 0, p.rows, p.k, p.n);
    for (ProductKernels kernels : IMPLEMENTATIONS) {
      Cases.assertSame(forward, product.result(kernels, p), kernels + ", forward" + p.name);
      Cases.assertSame(transposed(expected, p.k, p.n), gradient.result(kernels, p), kernels + ", gradient" + p.name);
    }
  }

  /** 0 times such a factor is NaN, where no neuron fired, too: one alone, in a corner. */
  @ParameterizedTest
  @ValueSource(ints = {6, 10, 13, 20, 27})
  void oneFactorThatIsNotFiniteIsSeen(int n) {
    Problem p = Problem.ordinary(new int[] {35, 300, n});
    for (float value : new float[] {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}) {
      for (int row : new int[] {0, 1}) {
        for (int column : new int[] {0, n - 1}) {
          int ofWeights = row * (p.k - 1) * n + column;
          int ofGradients = p.rowsOf(p.y).at(row * (p.rows - 1)) + column;
          float weight = p.w[ofWeights];
          float gradient = p.y[ofGradients];
          p.w[ofWeights] = value;
          p.y[ofGradients] = value;
          assertProductsOfSpikes(p, 1f, Product.DENSE_OF_SPIKES_OF_ONE, Product.TRANSPOSED_GRADIENT_OF_ONE);
          p.w[ofWeights] = weight;
          p.y[ofGradients] = gradient;
        }
      }
    }
  }

  private static float[] transposed(float[] from, int rows, int columns) {
    float[] to = new float[rows * columns];
    for (int r = 0; r < rows; r++) {
      for (int c = 0; c < columns; c++) {
        to[c * rows + r] = from[r * columns + c];
      }
    }
    return to;
  }

  @ParameterizedTest
  @MethodSource("shapes")
  void splittingTheRowsChangesNothing(int[] shape) {
    Problem p = Problem.ordinary(shape);
    for (ProductKernels kernels : IMPLEMENTATIONS) {
      for (Product product : Product.values()) {
        float[] split = (product.gradient ? p.gw : p.y).clone();
        product.run(kernels, p, split, 0, p.rows / 3);
        Product rest = product == Product.SET_DENSE_GRADIENT ? Product.DENSE_GRADIENT : product;
        rest.run(kernels, p, split, p.rows / 3, p.rows);
        Cases.assertSame(product.result(kernels, p), split, kernels + ", " + product + p.name);
      }
    }
  }

  /**
   * Weights are walked in turns from either end: of the second product and the third, with a walk of one row between them,
   * one goes the other way than the first, however many walks a product is.
   */
  @ParameterizedTest
  @MethodSource("shapes")
  void theEndThatWeightsAreWalkedFromChangesNothing(int[] shape) {
    Problem p = Problem.special(shape);
    Problem oneRow = Problem.ordinary(new int[] {1, 1, 1});
    for (ProductKernels kernels : IMPLEMENTATIONS) {
      for (Product product : Product.values()) {
        float[] once = product.result(kernels, p);
        Cases.assertSame(once, product.result(kernels, p), kernels + ", " + product + p.name);
        product.result(kernels, oneRow);
        Cases.assertSame(once, product.result(kernels, p), kernels + ", " + product + p.name);
      }
    }
  }

  /** Samples, rows of each, K, N, and how many neurons fire: by row, by neuron, in one walk and in several. */
  static Stream<Arguments> samples() {
    return Stream.of(Arguments.of(0, 5, 70, 9, 0.3), Arguments.of(4, 0, 70, 9, 0.3), Arguments.of(2, 3, 130, 40, 0.05),
        Arguments.of(3, 100, 130, 40, 0.2), Arguments.of(3, 700, 70, 140, 0.03), Arguments.of(5, 350, 100, 33, 0.004),
        Arguments.of(2, 600, 600, 450, 0.05));
  }

  /** One after the other, as the scalar kernels do it. */
  @ParameterizedTest
  @MethodSource("samples")
  void samplesAddTheirGradientsInTurn(int samples, int rows, int k, int n, double density) {
    Samples s = new Samples(samples, rows, k, n, density);
    float[] before = Cases.uniform(new SplittableRandom(7), k * n, -1, 1);
    float[] biasBefore = Cases.uniform(new SplittableRandom(8), n, -1, 1);
    float[] expected = before.clone();
    float[] expectedBias = biasBefore.clone();
    for (int b = 1; b <= samples; b++) {
      SCALAR.eventsGradient(s.spk[b], s.g[b], expected, 1, 1 + rows, k, n);
      new ScalarRowKernels().addRows(s.g[b], 1, 1 + rows, expectedBias, 0, 0, n);
    }
    // The last sample in arrays of its own, where it starts elsewhere.
    SpikeRows[] spkApart = s.spk.clone();
    spkApart[samples] = new SpikeRows(Arrays.copyOfRange(spkApart[samples].words(), spkApart[samples].at(0),
        spkApart[samples].words().length), 0, SpikeRows.words(k));
    Rows[] gApart = s.g.clone();
    gApart[samples] = new Rows(Arrays.copyOfRange(gApart[samples].data(), gApart[samples].at(0),
        gApart[samples].data().length), 0, n);
    for (ProductKernels kernels : IMPLEMENTATIONS) {
      for (boolean ownSpikes : new boolean[] {false, true}) {
        for (boolean ownGradient : new boolean[] {false, true}) {
          for (boolean biased : new boolean[] {false, true}) {
            String place = kernels + ", " + samples + " samples of " + rows + " rows, own spikes " + ownSpikes
                + ", own gradient " + ownGradient + ", biased " + biased;
            float[] actual = before.clone();
            float[] bias = biased ? biasBefore.clone() : null;
            kernels.eventsGradient(ownSpikes ? spkApart : s.spk, ownGradient ? gApart : s.g, 1, samples + 1, actual, bias, 1,
                1 + rows, k, n);
            Cases.assertSame(expected, actual, place);
            if (biased) {
              Cases.assertSame(expectedBias, bias, place + ", gBias");
            }
          }
        }
      }
    }
  }

  /** Steps, samples, K, N and density: tiles with more events than steps and with fewer, columns of one group and of several. */
  static Stream<Arguments> started() {
    return Stream.of(Arguments.of(4, 16, 70, 64, 0.3), Arguments.of(6, 24, 130, 200, 0.1), Arguments.of(3, 130, 100, 130, 0.02),
        Arguments.of(5, 9, 300, 150, 0.9), Arguments.of(2, 40, 64, 20, 0.4), Arguments.of(3, 8, 90, 70, 0),
        Arguments.of(2, 300, 200, 450, 0.5), Arguments.of(3, 8, 0, 70, 0), Arguments.of(30, 32, 260, 256, 0.15),
        Arguments.of(4, 24, 70, 131, 0.3));
  }

  /** As a recurrent layer does it: two steps are started at a time, and dense products of other rows go on. */
  @ParameterizedTest
  @MethodSource("started")
  void startedGradientsAreThoseOfOneCall(int steps, int samples, int k, int n, double density) {
    Samples s = new Samples(samples, steps, k, n, density);
    Problem p = Problem.special(new int[] {samples, n, k});
    float[] biasBefore = Cases.uniform(new SplittableRandom(8), n, -1, 1);
    for (boolean biased : new boolean[] {true, false}) {
      float[] expected = new float[k * n];
      float[] expectedBias = biased ? biasBefore.clone() : null;
      float[] expectedY = p.y.clone();
      for (int t = steps; t > 0; t -= 2) {
        SCALAR.eventsGradient(s.spk, s.g, 1, samples + 1, expected, expectedBias, Math.max(0, t - 2), t, k, n);
        SCALAR.addDense(p.x, p.packed(SCALAR), p.rowsOf(expectedY), 0, samples);
      }
      for (ProductKernels kernels : IMPLEMENTATIONS) {
        for (int twice = 0; twice < 2; twice++) {
          String place = kernels + ", biased " + biased + ", time " + twice;
          PackedGradient sums = kernels.gradient(k, n);
          float[] bias = biased ? biasBefore.clone() : null;
          float[] y = p.y.clone();
          for (int t = steps; t > 0; t -= 2) {
            kernels.startEventsGradient(s.spk, s.g, 1, samples + 1, sums, bias, Math.max(0, t - 2), t);
            kernels.addDense(p.x, p.packed(kernels), p.rowsOf(y), 0, samples);
          }
          kernels.finishEventsGradient();
          Cases.assertSame(expected, unpacked(sums), place + ", gW");
          Cases.assertSame(expectedY, y, place + ", y");
          if (biased) {
            Cases.assertSame(expectedBias, bias, place + ", gBias");
          }
          kernels.finishEventsGradient();
          Cases.assertSame(expected, unpacked(sums), place + ", finished again");
        }
      }
    }
  }

  /** Row-major [K][N]. */
  private static float[] unpacked(PackedGradient sums) {
    float[] gw = new float[sums.k() * sums.n()];
    sums.addTo(gw);
    return gw;
  }

  /** What was started for one gradient is complete once another is started, or made in one call. */
  @Test
  void anotherGradientFinishesWhatWasStarted() {
    Samples s = new Samples(20, 3, 100, 130, 0.3);
    float[] expected = new float[100 * 130];
    SCALAR.eventsGradient(s.spk, s.g, 1, 21, expected, null, 0, 3, 100, 130);
    float[] ofOneSample = new float[100 * 130];
    SCALAR.eventsGradient(s.spk[1], s.g[1], ofOneSample, 0, 3, 100, 130);
    for (ProductKernels kernels : IMPLEMENTATIONS) {
      PackedGradient first = kernels.gradient(100, 130);
      PackedGradient second = kernels.gradient(100, 130);
      float[] third = new float[100 * 130];
      kernels.startEventsGradient(s.spk, s.g, 1, 21, first, null, 0, 3);
      kernels.startEventsGradient(s.spk, s.g, 1, 21, second, null, 0, 3);
      Cases.assertSame(expected, unpacked(first), kernels + ", first");
      kernels.eventsGradient(s.spk[1], s.g[1], third, 0, 3, 100, 130);
      Cases.assertSame(expected, unpacked(second), kernels + ", second");
      Cases.assertSame(ofOneSample, third, kernels + ", third");
    }
  }

  /** Nor is anything left open when that other gradient is of no samples, and one that only such were added to is empty. */
  @Test
  void noSamplesFinishWhatWasStarted() {
    Samples s = new Samples(20, 3, 100, 130, 0.3);
    float[] expected = new float[100 * 130];
    SCALAR.eventsGradient(s.spk, s.g, 1, 21, expected, null, 0, 3, 100, 130);
    for (ProductKernels kernels : IMPLEMENTATIONS) {
      PackedGradient first = kernels.gradient(100, 130);
      PackedGradient second = kernels.gradient(100, 130);
      kernels.startEventsGradient(s.spk, s.g, 1, 21, first, null, 0, 3);
      kernels.startEventsGradient(s.spk, s.g, 1, 1, second, null, 0, 3);
      Cases.assertSame(expected, unpacked(first), kernels + ", before a start");
      assertTrue(second.isEmpty(), kernels.toString());
      kernels.startEventsGradient(s.spk, s.g, 1, 21, second, null, 0, 3);
      kernels.eventsGradient(s.spk, s.g, 1, 1, new float[100 * 130], null, 0, 3, 100, 130);
      Cases.assertSame(expected, unpacked(second), kernels + ", before a gradient");
    }
  }

  /** All but the events' gradients, which finish what was started, may do a part of it; samples lie in two arrays. */
  @ParameterizedTest
  @EnumSource
  void everyProductMayRunBesideWhatWasStarted(Product product) {
    Samples s = new Samples(20, 3, 100, 140, 0.3);
    s.spk[20] = new SpikeRows(s.spk[20].words().clone(), s.spk[20].at(0), s.spk[20].stride());
    Problem p = Problem.ordinary(new int[] {130, 300, 100});
    float[] expected = new float[100 * 140];
    float[] expectedBias = new float[140];
    SCALAR.eventsGradient(s.spk, s.g, 1, 21, expected, expectedBias, 0, 3, 100, 140);
    float[] expectedResult = product.result(SCALAR, p);
    for (ProductKernels kernels : IMPLEMENTATIONS) {
      PackedGradient gw = kernels.gradient(100, 140);
      float[] gBias = new float[140];
      kernels.startEventsGradient(s.spk, s.g, 1, 21, gw, gBias, 0, 3);
      for (int time = 0; time < 2; time++) {
        Cases.assertSame(expectedResult, product.result(kernels, p), kernels + ", time " + time);
      }
      kernels.finishEventsGradient();
      Cases.assertSame(expected, unpacked(gw), kernels + ", gW");
      Cases.assertSame(expectedBias, gBias, kernels + ", gBias");
    }
  }

  /** Of what is dropped, nothing comes into a gradient that is started later, even in the same arrays. */
  @Test
  void whatIsDroppedIsForgotten() {
    Samples s = new Samples(20, 3, 100, 140, 0.3);
    Samples other = new Samples(20, 3, 100, 140, 0.6);
    Problem p = Problem.binary(new int[] {20, 140, 100});
    float[] expected = new float[100 * 140];
    float[] expectedBias = new float[140];
    SCALAR.eventsGradient(s.spk, s.g, 1, 21, expected, expectedBias, 0, 3, 100, 140);
    for (ProductKernels kernels : IMPLEMENTATIONS) {
      for (int products = 0; products < 3; products++) {
        String place = kernels + ", after " + products + " products";
        PackedGradient gw = kernels.gradient(100, 140);
        float[] gBias = new float[140];
        kernels.startEventsGradient(other.spk, other.g, 1, 21, gw, gBias, 0, 3);
        for (int i = 0; i < products; i++) {
          Product.ADD_DENSE.result(kernels, p);
        }
        kernels.dropEventsGradient();
        gw.clear();
        Arrays.fill(gBias, 0);
        Product.ADD_DENSE.result(kernels, p);
        kernels.finishEventsGradient();
        assertTrue(gw.isEmpty(), place + ", nothing is left");
        Cases.assertSame(new float[gBias.length], gBias, place + ", nothing is left");
        kernels.startEventsGradient(s.spk, s.g, 1, 21, gw, gBias, 0, 3);
        kernels.finishEventsGradient();
        Cases.assertSame(expected, unpacked(gw), place + ", gW");
        Cases.assertSame(expectedBias, gBias, place + ", gBias");
      }
    }
  }

  @Test
  void startedGradientsAllocateNothing() {
    Samples s = new Samples(24, 4, 130, 150, 0.2);
    Problem p = Problem.binary(new int[] {24, 150, 130});
    float[] gBias = new float[150];
    float[] result = p.y.clone();
    for (ProductKernels kernels : IMPLEMENTATIONS) {
      PackedWeights w = p.packed(kernels);
      Rows y = p.rowsOf(result);
      PackedGradient gw = kernels.gradient(130, 150);
      Cases.assertAllocatesNothing(() -> {
        for (int t = 4; t > 0; t -= 2) {
          kernels.startEventsGradient(s.spk, s.g, 1, 25, gw, gBias, t - 2, t);
          kernels.addDense(p.x, w, y, 0, 24);
        }
        kernels.finishEventsGradient();
      }, kernels.toString());
    }
  }

  /** Lists are then as long as can be; no larger product has grown their memory before, and one a little larger follows. */
  @Test
  void allNeuronsMayFire() {
    for (int k : new int[] {64, 128, 130}) {
      List<ProductKernels> fresh = Cases.implementations(SCALAR, () -> new VectorProductKernels());
      for (int more : new int[] {0, 1}) {
        int rows = 5 + more;
        int neurons = k + more;
        Samples s = new Samples(1, rows, neurons, 9, 1);
        float[] expected = new float[neurons * 9];
        float[] expectedBias = new float[9];
        SCALAR.eventsGradient(s.spk, s.g, 1, 2, expected, expectedBias, 0, rows, neurons, 9);
        for (ProductKernels kernels : fresh) {
          float[] actual = new float[neurons * 9];
          float[] bias = new float[9];
          kernels.eventsGradient(s.spk, s.g, 1, 2, actual, bias, 0, rows, neurons, 9);
          Cases.assertSame(expected, actual, kernels + ", K " + neurons);
          Cases.assertSame(expectedBias, bias, kernels + ", K " + neurons + ", gBias");
        }
      }
    }
  }

  /** By row, by neuron in one walk, and in several. */
  @Test
  void gradientsOfSamplesAllocateNothing() {
    List<Samples> modes = List.of(new Samples(2, 5, 20, 5, 0.05), new Samples(2, 40, 20, 5, 0.2),
        new Samples(3, 400, 20, 5, 0.01));
    float[] gw = new float[20 * 5];
    float[] gBias = new float[5];
    for (ProductKernels kernels : IMPLEMENTATIONS) {
      Cases.assertAllocatesNothing(() -> {
        for (Samples s : modes) {
          kernels.eventsGradient(s.spk, s.g, 1, s.spk.length, gw, gBias, 0, s.rows, 20, 5);
        }
      }, kernels.toString());
    }
  }

  /** Spikes and gradients of samples 1 to {@code samples}, and of one before them, rows 0 to {@code rows}. */
  private static final class Samples {

    final int rows;
    final SpikeRows[] spk;
    final Rows[] g;

    Samples(int samples, int rows, int k, int n, double density) {
      this.rows = rows;
      SplittableRandom random = new SplittableRandom(17L * samples + rows);
      int words = SpikeRows.words(k);
      long[] bits = Cases.spikes(random, (samples + 1) * (rows + 1), k, density);
      float[] gradients = Cases.special(random, (samples + 1) * (rows + 2) * n, -1, 1);
      spk = new SpikeRows[samples + 1];
      g = new Rows[samples + 1];
      for (int b = 0; b <= samples; b++) {
        spk[b] = new SpikeRows(bits, b * (rows + 1) * words, words);
        g[b] = new Rows(gradients, b * (rows + 2) * n, n);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("shapes")
  void oneInputRowMayStandForAll(int[] shape) {
    Problem p = Problem.ordinary(shape);
    float[] repeated = new float[p.rows * p.k];
    float[] one = Cases.uniform(new SplittableRandom(6), p.k, -1, 1);
    for (int r = 0; r < p.rows; r++) {
      System.arraycopy(one, 0, repeated, r * p.k, p.k);
    }
    for (ProductKernels kernels : IMPLEMENTATIONS) {
      float[] expected = p.y.clone();
      float[] actual = p.y.clone();
      SCALAR.dense(new Rows(repeated, 0, p.k), p.packed(SCALAR), p.bias, p.rowsOf(expected), 0, p.rows);
      kernels.dense(Rows.constant(one), p.packed(kernels), p.bias, p.rowsOf(actual), 0, p.rows);
      Cases.assertSame(expected, actual, kernels + p.name);
      float[] expectedGradient = p.gw.clone();
      float[] actualGradient = p.gw.clone();
      SCALAR.denseGradient(new Rows(repeated, 0, p.k), p.rowsOf(p.y), expectedGradient, 0, 0, p.rows, p.k, p.n);
      kernels.denseGradient(Rows.constant(one), p.rowsOf(p.y), actualGradient, 0, 0, p.rows, p.k, p.n);
      Cases.assertSame(expectedGradient, actualGradient, kernels + ", gradient" + p.name);
    }
  }

  /** Rows may descend in memory, as those of a sequence read from its end, and one row may stand for all gradients. */
  @ParameterizedTest
  @MethodSource("shapes")
  void gradientsTakeRowsOfAnyStride(int[] shape) {
    Problem p = Problem.ordinary(shape);
    Rows g = p.rowsOf(p.y);
    Rows xBackwards = backwards(p.x, p.rows);
    Rows gBackwards = backwards(g, p.rows);
    Rows gConstant = new Rows(p.y, g.offset(), 0);
    Rows gRepeated = new Rows(new float[p.rows * p.n], 0, p.n);
    Rows xReversed = new Rows(new float[p.rows * p.k], 0, p.k);
    Rows gReversed = new Rows(new float[p.rows * p.n], 0, p.n);
    for (int r = 0; r < p.rows; r++) {
      System.arraycopy(p.y, g.offset(), gRepeated.data(), gRepeated.at(r), p.n);
      System.arraycopy(p.x.data(), xBackwards.at(r), xReversed.data(), xReversed.at(r), p.k);
      System.arraycopy(p.y, gBackwards.at(r), gReversed.data(), gReversed.at(r), p.n);
    }
    for (ProductKernels kernels : IMPLEMENTATIONS) {
      assertSameGradient(xReversed, gReversed, xBackwards, gBackwards, kernels, p, "backwards");
      assertSameGradient(p.x, gRepeated, p.x, gConstant, kernels, p, "constant g");
    }
  }

  private static Rows backwards(Rows rows, int count) {
    return new Rows(rows.data(), rows.at(Math.max(0, count - 1)), -rows.stride());
  }

  private static void assertSameGradient(Rows x, Rows g, Rows ofX, Rows ofG, ProductKernels kernels, Problem p,
      String message) {
    float[] expected = p.gw.clone();
    float[] actual = p.gw.clone();
    SCALAR.denseGradient(x, g, expected, 0, 0, p.rows, p.k, p.n);
    kernels.denseGradient(ofX, ofG, actual, 0, 0, p.rows, p.k, p.n);
    Cases.assertSame(expected, actual, kernels + ", " + message + p.name);
    float[] expectedOfSpikes = p.gw.clone();
    float[] actualOfSpikes = p.gw.clone();
    SCALAR.eventsGradient(p.spk, g, expectedOfSpikes, 0, p.rows, p.k, p.n);
    kernels.eventsGradient(p.spk, ofG, actualOfSpikes, 0, p.rows, p.k, p.n);
    Cases.assertSame(expectedOfSpikes, actualOfSpikes, kernels + ", events, " + message + p.name);
    SCALAR.transposedGradient(p.spk, 1f, g, expectedOfSpikes, 0, p.rows, p.k, p.n);
    kernels.transposedGradient(p.spk, 1f, ofG, actualOfSpikes, 0, p.rows, p.k, p.n);
    Cases.assertSame(expectedOfSpikes, actualOfSpikes, kernels + ", transposed, " + message + p.name);
  }

  @ParameterizedTest
  @MethodSource("shapes")
  void weightsArePackedFromEitherLayout(int[] shape) {
    Problem p = Problem.special(shape);
    float[] transposed = transposed(p.w, p.k, p.n);
    for (ProductKernels kernels : IMPLEMENTATIONS) {
      PackedWeights packed = kernels.weights(p.k, p.n);
      packed.packTransposed(transposed);
      assertSamePacked(p.packed(kernels), packed, kernels + p.name);
    }
  }

  private static void assertSamePacked(PackedWeights expected, PackedWeights actual, String message) {
    Cases.assertSame(values(expected), values(actual), message);
    assertArrayEquals(expected.grouped(), actual.grouped(), message);
    assertEquals(expected.isFinite(), actual.isFinite(), message);
  }

  @ParameterizedTest
  @MethodSource("shapes")
  void partsOfWeightsArePackedInAnyOrder(int[] shape) {
    Problem p = Problem.special(shape);
    float[] transposed = transposed(p.w, p.k, p.n);
    for (ProductKernels kernels : IMPLEMENTATIONS) {
      PackedWeights whole = p.packed(kernels);
      for (int parts : new int[] {1, 2, 3, 7}) {
        PackedWeights byRow = kernels.weights(p.k, p.n);
        PackedWeights byColumn = kernels.weights(p.k, p.n);
        for (int part = parts - 1; part >= 0; part--) {
          byRow.pack(p.w, part, parts);
          byColumn.packTransposed(transposed, part, parts);
        }
        assertSamePacked(whole, byRow, kernels + p.name + ", parts " + parts);
        assertSamePacked(whole, byColumn, kernels + p.name + ", parts " + parts);
      }
    }
  }

  @Test
  void refusesPartsOfWeightsThatThereAreNot() {
    PackedWeights packed = SCALAR.weights(2, 3);
    for (int part : new int[] {-1, 2, 5}) {
      assertRefused("part: expected 0 to 1, got " + part, () -> packed.pack(new float[6], part, 2));
      assertRefused("part: expected 0 to 1, got " + part, () -> packed.packTransposed(new float[6], part, 2));
    }
    assertRefused("parts: expected at least 1, got 0", () -> packed.pack(new float[6], 0, 0));
    assertRefused("parts: expected at least 1, got -1", () -> packed.packTransposed(new float[6], 0, -1));
  }

  @Test
  void refusesWeightsOfAnotherSize() {
    for (ProductKernels kernels : IMPLEMENTATIONS) {
      PackedWeights packed = kernels.weights(2, 3);
      for (int size : new int[] {5, 7}) {
        assertRefused("weights: expected 2 times 3 values, got " + size, () -> packed.pack(new float[size]));
        assertRefused("weights: expected 2 times 3 values, got " + size, () -> packed.packTransposed(new float[size]));
      }
      assertThrows(IllegalArgumentException.class, () -> kernels.weights(-1, 3), kernels::toString);
      assertThrows(IllegalArgumentException.class, () -> kernels.weights(2, -1), kernels::toString);
    }
  }

  private static void assertRefused(String message, Executable call) {
    assertEquals(message, assertThrows(IllegalArgumentException.class, call).getMessage());
  }

  /** Each product with each operand short of what it takes, or with a bit too many. */
  @Test
  void operandsThatDoNotFitAreSaid() {
    int k = 70;
    int n = 33;
    for (ProductKernels kernels : IMPLEMENTATIONS) {
      PackedWeights w = kernels.weights(k, n);
      SpikeRows spk = new SpikeRows(new long[6], 0, 2);
      SpikeRows few = new SpikeRows(new long[6], 1, 2);
      SpikeRows beyond = new SpikeRows(new long[] {0, 0, 0, 1L << 6, 0, 0}, 0, 2);
      Rows x = new Rows(new float[3 * k], 0, k);
      Rows y = new Rows(new float[3 * n], 0, n);
      Rows narrow = new Rows(new float[3 * n], 1, n);
      float[] bias = new float[n];
      float[] gw = new float[k * n];
      float[] less = new float[k * n - 1];
      String noBias = "bias: expected 33 values, got 32";
      String shortX = "x: rows 0 to 3 of 70 floats do not fit: 1 + t*70 in 210";
      String shortRow = "y: rows 0 to 3 of 33 floats do not fit: 1 + t*33 in 99";
      String shortGradient = "g" + shortRow.substring(1);
      String shortSpikes = "spike rows 0 to 3 of 70 neurons do not fit: 1 + t*2 in 6";
      String bitBeyond = "spk: expected no bit set beyond 70 neurons in rows 0 to 3";
      String shortWeights = "gw: expected 70 times 33 values from 0 on, got 2309 in all";
      Rows shifted = new Rows(x.data(), 1, k);

      assertSays(shortSpikes, () -> kernels.events(few, w, bias, y, 0, 3));
      assertSays(bitBeyond, () -> kernels.events(beyond, w, bias, y, 0, 3));
      assertSays(noBias, () -> kernels.events(spk, w, new float[n - 1], y, 0, 3));
      assertSays(shortRow, () -> kernels.events(spk, w, bias, narrow, 0, 3));
      assertSays(shortX, () -> kernels.dense(shifted, w, bias, y, 0, 3));
      assertSays(noBias, () -> kernels.dense(x, w, new float[n - 1], y, 0, 3));
      assertSays(shortRow, () -> kernels.dense(x, w, bias, narrow, 0, 3));
      assertSays(shortX, () -> kernels.addDense(shifted, w, y, 0, 3));
      assertSays(shortRow, () -> kernels.addDense(x, w, narrow, 0, 3));
      assertSays(shortSpikes, () -> kernels.dense(few, 1f, w, bias, y, 0, 3));
      assertSays(bitBeyond, () -> kernels.dense(beyond, 1f, w, bias, y, 0, 3));
      assertSays(noBias, () -> kernels.dense(spk, 1f, w, new float[n - 1], y, 0, 3));
      assertSays(shortRow, () -> kernels.dense(spk, 1f, w, bias, narrow, 0, 3));
      assertSays(shortSpikes, () -> kernels.eventsGradient(few, y, gw, 0, 3, k, n));
      assertSays(bitBeyond, () -> kernels.eventsGradient(beyond, y, gw, 0, 3, k, n));
      assertSays(shortGradient, () -> kernels.eventsGradient(spk, narrow, gw, 0, 3, k, n));
      assertSays(shortWeights, () -> kernels.eventsGradient(spk, y, less, 0, 3, k, n));
      SpikeRows[] two = {spk, beyond};
      Rows[] ofTwo = {y, y};
      assertSays(bitBeyond, () -> kernels.eventsGradient(two, ofTwo, 0, 2, gw, null, 0, 3, k, n));
      PackedGradient sums = kernels.gradient(k, n);
      assertSays(bitBeyond, () -> kernels.startEventsGradient(two, ofTwo, 0, 2, sums, null, 0, 3));
      assertSays("gBias: expected 33 values, got 32",
          () -> kernels.startEventsGradient(two, ofTwo, 0, 1, sums, new float[n - 1], 0, 3));
      assertSays("samples 0 to 3: expected as many spk and g, got 2 and 2",
          () -> kernels.startEventsGradient(two, ofTwo, 0, 3, sums, null, 0, 3));
      assertSays("bias: expected 33 values, got none", () -> kernels.events(spk, w, null, y, 0, 3));
      assertSays(shortX, () -> kernels.denseGradient(shifted, y, gw, 0, 0, 3, k, n));
      assertSays(shortGradient, () -> kernels.denseGradient(x, narrow, gw, 0, 0, 3, k, n));
      assertSays("gw: expected 70 times 33 values from 1 on, got 2310 in all",
          () -> kernels.denseGradient(x, y, gw, 1, 0, 3, k, n));
      assertSays(shortWeights, () -> kernels.setDenseGradient(x, y, less, 0, 0, 3, k, n));
      assertSays(bitBeyond, () -> kernels.transposedGradient(beyond, 1f, y, gw, 0, 3, k, n));
      assertSays(shortWeights, () -> kernels.transposedGradient(spk, 1f, y, less, 0, 3, k, n));
    }
  }

  @Test
  void whatAnotherProviderPackedIsRefused() {
    PackedWeights foreign = new PackedWeights(3, 40, 5, 0);
    PackedGradient foreignSums = new PackedGradient(3, 40, 5, new ScalarRowKernels());
    Rows x = Rows.constant(new float[3]);
    Rows y = Rows.constant(new float[40]);
    SpikeRows spk = new SpikeRows(new long[1], 0, 0);
    for (ProductKernels kernels : IMPLEMENTATIONS) {
      String message = "w: expected weights of this provider, in panels of " + kernels.weights(3, 40).panelColumns()
          + " columns, got PackedWeights[3, 40] in panels of 5";
      assertSays(message, () -> kernels.events(spk, foreign, new float[40], y, 0, 1));
      assertSays(message, () -> kernels.dense(x, foreign, new float[40], y, 0, 1));
      assertSays(message, () -> kernels.addDense(x, foreign, y, 0, 1));
      assertSays(message, () -> kernels.dense(spk, 1f, foreign, new float[40], y, 0, 1));
      assertSays("gw: expected a gradient of this provider, in groups of " + kernels.gradient(3, 40).columns()
          + " columns, got PackedGradient[3, 40] in groups of 5", () -> kernels.startEventsGradient(
          new SpikeRows[] {spk}, new Rows[] {y}, 0, 1, foreignSums, null, 0, 1));
    }
  }

  private static void assertSays(String message, Executable call) {
    assertEquals(message, assertThrows(AssertionError.class, call, message).getMessage());
  }

  /** What weights were before is forgotten: after infinite ones, finite ones go their own way again. */
  @Test
  void weightsArePackedAgain() {
    Problem before = Problem.special(new int[] {25, 300, 10});
    Problem p = Problem.finite(new int[] {25, 300, 10});
    for (ProductKernels kernels : IMPLEMENTATIONS) {
      PackedWeights packed = before.packed(kernels);
      packed.pack(p.w);
      float[] y = p.y.clone();
      kernels.dense(p.spk, 1f, packed, p.bias, p.rowsOf(y), 0, p.rows);
      Cases.assertSame(Product.DENSE_OF_SPIKES_OF_ONE.result(SCALAR, p), y, kernels + p.name);
    }
  }

  @Test
  void refusesWeightsThatNoArrayHolds() {
    for (ProductKernels kernels : IMPLEMENTATIONS) {
      for (int n : new int[] {10, 31}) {
        int k = Integer.MAX_VALUE / n + 1;
        assertThrows(IllegalArgumentException.class, () -> kernels.weights(k, n), kernels + " " + n);
      }
    }
  }

  private static float[] values(PackedWeights packed) {
    return packed.data().toArray(ValueLayout.JAVA_FLOAT);
  }

  @ParameterizedTest
  @EnumSource
  void allocatesNothing(Product product) {
    // 13, 57 and 150 take every kind of tile at every width; few columns go another way.
    for (int[] shape : new int[][] {{13, 57, 150}, {30, 260, 3}, {30, 260, 10}}) {
      allocatesNothing(IMPLEMENTATIONS, product, Problem.binary(shape));
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"DENSE", "ADD_DENSE"})
  void allocatesNothingOfFewTerms(Product product) {
    for (int[] shape : new int[][] {{13, 17, 150}, {25, 10, 128}}) {
      allocatesNothing(IMPLEMENTATIONS, product, Problem.binary(shape));
    }
  }

  @Test
  void allocatesNothingWithFarWeights() {
    allocatesNothing(withFarWeights(), Product.EVENTS, Problem.binary(new int[] {13, 17, 150}));
  }

  private static void allocatesNothing(List<ProductKernels> implementations, Product product, Problem p) {
    float[] result = (product.gradient ? p.gw : p.y).clone();
    for (ProductKernels kernels : implementations) {
      Rows y = p.rowsOf(result);
      PackedWeights w = p.packed(kernels);
      Rows g = p.rowsOf(p.y);
      Cases.assertAllocatesNothing(
          switch (product) {
            case EVENTS -> () -> kernels.events(p.spk, w, p.bias, y, 0, p.rows);
            case DENSE -> () -> kernels.dense(p.x, w, p.bias, y, 0, p.rows);
            case ADD_DENSE -> () -> kernels.addDense(p.x, w, y, 0, p.rows);
            case DENSE_OF_SPIKES -> () -> kernels.dense(p.spk, Product.VALUE, w, p.bias, y, 0, p.rows);
            case DENSE_OF_SPIKES_OF_ONE -> () -> kernels.dense(p.spk, 1f, w, p.bias, y, 0, p.rows);
            case EVENTS_GRADIENT -> () -> kernels.eventsGradient(p.spk, g, result, 0, p.rows, p.k, p.n);
            case DENSE_GRADIENT -> () -> kernels.denseGradient(p.x, g, result, 0, 0, p.rows, p.k, p.n);
            case SET_DENSE_GRADIENT -> () -> kernels.setDenseGradient(p.x, g, result, 0, 0, p.rows, p.k, p.n);
            case TRANSPOSED_GRADIENT ->
                () -> kernels.transposedGradient(p.spk, Product.VALUE, g, result, 0, p.rows, p.k, p.n);
            case TRANSPOSED_GRADIENT_OF_ONE ->
                () -> kernels.transposedGradient(p.spk, 1f, g, result, 0, p.rows, p.k, p.n);
          },
          kernels + ", " + product);
    }
  }

  /** {@code terms} values up to 1 and one more were added; equal outside the rows, where nothing was. */
  private static void assertClose(float[] expected, float[] actual, int terms, String message) {
    double bound = 0x1p-24 * (terms + 2) * (terms + 2);
    for (int i = 0; i < expected.length; i++) {
      assertEquals(expected[i], actual[i], bound, message + ", index " + i);
    }
  }
}
