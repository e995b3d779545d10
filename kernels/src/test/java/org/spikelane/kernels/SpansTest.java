package org.spikelane.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.spikelane.kernels.NeuronCase.Family;

/** What neuron kernels refuse, and that they refuse no more than that. */
class SpansTest {

  private static final int SIZE = 70;
  private static final int STEPS = 3;

  /** The methods of a family, the backward ones without and with gradients of parameters. */
  enum Method {
    FORWARD_DELAYED, FORWARD_IMMEDIATE, BACKWARD_DELAYED, LEARN_DELAYED, BACKWARD_IMMEDIATE, LEARN_IMMEDIATE;

    static final Set<Method> ALL = EnumSet.allOf(Method.class);
    static final Set<Method> FORWARD = EnumSet.of(FORWARD_DELAYED, FORWARD_IMMEDIATE);
    static final Set<Method> BACKWARD = EnumSet.complementOf(EnumSet.of(FORWARD_DELAYED, FORWARD_IMMEDIATE));
    static final Set<Method> LEARN = EnumSet.of(LEARN_DELAYED, LEARN_IMMEDIATE);
    static final Set<Method> DELAYED = EnumSet.of(FORWARD_DELAYED, BACKWARD_DELAYED, LEARN_DELAYED);
    static final Set<Method> IMMEDIATE = EnumSet.of(FORWARD_IMMEDIATE, BACKWARD_IMMEDIATE, LEARN_IMMEDIATE);

    void run(Family family, NeuronCase c, int t0, int t1, int from) {
      switch (this) {
        case FORWARD_DELAYED -> family.forwardDelayed(c, false, t0, t1, from, SIZE);
        case FORWARD_IMMEDIATE -> family.forwardImmediate(c, t0, t1, from, SIZE);
        case BACKWARD_DELAYED -> family.backwardDelayed(c, false, t0, t1, from, SIZE);
        case LEARN_DELAYED -> family.backwardDelayed(c, true, t0, t1, from, SIZE);
        case BACKWARD_IMMEDIATE -> family.backwardImmediate(c, false, t0, t1, from, SIZE);
        case LEARN_IMMEDIATE -> family.backwardImmediate(c, true, t0, t1, from, SIZE);
      }
    }
  }

  /** Leaves an operand the last value, or word, that a method needs, or so many less. */
  @FunctionalInterface
  private interface Cut {
    void in(NeuronCase c, Method method, int missing);
  }

  /**
   * What kernels read or write.
   *
   * @param needed the methods that do
   */
  private record Operand(String name, boolean secondOrder, Set<Method> needed, Cut cut) {

    boolean neededBy(Family family, Method method) {
      return needed.contains(method) && (family.secondOrder() || !secondOrder);
    }
  }

  private static final List<Operand> OPERANDS = List.of(
      new Operand("x", false, Method.FORWARD, (c, m, less) -> c.x = cut(c.x, STEPS - 1, less)),
      new Operand("rec", false, Method.FORWARD, (c, m, less) -> c.rec = cut(c.rec, STEPS - 1, less)),
      new Operand("syn", true, and(Method.FORWARD, Method.LEARN),
          (c, m, less) -> c.syn = cut(c.syn, Method.FORWARD.contains(m) ? STEPS : STEPS - 1, less)),
      new Operand("mem", false, and(Method.FORWARD, Method.DELAYED, Method.LEARN),
          (c, m, less) -> c.mem = cut(c.mem, m == Method.LEARN_IMMEDIATE ? STEPS - 1 : STEPS, less)),
      new Operand("q", false, Method.IMMEDIATE, (c, m, less) -> c.q = cut(c.q, STEPS - 1, less)),
      new Operand("spk", false, and(Method.FORWARD, Method.IMMEDIATE), (c, m, less) -> c.spk = cut(c.spk, less)),
      new Operand("rst", false, Method.IMMEDIATE, (c, m, less) -> c.rst = cut(c.rst, less)),
      new Operand("alpha", true, Method.ALL, (c, m, less) -> c.alpha = cut(c.alpha, less)),
      new Operand("beta", false, Method.ALL, (c, m, less) -> c.beta = cut(c.beta, less)),
      new Operand("theta", false, Method.ALL, (c, m, less) -> c.theta = cut(c.theta, less)),
      new Operand("gSpk", false, Method.BACKWARD, (c, m, less) -> c.gSpk = cut(c.gSpk, STEPS - 1, less)),
      new Operand("gSyn", true, Method.BACKWARD, (c, m, less) -> c.gSyn = cut(c.gSyn, STEPS - 1, less)),
      new Operand("gMem", false, Method.BACKWARD, (c, m, less) -> c.gMem = cut(c.gMem, STEPS - 1, less)),
      new Operand("sg", false, Method.BACKWARD,
          (c, m, less) -> c.derivative = SurrogateDerivative.of(cut(c.sg, STEPS - 1, less))),
      new Operand("gx", false, Method.BACKWARD, (c, m, less) -> c.gx = cut(c.gx, STEPS - 1, less)),
      new Operand("cSyn", true, Method.BACKWARD, (c, m, less) -> c.cSyn = cut(c.cSyn, less)),
      new Operand("cMem", false, Method.BACKWARD, (c, m, less) -> c.cMem = cut(c.cMem, less)),
      new Operand("gAlpha", true, Method.LEARN, (c, m, less) -> c.gAlpha = cut(c.gAlpha, less)),
      new Operand("gBeta", false, Method.LEARN, (c, m, less) -> c.gBeta = cut(c.gBeta, less)),
      new Operand("gTheta", false, Method.LEARN, (c, m, less) -> c.gTheta = cut(c.gTheta, less)));

