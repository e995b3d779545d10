package org.spikelane.connection;

import java.util.Arrays;
import java.util.random.RandomGenerator;
import org.spikelane.kernels.Rows;
import org.spikelane.layer.GradientSums;
import org.spikelane.layer.ProductChoice;
import org.spikelane.layer.Shape;

/**
 * A two-dimensional cross-correlation with bias, zero padding and stride 1, as a product of the image's patches with a
 * {@link DenseWeights} of shape [out, in, kh, kw].
 */
final class Convolution {

  private final Shape input;
  private final Shape output;
  private final int kernelHeight;
  private final int kernelWidth;
  private final int paddingHeight;
  private final int paddingWidth;
  private final DenseWeights weights;

  Convolution(String prefix, Shape input, int channels, int kernelHeight, int kernelWidth, int paddingHeight,
      int paddingWidth, boolean trainable, RandomGenerator random) {
    int height = input.extent(1) + 2 * paddingHeight - kernelHeight + 1;
    int width = input.extent(2) + 2 * paddingWidth - kernelWidth + 1;
    if (kernelHeight < 1 || kernelWidth < 1 || height < 1 || width < 1) {
      throw new IllegalArgumentException(
          "kernel: expected it to fit into " + input + ", got " + kernelHeight + " by " + kernelWidth);
    }
    if ((long) height * width * input.extent(0) * kernelHeight * kernelWidth > Integer.MAX_VALUE - 8) {
      throw new IllegalArgumentException("kernel: the patches of " + input + " under a kernel of " + kernelHeight + " by "
          + kernelWidth + " exceed an array");
    }
    this.input = input;
    this.output = Shape.of(channels, height, width);
    this.kernelHeight = kernelHeight;
    this.kernelWidth = kernelWidth;
    this.paddingHeight = paddingHeight;
    this.paddingWidth = paddingWidth;
    this.weights = new DenseWeights(prefix, Shape.of(channels, input.extent(0), kernelHeight, kernelWidth), true,
        trainable, random);
  }

  Shape input() {
    return input;
  }

  Shape output() {
    return output;
  }

  DenseWeights weights() {
    return weights;
  }

  /** The scratch memory and the work of one stage. */
  Worker worker(ProductChoice choice) {
    return new Worker(choice);
  }

  final class Worker {

    private final int places = output.extent(1) * output.extent(2);
    private final Product product;
    private final DenseGradient gradient = new DenseGradient(weights);
    /** [place][in, kh, kw]: what the kernel sees at each place of the output. */
    private final Rows patches = new Rows(new float[places * weights.inputs()], 0, weights.inputs());
    /** [place][out]: the output, or its gradient, channels last. */
    private final Rows results = new Rows(new float[places * weights.outputs()], 0, weights.outputs());

    private Worker(ProductChoice choice) {
      this.product = weights.product(choice, places);
    }

    /** {@code y = W * x + bias} for one image at {@code x[xAt …]}. */
    void forward(float[] x, int xAt, float[] y, int yAt) {
      gatherPatches(x, xAt);
      product.forward(patches, results, places);
      for (int p = 0; p < places; p++) {
        for (int c = 0; c < weights.outputs(); c++) {
          y[yAt + c * places + p] = results.data()[results.at(p) + c];
        }
      }
    }

    /** {@code gx = } the transposed convolution of {@code gy}. */
    void backward(float[] gy, int gyAt, float[] gx, int gxAt) {
      gatherResults(gy, gyAt);
      product.backward(results, patches, places);
      Arrays.fill(gx, gxAt, gxAt + input.size(), 0f);
      for (int p = 0; p < places; p++) {
        for (int k = 0; k < weights.inputs(); k++) {
          int pixel = pixel(p, k);
          if (pixel >= 0) {
            gx[gxAt + pixel] += patches.data()[patches.at(p) + k];
          }
        }
      }
    }

    /** Adds the gradients of weight and bias for one image and the gradient of its result. */
    void gradient(float[] x, int xAt, float[] gy, int gyAt, GradientSums sums) {
      gatherPatches(x, xAt);
      gatherResults(gy, gyAt);
      gradient.add(patches, results, places, sums);
    }

    private void gatherPatches(float[] x, int xAt) {
      for (int p = 0; p < places; p++) {
        for (int k = 0; k < weights.inputs(); k++) {
          int pixel = pixel(p, k);
          patches.data()[patches.at(p) + k] = pixel >= 0 ? x[xAt + pixel] : 0f;
        }
      }
    }

    private void gatherResults(float[] gy, int gyAt) {
      for (int p = 0; p < places; p++) {
        for (int c = 0; c < weights.outputs(); c++) {
          results.data()[results.at(p) + c] = gy[gyAt + c * places + p];
        }
      }
    }

    /** The input value that weight k sees at place p of the output, or -1 in the padding. */
    private int pixel(int p, int k) {
      int y = p / output.extent(2) + k / kernelWidth % kernelHeight - paddingHeight;
      int x = p % output.extent(2) + k % kernelWidth - paddingWidth;
      if (y < 0 || y >= input.extent(1) || x < 0 || x >= input.extent(2)) {
        return -1;
      }
      return (k / (kernelWidth * kernelHeight) * input.extent(1) + y) * input.extent(2) + x;
    }
  }
}
