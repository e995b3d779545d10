package org.spikelane.peers;

import java.util.Arrays;
import java.util.Locale;
import java.util.SplittableRandom;
import org.spikelane.network.Network;

/** The two networks of items {@code train} and {@code serve}, and input of the distribution that the item gives. */
enum ClassifierNetwork {

  /** 784-1000-10, Synaptic, of snnTorch's fifth tutorial; values from 0 to 1 that stay the same at every step. */
  MNIST(784, 1000, 10),

  /** 700-256-20, RLeaky dense, then Leaky; one spike in fifty. */
  SHD(700, 256, 20);

  /** Classes that labels are drawn from, in both. */
  private static final int LABELS = 10;

  private final int inputs;
  private final int hidden;
  private final int outputs;

  ClassifierNetwork(int inputs, int hidden, int outputs) {
    this.inputs = inputs;
    this.hidden = hidden;
    this.outputs = outputs;
  }

  /**
   * The network that the job calls {@code mnist} or {@code shd}.
   *
   * @throws IllegalArgumentException if it is another
   */
  static ClassifierNetwork of(String name) {
    return Arrays.stream(values()).filter(net -> net.name().toLowerCase(Locale.ROOT).equals(name)).findFirst()
        .orElseThrow(() -> new IllegalArgumentException("net: expected mnist or shd, got " + name));
  }

  /** The network, its weights drawn as PyTorch does. */
  Network build() {
    return build(inputs, hidden, outputs);
  }

  /** The same with other numbers of neurons. */
  Network build(int in, int middle, int out) {
    float alpha = LayerWorkload.ALPHA;
    float beta = LayerWorkload.BETA;
    return switch (this) {
      case MNIST -> Network.input(in)
          .linear("fc1", middle).synaptic("lif1", n -> n.alpha(alpha).beta(beta))
          .linear("fc2", out).synaptic("lif2", n -> n.alpha(alpha).beta(beta))
          .build(1);
      case SHD -> Network.input(in)
          .linear("fc1", middle).rLeaky("lif1", n -> n.beta(beta).allToAll())
          .linear("fc2", out).leaky("lif2", n -> n.beta(beta))
          .build(1);
    };
  }

  /** A batch of samples of {@code steps} steps. */
  LabelledBatch draw(int samples, int steps) {
    SplittableRandom random = new SplittableRandom(1);
    boolean constant = this == MNIST;
    float[] values = new float[(constant ? 1 : steps) * samples * inputs];
    for (int i = 0; i < values.length; i++) {
      double u = random.nextDouble();
      values[i] = constant ? (float) u : u < 0.02 ? 1f : 0f;
    }
    int[] labels = random.ints(samples, 0, LABELS).toArray();
    return new LabelledBatch(values, constant, steps, inputs, labels, LABELS);
  }
}