  @SafeVarargs
  private static Set<Method> and(Set<Method>... sets) {
    Set<Method> all = EnumSet.noneOf(Method.class);
    for (Set<Method> set : sets) {
      all.addAll(set);
    }
    return all;
  }

  /** The array ends where row t does, or so many values before. */
  private static Rows cut(Rows rows, int t, int less) {
    return new Rows(Arrays.copyOf(rows.data(), rows.at(t) + SIZE - less), rows.offset(), rows.stride());
  }

  private static SpikeRows cut(SpikeRows rows, int less) {
    int end = rows.at(STEPS - 1) + SpikeRows.words(SIZE);
    return new SpikeRows(Arrays.copyOf(rows.words(), end - less), rows.offset(), rows.stride());
  }

  private static float[] cut(float[] values, int less) {
    return Arrays.copyOf(values, SIZE - less);
  }

  static Stream<NeuronKernelsTest.Subject> families() {
    return NeuronKernelsTest.families();
  }

  private static NeuronCase ordinary() {
    return new NeuronCase(91, SIZE, STEPS, ResetMechanism.SUBTRACT, false);
  }

  @ParameterizedTest
  @MethodSource("families")
  void whatIsTooShortIsRefusedWhereItIsNeeded(NeuronKernelsTest.Subject subject) {
    for (Family family : subject.implementations()) {
      for (Method method : Method.values()) {
        for (Operand operand : OPERANDS) {
          NeuronCase c = ordinary();
          operand.cut.in(c, method, 1);
          if (operand.neededBy(family, method)) {
            assertRefused(family, method, c, 0, STEPS, 0, subject + ", " + operand.name);
          } else {
            method.run(family, c, 0, STEPS, 0);
          }
        }
      }
    }
  }

  private static void assertRefused(Family family, Method method, NeuronCase c, int t0, int t1, int from, String place) {
    assertThrows(AssertionError.class, () -> method.run(family, c, t0, t1, from), () -> place + ", " + method);
  }

  @ParameterizedTest
  @MethodSource("families")
  void whatJustFitsIsTaken(NeuronKernelsTest.Subject subject) {
    for (Family family : subject.implementations()) {
      for (Method method : Method.values()) {
        NeuronCase c = ordinary();
        for (Operand operand : OPERANDS) {
          operand.cut.in(c, method, operand.neededBy(family, method) ? 0 : 1);
        }
        method.run(family, c, 0, STEPS, 0);
      }
    }
  }

  /** Not even a first row of states. */
  @ParameterizedTest
  @MethodSource("families")
  void noStepsNeedNoRows(NeuronKernelsTest.Subject subject) {
    for (Family family : subject.implementations()) {
      for (Method method : Method.values()) {
        NeuronCase c = ordinary();
        Rows none = new Rows(new float[1], 1, SIZE);
        c.x = c.rec = c.syn = c.mem = c.q = c.gSpk = c.gSyn = c.gMem = c.gx = none;
        c.spk = c.rst = new SpikeRows(new long[0], 0, 1);
        c.derivative = SurrogateDerivative.of(none);
        method.run(family, c, 2, 2, 0);
      }
    }
  }

