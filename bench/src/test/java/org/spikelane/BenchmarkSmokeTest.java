package org.spikelane;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.runner.BenchmarkList;
import org.openjdk.jmh.runner.BenchmarkListEntry;
import org.openjdk.jmh.runner.format.OutputFormatFactory;
import org.openjdk.jmh.runner.options.VerboseMode;
import org.spikelane.kernels.KernelBenchmarkState;
import org.spikelane.kernels.KernelProvider;
import org.spikelane.kernels.Rows;
import org.spikelane.kernels.SpikeRows;
import org.spikelane.network.Gradients;
import org.spikelane.network.ImageNetwork;
import org.spikelane.network.ManyStreams;
import org.spikelane.network.Network;
import org.spikelane.network.SmallNetwork;
import org.spikelane.network.Tape;
import org.spikelane.training.EpochReport;
import org.spikelane.training.TrainerBenchmark;

/**
 * Runs the body of every benchmark in JMH's list once, with its first parameters, and checks what it computed: kernels
 * against the scalar provider, everything else against a naive loop. A benchmark that nobody checks fails.
 */
class BenchmarkSmokeTest {

  /** Benchmarks that undo what they did before they return. */
  private static final Set<String> RESTORING = Set.of("RowBenchmark.resetImmediate", "RowBenchmark.scale");

  private static final Map<String, Check> NAIVE = Map.ofEntries(
      Map.entry("ProductBenchmark.ejml", (state, result) -> checkEjml(state, (float[]) result)),
      Map.entry("RooflineBenchmark.fma", (state, result) -> checkFma((float) result)),
      Map.entry("RooflineBenchmark.read", (state, result) -> assertEquals(0x1p25f, (float) result)),
      Map.entry("RooflineBenchmark.copy", (state, result) -> checkAllOnes((float[]) result)),
      Map.entry("NetworkBenchmark.step", (state, result) -> checkStep((SmallNetwork) state, (float[]) result)),
      Map.entry("NetworkBenchmark.record", (state, result) -> checkTape((SmallNetwork) state, (Tape) result)),
      Map.entry("NetworkBenchmark.recordAndBackward",
          (state, result) -> checkGradients((SmallNetwork) state, (Gradients) result)),
      Map.entry("ImageBenchmark.run", (state, result) -> checkImages((ImageNetwork) state, ImageNetwork.STEPS)),
      Map.entry("ImageBenchmark.step", (state, result) -> checkImages((ImageNetwork) state, 1)),
      Map.entry("ImageBenchmark.recordAndBackward",
          (state, result) -> checkImageGradients((ImageNetwork) state, (Gradients) result)),
      Map.entry("StreamsBenchmark.step", (state, result) -> checkStreams((ManyStreams) state)),
      Map.entry("StreamsBenchmark.recordAndBackward",
          (state, result) -> checkStreamGradients((ManyStreams) state, (Gradients) result)),
      Map.entry("TrainerBenchmark.epoch",
          (state, result) -> checkEpoch((TrainerBenchmark.Training) state, (EpochReport) result)));

  private interface Check {
    void accept(Object state, Object result) throws ReflectiveOperationException;
  }

  @Test
  void measuresTheProviderThatTheBuildAskedFor() {
    String wanted = System.getProperty("spikelane.test.kernels", "preferred");
    KernelProvider provider = MeasuredProvider.required();
    assertEquals(!wanted.equals("scalar"), provider.width() >= 128, provider.toString());
  }

  @Test
  void everyBenchmarkForksWithVectors() {
    for (BenchmarkListEntry entry : entries()) {
      assertTrue(entry.getJvmArgsPrepend().orElse(List.of()).contains(ForkedBenchmark.VECTORS), entry.getUsername());
      assertTrue(entry.getForks().orElse(0) >= 3, entry.getUsername() + ": forks");
    }
  }

  @TestFactory
  Stream<DynamicTest> benchmarks() throws ClassNotFoundException {
    Map<String, Method> methods = new TreeMap<>();
    for (BenchmarkListEntry entry : entries()) {
      Method method = method(entry);
      methods.put(method.getDeclaringClass().getSimpleName() + "." + method.getName(), method);
    }
    assertFalse(methods.isEmpty(), "JMH's list of benchmarks");
    List<String> gone = NAIVE.keySet().stream().filter(name -> !methods.containsKey(name)).toList();
    assertEquals(List.of(), gone, "checks of benchmarks that are not there");
    return methods.entrySet().stream().map(entry ->
        DynamicTest.dynamicTest(entry.getKey(), () -> check(entry.getKey(), entry.getValue())));
  }

