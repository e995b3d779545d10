package org.spikelane.network;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.spikelane.connection.AvgPool2d;
import org.spikelane.connection.Conv1d;
import org.spikelane.connection.AllToAll;
import org.spikelane.connection.Conv2d;
import org.spikelane.connection.Delay;
import org.spikelane.connection.Flatten;
import org.spikelane.connection.Linear;
import org.spikelane.connection.MaxPool2d;
import org.spikelane.connection.Scale;
import org.spikelane.connection.SumPool2d;
import org.spikelane.connection.Window;
import org.spikelane.layer.Block;
import org.spikelane.layer.Layer;
import org.spikelane.layer.Parameter;
import org.spikelane.layer.ProductChoice;
import org.spikelane.layer.Shape;
import org.spikelane.layer.StatefulLayer;
import org.spikelane.layer.Values;
import org.spikelane.neuron.Leaky;
import org.spikelane.neuron.Neuron;
import org.spikelane.neuron.RLeaky;
import org.spikelane.neuron.RSynaptic;
import org.spikelane.neuron.Synaptic;

/**
 * Layers in a row with their parameters; no state.
 *
 * <p>May be shared by any number of threads, as long as nobody changes parameters: after a change, {@link #refresh} while
 * nothing runs. A network runs layer by layer over all time steps, for one block of samples at a time.
 *
 * <pre>{@code
 * Network net = Network.input(40)
 *     .linear("fc1", 128)
 *     .rLeaky("lif1", n -> n.beta(0.9f).allToAll())
 *     .linear("fc2", 10)
 *     .synaptic("lif2", n -> n.alpha(0.8f).beta(0.9f))
 *     .build(1);
 * }</pre>
 */
public final class Network {

  /** Room for the activity of one block of samples, so that it stays in a second-level cache. */
  private static final long BLOCK_BYTES = 768 << 10;

  /** The same where weights are large, and walked for each block: 256 MiB, so that long sequences do not fill the memory. */
  private static final long BLOCK_BYTES_OF_LARGE_WEIGHTS = 256 << 20;

  /** Samples of a block are a multiple of this: rows of a step's samples then fill the products' register tiles. */
  private static final int SAMPLES_OF_A_TILE = 8;

  private static final int MOST_SAMPLES_PER_BLOCK = 64;

  /** The same without a tape: as many rows as event-driven products go through while a panel of weights is at hand. */
  private static final int MOST_SAMPLES_PER_BLOCK_OF_RUN = 128;

  /** Weights of which so many bytes are walked for one row of each sample are worth more samples at once: 512 KiB. */
  private static final long LARGE_WEIGHTS = 512 << 10;

  private final Shape inputShape;
  private final List<NamedLayer> layers;
  /** The layers before the first that has a state, and the others. */
  private final List<NamedLayer> beforeStates;
  private final List<NamedLayer> fromStates;
  private final Map<String, Parameter> parameters = new LinkedHashMap<>();
  private final Map<String, Neuron> neurons = new LinkedHashMap<>();
  private final AtomicLong draws = new AtomicLong();

  private Network(Shape inputShape, List<NamedLayer> layers) {
    this.inputShape = inputShape;
    this.layers = List.copyOf(layers);
    this.beforeStates = this.layers.subList(0, firstWithState(this.layers));
    this.fromStates = this.layers.subList(beforeStates.size(), this.layers.size());
    for (NamedLayer named : layers) {
      for (Parameter parameter : named.layer().parameters()) {
        parameters.put(named.name() + "." + parameter.name(), parameter);
      }
      if (named.layer() instanceof Neuron neuron) {
        neurons.put(named.name(), neuron);
      }
    }
  }

  /** A network for inputs of the given shape, {@code [features]} or {@code [C, H, W]}; layers follow. */
  public static Builder input(int... extents) {
    return new Builder(Shape.of(extents));
  }

  /** Shape of one sample at one step, coming in. */
  public Shape inputShape() {
    return inputShape;
  }

