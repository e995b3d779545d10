package org.spikelane.connection;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.spikelane.kernels.KernelProvider;
import org.spikelane.kernels.ProductKernels;
import org.spikelane.kernels.Rows;
import org.spikelane.layer.Block;
import org.spikelane.layer.GradientSums;
import org.spikelane.layer.Parameter;
import org.spikelane.layer.ProductChoice;
import org.spikelane.layer.Shape;
import org.spikelane.layer.Stage;
import org.spikelane.layer.Values;
import org.spikelane.reference.Agreement;
import org.spikelane.reference.NaiveConvolution;
import org.spikelane.reference.StageRun;

class LinearTest {

  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private static Linear of(int in, int out, boolean bias) {
    return new Linear(Shape.of(in), out, bias, new SplittableRandom(1));
  }

  private static NaiveConvolution naive(Linear linear) {
    List<Parameter> parameters = linear.parameters();
    int out = linear.outputShape().size();
    return NaiveConvolution.linear(linear.inputShape().size(), out, Agreement.doubles(parameters.get(0).values()),
        linear.hasBias() ? Agreement.doubles(parameters.get(1).values()) : new double[out]);
  }

  @ParameterizedTest
  @EnumSource(ProductChoice.class)
  void agreesWithTheNaiveLoops(ProductChoice product) {
    for (int in : new int[] {1, 7, 64, 65, 130, 300}) {
      for (int out : new int[] {1, 10, 16, 33, 150}) {
        for (boolean bias : new boolean[] {true, false}) {
          Linear linear = of(in, out, bias);
          for (StageRun.Of what : StageRun.Of.values()) {
            for (int steps : new int[] {1, 2, 5}) {
              new StageRun(linear, what, steps, 1, product, in * 1000 + out).check(naive(linear));
            }
          }
          new StageRun(linear, StageRun.Of.SPIKES, 2, -2.5f, product, in * 1000 + out).check(naive(linear));
          new StageRun(linear, StageRun.Of.SPIKES, -2.5f, product, in * 1000 + out).check(naive(linear));
        }
      }
    }
  }

  /** What a backward pass allocates in sums of its own, with the stage's memory there already. */
  private static long allocated(boolean events) {
    Linear linear = of(600, 500, true);
    Values input = new Values(600, 2, 3, false);
    if (!events) {
      Arrays.fill(input.array(), 0.5f);
    }
    Stage stage = linear.stage(input, new Block(2, 3, true, false, ProductChoice.AUTO));
    stage.output().needGradient();
    stage.forward(2);
    ProductKernels kernels = KernelProvider.current().products();
    long bytes = 0;
    for (int use = 0; use < 2; use++) {
      long before = THREADS.getCurrentThreadAllocatedBytes();
      GradientSums sums = new GradientSums(linear.parameters());
      stage.backward(2, sums);
      linear.parameters().forEach(parameter -> sums.gradient(parameter, kernels));
      bytes = THREADS.getCurrentThreadAllocatedBytes() - before;
    }
    return bytes;
  }

  @Test
  void gradientsOfValuesTakeTheMemoryOfOneWeight() {
    long weight = 600 * 500 * Float.BYTES;
    long ofValues = allocated(false);
    long ofEvents = allocated(true);
    assertTrue(ofValues >= weight && ofValues < weight * 3 / 2, "values: " + ofValues + " bytes");
    assertTrue(ofEvents >= 2 * weight && ofEvents < weight * 5 / 2, "events: " + ofEvents + " bytes");
  }

  /** Samples of spikes are added together where they lie side by side: the bits are those of one sample after another. */
  @ParameterizedTest
  @ValueSource(strings = {"SSS", "SSV", "VSS", "SVSS", "SSVSS", "VV"})
  void samplesAddTheirGradientsOneAfterTheOther(String kinds) {
    Linear linear = of(300, 70, true);
    int samples = kinds.length();
    // Room for one sample more than is run, as in the last block of a batch.
    float[][] together = gradients(linear, kinds, samples + 1, List.of(0, samples));
    float[][] inTurn = gradients(linear, kinds, 1, IntStream.rangeClosed(0, samples).boxed().toList());
    for (int i = 0; i < together.length; i++) {
      assertArrayEquals(inTurn[i], together[i], linear.parameters().get(i).name());
    }
  }