  private static Set<BenchmarkListEntry> entries() {
    return BenchmarkList.defaultList().getAll(
        OutputFormatFactory.createFormatInstance(System.out, VerboseMode.SILENT), List.of());
  }

  private static Method method(BenchmarkListEntry entry) throws ClassNotFoundException {
    String name = entry.getUsername().substring(entry.getUsername().lastIndexOf('.') + 1);
    return Arrays.stream(Class.forName(entry.getUserClassQName()).getDeclaredMethods())
        .filter(method -> method.isAnnotationPresent(Benchmark.class) && method.getName().equals(name))
        .findFirst().orElseThrow();
  }

  private static void check(String name, Method method) throws ReflectiveOperationException {
    Object state = state(method, KernelProvider.current());
    Object result = run(method, state);
    Check naive = NAIVE.get(name);
    if (naive != null) {
      naive.accept(state, result);
      return;
    }
    assertTrue(state instanceof KernelBenchmarkState, name + ": expected a check of it in this test");
    Object scalar = state(method, KernelProvider.scalar());
    List<String> untouched = contents(scalar);
    Object expected = run(method, scalar);
    assertEquals(string(expected), string(result), name);
    assertEquals(contents(scalar), contents(state), name);
    assertTrue(RESTORING.contains(name) || result instanceof Number || !untouched.equals(contents(state)),
        name + " changed nothing");
  }

  private static Object state(Method method, KernelProvider provider) throws ReflectiveOperationException {
    assertEquals(1, method.getParameterCount(), method + ": states");
    Object state = method.getParameterTypes()[0].getDeclaredConstructor().newInstance();
    for (Field field : state.getClass().getFields()) {
      if (field.isAnnotationPresent(Param.class)) {
        field.set(state, parse(field.getType(), field.getAnnotation(Param.class).value()[0]));
      }
    }
    if (state instanceof KernelBenchmarkState kernels) {
      kernels.use(provider);
    }
    setUp(state, Level.Trial);
    setUp(state, Level.Iteration);
    setUp(state, Level.Invocation);
    return state;
  }

  private static Object parse(Class<?> type, String value) {
    if (type == boolean.class) {
      return Boolean.valueOf(value);
    }
    return type == int.class
        ? (Object) Integer.valueOf(value)
        : Arrays.stream(type.getEnumConstants()).filter(c -> c.toString().equals(value)).findFirst().orElseThrow();
  }

  private static void setUp(Object state, Level level) throws ReflectiveOperationException {
    for (Method method : state.getClass().getMethods()) {
      Setup setup = method.getAnnotation(Setup.class);
      if (setup != null && setup.value() == level) {
        method.invoke(state);
      }
    }
  }

  private static Object run(Method method, Object state) throws ReflectiveOperationException {
    return method.invoke(method.getDeclaringClass().getDeclaredConstructor().newInstance(), state);
  }

  /** Every array of a state, as bits. */
  private static List<String> contents(Object state) throws ReflectiveOperationException {
    List<String> contents = new ArrayList<>();
    for (Class<?> c = state.getClass(); c != null; c = c.getSuperclass()) {
      for (Field field : c.getDeclaredFields()) {
        if (!Modifier.isStatic(field.getModifiers())) {
          field.setAccessible(true);
          String content = string(field.get(state));
          if (content != null) {
            contents.add(field.getName() + " " + content);
          }
        }
      }
    }
    return contents;
  }

  /** A number, or a digest of an array's bits; null of anything else. */
  private static String string(Object value) {
    return switch (value) {
      case Number number -> number.toString();
      case float[] floats -> digest(Arrays.hashCode(floats), floats.length);
      case double[] doubles -> digest(Arrays.hashCode(doubles), doubles.length);
      case long[] longs -> digest(Arrays.hashCode(longs), longs.length);
      case Rows rows -> string(rows.data());
      case SpikeRows rows -> string(rows.words());
      case null, default -> null;
    };
  }

  private static String digest(int hash, int length) {
    return length + " values, hash " + Integer.toHexString(hash);
  }

  /** In each lane, twelve chains start from numbers whose sum is 37, and every multiply-add of a lane adds a half. */
  private static void checkFma(float sum) {
    float halves = (3 << 20) / 2f;
    float lanes = (sum - halves) / 37;
    assertTrue(lanes == 4 || lanes == 8 || lanes == 16, "sum: expected " + halves + " and 37 a lane, got " + sum);
  }

  private static void checkAllOnes(float[] values) {
    float[] ones = new float[values.length];
    Arrays.fill(ones, 1f);
    assertArrayEquals(ones, values);
  }