  /** Shape of one sample at one step, going out. */
  public Shape outputShape() {
    return layers.isEmpty() ? inputShape : layers.getLast().layer().outputShape();
  }

  /** The layers, first to last. */
  public List<NamedLayer> layers() {
    return layers;
  }

  /** The layers with the shapes that they give, as in {@code [40] -> fc1 Linear [128] -> lif1 RLeaky [128]}. */
  @Override
  public String toString() {
    return inputShape + layers.stream()
        .map(named -> " -> " + named.name() + " " + named.layer().type() + " " + named.layer().outputShape())
        .collect(Collectors.joining());
  }

  /** All parameters by snnTorch's names, {@code fc1.weight}, {@code lif1.beta}, …, in the order of its state dict. */
  public Map<String, Parameter> parameters() {
    return Collections.unmodifiableMap(parameters);
  }

  /**
   * One parameter.
   *
   * @throws IllegalArgumentException if there is none of that name
   */
  public Parameter parameter(String name) {
    Parameter parameter = parameters.get(name);
    if (parameter == null) {
      throw new IllegalArgumentException("parameter: expected one of " + parameters.keySet() + ", got " + name);
    }
    return parameter;
  }

  /** The neuron layers by name, first to last. */
  public Map<String, Neuron> neurons() {
    return Collections.unmodifiableMap(neurons);
  }

  /**
   * One neuron layer.
   *
   * @throws IllegalArgumentException if there is none of that name
   */
  public Neuron neuron(String name) {
    Neuron neuron = neurons.get(name);
    if (neuron == null) {
      throw new IllegalArgumentException("layer: expected one of " + neurons.keySet() + ", got " + name);
    }
    return neuron;
  }

  /** Recomputes what is derived from the parameters, after their values were changed. Nothing may be running. */
  public void refresh() {
    refresh(0, 1);
  }

  /**
   * A part of {@link #refresh()}: all {@code parts}, each once, in any order or at the same time, are the whole.
   *
   * @param part number of the part, from 0 on
   * @throws IllegalArgumentException if parts is below 1, or there is no such part
   */
  public void refresh(int part, int parts) {
    if (parts < 1) {
      throw new IllegalArgumentException("parts: expected at least 1, got " + parts);
    }
    if (part < 0 || part >= parts) {
      throw new IllegalArgumentException("part: expected 0 to " + (parts - 1) + ", got " + part);
    }
    for (NamedLayer named : layers) {
      named.layer().refresh(part, parts);
    }
  }

  /** A session of one stream, its states zero. */
  public Session session() {
    return session(1);
  }

  /** A session of {@code samples} streams, their states zero. */
  public Session session(int samples) {
    return session(samples, ProductChoice.AUTO);
  }

  /** A session that multiplies by weights in the given way. */
  public Session session(int samples, ProductChoice product) {
    return new Session(this, samples, product);
  }

  /** Runs a sequence from zero states on one thread, without a tape. */
  public Outputs run(Input input) {
    return run(input, 1);
  }

  /**
   * Runs a sequence from zero states, without a tape, its blocks of samples shared among threads.
   *
   * @throws IllegalArgumentException if the input does not have the network's features, or threads is below 1
   */
  public Outputs run(Input input, int threads) {
    requireThreads(threads);
    input.requireFeatures(inputShape.size());
    return new SequenceRun(this, input, ProductChoice.AUTO, threads, null).run(input);
  }

  static void requireThreads(int threads) {
    if (threads < 1) {
      throw new IllegalArgumentException("threads: expected at least 1, got " + threads);
    }
  }

  /** Runs a sequence from zero states, recording what a backward pass needs. */
  public Tape record(Input input) {
    return record(input, false);
  }

  /**
   * Runs a sequence from zero states, recording what a backward pass needs.
   *
   * @param states whether to record the synaptic currents as well
   */
  public Tape record(Input input, boolean states) {
    return new Tape(this, input, null, states, ProductChoice.AUTO).run(input);
  }

