package org.spikelane.kernels;

import java.util.Arrays;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;

/**
 * One sample of N neurons over T steps, [T][N], with what the neuron kernels read and write.
 *
 * <p>The input is noise of mean 0, made stronger until 10 % of the neurons spike at a step, whatever the kind of reset.
 * States start where a first run of the sequence left them, in every iteration again. Recordings go to arrays of their
 * own and not over the input, which every invocation needs: in a network they cost less memory traffic.
 */
public abstract class NeuronSequence extends KernelBenchmarkState {

  /** Steps of the sequence, T. */
  static final int STEPS = 100;

  /** What JMH divides by: neurons times steps of an invocation. */
  static final int NEURON_STEPS = NEURONS * STEPS;

  private static final int WARM_UPS = 50;

  /** Neurons of a row. */
  @Param({"128", "1024", "16384"})
  public int size;

  /** Kind of reset; {@code -p reset=ZERO,NONE} measures the others. */
  @Param("SUBTRACT")
  public ResetMechanism reset;

  int repeats;
  float[] alpha;
  float[] beta;
  float[] theta;
  Rows x;
  Rows rec;

  Rows syn;
  Rows mem;
  float[] firstSyn;
  float[] firstMem;
  SpikeRows spk;
  SpikeRows rst;

  Rows recordingSyn;
  Rows recordingMem;
  Rows recordingQ;

  Rows recordedSyn;
  Rows recordedMem;
  Rows recordedQ;
  SpikeRows recordedSpk;
  SpikeRows recordedRst;
  SurrogateDerivative sg;
  Rows gSpk;
  Rows noGradient;
  Rows gx;
  float[] cSyn;
  float[] cMem;
  float[] gAlpha;
  float[] gBeta;
  float[] gTheta;

  NeuronSequence() {}

  /** Runs neurons {@code [0, to)} forward and backward through every kernel of the family, over all that is written. */
  abstract void runAll(ResetMechanism mode, int to);

  /** The resets that the family knows. */
  abstract ResetMechanism[] modes();

  /** Steps {@code [0, T)} with delayed reset from the states to the recorded rows. */
  abstract void recordDelayed();

  /** Steps {@code [0, T)} with immediate reset from the states to the recorded rows. */
  abstract void recordImmediate();

  /** Makes the operands, and shows the compiler every reset and kind of derivative: with one alone in its profile it flatters. */
  @Setup(Level.Trial)
  public void prepare() {
    repeats = repeats(size);
    alpha = uniform(size, 0.75, 0.85);
    beta = uniform(size, 0.85, 0.95);
    theta = uniform(size, 0.9, 1.1);
    x = new Rows(normal(STEPS * size, 0.05), 0, size);
    rec = Rows.NONE;
    allocate();
    for (int i = 0; i < WARM_UPS; i++) {
      for (ResetMechanism mode : modes()) {
        sg = SurrogateDerivative.of(noGradient);
        runAll(mode, Math.min(size, 128));
        sg = SurrogateDerivative.atan(2f);
        runAll(mode, Math.min(size, 128));
        restore();
      }
    }
    clear();
    settle();
    requireRealisticRates();
    restore();
  }

  private void allocate() {
    syn = Rows.constant(new float[size]);
    mem = Rows.constant(new float[size]);
    firstSyn = new float[size];
    firstMem = new float[size];
    spk = noSpikes(STEPS, size);
    rst = noSpikes(STEPS, size);
    recordingSyn = zeros(STEPS + 1, size);
    recordingMem = zeros(STEPS + 1, size);
    recordingQ = zeros(STEPS, size);
    recordedSyn = zeros(STEPS + 1, size);
    recordedMem = zeros(STEPS + 1, size);
    recordedQ = zeros(STEPS, size);
    recordedSpk = noSpikes(STEPS, size);
    recordedRst = noSpikes(STEPS, size);
    gSpk = new Rows(normal(STEPS * size, 0.1), 0, size);
    noGradient = Rows.constant(new float[size]);
    gx = zeros(STEPS, size);
    cSyn = new float[size];
    cMem = new float[size];
    gAlpha = new float[size];
    gBeta = new float[size];
    gTheta = new float[size];
  }

  /** Removes what warming up wrote. */
  private void clear() {
    Arrays.fill(spk.words(), 0);
    Arrays.fill(rst.words(), 0);
    for (Rows written : new Rows[] {recordingSyn, recordingMem, recordingQ, gx}) {
      Arrays.fill(written.data(), 0f);
    }
  }

  /** Runs the sequence once to find states to start from, then again to record what the backward kernels read. */
  private void settle() {
    recordDelayed();
    while (rate(recordedMem, 1) < 0.1) {
      for (int i = 0; i < STEPS * size; i++) {
        x.data()[i] *= 1.1f;
      }
      recordDelayed();
    }
    System.arraycopy(recordedSyn.data(), recordedSyn.at(STEPS), firstSyn, 0, size);
    System.arraycopy(recordedMem.data(), recordedMem.at(STEPS), firstMem, 0, size);
    for (Rows state : new Rows[] {recordedSyn, recordingSyn}) {
      System.arraycopy(firstSyn, 0, state.data(), 0, size);
    }
    for (Rows state : new Rows[] {recordedMem, recordingMem}) {
      System.arraycopy(firstMem, 0, state.data(), 0, size);
    }
    restore();
    recordImmediate();
    recordDelayed();
  }

  /** Share of spikes among neurons and steps, step 0 being row {@code first} of the membranes that fire. */
  private double rate(Rows fires, int first) {
    long spikes = 0;
    for (int t = 0; t < STEPS; t++) {
      for (int n = 0; n < size; n++) {
        spikes += fires.data()[fires.at(first + t) + n] > theta[n] ? 1 : 0;
      }
    }
    return spikes / ((double) STEPS * size);
  }

  private void requireRealisticRates() {
    for (double rate : new double[] {rate(recordedMem, 1), rate(recordedQ, 0)}) {
      if (!(rate >= 0.05 && rate <= 0.2)) {
        throw new IllegalStateException("spike rate: expected 0.05 to 0.2, got " + rate + " with reset " + reset);
      }
    }
  }

  /** Lets every iteration start from the same states; what is summed starts from 0. */
  @Setup(Level.Iteration)
  public void restore() {
    System.arraycopy(firstSyn, 0, syn.data(), 0, size);
    System.arraycopy(firstMem, 0, mem.data(), 0, size);
    for (float[] sum : new float[][] {cSyn, cMem, gAlpha, gBeta, gTheta}) {
      Arrays.fill(sum, 0f);
    }
  }
}
