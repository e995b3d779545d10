package org.spikelane.exchange;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.spikelane.kernels.ResetMechanism;
import org.spikelane.layer.Shape;
import org.spikelane.network.Network;
import org.spikelane.neuron.Leaky;
import org.spikelane.neuron.Neuron;
import org.spikelane.neuron.RLeaky;
import org.spikelane.neuron.RSynaptic;
import org.spikelane.neuron.RecurrentBuilder;
import org.spikelane.neuron.Synaptic;
import org.spikelane.surrogate.Surrogate;

/** Networks drawn at random from everything that NIR has words for. */
final class NetworkFamily {

  private static final List<Surrogate> SURROGATES = List.of(new Surrogate.ATan(2), new Surrogate.FastSigmoid(10),
      new Surrogate.Sigmoid(25), new Surrogate.Triangular(1), new Surrogate.StraightThrough(),
      new Surrogate.Heaviside());

  private final SplittableRandom random;
  /** Reset as every reader of NIR does it, so that the file says everything. */
  private final boolean nirsReset;
  private Network.Builder builder;
  private Shape shape;
  private int layers;

  private NetworkFamily(SplittableRandom random, boolean nirsReset) {
    this.random = random;
    this.nirsReset = nirsReset;
  }

  /** Linear layers and neurons of shape [N]. */
  static Network dense(SplittableRandom random, int depth, boolean nirsReset) {
    NetworkFamily family = new NetworkFamily(random, nirsReset);
    family.start(1 + random.nextInt(9));
    for (int i = 0; i < depth; i++) {
      family.linear();
      family.neurons();
    }
    return family.build();
  }

  /** Convolutions, pools and neurons of shape [C, H, W], then one flat layer. */
  static Network images(SplittableRandom random, boolean nirsReset) {
    NetworkFamily family = new NetworkFamily(random, nirsReset);
    family.start(1 + random.nextInt(2), 6 + random.nextInt(3), 6 + random.nextInt(3));
    family.conv2d();
    family.neurons();
    family.pool();
    family.flatten();
    family.linear();
    family.neurons();
    return family.build();
  }

  /** All kinds of layers, of images first and then flat; or of sequences of channels. */
  static Network any(SplittableRandom random) {
    NetworkFamily family = new NetworkFamily(random, false);
    switch (random.nextInt(4)) {
      case 0 -> {
        family.start(1 + random.nextInt(4), 4 + random.nextInt(6));
        for (int i = 0; i < 1 + random.nextInt(2); i++) {
          family.conv1d();
          family.neurons();
        }
        family.flatten();
      }
      case 1 -> family.start(1 + random.nextInt(9));
      default -> {
        family.start(1 + random.nextInt(3), 6 + random.nextInt(5), 6 + random.nextInt(5));
        for (int i = 0; i < 1 + random.nextInt(2); i++) {
          family.conv2d();
          family.neurons();
          family.pool();
        }
        family.flatten();
      }
    }
    for (int i = 0; i < random.nextInt(3); i++) {
      family.delay();
      family.scale();
      family.linear();
      family.neurons();
    }
    return family.build();
  }

  private void start(int... extents) {
    builder = Network.input(extents);
    shape = Shape.of(extents);
  }

  private String name(String stem) {
    return stem + layers++;
  }

  private boolean coin() {
    return random.nextBoolean();
  }

  private float between(double low, double high) {
    return (float) (low + (high - low) * random.nextDouble());
  }

  private void linear() {
    int outputs = 1 + random.nextInt(9);
    builder.linear(name("fc"), outputs, coin());
    shape = Shape.of(outputs);
  }

  private void flatten() {
    int start = random.nextInt(shape.rank() - 1);
    if (start > 0) {
      builder.flatten(name("flat"), start, -1);
    }
    builder.flatten(name("flat"));
    shape = Shape.of(shape.size());
  }

  private void conv1d() {
    int groups = shape.extent(0) % 2 == 0 && coin() ? 2 : 1;
    int out = groups * (1 + random.nextInt(2));
    int kernel = 1 + random.nextInt(Math.min(3, shape.extent(1)));
    boolean same = coin();
    int stride = same ? 1 : 1 + random.nextInt(2);
    int padding = random.nextInt(2);
    boolean bias = coin();
    builder.conv1d(name("conv"), c -> {
      c.outChannels(out).kernelSize(kernel).stride(stride).groups(groups).bias(bias);
      return same ? c.paddingSame() : c.padding(padding);
    });
    shape = builder.build(0).outputShape();
  }

