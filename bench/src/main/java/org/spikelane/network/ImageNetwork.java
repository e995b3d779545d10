package org.spikelane.network;

import java.util.SplittableRandom;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.spikelane.MeasuredProvider;

/** 12C5-P2-64C5-P2-10 of Leaky neurons, and images of noise that stay for all steps. */
@State(Scope.Thread)
public class ImageNetwork {

  /** Steps of an image, T. */
  public static final int STEPS = 25;

  /** Images, B. */
  public static final int IMAGES = 32;

  private static final int PIXELS = 28 * 28;

  private final float[] images = new float[IMAGES * PIXELS];
  private Input input;
  private Network network;
  private Session session;
  private Tape tape;

  /** Empty until {@link #prepare}. */
  public ImageNetwork() {}

  /** Builds the network and draws the images. */
  @Setup(Level.Trial)
  public void prepare() {
    MeasuredProvider.required();
    SplittableRandom random = new SplittableRandom(20_263);
    for (int i = 0; i < images.length; i++) {
      images[i] = (float) random.nextDouble();
    }
    network = Network.input(1, 28, 28)
        .conv2d("conv1", 12, 5).leaky("lif1", n -> n.beta(0.9f)).maxPool2d("pool1", 2)
        .conv2d("conv2", 64, 5).leaky("lif2", n -> n.beta(0.9f)).maxPool2d("pool2", 2)
        .flatten("flat").linear("fc", 10).leaky("lif3", n -> n.beta(0.9f))
        .build(1);
    input = Input.constant(images, STEPS, IMAGES);
    session = network.session(IMAGES);
    tape = network.record(input);
  }

  /** The network. */
  public Network network() {
    return network;
  }

  /** The images as one step, [B][784]. */
  public float[] images() {
    return images;
  }

  /** The images as a constant input of all steps. */
  public Input input() {
    return input;
  }

  /** A session of as many streams. */
  public Session session() {
    return session;
  }

  /** A tape of such inputs. */
  public Tape tape() {
    return tape;
  }
}
