package org.spikelane.cli;

import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.spikelane.data.DataFolder;
import org.spikelane.data.InputEncoding;
import org.spikelane.network.Network;
import org.spikelane.neuron.Neuron;
import org.spikelane.training.Adam;
import org.spikelane.training.GradientClipping;
import org.spikelane.training.Optimizer;
import org.spikelane.training.Sgd;
import org.spikelane.training.Trainer;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What is trained and how: options of {@code train}. Those that were not given follow from the kind of data. */
final class Recipe {

  @Option(names = "--hidden", paramLabel = "N", description = "Neurons of the hidden layer (default: 128).")
  private int hidden = 128;

  @Option(names = "--neuron", paramLabel = "KIND", description = "Neurons of both layers: synaptic, rleaky, leaky or"
      + " rsynaptic (default: rleaky; synaptic for images). Recurrence is from all to all in the hidden layer, and from"
      + " each neuron to itself in the output layer.")
  private NeuronKind neuron;

  @Option(names = "--output-neuron", paramLabel = "KIND",
      description = "Neurons of the output layer, where they differ (default: as --neuron).")
  private NeuronKind outputNeuron;

  @Option(names = "--alpha", paramLabel = "X",
      description = "Decay of the synaptic current per step, 0 to 1, of synaptic and rsynaptic (default: 0.8).")
  private Float alpha;

  @Option(names = "--beta", paramLabel = "X",
      description = "Decay of the hidden layer's membranes per step, 0 to 1 (default: 0.9).")
  private float beta = 0.9f;

  @Option(names = "--output-beta", paramLabel = "X",
      description = "Decay of the output layer's membranes per step, 0 to 1 (default: 0.95; 0.9 for images).")
  private Float outputBeta;

  @Option(names = "--learn-beta", description = "Learn the decay of the membranes, one for each layer.")
  private boolean learnBeta;

  @Option(names = "--learn-threshold", description = "Learn the firing threshold, one for each layer.")
  private boolean learnThreshold;

  @Option(names = "--surrogate", paramLabel = "KIND", description = "Surrogate gradient: atan, fast_sigmoid, sigmoid or"
      + " triangular (default: fast_sigmoid; atan for images).")
  private SurrogateKind surrogate;

  @Option(names = "--slope", paramLabel = "X", description = "Steepness of the surrogate: atan's alpha, triangular's"
      + " height (default: 10 for the default fast_sigmoid, otherwise snnTorch's: 2, 25, 25, 1).")
  private Float slope;

  @Mixin
  private EncodingOption encoding;

  @Option(names = "--loss", paramLabel = "NAME", description = "ce_rate, ce_count, ce_max_membrane, ce_membrane,"
      + " mse_count or mse_membrane (default: ce_count; ce_rate for images).")
  private LossKind loss;

  @Option(names = "--epochs", paramLabel = "N",
      description = "Passes over the training data (default: 15; 5 for images, 20 for trials).")
  private Integer epochs;

  @Option(names = "--batch", paramLabel = "N", description = "Samples of an update (default: 60; 128 for images).")
  private Integer batch;

  @Option(names = "--optimizer", paramLabel = "NAME", description = "adam or sgd (default: adam).")
  private OptimizerKind optimizer = OptimizerKind.ADAM;

  @Option(names = "--learning-rate", paramLabel = "X",
      description = "Step of the optimizer (default: 0.001; 0.002 for trials).")
  private Float learningRate;

  @Option(names = "--momentum", paramLabel = "X", description = "Momentum of sgd, below 1 (default: 0).")
  private Float momentum;

  @Option(names = "--clip-norm", paramLabel = "X",
      description = "Scale gradients down to this Euclidean norm (default: leave them).")
  private Double clipNorm;

  @Option(names = "--seed", paramLabel = "N",
      description = "Seed of initial weights and of the order of samples (default: 0). Same seed, same model.")
  private long seed;

  /**
   * Settles what was not given.
   *
   * @throws UserError if an option is out of range, or has no effect beside the others
   */
  void completeFor(DataFolder.Kind kind) {
    boolean images = kind == DataFolder.Kind.IMAGES;
    boolean trials = kind == DataFolder.Kind.TRIALS;
    neuron = Objects.requireNonNullElse(neuron, images ? NeuronKind.SYNAPTIC : NeuronKind.RLEAKY);
    outputNeuron = Objects.requireNonNullElse(outputNeuron, neuron);
    outputBeta = Objects.requireNonNullElse(outputBeta, images ? 0.9f : 0.95f);
    surrogate = Objects.requireNonNullElse(surrogate, images ? SurrogateKind.ATAN : SurrogateKind.FAST_SIGMOID);
    slope = Objects.requireNonNullElse(slope,
        surrogate == SurrogateKind.FAST_SIGMOID && !images ? 10f : surrogate.defaultSlope());
    loss = Objects.requireNonNullElse(loss, images ? LossKind.CE_RATE : LossKind.CE_COUNT);
    epochs = Objects.requireNonNullElse(epochs, images ? 5 : trials ? 20 : 15);
    batch = Objects.requireNonNullElse(batch, images ? 128 : 60);
    learningRate = Objects.requireNonNullElse(learningRate, trials ? 2e-3f : 1e-3f);
    require("--alpha", alpha == null || neuron.secondOrder() || outputNeuron.secondOrder(),
        "synaptic or rsynaptic neurons", "none of them; leave it out");
    alpha = Objects.requireNonNullElse(alpha, 0.8f);
    require("--momentum", momentum == null || optimizer == OptimizerKind.SGD, "--optimizer sgd", "adam");
    momentum = Objects.requireNonNullElse(momentum, 0f);
    encoding.checkFor(kind);
    checkRanges();
  }