  /**
   * Runs a sequence from the given states, which become those after it, recording what a backward pass needs.
   *
   * @param states whether to record the synaptic currents as well
   * @param from made by {@link #states}
   * @param product how to multiply by weights
   * @throws IllegalArgumentException if the input does not have the states' samples or the network's features, or the states
   *     are another network's
   */
  public Tape record(Input input, boolean states, States from, ProductChoice product) {
    return new Tape(this, input, from, states, product).run(input);
  }

  /** Numbers for so many draws of random surrogates: the first of them. */
  long nextDraws(long count) {
    return draws.getAndAdd(count);
  }

  /** States for {@code samples} samples, all zero. */
  public States states(int samples) {
    return new States(this, samples);
  }

  /**
   * A chain that runs blocks of samples from the given states, with room for their input: what trainers and evaluations
   * are built on.
   *
   * @throws IllegalArgumentException if the states are another network's, or of fewer samples than the block
   */
  public Chain chain(Block block, boolean constant, States states) {
    states.requireOf(this, block.samples());
    return new Chain(layers, block, new Values(inputShape.size(), block.samples(), block.steps(), constant), states, 0);
  }

  private static int firstWithState(List<NamedLayer> layers) {
    int first = 0;
    while (first < layers.size() && !(layers.get(first).layer() instanceof StatefulLayer)) {
      first++;
    }
    return first;
  }

  /**
   * Whether it pays to run the layers before the first that has a state for a whole batch first, as {@link ConstantLayers}:
   * if the input is constant and their weights are too large for a cache. Else each block would walk these weights, and
   * find nothing left there of what the block before it did.
   */
  public boolean runsConstantLayersApart(boolean constant) {
    return constant && weightsPerBlock(beforeStates, true) >= LARGE_WEIGHTS;
  }

  /**
   * The layers before the first that has a state, with room for a constant input.
   *
   * @throws IllegalStateException if there are none
   */
  public ConstantLayers constantLayers(Block block) {
    if (beforeStates.isEmpty()) {
      throw new IllegalStateException("network: expected a layer before the first that has a state");
    }
    Values input = new Values(inputShape.size(), block.samples(), block.steps(), true);
    return new ConstantLayers(new Chain(beforeStates, block, input, null, 0));
  }

  /**
   * A chain of the other layers, with room for what {@link ConstantLayers} give it.
   *
   * @throws IllegalArgumentException if the states are another network's, or of fewer samples than the block
   * @throws IllegalStateException if there are none
   */
  public Chain chainAfterConstant(Block block, States states) {
    states.requireOf(this, block.samples());
    if (fromStates.isEmpty()) {
      throw new IllegalStateException("network: expected a layer that has a state");
    }
    int size = fromStates.getFirst().layer().inputShape().size();
    Values input = new Values(size, block.samples(), block.steps(), true);
    if (block.record()) {
      input.needGradient();
    }
    return new Chain(fromStates, block, input, states, 0);
  }

  /**
   * How many samples of a sequence run together on a tape: as many as keep their activity in cache, or, where weights too
   * large for a cache would be walked for each block, many. Depends on the network, the number of steps and whether the
   * input is constant alone, so that results do not depend on the machine.
   */
  public int samplesPerBlock(int steps, boolean constant) {
    return samplesPerBlock(layers, steps, constant);
  }

  /** The same of {@link #chainAfterConstant}. */
  public int samplesPerBlockAfterConstant(int steps) {
    return samplesPerBlock(fromStates, steps, false);
  }

  private static int samplesPerBlock(List<NamedLayer> layers, int steps, boolean constant) {
    long perSample = layers.isEmpty() ? 0 : layers.getFirst().layer().inputShape().size();
    for (NamedLayer named : layers) {
      perSample += named.layer().outputShape().size();
    }
    return samplesOf(perSample * (1L + steps), weightsPerBlock(layers, constant), MOST_SAMPLES_PER_BLOCK);
  }

