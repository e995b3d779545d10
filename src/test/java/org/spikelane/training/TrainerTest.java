package org.spikelane.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.spikelane.data.Dataset;
import org.spikelane.kernels.Rows;
import org.spikelane.network.Gradients;
import org.spikelane.network.Input;
import org.spikelane.network.Network;
import org.spikelane.network.Tape;
import org.spikelane.network.Upstream;
import org.spikelane.neuron.Leaky;
import org.spikelane.neuron.Neuron;
import org.spikelane.neuron.RLeaky;
import org.spikelane.neuron.RSynaptic;
import org.spikelane.neuron.Synaptic;
import org.spikelane.reference.Agreement;
import org.spikelane.surrogate.Surrogate;

class TrainerTest {

  private static final Patterns DATA = new Patterns(90, 3, 7, 12, false);

  private static Network network(Neuron.Builder<?> hidden) {
    return Network.input(12).linear("fc1", 20).neuron("lif1", hidden).linear("fc2", 3)
        .synaptic("lif2", n -> n.alpha(0.5f).beta(0.8f).learnAlpha().learnThreshold()).build(1);
  }

  static Stream<Neuron.Builder<?>> neurons() {
    return Stream.of(Leaky.builder().beta(0.9f).learnBeta().gradedSpikesFactor(1.5f).learnGradedSpikesFactor(true),
        Synaptic.builder().alpha(0.7f).beta(0.9f).resetDelay(false).surrogate(new Surrogate.Stochastic()),
        RLeaky.builder().beta(0.9f).allToAll(), RLeaky.builder().beta(0.9f).oneToOne(0.3f).learnThreshold(),
        RLeaky.builder().beta(0.7f).allToAll().learnBeta().output(Neuron.Output.MEMBRANE),
        RSynaptic.builder().alpha(0.7f).beta(0.9f).allToAll().surrogate(new Surrogate.Stochastic(0, 0.2f, 7)));
  }

  private static Trainer trainer(Network network, int threads) {
    return Trainer.of(network).threads(threads).batchSize(32).seed(5).optimizer(Adam.withLearningRate(0.01f));
  }

  private static void same(Network want, Network got) {
    want.parameters().forEach((name, p) -> Agreement.bits(name, p.values(), got.parameter(name).values()));
  }

  @ParameterizedTest
  @MethodSource("neurons")
  void givesTheSameBitsWithAnyNumberOfThreads(Neuron.Builder<?> hidden) {
    for (Loss loss : List.of(Losses.ceCount(), Losses.ceMembrane())) {
      Network one = network(hidden);
      Network three = network(hidden);
      Trainer ofOne = trainer(one, 1).loss(loss);
      Trainer ofThree = trainer(three, 3).loss(loss);
      for (int epoch = 0; epoch < 2; epoch++) {
        EpochReport want = ofOne.epoch(DATA);
        EpochReport got = ofThree.epoch(DATA);
        assertEquals(want.loss(), got.loss());
        assertEquals(want.accuracy(), got.accuracy());
        assertEquals(want.firingRates(), got.firingRates());
      }
      same(one, three);
      assertTrue(!Arrays.equals(one.parameter("fc1.weight").values(), network(hidden).parameter("fc1.weight").values()));
      Evaluation want = ofOne.evaluate(DATA);
      Evaluation got = ofThree.evaluate(DATA);
      assertEquals(want.loss(), got.loss());
      assertArrayEquals(want.predicted(), got.predicted());
    }
  }

  /** The weights that meet a constant input get one gradient for the whole batch, computed by ranges of outputs. */
  @Test
  void givesTheSameBitsWithAnyNumberOfThreadsOfAConstantInput() {
    Patterns data = new Patterns(77, 3, 6, 12, true);
    for (int batch : new int[] {1, 37, 64}) {
      Network want = network(Synaptic.builder().alpha(0.7f).beta(0.9f).learnBeta());
      EpochReport report = trainer(want, 1).batchSize(batch).epoch(data);
      for (int threads : new int[] {2, 3, 5, 20}) {
        Network got = network(Synaptic.builder().alpha(0.7f).beta(0.9f).learnBeta());
        assertEquals(report.loss(), trainer(got, threads).batchSize(batch).epoch(data).loss());
        same(want, got);
      }
    }
  }

