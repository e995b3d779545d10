package org.spikelane.kernels;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.spikelane.kernels.NeuronCase.Family;

/** Both neuron families: scalar against vector, against textbook equations in double, and what may not change a bit. */
class NeuronKernelsTest {

  /** Neurons of more than one pass of the gradient of alpha, the last of two tiles of 512 bits and a tail. */
  private static final int BEYOND_ALPHA = VectorSynapticBackward.NEURONS_BEFORE_ALPHA + 2 * 64 + 17;

  private static final int STEPS = 5;

  /** A family in its scalar and, where there is one, its vector implementation. */
  record Subject(String name, boolean secondOrder, List<Family> implementations) {
    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Subject> families() {
    return Stream.of(
        new Subject("Synaptic", true,
            Cases.<SynapticKernels>implementations(new ScalarSynapticKernels(), () -> new VectorSynapticKernels())
                .stream().map(Family::of).toList()),
        new Subject("Leaky", false,
            Cases.<LeakyKernels>implementations(new ScalarLeakyKernels(), () -> new VectorLeakyKernels())
                .stream().map(Family::of).toList()));
  }

  private static List<ResetMechanism> resets(Subject subject) {
    List<ResetMechanism> resets = new ArrayList<>(List.of(ResetMechanism.values()));
    if (subject.secondOrder()) {
      resets.remove(ResetMechanism.ZERO_CARRIED);
    }
    return resets;
  }

  /** Runs every method on a case, forward and backward. */
  private interface Work {
    void on(Family family, NeuronCase c);
  }

  private static final List<Work> ALL_WORK = List.of(
      (f, c) -> f.forwardDelayed(c, false, 0, c.steps, 0, c.size),
      (f, c) -> f.forwardDelayed(c, c.size > 0, 0, c.steps, 0, c.size),
      (f, c) -> f.forwardImmediate(c, 0, c.steps, 0, c.size),
      (f, c) -> f.backwardDelayed(c, false, 0, c.steps, 0, c.size),
      (f, c) -> f.backwardDelayed(c, true, 0, c.steps, 0, c.size),
      (f, c) -> f.backwardImmediate(c, false, 0, c.steps, 0, c.size),
      (f, c) -> f.backwardImmediate(c, true, 0, c.steps, 0, c.size));

  @ParameterizedTest
  @MethodSource("families")
  void implementationsAgreeBitForBit(Subject subject) {
    long seed = 1;
    for (int size : Cases.SIZES) {
      for (ResetMechanism reset : resets(subject)) {
        for (int work = 0; work < ALL_WORK.size(); work++) {
          for (boolean special : new boolean[] {false, true}) {
            seed++;
            NeuronCase expected = new NeuronCase(seed, size, STEPS, reset, special);
            ALL_WORK.get(work).on(subject.implementations().getFirst(), expected);
            for (Family family : subject.implementations()) {
              NeuronCase actual = new NeuronCase(seed, size, STEPS, reset, special);
              ALL_WORK.get(work).on(family, actual);
              expected.assertSame(actual, subject + " " + reset + ", N " + size + ", work " + work + ", seed " + seed);
            }
          }
        }
      }
    }
  }

