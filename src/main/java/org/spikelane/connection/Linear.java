package org.spikelane.connection;

import java.util.List;
import java.util.random.RandomGenerator;
import org.ejml.data.FMatrixRMaj;
import org.spikelane.kernels.Rows;
import org.spikelane.kernels.SpikeRows;
import org.spikelane.layer.Block;
import org.spikelane.layer.GradientSums;
import org.spikelane.layer.Layer;
import org.spikelane.layer.Parameter;
import org.spikelane.layer.ProductChoice;
import org.spikelane.layer.Shape;
import org.spikelane.layer.Signal;
import org.spikelane.layer.Spikes;
import org.spikelane.layer.Stage;
import org.spikelane.layer.Values;

/**
 * {@code y = W·x + b}: PyTorch's {@code nn.Linear}.
 *
 * <p>Parameters {@code weight} [out, in] and {@code bias} [out]. Spikes are multiplied by events or densely, as the
 * block's {@link ProductChoice} says, and so are values of which all are 0 or 1 and few are 1. An input that is constant
 * over time is multiplied once, and its gradient is that of the sum over the steps.
 */
public final class Linear implements Layer {

  private final Shape inputShape;
  private final DenseWeights weights;

  /**
   * A layer with PyTorch's default initialisation.
   *
   * @param inputShape {@code [in]}
   * @throws IllegalArgumentException if the input has more than one axis (put a Flatten before), or outputs is below 1
   */
  public Linear(Shape inputShape, int outputs, boolean bias, RandomGenerator random) {
    if (inputShape.rank() != 1) {
      throw new IllegalArgumentException("Linear: expected an input of shape [features], got " + inputShape
          + "; put a Flatten before it");
    }
    this.inputShape = inputShape;
    this.weights = new DenseWeights("", Shape.of(outputs, inputShape.size()), bias, true, random);
  }

  @Override
  public String type() {
    return "Linear";
  }

  @Override
  public Shape inputShape() {
    return inputShape;
  }

  @Override
  public Shape outputShape() {
    return Shape.of(weights.outputs());
  }

  @Override
  public List<Parameter> parameters() {
    return weights.parameters();
  }

  @Override
  public void refresh() {
    weights.refresh();
  }

  @Override
  public void refresh(int part, int parts) {
    weights.refresh(part, parts);
  }

  @Override
  public boolean takesSpikes() {
    return true;
  }

  /** Whether it has a bias. */
  public boolean hasBias() {
    return weights.bias() != null;
  }

  /** The weight as EJML's matrix [out, in], over the parameter's own array. */
  public FMatrixRMaj weight() {
    return weights.matrix();
  }

  @Override
  public Stage stage(Signal input, Block block) {
    return new LinearStage(input, block);
  }

  private final class LinearStage implements Stage {

    private final Signal input;
    private final Values output;
    private final Product product;
    /** Null if nothing is recorded. */
    private final DenseGradient gradient;
    /** Of values that change from step to step, where products may choose; else null. */
    private final EventSamples events;
    /** Of spikes, by sample and by step; else null. */
    private final SpikeRows[] spikesBySample;
    private final SpikeRows[] spikesByStep;
    /** dL/d(output) by sample, row t for step t, or by step, row b for sample b, during a backward pass. */
    private final Rows[] gradients;

    LinearStage(Signal input, Block block) {
      this.input = input;
      int mostRows = Math.max(block.samples(), input.rowsPerSample());
      this.gradient = block.record() ? new DenseGradient(weights, block.product(), mostRows) : null;
      this.events = EventSamples.of(input, block.product());
      this.output = new Values(weights.outputs(), block.samples(), block.steps(), input.constant());
      this.spikesBySample = input instanceof Spikes spikes ? spikes.rows() : null;
      this.spikesByStep = input instanceof Spikes spikes ? spikes.rowsByStep() : null;
      this.gradients = new Rows[mostRows];
      this.product = weights.product(block.product(), mostRows);
    }