  private void checkRanges() {
    require("--hidden", hidden >= 1, "at least 1", hidden);
    require("--alpha", alpha >= 0 && alpha <= 1, "0 to 1", alpha);
    require("--beta", beta >= 0 && beta <= 1, "0 to 1", beta);
    require("--output-beta", outputBeta >= 0 && outputBeta <= 1, "0 to 1", outputBeta);
    require("--slope", slope > 0 && Float.isFinite(slope), "a finite number above 0", slope);
    require("--epochs", epochs >= 1, "at least 1", epochs);
    require("--batch", batch >= 1, "at least 1", batch);
    require("--learning-rate", learningRate > 0 && Float.isFinite(learningRate), "a finite number above 0",
        learningRate);
    require("--momentum", momentum >= 0 && momentum < 1, "0 or more and below 1", momentum);
    require("--clip-norm", clipNorm == null || (clipNorm > 0 && Double.isFinite(clipNorm)),
        "a finite number above 0", clipNorm);
  }

  static void require(String option, boolean fits, String expected, Object got) {
    if (!fits) {
      throw new UserError(option + ": expected " + expected + ", got " + got);
    }
  }

  /**
   * How the folder's samples become input.
   *
   * @throws UserError if the wanted number of steps is not possible
   */
  InputEncoding encoding(DataFolder folder) {
    return encoding.encoding(folder);
  }

  /**
   * A network with one hidden layer, its weights initial.
   *
   * @throws UserError if it cannot be built, or is too large for that many steps
   */
  Network network(InputEncoding encoding, int classes) {
    int widest = Math.max(encoding.features(), Math.max(hidden, classes));
    require("--steps and --hidden", Model.hasRoom(encoding, widest), Model.ROOM, encoding.steps() + " times " + widest);
    try {
      return Network.input(encoding.features())
          .linear("fc1", hidden)
          .neuron("lif1", withSettings(neuron.hidden(alpha), beta))
          .linear("fc2", classes)
          .neuron("lif2", withSettings(outputNeuron.output(alpha, classes), outputBeta))
          .build(seed);
    } catch (IllegalArgumentException e) {
      throw new UserError("the network cannot be built: " + e.getMessage(), e);
    }
  }

  private Neuron.Builder<?> withSettings(Neuron.Builder<?> layer, float decay) {
    return layer.beta(decay).learnBeta(learnBeta).learnThreshold(learnThreshold).surrogate(surrogate.surrogate(slope));
  }

  /** A trainer of that network. */
  Trainer trainer(Network network) {
    Optimizer chosen = switch (optimizer) {
      case ADAM -> Adam.withLearningRate(learningRate);
      case SGD -> new Sgd(learningRate, momentum);
    };
    return Trainer.of(network).loss(loss.loss()).optimizer(chosen).batchSize(batch).seed(seed)
        .clipping(clipNorm == null ? GradientClipping.none() : GradientClipping.byNorm(clipNorm));
  }

  /** Passes over the training data. */
  int epochs() {
    return epochs;
  }

  /** The loss. */
  LossKind loss() {
    return loss;
  }

  /** The settings of neurons and training in one line. */
  String describe() {
    List<String> parts = new ArrayList<>();
    parts.add(Choice.name(loss));
    parts.add(Choice.name(optimizer) + " " + learningRate + (momentum > 0 ? " with momentum " + momentum : ""));
    parts.add("batch " + batch);
    parts.add(String.format(Locale.ROOT, "%d epoch%s", epochs, epochs == 1 ? "" : "s"));
    parts.add(Choice.name(surrogate) + " " + slope);
    if (neuron.secondOrder() || outputNeuron.secondOrder()) {
      parts.add("alpha " + alpha);
    }
    parts.add("beta " + beta + " and " + outputBeta);
    if (learnBeta) {
      parts.add("beta learned");
    }
    if (learnThreshold) {
      parts.add("threshold learned");
    }
    if (clipNorm != null) {
      parts.add("gradients clipped to norm " + clipNorm);
    }
    parts.add("seed " + seed);
    return String.join(", ", parts);
  }

  /** The settings of the training; those of the network are in the model file anyway. */
  JsonObject toJson() {
    JsonObject json = new JsonObject();
    json.addProperty("seed", seed);
    json.addProperty("loss", Choice.name(loss));
    json.addProperty("optimizer", Choice.name(optimizer));
    json.addProperty("learningRate", learningRate);
    json.addProperty("momentum", momentum);
    json.addProperty("batch", batch);
    if (clipNorm != null) {
      json.addProperty("clipNorm", clipNorm);
    }
    return json;
  }
}
