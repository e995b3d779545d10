package org.spikelane.connection;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.spikelane.layer.Shape;
import org.spikelane.network.Input;
import org.spikelane.network.Network;
import org.spikelane.network.Session;
import org.spikelane.network.States;
import org.spikelane.network.Tape;
import org.spikelane.network.Upstream;
import org.spikelane.reference.Agreement;

class DelayTest {

  private static final int CASES = 60;

  /** A random delay, its input and a gradient, cut into pieces. */
  private static final class Case {

    final int size;
    final int samples;
    final int steps;
    final int[] delays;
    final float[] x;
    final float[] g;
    final List<Integer> cuts = new ArrayList<>();

    Case(int seed) {
      SplittableRandom random = new SplittableRandom(seed);
      size = 1 + random.nextInt(random.nextBoolean() ? 6 : 150);
      samples = 1 + random.nextInt(3);
      steps = 1 + random.nextInt(12);
      delays = new int[random.nextInt(3) == 0 ? 1 : size];
      int longest = random.nextInt(10);
      for (int n = 0; n < delays.length; n++) {
        delays[n] = n > 0 && random.nextInt(3) == 0 ? delays[n - 1] : random.nextInt(longest + 1);
      }
      x = random(random, steps * samples * size);
      g = random(random, x.length);
      cuts.add(0);
      for (int t = 1; t < steps; t++) {
        if (random.nextInt(3) == 0) {
          cuts.add(t);
        }
      }
      cuts.add(steps);
    }

    Network network() {
      return Network.input(size).delay("delay", delays).build(1);
    }

    /** Steps of a time-first array that lie between two cuts. */
    float[] piece(float[] all, int cut) {
      return Arrays.copyOfRange(all, cuts.get(cut) * samples * size, cuts.get(cut + 1) * samples * size);
    }

    Input input(int cut) {
      return Input.sequence(piece(x, cut), cuts.get(cut + 1) - cuts.get(cut), samples).withGradient();
    }

    /** Every value moved by its delay, later for 1 and earlier for -1; what is not there is zero. */
    float[] shifted(float[] from, int direction) {
      float[] to = new float[from.length];
      for (int i = 0; i < to.length; i++) {
        int t = i / (samples * size) - direction * delays[delays.length == 1 ? 0 : i % size];
        to[i] = t >= 0 && t < steps ? from[t * samples * size + i % (samples * size)] : 0;
      }
      return to;
    }
  }

  private static float[] random(SplittableRandom random, int size) {
    float[] values = new float[size];
    for (int i = 0; i < size; i++) {
      values[i] = (float) random.nextDouble(-1, 2);
    }
    return values;
  }

  @Test
  void movesEveryValueAndItsGradient() {
    for (int seed = 0; seed < CASES; seed++) {
      Case c = new Case(seed);
      Network network = c.network();
      Input input = Input.sequence(c.x, c.steps, c.samples).withGradient();
      float[] want = c.shifted(c.x, 1);
      Agreement.bits("run, seed " + seed, want, network.run(input).output());
      Tape tape = network.record(input);
      Agreement.bits("tape, seed " + seed, want, tape.output());
      Agreement.bits("d_input, seed " + seed, c.shifted(c.g, -1), tape.backward(new Upstream().output(c.g)).input());
    }
  }

  @Test
  void cuttingTimeChangesNothingForwardOrBackward() {
    for (int seed = 0; seed < CASES; seed++) {
      Case c = new Case(seed);
      Network network = c.network();
      float[] want = c.shifted(c.x, 1);
      float[] wantedGradient = c.shifted(c.g, -1);
      Session running = network.session(c.samples);
      Session stepping = network.session(c.samples);
      Session recording = network.session(c.samples);
      List<Tape> tapes = new ArrayList<>();
      for (int cut = 0; cut + 1 < c.cuts.size(); cut++) {
        Agreement.bits("seed " + seed, c.piece(want, cut), running.run(c.input(cut)).output());
        tapes.add(recording.record(c.input(cut)));
        Agreement.bits("seed " + seed, c.piece(want, cut), tapes.getLast().output());
      }
      int row = c.samples * c.size;
      for (int t = 0; t < c.steps; t++) {
        Agreement.bits("seed " + seed + ", step " + t, Arrays.copyOfRange(want, t * row, (t + 1) * row),
            stepping.step(Arrays.copyOfRange(c.x, t * row, (t + 1) * row)).output());
      }
      for (int cut = tapes.size() - 1; cut >= 0; cut--) {
        float[] got = tapes.get(cut).backward(new Upstream().output(c.piece(c.g, cut))).input();
        Agreement.bits("d_input of piece " + cut + ", seed " + seed, c.piece(wantedGradient, cut), got);
      }
    }
  }

