package org.spikelane.reference;

import java.util.SplittableRandom;
import org.spikelane.kernels.KernelProvider;
import org.spikelane.kernels.Rows;
import org.spikelane.layer.Block;
import org.spikelane.layer.Expansion;
import org.spikelane.layer.GradientSums;
import org.spikelane.layer.Layer;
import org.spikelane.layer.Parameter;
import org.spikelane.layer.ProductChoice;
import org.spikelane.layer.Signal;
import org.spikelane.layer.Spikes;
import org.spikelane.layer.Stage;
import org.spikelane.layer.Values;

/** One layer run on random rows, forward and backward: what went in, what came out, and the gradients. */
public final class StageRun {

  /** What a layer reads. */
  public enum Of {
    /** Floats, new at every step. */
    VALUES,
    /** Floats, one row for all steps. */
    CONSTANT,
    /** Bits, expanded for layers that take values. */
    SPIKES,
    /** Floats of which few are 1 and all others 0. */
    EVENTS,
    /** Floats; those of one sample are as with {@link #EVENTS}. */
    MIXED
  }

  private static final int SAMPLES = 3;
  private static final int STEPS = 5;
  /** What float32 sums over steps, samples and places of an image, up to some hundred terms, may be off. */
  private static final double SUMS = 3e-6;

  private final Layer layer;
  private final Signal input;
  private final Signal output;
  private final GradientSums sums;
  private final float[][] x;
  private final float[][] y;
  private final float[][] gy;
  private final float[][] gx;

  /** Runs {@code layer} forward and backward; {@code value} is what a spike is worth. */
  public StageRun(Layer layer, Of of, float value, ProductChoice product, long seed) {
    this(layer, of, STEPS, value, product, seed);
  }

  /** The same for another number of steps than {@value #STEPS}, of {@value #SAMPLES} samples. */
  public StageRun(Layer layer, Of of, int steps, float value, ProductChoice product, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    this.layer = layer;
    this.input = of == Of.SPIKES
        ? spikes(layer, steps, value, random)
        : new Values(layer.inputShape().size(), SAMPLES, steps, of == Of.CONSTANT);
    if (input instanceof Values values) {
      fill(values.array(), random);
      for (int b = 0; b < SAMPLES; b++) {
        if (of == Of.EVENTS || (of == Of.MIXED && b == 1)) {
          fillWithEvents(values, b, random);
        }
      }
    }
    input.needGradient();
    Expansion expansion = input instanceof Spikes spikes && !layer.takesSpikes() ? new Expansion(spikes) : null;
    Stage stage = layer.stage(expansion == null ? input : expansion.output(),
        new Block(SAMPLES, steps, true, false, product));
    this.output = stage.output();
    output.needGradient();
    this.x = rows(input, null);
    if (expansion != null) {
      expansion.forward(SAMPLES);
    }
    stage.forward(SAMPLES);
    this.y = rows(output, output instanceof Values values ? values.array() : null);
    fill(output.gradientArray(), random);
    // What was there before must not matter.
    fill(input.gradientArray(), random);
    this.gy = rows(output, output.gradientArray());
    this.sums = new GradientSums(layer.parameters());
    stage.backward(SAMPLES, sums);
    if (expansion != null) {
      expansion.backward(SAMPLES, sums);
    }
    this.gx = rows(input, input.gradientArray());
  }

  private static Spikes spikes(Layer layer, int steps, float value, SplittableRandom random) {
    int size = layer.inputShape().size();
    Spikes spikes = new Spikes(size, SAMPLES, steps);
    spikes.value(value);
    for (int b = 0; b < SAMPLES; b++) {
      for (int t = 0; t < steps; t++) {
        for (int n = 0; n < size; n++) {
          if (random.nextInt(5) == 0) {
            spikes.rows(b).words()[spikes.rows(b).at(t) + n / 64] |= 1L << n;
          }
        }
      }
    }
    return spikes;
  }

  private static void fillWithEvents(Values values, int b, SplittableRandom random) {
    Rows rows = values.rows(b);
    for (int t = 0; t < values.steps(); t++) {
      for (int n = 0; n < values.size(); n++) {
        values.array()[rows.at(t) + n] = random.nextInt(5) == 0 ? 1 : 0;
      }
    }
  }

  private static void fill(float[] values, SplittableRandom random) {
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextDouble(-1, 1);
    }
  }

  /** Row t of sample b at {@code [b*rowsPerSample + t]}; of spikes if there is no array. */
  private static float[][] rows(Signal signal, float[] array) {
    int perSample = signal.rowsPerSample();
    float[][] rows = new float[SAMPLES * perSample][signal.size()];
    for (int r = 0; r < rows.length; r++) {
      int b = r / perSample;
      int t = r % perSample;
      for (int n = 0; n < signal.size(); n++) {
        rows[r][n] = switch (signal) {
          case Spikes spikes when array == null -> spikes.rows(b).fired(t, n) ? spikes.value() : 0;
          case Values values when array == null -> at(values.rows(b), values.array(), t, n);
          default -> array[(b * (1 + perSample) + 1 + t) * signal.size() + n];
        };
      }
    }
    return rows;
  }

  private static float at(Rows rows, float[] array, int t, int n) {
    return array[rows.at(t) + n];
  }

  /** Rows that went in: steps of the first sample, of the second, … */
  public float[][] x() {
    return x;
  }

  /** Rows that came out. */
  public float[][] y() {
    return y;
  }

  /** dL/dy. */
  public float[][] gy() {
    return gy;
  }

  /** dL/dx. */
  public float[][] gx() {
    return gx;
  }

  /** dL/d(parameter), in its shape. */
  public float[] gradient(Parameter parameter) {
    return sums.gradient(parameter, KernelProvider.current().products());
  }

  /** Compares everything with the reference, which has the layer's weights. */
  public void check(NaiveConvolution naive) {
    double[] gWeight = new double[naive.weight().length];
    double[] gBias = new double[naive.bias().length];
    for (int r = 0; r < x.length; r++) {
      double[] row = Agreement.doubles(x[r]);
      Agreement.near("y of row " + r, naive.forward(row), y[r], 1e-6);
      Agreement.near("gx of row " + r, naive.backward(row, Agreement.doubles(gy[r]), gWeight, gBias), gx[r], 1e-6);
    }
    for (Parameter parameter : layer.parameters()) {
      Agreement.near("d_" + parameter.name(), parameter.name().equals("weight") ? gWeight : gBias, gradient(parameter),
          SUMS);
    }
  }
}