  /** Products of some hundred terms of 1/sqrt(N) in float32 against double. */
  private static void checkEjml(Object state, float[] result) throws ReflectiveOperationException {
    float[] x = (float[]) field(state, "values");
    float[] w = (float[]) field(state, "weights");
    int size = (int) field(state, "size");
    for (int i = 0; i < result.length; i++) {
      double sum = 0;
      for (int k = 0; k < size; k++) {
        sum += (double) x[i / size * size + k] * w[k * size + i % size];
      }
      assertEquals(sum, result[i], 1e-5, "element " + i);
    }
  }

  private static Object field(Object state, String name) throws ReflectiveOperationException {
    for (Class<?> c = state.getClass(); c != null; c = c.getSuperclass()) {
      for (Field field : c.getDeclaredFields()) {
        if (field.getName().equals(name)) {
          field.setAccessible(true);
          return field.get(state);
        }
      }
    }
    throw new NoSuchFieldException(name);
  }

  /** A Leaky step with beta 0.9 and delayed reset, in place; what fired. */
  private static float[] fire(float[] membrane, float[] current) {
    float[] spikes = new float[membrane.length];
    for (int n = 0; n < membrane.length; n++) {
      float r = membrane[n] > 1f ? 1f : 0f;
      membrane[n] = (0.9f * membrane[n] + current[n]) - r * 1f;
      spikes[n] = membrane[n] > 1f ? 1f : 0f;
    }
    return spikes;
  }

  /** The default surrogate, atan(2), around a threshold of 1. */
  private static double surrogate(float membrane) {
    double y = Math.PI * (membrane - 1.0);
    return 1 / (1 + y * y);
  }

  /** Sample after sample, the network's equations neuron by neuron, in float32 and in the order of the kernels. */
  private static final class NaiveRun {

    final int hidden;
    final int steps;
    final float[][] hiddenSpikes;
    final float[][] outputMembrane;
    final float[][] outputSpikes;

    NaiveRun(Network network, float[][] x) {
      hidden = network.neuron("lif1").size();
      steps = x.length;
      hiddenSpikes = new float[steps][hidden];
      outputMembrane = new float[steps][];
      outputSpikes = new float[steps][];
      float[] spk = new float[hidden];
      float[] mem1 = new float[hidden];
      float[] mem2 = new float[SmallNetwork.CLASSES];
      for (int t = 0; t < steps; t++) {
        float[] current = linear(network, "fc1.", x[t]);
        float[] recurrent = linear(network, "lif1.recurrent.", spk);
        for (int n = 0; n < hidden; n++) {
          float r = mem1[n] > 1f ? 1f : 0f;
          mem1[n] = (0.9f * mem1[n] + current[n]) + recurrent[n] - r * 1f;
          hiddenSpikes[t][n] = mem1[n] > 1f ? 1f : 0f;
        }
        spk = hiddenSpikes[t];
        outputSpikes[t] = fire(mem2, linear(network, "fc2.", spk));
        outputMembrane[t] = mem2.clone();
      }
    }

    private static float[] linear(Network network, String name, float[] x) {
      float[] w = network.parameter(name + "weight").values();
      float[] bias = network.parameter(name + "bias").values();
      float[] y = new float[bias.length];
      for (int n = 0; n < y.length; n++) {
        float sum = 0;
        for (int k = 0; k < x.length; k++) {
          sum = Math.fma(x[k], w[n * x.length + k], sum);
        }
        y[n] = sum + bias[n];
      }
      return y;
    }
  }

  private static void checkStep(SmallNetwork state, float[] output) {
    NaiveRun naive = new NaiveRun(state.network(), state.steps());
    assertArrayEquals(naive.outputSpikes[SmallNetwork.STEPS - 1], output);
    assertArrayEquals(naive.outputMembrane[SmallNetwork.STEPS - 1], state.session().state("lif2").membrane());
  }

  private static void checkTape(SmallNetwork state, Tape tape) {
    NaiveRun naive = new NaiveRun(state.network(), state.steps());
    float[] membrane = tape.membrane("lif2");
    float[] spikes = tape.spikes("lif1");
    for (int t = 0; t < SmallNetwork.STEPS; t++) {
      assertArrayEquals(naive.outputMembrane[t], row(membrane, t, SmallNetwork.CLASSES), "membrane, step " + t);
      assertArrayEquals(naive.hiddenSpikes[t], row(spikes, t, naive.hidden), "hidden spikes, step " + t);
    }
  }