  private void conv2d() {
    int groups = shape.extent(0) % 2 == 0 && coin() ? 2 : 1;
    int out = groups * (1 + random.nextInt(2));
    int height = 1 + random.nextInt(Math.min(3, shape.extent(1)));
    int width = 1 + random.nextInt(Math.min(3, (shape.extent(2) + 1) / 2));
    boolean same = random.nextInt(3) == 0;
    int[] stride = same ? new int[] {1, 1} : new int[] {1 + random.nextInt(2), 1 + random.nextInt(2)};
    int[] padding = {random.nextInt(2), random.nextInt(2)};
    int dilation = 1 + random.nextInt(2);
    boolean bias = coin();
    builder.conv2d(name("conv"), c -> {
      c.outChannels(out).kernelSize(height, width).stride(stride[0], stride[1]).dilation(1, dilation).groups(groups)
          .bias(bias);
      return same ? c.paddingSame() : c.padding(padding[0], padding[1]);
    });
    shape = builder.build(0).outputShape();
  }

  private void pool() {
    if (shape.extent(1) < 2 || shape.extent(2) < 2) {
      return;
    }
    if (coin()) {
      builder.sumPool2d(name("pool"), 2);
    } else {
      builder.avgPool2d(name("pool"), 2);
    }
    shape = builder.build(0).outputShape();
  }

  private void scale() {
    if (coin()) {
      boolean learn = coin();
      Shape own = own();
      float[] weight = values(own, 0.5, 1.5);
      builder.scale(name("gain"), s -> s.weight(own, weight).learn(learn));
    }
  }

  private void delay() {
    if (random.nextInt(3) == 0) {
      int[] steps = random.ints(coin() ? 1 : shape.size(), 0, 5).toArray();
      builder.delay(name("delay"), steps);
    }
  }

  /** A shape for a parameter: one value, one for each neuron, one for each channel. */
  private Shape own() {
    int kind = random.nextInt(3);
    if (kind == 0) {
      return Shape.of();
    }
    if (kind == 1 && shape.rank() == 3) {
      return Shape.of(shape.extent(0), 1, 1);
    }
    return shape;
  }

  private float[] values(Shape own, double low, double high) {
    float[] values = new float[own.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = between(low, high);
    }
    return values;
  }

  private <B extends Neuron.Builder<B>> B common(B builder, boolean firstOrder) {
    Shape own = own();
    float[] beta = values(own, 0, 0.99);
    if (random.nextInt(8) == 0) {
      beta[0] = 0;
    }
    if (firstOrder && random.nextInt(6) == 0) {
      Arrays.fill(beta, 1f);
    }
    Shape thresholds = own();
    builder.beta(own, beta).threshold(thresholds, values(thresholds, 0.3, 1.2)).learnBeta(coin()).learnThreshold(coin())
        .surrogate(SURROGATES.get(random.nextInt(SURROGATES.size()))).surrogateDisabled(random.nextInt(5) == 0);
    if (nirsReset) {
      return builder.resetMechanism(ResetMechanism.ZERO).resetDelay(false);
    }
    ResetMechanism[] mechanisms = {ResetMechanism.SUBTRACT, ResetMechanism.ZERO, ResetMechanism.NONE};
    return builder.resetMechanism(mechanisms[random.nextInt(3)]).resetDelay(coin());
  }

  private <B extends RecurrentBuilder<B>> B recurrent(B builder, boolean firstOrder) {
    common(builder, firstOrder).learnRecurrent(coin());
    if (shape.rank() == 1 && coin()) {
      return builder.allToAll().recurrentBias(coin());
    }
    if (shape.rank() == 3 && coin()) {
      return builder.conv2dChannels(shape.extent(0)).kernelSize(1 + 2 * random.nextInt(2), 1 + 2 * random.nextInt(2))
          .recurrentBias(coin());
    }
    Shape own = own();
    return builder.allToAll(false).v(own, values(own, -0.5, 0.5));
  }

  private void neurons() {
    int kind = random.nextInt(4);
    if (shape.rank() < 3 && kind % 2 == 0 && random.nextInt(3) == 0) {
      Shape own = own();
      float[] weight = values(own, 0.5, 1.5);
      float[] bias = values(own, -0.1, 0.1);
      boolean learn = coin();
      builder.scale(name("gain"), s -> s.weight(own, weight).bias(own, bias).learn(learn));
      builder.leaky(name("lif"), n -> common(n, false));
      return;
    }
    Shape own = own();
    float[] alpha = values(own, 0, 0.95);
    boolean learn = coin();
    switch (kind) {
      case 0 -> builder.neuron(name("lif"), common(Leaky.builder(), true));
      case 1 -> builder.neuron(name("lif"), recurrent(RLeaky.builder(), true));
      case 2 -> builder.neuron(name("lif"), common(Synaptic.builder(), false).alpha(own, alpha).learnAlpha(learn));
      default -> builder.neuron(name("lif"), recurrent(RSynaptic.builder(), false).alpha(own, alpha).learnAlpha(learn));
    }
  }

  private Network build() {
    return builder.build(random.nextLong());
  }
}
