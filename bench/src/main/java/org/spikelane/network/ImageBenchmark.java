package org.spikelane.network;

import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.spikelane.ForkedBenchmark;
import org.spikelane.MeasuredProvider;

/**
 * The network of snnTorch's tutorial on images, 12C5-P2-64C5-P2-10 of Leaky neurons, over 28 by 28 images of noise that
 * stay for 25 steps; scores are ms per time step of 32 images.
 *
 * <pre>java -jar bench/target/benchmarks.jar ImageBenchmark</pre>
 */
@State(Scope.Thread)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 4, time = 2)
@Measurement(iterations = 5, time = 2)
public class ImageBenchmark extends ForkedBenchmark {

  private static final int STEPS = 25;
  private static final int IMAGES = 32;
  private static final int PIXELS = 28 * 28;

  private final float[] images = new float[IMAGES * PIXELS];
  private Input input;
  private Session session;
  private Tape tape;

  /** Empty until {@link #prepare}. */
  public ImageBenchmark() {}

  /** Builds the network and draws the images. */
  @Setup(Level.Trial)
  public void prepare() {
    MeasuredProvider.required();
    SplittableRandom random = new SplittableRandom(20_263);
    for (int i = 0; i < images.length; i++) {
      images[i] = (float) random.nextDouble();
    }
    Network network = Network.input(1, 28, 28)
        .conv2d("conv1", 12, 5).leaky("lif1", n -> n.beta(0.9f)).maxPool2d("pool1", 2)
        .conv2d("conv2", 64, 5).leaky("lif2", n -> n.beta(0.9f)).maxPool2d("pool2", 2)
        .flatten("flat").linear("fc", 10).leaky("lif3", n -> n.beta(0.9f))
        .build(1);
    input = Input.constant(images, STEPS, IMAGES);
    session = network.session(IMAGES);
    tape = network.record(input);
  }

  /** All steps, without a tape: what does not change with time is computed once. */
  @Benchmark
  @OperationsPerInvocation(STEPS)
  public Outputs run() {
    session.reset();
    return session.run(input);
  }

  /** One step at a time, which knows nothing of the next. */
  @Benchmark
  public Session step() {
    return session.step(images);
  }

  /** Forward and backward through time. */
  @Benchmark
  @OperationsPerInvocation(STEPS)
  public Gradients recordAndBackward() {
    return tape.record(input).backward(new Upstream().spikes("lif3", 1f));
  }
}