  /** Columns before the first that is worked on may lie before the array, of gradients of spikes and of derivatives. */
  @ParameterizedTest
  @MethodSource("families")
  void firstColumnsOfSomeRowsNeedNotExist(NeuronKernelsTest.Subject subject) {
    for (Family family : subject.implementations()) {
      for (Method method : Method.BACKWARD) {
        NeuronCase whole = ordinary();
        method.run(family, whole, 0, STEPS, 64);
        NeuronCase c = ordinary();
        c.gSpk = from64(c.gSpk, 0);
        c.derivative = SurrogateDerivative.of(from64(c.sg, 0));
        method.run(family, c, 0, STEPS, 64);
        whole.gSpk = c.gSpk;
        whole.assertSame(c, subject + ", " + method);
        NeuronCase given = ordinary();
        given.gSpk = from64(given.gSpk, 1);
        assertRefused(family, method, given, 0, STEPS, 64, subject + ", gSpk");
        NeuronCase derived = ordinary();
        derived.derivative = SurrogateDerivative.of(from64(derived.sg, 1));
        assertRefused(family, method, derived, 0, STEPS, 64, subject + ", sg");
      }
    }
  }

  /** The same rows in an array that starts with column 64 of row 0, or some values later. */
  private static Rows from64(Rows rows, int later) {
    float[] values = Arrays.copyOfRange(rows.data(), rows.at(0) + 64 + later, rows.at(STEPS - 1) + SIZE);
    return new Rows(values, -64 - later, rows.stride());
  }

  /** Where words are read or written, and nowhere else. */
  @ParameterizedTest
  @MethodSource("families")
  void rangesStartWithAWordOfSpikes(NeuronKernelsTest.Subject subject) {
    for (Family family : subject.implementations()) {
      for (Method method : Method.values()) {
        for (int from : new int[] {1, 32, 63, 65}) {
          if (Method.FORWARD.contains(method) || Method.IMMEDIATE.contains(method)) {
            assertRefused(family, method, ordinary(), 0, STEPS, from, subject + ", from " + from);
          } else {
            method.run(family, ordinary(), 0, STEPS, from);
          }
        }
      }
    }
  }

  /** Next to each other, but not a value nearer, whichever row of the input it is. */
  @ParameterizedTest
  @MethodSource("families")
  void aStateInPlaceLiesBesideInputs(NeuronKernelsTest.Subject subject) {
    int state = 4 * SIZE;
    for (Family family : subject.implementations()) {
      for (int stride : new int[] {SIZE, 0, -SIZE}) {
        int toLast = (STEPS - 1) * stride;
        int before = state - SIZE - Math.max(0, toLast);
        int behind = state + SIZE - Math.min(0, toLast);
        for (boolean membrane : family.secondOrder() ? new boolean[] {false, true} : new boolean[] {true}) {
          for (boolean recurrent : new boolean[] {false, true}) {
            String place = subject + ", stride " + stride + ", mem " + membrane + ", rec " + recurrent;
            Method.FORWARD_DELAYED.run(family, beside(state, before, stride, membrane, recurrent), 0, STEPS, 0);
            Method.FORWARD_DELAYED.run(family, beside(state, behind, stride, membrane, recurrent), 0, STEPS, 0);
            assertRefused(family, Method.FORWARD_DELAYED, beside(state, before + 1, stride, membrane, recurrent), 0, STEPS, 0,
                place + ", before");
            assertRefused(family, Method.FORWARD_DELAYED, beside(state, behind - 1, stride, membrane, recurrent), 0, STEPS, 0,
                place + ", behind");
            // Of columns from 64 on, each row has as many less.
            Method.FORWARD_DELAYED.run(family, beside(state, behind - 64, stride, membrane, recurrent), 0, STEPS, 64);
          }
        }
      }
    }
  }

  /** Row 0 of recorded states is not written. */
  @ParameterizedTest
  @MethodSource("families")
  void anInputMayBeTheInitialMembrane(NeuronKernelsTest.Subject subject) {
    for (Family family : subject.implementations()) {
      NeuronCase apart = ordinary();
      apart.x = Rows.constant(Arrays.copyOfRange(apart.mem.data(), apart.mem.at(0), apart.mem.at(1)));
      NeuronCase c = ordinary();
      c.x = new Rows(c.mem.data(), c.mem.at(0), 0);
      Method.FORWARD_DELAYED.run(family, apart, 0, STEPS, 0);
      Method.FORWARD_DELAYED.run(family, c, 0, STEPS, 0);
      apart.x = c.x;
      apart.assertSame(c, subject.toString());
    }
  }

  private static NeuronCase beside(int state, int input, int stride, boolean membrane, boolean recurrent) {
    NeuronCase c = ordinary();
    float[] values = new float[8 * SIZE];
    if (membrane) {
      c.mem = new Rows(values, state, 0);
    } else {
      c.syn = new Rows(values, state, 0);
    }
    if (recurrent) {
      c.rec = new Rows(values, input, stride);
    } else {
      c.x = new Rows(values, input, stride);
    }
    return c;
  }

