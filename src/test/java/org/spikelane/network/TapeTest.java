package org.spikelane.network;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.spikelane.layer.Block;
import org.spikelane.layer.ProductChoice;
import org.spikelane.neuron.Neuron;
import org.spikelane.reference.Agreement;
import org.spikelane.surrogate.Surrogate;

class TapeTest {

  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  private static final Network NETWORK = Network.input(2).leaky("first", n -> n.beta(0.5f)).linear("fc", 3)
      .synaptic("last", n -> n.alpha(0.5f).beta(0.5f)).build(1);

  private static Tape record() {
    return NETWORK.record(Input.sequence(new float[8], 2, 2).withGradient());
  }

  private static String refused(Runnable work) {
    return assertThrows(IllegalArgumentException.class, work::run).getMessage();
  }

  @Test
  void isConsumedByTheBackwardPass() {
    Tape tape = record();
    tape.backward(new Upstream());
    String message = "tape: it was run backward, which consumes it; record again";
    assertEquals(message,
        assertThrows(IllegalStateException.class, () -> tape.backward(new Upstream())).getMessage());
    assertEquals(message, assertThrows(IllegalStateException.class, () -> tape.membrane("last")).getMessage());
    assertEquals(message, assertThrows(IllegalStateException.class, () -> tape.spikes("last")).getMessage());
    assertEquals(message, assertThrows(IllegalStateException.class, tape::output).getMessage());
  }

  @Test
  void recordsCurrentsOnlyWhenAsked() {
    Tape tape = record();
    assertThrows(IllegalStateException.class, () -> tape.current("last"));
    assertEquals("layer: expected a second-order one, first has no synaptic current", refused(() -> tape.current("first")));
    Tape asked = NETWORK.record(Input.sequence(new float[8], 2, 2).withGradient(), true);
    assertEquals(12, asked.current("last").length);
  }

  @Test
  void refusesGradientsThatDoNotFitAndStaysFresh() {
    Tape tape = record();
    assertEquals("layer: expected one of [first, last], got fc",
        refused(() -> tape.backward(new Upstream().spikes("fc", new float[12]))));
    assertEquals("gradient of last.mem: expected 12 values, as many as the layer gave over all steps and samples, got 11",
        refused(() -> tape.backward(new Upstream().membrane("last", new float[11]))));
    assertEquals("gradient of first.syn: Leaky has no synaptic current",
        refused(() -> tape.backward(new Upstream().current("first", new float[8]))));
    Gradients gradients = tape.backward(new Upstream().spikes("last", new float[12]));
    assertEquals("parameter: expected one of [fc.weight, fc.bias], got last.beta",
        refused(() -> gradients.parameter("last.beta")));
  }

  /** A Flatten passes spikes on as they are: what is given for them, or for the output, is given once, and only read. */
  @Test
  void gradientsOfSpikesThatAreTheOutputReachThemThroughAFlatten() {
    float[] x = Networks.input(1, 4 * 3 * 5);
    float[] given = Networks.input(2, 4 * 3 * 6);
    float[] unchanged = given.clone();
    for (Upstream upstream : List.of(new Upstream().spikes("lif", given), new Upstream().output(given),
        new Upstream().spikes("lif", 2f), new Upstream().output(1f).spikes("lif", given),
        new Upstream().output(given).spikes("lif", given), new Upstream().output(given).membrane("lif", given))) {
      List<Gradients> gradients = Stream.of(false, true).map(flat -> {
        Network.Builder layers = Network.input(5).linear("fc", 6).leaky("lif", n -> n.beta(0.5f));
        Network network = (flat ? layers.flatten("flat") : layers).build(1);
        return network.record(Input.sequence(x, 4, 3).withGradient()).backward(upstream);
      }).toList();
      Agreement.bits("fc.weight", gradients.get(0).parameter("fc.weight"), gradients.get(1).parameter("fc.weight"));
      Agreement.bits("input", gradients.get(0).input(), gradients.get(1).input());
      Agreement.bits("given", unchanged, given);
    }
  }