  /** Sample 0 at step t of [T][B][N]. */
  private static float[] row(float[] values, int t, int size) {
    int at = t * SmallNetwork.SAMPLES * size;
    return Arrays.copyOfRange(values, at, at + size);
  }

  /** Backpropagation of the output layer in double; the rest of the backward pass is not small enough to be naive. */
  private static void checkGradients(SmallNetwork state, Gradients gradients) {
    Tape tape = state.network().record(state.input());
    float[] membrane = tape.membrane("lif2");
    float[] spikes = tape.spikes("lif1");
    float[] gSpk = state.outputGradient();
    int hidden = state.hidden;
    double[] gWeight = new double[SmallNetwork.CLASSES * hidden];
    double[] gBias = new double[SmallNetwork.CLASSES];
    for (int b = 0; b < SmallNetwork.SAMPLES; b++) {
      for (int c = 0; c < SmallNetwork.CLASSES; c++) {
        double carried = 0;
        for (int t = SmallNetwork.STEPS - 1; t >= 0; t--) {
          int at = (t * SmallNetwork.SAMPLES + b) * SmallNetwork.CLASSES + c;
          carried = 0.9 * carried + gSpk[at] * surrogate(membrane[at]);
          gBias[c] += carried;
          for (int k = 0; k < hidden; k++) {
            gWeight[c * hidden + k] += carried * spikes[(t * SmallNetwork.SAMPLES + b) * hidden + k];
          }
        }
      }
    }
    assertClose(gBias, gradients.parameter("fc2.bias"));
    assertClose(gWeight, gradients.parameter("fc2.weight"));
    for (String name : List.of("fc1.weight", "lif1.beta", "lif1.recurrent.weight")) {
      for (float g : gradients.parameter(name)) {
        assertTrue(Float.isFinite(g), name);
      }
    }
  }

  private static void checkImages(ImageNetwork state, int steps) {
    float[] membrane = state.session().state("lif3").membrane();
    for (int b : new int[] {0, ImageNetwork.IMAGES - 1}) {
      NaiveImage naive = new NaiveImage(state.network(), NaiveImage.of(state, b), steps);
      assertArrayEquals(naive.membranes[steps - 1], Arrays.copyOfRange(membrane, b * 10, (b + 1) * 10), "image " + b);
    }
  }

  /** Backpropagation of the output layer in double. */
  private static void checkImageGradients(ImageNetwork state, Gradients gradients) {
    double[] gWeight = new double[10 * NaiveImage.POOLED];
    double[] gBias = new double[10];
    for (int b = 0; b < ImageNetwork.IMAGES; b++) {
      NaiveImage naive = new NaiveImage(state.network(), NaiveImage.of(state, b), ImageNetwork.STEPS);
      for (int c = 0; c < 10; c++) {
        double carried = 0;
        for (int t = ImageNetwork.STEPS - 1; t >= 0; t--) {
          carried = 0.9 * carried + surrogate(naive.membranes[t][c]);
          gBias[c] += carried;
          for (int k = 0; k < NaiveImage.POOLED; k++) {
            gWeight[c * NaiveImage.POOLED + k] += carried * naive.pooled[t][k];
          }
        }
      }
    }
    double most = Arrays.stream(gWeight).map(Math::abs).max().orElseThrow();
    for (int i = 0; i < gWeight.length; i++) {
      assertEquals(gWeight[i], gradients.parameter("fc.weight")[i], 1e-5 * (1 + most), "weight " + i);
    }
    for (int c = 0; c < 10; c++) {
      assertEquals(gBias[c], gradients.parameter("fc.bias")[c], 1e-5 * (1 + Math.abs(gBias[c])), "bias " + c);
    }
  }

  /** An image through the convolutional network: spikes after the last pool and membranes of the last layer, by step. */
  private static final class NaiveImage {

    static final int POOLED = 64 * 4 * 4;

    final float[][] pooled;
    final float[][] membranes;

    NaiveImage(Network network, float[] pixels, int steps) {
      pooled = new float[steps][];
      membranes = new float[steps][10];
      float[] current = convolution(network, "conv1.", pixels, 1, 28);
      float[] mem1 = new float[current.length];
      float[] mem2 = new float[64 * 8 * 8];
      float[] mem3 = new float[10];
      for (int t = 0; t < steps; t++) {
        float[] first = pool(fire(mem1, current), 12, 24);
        pooled[t] = pool(fire(mem2, convolution(network, "conv2.", first, 12, 12)), 64, 8);
        fire(mem3, NaiveRun.linear(network, "fc.", pooled[t]));
        membranes[t] = mem3.clone();
      }
    }

