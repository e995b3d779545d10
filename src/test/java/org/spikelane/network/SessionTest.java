package org.spikelane.network;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.spikelane.kernels.ResetMechanism;
import org.spikelane.layer.ProductChoice;
import org.spikelane.reference.Agreement;
import org.spikelane.surrogate.Surrogate;

class SessionTest {

  private static Network half(ResetMechanism reset) {
    return Network.input(1).synaptic("lif", n -> n.alpha(0.5f).beta(0.5f).resetMechanism(reset)).build(1);
  }

  @Test
  void keepsItsStatesFromStepToStep() {
    for (ResetMechanism reset : new ResetMechanism[] {
        ResetMechanism.SUBTRACT, ResetMechanism.ZERO, ResetMechanism.NONE}) {
      Session session = half(reset).session();
      assertArrayEquals(new float[] {0}, session.step(new float[] {0.25f}).output());
      assertArrayEquals(new float[] {0}, session.step(new float[] {0}).output());
      assertEquals(0.125f, session.state("lif").current()[0]);
      assertEquals(0.25f, session.state("lif").membrane()[0]);
    }
  }

  @Test
  void showsTheSpikesOfEveryStreamAndLayer() {
    Session session = half(ResetMechanism.SUBTRACT).session(2).step(new float[] {0, 3});
    assertFalse(session.fired(0, 0));
    assertTrue(session.fired(1, 0));
    assertFalse(session.fired(0));
    assertArrayEquals(new float[] {0, 1}, session.output());
    assertArrayEquals(new float[] {0, 1}, session.state("lif").spikes());
  }

  @Test
  void restoresSnapshots() {
    Networks.all().forEach(named -> {
      Network network = named.network();
      Session session = network.session(2);
      float[] x = Networks.input(3, 2 * network.inputShape().size());
      float[] y = Networks.input(4, x.length);
      session.step(x).step(y);
      States snapshot = session.snapshot();
      float[] first = session.step(y).step(x).output().clone();
      session.restore(snapshot);
      Agreement.bits(named.name(), first, session.step(y).step(x).output());
      session.reset();
      Session fresh = network.session(2);
      Agreement.bits(named.name(), fresh.step(x).output(), session.step(x).output());
      Agreement.bits(named.name(), fresh.state("lif1").membrane(), session.state("lif1").membrane());
    });
  }

  @Test
  void cutsTheGradientAtWhatWasNotRecorded() {
    Input x = Input.sequence(new float[] {0.25f}, 1, 1).withGradient();
    float[] one = {1};
    Map<String, Consumer<Session>> between = Map.of("step", session -> session.step(new float[] {0.25f}),
        "run", session -> session.run(x), "reset", Session::reset,
        "restore", session -> session.restore(session.snapshot()), "detach", Session::detach);
    between.forEach((name, change) -> {
      Session session = half(ResetMechanism.SUBTRACT).session();
      Tape first = session.record(x);
      change.accept(session);
      session.record(x).backward(new Upstream().membrane("lif", one));
      assertArrayEquals(one, first.backward(new Upstream().membrane("lif", one)).input(), name);
    });
  }

  @Test
  void gradientsCrossToTheTapeBeforeOnlyInOrder() {
    Network network = half(ResetMechanism.SUBTRACT);
    Input x = Input.sequence(new float[] {0.25f}, 1, 1).withGradient();
    Session session = network.session();
    Tape first = session.record(x);
    Tape second = session.record(x);
    first.backward(new Upstream());
    String message = assertThrows(IllegalStateException.class, () -> second.backward(new Upstream())).getMessage();
    assertEquals("tape: the one recorded before was run backward first, so this one's gradient cannot reach it; go last to"
        + " first, or detach between them", message);
    // Record, backward, record, backward: truncated after every tape without a word of detaching.
    Session truncated = network.session();
    for (int i = 0; i < 3; i++) {
      truncated.record(x).backward(new Upstream().membrane("lif", new float[] {1}));
    }
  }