  /** Networks whose first weights, larger than a cache, meet a constant input: they run apart from the others. */
  private static List<Network> largeFirstWeights() {
    return List.of(
        Network.input(400).linear("fc1", 330).synaptic("lif1", n -> n.alpha(0.7f).beta(0.9f).learnBeta())
            .linear("fc2", 3).synaptic("lif2", n -> n.alpha(0.5f).beta(0.8f).learnThreshold()).build(1),
        Network.input(400).linear("fc0", 330).scale("scale", s -> s).linear("fc1", 20)
            .rLeaky("lif1", n -> n.beta(0.9f).allToAll()).linear("fc2", 3).leaky("lif2", n -> n.beta(0.8f)).build(1));
  }

  @Test
  void givesTheSameBitsWithAnyNumberOfThreadsWhereTheFirstLayersRunApart() {
    Patterns data = new Patterns(77, 3, 6, 400, true);
    for (int network = 0; network < 2; network++) {
      assertTrue(largeFirstWeights().get(network).runsConstantLayersApart(true));
      for (int batch : new int[] {1, 37, 64}) {
        Network want = largeFirstWeights().get(network);
        EpochReport report = trainer(want, 1).batchSize(batch).epoch(data);
        for (int threads : new int[] {2, 3, 20}) {
          Network got = largeFirstWeights().get(network);
          assertEquals(report.loss(), trainer(got, threads).batchSize(batch).epoch(data).loss());
          same(want, got);
        }
      }
    }
  }

  @Test
  void updatesByTheMeanGradientWhereTheFirstLayersRunApart() {
    Patterns data = new Patterns(37, 3, 7, 400, true);
    for (Network network : largeFirstWeights()) {
      for (Loss loss : List.of(Losses.ceCount(), Losses.mseMembrane())) {
        updatesByTheMeanGradient(network, data, loss, 2);
      }
    }
  }

  /** Every fifth sample of some patterns as spikes: a weight meets events in some shards, other values in others. */
  private record PartlySpikes(Patterns patterns) implements Dataset {

    @Override
    public int size() {
      return patterns.size();
    }

    @Override
    public int steps() {
      return patterns.steps();
    }

    @Override
    public int features() {
      return patterns.features();
    }

    @Override
    public int classes() {
      return patterns.classes();
    }

    @Override
    public boolean constant() {
      return false;
    }

    @Override
    public int label(int i) {
      return patterns.label(i);
    }

    @Override
    public void copyTo(int i, float[] values, int offset) {
      patterns.copyTo(i, values, offset);
      if (i % 5 == 0) {
        for (int k = offset; k < offset + sampleLength(); k++) {
          values[k] = values[k] > 0.85f ? 1 : 0;
        }
      }
    }
  }

  @Test
  void givesTheSameBitsWithAnyNumberOfThreadsOfSomeSpikes() {
    Dataset data = new PartlySpikes(new Patterns(60, 3, 4, 300, false));
    Network want = wide();
    Trainer ofOne = trainer(want, 1);
    ofOne.fit(data, 3, report -> {});
    for (int threads : new int[] {2, 3, 8}) {
      Network got = wide();
      trainer(got, threads).fit(data, 3, report -> {});
      same(want, got);
    }
    Map<String, double[]> gradients = gradients(wide(), data, Losses.ceCount());
    List<float[]> got = new ArrayList<>();
    Trainer.of(wide()).batchSize(64).optimizer((parameters, of) -> got.addAll(of)).epoch(data);
    int i = 0;
    for (Map.Entry<String, double[]> entry : gradients.entrySet()) {
      Agreement.near(entry.getKey(), entry.getValue(), got.get(i++), 1e-5);
    }
  }

  /** The first of some patterns, 40 times: in whatever order, a batch is the same. */
  private static Dataset copies(Patterns of) {
    int[] labels = new int[40];
    float[] values = new float[labels.length * of.sampleLength()];
    for (int i = 0; i < labels.length; i++) {
      labels[i] = of.label(0);
      of.copyTo(0, values, i * of.sampleLength());
    }
    return of.constant()
        ? Dataset.ofConstants(values, of.steps(), labels, of.classes())
        : Dataset.ofSequences(values, of.steps(), labels, of.classes());
  }

  /** What the workers of a trainer are for. */
  private record Work(Dataset data, Loss loss, int threads, int batch) {}

