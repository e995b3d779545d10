package org.spikelane.neuron;

import java.util.Arrays;
import org.spikelane.kernels.KernelProvider;
import org.spikelane.kernels.Rows;
import org.spikelane.kernels.SpikeRows;
import org.spikelane.kernels.SurrogateDerivative;
import org.spikelane.kernels.SynapticKernels;
import org.spikelane.layer.Block;
import org.spikelane.layer.GradientSums;
import org.spikelane.layer.Values;

/**
 * {@link Synaptic} and {@link RSynaptic}: two states, synaptic current and membrane. The current is recorded only where
 * alpha learns or the caller wants to read it, as nothing else needs it backward.
 */
final class SecondOrderStage extends NeuronStage {

  private final SynapticKernels kernels = KernelProvider.current().synaptic();
  private final int size;
  private final int steps;
  private final float[] alpha;
  private final float[] beta;
  private final float[] theta;
  private final boolean learn;
  private final boolean recordCurrent;
  /** By sample: the current of step t in row t+1; without a record, one row that is the state itself. */
  private final Rows[] syn;
  /** By sample: dL/d(current of step t), from outside, in row t. */
  private final Rows[] gSyn;
  private final Rows noGradient;
  /** [samples][N]: gradient carried to the current before the step at hand. */
  private final float[][] carriedSyn;

  SecondOrderStage(Neuron neuron, Values input, Block block, NeuronState state, int first) {
    super(neuron, input, block, state, first);
    this.size = neuron.size();
    this.steps = block.steps();
    this.alpha = neuron.alpha().perNeuron();
    this.beta = neuron.beta().perNeuron();
    this.theta = neuron.threshold().perNeuron();
    this.learn = neuron.learnsDynamics();
    this.recordCurrent = block.record() && (block.states() || neuron.alpha().parameter().trainable());
    // Where beta or the threshold learns and alpha does not, the kernel also sums a gradient of alpha, from whatever the
    // state holds; nobody reads it.
    this.syn = recordCurrent
        ? recordRows(block, size)
        : rows(state.current(), block.samples(), size, first * size, 0);
    int recorded = block.record() ? block.samples() : 0;
    this.carriedSyn = new float[recorded][size];
    this.gSyn = new Rows[recorded];
    this.noGradient = noGradient(neuron);
    Arrays.fill(gSyn, noGradient);
  }

  @Override
  void forwardDelayed(int b, Rows x, Rows rec, Rows membrane, boolean inhibition, int t0, int t1) {
    kernels.forwardDelayed(x, rec, syn[b], membrane, alpha, beta, theta, reset(), inhibition, spikes(b), t0, t1, 0,
        size);
  }

  @Override
  void forwardImmediate(int b, Rows x, Rows rec, Rows membrane, Rows q, SpikeRows rst, int t0, int t1) {
    kernels.forwardImmediate(x, rec, syn[b], membrane, alpha, beta, theta, reset(), q, spikes(b), rst, t0, t1, 0, size);
  }

  @Override
  void backwardDelayed(int b, Rows gSpk, Rows gMembrane, SurrogateDerivative sg, Rows membrane, float[] carried, Rows gx,
      int t0, int t1, int from, int to, GradientSums sums) {
    kernels.backwardDelayed(gSpk, gSyn[b], gMembrane, sg, syn[b], membrane, carriedSyn[b], carried, alpha, beta, theta,
        reset(), learn, learn ? sums(sums, neuron().alpha()) : null, learn ? sums(sums, neuron().beta()) : null,
        learn ? sums(sums, neuron().threshold()) : null, gx, t0, t1, from,
        to);
  }

  @Override
  void backwardImmediate(int b, Rows gSpk, Rows gMembrane, SurrogateDerivative sg, Rows membrane, Rows q,
      SpikeRows rst, float[] carried, Rows gx, int t0, int t1, int from, int to, GradientSums sums) {
    kernels.backwardImmediate(gSpk, gSyn[b], gMembrane, sg, syn[b], membrane, q, spikes(b), rst, carriedSyn[b], carried,
        alpha, beta, theta, reset(), learn, learn ? sums(sums, neuron().alpha()) : null,
        learn ? sums(sums, neuron().beta()) : null, learn ? sums(sums, neuron().threshold()) : null, gx, t0, t1, from,
        to);
  }

  @Override
  void loadCurrent(int b) {
    if (recordCurrent) {
      System.arraycopy(state().current(), (first() + b) * size, syn[b].data(), syn[b].at(0), size);
    }
  }

  @Override
  void storeCurrent(int b) {
    if (recordCurrent) {
      System.arraycopy(syn[b].data(), syn[b].at(steps), state().current(), (first() + b) * size, size);
    }
  }

  @Override
  void quantizeCurrent(int b, int t) {
    int at = syn[b].at(t + 1);
    neuron().stateQuant().quantize(syn[b].data(), at, at + size);
  }

  @Override
  void clearGivenCurrent() {
    Arrays.fill(gSyn, noGradient);
  }

  @Override
  void clearCarriedCurrent(int b) {
    Arrays.fill(carriedSyn[b], 0f);
  }

  @Override
  public Rows current(int b) {
    if (!recordCurrent) {
      throw new IllegalStateException("syn: the synaptic current was not recorded; ask for states when recording");
    }
    return syn[b];
  }

  @Override
  public void currentGradient(int b, Rows gradient) {
    gSyn[b] = gradient;
  }

  @Override
  public float[] carriedCurrent(int b) {
    return carriedSyn[b];
  }
}
