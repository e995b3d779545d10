package org.spikelane.network;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.spikelane.kernels.ResetMechanism;
import org.spikelane.layer.ProductChoice;
import org.spikelane.neuron.Neuron;
import org.spikelane.neuron.RLeaky;
import org.spikelane.neuron.RSynaptic;
import org.spikelane.neuron.Leaky;
import org.spikelane.neuron.Synaptic;
import org.spikelane.reference.Agreement;
import org.spikelane.surrogate.Surrogate;

/** What holds whatever the numbers: cutting time or batches changes nothing, and special cases meet the general one. */
class PropertiesTest {

  private static final int STEPS = 9;
  private static final int SAMPLES = 3;

  /** {@link Surrogate.ATan} with alpha 2, which backward kernels do not know. */
  private static final Surrogate ATAN = new Surrogate.Custom(z -> {
    float y = (float) Math.PI * z;
    return 1f / (1f + y * y);
  });

  /** The same of {@link Surrogate.FastSigmoid} with slope 25. */
  private static final Surrogate FAST_SIGMOID = new Surrogate.Custom(z -> {
    float y = 25f * Math.abs(z) + 1f;
    return 1f / (y * y);
  });

  static Stream<Networks.Named> networksOfSpikes() {
    return Networks.all().stream();
  }

  static Stream<Networks.Named> networks() {
    return Stream.concat(networksOfSpikes(), Networks.ofLayers().stream());
  }

  private static float[] input(Network network, int steps, int samples) {
    return Networks.input(17, steps * samples * network.inputShape().size());
  }

  /** Everything a tape shows of all layers, then the states after it. */
  private static List<float[]> activity(Network network, Tape tape, States after) {
    List<float[]> all = new ArrayList<>();
    network.neurons().forEach((name, neuron) -> {
      all.add(tape.spikes(name));
      all.add(tape.membrane(name));
      if (neuron.alpha() != null) {
        all.add(tape.current(name));
      }
      all.add(after.of(name).membrane().clone());
      all.add(after.of(name).spikes().clone());
    });
    return all;
  }

  private static void same(List<float[]> want, List<float[]> got) {
    for (int i = 0; i < want.size(); i++) {
      Agreement.bits("array " + i, want.get(i), got.get(i));
    }
  }

  private static Tape record(Network network, float[] x, int steps, int samples, States states, ProductChoice product) {
    return network.record(Input.sequence(x, steps, samples).withGradient(), true, states, product);
  }

  @ParameterizedTest
  @MethodSource("networks")
  void cuttingTimeChangesNothing(Networks.Named named) {
    Network network = named.network();
    float[] x = input(network, STEPS, SAMPLES);
    int step = SAMPLES * network.inputShape().size();
    States whole = network.states(SAMPLES);
    Tape tape = record(network, x, STEPS, SAMPLES, whole, ProductChoice.AUTO);

    States cut = network.states(SAMPLES);
    int half = 4;
    Tape first = record(network, Arrays.copyOf(x, half * step), half, SAMPLES, cut, ProductChoice.AUTO);
    Tape second = record(network, Arrays.copyOfRange(x, half * step, x.length), STEPS - half, SAMPLES, cut,
        ProductChoice.AUTO);
    Session session = network.session(SAMPLES);
    float[] stepped = new float[STEPS * SAMPLES * network.outputShape().size()];
    for (int t = 0; t < STEPS; t++) {
      float[] out = session.step(Arrays.copyOfRange(x, t * step, (t + 1) * step)).output();
      System.arraycopy(out, 0, stepped, t * out.length, out.length);
    }
    Agreement.bits("output of the session", tape.output(), stepped);
    for (String layer : network.neurons().keySet()) {
      Agreement.bits(layer, tape.spikes(layer), concat(first.spikes(layer), second.spikes(layer)));
      Agreement.bits(layer, tape.membrane(layer), concat(first.membrane(layer), second.membrane(layer)));
      Agreement.bits(layer, whole.of(layer).membrane(), cut.of(layer).membrane());
      Agreement.bits(layer, whole.of(layer).membrane(), session.state(layer).membrane());
      Agreement.bits(layer, whole.of(layer).spikes(), session.state(layer).spikes());
    }
  }