  /** Silent neurons that forget: the gradient of an input is its draw. */
  @Test
  void randomSurrogatesDrawApartInEveryRecordAndStep() {
    Network network = Network.input(50).leaky("lif", n -> n.beta(0f).surrogate(new Surrogate.Stochastic())).build(1);
    Set<Float> draws = new HashSet<>();
    for (int steps : new int[] {1, 2, 1, 3}) {
      float[] gradient = network.record(Input.sequence(new float[steps * 2 * 50], steps, 2).withGradient())
          .backward(new Upstream().output(1f)).input();
      for (int row = 0; row < steps * 2; row++) {
        draws.add(gradient[row * 50]);
      }
    }
    assertEquals(14, draws.size());
  }

  /** The gradient through two silent layers is the product of their draws, which has both signs if they differ. */
  @Test
  void randomSurrogatesDrawApartInLongSequences() {
    int steps = 1 << 16;
    Network network = Network.input(1).leaky("a", n -> n.beta(0f).surrogate(new Surrogate.Stochastic()))
        .leaky("b", n -> n.beta(0f).surrogate(new Surrogate.Stochastic())).build(1);
    float[] gradient = network.record(Input.sequence(new float[steps], steps, 1).withGradient())
        .backward(new Upstream().output(1f)).input();
    int negative = 0;
    for (float g : gradient) {
      negative += g < 0 ? 1 : 0;
    }
    assertEquals(0.5, negative / (double) steps, 0.01);
  }

  /** The gradient through two silent layers is the product of their draws, which has both signs if they differ. */
  @Test
  void randomSurrogatesDrawApartInEveryLayer() {
    Network network = Network.input(1000).leaky("a", n -> n.beta(0.5f).surrogate(new Surrogate.Stochastic()))
        .leaky("b", n -> n.beta(0.5f).surrogate(new Surrogate.Stochastic())).build(1);
    float[] ones = new float[1000];
    Arrays.fill(ones, 1f);
    float[] gradient =
        network.record(Input.sequence(new float[1000], 1, 1).withGradient()).backward(new Upstream().spikes("b", ones))
            .input();
    int negative = 0;
    for (float g : gradient) {
      negative += g < 0 ? 1 : 0;
    }
    assertTrue(negative > 400 && negative < 600, negative + " of 1000 are negative");
  }

  /** A silent neuron's gradient is its draw. */
  @Test
  void randomSurrogatesDrawApartAtEveryStepOfEverySampleOfEveryBlock() {
    Network network = Network.input(1).leaky("lif", n -> n.beta(0).surrogate(new Surrogate.Stochastic())).build(1);
    int samples = 2 * network.samplesPerBlock(3, false) + 1;
    float[] gradient = network.record(Input.sequence(new float[3 * samples], 3, samples).withGradient())
        .backward(new Upstream().output(1f)).input();
    Set<Float> draws = new HashSet<>();
    for (float g : gradient) {
      draws.add(g);
    }
    assertEquals(3 * samples, draws.size());
  }

  @Test
  void refusesOutputsThatExceedAnArray() {
    Network wide = Network.input(1).linear("fc", 100).leaky("lif", n -> n.beta(0.5f)).build(1);
    assertEquals("input: 30000 steps of 1000 samples of 100 neurons exceed an array; run fewer at once",
        refused(() -> wide.run(Input.constant(new float[1000], 30_000, 1000).withGradient())));
  }

  @Test
  void refusesInputsThatDoNotFit() {
    assertEquals("input: expected 8 values (2 steps of 2 samples of 2), got 7",
        refused(() -> NETWORK.record(Input.sequence(new float[7], 2, 2).withGradient())));
    assertEquals("input: expected 4 values (2 samples of 2), got 8",
        refused(() -> NETWORK.record(Input.constant(new float[8], 2, 2).withGradient())));
    assertEquals("input: expected at least 1 step and 1 sample, got 0 and 2",
        refused(() -> Input.sequence(new float[0], 0, 2).withGradient()));
    assertEquals("input: expected 3 samples, as the states have, got 2", refused(() -> NETWORK.record(
        Input.sequence(new float[8], 2, 2).withGradient(), false, NETWORK.states(3), ProductChoice.AUTO)));
  }

