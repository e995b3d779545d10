package org.spikelane.connection;

import java.util.Arrays;
import java.util.List;
import org.spikelane.layer.Block;
import org.spikelane.layer.Parameter;
import org.spikelane.layer.Shape;
import org.spikelane.layer.Signal;
import org.spikelane.layer.State;
import org.spikelane.layer.StatefulLayer;

/**
 * Every value some whole steps later: {@code y[t][n] = x[t - d[n]][n]}, zero where there is no such step; NIR's {@code
 * Delay}. Spikes stay spikes. No parameters: the delays are fixed.
 *
 * <p>What has not come out yet is state, which sessions carry on and gradients cross.
 */
public final class Delay implements StatefulLayer {

  private final Shape shape;
  private final int[] delays;
  private final int longest;
  /** Where runs of neighbours with the same delay end. */
  private final int[] ends;

  /**
   * Delays in steps, one for all values or one for each.
   *
   * @throws IllegalArgumentException if there are other numbers of delays, one is negative, or the values under way
   *     exceed an array
   */
  public Delay(Shape shape, int... delays) {
    if (delays.length != 1 && delays.length != shape.size()) {
      throw new IllegalArgumentException("delay: expected one for all or one for each of the " + shape.size()
          + " values of " + shape + ", got " + delays.length);
    }
    this.shape = shape;
    this.delays = new int[shape.size()];
    for (int n = 0; n < this.delays.length; n++) {
      int delay = delays[delays.length == 1 ? 0 : n];
      if (delay < 0) {
        throw new IllegalArgumentException("delay: expected at least 0 steps, got " + delay);
      }
      this.delays[n] = delay;
    }
    this.longest = Arrays.stream(this.delays).max().orElseThrow();
    if ((1L + longest) * shape.size() > Integer.MAX_VALUE - 8) {
      throw new IllegalArgumentException(
          "delay: " + longest + " steps of " + shape.size() + " values exceed an array; delay fewer or less");
    }
    this.ends = endsOfRuns();
  }

  private int[] endsOfRuns() {
    int[] found = new int[delays.length];
    int count = 0;
    for (int n = 0; n < delays.length; n++) {
      if (n == delays.length - 1 || delays[n + 1] != delays[n]) {
        found[count++] = n + 1;
      }
    }
    return Arrays.copyOf(found, count);
  }

  @Override
  public String type() {
    return "Delay";
  }

  @Override
  public Shape inputShape() {
    return shape;
  }

  @Override
  public Shape outputShape() {
    return shape;
  }

  /** The delay of each value, in steps; a copy. */
  public int[] delays() {
    return delays.clone();
  }

  /** The longest of them. */
  public int longest() {
    return longest;
  }

  /** Number of runs of neighbours with the same delay. */
  int runs() {
    return ends.length;
  }

  /** The first value of a run. */
  int start(int run) {
    return run == 0 ? 0 : ends[run - 1];
  }

  /** The end of a run, exclusive. */
  int end(int run) {
    return ends[run];
  }

  /** The delay of a run. */
  int delay(int run) {
    return delays[ends[run] - 1];
  }

  @Override
  public List<Parameter> parameters() {
    return List.of();
  }

  @Override
  public void refresh() {}

  @Override
  public boolean takesSpikes() {
    return true;
  }

  @Override
  public DelayState state(int samples) {
    return new DelayState(this, samples);
  }

  @Override
  public DelayStage stage(Signal input, Block block, State state, int first) {
    return new DelayStage(this, input, block, (DelayState) state, first);
  }
}