  private static float[] concat(float[] a, float[] b) {
    float[] all = Arrays.copyOf(a, a.length + b.length);
    System.arraycopy(b, 0, all, a.length, b.length);
    return all;
  }

  @ParameterizedTest
  @MethodSource("networks")
  void otherSamplesOfABatchChangeNothing(Networks.Named named) {
    Network network = named.network();
    int samples = 67;
    int features = network.inputShape().size();
    float[] x = input(network, STEPS, samples);
    Tape all = record(network, x, STEPS, samples, network.states(samples), ProductChoice.AUTO);
    for (int b : new int[] {0, 63, 64, 66}) {
      float[] alone = new float[STEPS * features];
      for (int t = 0; t < STEPS; t++) {
        System.arraycopy(x, (t * samples + b) * features, alone, t * features, features);
      }
      Tape one = record(network, alone, STEPS, 1, network.states(1), ProductChoice.AUTO);
      for (String layer : network.neurons().keySet()) {
        int size = network.neuron(layer).size();
        Agreement.bits(layer, one.membrane(layer), sample(all.membrane(layer), b, samples, size));
        Agreement.bits(layer, one.spikes(layer), sample(all.spikes(layer), b, samples, size));
      }
    }
  }

  private static float[] sample(float[] all, int b, int samples, int size) {
    float[] one = new float[all.length / samples];
    for (int t = 0; t < STEPS; t++) {
      System.arraycopy(all, (t * samples + b) * size, one, t * size, size);
    }
    return one;
  }