  /** A spike or none, one in ten, or a value in [-1, 1). */
  private static float draw(SplittableRandom random, boolean spikes) {
    return spikes ? (random.nextInt(10) == 0 ? 1f : 0f) : (float) random.nextDouble(-1, 1);
  }

  /** Of a stage for so many samples, which runs those from one border to the next. */
  private static float[][] gradients(Linear linear, String kinds, int room, List<Integer> borders) {
    int steps = 20;
    SplittableRandom random = new SplittableRandom(5);
    float[] x = new float[kinds.length() * steps * 300];
    float[] gy = new float[kinds.length() * steps * 70];
    for (int i = 0; i < x.length; i++) {
      boolean spikes = kinds.charAt(i / (steps * 300)) == 'S';
      x[i] = draw(random, spikes);
    }
    for (int i = 0; i < gy.length; i++) {
      gy[i] = (float) random.nextDouble(-1, 1);
    }
    Values input = new Values(300, room, steps, false);
    Stage stage = linear.stage(input, new Block(room, steps, true, false, ProductChoice.EVENTS));
    stage.output().needGradient();
    GradientSums sums = new GradientSums(linear.parameters());
    for (int border = 1; border < borders.size(); border++) {
      int first = borders.get(border - 1);
      int count = borders.get(border) - first;
      for (int b = 0; b < count; b++) {
        System.arraycopy(x, (first + b) * steps * 300, input.array(), input.rows(b).at(0), steps * 300);
      }
      stage.forward(count);
      for (int b = 0; b < count; b++) {
        Rows gradient = stage.output().gradient(b);
        System.arraycopy(gy, (first + b) * steps * 70, gradient.data(), gradient.at(0), steps * 70);
      }
      stage.backward(count, sums);
    }
    ProductKernels kernels = KernelProvider.current().products();
    return linear.parameters().stream().map(p -> sums.gradient(p, kernels).clone()).toArray(float[][]::new);
  }

  /** More samples than steps are multiplied step by step, each step's samples together; sample by sample they are alone. */
  @ParameterizedTest
  @ValueSource(strings = {"S", "V", "SV"})
  void samplesTogetherGiveTheBitsOfEachAlone(String kinds) {
    int samples = 19;
    int steps = 3;
    int in = 300;
    int out = 70;
    SplittableRandom random = new SplittableRandom(7);
    float[] x = new float[steps * (2 + samples) * in];
    for (int i = 0; i < x.length; i++) {
      boolean spikes = kinds.charAt(i / in % (2 + samples) % kinds.length()) == 'S';
      x[i] = draw(random, spikes);
    }
    Linear linear = of(in, out, true);
    for (ProductChoice product : ProductChoice.values()) {
      float[] together = outputs(linear, product, x, steps, 2 + samples, 1, samples);
      for (int b = 0; b < samples; b++) {
        float[] alone = outputs(linear, product, x, steps, 2 + samples, 1 + b, 1);
        int perSample = (1 + steps) * out;
        assertArrayEquals(alone, Arrays.copyOfRange(together, b * perSample, (b + 1) * perSample), product + ", " + b);
      }
    }
  }

  /** What samples [first, first + samples) of a view of {@code all} give, as the stage holds it. */
  private static float[] outputs(Linear linear, ProductChoice product, float[] x, int steps, int all, int first,
      int samples) {
    Values input = Values.view(linear.inputShape().size(), samples, steps, false);
    input.readFrom(x, first, all, samples);
    Stage stage = linear.stage(input, new Block(samples, steps, false, false, product));
    stage.forward(samples);
    return ((Values) stage.output()).array();
  }

