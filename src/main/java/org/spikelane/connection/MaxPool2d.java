package org.spikelane.connection;

import java.util.Arrays;
import java.util.List;
import org.spikelane.kernels.Rows;
import org.spikelane.layer.Block;
import org.spikelane.layer.GradientSums;
import org.spikelane.layer.Layer;
import org.spikelane.layer.Parameter;
import org.spikelane.layer.Shape;
import org.spikelane.layer.Signal;
import org.spikelane.layer.Spikes;
import org.spikelane.layer.Stage;
import org.spikelane.layer.Values;

/**
 * The largest value of each {@code kernel} by {@code kernel} window, windows side by side: PyTorch's {@code
 * nn.MaxPool2d(kernel)}. Rows and columns that fill no window are left out. The gradient goes to the first largest value
 * in row-major order; NaN counts as the largest. Of spikes it gives spikes, with kernels of up to 64.
 */
public final class MaxPool2d implements Layer {

  private final Shape inputShape;
  private final Shape outputShape;
  private final int kernel;

  /**
   * A pool over {@code [C, H, W]}.
   *
   * @throws IllegalArgumentException if the input has other than three axes, or is smaller than one window
   */
  public MaxPool2d(Shape inputShape, int kernel) {
    if (inputShape.rank() != 3) {
      throw new IllegalArgumentException("MaxPool2d: expected an input of shape [C, H, W], got " + inputShape);
    }
    if (kernel < 1 || kernel > inputShape.extent(1) || kernel > inputShape.extent(2)) {
      throw new IllegalArgumentException("kernel: expected 1 to the height and width of " + inputShape + ", got " + kernel);
    }
    this.inputShape = inputShape;
    this.kernel = kernel;
    this.outputShape = Shape.of(inputShape.extent(0), inputShape.extent(1) / kernel, inputShape.extent(2) / kernel);
  }

  @Override
  public String type() {
    return "MaxPool2d";
  }

  @Override
  public Shape inputShape() {
    return inputShape;
  }

  @Override
  public Shape outputShape() {
    return outputShape;
  }

  /** Height, width and stride of a window. */
  public int kernel() {
    return kernel;
  }

  @Override
  public List<Parameter> parameters() {
    return List.of();
  }

  @Override
  public void refresh() {}

  @Override
  public boolean takesSpikes() {
    return kernel <= MaxPoolOfSpikes.MOST_KERNEL;
  }

  @Override
  public Stage stage(Signal input, Block block) {
    return switch (input) {
      case Spikes spikes -> new MaxPoolOfSpikes(spikes, inputShape, outputShape, kernel, block);
      case Values values -> new PoolStage(values, block);
    };
  }

  private final class PoolStage implements Stage {

    private final Values input;
    private final Values output;
    private final int[] winners;

    PoolStage(Values input, Block block) {
      this.input = input;
      this.output = new Values(outputShape.size(), block.samples(), block.steps(), input.constant());
      this.winners = new int[block.samples() * input.rowsPerSample() * outputShape.size()];
    }

    @Override
    public Values output() {
      return output;
    }

    @Override
    public void forward(int samples) {
      for (int b = 0; b < samples; b++) {
        for (int t = 0; t < input.rowsPerSample(); t++) {
          pool(input.rows(b), output.rows(b), t, winnersAt(b, t));
        }
      }
    }

    private int winnersAt(int sample, int t) {
      return (sample * input.rowsPerSample() + t) * outputShape.size();
    }

    private void pool(Rows from, Rows to, int t, int winnersAt) {
      int height = inputShape.extent(1);
      int width = inputShape.extent(2);
      int o = 0;
      for (int c = 0; c < inputShape.extent(0); c++) {
        for (int y = 0; y < outputShape.extent(1); y++) {
          for (int x = 0; x < outputShape.extent(2); x++, o++) {
            int corner = (c * height + y * kernel) * width + x * kernel;
            int winner = corner;
            float best = from.data()[from.at(t) + corner];
            for (int i = 0; i < kernel; i++) {
              for (int j = 0; j < kernel; j++) {
                int candidate = corner + i * width + j;
                float value = from.data()[from.at(t) + candidate];
                // Larger, or the first NaN.
                if (!(value <= best) && !Float.isNaN(best)) {
                  winner = candidate;
                  best = value;
                }
              }
            }
            winners[winnersAt + o] = winner;
            to.data()[to.at(t) + o] = best;
          }
        }
      }
    }

    @Override
    public void backward(int samples, GradientSums sums) {
      if (!input.hasGradient()) {
        return;
      }
      for (int b = 0; b < samples; b++) {
        Rows gx = input.gradient(b);
        Rows gy = output.gradient(b);
        for (int t = 0; t < input.rowsPerSample(); t++) {
          int at = gx.at(t);
          Arrays.fill(gx.data(), at, at + input.size(), 0f);
          for (int o = 0; o < output.size(); o++) {
            gx.data()[at + winners[winnersAt(b, t) + o]] += gy.data()[gy.at(t) + o];
          }
        }
      }
    }
  }
}