  @Test
  void recordsAgainInItsOwnMemory() {
    Networks.all().forEach(named -> {
      Network network = named.network();
      int features = network.inputShape().size();
      Input first = Input.sequence(Networks.input(1, 7 * 3 * features), 7, 3).withGradient();
      Input second = Input.sequence(Networks.input(2, 7 * 3 * features), 7, 3).withGradient();
      Upstream upstream = new Upstream().output(Networks.input(3, 7 * 3 * network.outputShape().size()));
      Tape again = network.record(first);
      again.backward(upstream);
      Tape fresh = network.record(second);
      assertEquals(again, again.record(second));
      Agreement.bits(named + " mem", fresh.membrane("lif1"), again.membrane("lif1"));
      Gradients want = fresh.backward(upstream);
      Gradients got = again.backward(upstream);
      Agreement.bits(named + " d_input", want.input(), got.input());
      want.parameters().forEach((name, gradient) -> Agreement.bits(named + " d_" + name, gradient, got.parameter(name)));
    });
  }

  /** Windows of two tapes, as truncated backpropagation runs them: the second window in the memory of the first. */
  @Test
  void sessionsRecordInTheMemoryOfTheirTapes() {
    Networks.all().forEach(named -> {
      Network network = named.network();
      Upstream upstream = new Upstream().output(Networks.input(3, 4 * 3 * network.outputShape().size()));
      Session fresh = network.session(3);
      Session again = network.session(3);
      Tape first = null;
      Tape second = null;
      for (int window = 0; window < 3; window++) {
        Input early = input(network, 10 + window);
        Input late = input(network, 20 + window);
        Tape wantFirst = fresh.record(early);
        Tape wantSecond = fresh.record(late);
        first = window == 0 ? again.record(early) : again.record(early, first);
        second = window == 0 ? again.record(late) : again.record(late, second);
        Agreement.bits(named + " mem", wantSecond.membrane("lif1"), second.membrane("lif1"));
        same(named.toString(), wantSecond.backward(upstream), second.backward(upstream));
        same(named.toString(), wantFirst.backward(upstream), first.backward(upstream));
      }
    });
  }

  private static Input input(Network network, int seed) {
    return Input.sequence(Networks.input(seed, 4 * 3 * network.inputShape().size()), 4, 3).withGradient();
  }

  private static void same(String message, Gradients want, Gradients got) {
    Agreement.bits(message + " d_input", want.input(), got.input());
    want.parameters().forEach((name, gradient) -> Agreement.bits(message + " d_" + name, gradient, got.parameter(name)));
  }

  @Test
  void sessionsRefuseMemoryThatIsStillNeeded() {
    Input input = Input.sequence(new float[8], 2, 2);
    Upstream upstream = new Upstream().output(1f);
    Session session = NETWORK.session(2);
    Tape first = session.record(input);
    Tape second = session.record(input);
    second.backward(upstream);
    String waiting = "memory: the tape recorded before this one was not run backward yet, and the gradient that is to reach"
        + " it lies here";
    assertEquals(waiting, refusedNow(() -> session.record(input, second)));
    assertEquals("memory: expected a tape that this session recorded, got another one",
        refused(() -> NETWORK.session(2).record(input, second)));
    assertEquals("memory: expected a tape that this session recorded, got another one",
        refused(() -> session.record(input, NETWORK.record(input))));
    assertEquals("input: expected 2 steps of 2 samples without gradient, got 2 steps of 2 samples with gradient",
        refused(() -> session.record(input.withGradient(), first)));
    first.backward(upstream);

    // Backward in the wrong order, and then recorded again: the gradient of the one after it must not reach the new record.
    Tape early = session.record(input, first);
    Tape late = session.record(input, second);
    early.backward(upstream);
    session.record(input, early).backward(upstream);
    assertEquals("tape: the one recorded before was run backward first, so this one's gradient cannot reach it; go last to"
        + " first, or detach between them", refusedNow(() -> late.backward(upstream)));
    // What it handed to the late one waits for ever, unless that is given up.
    assertEquals(waiting, refusedNow(() -> session.record(input, early)));
    session.record(input, late);
    session.record(input, early).backward(upstream);
    late.backward(upstream);
  }

