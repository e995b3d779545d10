package org.spikelane.connection;

import java.util.Arrays;
import org.spikelane.layer.State;

/**
 * The last steps of what went into a {@link Delay}, for a number of samples, all zero at first: a ring of rows for each
 * sample, of which one is about to be written.
 */
public final class DelayState implements State {

  private final int size;
  private final int depth;
  /** [samples][depth][N]. */
  private final float[] rows;
  /** By sample: the row of its ring that is written next, the oldest. */
  private final int[] next;

  DelayState(Delay delay, int samples) {
    if (samples < 1) {
      throw new IllegalArgumentException("samples: expected at least 1, got " + samples);
    }
    this.size = delay.inputShape().size();
    this.depth = 1 + delay.longest();
    this.rows = new float[State.total(samples, (long) depth * size)];
    this.next = new int[samples];
  }

  float[] rows() {
    return rows;
  }

  /** Index of the row that went in {@code steps} before the one that is written next. */
  int at(int sample, int steps) {
    int row = next[sample] - steps;
    return (sample * depth + (row < 0 ? row + depth : row)) * size;
  }

  /** Moves to the next step. */
  void advance(int sample) {
    next[sample] = next[sample] + 1 == depth ? 0 : next[sample] + 1;
  }

  @Override
  public void reset() {
    Arrays.fill(rows, 0f);
    Arrays.fill(next, 0);
  }

  @Override
  public void requireLike(State other) {
    if (!(other instanceof DelayState state) || state.size != size || state.depth != depth
        || state.next.length != next.length) {
      throw new IllegalArgumentException("state: expected " + this + ", got " + other);
    }
  }

  @Override
  public void restore(State other) {
    requireLike(other);
    other.copyTo(0, this, 0, next.length);
  }

  @Override
  public void copyTo(int from, State other, int to, int count) {
    DelayState state = (DelayState) other;
    System.arraycopy(rows, from * depth * size, state.rows, to * depth * size, count * depth * size);
    System.arraycopy(next, from, state.next, to, count);
  }

  @Override
  public String toString() {
    return next.length + " samples of " + size + " values delayed by up to " + (depth - 1) + " steps";
  }
}
