package org.spikelane.neuron;

import java.util.Arrays;
import org.spikelane.kernels.KernelProvider;
import org.spikelane.kernels.SpikeRows;
import org.spikelane.layer.State;
import org.spikelane.layer.Values;

/**
 * What a neuron layer carries from one step to the next, for a number of samples: membrane, synaptic current (in
 * second-order neurons), and the last spikes.
 *
 * <p>Made by {@link Neuron#state}, all zero. Belongs to one thread. The arrays are the state itself and may be written to;
 * row b holds the N values of sample b.
 */
public final class NeuronState implements State {

  private final Neuron neuron;
  private final int samples;
  private final float[] mem;
  private final float[] syn;
  private final SpikeRows spk;
  private NeuronStage stepper;
  private float[] spikes;

  NeuronState(Neuron neuron, int samples) {
    if (samples < 1) {
      throw new IllegalArgumentException("samples: expected at least 1, got " + samples);
    }
    this.neuron = neuron;
    this.samples = samples;
    this.mem = new float[State.total(samples, neuron.size())];
    this.syn = neuron.alpha() == null ? null : new float[samples * neuron.size()];
    int words = SpikeRows.words(neuron.size());
    this.spk = new SpikeRows(new long[samples * words], 0, words);
  }

  /** Number of samples. */
  public int samples() {
    return samples;
  }

  /** Membrane potentials, [samples][N]. */
  public float[] membrane() {
    return mem;
  }

  /** Synaptic currents, [samples][N]; null in first-order neurons. */
  public float[] current() {
    return syn;
  }

  /** The last spikes as bits, row b for sample b. */
  public SpikeRows spikeRows() {
    return spk;
  }

  /** The last spikes as floats, [samples][N], 0 or the layer's graded factor; one array, written anew by every call. */
  public float[] spikes() {
    if (spikes == null) {
      spikes = new float[mem.length];
    }
    float value = neuron.spikeValue();
    for (int b = 0; b < samples; b++) {
      KernelProvider.current().rows().expand(spk.words(), spk.at(b), value, spikes, b * neuron.size(), 0,
          neuron.size());
    }
    return spikes;
  }

  /**
   * Sets the last spikes from floats, [samples][N].
   *
   * @throws IllegalArgumentException if there are more or fewer, or one is neither 0 nor 1
   */
  public void spikes(float[] values) {
    if (values.length != mem.length) {
      throw new IllegalArgumentException("spk: expected " + mem.length + " values, got " + values.length);
    }
    for (float value : values) {
      if (value != 0f && value != 1f) {
        throw new IllegalArgumentException("spk: expected spikes of 0 or 1, got " + value);
      }
    }
    for (int b = 0; b < samples; b++) {
      KernelProvider.current().rows().spikes(values, b * neuron.size(), spk.words(), spk.at(b), 0, neuron.size());
    }
  }

  /** Sets all states to zero: {@code reset_mem()}. */
  @Override
  public void reset() {
    Arrays.fill(mem, 0f);
    if (syn != null) {
      Arrays.fill(syn, 0f);
    }
    Arrays.fill(spk.words(), 0L);
  }

  /** A copy that further steps do not change. */
  public NeuronState snapshot() {
    NeuronState copy = new NeuronState(neuron, samples);
    copy.restore(this);
    return copy;
  }

  @Override
  public void requireLike(State other) {
    if (!(other instanceof NeuronState state) || state.mem.length != mem.length || state.samples != samples
        || (state.syn == null) != (syn == null)) {
      throw new IllegalArgumentException("state: expected " + this + ", got " + other);
    }
  }

  @Override
  public void restore(State other) {
    requireLike(other);
    other.copyTo(0, this, 0, samples);
  }

  @Override
  public void copyTo(int from, State other, int to, int count) {
    NeuronState state = (NeuronState) other;
    int size = neuron.size();
    System.arraycopy(mem, from * size, state.mem, to * size, count * size);
    if (syn != null) {
      System.arraycopy(syn, from * size, state.syn, to * size, count * size);
    }
    System.arraycopy(spk.words(), spk.at(from), state.spk.words(), state.spk.at(to), count * SpikeRows.words(size));
  }

  @Override
  public String toString() {
    return samples + " samples of " + neuron.size() + " " + neuron.type() + " neurons";
  }

  void step(Neuron by, float[] x) {
    if (by != neuron) {
      throw new IllegalArgumentException("state: expected one made by this neuron's state(), got one of another");
    }
    if (x.length != mem.length) {
      throw new IllegalArgumentException(
          "x: expected " + samples + " times " + neuron.size() + " values, got " + x.length);
    }
    if (stepper == null) {
      stepper = neuron.stage(new Values(neuron.size(), samples, 1, false), Neuron.oneStep(samples), this, 0);
    }
    for (int b = 0; b < samples; b++) {
      System.arraycopy(x, b * neuron.size(), stepper.input().array(), stepper.input().rows(b).at(0), neuron.size());
    }
    stepper.forward(samples);
  }
}