  /** Each is the one before with one thing changed, or with none. */
  private static List<Work> works() {
    Dataset five = copies(new Patterns(1, 3, 5, 400, false));
    Dataset nine = copies(new Patterns(1, 3, 9, 400, false));
    Dataset constant = copies(new Patterns(1, 3, 9, 400, true));
    Loss counts = Losses.ceCount();
    return List.of(new Work(five, counts, 1, 8), new Work(five, counts, 1, 8), new Work(five, counts, 3, 8),
        new Work(five, Losses.ceMembrane(), 3, 8), new Work(five, counts, 3, 8), new Work(nine, counts, 3, 8),
        new Work(constant, counts, 3, 8), new Work(constant, counts, 3, 40), new Work(constant, counts, 1, 40),
        new Work(constant, counts, 1, 40), new Work(constant, Losses.ceRate(), 1, 40), new Work(constant, counts, 1, 40),
        new Work(constant, counts, 2, 40), new Work(constant, counts, 2, 3), new Work(nine, counts, 2, 3),
        new Work(five, counts, 2, 3), new Work(five, counts, 2, 40), new Work(five, counts, 1, 40));
  }

  /** A trainer keeps its workers from epoch to epoch; a fresh one for each epoch has none to keep. */
  @Test
  void trainsAsWithNewWorkersInEachEpoch() {
    Network got = largeFirstWeights().getFirst();
    Network want = largeFirstWeights().getFirst();
    Sgd ofGot = new Sgd(0.1f, 0.9f);
    Sgd ofWant = new Sgd(0.1f, 0.9f);
    Trainer kept = Trainer.of(got).optimizer(ofGot);
    for (Work work : works()) {
      Trainer fresh = Trainer.of(want).optimizer(ofWant).loss(work.loss()).threads(work.threads()).batchSize(work.batch());
      kept.loss(work.loss()).threads(work.threads()).batchSize(work.batch());
      assertEquals(fresh.epoch(work.data()).loss(), kept.epoch(work.data()).loss(), work.toString());
      assertEquals(fresh.evaluate(work.data()).loss(), kept.evaluate(work.data()).loss(), work.toString());
      same(want, got);
    }
  }

  @Test
  void keepsTheMemoryOfGradientsFromEpochToEpoch() {
    Set<float[]> arrays = Collections.newSetFromMap(new IdentityHashMap<>());
    Network network = network(Leaky.builder().beta(0.5f));
    Trainer trainer = trainer(network, 1).optimizer((parameters, gradients) -> arrays.addAll(gradients));
    trainer.epoch(DATA);
    int ofOneEpoch = arrays.size();
    trainer.epoch(DATA);
    assertTrue(ofOneEpoch > 0);
    assertEquals(ofOneEpoch, arrays.size());
  }

  private static Network wide() {
    return Network.input(300).linear("fc1", 40).leaky("lif1", n -> n.beta(0.9f)).linear("fc2", 3)
        .leaky("lif2", n -> n.beta(0.8f)).build(1);
  }

  @Test
  void followsItsSeed() {
    Network first = network(RLeaky.builder().beta(0.9f).allToAll());
    Network second = network(RLeaky.builder().beta(0.9f).allToAll());
    Network other = network(RLeaky.builder().beta(0.9f).allToAll());
    trainer(first, 1).epoch(DATA);
    trainer(second, 1).epoch(DATA);
    trainer(other, 1).seed(6).epoch(DATA);
    same(first, second);
    assertTrue(!Arrays.equals(first.parameter("fc1.weight").values(), other.parameter("fc1.weight").values()));
  }

  /** Random surrogates draw by the number of the sample, which trainer and tape count their own ways. */
  static Stream<Neuron.Builder<?>> neuronsWithoutDraws() {
    return neurons().filter(builder ->
        !(network(builder).neuron("lif1").surrogate() instanceof Surrogate.Stochastic));
  }

  /** One batch of all samples: the update is that of the mean gradient, which a tape computes too. */
  @ParameterizedTest
  @MethodSource("neuronsWithoutDraws")
  void updatesByTheMeanGradient(Neuron.Builder<?> hidden) {
    for (boolean constant : new boolean[] {false, true}) {
      for (Loss loss : List.of(Losses.ceCount(), Losses.mseMembrane())) {
        updatesByTheMeanGradient(network(hidden), new Patterns(37, 3, 7, 12, constant), loss, 1);
      }
    }
  }

  private static void updatesByTheMeanGradient(Network network, Dataset data, Loss loss, int threads) {
    Map<String, double[]> want = gradients(network, data, loss);
    List<float[]> got = new ArrayList<>();
    Trainer.of(network).loss(loss).batchSize(64).threads(threads)
        .optimizer((parameters, gradients) -> got.addAll(gradients)).epoch(data);
    int i = 0;
    for (Map.Entry<String, double[]> entry : want.entrySet()) {
      Agreement.near(entry.getKey(), entry.getValue(), got.get(i++), 1e-5);
    }
  }

