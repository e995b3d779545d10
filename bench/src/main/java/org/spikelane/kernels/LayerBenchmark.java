package org.spikelane.kernels;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Fork;
import org.spikelane.ForkedBenchmark;

/**
 * Whole layers at the sizes that networks give them, in memory as networks hold them: blocks of samples, and layers too
 * large for any cache. Scores are ns per call of B samples, T steps and N neurons ({@link #step}: one step of one
 * sample); {@link ElementwiseTable} divides them.
 *
 * <pre>java -jar bench/target/benchmarks.jar LayerBenchmark -p samples=128 -p order=SECOND -prof gc</pre>
 */
@Fork(value = 3, jvmArgsPrepend = {ForkedBenchmark.VECTORS, ForkedBenchmark.QUIET, "-Xms4g", "-Xmx4g"})
public class LayerBenchmark extends ForkedBenchmark {

  /** One step of one sample, states in place. */
  @Benchmark
  public float[] step(LayerOperands o) {
    o.forward(o.input[0], o.syn, o.mem, ResetMechanism.SUBTRACT, o.spk[0], 1, o.size);
    return o.mem.data();
  }

  /** Inference: states in place, spikes out. */
  @Benchmark
  public float[] sequence(LayerOperands o) {
    for (int b = 0; b < o.samples; b++) {
      o.forward(o.input[b], o.syn, o.mem, ResetMechanism.SUBTRACT, o.spk[b], LayerOperands.STEPS, o.size);
    }
    return o.mem.data();
  }

  /** The forward pass of training: the membrane recorded over the input. */
  @Benchmark
  public float[] record(LayerTraining o) {
    for (int b = 0; b < o.samples; b++) {
      o.forward(o.input[b], o.syn, o.recorded[b], ResetMechanism.SUBTRACT, o.spk[b], LayerOperands.STEPS, o.size);
    }
    return o.rows;
  }

  /** The backward pass, arctangent surrogate included: the gradient of the input written over the membrane. */
  @Benchmark
  public float[] backward(LayerTraining.Backward o) {
    for (int b = 0; b < o.samples; b++) {
      o.backward(b, false);
    }
    return o.rows;
  }

  /** The same with gradients of decays and threshold. */
  @Benchmark
  public float[] backwardLearning(LayerTraining.Backward o) {
    for (int b = 0; b < o.samples; b++) {
      o.backward(b, true);
    }
    return o.rows;
  }
}
