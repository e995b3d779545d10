package org.spikelane.network;

import java.util.SplittableRandom;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.spikelane.MeasuredProvider;

/** A session of many streams through 1024-1024-1024 Leaky neurons. */
@State(Scope.Thread)
public class ManyStreams {

  private static final int SIZE = 1024;
  private static final int INPUTS_PER_SPIKE = 10;

  /** Streams of the session. */
  @Param({"1", "16", "128"})
  public int streams;

  /** Whether the input is spikes, one in ten, or noise. */
  @Param({"false", "true"})
  public boolean spikes;

  private float[] x;
  private Network network;
  private Session session;

  /** Empty until {@link #prepare}. */
  public ManyStreams() {}

  /** Builds the network and draws the input. */
  @Setup(Level.Trial)
  public void prepare() {
    MeasuredProvider.required();
    SplittableRandom random = new SplittableRandom(20_264);
    x = new float[streams * SIZE];
    for (int i = 0; i < x.length; i++) {
      x[i] = spikes ? (random.nextInt(INPUTS_PER_SPIKE) == 0 ? 1f : 0f) : (float) random.nextGaussian();
    }
    network = Network.input(SIZE)
        .linear("fc1", SIZE).leaky("lif1", n -> n.beta(0.9f))
        .linear("fc2", SIZE).leaky("lif2", n -> n.beta(0.9f))
        .build(1);
    session = network.session(streams);
  }

  /** The network. */
  public Network network() {
    return network;
  }

  /** A step's input, [B][1024]. */
  public float[] step() {
    return x;
  }

  /** The same as a sequence of one step. */
  public Input sequence() {
    return Input.sequence(x, 1, streams);
  }

  /** The session. */
  public Session session() {
    return session;
  }
}