  /**
   * Without the gradient of a tape after it, a tape would go backward as if there had been a detach. The third of three fails,
   * or the second, after which the third can be recorded over; all again, they give what a fresh session's do.
   */
  @ParameterizedTest
  @ValueSource(ints = {2, 1})
  void tapesBeforeOneThatFailedAreRefused(int failing) {
    boolean[] fails = {false};
    Network network = Network.input(1).synaptic("lif", n -> n.alpha(0.5f).beta(0.5f).surrogate(new Surrogate.Custom(z -> {
      if (fails[0]) {
        throw new ArithmeticException("z: " + z);
      }
      return 1f;
    }))).build(1);
    Input x = Input.sequence(new float[] {0.25f}, 1, 1).withGradient();
    Upstream one = new Upstream().membrane("lif", new float[] {1});
    Session session = network.session();
    List<Tape> tapes = List.of(session.record(x), session.record(x), session.record(x));
    for (int i = 2; i > failing; i--) {
      tapes.get(i).backward(one);
    }
    fails[0] = true;
    assertThrows(ArithmeticException.class, () -> tapes.get(failing).backward(one));
    fails[0] = false;
    session.record(x, tapes.get(2));
    for (int i = failing - 1; i >= 0; i--) {
      Tape before = tapes.get(i);
      assertEquals("tape: an exception ended the backward pass of one recorded after it, whose gradient cannot reach it;"
          + " record them again", assertThrows(IllegalStateException.class, () -> before.backward(one)).getMessage());
    }
    session.reset();
    tapes.forEach(tape -> session.record(x, tape));
    Session fresh = network.session();
    List<Tape> others = List.of(fresh.record(x), fresh.record(x), fresh.record(x));
    for (int i = 2; i >= 0; i--) {
      assertArrayEquals(others.get(i).backward(one).input(), tapes.get(i).backward(one).input(), "tape " + i);
    }
  }

  @Test
  void aWindowOutlivesTheOneBeforeItThatWasRecordedOver() {
    Network network = half(ResetMechanism.SUBTRACT);
    Input x = Input.sequence(new float[] {0.25f}, 1, 1).withGradient();
    float[] one = {1};
    Session session = network.session();
    Tape first = session.record(x);
    Tape second = session.record(x);
    Tape third = session.record(x, first);
    third.backward(new Upstream().membrane("lif", one));
    // Second's own membrane, and what the third carries back: beta + alpha, of its own current and membrane.
    assertArrayEquals(new float[] {2}, second.backward(new Upstream().membrane("lif", one)).input());
    assertThrows(IllegalStateException.class, () -> third.backward(new Upstream()));
    session.record(x, first).backward(new Upstream().membrane("lif", one));
    // One that was run backward first is too late for what followed it, recorded over or not.
    Tape fourth = session.record(x);
    Tape fifth = session.record(x);
    fourth.backward(new Upstream());
    session.detach();
    session.record(x, fourth);
    assertThrows(IllegalStateException.class, () -> fifth.backward(new Upstream()));
  }

  @Test
  void saysNothingOfStepsBeforeItsStatesWereSet() {
    Session session = half(ResetMechanism.SUBTRACT).session();
    Input silence = Input.sequence(new float[3], 3, 1);
    States fresh = session.snapshot();
    Tape memory = session.record(silence);
    List<Runnable> changes = List.of(session::reset, () -> session.restore(fresh), () -> session.run(silence),
        () -> session.record(silence), () -> session.record(silence, memory));
    for (Runnable change : changes) {
      assertTrue(session.step(new float[] {9}).fired(0));
      change.run();
      assertEquals("fired: expected a step before it, got none since the states were set or a sequence ran",
          assertThrows(IllegalStateException.class, () -> session.fired(0)).getMessage());
      assertEquals("output: expected a step before it, got none since the states were set or a sequence ran",
          assertThrows(IllegalStateException.class, session::output).getMessage());
    }
  }

  @Test
  void refusesToLookPastItsNeurons() {
    Session session = Network.input(1).linear("fc", 10).leaky("lif", n -> n.beta(0.5f)).build(1).session(2);
    session.step(new float[2]);
    for (int[] place : new int[][] {{0, 10}, {0, 99}, {0, -1}, {2, 0}, {-1, 0}}) {
      assertEquals("fired: expected a stream below 2 and a neuron below 10, got " + place[0] + " and " + place[1],
          assertThrows(IllegalArgumentException.class, () -> session.fired(place[0], place[1])).getMessage());
    }
  }

