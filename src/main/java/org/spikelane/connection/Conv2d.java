package org.spikelane.connection;

import java.util.List;
import java.util.random.RandomGenerator;
import org.spikelane.kernels.Rows;
import org.spikelane.layer.Block;
import org.spikelane.layer.GradientSums;
import org.spikelane.layer.Layer;
import org.spikelane.layer.Parameter;
import org.spikelane.layer.Shape;
import org.spikelane.layer.Signal;
import org.spikelane.layer.Stage;
import org.spikelane.layer.Values;

/**
 * Cross-correlation of {@code [C, H, W]} with a square kernel, stride 1, no padding, with bias: PyTorch's {@code
 * nn.Conv2d(in, out, kernel)}. Parameters {@code weight} [out, in, k, k] and {@code bias} [out].
 */
public final class Conv2d implements Layer {

  private final Convolution convolution;
  private final int kernel;

  /**
   * A layer with PyTorch's default initialisation.
   *
   * @throws IllegalArgumentException if the input has other than three axes, or is smaller than the kernel
   */
  public Conv2d(Shape inputShape, int channels, int kernel, RandomGenerator random) {
    if (inputShape.rank() != 3) {
      throw new IllegalArgumentException("Conv2d: expected an input of shape [C, H, W], got " + inputShape);
    }
    this.kernel = kernel;
    this.convolution = new Convolution("", inputShape, channels, kernel, kernel, 0, 0, true, random);
  }

  @Override
  public String type() {
    return "Conv2d";
  }

  @Override
  public Shape inputShape() {
    return convolution.input();
  }

  @Override
  public Shape outputShape() {
    return convolution.output();
  }

  /** Height and width of the kernel. */
  public int kernel() {
    return kernel;
  }

  @Override
  public List<Parameter> parameters() {
    return convolution.weights().parameters();
  }

  @Override
  public void refresh() {
    convolution.weights().refresh();
  }

  @Override
  public boolean takesSpikes() {
    return false;
  }

  @Override
  public Stage stage(Signal input, Block block) {
    return new ConvStage((Values) input, block);
  }

  private final class ConvStage implements Stage {

    private final Values input;
    private final Values output;
    private final Convolution.Worker worker;

    ConvStage(Values input, Block block) {
      this.input = input;
      this.output = new Values(convolution.output().size(), block.samples(), block.steps(), input.constant());
      this.worker = convolution.worker(block.product());
    }

    @Override
    public Values output() {
      return output;
    }

    @Override
    public void forward(int samples) {
      for (int b = 0; b < samples; b++) {
        Rows x = input.rows(b);
        Rows y = output.rows(b);
        for (int t = 0; t < input.rowsPerSample(); t++) {
          worker.forward(x.data(), x.at(t), y.data(), y.at(t));
        }
      }
    }

    @Override
    public void backward(int samples, GradientSums sums) {
      for (int b = 0; b < samples; b++) {
        Rows x = input.rows(b);
        Rows gy = output.gradient(b);
        for (int t = 0; t < input.rowsPerSample(); t++) {
          worker.gradient(x.data(), x.at(t), gy.data(), gy.at(t), sums);
          if (input.hasGradient()) {
            Rows gx = input.gradient(b);
            worker.backward(gy.data(), gy.at(t), gx.data(), gx.at(t));
          }
        }
      }
    }
  }
}
