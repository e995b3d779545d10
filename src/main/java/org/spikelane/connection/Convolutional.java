package org.spikelane.connection;

import java.util.List;
import java.util.random.RandomGenerator;
import org.spikelane.kernels.Rows;
import org.spikelane.layer.Block;
import org.spikelane.layer.GradientSums;
import org.spikelane.layer.Parameter;
import org.spikelane.layer.Shape;
import org.spikelane.layer.Spikes;

/**
 * Every neuron to its neighbourhood in all channels: {@code V(s) = W * s + b}, a cross-correlation padded with zeros so
 * that it keeps the size; snnTorch's {@code all_to_all=True} with {@code conv2d_channels} and {@code kernel_size}.
 * Parameters {@code recurrent.weight} [C, C, kh, kw] and, unless built without, {@code
 * recurrent.bias} [C].
 */
public final class Convolutional implements Recurrence {

  private final Convolution convolution;

  /**
   * A kernel over a layer of shape {@code [C, H, W]}.
   *
   * @throws IllegalArgumentException if the layer has other than three axes, or the kernel has an even side: with padding
   *     of half its size it would not keep the layer's size (snnTorch fails at the first step)
   */
  public Convolutional(Shape shape, int kernelHeight, int kernelWidth, boolean bias, boolean learn,
      RandomGenerator random) {
    if (shape.rank() != 3) {
      throw new IllegalArgumentException("shape: expected [C, H, W], got " + shape);
    }
    if (kernelHeight % 2 == 0 || kernelWidth % 2 == 0) {
      throw new IllegalArgumentException("kernelSize: expected odd numbers, as a padded even kernel changes the size of"
          + " the layer, got " + kernelHeight + " by " + kernelWidth);
    }
    Window rows = keepingSize(kernelHeight);
    Window columns = keepingSize(kernelWidth);
    this.convolution = new Convolution("recurrent.", shape,
        Shape.of(shape.extent(0), shape.extent(0), kernelHeight, kernelWidth), rows, columns, 1, bias, learn, random);
  }

  private static Window keepingSize(int kernel) {
    return Window.of(kernel, 1, kernel / 2);
  }

  @Override
  public List<Parameter> parameters() {
    return convolution.weights().parameters();
  }

  @Override
  public void refresh(int part, int parts) {
    if (part == 0) {
      convolution.weights().refresh();
    }
  }

  @Override
  public Worker worker(Spikes spikes, Block block) {
    return new ConvolutionalWorker(spikes, block);
  }

  private final class ConvolutionalWorker implements Worker {

    private final Spikes spikes;
    private final Convolution.Worker worker;

    ConvolutionalWorker(Spikes spikes, Block block) {
      this.spikes = spikes;
      this.worker = convolution.worker(block.product());
      worker.spikes();
    }

    @Override
    public void current(int t, int samples, Rows current) {
      for (int b = 0; b < samples; b++) {
        worker.forward(spikes.rows(b), t - 1, 1f, current.data(), current.at(b));
      }
    }

    @Override
    public void backward(int samples, Rows gCurrent, Rows gSpikes) {
      for (int b = 0; b < samples; b++) {
        worker.addBackward(gCurrent.data(), gCurrent.at(b), gSpikes.data(), gSpikes.at(b));
      }
    }

    @Override
    public void gradient(int step, int samples, Rows[] gCurrent, GradientSums sums) {
      if (step > 0) {
        return; // One sample after the other, over all its steps.
      }
      for (int b = 0; b < samples; b++) {
        for (int t = 0; t < spikes.steps(); t++) {
          worker.gradient(spikes.rows(b), t - 1, 1f, gCurrent[b].data(), gCurrent[b].at(t), sums);
        }
      }
    }
  }
}
