package org.spikelane.kernels;

import java.util.Arrays;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.spikelane.ForkedBenchmark;

/**
 * The second-order neuron kernels over 100 steps; scores are ns per neuron and step.
 *
 * <pre>java -jar bench/target/benchmarks.jar SynapticBenchmark -prof gc</pre>
 */
@OperationsPerInvocation(NeuronSequence.NEURON_STEPS)
public class SynapticBenchmark extends ForkedBenchmark {

  /** Second-order neurons. */
  public static class Neurons extends NeuronSequence {

    private SynapticKernels kernels;

    /** Empty until {@link #prepare}. */
    public Neurons() {}

    SynapticKernels kernels() {
      if (kernels == null) {
        kernels = provider().synaptic();
      }
      return kernels;
    }

    void forward(Rows current, Rows membrane, ResetMechanism mode, int t0, int t1, int to) {
      kernels().forwardDelayed(x, rec, current, membrane, alpha, beta, theta, mode, false, spk, t0, t1, 0, to);
    }

    void forwardImmediate(Rows q, SpikeRows spikes, SpikeRows resets, ResetMechanism mode, int to) {
      kernels().forwardImmediate(x, rec, syn, mem, alpha, beta, theta, mode, q, spikes, resets, 0, STEPS, 0, to);
    }

    void backward(ResetMechanism mode, boolean learn, int to) {
      kernels().backwardDelayed(gSpk, noGradient, noGradient, sg, recordedSyn, recordedMem, cSyn, cMem, alpha, beta,
          theta, mode, learn, gAlpha, gBeta, gTheta, gx, 0, STEPS, 0, to);
    }

    void backwardImmediate(ResetMechanism mode, int to) {
      kernels().backwardImmediate(gSpk, noGradient, noGradient, sg, recordedSyn, recordedMem, recordedQ,
          recordedSpk, recordedRst, cSyn, cMem, alpha, beta, theta, mode, false, gAlpha, gBeta, gTheta, gx, 0, STEPS, 0,
          to);
    }

    @Override
    ResetMechanism[] modes() {
      return new ResetMechanism[] {ResetMechanism.SUBTRACT, ResetMechanism.ZERO, ResetMechanism.NONE};
    }

    @Override
    void runAll(ResetMechanism mode, int to) {
      forward(syn, mem, mode, 0, STEPS, to);
      forward(syn, recordingMem, mode, 0, STEPS, to);
      forwardImmediate(recordingQ, spk, rst, mode, to);
      backward(mode, false, to);
      backward(mode, true, to);
      backwardImmediate(mode, to);
    }

    @Override
    void recordDelayed() {
      forward(recordedSyn, recordedMem, reset, 0, STEPS, size);
      Arrays.fill(spk.words(), 0);
    }

    @Override
    void recordImmediate() {
      forwardImmediate(recordedQ, recordedSpk, recordedRst, reset, size);
    }
  }

  /** Delayed reset, states in place, one call a step. */
  @Benchmark
  public float[] step(Neurons s) {
    for (int i = 0; i < s.repeats; i++) {
      for (int t = 0; t < NeuronSequence.STEPS; t++) {
        s.forward(s.syn, s.mem, s.reset, t, t + 1, s.size);
      }
    }
    return s.mem.data();
  }

  /** Delayed reset, states in place, one call a sequence: inference. */
  @Benchmark
  public float[] sequence(Neurons s) {
    for (int i = 0; i < s.repeats; i++) {
      s.forward(s.syn, s.mem, s.reset, 0, NeuronSequence.STEPS, s.size);
    }
    return s.mem.data();
  }

  /** Delayed reset, membrane recorded: the forward pass of training. */
  @Benchmark
  public float[] record(Neurons s) {
    for (int i = 0; i < s.repeats; i++) {
      s.forward(s.syn, s.recordingMem, s.reset, 0, NeuronSequence.STEPS, s.size);
    }
    return s.recordingMem.data();
  }

  /** Delayed reset, membrane and synaptic current recorded, as a gradient of alpha needs it. */
  @Benchmark
  public float[] recordLearning(Neurons s) {
    for (int i = 0; i < s.repeats; i++) {
      s.forward(s.recordingSyn, s.recordingMem, s.reset, 0, NeuronSequence.STEPS, s.size);
    }
    return s.recordingMem.data();
  }

  /** Immediate reset, states in place, the membrane that fired recorded: the forward pass of training. */
  @Benchmark
  public float[] immediate(Neurons s) {
    for (int i = 0; i < s.repeats; i++) {
      s.forwardImmediate(s.recordingQ, s.spk, s.rst, s.reset, s.size);
    }
    return s.mem.data();
  }

  /** Delayed reset, arctangent surrogate included, gradient of the input alone. */
  @Benchmark
  public float[] backward(Neurons s) {
    for (int i = 0; i < s.repeats; i++) {
      s.backward(s.reset, false, s.size);
    }
    return s.gx.data();
  }

  /** Delayed reset, arctangent surrogate included, gradients of input, alpha, beta and theta. */
  @Benchmark
  public float[] backwardLearning(Neurons s) {
    for (int i = 0; i < s.repeats; i++) {
      s.backward(s.reset, true, s.size);
    }
    return s.gx.data();
  }

  /** Immediate reset, arctangent surrogate included, gradient of the input alone. */
  @Benchmark
  public float[] backwardImmediate(Neurons s) {
    for (int i = 0; i < s.repeats; i++) {
      s.backwardImmediate(s.reset, s.size);
    }
    return s.gx.data();
  }
}