  /** A window that is recorded over unused: its record is gone, and gradients end where it was. */
  @Test
  void sessionsRecordOverTapesThatWereNotRunBackward() {
    Networks.all().forEach(named -> {
      Network network = named.network();
      Upstream upstream = new Upstream().output(Networks.input(3, 4 * 3 * network.outputShape().size()));
      Session fresh = network.session(3);
      Session again = network.session(3);
      fresh.record(input(network, 1));
      fresh.detach();
      Tape last = again.record(input(network, 1));
      Tape want = fresh.record(input(network, 2));
      assertEquals(last, again.record(input(network, 2), last));
      same(named.toString(), want.backward(upstream), last.backward(upstream));
    });
  }

  /** Gradients of dense recurrence are summed apart until a pass ends: one that fails in its last block leaves nothing. */
  @ParameterizedTest
  @EnumSource
  void aPassThatFailsLeavesNothingBehind(ProductChoice product) {
    int steps = 80;
    int samples = 200;
    int size = 70;
    AtomicLong calls = new AtomicLong();
    long failing = ((long) steps * samples - 100) * size;
    Network network = Network.input(size).rLeaky("lif", n -> n.beta(0.9f).allToAll().surrogate(new Surrogate.Custom(z -> {
      if (calls.incrementAndGet() == failing) {
        throw new ArithmeticException("z: " + z);
      }
      return 1 / (1 + z * z);
    }))).build(1);
    Input input = Input.sequence(Networks.input(9, steps * samples * size), steps, samples).withGradient();
    Upstream upstream = new Upstream().output(Networks.input(10, steps * samples * size));
    Tape tape = network.record(input, false, null, product);
    assertThrows(ArithmeticException.class, () -> tape.backward(upstream));
    Gradients again = tape.record(input).backward(upstream);
    same(product.toString(), network.record(input, false, null, product).backward(upstream), again);
  }

  private static String refusedNow(Executable call) {
    return assertThrows(IllegalStateException.class, call).getMessage();
  }

  @Test
  void refusesToRecordWhatDoesNotFitItsMemory() {
    Tape tape = record();
    assertEquals("input: expected 2 steps of 2 samples with gradient, got 2 equal steps of 2 samples without gradient",
        refused(() -> tape.record(Input.constant(new float[4], 2, 2))));
    assertEquals("input: expected 8 values (2 steps of 2 samples of 2), got 7",
        refused(() -> tape.record(Input.sequence(new float[7], 2, 2))));
    Tape ofSession = NETWORK.session(2).record(Input.sequence(new float[8], 2, 2));
    assertEquals("tape: it is one of a row that a session recorded; record with the session: record(input, tape)",
        refusedNow(() -> ofSession.record(Input.sequence(new float[8], 2, 2))));
  }

  /** A very wide layer goes backward in ranges of columns, a narrow one as a whole: the parts must give what the whole gives. */
  @Test
  void aWideLayerIsAsManyNarrowOnesSideBySide() {
    int wide = 70_002;
    int steps = 11;
    int narrow = wide / 3;
    float[] x = Networks.input(5, steps * wide);
    float[] upstream = Networks.input(6, steps * wide);
    Gradients whole = neurons(wide).record(Input.sequence(x, steps, 1).withGradient())
        .backward(new Upstream().spikes("lif", upstream));
    for (int part = 0; part < wide / narrow; part++) {
      Gradients gradients = neurons(narrow)
          .record(Input.sequence(columns(x, wide, part * narrow, narrow), steps, 1).withGradient())
          .backward(new Upstream().spikes("lif", columns(upstream, wide, part * narrow, narrow)));
      Agreement.bits("d_input", gradients.input(), columns(whole.input(), wide, part * narrow, narrow));
      Agreement.bits("d_beta", gradients.parameter("lif.beta"),
          columns(whole.parameter("lif.beta"), wide, part * narrow, narrow));
    }
  }

