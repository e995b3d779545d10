package org.spikelane.kernels;

import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.spikelane.kernels.NeuronCase.Family;

/** What neuron kernels refuse, and that they refuse no more than that. */
class SpansTest {

  private static final int SIZE = 70;
  private static final int STEPS = 3;

  /** The methods of a family, the backward ones without and with gradients of parameters. */
  enum Method {
    FORWARD_DELAYED {
      @Override
      void run(Family family, NeuronCase c, int t0, int t1, int from) {
        family.forwardDelayed(c, false, t0, t1, from, SIZE);
      }
    },
    FORWARD_IMMEDIATE {
      @Override
      void run(Family family, NeuronCase c, int t0, int t1, int from) {
        family.forwardImmediate(c, t0, t1, from, SIZE);
      }
    },
    BACKWARD_DELAYED {
      @Override
      void run(Family family, NeuronCase c, int t0, int t1, int from) {
        family.backwardDelayed(c, false, t0, t1, from, SIZE);
      }
    },
    LEARN_DELAYED {
      @Override
      void run(Family family, NeuronCase c, int t0, int t1, int from) {
        family.backwardDelayed(c, true, t0, t1, from, SIZE);
      }
    },
    BACKWARD_IMMEDIATE {
      @Override
      void run(Family family, NeuronCase c, int t0, int t1, int from) {
        family.backwardImmediate(c, false, t0, t1, from, SIZE);
      }
    },
    LEARN_IMMEDIATE {
      @Override
      void run(Family family, NeuronCase c, int t0, int t1, int from) {
        family.backwardImmediate(c, true, t0, t1, from, SIZE);
      }
    };

    static final Set<Method> ALL = EnumSet.allOf(Method.class);
    static final Set<Method> FORWARD = EnumSet.of(FORWARD_DELAYED, FORWARD_IMMEDIATE);
    static final Set<Method> BACKWARD = EnumSet.complementOf(EnumSet.of(FORWARD_DELAYED, FORWARD_IMMEDIATE));
    static final Set<Method> LEARN = EnumSet.of(LEARN_DELAYED, LEARN_IMMEDIATE);
    static final Set<Method> DELAYED = EnumSet.of(FORWARD_DELAYED, BACKWARD_DELAYED, LEARN_DELAYED);
    static final Set<Method> IMMEDIATE = EnumSet.of(FORWARD_IMMEDIATE, BACKWARD_IMMEDIATE, LEARN_IMMEDIATE);

    abstract void run(Family family, NeuronCase c, int t0, int t1, int from);
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
}