    @Override
    public Values output() {
      return output;
    }

    @Override
    public void forward(int samples) {
      if (events != null) {
        events.find(samples);
      }
      if (byStep(samples)) {
        for (int t = 0; t < input.rowsPerSample(); t++) {
          forwardStep(t, samples);
        }
      } else {
        for (int b = 0; b < samples; b++) {
          forwardSample(b, input.rowsPerSample());
        }
      }
    }

    /** Whether a step's samples are multiplied together: the more rows at once, the less often the weights are walked. */
    private boolean byStep(int samples) {
      return samples > input.rowsPerSample() && (events == null || events.alike(samples));
    }

    private void forwardStep(int t, int samples) {
      Rows y = output.atStep(t);
      switch (input) {
        case Spikes spikes -> product.forward(spikes.atStep(t), spikes.value(), y, samples);
        case Values values when events != null && events.eventful(0) -> product.forward(events.byStep()[t], 1f, y, samples);
        case Values values -> product.forward(values.atStep(t), y, samples);
      }
    }

    private void forwardSample(int b, int rows) {
      Rows y = output.rows(b);
      switch (input) {
        case Spikes spikes -> product.forward(spikes.rows(b), spikes.value(), y, rows);
        case Values values when events != null && events.eventful(b) -> product.forward(events.spikes(b), 1f, y, rows);
        case Values values -> product.forward(values.rows(b), y, rows);
      }
    }

    @Override
    public void backward(int samples, GradientSums sums) {
      if (input.constant()) {
        backwardConstant(samples, sums);
      } else if (byStep(samples) && output.hasGradientByStep()) {
        backwardByStep(samples, sums);
      } else {
        backwardBySample(samples, sums);
      }
    }

    private void backwardConstant(int samples, GradientSums sums) {
      Rows gy = output.gradientAtStep(0);
      gradient.addProducts(((Values) input).atStep(0), gy, samples, sums);
      if (input.hasGradient()) {
        product.backward(gy, input.gradientAtStep(0), samples);
      }
    }

    private void backwardByStep(int samples, GradientSums sums) {
      int steps = input.steps();
      for (int t = 0; t < steps; t++) {
        gradients[t] = output.gradientAtStep(t);
      }
      switch (input) {
        case Spikes spikes -> gradient.add(spikesByStep, spikes.value(), gradients, 0, steps, 0, samples, sums);
        case Values values when events != null && events.eventful(0) ->
            gradient.add(events.byStep(), 1f, gradients, 0, steps, 0, samples, sums);
        case Values values -> {
          for (int t = 0; t < steps; t++) {
            gradient.add(values.atStep(t), gradients[t], samples, sums);
          }
        }
      }
      for (int t = 0; input.hasGradient() && t < steps; t++) {
        product.backward(gradients[t], input.gradientAtStep(t), samples);
      }
    }

    private void backwardBySample(int samples, GradientSums sums) {
      for (int b = 0; b < samples; b++) {
        gradients[b] = output.gradient(b);
      }
      switch (input) {
        case Spikes spikes -> gradient.add(spikesBySample, spikes.value(), gradients, 0, samples, 0, input.steps(), sums);
        case Values values -> addGradient(values, samples, sums);
      }
      for (int b = 0; input.hasGradient() && b < samples; b++) {
        product.backward(gradients[b], input.gradient(b), input.steps());
      }
    }

    /** Sample after sample, those together that lie side by side and hold spikes. */
    private void addGradient(Values values, int samples, GradientSums sums) {
      int b = 0;
      while (b < samples) {
        int end = b;
        while (events != null && end < samples && events.eventful(end)) {
          end++;
        }
        if (end > b) {
          gradient.add(events.spikes(), 1f, gradients, b, end, 0, input.steps(), sums);
          b = end;
        } else {
          gradient.add(values.rows(b), gradients[b], input.steps(), sums);
          b++;
        }
      }
    }
  }
}