  private static Network neurons(int size) {
    float[] beta = new float[size];
    Arrays.fill(beta, 0.8f);
    return Network.input(size).synaptic("lif", n -> n.alpha(0.7f).beta(beta).learnBeta()).build(1);
  }

  private static float[] columns(float[] rows, int width, int from, int count) {
    float[] columns = new float[rows.length / width * count];
    for (int t = 0; t < rows.length / width; t++) {
      System.arraycopy(rows, t * width + from, columns, t * count, count);
    }
    return columns;
  }

  @Test
  void weightsThatDoNotLearnTakeNoMemoryForAGradient() {
    int size = 512;
    long weight = (long) size * size * Float.BYTES;
    long learning = allocatedBackward(size, true);
    long frozen = allocatedBackward(size, false);
    assertTrue(learning - frozen > weight, learning + " bytes with a gradient of " + weight + " bytes, " + frozen + " without");
  }

  /** What the first backward pass of a tape allocates, after one of another tape. */
  private static long allocatedBackward(int size, boolean learn) {
    Network network = Network.input(size).rLeaky("lif", n -> n.beta(0.8f).allToAll().learnRecurrent(learn)).build(1);
    long bytes = 0;
    for (int use = 0; use < 2; use++) {
      Tape tape = network.record(Input.sequence(Networks.input(3, 4 * size), 4, 1).withGradient());
      long before = THREADS.getCurrentThreadAllocatedBytes();
      tape.backward(new Upstream().output(1f));
      bytes = THREADS.getCurrentThreadAllocatedBytes() - before;
    }
    return bytes;
  }

  @Test
  void oneNumberStandsForAGradientThatIsTheSameEverywhere() {
    Networks.all().forEach(named -> {
      Network network = named.network();
      float[] x = Networks.input(1, 6 * 2 * network.inputShape().size());
      Input input = Input.sequence(x, 6, 2).withGradient();
      float[] twos = new float[6 * 2 * network.outputShape().size()];
      Arrays.fill(twos, 2f);
      Gradients want = network.record(input).backward(new Upstream().output(twos));
      Gradients got = network.record(input).backward(new Upstream().output(2f));
      Agreement.bits(named.name(), want.input(), got.input());
      Agreement.bits(named.name(), want.input(),
          network.record(input).backward(new Upstream().spikes("lif2", 1f).output(1f)).input());
    });
  }

  @Test
  void readsTheInputWhereItIsAndLeavesItAlone() {
    float[] x = Networks.input(1, 8);
    float[] before = x.clone();
    Network neurons = neurons(2);
    Tape tape = neurons.record(Input.sequence(x, 2, 2).withGradient());
    float[] mem = tape.membrane("lif");
    for (int sample = 0; sample < 2; sample++) {
      for (int t = 0; t < 2; t++) {
        for (int n = 0; n < 2; n++) {
          assertEquals(mem[(t * 2 + sample) * 2 + n],
              tape.membrane("lif", sample).data()[tape.membrane("lif", sample).at(t) + n]);
          assertEquals(tape.spikes("lif")[(t * 2 + sample) * 2 + n] == 1f, tape.spikes("lif", sample).fired(t, n));
        }
      }
    }
    Gradients gradients = tape.backward(new Upstream().spikes("lif", 1f));
    Agreement.bits("x", before, x);
    assertEquals(gradients.input()[6], gradients.input(1).data()[gradients.input(1).at(1)]);
    assertEquals("sample: expected 0 to 1, got 2", refused(() -> gradients.input(2)));
  }

  @Test
  void givesNoGradientOfTheInputUnlessAsked() {
    Gradients gradients = NETWORK.record(Input.sequence(new float[8], 2, 2)).backward(new Upstream());
    assertEquals("gradient of the input: none was asked for; record an input withGradient()",
        assertThrows(IllegalStateException.class, gradients::input).getMessage());
  }

