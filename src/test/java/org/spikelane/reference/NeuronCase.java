package org.spikelane.reference;

import java.util.List;
import java.util.SplittableRandom;
import org.spikelane.kernels.ResetMechanism;
import org.spikelane.layer.ProductChoice;
import org.spikelane.layer.Shape;
import org.spikelane.network.Input;
import org.spikelane.network.Network;
import org.spikelane.network.States;
import org.spikelane.network.Tape;
import org.spikelane.network.Upstream;
import org.spikelane.neuron.Leaky;
import org.spikelane.neuron.Neuron;
import org.spikelane.neuron.RLeaky;
import org.spikelane.neuron.RSynaptic;
import org.spikelane.neuron.RecurrentBuilder;
import org.spikelane.neuron.Synaptic;
import org.spikelane.quant.StateQuantization;
import org.spikelane.surrogate.Surrogate;

/**
 * A random neuron layer, as the network {@code lif}, with input, initial states and upstream gradients. All is drawn from
 * the seed; inputs again and again until no spike of the {@link NaiveNeuron} hangs on a rounding error.
 */
public final class NeuronCase {

  private static final int MOST_DRAWS = 400;
  private static final List<ProductChoice> PRODUCTS = List.of(ProductChoice.values());

  private final String name;
  private final Neuron neuron;
  private final Network network;
  private final NaiveNeuron naive;
  private final int steps;
  private final int samples;
  private final boolean constant;
  private final ProductChoice product;
  private float[] input;
  private float[] spk0;
  private float[] syn0;
  private float[] mem0;
  private NaiveNeuron.Run run;
  private final float[] gSpk;
  private final float[] gSyn;
  private final float[] gMem;

  /** What of a layer is not left to chance. */
  public record Kind(String type, ResetMechanism reset, boolean delay, boolean smooth) {

    /** Anything goes; {@code smooth} cases have no surrogate and no quantiser, so they are polynomials between spikes. */
    public Kind {}

    @Override
    public String toString() {
      return type + ", " + reset + (delay ? ", delayed" : ", immediate");
    }
  }

  private NeuronCase(Kind kind, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    Shape shape = shape(kind, random);
    boolean many = shape.size() <= 20 && random.nextInt(15) == 0;
    this.name = kind + ", seed " + seed;
    this.samples = many ? 65 + random.nextInt(4) : 1 + random.nextInt(5);
    this.steps = many ? 3 : 1 + random.nextInt(12);
    this.constant = random.nextInt(6) == 0;
    this.product = PRODUCTS.get(random.nextInt(PRODUCTS.size()));
    this.network = Network.input(shape.extents()).neuron("lif", builder(kind, shape, random)).build(random.nextLong());
    this.neuron = network.neuron("lif");
    this.naive = new NaiveNeuron(neuron);
    drawInputs(random, neuron.size() * samples);
    this.gSpk = uniform(random, steps * samples * neuron.size(), -1, 1);
    this.gSyn = uniform(random, neuron.alpha() == null ? 0 : gSpk.length, -1, 1);
    this.gMem = uniform(random, gSpk.length, -1, 1);
  }

  /** The case of that kind and seed. */
  public static NeuronCase draw(Kind kind, long seed) {
    return new NeuronCase(kind, seed);
  }

  private static Shape shape(Kind kind, SplittableRandom random) {
    if (random.nextInt(4) == 0) {
      return Shape.of(1 + random.nextInt(3), 1 + random.nextInt(5), 1 + random.nextInt(5));
    }
    int[] sizes = kind.type().startsWith("R")
        ? new int[] {1, 2, 7, 8, 16, 17, 33}
        : new int[] {1, 2, 7, 8, 16, 17, 33, 63, 64, 65, 100};
    return Shape.of(sizes[random.nextInt(sizes.length)]);
  }