  private static Map<String, double[]> gradients(Network network, Dataset data, Loss loss) {
    int rows = data.constant() ? 1 : data.steps();
    float[] x = new float[rows * data.size() * data.features()];
    float[] sample = new float[data.sampleLength()];
    for (int b = 0; b < data.size(); b++) {
      data.copyTo(b, sample, 0);
      for (int t = 0; t < rows; t++) {
        System.arraycopy(sample, t * data.features(), x, (t * data.size() + b) * data.features(), data.features());
      }
    }
    Tape tape = network.record(data.constant()
        ? Input.constant(x, data.steps(), data.size())
        : Input.sequence(x, data.steps(), data.size()));
    boolean spikes = loss.of() == Loss.Of.SPIKES;
    float[] output = spikes ? tape.spikes("lif2") : tape.membrane("lif2");
    float[] g = new float[output.length];
    for (int b = 0; b < data.size(); b++) {
      loss.sample(new Rows(output, b * 3, data.size() * 3), data.steps(), 3, data.label(b), 1.0 / data.size(),
          new Rows(g, b * 3, data.size() * 3));
    }
    Gradients gradients = tape.backward(spikes ? new Upstream().spikes("lif2", g) : new Upstream().membrane("lif2", g));
    Map<String, double[]> doubles = new LinkedHashMap<>();
    gradients.parameters().forEach((name, gradient) -> doubles.put(name, Agreement.doubles(gradient)));
    return doubles;
  }

  /** Without a loss of spikes, their gradient is what the recurrence makes of it, sample after sample in the same memory. */
  @Test
  void updatesByTheMeanGradientWhereTheLastLayerRecurs() {
    Network network = Network.input(12).linear("fc1", 20).leaky("lif1", n -> n.beta(0.9f)).linear("fc2", 3)
        .rLeaky("lif2", n -> n.beta(0.8f).allToAll()).build(1);
    updatesByTheMeanGradient(network, new Patterns(37, 3, 7, 12, false), Losses.ceMembrane(), 1);
  }

  @Test
  void clipsGradientsBeforeTheUpdate() {
    List<Float> sizes = new ArrayList<>();
    trainer(network(Leaky.builder().beta(0.9f)), 2).clipping(GradientClipping.byValue(1e-6f)).optimizer(
        (parameters, gradients) -> gradients.forEach(gradient -> {
          for (float g : gradient) {
            sizes.add(Math.abs(g));
          }
        })).epoch(DATA);
    assertEquals(1e-6f, Collections.max(sizes));
  }

  /** Each sample has one feature of its own, so that the gradient of the feature's weights is that of the sample. */
  private static Dataset oneFeatureEach(int samples) {
    float[] values = new float[samples * samples];
    for (int i = 0; i < samples; i++) {
      values[i * samples + i] = 1;
    }
    return Dataset.ofSequences(values, 1, new int[samples], 2);
  }

  /** For {@link #oneFeatureEach}: silent at first, and an update is never made. */
  private static Trainer silent(int features, Surrogate surrogate, Consumer<float[]> weightGradients) {
    return Trainer.of(Network.input(features).linear("fc", 2, false)
        .leaky("lif", n -> n.beta(0.5f).surrogate(surrogate)).build(1))
        .optimizer((parameters, gradients) -> weightGradients.accept(gradients.getFirst()));
  }

  /** The gradient of a silent neuron's weight is its draw times a number that all samples have in common. */
  @Test
  void randomSurrogatesDrawApartInEverySampleOfEveryBatchAndEpoch() {
    Set<Float> draws = new HashSet<>();
    silent(40, new Surrogate.Stochastic(), gradient -> {
      for (float g : gradient) {
        draws.add(g);
      }
    }).batchSize(20).fit(oneFeatureEach(40), 2, report -> {});
    draws.remove(0f); // Of the samples that are not in the batch.
    assertEquals(2 * 40 * 2, draws.size());
  }

  @Test
  void shufflesEachEpochItsOwnWay() {
    List<Integer> order = new ArrayList<>();
    Trainer trainer = silent(20, new Surrogate.ATan(), gradient ->
        order.add(IntStream.range(0, 20).filter(i -> gradient[i] != 0).sum())).batchSize(1);
    trainer.fit(oneFeatureEach(20), 2, report -> {});
    List<Integer> all = IntStream.range(0, 20).boxed().toList();
    assertEquals(all, order.subList(0, 20).stream().sorted().toList());
    assertEquals(all, order.subList(20, 40).stream().sorted().toList());
    assertNotEquals(order.subList(0, 20), order.subList(20, 40));
  }