  @Test
  void takesAConstantInput() {
    Network network = Network.input(2).delay("delay", 0, 3).build(1);
    Tape tape = network.record(Input.constant(new float[] {5, 7}, 5, 1).withGradient());
    assertArrayEquals(new float[] {5, 0, 5, 0, 5, 0, 5, 7, 5, 7}, tape.output());
    assertArrayEquals(new float[] {5, 2}, tape.backward(new Upstream().output(1)).input());
  }

  /** Of spikes, by what the same network gives without the delay. */
  @Test
  void spikesStaySpikes() {
    int[] delays = {2, 0, 1, 4, 3};
    Network plain = spiking().build(1);
    Network delayed = spiking().delay("delay", delays).build(1);
    float[] x = random(new SplittableRandom(1), 8 * 2 * 5);
    Input input = Input.sequence(x, 8, 2).withGradient();
    Tape want = plain.record(input);
    Tape got = delayed.record(input);
    float[] spikes = want.spikes("lif");
    assertTrue(Arrays.toString(spikes).contains("1.5"));
    Agreement.bits("spikes", shifted(spikes, delays, 1), got.output());
    Agreement.bits("spikes", shifted(spikes, delays, 1), delayed.run(input).output());
    assertEquals(delayed.run(input).output()[5 * 2 * 5] != 0, delayed.run(input).spikes(0).fired(5, 0));
    float[] g = random(new SplittableRandom(2), spikes.length);
    Agreement.bits("d_input", want.backward(new Upstream().output(shifted(g, delays, -1))).input(),
        got.backward(new Upstream().output(g)).input());
  }

  private static Network.Builder spiking() {
    return Network.input(5).leaky("lif", n -> n.beta(0.8f).gradedSpikesFactor(1.5f));
  }

  private static float[] shifted(float[] from, int[] delays, int direction) {
    float[] to = new float[from.length];
    int row = 2 * delays.length;
    for (int i = 0; i < to.length; i++) {
      int t = i / row - direction * delays[i % delays.length];
      to[i] = t >= 0 && t < from.length / row ? from[t * row + i % row] : 0;
    }
    return to;
  }

  @Test
  void sessionsResetAndRestoreWhatIsUnderWay() {
    Session session = Network.input(1).delay("delay", 2).build(1).session();
    session.step(new float[] {1}).step(new float[] {2});
    States snapshot = session.snapshot();
    assertArrayEquals(new float[] {1}, session.step(new float[] {3}).output());
    assertArrayEquals(new float[] {2}, session.step(new float[] {4}).output());
    session.restore(snapshot);
    assertArrayEquals(new float[] {1}, session.step(new float[] {5}).output());
    assertArrayEquals(new float[] {2}, session.step(new float[] {6}).output());
    assertArrayEquals(new float[] {5}, session.step(new float[] {7}).output());
    session.reset();
    assertArrayEquals(new float[] {0}, session.step(new float[] {8}).output());
    assertEquals("layer: expected one of [], got delay",
        assertThrows(IllegalArgumentException.class, () -> session.state("delay")).getMessage());
    assertEquals("state: expected 1 samples of 1 values delayed by up to 2 steps, got 1 samples of 1 values delayed by up"
        + " to 3 steps", assertThrows(IllegalArgumentException.class,
            () -> session.restore(Network.input(1).delay("delay", 3).build(1).states(1))).getMessage());
    assertEquals("state: expected 1 samples of 1 values delayed by up to 2 steps, got 1 samples of 1 Leaky neurons",
        assertThrows(IllegalArgumentException.class, () ->
            session.restore(Network.input(1).leaky("delay", n -> n.beta(0.5f)).build(1).states(1))).getMessage());
  }

  @Test
  void keepsItsDelays() {
    Delay delay = new Delay(Shape.of(2, 2), 3);
    assertArrayEquals(new int[] {3, 3, 3, 3}, delay.delays());
    assertEquals(3, delay.longest());
    assertEquals(Shape.of(2, 2), delay.outputShape());
    assertEquals(List.of(), delay.parameters());
    int[] given = {1, 2};
    Network.Builder builder = Network.input(2).delay("delay", given);
    given[0] = 9;
    assertFalse(Arrays.equals(given, ((Delay) builder.build(1).layers().getFirst().layer()).delays()));
  }

  @Test
  void refusesWhatDoesNotFit() {
    assertEquals("delay: expected one for all or one for each of the 3 values of [3], got 2", refused(1, 2));
    assertEquals("delay: expected one for all or one for each of the 3 values of [3], got 0", refused());
    assertEquals("delay: expected at least 0 steps, got -1", refused(0, -1, 2));
    assertEquals("delay: 2147483647 steps of 3 values exceed an array; delay fewer or less",
        refused(Integer.MAX_VALUE));
  }

  private static String refused(int... delays) {
    return assertThrows(IllegalArgumentException.class, () -> new Delay(Shape.of(3), delays)).getMessage();
  }
}