  @ParameterizedTest
  @MethodSource("networksOfSpikes")
  void everyWayToMultiplySpikesGivesTheSameBits(Networks.Named named) {
    Network network = named.network();
    float[] x = input(network, STEPS, SAMPLES);
    float[] spikes = x.clone();
    for (int i = 0; i < spikes.length; i++) {
      spikes[i] = x[i] > 0.5f ? 1 : 0;
    }
    States states = network.states(SAMPLES);
    List<float[]> ofSpikes =
        activity(network, record(network, spikes, STEPS, SAMPLES, states, ProductChoice.DENSE), states);
    states.reset();
    List<float[]> ofValues = activity(network, record(network, x, STEPS, SAMPLES, states, ProductChoice.DENSE), states);
    for (ProductChoice product : ProductChoice.values()) {
      states.reset();
      same(ofSpikes, activity(network, record(network, spikes, STEPS, SAMPLES, states, product), states));
      if (product != ProductChoice.EJML) {
        states.reset();
        same(ofValues, activity(network, record(network, x, STEPS, SAMPLES, states, product), states));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("networks")
  void aConstantInputIsTheSameSequenceRepeated(Networks.Named named) {
    Network network = named.network();
    float[] x = input(network, 1, SAMPLES);
    float[] repeated = new float[STEPS * x.length];
    for (int t = 0; t < STEPS; t++) {
      System.arraycopy(x, 0, repeated, t * x.length, x.length);
    }
    States states = network.states(SAMPLES);
    Tape constant = network.record(Input.constant(x, STEPS, SAMPLES).withGradient(), true, states, ProductChoice.AUTO);
    List<float[]> ofConstant = activity(network, constant, states);
    states.reset();
    Tape sequence = record(network, repeated, STEPS, SAMPLES, states, ProductChoice.AUTO);
    same(activity(network, sequence, states), ofConstant);

    float[] g = Networks.input(5, STEPS * SAMPLES * network.outputShape().size());
    Gradients ofSequence = sequence.backward(new Upstream().spikes("lif2", g).membrane("lif2", g));
    Gradients got = constant.backward(new Upstream().spikes("lif2", g).membrane("lif2", g));
    ofSequence.parameters().forEach((name, want) ->
        Agreement.near(name, Agreement.doubles(want), got.parameter(name), 1e-5));
    double[] sum = new double[x.length];
    for (int i = 0; i < ofSequence.input().length; i++) {
      sum[i % x.length] += ofSequence.input()[i];
    }
    Agreement.near("input", sum, got.input(), 1e-5);
  }

  @ParameterizedTest
  @MethodSource("networks")
  void gradientsCrossFromTapeToTape(Networks.Named named) {
    Network network = named.network();
    float[] x = input(network, STEPS, SAMPLES);
    int half = 4 * SAMPLES * network.inputShape().size();
    int classes = network.outputShape().size();
    float[] g = Networks.input(6, STEPS * SAMPLES * classes);
    Gradients whole = network.record(Input.sequence(x, STEPS, SAMPLES).withGradient()).backward(of(g));

    float[] g1 = Arrays.copyOf(g, 4 * SAMPLES * classes);
    float[] g2 = Arrays.copyOfRange(g, g1.length, g.length);
    Input x1 = Input.sequence(Arrays.copyOf(x, half), 4, SAMPLES).withGradient();
    Input x2 = Input.sequence(Arrays.copyOfRange(x, half, x.length), STEPS - 4, SAMPLES).withGradient();
    Session session = network.session(SAMPLES);
    Tape first = session.record(x1);
    Tape second = session.record(x2);
    Gradients later = second.backward(of(g2));
    Gradients earlier = first.backward(of(g1));
    near(whole, earlier, later);
    Agreement.near("input", Agreement.doubles(whole.input()), concat(earlier.input(), later.input()), 1e-5);

    session.reset();
    Tape cut = session.record(x1);
    session.detach();
    Tape afterCut = session.record(x2);
    Gradients afterwards = afterCut.backward(of(g2));
    Agreement.bits("input after the cut", later.input(), afterwards.input());
    Gradients truncated = cut.backward(of(g1));
    Gradients alone = network.record(x1).backward(of(g1));
    alone.parameters().forEach((name, want) -> Agreement.bits(name, want, truncated.parameter(name)));
    assertTrue(!Arrays.equals(truncated.input(), earlier.input()), "nothing crossed");
  }

  private static Upstream of(float[] g) {
    return of("lif2", g);
  }

  private static void near(Gradients whole, Gradients first, Gradients second) {
    whole.parameters().forEach((name, want) -> {
      double[] sum = Agreement.doubles(second.parameter(name));
      for (int i = 0; i < sum.length; i++) {
        sum[i] += first.parameter(name)[i];
      }
      Agreement.near(name, Agreement.doubles(want), sum, 2e-5);
    });
    for (String layer : List.of("lif1", "lif2")) {
      Agreement.near(layer, Agreement.doubles(whole.initialMembrane(layer)), first.initialMembrane(layer), 1e-5);
      Agreement.near(layer, Agreement.doubles(whole.initialSpikes(layer)), first.initialSpikes(layer), 1e-5);
    }
  }

  /**
   * A layer of many neurons, which may go backward some of them and some steps at a time, and whose rows may lie further apart
   * than they are long, is layers of few side by side.
   */
  @ParameterizedTest
  @CsvSource({"1105, true", "1105, false", "2048, true", "2048, false"})
  void manyNeuronsAreFewSideBySide(int size, boolean delay) {
    int steps = 19;
    float[] decays = Networks.input(12, size);
    float[] x = Networks.input(13, steps * SAMPLES * size);
    float[] g = Networks.input(14, x.length);
    for (Side neurons : Side.values()) {
      Network wide = side(decays, 0, size, delay, neurons);
      Tape tape = wide.record(Input.sequence(x, steps, SAMPLES).withGradient());
      float[] spikes = tape.spikes("lif");
      float[] membrane = tape.membrane("lif");
      Gradients whole = tape.backward(of("lif", g));
      assertTrue(isNotZero(whole.input()), "gradient of the input");
      int[] borders = {0, 100, 1000, size};
      for (int i = 0; i + 1 < borders.length; i++) {
        int from = borders[i];
        int to = borders[i + 1];
        Network narrow = side(decays, from, to, delay, neurons);
        Tape part = narrow.record(Input.sequence(columns(x, size, from, to), steps, SAMPLES).withGradient());
        Agreement.bits("spikes", columns(spikes, size, from, to), part.spikes("lif"));
        Agreement.bits("membrane", columns(membrane, size, from, to), part.membrane("lif"));
        Gradients few = part.backward(of("lif", columns(g, size, from, to)));
        Agreement.bits("input", columns(whole.input(), size, from, to), few.input());
        Agreement.bits("mem0", columns(whole.initialMembrane("lif"), size, from, to), few.initialMembrane("lif"));
        few.parameters().forEach((name, want) ->
            Agreement.bits(name, columns(whole.parameter(name), size, from, to), want));
      }
    }
  }

  private static boolean isNotZero(float[] values) {
    for (float value : values) {
      if (value != 0) {
        return true;
      }
    }
    return false;
  }

  private enum Side {
    SYNAPTIC, LEARNING_SYNAPTIC, SYNAPTIC_OF_OWN_SURROGATE, GRADED_LEAKY, GRADED_LEAKY_OF_OWN_SURROGATE
  }

  private static Network side(float[] decays, int from, int to, boolean delay, Side neurons) {
    float[] beta = Arrays.copyOfRange(decays, from, to);
    float[] alpha = beta.clone();
    for (int i = 0; i < beta.length; i++) {
      beta[i] = 0.5f + beta[i] / 8;
      alpha[i] = 0.9f - beta[i] / 2;
    }
    Synaptic.Builder synaptic = Synaptic.builder().alpha(alpha).beta(beta).resetDelay(delay);
    Leaky.Builder graded = Leaky.builder().beta(beta).learnBeta().resetDelay(delay).gradedSpikesFactor(2.5f);
    return Network.input(to - from).neuron("lif", switch (neurons) {
      case SYNAPTIC -> synaptic;
      case LEARNING_SYNAPTIC -> synaptic.learnAlpha().learnBeta();
      case SYNAPTIC_OF_OWN_SURROGATE -> synaptic.surrogate(ATAN);
      case GRADED_LEAKY -> graded;
      case GRADED_LEAKY_OF_OWN_SURROGATE -> graded.surrogate(ATAN);
    }).build(1);
  }

  private static float[] columns(float[] rows, int size, int from, int to) {
    float[] part = new float[rows.length / size * (to - from)];
    for (int row = 0; row < rows.length / size; row++) {
      System.arraycopy(rows, row * size + from, part, row * (to - from), to - from);
    }
    return part;
  }

  private static Upstream of(String layer, float[] g) {
    return new Upstream().spikes(layer, g).membrane(layer, g);
  }

  private static Network alone(Neuron.Builder<?> builder) {
    return Network.input(40).neuron("lif", builder).build(1);
  }

  private static void sameActivity(Neuron.Builder<?> one, Neuron.Builder<?> other) {
    Network first = alone(one);
    Network second = alone(other);
    float[] x = input(first, STEPS, SAMPLES);
    Tape want = first.record(Input.sequence(x, STEPS, SAMPLES).withGradient());
    Tape got = second.record(Input.sequence(x, STEPS, SAMPLES).withGradient());
    Agreement.bits("spk", want.spikes("lif"), got.spikes("lif"));
    Agreement.bits("mem", want.membrane("lif"), got.membrane("lif"));
    float[] g = Networks.input(4, x.length);
    Upstream upstream = new Upstream().spikes("lif", g).membrane("lif", g);
    float[] wanted = want.backward(upstream).input();
    assertTrue(isNotZero(wanted), "d_input");
    Agreement.bits("d_input", wanted, got.backward(upstream).input());
  }

  private static void sameGradients(Neuron.Builder<?> one, Neuron.Builder<?> other) {
    Network first = alone(one);
    float[] x = input(first, STEPS, SAMPLES);
    float[] g = Networks.input(4, x.length);
    Gradients want = first.record(Input.sequence(x, STEPS, SAMPLES).withGradient()).backward(of("lif", g));
    Gradients got = alone(other).record(Input.sequence(x, STEPS, SAMPLES).withGradient()).backward(of("lif", g));
    assertTrue(isNotZero(want.input()), "d_input");
    Agreement.bits("d_input", want.input(), got.input());
    want.parameters().forEach((name, gradient) -> Agreement.bits(name, gradient, got.parameter(name)));
  }

  private static float[] forty(float value) {
    float[] values = new float[40];
    Arrays.fill(values, value);
    return values;
  }

  @Test
  void derivativesComputedByKernelsAreThoseOfRows() {
    for (boolean delay : new boolean[] {true, false}) {
      for (boolean inhibition : new boolean[] {true, false}) {
        List<Supplier<Neuron.Builder<?>>> builders = List.of(
            () -> Synaptic.builder().alpha(0.7f).beta(0.9f).resetDelay(delay).inhibition(inhibition),
            () -> Synaptic.builder().alpha(0.7f).learnAlpha().beta(0.9f).learnThreshold().resetDelay(delay)
                .inhibition(inhibition),
            () -> Leaky.builder().beta(0.9f).gradedSpikesFactor(2.5f).resetDelay(delay).inhibition(inhibition),
            () -> RLeaky.builder().beta(0.9f).oneToOne(-0.3f).resetDelay(delay).inhibition(inhibition));
        for (Supplier<Neuron.Builder<?>> builder : builders) {
          sameGradients(builder.get().surrogate(new Surrogate.ATan()), builder.get().surrogate(ATAN));
          sameGradients(builder.get().surrogate(new Surrogate.FastSigmoid()), builder.get().surrogate(FAST_SIGMOID));
        }
      }
    }
  }

  @Test
  void perNeuronArraysOfOneValueAreTheScalar() {
    for (boolean delay : new boolean[] {true, false}) {
      sameActivity(Synaptic.builder().alpha(0.7f).beta(0.9f).threshold(0.8f).resetDelay(delay),
          Synaptic.builder().alpha(forty(0.7f)).beta(forty(0.9f)).threshold(forty(0.8f)).resetDelay(delay));
      sameActivity(RLeaky.builder().beta(0.9f).oneToOne(-0.3f).resetDelay(delay),
          RLeaky.builder().beta(forty(0.9f)).oneToOne(forty(-0.3f)).resetDelay(delay));
    }
  }

  @Test
  void recurrenceOfWeightZeroIsNone() {
    for (ResetMechanism reset : List.of(ResetMechanism.SUBTRACT, ResetMechanism.NONE, ResetMechanism.ZERO)) {
      sameActivity(Synaptic.builder().alpha(0.7f).beta(0.9f).resetMechanism(reset),
          RSynaptic.builder().alpha(0.7f).beta(0.9f).resetMechanism(reset).oneToOne(0));
      if (reset != ResetMechanism.ZERO) {
        // With zero, Leaky keeps the new input and RLeaky does not.
        sameActivity(Leaky.builder().beta(0.9f).resetMechanism(reset),
            RLeaky.builder().beta(0.9f).resetMechanism(reset).oneToOne(0));
      }
    }
  }

  /** Zero need not be a level of a quantiser. */
  static Stream<Networks.Named> unquantisedNetworks() {
    return networks().filter(named -> !named.name().contains("quantised"));
  }

  @ParameterizedTest
  @MethodSource("unquantisedNetworks")
  void nothingComesOfNothing(Networks.Named named) {
    Network network = named.network();
    network.parameters().forEach((name, parameter) -> {
      if (name.endsWith("bias")) {
        Arrays.fill(parameter.values(), 0);
      }
    });
    network.refresh();
    Tape tape = network.record(Input.sequence(new float[STEPS * network.inputShape().size()], STEPS, 1).withGradient());
    for (String layer : network.neurons().keySet()) {
      Agreement.bits(layer, new float[tape.spikes(layer).length], tape.spikes(layer));
      for (float membrane : tape.membrane(layer)) {
        assertTrue(membrane == 0, layer);
      }
    }
  }
}