  /**
   * How many samples of a sequence run together without a tape: as {@link #samplesPerBlock}, but states take one row where
   * a tape holds one a step.
   */
  public int samplesPerBlockOfRun(int steps, boolean constant) {
    long perSample = 0;
    int rows = constant ? 1 : steps;
    for (NamedLayer named : layers) {
      if (named.layer() instanceof Neuron) {
        rows = steps;
        perSample += 2L * named.layer().outputShape().size();
      } else {
        perSample += (long) rows * named.layer().outputShape().size();
      }
    }
    return samplesOf(perSample, weightsPerBlock(layers, constant), MOST_SAMPLES_PER_BLOCK_OF_RUN);
  }

  /** How many samples of so many values each; a tile at least. */
  private static int samplesOf(long values, long weightBytes, int most) {
    long room = weightBytes >= LARGE_WEIGHTS ? BLOCK_BYTES_OF_LARGE_WEIGHTS : BLOCK_BYTES;
    long fit = room / Math.max(1, values * Float.BYTES);
    int tiles = Math.clamp(fit / SAMPLES_OF_A_TILE, 1, most / SAMPLES_OF_A_TILE);
    return tiles * SAMPLES_OF_A_TILE;
  }

  /** The next multiple of eight: blocks and shards of so many samples fill the register tiles of the products. */
  public static int wholeTiles(int samples) {
    return Math.ceilDiv(samples, SAMPLES_OF_A_TILE) * SAMPLES_OF_A_TILE;
  }

  /** Bytes of the most weights that a block multiplies by just one row of each sample at a time. */
  private static long weightsPerBlock(List<NamedLayer> layers, boolean constant) {
    long most = 0;
    boolean oneRow = constant;
    for (NamedLayer named : layers) {
      long inputs = named.layer().inputShape().size();
      if (named.layer() instanceof Neuron neuron) {
        oneRow = false;
        most = Math.max(most, neuron.recurrence() instanceof AllToAll ? inputs * inputs : 0);
      } else if (oneRow && named.layer() instanceof Linear) {
        most = Math.max(most, inputs * named.layer().outputShape().size());
      }
    }
    return most * Float.BYTES;
  }

  /**
   * Writes configuration and parameters to one file, safetensors with the configuration in its metadata; beside the path
   * first, then renamed.
   */
  public void save(Path path) throws IOException {
    NetworkFile.of(this).save(path);
  }

  /**
   * Reads what {@link #save} wrote.
   *
   * @throws org.spikelane.format.FormatException if the file is malformed, or its tensors do not fit its configuration
   */
  public static Network load(Path path) throws IOException {
    return NetworkFile.load(path).network();
  }

  /** Layers in the order in which they are added; shapes follow from the input. */
  public static final class Builder {

    private interface Plan {
      Layer build(Shape input, SplittableRandom random);
    }

    private final Shape inputShape;
    private final Map<String, Plan> plans = new LinkedHashMap<>();

    private Builder(Shape inputShape) {
      this.inputShape = inputShape;
    }

    private Builder add(String name, Plan plan) {
      if (name.isEmpty() || name.contains(".")) {
        throw new IllegalArgumentException("name: expected a layer name without dots, got \"" + name + "\"");
      }
      if (plans.putIfAbsent(name, plan) != null) {
        throw new IllegalArgumentException("name: expected a name not taken yet, got " + name + " twice");
      }
      return this;
    }

    /** Adds {@code nn.Linear} with a bias. */
    public Builder linear(String name, int outputs) {
      return linear(name, outputs, true);
    }

    /** Adds {@code nn.Linear}. */
    public Builder linear(String name, int outputs, boolean bias) {
      return add(name, (shape, random) -> new Linear(shape, outputs, bias, random));
    }

    /** Adds {@code nn.Conv2d} with a square kernel, stride 1, no padding. */
    public Builder conv2d(String name, int channels, int kernel) {
      return conv2d(name, conv -> conv.outChannels(channels).kernelSize(kernel));
    }

    /** Adds {@code nn.Conv2d}. */
    public Builder conv2d(String name, UnaryOperator<Conv2d.Builder> settings) {
      Conv2d.Builder conv = settings.apply(Conv2d.builder());
      return add(name, conv::build);
    }