    static float[] of(ImageNetwork state, int image) {
      return Arrays.copyOfRange(state.images(), image * 784, (image + 1) * 784);
    }

    /** A kernel of 5 by 5 over [channels][size][size]. */
    private static float[] convolution(Network network, String name, float[] x, int channels, int size) {
      float[] w = network.parameter(name + "weight").values();
      float[] bias = network.parameter(name + "bias").values();
      int places = size - 4;
      float[] y = new float[bias.length * places * places];
      for (int o = 0; o < y.length; o++) {
        int out = o / (places * places);
        int row = o / places % places;
        float sum = 0;
        int k = out * channels * 25;
        for (int c = 0; c < channels; c++) {
          for (int i = 0; i < 5; i++) {
            for (int j = 0; j < 5; j++) {
              sum = Math.fma(x[(c * size + row + i) * size + o % places + j], w[k++], sum);
            }
          }
        }
        y[o] = sum + bias[out];
      }
      return y;
    }

    private static float[] pool(float[] spikes, int channels, int size) {
      int half = size / 2;
      float[] y = new float[channels * half * half];
      for (int i = 0; i < spikes.length; i++) {
        int o = (i / (size * size) * half + i / size % size / 2) * half + i % size / 2;
        y[o] = Math.max(y[o], spikes[i]);
      }
      return y;
    }
  }

  private static float[] firstLayer(ManyStreams state, float[] membrane) {
    float[] x = Arrays.copyOf(state.step(), membrane.length);
    return fire(membrane, NaiveRun.linear(state.network(), "fc1.", x));
  }

  private static void checkStreams(ManyStreams state) {
    float[] first = new float[1024];
    float[] second = new float[1024];
    fire(second, NaiveRun.linear(state.network(), "fc2.", firstLayer(state, first)));
    assertArrayEquals(first, Arrays.copyOf(state.session().state("lif1").membrane(), 1024));
    assertArrayEquals(second, Arrays.copyOf(state.session().state("lif2").membrane(), 1024));
  }

  /** The output layer's, of one stream. */
  private static void checkStreamGradients(ManyStreams state, Gradients gradients) {
    assertEquals(1, state.streams);
    float[] spikes = firstLayer(state, new float[1024]);
    float[] membrane = new float[1024];
    fire(membrane, NaiveRun.linear(state.network(), "fc2.", spikes));
    for (int i = 0; i < 1024 * 1024; i++) {
      double expected = surrogate(membrane[i / 1024]) * spikes[i % 1024];
      assertEquals(expected, gradients.parameter("fc2.weight")[i], 1e-5, "weight " + i);
    }
  }

  /** Sums of some thousand float32 terms below 1. */
  private static void assertClose(double[] expected, float[] actual) {
    assertEquals(expected.length, actual.length);
    for (int i = 0; i < expected.length; i++) {
      assertEquals(expected[i], actual[i], 1e-4, "element " + i);
    }
  }

  /** Loss and accuracy of an epoch of one batch are those of the parameters before it. */
  private static void checkEpoch(TrainerBenchmark.Training state, EpochReport report) {
    float[] trained = state.network().parameter("fc1.weight").values().clone();
    state.restore();
    assertFalse(Arrays.equals(trained, state.network().parameter("fc1.weight").values()), "nothing was learned");
    double loss = 0;
    int right = 0;
    for (int i = 0; i < state.data().size(); i++) {
      float[] values = new float[SmallNetwork.STEPS * SmallNetwork.FEATURES];
      state.data().copyTo(i, values, 0);
      float[][] x = new float[SmallNetwork.STEPS][];
      for (int t = 0; t < x.length; t++) {
        x[t] = Arrays.copyOfRange(values, t * SmallNetwork.FEATURES, (t + 1) * SmallNetwork.FEATURES);
      }
      double[] counts = new double[SmallNetwork.CLASSES];
      for (float[] spikes : new NaiveRun(state.network(), x).outputSpikes) {
        Arrays.setAll(counts, c -> counts[c] + spikes[c]);
      }
      int label = state.data().label(i);
      loss += Math.log(Arrays.stream(counts).map(Math::exp).sum()) - counts[label];
      double most = Arrays.stream(counts).max().orElseThrow();
      int predicted = 0;
      while (counts[predicted] != most) {
        predicted++;
      }
      right += predicted == label ? 1 : 0;
    }
    assertEquals(loss / state.data().size(), report.loss(), 1e-9);
    assertEquals(right / (double) state.data().size(), report.accuracy());
  }
}