  @Test
  void refusesWhatDoesNotFit() {
    Network network = half(ResetMechanism.SUBTRACT);
    Session session = network.session(2);
    assertEquals("x: expected 2 times 1 values, got 3",
        assertThrows(IllegalArgumentException.class, () -> session.step(new float[3])).getMessage());
    assertEquals("layer: expected one of [lif], got lof",
        assertThrows(IllegalArgumentException.class, () -> session.state("lof")).getMessage());
    assertEquals("states: expected 2 samples, got 1",
        assertThrows(IllegalArgumentException.class, () -> session.restore(network.states(1))).getMessage());
    Network other = Network.input(1).leaky("lof", n -> n.beta(1)).build(1);
    assertEquals("states: expected those of layers [lif], got [lof]",
        assertThrows(IllegalArgumentException.class, () -> session.restore(other.states(2))).getMessage());
    assertEquals("input: expected 2 samples, as the states have, got 1", assertThrows(IllegalArgumentException.class,
        () -> session.record(Input.sequence(new float[3], 3, 1).withGradient())).getMessage());
    Session ofValues = Network.input(1).linear("fc", 2).build(1).session();
    assertThrows(IllegalStateException.class, () -> ofValues.step(new float[1]).fired(0));
  }

  @Test
  void staysAsItIsWhenASnapshotDoesNotFit() {
    Session session = Network.input(2).leaky("a", n -> n.beta(1)).linear("fc", 3).leaky("b", n -> n.beta(1)).build(1).session();
    States wider = Network.input(2).leaky("a", n -> n.beta(1)).linear("fc", 4).leaky("b", n -> n.beta(1)).build(1).states(1);
    wider.of("a").membrane()[0] = 0.5f;
    assertEquals("state: expected 1 samples of 3 Leaky neurons, got 1 samples of 4 Leaky neurons",
        assertThrows(IllegalArgumentException.class, () -> session.restore(wider)).getMessage());
    assertArrayEquals(new float[2], session.state("a").membrane());
    Network stateless = Network.input(2).linear("fc", 2).build(1);
    assertThrows(IllegalArgumentException.class, () -> stateless.session(2).restore(stateless.states(3)));
  }

  /** A sequence at once, in two parts, and step by step: the same spikes and states. */
  @Test
  void runsSequencesFromItsStates() {
    Networks.all().forEach(named -> {
      Network network = named.network();
      int row = 3 * network.inputShape().size();
      float[] x = Networks.input(7, 9 * row);
      Session parts = network.session(3);
      float[] early = parts.run(Input.sequence(Arrays.copyOf(x, 4 * row), 4, 3)).output();
      Outputs late = parts.run(Input.sequence(Arrays.copyOfRange(x, 4 * row, 9 * row), 5, 3));
      Outputs whole = network.run(Input.sequence(x, 9, 3));
      Agreement.bits(named.name(), Arrays.copyOf(whole.output(), early.length), early);
      Agreement.bits(named.name(), Arrays.copyOfRange(whole.output(), early.length, whole.output().length),
          late.output());
      Session steps = network.session(3);
      for (int t = 0; t < 9; t++) {
        steps.step(Arrays.copyOfRange(x, t * row, (t + 1) * row));
      }
      Agreement.bits(named.name(), steps.state("lif1").membrane(), parts.state("lif1").membrane());
      parts.reset();
      Agreement.bits(named.name(), early, parts.run(Input.sequence(Arrays.copyOf(x, 4 * row), 4, 3)).output());
      float[] counts = late.counts();
      float[] naive = new float[counts.length];
      for (int i = 0; i < late.output().length; i++) {
        naive[i % naive.length] += late.output()[i];
      }
      Agreement.bits(named.name(), naive, counts);
    });
  }

  /** Streams are cut into blocks by the number of threads: neither outputs nor states may show it. */
  @Test
  void runsSequencesAlikeOnAnyNumberOfThreads() {
    Networks.all().forEach(named -> {
      Network network = named.network();
      float[] x = Networks.input(8, 6 * 19 * network.inputShape().size());
      Input input = Input.sequence(x, 6, 19);
      Session one = network.session(19);
      Outputs first = one.run(input);
      Outputs second = one.run(input);
      for (int threads : new int[] {2, 3, 5, Integer.MAX_VALUE}) {
        Session many = network.session(19);
        Agreement.bits(named.name() + threads, first.output(), many.run(input, threads).output());
        Outputs again = many.run(input, threads);
        Agreement.bits(named.name() + threads, second.output(), again.output());
        assertEquals(second.firingRates(), again.firingRates());
        same(named.name() + threads, one, many);
        Agreement.bits(named.name() + threads, first.output(), network.run(input, threads).output());
      }
      assertEquals("threads: expected at least 1, got 0",
          assertThrows(IllegalArgumentException.class, () -> one.run(input, 0)).getMessage());
    });
  }