  private static Neuron.Builder<?> builder(Kind kind, Shape shape, SplittableRandom random) {
    return switch (kind.type()) {
      case "Leaky" -> {
        Leaky.Builder leaky = common(Leaky.builder(), kind, shape, random);
        yield random.nextInt(3) > 0
            ? leaky
            : leaky.gradedSpikesFactor(uniform(random, 1, -2, 2)[0]).learnGradedSpikesFactor(random.nextBoolean());
      }
      case "RLeaky" -> recurrent(RLeaky.builder(), kind, shape, random);
      case "Synaptic" -> {
        Shape of = parameterShape(shape, random);
        yield common(Synaptic.builder(), kind, shape, random)
            .alpha(of, decays(random, of.size())).learnAlpha(random.nextBoolean());
      }
      case "RSynaptic" -> {
        Shape of = parameterShape(shape, random);
        yield recurrent(RSynaptic.builder(), kind, shape, random)
            .alpha(of, decays(random, of.size())).learnAlpha(random.nextBoolean());
      }
      default -> throw new IllegalArgumentException(kind.type());
    };
  }

  private static <B extends Neuron.Builder<B>> B common(B builder, Kind kind, Shape shape, SplittableRandom random) {
    Shape ofBeta = parameterShape(shape, random);
    Shape ofThreshold = parameterShape(shape, random);
    boolean negative = random.nextInt(20) == 0;
    builder.beta(ofBeta, decays(random, ofBeta.size())).learnBeta(random.nextBoolean())
        .threshold(ofThreshold, uniform(random, ofThreshold.size(), negative ? -0.6 : 0.4, negative ? -0.3 : 1.3))
        .learnThreshold(random.nextBoolean())
        .resetMechanism(kind.reset()).resetDelay(kind.delay())
        .inhibition(shape.rank() == 1 && random.nextInt(4) == 0);
    if (kind.smooth()) {
      builder.surrogateDisabled(true);
    } else {
      builder.surrogate(surrogate(random)).surrogateDisabled(random.nextInt(10) == 0);
      if (random.nextInt(4) == 0) {
        builder.stateQuant(StateQuantization.builder().numBits(1 + random.nextInt(5)).uniform(random.nextBoolean())
            .thrCentered(random.nextBoolean()).threshold(random.nextDouble(0.7, 1.5))
            .lowerLimit(random.nextDouble(0, 0.3)).upperLimit(random.nextDouble(0.1, 0.4)).build());
      }
    }
    return builder;
  }

  private static <B extends RecurrentBuilder<B>> B recurrent(B builder, Kind kind, Shape shape,
      SplittableRandom random) {
    common(builder, kind, shape, random);
    builder.learnRecurrent(random.nextInt(4) > 0);
    if (random.nextInt(3) == 0) {
      Shape of = parameterShape(shape, random);
      return builder.allToAll(false).v(of, uniform(random, of.size(), -1, 1));
    }
    return shape.rank() == 1
        ? builder.linearFeatures(shape.size())
        : builder.conv2dChannels(shape.extent(0)).kernelSize(1 + 2 * random.nextInt(3), 1 + 2 * random.nextInt(3));
  }

  private static Shape parameterShape(Shape shape, SplittableRandom random) {
    return switch (random.nextInt(4)) {
      case 0 -> Shape.of();
      case 1 -> Shape.of(1);
      case 2 -> shape;
      default -> shape.rank() == 1 ? shape : Shape.of(shape.extent(0), 1, 1);
    };
  }

  /** Mostly inside 0..1, sometimes outside or at the edge, where they are clipped. */
  private static float[] decays(SplittableRandom random, int size) {
    float[] decays = uniform(random, size, 0.2, 1);
    for (int i = 0; i < size; i++) {
      switch (random.nextInt(20)) {
        case 0 -> decays[i] = -0.3f;
        case 1 -> decays[i] = 1.2f;
        case 2 -> decays[i] = 1f;
        case 3 -> decays[i] = 0f;
        default -> {}
      }
    }
    return decays;
  }

  private static Surrogate surrogate(SplittableRandom random) {
    return switch (random.nextInt(11)) {
      case 0 -> new Surrogate.FastSigmoid();
      case 1 -> new Surrogate.Sigmoid(5);
      case 2 -> new Surrogate.Triangular(0.5f);
      case 3 -> new Surrogate.Heaviside();
      case 4 -> new Surrogate.StraightThrough();
      case 5 -> new Surrogate.SpikeRateEscape(1, 2);
      case 6 -> new Surrogate.SparseFastSigmoid(3, 0.2f);
      case 7 -> new Surrogate.Leaky();
      case 8 -> new Surrogate.Custom(z -> 1 / (1 + z * z));
      default -> new Surrogate.ATan();
    };
  }

