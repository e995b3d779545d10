package org.spikelane.neuron;

import org.spikelane.kernels.KernelProvider;
import org.spikelane.kernels.LeakyKernels;
import org.spikelane.kernels.Rows;
import org.spikelane.kernels.SpikeRows;
import org.spikelane.kernels.SurrogateDerivative;
import org.spikelane.layer.Block;
import org.spikelane.layer.GradientSums;
import org.spikelane.layer.Values;

/** {@link Leaky} and {@link RLeaky}: one state, the membrane. */
final class FirstOrderStage extends NeuronStage {

  private final LeakyKernels kernels = KernelProvider.current().leaky();
  private final int size;
  private final float[] beta;
  private final float[] theta;
  private final boolean learn;

  FirstOrderStage(Neuron neuron, Values input, Block block, NeuronState state, int first) {
    super(neuron, input, block, state, first);
    this.size = neuron.size();
    this.beta = neuron.beta().perNeuron();
    this.theta = neuron.threshold().perNeuron();
    this.learn = neuron.learnsDynamics();
  }

  @Override
  void forwardDelayed(int b, Rows x, Rows rec, Rows membrane, boolean inhibition, int t0, int t1) {
    kernels.forwardDelayed(x, rec, membrane, beta, theta, reset(), inhibition, spikes(b), t0, t1, 0, size);
  }

  @Override
  void forwardImmediate(int b, Rows x, Rows rec, Rows membrane, Rows q, SpikeRows rst, int t0, int t1) {
    kernels.forwardImmediate(x, rec, membrane, beta, theta, reset(), q, spikes(b), rst, t0, t1, 0, size);
  }

  @Override
  void backwardDelayed(int b, Rows gSpk, Rows gMembrane, SurrogateDerivative sg, Rows membrane, float[] carried, Rows gx,
      int t0, int t1, int from, int to, GradientSums sums) {
    kernels.backwardDelayed(gSpk, gMembrane, sg, membrane, carried, beta, theta, reset(), learn,
        learn ? sums(sums, neuron().beta()) : null, learn ? sums(sums, neuron().threshold()) : null, gx, t0, t1, from,
        to);
  }

  @Override
  void backwardImmediate(int b, Rows gSpk, Rows gMembrane, SurrogateDerivative sg, Rows membrane, Rows q,
      SpikeRows rst, float[] carried, Rows gx, int t0, int t1, int from, int to, GradientSums sums) {
    kernels.backwardImmediate(gSpk, gMembrane, sg, membrane, q, spikes(b), rst, carried, beta, theta, reset(), learn,
        learn ? sums(sums, neuron().beta()) : null, learn ? sums(sums, neuron().threshold()) : null, gx, t0, t1, from,
        to);
  }

  @Override
  void loadCurrent(int b) {}

  @Override
  void storeCurrent(int b) {}

  @Override
  void quantizeCurrent(int b, int t) {}

  @Override
  void clearGivenCurrent() {}

  @Override
  void clearCarriedCurrent(int b) {}

  @Override
  public Rows current(int b) {
    return null;
  }

  @Override
  public void currentGradient(int b, Rows gradient) {
    throw new IllegalArgumentException("syn: " + neuron().type() + " has no synaptic current");
  }

  @Override
  public float[] carriedCurrent(int b) {
    return null;
  }
}