  @Test
  void takesASmallerLastBatch() {
    List<Integer> done = new ArrayList<>();
    List<Double> norms = new ArrayList<>();
    Trainer.of(network(RLeaky.builder().beta(0.9f).allToAll())).batchSize(40).progress((d, total) -> {
      assertEquals(90, total);
      done.add(d);
    }).optimizer((parameters, gradients) -> norms.add((double) gradients.size())).epoch(DATA);
    assertEquals(List.of(40, 80, 90), done);
    assertEquals(3, norms.size());
  }

  @ParameterizedTest
  @MethodSource("neurons")
  void learnsASeparableProblem(Neuron.Builder<?> hidden) {
    Network network = network(hidden);
    List<EpochReport> reports = new ArrayList<>();
    Trainer trainer = Trainer.of(network).batchSize(16).optimizer(Adam.withLearningRate(0.01f)).threads(2);
    trainer.fit(DATA, 25, reports::add);
    assertEquals(25, reports.getLast().epoch());
    assertTrue(reports.getLast().loss() < reports.getFirst().loss());
    Evaluation evaluation = trainer.evaluate(DATA);
    assertEquals(1.0, evaluation.accuracy());
    assertArrayEquals(new int[][] {{30, 0, 0}, {0, 30, 0}, {0, 0, 30}}, evaluation.confusion());
    assertEquals(List.of("lif1", "lif2"), List.copyOf(evaluation.firingRates().keySet()));
    evaluation.firingRates().values().forEach(rate -> assertTrue(rate > 0 && rate < 1, "rate " + rate));
  }

  @Test
  void evaluatesWithoutChangingAnything() {
    Network network = network(RLeaky.builder().beta(0.9f).allToAll());
    float[] before = network.parameter("fc1.weight").values().clone();
    Evaluation evaluation = Trainer.of(network).evaluate(DATA);
    Agreement.bits("fc1.weight", before, network.parameter("fc1.weight").values());
    assertEquals(evaluation.loss(), Trainer.of(network).evaluate(DATA).loss());
    assertEquals(90, evaluation.predicted().length);
    int right = 0;
    for (int i = 0; i < 90; i++) {
      right += evaluation.predicted()[i] == i % 3 ? 1 : 0;
    }
    assertEquals(right / 90.0, evaluation.accuracy());
  }

  @Test
  void countsSamplesThatNoOutputNeuronFiredFor() {
    Network network = network(Leaky.builder().beta(0.9f));
    Random random = new Random(4);
    for (String name : List.of("fc2.weight", "fc2.bias")) {
      float[] values = network.parameter(name).values();
      for (int i = 0; i < values.length; i++) {
        values[i] = (float) random.nextGaussian() * 0.3f - 0.1f;
      }
    }
    network.refresh();
    int silent = 0;
    for (int i = 0; i < DATA.size(); i++) {
      float[] x = new float[DATA.sampleLength()];
      DATA.copyTo(i, x, 0);
      float[] spikes = network.run(Input.sequence(x, DATA.steps(), 1)).output();
      boolean any = false;
      for (float spike : spikes) {
        any |= spike != 0;
      }
      silent += any ? 0 : 1;
    }
    assertTrue(silent > 0 && silent < DATA.size(), "silent " + silent);
    assertEquals(silent, Trainer.of(network).threads(2).evaluate(DATA).silentSamples());
  }

  @Test
  void refusesDataThatDoesNotFit() {
    Trainer trainer = Trainer.of(network(Leaky.builder().beta(0.9f)));
    assertEquals("data: expected 12 features, as the network takes, got 11", assertThrows(IllegalArgumentException.class,
        () -> trainer.epoch(new Patterns(4, 3, 2, 11, false))).getMessage());
    assertEquals("data: expected at most 3 classes, as the network has output neurons, got 4",
        assertThrows(IllegalArgumentException.class, () -> trainer.evaluate(new Patterns(4, 4, 2, 12, false)))
            .getMessage());
    assertThrows(IllegalArgumentException.class, () -> Trainer.of(Network.input(2).linear("fc", 2).build(1)));
    assertThrows(IllegalArgumentException.class, () -> Trainer.of(Network.input(2).build(1)));
    assertEquals("network: expected the last layer's output to be its spikes, which predictions count, got its membrane"
        + " in lif; losses of the membrane read it all the same", assertThrows(IllegalArgumentException.class,
            () -> Trainer.of(Network.input(2).leaky("lif", n -> n.beta(0.5f).output(Neuron.Output.MEMBRANE)).build(1)))
                .getMessage());
    assertThrows(IllegalArgumentException.class, () -> trainer.batchSize(0));
    assertThrows(IllegalArgumentException.class, () -> trainer.threads(0));
  }
}