  /** A caller's gradient is time first: no array of the stage's layout, so samples go one by one. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 5})
  void takesTheGradientOfItsOutputWhereverItLies(int steps) {
    int samples = 3;
    Linear linear = of(40, 30, true);
    SplittableRandom random = new SplittableRandom(8);
    float[] x = new float[samples * (1 + steps) * 40];
    float[] gy = new float[steps * samples * 30];
    for (float[] values : List.of(x, gy)) {
      for (int i = 0; i < values.length; i++) {
        values[i] = draw(random, false);
      }
    }
    float[][][] gradients = new float[2][][];
    for (int i = 0; i < 2; i++) {
      Values input = new Values(40, samples, steps, false);
      System.arraycopy(x, 0, input.array(), 0, x.length);
      input.needGradient();
      Stage stage = linear.stage(input, new Block(samples, steps, true, false, ProductChoice.AUTO));
      Rows[] rows = new Rows[samples];
      for (int b = 0; b < samples; b++) {
        rows[b] = new Rows(gy, b * 30, samples * 30);
        for (int t = 0; t < steps; t++) {
          Rows own = stage.output().gradient(b);
          System.arraycopy(gy, rows[b].at(t), own.data(), own.at(t), 30);
        }
      }
      if (i == 1) {
        stage.output().gradientFrom(rows);
      }
      stage.forward(samples);
      GradientSums sums = new GradientSums(linear.parameters());
      stage.backward(samples, sums);
      ProductKernels kernels = KernelProvider.current().products();
      gradients[i] = new float[][] {input.gradientArray(), sums.gradient(linear.parameters().get(0), kernels),
          sums.gradient(linear.parameters().get(1), kernels)};
    }
    for (int i = 0; i < 3; i++) {
      assertArrayEquals(gradients[0][i], gradients[1][i], 1e-5f);
    }
  }

  /** Those that no cache holds are fetched first by two of four calls, to the last sample of the array and no further. */
  @ParameterizedTest
  @ValueSource(strings = {"SSS", "SVS", "VVV"})
  void readsLargeArraysAsSmallOnes(String kinds) {
    int all = 61;
    int samples = 3;
    int steps = 100;
    int in = 700;
    int out = 9;
    SplittableRandom random = new SplittableRandom(6);
    float[] large = new float[steps * all * in];
    float[] small = new float[steps * samples * in];
    for (int i = 0; i < small.length; i++) {
      boolean spikes = kinds.charAt(i / in % samples) == 'S';
      small[i] = spikes ? (random.nextInt(20) == 0 ? 1f : 0f) : (float) random.nextDouble();
    }
    for (int t = 0; t < steps; t++) {
      int row = samples * in;
      System.arraycopy(small, t * row, large, (t * all + all - samples) * in, row);
    }
    Linear linear = of(in, out, true);
    float[][] outputs = new float[2][];
    for (int i = 0; i < 2; i++) {
      Values input = Values.view(in, samples, steps, false);
      input.readFrom(i == 0 ? small : large, i == 0 ? 0 : all - samples, i == 0 ? samples : all, samples);
      Stage stage = linear.stage(input, new Block(samples, steps, false, false, ProductChoice.EVENTS));
      for (int call = 0; call < 4; call++) {
        stage.forward(samples);
        float[] output = ((Values) stage.output()).array();
        outputs[i] = outputs[i] == null ? output.clone() : outputs[i];
        assertArrayEquals(outputs[0], output, "call " + call);
      }
    }
  }

  @Test
  void multipliesByChangedWeightsAfterARefresh() {
    Linear linear = of(7, 5, true);
    linear.weight().set(2, 3, 8);
    linear.parameters().get(1).values()[0] = 4;
    linear.refresh();
    assertEquals(8f, linear.parameters().get(0).values()[2 * 7 + 3]);
    new StageRun(linear, StageRun.Of.VALUES, 1, ProductChoice.AUTO, 1).check(naive(linear));
  }

  @Test
  void startsAsPyTorchDoes() {
    InitialWeights.check(seed -> new Linear(Shape.of(64), 100, true, new SplittableRandom(seed)), 64);
  }

  @Test
  void namesAndShapesItsParametersAsPyTorchDoes() {
    assertEquals("[weight[3, 2], bias[3]]", of(2, 3, true).parameters().toString());
    assertEquals("[weight[3, 2]]", of(2, 3, false).parameters().toString());
  }

  @Test
  void refusesImagesAndNoOutputs() {
    assertEquals("Linear: expected an input of shape [features], got [1, 2, 2]; put a Flatten before it",
        assertThrows(IllegalArgumentException.class, () -> new Linear(Shape.of(1, 2, 2), 3, true, new SplittableRandom(1)))
            .getMessage());
    assertEquals("shape: expected extents of at least 1, got [0, 2]",
        assertThrows(IllegalArgumentException.class, () -> of(2, 0, true)).getMessage());
  }
}