  private void drawInputs(SplittableRandom random, int length) {
    boolean fromZero = random.nextBoolean();
    for (int draw = 0; draw < MOST_DRAWS; draw++) {
      input = uniform(random, constant ? length : steps * length, -0.6, 1.2);
      mem0 = fromZero ? new float[length] : uniform(random, length, -0.5, 1.5);
      syn0 = fromZero ? new float[length] : uniform(random, length, -0.5, 0.8);
      spk0 = new float[length];
      for (int i = 0; !fromZero && i < length; i++) {
        spk0[i] = random.nextInt(2);
      }
      run = run(naive);
      if (run.clear()) {
        return;
      }
    }
    throw new IllegalStateException(name + ": no clear input in " + MOST_DRAWS + " draws");
  }

  private static float[] uniform(SplittableRandom random, int size, double from, double to) {
    float[] values = new float[size];
    for (int i = 0; i < size; i++) {
      values[i] = (float) random.nextDouble(from, to);
    }
    return values;
  }

  /** Kind and seed. */
  @Override
  public String toString() {
    return name;
  }

  /** The layer. */
  public Neuron neuron() {
    return neuron;
  }

  /** The layer alone, under the name {@code lif}. */
  public Network network() {
    return network;
  }

  /** The reference with the layer's parameters. */
  public NaiveNeuron naive() {
    return naive;
  }

  /** What the reference did. */
  public NaiveNeuron.Run run() {
    return run;
  }

  /** What a reference, perhaps of other parameters, does with this input. */
  public NaiveNeuron.Run run(NaiveNeuron with) {
    return with.run(inputOverTime(), steps, initialSpikes(), initialCurrent(), initialMembrane());
  }

  /** Number of steps. */
  public int steps() {
    return steps;
  }

  /** Number of samples. */
  public int samples() {
    return samples;
  }

  /** Whether one input stands for all steps. */
  public boolean constant() {
    return constant;
  }

  /** Input of a step, [samples][N]. */
  public float[] inputAt(int t) {
    float[] x = new float[mem0.length];
    System.arraycopy(input, constant ? 0 : t * x.length, x, 0, x.length);
    return x;
  }

  /** [steps][samples][N], also of a constant input. */
  public double[] inputOverTime() {
    double[] x = new double[steps * mem0.length];
    for (int t = 0; t < steps; t++) {
      System.arraycopy(Agreement.doubles(inputAt(t)), 0, x, t * mem0.length, mem0.length);
    }
    return x;
  }

  /** Initial spikes. */
  public double[] initialSpikes() {
    return Agreement.doubles(spk0);
  }

  /** Initial synaptic currents. */
  public double[] initialCurrent() {
    return Agreement.doubles(syn0);
  }

  /** Initial membranes. */
  public double[] initialMembrane() {
    return Agreement.doubles(mem0);
  }

  /** The initial states as the library takes them. */
  public States states() {
    States states = network.states(samples);
    states.of("lif").spikes(spk0);
    System.arraycopy(mem0, 0, states.of("lif").membrane(), 0, mem0.length);
    if (neuron.alpha() != null) {
      System.arraycopy(syn0, 0, states.of("lif").current(), 0, syn0.length);
    }
    return states;
  }

  /** The library's record of this case, currents included. */
  public Tape record() {
    Input shown = constant ? Input.constant(input, steps, samples).withGradient() : Input.sequence(input, steps, samples).withGradient();
    return network.record(shown, true, states(), product);
  }

  /** How weights are multiplied. */
  public ProductChoice product() {
    return product;
  }

  /** Upstream gradients as the library takes them. */
  public Upstream upstream() {
    Upstream upstream = new Upstream().spikes("lif", gSpk).membrane("lif", gMem);
    return neuron.alpha() == null ? upstream : upstream.current("lif", gSyn);
  }

  /** dL/d(spikes). */
  public double[] gSpk() {
    return Agreement.doubles(gSpk);
  }

  /** dL/d(currents), zero in first-order neurons. */
  public double[] gSyn() {
    return neuron.alpha() == null ? new double[gSpk.length] : Agreement.doubles(gSyn);
  }

  /** dL/d(membranes). */
  public double[] gMem() {
    return Agreement.doubles(gMem);
  }
}