  /** What was given for one backward pass is not there in the next. */
  @Test
  void forgetsWhatWasGivenWhenItRecordsAgain() {
    for (Neuron.Output output : Neuron.Output.values()) {
      Network network = Network.input(2).synaptic("lif", n -> n.alpha(0.5f).beta(0.5f).output(output)).linear("fc", 1)
          .build(1);
      float[] x = {2, 1, 0.5f, 3, 1, 1, 2, 2};
      float[] g = {1, 2, 3, 4};
      Input input = Input.sequence(x, 4, 1).withGradient();
      Tape tape = network.record(input);
      float[] want = tape.backward(new Upstream().output(g)).input();
      tape.record(input).backward(new Upstream().membrane("lif", x).current("lif", x).spikes("lif", x).output(g));
      Agreement.bits("d_input", want, tape.record(input).backward(new Upstream().output(g)).input());
    }
  }

  /** The two are summed in memory of the tape, where the sum of the record before still is. */
  @Test
  void sumsOutputAndSpikesAnewWhenItRecordsAgain() {
    Input input = Input.sequence(new float[] {2, 1, 0.5f, 3, 1, 1, 2, 2}, 4, 1).withGradient();
    Upstream both = new Upstream().output(1f).spikes("last", 1f);
    Tape tape = NETWORK.record(input);
    float[] want = tape.backward(both).input();
    Agreement.bits("d_input", want, tape.record(input).backward(both).input());
  }

  @Test
  void refusesStatesOfAnotherNetwork() {
    Network network = Network.input(2).linear("fc", 3).leaky("lif", n -> n.beta(0.5f)).build(1);
    Network other = Network.input(2).linear("fc", 4).leaky("lif", n -> n.beta(0.5f)).build(1);
    Input input = Input.sequence(new float[8], 2, 2);
    String another = "states: expected some that this network's states() made, got another network's";
    Block block = new Block(2, 2, false, false, ProductChoice.AUTO);
    assertEquals(another, refused(() -> network.record(input, false, other.states(2), ProductChoice.AUTO)));
    assertEquals(another, refused(() -> network.chain(block, false, other.states(2))));
    assertEquals(another, refused(() -> network.chainAfterConstant(block, other.states(2))));
    assertEquals("states: expected those of at least 2 samples, got 1",
        refused(() -> network.chain(block, false, network.states(1))));
    assertEquals("input: expected 1 samples, as the states have, got 2",
        refused(() -> network.record(input, false, network.states(1), ProductChoice.AUTO)));
  }

  @Test
  void refusesNoArray() {
    for (Executable forgotten : List.<Executable>of(
        () -> new Upstream().spikes("lif", null),
        () -> new Upstream().membrane("lif", null),
        () -> new Upstream().current("lif", null),
        () -> new Upstream().output(null))) {
      assertEquals("gradient", assertThrows(NullPointerException.class, forgotten).getMessage());
    }
    assertEquals("values", assertThrows(NullPointerException.class, () -> Input.sequence(null, 1, 1)).getMessage());
    assertEquals("product", assertThrows(NullPointerException.class, () -> new Block(1, 1, true, false, null)).getMessage());
  }

  @Test
  void refusesMoreThanAnArrayHolds() {
    Network network = Network.input(1).delay("late", 2).leaky("lif", n -> n.beta(0.5f)).build(1);
    assertTrue(refused(() -> network.states(1 << 30)).endsWith("exceed an array; run fewer at once"));
    Network wide = Network.input(4).leaky("lif", n -> n.beta(0.5f)).build(1);
    assertEquals("samples: states of 4 values for each of 1073741824 exceed an array; run fewer at once",
        refused(() -> wide.states(1 << 30)));
    assertTrue(refused(() -> wide.record(Input.constant(new float[4], Integer.MAX_VALUE, 1))).contains("exceed an array"));
  }
}
