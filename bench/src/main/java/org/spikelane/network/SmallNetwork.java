package org.spikelane.network;

import java.util.SplittableRandom;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.spikelane.MeasuredProvider;

/**
 * A network of recurrent neurons with spike trains to run through it: 64 inputs, one in ten active at a step, {@code
 * hidden} RLeaky neurons with all-to-all recurrence and a learned beta, 10 Leaky outputs.
 */
@State(Scope.Thread)
public class SmallNetwork {

  /** Inputs of the network. */
  public static final int FEATURES = 64;

  /** Neurons of the last layer. */
  public static final int CLASSES = 10;

  /** Steps of a sample, T. */
  public static final int STEPS = 100;

  /** Samples of a sequence, B. */
  public static final int SAMPLES = 16;

  /** What an input spike is worth: enough that 5 to 20 % of the hidden neurons spike. */
  public static final float SPIKE = 3f;

  /** Neurons of the recurrent layer. */
  @Param({"128", "512"})
  public int hidden;

  private Network network;
  private Session session;
  private States first;
  private float[][] steps;
  private Input input;
  private float[] outputGradient;

  /** Empty until {@link #prepare}. */
  public SmallNetwork() {}

  /** Builds the network and draws the input. */
  @Setup(Level.Trial)
  public void prepare() {
    MeasuredProvider.required();
    SplittableRandom random = new SplittableRandom(20_262);
    network = build(hidden);
    session = network.session();
    first = session.snapshot();
    steps = new float[STEPS][FEATURES];
    float[] sequence = new float[STEPS * SAMPLES * FEATURES];
    for (int i = 0; i < sequence.length; i++) {
      sequence[i] = random.nextInt(10) == 0 ? SPIKE : 0f;
    }
    for (int t = 0; t < STEPS; t++) {
      System.arraycopy(sequence, t * SAMPLES * FEATURES, steps[t], 0, FEATURES);
    }
    input = Input.sequence(sequence, STEPS, SAMPLES);
    outputGradient = new float[STEPS * SAMPLES * CLASSES];
    for (int i = 0; i < outputGradient.length; i++) {
      outputGradient[i] = (float) (0.01 * random.nextGaussian());
    }
    requireRealisticRate();
  }

  /** The network with {@code hidden} recurrent neurons. */
  public static Network build(int hidden) {
    return Network.input(FEATURES)
        .linear("fc1", hidden)
        .rLeaky("lif1", n -> n.beta(0.9f).learnBeta().allToAll())
        .linear("fc2", CLASSES)
        .leaky("lif2", n -> n.beta(0.9f))
        .build(7);
  }

  private void requireRealisticRate() {
    float[] spikes = network.record(input).spikes("lif1");
    double count = 0;
    for (float spike : spikes) {
      count += spike;
    }
    double rate = count / spikes.length;
    if (rate < 0.05 || rate > 0.2) {
      throw new IllegalStateException("spike rate: expected 0.05 to 0.2, got " + rate);
    }
  }

  /** Lets every iteration start from the same states. */
  @Setup(Level.Iteration)
  public void restore() {
    session.restore(first);
  }

  /** The network. */
  public Network network() {
    return network;
  }

  /** A session of one stream. */
  public Session session() {
    return session;
  }

  /** The input of sample 0, step by step. */
  public float[][] steps() {
    return steps;
  }

  /** The input of all samples. */
  public Input input() {
    return input;
  }

  /** dL/d(output spikes), [T][B][CLASSES]. */
  public float[] outputGradient() {
    return outputGradient;
  }
}