  /** States in place go another way, on which infinities and NaN have to stay what they are, too. */
  @ParameterizedTest
  @MethodSource("families")
  void implementationsAgreeOnStatesInPlace(Subject subject) {
    for (int size : Cases.SIZES) {
      for (ResetMechanism reset : resets(subject)) {
        for (boolean membrane : new boolean[] {false, true}) {
          for (int work = 0; work < 3; work++) {
            Work forward = ALL_WORK.get(work);
            agree(subject, () -> new NeuronCase(67, size, STEPS, reset, true).inPlace(membrane), forward);
          }
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("families")
  void splittingStepsAndNeuronsChangesNothing(Subject subject) {
    int size = 200;
    for (Family family : subject.implementations()) {
      for (ResetMechanism reset : resets(subject)) {
        NeuronCase whole = new NeuronCase(7, size, STEPS, reset, false);
        NeuronCase parts = new NeuronCase(7, size, STEPS, reset, false);
        family.forwardDelayed(whole, false, 0, STEPS, 0, size);
        family.backwardDelayed(whole, true, 0, STEPS, 0, size);
        for (int[] range : new int[][] {{0, 64}, {64, 192}, {192, size}}) {
          family.forwardDelayed(parts, false, 0, 2, range[0], range[1]);
          family.forwardDelayed(parts, false, 2, STEPS, range[0], range[1]);
        }
        for (int[] range : new int[][] {{0, 3}, {3, 100}, {100, size}}) {
          family.backwardDelayed(parts, true, 2, STEPS, range[0], range[1]);
          family.backwardDelayed(parts, true, 0, 2, range[0], range[1]);
        }
        whole.assertSame(parts, subject + " delayed " + reset);
        family.forwardImmediate(whole, 0, STEPS, 0, size);
        family.backwardImmediate(whole, true, 0, STEPS, 0, size);
        for (int[] range : new int[][] {{0, 128}, {128, size}}) {
          family.forwardImmediate(parts, 0, 1, range[0], range[1]);
          family.forwardImmediate(parts, 1, STEPS, range[0], range[1]);
          family.backwardImmediate(parts, true, 3, STEPS, range[0], range[1]);
          family.backwardImmediate(parts, true, 0, 3, range[0], range[1]);
        }
        whole.assertSame(parts, subject + " immediate " + reset);
      }
    }
  }

  /** A derivative that the kernels compute, and the rows of the surrogate kernels that it stands for. */
  private record Computed(SurrogateDerivative derivative, SurrogateKernelsTest.Pass pass) {

    static final List<Computed> ALL = List.of(
        new Computed(SurrogateDerivative.atan(2f),
            (k, mem, memAt, theta, out, outAt, from, to) -> k.atan(mem, memAt, theta, 2f, out, outAt, from, to)),
        new Computed(SurrogateDerivative.atan(-7.3f),
            (k, mem, memAt, theta, out, outAt, from, to) -> k.atan(mem, memAt, theta, -7.3f, out, outAt, from, to)),
        new Computed(SurrogateDerivative.fastSigmoid(25f),
            (k, mem, memAt, theta, out, outAt, from, to) -> k.fastSigmoid(mem, memAt, theta, 25f, out, outAt, from, to)),
        new Computed(SurrogateDerivative.fastSigmoid(-3f),
            (k, mem, memAt, theta, out, outAt, from, to) -> k.fastSigmoid(mem, memAt, theta, -3f, out, outAt, from, to)));

    /** Fills the rows of a case, step t with that of row {@code first + t} of what fired. */
    void into(NeuronCase c, Rows fired, int first) {
      for (int t = 0; t < c.steps; t++) {
        pass.run(new ScalarSurrogateKernels(), fired.data(), fired.at(first + t), c.theta, c.sg.data(), c.sg.at(t), 0,
            c.size);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("families")
  void computedDerivativesAreThoseOfTheSurrogateKernels(Subject subject) {
    long seed = 1000;
    for (int size : Cases.SIZES) {
      for (ResetMechanism reset : resets(subject)) {
        for (Computed computed : Computed.ALL) {
          for (boolean immediate : new boolean[] {false, true}) {
            for (boolean learn : new boolean[] {false, true}) {
              seed++;
              NeuronCase given = new NeuronCase(seed, size, STEPS, reset, true);
              computed.into(given, immediate ? given.q : given.mem, immediate ? 0 : 1);
              backward(subject.implementations().getFirst(), given, immediate, learn);
              for (Family family : subject.implementations()) {
                NeuronCase own = new NeuronCase(seed, size, STEPS, reset, true).differentiated(computed.derivative);
                computed.into(own, immediate ? own.q : own.mem, immediate ? 0 : 1);
                backward(family, own, immediate, learn);
                given.assertSame(own, subject + " " + reset + ", N " + size + ", immediate " + immediate + ", learn " + learn
                    + ", seed " + seed);
              }
            }
          }
        }
      }
    }
  }

  /** One step alone, and the others together. */
  private static void backward(Family family, NeuronCase c, boolean immediate, boolean learn) {
    for (int[] steps : new int[][] {{STEPS - 1, STEPS}, {0, STEPS - 1}}) {
      if (immediate) {
        family.backwardImmediate(c, learn, steps[0], steps[1], 0, c.size);
      } else {
        family.backwardDelayed(c, learn, steps[0], steps[1], 0, c.size);
      }
    }
  }

  /** As {@link Rows#NONE} would say that it is computed. */
  @Test
  void noRowsAreNoDerivative() {
    var e = assertThrows(IllegalArgumentException.class, () -> SurrogateDerivative.of(Rows.NONE));
    assertEquals("rows: expected derivatives, got those of an empty array", e.getMessage());
  }

  /** Row t of gx over row t+1 of mem, as a layer has it, or over row t of gSpk, in several blocks of steps. */
  @ParameterizedTest
  @MethodSource("families")
  void gradientsMayLieOverWhatAStepHasRead(Subject subject) {
    gradientsMayLieOver(subject, 57, BEYOND_ALPHA, (f, c) -> f.backwardDelayed(c, false, 0, c.steps, 0, c.size),
        (f, c) -> f.backwardDelayed(c, true, 0, c.steps, 0, c.size));
    gradientsMayLieOver(subject, STEPS, 200, (f, c) -> f.backwardImmediate(c, false, 0, c.steps, 0, c.size),
        (f, c) -> f.backwardImmediate(c, true, 0, c.steps, 0, c.size));
  }

  private static void gradientsMayLieOver(Subject subject, int steps, int size, Work... works) {
    for (Family family : subject.implementations()) {
      for (ResetMechanism reset : resets(subject)) {
        for (SurrogateDerivative derivative : new SurrogateDerivative[] {null, SurrogateDerivative.fastSigmoid(25f)}) {
          for (int work = 0; work < works.length; work++) {
            NeuronCase apart = new NeuronCase(81, size, steps, reset, false).differentiated(derivative);
            NeuronCase overMem = new NeuronCase(81, size, steps, reset, false).differentiated(derivative);
            NeuronCase overSpk = new NeuronCase(81, size, steps, reset, false).differentiated(derivative);
            overMem.gx = new Rows(overMem.mem.data(), overMem.mem.at(1), overMem.mem.stride());
            overSpk.gx = overSpk.gSpk;
            for (NeuronCase c : new NeuronCase[] {apart, overMem, overSpk}) {
              works[work].on(family, c);
            }
            for (NeuronCase c : new NeuronCase[] {overMem, overSpk}) {
              String place = subject + " " + reset + ", " + steps + " steps, work " + work;
              for (int t = 0; t < steps; t++) {
                Cases.assertSame(row(apart.gx, t, size), row(c.gx, t, size), place + ", step " + t);
              }
              Cases.assertSame(apart.gAlpha, c.gAlpha, place + ", gAlpha");
              Cases.assertSame(apart.gBeta, c.gBeta, place + ", gBeta");
              Cases.assertSame(apart.gTheta, c.gTheta, place + ", gTheta");
              Cases.assertSame(apart.cSyn, c.cSyn, place + ", cSyn");
              Cases.assertSame(apart.cMem, c.cMem, place + ", cMem");
            }
          }
        }
      }
    }
  }

  private static float[] row(Rows rows, int t, int size) {
    return Arrays.copyOfRange(rows.data(), rows.at(t), rows.at(t) + size);
  }

  /** Blocks cover all steps once, are of at most eight, and of one only if there is no other step. */
  @Test
  void blocksBackwardAreAlike() {
    if (Cases.implementations("scalar", () -> "vector").size() == 1) {
      return;
    }
    for (int steps : new int[] {0, 1, 2, 8, 9, 25, 57, 100, 1_000_001, Integer.MAX_VALUE}) {
      int blocks = VectorShapes.blocksBackward(steps);
      assertEquals(steps == 0 ? 0 : steps, blocks == 0 ? 0 : VectorShapes.firstBackward(steps, blocks), "steps " + steps);
      for (int i = 0; i < Math.min(blocks, 1000); i++) {
        int high = VectorShapes.firstBackward(steps, i + 1) - VectorShapes.firstBackward(steps, i);
        assertTrue(high <= 8 && high >= Math.min(steps, 4), steps + " steps, block " + i + " of " + high);
      }
    }
  }

  /** Sequences that reach far are walked in blocks of neurons and steps: tails of each, one step among them. */
  @ParameterizedTest
  @MethodSource("families")
  void implementationsAgreeOnRowsFarApart(Subject subject) {
    int size = VectorShapes.BLOCK_NEURONS + 64 + 17;
    implementationsAgreeOnBlocks(subject, size, 9, size, 8);
    implementationsAgreeOnBlocks(subject, size, 9, 1 << 18, 4);
    implementationsAgreeOnBlocks(subject, BEYOND_ALPHA, 17, BEYOND_ALPHA, 16);
  }

  /** @param together steps that go forward together */
  private static void implementationsAgreeOnBlocks(Subject subject, int size, int steps, int stride, int together) {
    if (subject.implementations().size() > 1) {
      assertEquals(together, VectorShapes.stepsForward(steps, stride), "steps together, forward");
      assertTrue(VectorShapes.blocksBackward(steps) > 1, "blocks backward");
    }
    for (ResetMechanism reset : resets(subject)) {
      for (boolean learn : new boolean[] {false, true}) {
        agree(subject, () -> new NeuronCase(61, size, steps, reset, false).farApart(stride)
            .differentiated(learn == (stride == size) ? null : SurrogateDerivative.atan(2f)), (f, c) -> {
          f.forwardDelayed(c, false, 0, steps, 0, size);
          f.backwardDelayed(c, learn, 0, steps, 0, size);
        });
      }
      for (boolean membrane : new boolean[] {false, true}) {
        agree(subject, () -> new NeuronCase(62, size, steps, reset, false).farApart(stride).inPlace(membrane),
            (f, c) -> f.forwardDelayed(c, false, 0, steps, 0, size));
      }
    }
  }

  /** Rows of either length: the first calls of a process with as many values take turns, two by two. */
  @ParameterizedTest
  @MethodSource("families")
  void implementationsAgreeOnSequencesFromMemory(Subject subject) {
    int size = VectorShapes.BLOCK_NEURONS + 64 + 17;
    int steps = VectorShapes.LAST_LEVEL_VALUES / size + 3;
    Supplier<NeuronCase> cases = () -> new NeuronCase(64, size, steps, ResetMechanism.SUBTRACT, false).inPlace(true).alone();
    NeuronCase expected = cases.get();
    assertTrue(FarSequences.areFar(expected.x, expected.rec, steps, size), "far");
    subject.implementations().getFirst().forwardDelayed(expected, false, 0, steps, 0, size);
    for (int call = 0; call < 4; call++) {
      NeuronCase actual = cases.get();
      subject.implementations().getLast().forwardDelayed(actual, false, 0, steps, 0, size);
      expected.assertSame(actual, subject + ", call " + call);
    }
  }

  @Test
  void sequencesComeFromMemoryIfTheirCurrentsAreManyAndDiffer() {
    int size = 1 << 20;
    Rows x = new Rows(new float[0], 0, size);
    int steps = FarSequences.STEPS_OF_SHORT_ROWS;
    assertTrue(FarSequences.areFar(x, Rows.NONE, steps, size));
    assertFalse(FarSequences.areFar(x, Rows.NONE, steps - 1, size), "few steps");
    assertFalse(FarSequences.areFar(x, Rows.NONE, steps, VectorShapes.LAST_LEVEL_VALUES / steps), "few neurons");
    assertFalse(FarSequences.areFar(x, Rows.constant(new float[size]), steps, size), "recurrent currents, too");
    assertFalse(FarSequences.areFar(Rows.constant(new float[size]), Rows.NONE, steps, size), "the same currents in each step");
  }

  private static void agree(Subject subject, Supplier<NeuronCase> cases, Work work) {
    NeuronCase expected = cases.get();
    work.on(subject.implementations().getFirst(), expected);
    for (Family family : subject.implementations()) {
      NeuronCase actual = cases.get();
      work.on(family, actual);
      expected.assertSame(actual, subject + " " + expected.reset);
    }
  }

  /** As those of a sequence that is read from its end. */
  @ParameterizedTest
  @MethodSource("families")
  void rowsMayDescendInMemory(Subject subject) {
    int steps = 9;
    for (ResetMechanism reset : resets(subject)) {
      for (int work = 0; work < ALL_WORK.size(); work++) {
        NeuronCase expected = new NeuronCase(65, 200, steps, reset, true);
        ALL_WORK.get(work).on(subject.implementations().getFirst(), expected);
        for (Family family : subject.implementations()) {
          NeuronCase actual = new NeuronCase(65, 200, steps, reset, true).descending();
          ALL_WORK.get(work).on(family, actual);
          expected.assertSame(actual.descending(), subject + " " + reset + ", work " + work);
        }
      }
    }
  }

  /** Adding -0.0 changes no bit of any float; so {@link Rows#NONE} must do what a row of it does. */
  @ParameterizedTest
  @MethodSource("families")
  void noRecurrentCurrentIsANeutralOne(Subject subject) {
    for (Family family : subject.implementations()) {
      for (int size : Cases.SIZES) {
        for (ResetMechanism reset : resets(subject)) {
          for (boolean immediate : new boolean[] {false, true}) {
            NeuronCase none = new NeuronCase(71, size, STEPS, reset, true);
            NeuronCase neutral = new NeuronCase(71, size, STEPS, reset, true);
            Rows untouched = none.rec;
            none.rec = Rows.NONE;
            neutral.rec = Rows.constant(new float[size + 1]);
            Arrays.fill(neutral.rec.data(), -0f);
            for (NeuronCase c : new NeuronCase[] {none, neutral}) {
              if (immediate) {
                family.forwardImmediate(c, 0, STEPS, 0, size);
              } else {
                family.forwardDelayed(c, false, 0, STEPS, 0, size);
              }
              c.rec = untouched;
            }
            neutral.assertSame(none, subject + " " + reset + ", N " + size);
          }
        }
      }
    }
  }

  /** The same of what is given of the states' gradients. */
  @ParameterizedTest
  @MethodSource("families")
  void noGivenGradientIsANeutralOne(Subject subject) {
    for (Family family : subject.implementations()) {
      for (int size : Cases.SIZES) {
        for (ResetMechanism reset : resets(subject)) {
          for (boolean learn : new boolean[] {false, true}) {
            for (int given = 0; given < 3; given++) {
              NeuronCase none = new NeuronCase(73, size, STEPS, reset, true);
              NeuronCase neutral = new NeuronCase(73, size, STEPS, reset, true);
              Rows gSyn = none.gSyn;
              Rows gMem = none.gMem;
              Rows zero = Rows.constant(new float[size + 1]);
              Arrays.fill(zero.data(), -0f);
              if (given != 1) {
                none.gSyn = Rows.NONE;
                neutral.gSyn = zero;
              }
              if (given != 2) {
                none.gMem = Rows.NONE;
                neutral.gMem = zero;
              }
              for (NeuronCase c : new NeuronCase[] {none, neutral}) {
                family.backwardDelayed(c, learn, 0, STEPS, 0, size);
                c.gSyn = gSyn;
                c.gMem = gMem;
              }
              neutral.assertSame(none, subject + " " + reset + ", N " + size + ", given " + given);
            }
          }
        }
      }
    }
  }

  /** Recorded, in place, and written over the input: one kernel with other strides, and the same bits. */
  @Test
  void aStateInPlaceOrOverTheInputIsTheRecordedOne() {
    int size = 100;
    for (LeakyKernels kernels : Cases.<LeakyKernels>implementations(new ScalarLeakyKernels(),
        () -> new VectorLeakyKernels())) {
      for (ResetMechanism reset : ResetMechanism.values()) {
        NeuronCase c = new NeuronCase(11, size, STEPS, reset, false);
        float[] state = new float[size];
        System.arraycopy(c.mem.data(), c.mem.at(0), state, 0, size);
        float[] over = new float[(STEPS + 1) * size];
        System.arraycopy(state, 0, over, 0, size);
        for (int t = 0; t < STEPS; t++) {
          System.arraycopy(c.x.data(), c.x.at(t), over, (t + 1) * size, size);
        }
        long[] spikes = new long[STEPS * 2];
        SpikeRows spk = new SpikeRows(spikes, 0, 2);
        kernels.forwardDelayed(c.x, c.rec, c.mem, c.beta, c.theta, reset, false, c.spk, 0, STEPS, 0, size);
        kernels.forwardDelayed(c.x, c.rec, Rows.constant(state), c.beta, c.theta, reset, false, spk, 0, STEPS, 0, size);
        for (int n = 0; n < size; n++) {
          assertEquals(c.mem.data()[c.mem.at(STEPS) + n], state[n], reset + ", neuron " + n);
          for (int t = 0; t < STEPS; t++) {
            assertEquals(c.spk.fired(t, n), spk.fired(t, n), reset + ", step " + t + ", neuron " + n);
          }
        }
        kernels.forwardDelayed(new Rows(over, size, size), c.rec, new Rows(over, 0, size), c.beta, c.theta, reset, false,
            spk, 0, STEPS, 0, size);
        for (int t = 0; t <= STEPS; t++) {
          for (int n = 0; n < size; n++) {
            assertEquals(c.mem.data()[c.mem.at(t) + n], over[t * size + n], reset + ", step " + t + ", neuron " + n);
          }
        }
      }
    }
  }

  /** The same of immediate reset, whose gates are read first; what fired may be thrown away, or lie over what was read, too. */
  @ParameterizedTest
  @MethodSource("families")
  void immediateResetsMayLieOverWhatAStepHasRead(Subject subject) {
    for (int size : new int[] {7, 200}) {
      for (ResetMechanism reset : resets(subject)) {
        NeuronCase apart = new NeuronCase(83, size, STEPS, reset, false);
        subject.implementations().getFirst().forwardImmediate(apart, 0, STEPS, 0, size);
        for (Family family : subject.implementations()) {
          NeuronCase inPlace = new NeuronCase(83, size, STEPS, reset, false).inPlace(true);
          inPlace.q = new Rows(inPlace.q.data(), inPlace.q.offset(), 0);
          NeuronCase memOverX = new NeuronCase(83, size, STEPS, reset, false);
          memOverX.x = overMembrane(memOverX, memOverX.x);
          NeuronCase memOverRec = new NeuronCase(83, size, STEPS, reset, false);
          memOverRec.rec = overMembrane(memOverRec, memOverRec.rec);
          NeuronCase qOverX = new NeuronCase(83, size, STEPS, reset, false);
          qOverX.q = qOverX.x;
          NeuronCase qOverMem = new NeuronCase(83, size, STEPS, reset, false);
          qOverMem.q = qOverMem.mem;
          for (NeuronCase c : new NeuronCase[] {inPlace, memOverX, memOverRec, qOverX, qOverMem}) {
            family.forwardImmediate(c, 0, STEPS, 0, size);
            String place = subject + " " + reset + ", N " + size;
            for (int t = 0; t < STEPS; t++) {
              String step = place + ", step " + t;
              if (c != inPlace) {
                Cases.assertSame(row(apart.q, t, size), row(c.q, t, size), step + ", q");
              }
              if (c != inPlace && c != qOverMem) {
                Cases.assertSame(row(apart.mem, t, size), row(c.mem, t, size), step + ", mem");
              }
            }
            Cases.assertSame(row(apart.mem, STEPS, size), row(c.mem, STEPS, size), place + ", last mem");
            if (family.secondOrder()) {
              Cases.assertSame(row(apart.syn, STEPS, size), row(c.syn, STEPS, size), place + ", last syn");
            }
            assertArrayEquals(apart.spk.words(), c.spk.words(), place + ", spk");
            assertArrayEquals(apart.rst.words(), c.rst.words(), place + ", rst");
          }
        }
      }
    }
  }

  /** Copies rows of an input to where the steps of a case write their membranes. */
  private static Rows overMembrane(NeuronCase c, Rows input) {
    Rows to = new Rows(c.mem.data(), c.mem.at(1), c.mem.stride());
    for (int t = 0; t < c.steps; t++) {
      System.arraycopy(input.data(), input.at(t), to.data(), to.at(t), c.size);
    }
    return to;
  }

  /** The gradient of the current's decay is summed from what is there after several steps. */
  @Test
  void gradientsThatAreSummedAfterwardsAreThereByThen() {
    int size = 100;
    for (SynapticKernels kernels : Cases.<SynapticKernels>implementations(new ScalarSynapticKernels(),
        () -> new VectorSynapticKernels())) {
      NeuronCase c = new NeuronCase(14, size, STEPS, ResetMechanism.SUBTRACT, false);
      Rows one = Rows.constant(new float[size]);
      assertThrows(AssertionError.class, () -> kernels.backwardDelayed(c.gSpk, Rows.NONE, Rows.NONE,
          SurrogateDerivative.atan(2f), c.syn, c.mem, c.cSyn, c.cMem, c.alpha, c.beta, c.theta, c.reset, true, c.gAlpha,
          c.gBeta, c.gTheta, one, 0, 2, 0, size), kernels::toString);
      kernels.backwardDelayed(c.gSpk, Rows.NONE, Rows.NONE, SurrogateDerivative.atan(2f), c.syn, c.mem, c.cSyn, c.cMem,
          c.alpha, c.beta, c.theta, c.reset, true, c.gAlpha, c.gBeta, c.gTheta, one, 0, 1, 0, size);
      for (int row : new int[] {0, 1}) {
        Rows over = new Rows(c.syn.data(), c.syn.at(row), c.syn.stride());
        assertThrows(AssertionError.class, () -> kernels.backwardDelayed(c.gSpk, Rows.NONE, Rows.NONE,
            SurrogateDerivative.atan(2f), c.syn, c.mem, c.cSyn, c.cMem, c.alpha, c.beta, c.theta, c.reset, true, c.gAlpha,
            c.gBeta, c.gTheta, over, 0, 2, 0, size), kernels::toString);
      }
    }
  }

  @Test
  void clearsTheBitsBeyondItsNeurons() {
    int size = 70;
    for (LeakyKernels kernels : Cases.<LeakyKernels>implementations(new ScalarLeakyKernels(), () -> new VectorLeakyKernels())) {
      NeuronCase c = new NeuronCase(15, size, STEPS, ResetMechanism.SUBTRACT, false).allBitsSet();
      kernels.forwardDelayed(c.x, c.rec, c.mem, c.beta, c.theta, c.reset, false, c.spk, 0, STEPS, 0, size);
      assertNoBitsBeyond(c.spk, size, kernels);
      c.allBitsSet();
      kernels.forwardImmediate(c.x, c.rec, c.mem, c.beta, c.theta, c.reset, c.q, c.spk, c.rst, 0, STEPS, 0, size);
      assertNoBitsBeyond(c.spk, size, kernels);
      assertNoBitsBeyond(c.rst, size, kernels);
    }
    for (SynapticKernels kernels : Cases.<SynapticKernels>implementations(new ScalarSynapticKernels(),
        () -> new VectorSynapticKernels())) {
      NeuronCase c = new NeuronCase(16, size, STEPS, ResetMechanism.SUBTRACT, false).allBitsSet();
      kernels.forwardDelayed(c.x, c.rec, c.syn, c.mem, c.alpha, c.beta, c.theta, c.reset, false, c.spk, 0, STEPS, 0, size);
      assertNoBitsBeyond(c.spk, size, kernels);
      c.allBitsSet();
      kernels.forwardImmediate(c.x, c.rec, c.syn, c.mem, c.alpha, c.beta, c.theta, c.reset, c.q, c.spk, c.rst, 0, STEPS, 0,
          size);
      assertNoBitsBeyond(c.spk, size, kernels);
      assertNoBitsBeyond(c.rst, size, kernels);
    }
  }

  private static void assertNoBitsBeyond(SpikeRows rows, int size, Object kernels) {
    for (int t = 0; t < STEPS; t++) {
      assertEquals(0, rows.words()[rows.at(t) + size / Long.SIZE] >>> size, kernels + ", step " + t);
    }
  }

  /** Steps that go forward together add to the words of their spikes. */
  @Test
  void severalStepsNeedRowsOfSpikesOfTheirOwn() {
    NeuronCase c = new NeuronCase(17, 5, STEPS, ResetMechanism.SUBTRACT, false);
    SpikeRows one = new SpikeRows(new long[1], 0, 0);
    for (LeakyKernels kernels : Cases.<LeakyKernels>implementations(new ScalarLeakyKernels(), () -> new VectorLeakyKernels())) {
      assertThrows(AssertionError.class, () -> kernels.forwardDelayed(c.x, c.rec, c.mem, c.beta, c.theta, c.reset, false, one,
          0, 2, 0, 5), kernels::toString);
      kernels.forwardDelayed(c.x, c.rec, c.mem, c.beta, c.theta, c.reset, false, one, 0, 1, 0, 5);
    }
  }

  /** Only Leaky carries a reset to zero into the next step. */
  @Test
  void secondOrderKnowsNoCarriedReset() {
    NeuronCase c = new NeuronCase(18, 5, STEPS, ResetMechanism.ZERO_CARRIED, false);
    for (SynapticKernels kernels : Cases.<SynapticKernels>implementations(new ScalarSynapticKernels(),
        () -> new VectorSynapticKernels())) {
      assertThrows(AssertionError.class, () -> kernels.forwardDelayed(c.x, c.rec, c.syn, c.mem, c.alpha, c.beta, c.theta,
          c.reset, false, c.spk, 0, STEPS, 0, 5), kernels::toString);
      assertThrows(AssertionError.class, () -> kernels.forwardImmediate(c.x, c.rec, c.syn, c.mem, c.alpha, c.beta, c.theta,
          c.reset, c.q, c.spk, c.rst, 0, STEPS, 0, 5), kernels::toString);
      assertThrows(AssertionError.class, () -> kernels.backwardDelayed(c.gSpk, c.gSyn, c.gMem, c.derivative, c.syn, c.mem,
          c.cSyn, c.cMem, c.alpha, c.beta, c.theta, c.reset, false, null, null, null, c.gx, 0, STEPS, 0, 5), kernels::toString);
      assertThrows(AssertionError.class, () -> kernels.backwardImmediate(c.gSpk, c.gSyn, c.gMem, c.derivative, c.syn, c.mem,
          c.q, c.spk, c.rst, c.cSyn, c.cMem, c.alpha, c.beta, c.theta, c.reset, false, null, null, null, c.gx, 0, STEPS, 0, 5),
          kernels::toString);
    }
  }

  /** After which steps it is written is up to the kernel, and so would be what an input that lies over it reads. */
  @Test
  void aStateInPlaceIsNoInputOfSeveralSteps() {
    int size = 100;
    for (ResetMechanism reset : ResetMechanism.values()) {
      for (LeakyKernels kernels : Cases.<LeakyKernels>implementations(new ScalarLeakyKernels(),
          () -> new VectorLeakyKernels())) {
        NeuronCase c = new NeuronCase(12, size, STEPS, reset, false);
        Rows state = Rows.constant(new float[size]);
        assertThrows(AssertionError.class, () -> kernels.forwardDelayed(state, c.rec, state, c.beta, c.theta, reset, false,
            c.spk, 0, 2, 0, size), kernels::toString);
        kernels.forwardDelayed(state, c.rec, state, c.beta, c.theta, reset, false, c.spk, 0, 1, 0, size);
      }
    }
    for (SynapticKernels kernels : Cases.<SynapticKernels>implementations(new ScalarSynapticKernels(),
        () -> new VectorSynapticKernels())) {
      NeuronCase c = new NeuronCase(13, size, STEPS, ResetMechanism.ZERO, false);
      Rows state = Rows.constant(new float[size]);
      Rows other = Rows.constant(new float[size]);
      assertThrows(AssertionError.class, () -> kernels.forwardDelayed(c.x, state, other, state, c.alpha, c.beta, c.theta,
          ResetMechanism.ZERO, false, c.spk, 0, 2, 0, size), kernels::toString);
      assertThrows(AssertionError.class, () -> kernels.forwardDelayed(state, c.rec, state, other, c.alpha, c.beta, c.theta,
          ResetMechanism.ZERO, false, c.spk, 0, 2, 0, size), kernels::toString);
    }
  }

  @ParameterizedTest
  @MethodSource("families")
  void oneStepForwardIsTheTextbookStep(Subject subject) {
    for (Family family : subject.implementations()) {
      for (ResetMechanism reset : resets(subject)) {
        for (boolean immediate : new boolean[] {false, true}) {
          NeuronCase before = new NeuronCase(21, 130, 1, reset, false);
          NeuronCase c = new NeuronCase(21, 130, 1, reset, false);
          if (immediate) {
            family.forwardImmediate(c, 0, 1, 0, c.size);
          } else {
            family.forwardDelayed(c, false, 0, 1, 0, c.size);
          }
          for (int n = 0; n < c.size; n++) {
            Textbook want = new Textbook(before, n, subject.secondOrder());
            String place = subject + " " + reset + (immediate ? " immediate" : " delayed") + ", neuron " + n;
            if (subject.secondOrder()) {
              assertEquals(want.current, c.syn.data()[c.syn.at(1) + n], 2e-6, place);
            }
            assertTrue(Math.abs(want.fired - before.theta[n]) > 1e-5, place + ": membrane at the threshold, draw again");
            assertEquals(want.spike == 1, c.spk.fired(0, n), place);
            assertEquals(immediate ? want.afterReset : want.fired, c.mem.data()[c.mem.at(1) + n], 4e-6, place);
            if (immediate) {
              assertEquals(want.fired, c.q.data()[c.q.at(0) + n], 4e-6, place);
              assertEquals(want.gate == 1, c.rst.fired(0, n), place);
            }
          }
        }
      }
    }
  }

  /** The step of a neuron as the documents of snnTorch write it, in double. */
  private static final class Textbook {
    final double gate;
    final double current;
    final double fired;
    final double spike;
    final double afterReset;

    Textbook(NeuronCase c, int n, boolean secondOrder) {
      double m = c.mem.data()[c.mem.at(0) + n];
      double theta = c.theta[n];
      gate = m > theta ? 1 : 0;
      double drive = (double) c.x.data()[c.x.at(0) + n] + c.rec.data()[c.rec.at(0) + n];
      current = c.alpha[n] * (double) c.syn.data()[c.syn.at(0) + n] + drive;
      double decayed = c.beta[n] * (c.reset == ResetMechanism.ZERO_CARRIED && gate == 1 ? 0 : m);
      double u = decayed + (secondOrder ? current : drive);
      fired = switch (c.reset) {
        case SUBTRACT -> u - gate * theta;
        case ZERO -> gate == 1 ? 0 : u;
        case NONE, ZERO_CARRIED -> u;
      };
      spike = fired > theta ? 1 : 0;
      double d = spike - gate;
      afterReset = switch (c.reset) {
        case SUBTRACT -> fired - d * theta;
        case ZERO, ZERO_CARRIED -> fired * (1 - d);
        case NONE -> fired;
      };
    }
  }

  /**
   * Backward, one step, against finite differences of the forward equations in double, where the spike is replaced by a
   * straight line of slope sg through the membrane that fired: then everything but the reset gate is smooth.
   */
  @ParameterizedTest
  @MethodSource("families")
  void oneStepBackwardIsTheDerivative(Subject subject) {
    for (Family family : subject.implementations()) {
      for (ResetMechanism reset : resets(subject)) {
        for (boolean immediate : new boolean[] {false, true}) {
          NeuronCase c = new NeuronCase(31, 130, 1, reset, false);
          if (immediate) {
            family.forwardImmediate(c, 0, 1, 0, c.size);
          } else {
            family.forwardDelayed(c, false, 0, 1, 0, c.size);
          }
          NeuronCase before = new NeuronCase(31, 130, 1, reset, false);
          double[][] want = new double[c.size][];
          for (int n = 0; n < c.size; n++) {
            want[n] = new Linearised(before, n, subject.secondOrder(), immediate).gradient();
          }
          if (immediate) {
            family.backwardImmediate(c, true, 0, 1, 0, c.size);
          } else {
            family.backwardDelayed(c, true, 0, 1, 0, c.size);
          }
          for (int n = 0; n < c.size; n++) {
            String place = subject + " " + reset + (immediate ? " immediate" : " delayed") + ", neuron " + n;
            assertEquals(want[n][0], c.gx.data()[c.gx.at(0) + n], 1e-4, place + " x");
            assertEquals(want[n][1], c.cMem[n], 1e-4, place + " mem");
            assertEquals(want[n][2], c.gBeta[n] - before.gBeta[n], 1e-4, place + " beta");
            assertEquals(want[n][3], c.gTheta[n] - before.gTheta[n], 1e-4, place + " theta");
            if (subject.secondOrder()) {
              assertEquals(want[n][4], c.cSyn[n], 1e-4, place + " syn");
              assertEquals(want[n][5], c.gAlpha[n] - before.gAlpha[n], 1e-4, place + " alpha");
            }
          }
        }
      }
    }
  }

  /** The loss of one neuron's step as a smooth function of what goes in, and its central differences. */
  private record Linearised(NeuronCase c, int n, boolean secondOrder, boolean immediate) {

    private double loss(double x, double m, double beta, double theta, double i, double alpha, double gate,
        double spikeAtRest, double zAtRest) {
      double current = alpha * i + x;
      double carried = c.reset == ResetMechanism.ZERO_CARRIED ? (1 - gate) * m : m;
      double u = beta * carried + (secondOrder ? current : x);
      double q = switch (c.reset) {
        case SUBTRACT -> u - gate * theta;
        case ZERO -> (1 - gate) * u;
        case NONE, ZERO_CARRIED -> u;
      };
      double spike = spikeAtRest + at(c.sg) * (q - theta - zAtRest);
      double d = spike - gate;
      double after = !immediate ? q : switch (c.reset) {
        case SUBTRACT -> q - d * theta;
        case ZERO, ZERO_CARRIED -> q - d * q;
        case NONE -> q;
      };
      double loss = at(c.gSpk) * spike + ((double) at(c.gMem) + c.cMem[n]) * after;
      return secondOrder ? loss + ((double) at(c.gSyn) + c.cSyn[n]) * current : loss;
    }

    private float at(Rows rows) {
      return rows.data()[rows.at(0) + n];
    }

    /** dL/d of x, mem, beta, theta, syn, alpha. */
    double[] gradient() {
      Textbook rest = new Textbook(c, n, secondOrder);
      double[] in = {(double) at(c.x) + at(c.rec), at(c.mem), c.beta[n], c.theta[n], at(c.syn), c.alpha[n]};
      double[] gradient = new double[in.length];
      double h = 1e-5;
      for (int k = 0; k < in.length; k++) {
        double[] up = in.clone();
        double[] down = in.clone();
        up[k] += h;
        down[k] -= h;
        gradient[k] = (loss(up, rest) - loss(down, rest)) / (2 * h);
      }
      return gradient;
    }

    private double loss(double[] v, Textbook rest) {
      return loss(v[0], v[1], v[2], v[3], v[4], v[5], rest.gate, rest.spike, rest.fired - c.theta[n]);
    }
  }

  @ParameterizedTest
  @MethodSource("families")
  void inhibitionLeavesTheWinnerAlone(Subject subject) {
    for (Family family : subject.implementations()) {
      for (int size : new int[] {1, 5, 64, 130}) {
        NeuronCase free = new NeuronCase(41, size, STEPS, ResetMechanism.SUBTRACT, false);
        NeuronCase inhibited = new NeuronCase(41, size, STEPS, ResetMechanism.SUBTRACT, false);
        family.forwardDelayed(free, false, 0, STEPS, 0, size);
        family.forwardDelayed(inhibited, true, 0, STEPS, 0, size);
        Cases.assertSame(free.mem.data(), inhibited.mem.data(), "resets are not inhibited");
        for (int t = 0; t < STEPS; t++) {
          int winner = 0;
          for (int n = 1; n < size; n++) {
            if (above(free, t, n) > above(free, t, winner)) {
              winner = n;
            }
          }
          for (int n = 0; n < size; n++) {
            assertEquals(n == winner && free.spk.fired(t, n), inhibited.spk.fired(t, n),
                subject + ", N " + size + ", step " + t + ", neuron " + n);
          }
        }
      }
    }
  }

  private static float above(NeuronCase c, int t, int n) {
    return c.mem.data()[c.mem.at(t + 1) + n] - c.theta[n];
  }

  @ParameterizedTest
  @MethodSource("families")
  void nothingIsAllocated(Subject subject) {
    // Every reset and kind of derivative through every method first: C2 must have seen all of them before it counts.
    List<NeuronCase> cases = new ArrayList<>();
    for (ResetMechanism reset : resets(subject)) {
      cases.add(new NeuronCase(51, 200, 2, reset, false));
      cases.add(new NeuronCase(51, 200, 2, reset, false).differentiated(SurrogateDerivative.atan(2f)));
    }
    Family family = subject.implementations().getLast();
    Cases.assertAllocatesNothing(() -> {
      for (int i = 0; i < cases.size(); i++) {
        NeuronCase c = cases.get(i);
        for (int work = 0; work < ALL_WORK.size(); work++) {
          ALL_WORK.get(work).on(family, c);
        }
      }
    }, subject.toString());
  }
}
