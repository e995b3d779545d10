package org.spikelane.connection;

import java.util.Arrays;
import org.spikelane.kernels.KernelProvider;
import org.spikelane.kernels.RowKernels;
import org.spikelane.kernels.Rows;
import org.spikelane.kernels.SpikeRows;
import org.spikelane.layer.Block;
import org.spikelane.layer.GradientSums;
import org.spikelane.layer.Signal;
import org.spikelane.layer.Spikes;
import org.spikelane.layer.Stage;
import org.spikelane.layer.Values;

/** A {@link Delay} at work on one block: every row goes into the ring of its sample, and what is due comes out. */
public final class DelayStage implements Stage {

  private final RowKernels kernels = KernelProvider.current().rows();
  private final Delay delay;
  private final int size;
  private final int steps;
  private final Signal input;
  private final Signal output;
  private final DelayState state;
  private final int first;
  /** Spikes on their way from floats to bits. */
  private final float[] due;
  private final float[] zeros;
  /** By sample, [longest][N]: gradient carried to the rows that went in last, the oldest first. */
  private final float[][] carried;

  DelayStage(Delay delay, Signal input, Block block, DelayState state, int first) {
    this.delay = delay;
    this.size = delay.inputShape().size();
    this.steps = block.steps();
    this.input = input;
    this.output = input instanceof Spikes
        ? new Spikes(size, block.samples(), steps)
        : new Values(size, block.samples(), steps, false);
    this.state = state;
    this.first = first;
    this.due = new float[size];
    this.zeros = new float[size];
    this.carried = new float[block.record() ? block.samples() : 0][delay.longest() * size];
  }

  @Override
  public Signal output() {
    return output;
  }

  @Override
  public void forward(int samples) {
    if (output instanceof Spikes to && input instanceof Spikes from) {
      to.value(from.value());
    }
    for (int b = 0; b < samples; b++) {
      for (int t = 0; t < steps; t++) {
        take(b, t);
        deliver(b, t);
        state.advance(first + b);
      }
    }
  }

  private void take(int b, int t) {
    int to = state.at(first + b, 0);
    switch (input) {
      case Spikes spikes -> {
        SpikeRows from = spikes.rows(b);
        kernels.expand(from.words(), from.at(t), 1f, state.rows(), to, 0, size);
      }
      case Values values -> {
        Rows from = values.rows(b);
        System.arraycopy(from.data(), from.at(t), state.rows(), to, size);
      }
    }
  }

  private void deliver(int b, int t) {
    switch (output) {
      case Spikes spikes -> {
        SpikeRows to = spikes.rows(b);
        gather(b, due, 0);
        kernels.fire(due, 0, zeros, to.words(), to.at(t), 0, size);
      }
      case Values values -> {
        Rows to = values.rows(b);
        gather(b, to.data(), to.at(t));
      }
    }
  }

  private void gather(int b, float[] to, int toAt) {
    for (int run = 0; run < delay.runs(); run++) {
      int start = delay.start(run);
      System.arraycopy(state.rows(), state.at(first + b, delay.delay(run)) + start, to, toAt + start,
          delay.end(run) - start);
    }
  }

  /** Makes the gradient that comes from after the last step zero; call before it is added to. */
  public void clearCarried() {
    for (float[] rows : carried) {
      Arrays.fill(rows, 0f);
    }
  }

  /**
   * [longest][N] of a sample, the oldest row first: before {@link #backward} dL/d(the rows that went in last) by later
   * steps, after it dL/d(the rows that went in before the first step).
   */
  public float[] carried(int b) {
    return carried[b];
  }

  @Override
  public void backward(int samples, GradientSums sums) {
    for (int b = 0; b < samples; b++) {
      if (input.hasGradient()) {
        backwardToInput(b);
      }
      backwardToState(b);
    }
  }

  /** {@code gx[u] = } what later steps want of it, and gy[u + d] where that is a step of this run. */
  private void backwardToInput(int b) {
    Rows gx = input.gradient(b);
    Rows gy = output.gradient(b);
    // A constant input has one row, to which every step adds.
    for (int u = 0; u < input.rowsPerSample(); u++) {
      Arrays.fill(gx.data(), gx.at(u), gx.at(u) + size, 0f);
    }
    for (int u = 0; u < steps; u++) {
      int fromLast = steps - u;
      if (fromLast <= delay.longest()) {
        kernels.add(carried[b], (delay.longest() - fromLast) * size, gx.data(), gx.at(u), 0, size);
      }
      for (int run = 0; run < delay.runs(); run++) {
        int t = u + delay.delay(run);
        if (t < steps) {
          kernels.add(gy.data(), gy.at(t), gx.data(), gx.at(u), delay.start(run), delay.end(run));
        }
      }
    }
  }

  /** The same for the rows that went in before the first step, the u of which is negative. */
  private void backwardToState(int b) {
    Rows gy = output.gradient(b);
    float[] rows = carried[b];
    int kept = Math.max(0, delay.longest() - steps) * size;
    System.arraycopy(rows, 0, rows, rows.length - kept, kept);
    Arrays.fill(rows, 0, rows.length - kept, 0f);
    for (int u = -delay.longest(); u < 0; u++) {
      for (int run = 0; run < delay.runs(); run++) {
        int t = u + delay.delay(run);
        if (t >= 0 && t < steps) {
          kernels.add(gy.data(), gy.at(t), rows, (delay.longest() + u) * size, delay.start(run), delay.end(run));
        }
      }
    }
  }
}