  private static void same(String what, Session want, Session got) {
    for (String layer : new String[] {"lif1", "lif2"}) {
      Agreement.bits(what, want.state(layer).membrane(), got.state(layer).membrane());
      Agreement.bits(what, want.state(layer).spikes(), got.state(layer).spikes());
      if (want.state(layer).current() != null) {
        Agreement.bits(what, want.state(layer).current(), got.state(layer).current());
      }
    }
  }

  /** Sequences, steps, records and snapshots in any order: all go on from the same states. */
  @Test
  void runsStepsAndRecordsFromTheSameStates() {
    Networks.all().forEach(named -> {
      Network network = named.network();
      int row = 3 * network.inputShape().size();
      float[] x = Networks.input(9, 8 * row);
      Session mixed = network.session(3);
      Session steps = network.session(3);
      mixed.run(Input.sequence(Arrays.copyOf(x, 3 * row), 3, 3));
      States third = mixed.snapshot();
      for (int pass = 0; pass < 2; pass++) {
        mixed.step(Arrays.copyOfRange(x, 3 * row, 4 * row));
        mixed.record(Input.sequence(Arrays.copyOfRange(x, 4 * row, 5 * row), 1, 3));
        mixed.run(Input.sequence(Arrays.copyOfRange(x, 5 * row, 8 * row), 3, 3));
        steps.reset();
        for (int t = 0; t < 8; t++) {
          steps.step(Arrays.copyOfRange(x, t * row, (t + 1) * row));
        }
        same(named.name(), steps, mixed);
        mixed.restore(third);
      }
    });
  }

  /** What a run writes over may be its input nevertheless. */
  @Test
  void aStateMayBeTheInput() {
    Network network = Network.input(40).synaptic("lif", n -> n.alpha(0.8f).beta(0.9f)).build(1);
    for (boolean current : new boolean[] {false, true}) {
      Session own = network.session(19);
      Session other = network.session(19);
      float[] x = current ? own.state("lif").current() : own.state("lif").membrane();
      float[] values = Networks.input(10, x.length);
      System.arraycopy(values, 0, x, 0, x.length);
      System.arraycopy(values, 0, current ? other.state("lif").current() : other.state("lif").membrane(), 0, x.length);
      for (int threads : new int[] {1, 2}) {
        float[] copy = x.clone();
        Agreement.bits("run", other.run(Input.constant(copy, 5, 19), threads).output(),
            own.run(Input.constant(x, 5, 19), threads).output());
      }
      float[] copy = x.clone();
      float[] want = other.record(Input.constant(copy, 5, 19)).output();
      Agreement.bits("record", want, own.record(Input.constant(x, 5, 19)).output());
      Agreement.bits("state", other.state("lif").membrane(), own.state("lif").membrane());
    }
  }

  /** Nor does a tape's backward pass, which reads the input again, find it written over. */
  @Test
  void aStateMayBeTheInputOfATape() {
    Network network = Network.input(40).linear("fc", 40).synaptic("lif", n -> n.alpha(0.8f).beta(0.9f)).build(1);
    float[] values = Networks.input(11, 3 * 40);
    States own = network.states(3);
    States other = network.states(3);
    System.arraycopy(values, 0, own.of("lif").membrane(), 0, values.length);
    System.arraycopy(values, 0, other.of("lif").membrane(), 0, values.length);
    Tape got = network.record(Input.constant(own.of("lif").membrane(), 5, 3), false, own, ProductChoice.AUTO);
    Tape want = network.record(Input.constant(values, 5, 3), false, other, ProductChoice.AUTO);
    for (int pass = 0; pass < 2; pass++) {
      Agreement.bits("output", want.output(), got.output());
      Agreement.bits("weight", want.backward(new Upstream().output(1f)).parameter("fc.weight"),
          got.backward(new Upstream().output(1f)).parameter("fc.weight"));
      want.record(Input.constant(other.of("lif").membrane().clone(), 5, 3));
      got.record(Input.constant(own.of("lif").membrane(), 5, 3));
    }
  }

  @Test
  void refusesSequencesOfOtherStreams() {
    Session session = half(ResetMechanism.SUBTRACT).session(2);
    assertEquals("input: expected 2 samples, as the states have, got 1", assertThrows(IllegalArgumentException.class,
        () -> session.run(Input.sequence(new float[3], 3, 1))).getMessage());
  }
}