  /** No row of the input's gradient lies over one of the current, where both are read again for the gradient of alpha. */
  @ParameterizedTest
  @MethodSource("families")
  void gradientsThatAreSummedAfterwardsLieBesideTheCurrent(NeuronKernelsTest.Subject subject) {
    int gx = 5 * SIZE;
    int last = gx + (STEPS - 1) * 2 * SIZE;
    // In turns, all before, all behind.
    int[][] apart = {{gx + SIZE, 2 * SIZE}, {gx - SIZE, -2 * SIZE}, {last + 5 * SIZE, -2 * SIZE}};
    // In turns and a value nearer, and one row alone, the first or the last, over the first or the last.
    int[][] over = {{gx + SIZE + 1, 2 * SIZE}, {gx + SIZE - 1, 2 * SIZE}, {gx, -2 * SIZE}, {last + 4 * SIZE, -2 * SIZE},
        {last, 2 * SIZE}, {SIZE, 2 * SIZE}};
    for (Family family : subject.implementations()) {
      for (Method method : Method.BACKWARD) {
        for (int[] syn : apart) {
          method.run(family, withCurrent(syn, gx), 0, STEPS, 0);
          method.run(family, withCurrent(new int[] {syn[0] + 64, syn[1]}, gx), 0, STEPS, 64);
        }
        for (int[] syn : over) {
          if (method == Method.LEARN_DELAYED && family.secondOrder()) {
            assertRefused(family, method, withCurrent(syn, gx), 0, STEPS, 0, subject + ", syn " + Arrays.toString(syn));
          } else {
            method.run(family, withCurrent(syn, gx), 0, STEPS, 0);
          }
        }
      }
    }
  }

  /** The case has rows of the current and, 2*SIZE from each other, of the gradient in one array. */
  private static NeuronCase withCurrent(int[] offsetAndStride, int gx) {
    NeuronCase c = ordinary();
    float[] values = new float[16 * SIZE];
    c.syn = new Rows(values, offsetAndStride[0], offsetAndStride[1]);
    c.gx = new Rows(values, gx, 2 * SIZE);
    return c;
  }

  @Test
  void whatIsWrongIsSaid() {
    assertSays("rows 0 to 3 of 70 floats do not fit: 10 + t*70 in 100", Method.FORWARD_DELAYED, 0,
        c -> c.x = new Rows(new float[100], 10, SIZE));
    assertSays("columns 1 to 70 of rows 0 to 3 do not fit: -2 + t*71 in 300", Method.BACKWARD_DELAYED, 1,
        c -> c.gSpk = new Rows(new float[300], -2, 71));
    assertSays("spike rows 0 to 3 of 70 neurons do not fit: 1 + t*2 in 6", Method.FORWARD_DELAYED, 0,
        c -> c.spk = new SpikeRows(new long[6], 1, 2));
    assertSays("parameter: expected 70 values, got 69", Method.FORWARD_IMMEDIATE, 0, c -> c.beta = cut(c.beta, 1));
    assertSays("from: expected a multiple of 64, got 3", Method.FORWARD_IMMEDIATE, 3, c -> {});
    assertSays("spk: expected a row for each of steps 0 to 3, got one for all", Method.FORWARD_DELAYED, 0,
        c -> c.spk = new SpikeRows(new long[2], 0, 0));
    assertSays("state in place: row 1 of an input, at 170, lies over it, at 239", Method.FORWARD_DELAYED, 0, c -> {
      c.mem = new Rows(new float[400], 239, 0);
      c.x = new Rows(c.mem.data(), 100, SIZE);
    });
    assertSays("gx: expected a row for each of steps 0 to 3 where gradients of parameters are wanted, got one for all",
        Method.LEARN_DELAYED, 0, c -> c.gx = Rows.constant(new float[SIZE]));
    assertSays("gx: row 0, at 350, lies over row 1 of syn, at 350", Method.LEARN_DELAYED, 0, c -> {
      NeuronCase other = withCurrent(new int[] {5 * SIZE - 100, 100}, 5 * SIZE);
      c.syn = other.syn;
      c.gx = other.gx;
    });
  }

  private static void assertSays(String message, Method method, int from, Consumer<NeuronCase> change) {
    NeuronCase c = ordinary();
    change.accept(c);
    Family family = Family.of(new ScalarSynapticKernels());
    assertEquals(message, assertThrows(AssertionError.class, () -> method.run(family, c, 0, STEPS, from)).getMessage());
  }
}