    /** Adds {@code nn.Conv1d}. */
    public Builder conv1d(String name, UnaryOperator<Conv1d.Builder> settings) {
      Conv1d.Builder conv = settings.apply(Conv1d.builder());
      return add(name, conv::build);
    }

    /** Adds a gain and an offset for each value. */
    public Builder scale(String name, UnaryOperator<Scale.Builder> settings) {
      Scale.Builder scale = settings.apply(Scale.builder());
      return add(name, (shape, random) -> scale.build(shape));
    }

    /** Adds a delay in whole steps, one for all values or one for each. */
    public Builder delay(String name, int... delays) {
      int[] steps = delays.clone();
      return add(name, (shape, random) -> new Delay(shape, steps));
    }

    /** Adds {@code nn.MaxPool2d}. */
    public Builder maxPool2d(String name, int kernel) {
      return add(name, (shape, random) -> new MaxPool2d(shape, kernel));
    }

    /** Adds sums of square windows side by side. */
    public Builder sumPool2d(String name, int kernel) {
      return sumPool2d(name, Window.sideBySide(kernel), Window.sideBySide(kernel));
    }

    /** Adds sums of windows. */
    public Builder sumPool2d(String name, Window rows, Window columns) {
      return add(name, (shape, random) -> new SumPool2d(shape, rows, columns));
    }

    /** Adds {@code nn.AvgPool2d} with square windows side by side. */
    public Builder avgPool2d(String name, int kernel) {
      return avgPool2d(name, Window.sideBySide(kernel), Window.sideBySide(kernel));
    }

    /** Adds {@code nn.AvgPool2d}. */
    public Builder avgPool2d(String name, Window rows, Window columns) {
      return add(name, (shape, random) -> new AvgPool2d(shape, rows, columns));
    }

    /** Adds {@code nn.Flatten} of all axes of a sample. */
    public Builder flatten(String name) {
      return flatten(name, 0, -1);
    }

    /** Adds {@code nn.Flatten} of axes {@code startDim … endDim} of a sample, which has no batch axis. */
    public Builder flatten(String name, int startDim, int endDim) {
      return add(name, (shape, random) -> new Flatten(shape, startDim, endDim));
    }

    /** Adds {@code snn.Synaptic}. */
    public Builder synaptic(String name, UnaryOperator<Synaptic.Builder> settings) {
      return neuron(name, settings.apply(Synaptic.builder()));
    }

    /** Adds {@code snn.RLeaky}. */
    public Builder rLeaky(String name, UnaryOperator<RLeaky.Builder> settings) {
      return neuron(name, settings.apply(RLeaky.builder()));
    }

    /** Adds {@code snn.Leaky}. */
    public Builder leaky(String name, UnaryOperator<Leaky.Builder> settings) {
      return neuron(name, settings.apply(Leaky.builder()));
    }

    /** Adds {@code snn.RSynaptic}. */
    public Builder rSynaptic(String name, UnaryOperator<RSynaptic.Builder> settings) {
      return neuron(name, settings.apply(RSynaptic.builder()));
    }

    /** Adds neurons of any of the four classes. */
    public Builder neuron(String name, Neuron.Builder<?> settings) {
      return add(name, settings::build);
    }

    /**
     * The network, with initial weights drawn from the seed.
     *
     * @throws IllegalArgumentException if a layer does not fit the one before it; the message begins with its name
     */
    public Network build(long seed) {
      SplittableRandom random = new SplittableRandom(seed);
      List<NamedLayer> layers = new ArrayList<>();
      Shape shape = inputShape;
      for (Map.Entry<String, Plan> plan : plans.entrySet()) {
        Layer layer;
        try {
          layer = plan.getValue().build(shape, random);
        } catch (IllegalArgumentException e) {
          throw new IllegalArgumentException(plan.getKey() + ": " + e.getMessage(), e);
        }
        layers.add(new NamedLayer(plan.getKey(), layer));
        shape = layer.outputShape();
      }
      return new Network(inputShape, layers);
    }
  }
}
