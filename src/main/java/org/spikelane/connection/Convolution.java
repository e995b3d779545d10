package org.spikelane.connection;

import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import org.spikelane.kernels.Rows;
import org.spikelane.layer.Block;
import org.spikelane.layer.GradientSums;
import org.spikelane.layer.ProductChoice;
import org.spikelane.layer.Shape;
import org.spikelane.layer.Stage;
import org.spikelane.layer.Values;

/**
 * A two-dimensional cross-correlation with zero padding, as a product of the image's patches with the weights: {@code
 * y[c][p][q] = (sum over k, i, j of weight[c][k][i][j]*x[k][p*stride + i*dilation - before][…]) + bias[c]}, k running
 * over the input channels of c's group.
 */
final class Convolution {

  private final Shape input;
  private final Shape output;
  private final Window rows;
  private final Window columns;
  private final GroupedWeights weights;

  /**
   * A cross-correlation of {@code [C, H, W]}.
   *
   * @param weight shape of the weight parameter, [out, in/groups, …]
   */
  Convolution(String prefix, Shape input, Shape weight, Window rows, Window columns, int groups, boolean bias,
      boolean trainable, RandomGenerator random) {
    this.input = input;
    this.output = output(input, weight.extent(0), rows, columns);
    this.rows = rows;
    this.columns = columns;
    long patches = (long) output.extent(1) * output.extent(2) * input.extent(0) * rows.kernel() * columns.kernel();
    if (patches > Integer.MAX_VALUE - 8) {
      throw new IllegalArgumentException("kernel: the patches of " + input + " under a kernel of " + rows.kernel()
          + " by " + columns.kernel() + " exceed an array");
    }
    this.weights = new GroupedWeights(prefix, weight, groups, bias, trainable, random);
  }

  /**
   * The shape of the result.
   *
   * @throws IllegalArgumentException if not even one window fits into the padded input
   */
  static Shape output(Shape input, int channels, Window rows, Window columns) {
    int height = rows.count(input.extent(1));
    int width = columns.count(input.extent(2));
    if (height == 0 || width == 0) {
      throw new IllegalArgumentException("kernel: expected it to fit into " + input + " with its padding, got "
          + rows.kernel() + " by " + columns.kernel());
    }
    return Shape.of(channels, height, width);
  }

  Shape output() {
    return output;
  }

  Window rows() {
    return rows;
  }

  Window columns() {
    return columns;
  }

  GroupedWeights weights() {
    return weights;
  }

  /** The scratch memory and the work of one stage. */
  Worker worker(ProductChoice choice) {
    return new Worker(choice);
  }

  /** A layer that is nothing but this, at work on one block. */
  Stage stage(Values from, Block block) {
    return new ConvolutionStage(from, block);
  }

  final class Worker {

    private final int channels = input.extent(0);
    private final int height = input.extent(1);
    private final int width = input.extent(2);
    private final int places = output.extent(1) * output.extent(2);
    private final int perPatch = channels * rows.kernel() * columns.kernel();
    private final List<Product> products;
    private final GroupedWeights.Gradient gradient = weights.new Gradient();
    /** [place][in, kh, kw]: what the kernel sees at each place of the output. */
    private final float[] patches = new float[places * perPatch];
    /** [place][out]: the output, or its gradient, channels last. */
    private final float[] results = new float[places * output.extent(0)];
    /** By group: its channels in every patch. */
    private final Rows[] patchesOf;
    /** By group: its channels in every result. */
    private final Rows[] resultsOf;

    private Worker(ProductChoice choice) {
      this.products = weights.groups().stream().map(group -> group.product(choice, places)).toList();
      this.patchesOf = new Rows[products.size()];
      this.resultsOf = new Rows[products.size()];
      for (int g = 0; g < products.size(); g++) {
        patchesOf[g] = new Rows(patches, g * (perPatch / products.size()), perPatch);
        resultsOf[g] = new Rows(results, g * (output.extent(0) / products.size()), output.extent(0));
      }
    }

    /** {@code y = W * x + bias} for one image at {@code x[xAt …]}. */
    void forward(float[] x, int xAt, float[] y, int yAt) {
      gatherPatches(x, xAt);
      for (int g = 0; g < products.size(); g++) {
        products.get(g).forward(patchesOf[g], resultsOf[g], places);
      }
      for (int p = 0; p < places; p++) {
        for (int c = 0; c < output.extent(0); c++) {
          y[yAt + c * places + p] = results[p * output.extent(0) + c];
        }
      }
    }

    /** {@code gx = } the transposed convolution of {@code gy}. */
    void backward(float[] gy, int gyAt, float[] gx, int gxAt) {
      gatherResults(gy, gyAt);
      for (int g = 0; g < products.size(); g++) {
        products.get(g).backward(resultsOf[g], patchesOf[g], places);
      }
      Arrays.fill(gx, gxAt, gxAt + input.size(), 0f);
      addPatches(gx, gxAt);
    }

    /** Adds the gradients of weight and bias for one image and the gradient of its result. */
    void gradient(float[] x, int xAt, float[] gy, int gyAt, GradientSums sums) {
      gatherPatches(x, xAt);
      gatherResults(gy, gyAt);
      for (int g = 0; g < products.size(); g++) {
        gradient.add(g, patchesOf[g], resultsOf[g], places, sums);
      }
    }

    private void gatherPatches(float[] x, int xAt) {
      Arrays.fill(patches, 0f);
      int patch = 0;
      for (int p = 0; p < output.extent(1); p++) {
        int firstRow = rows.firstTap(p);
        int endRow = rows.endTap(p, height);
        for (int q = 0; q < output.extent(2); q++, patch += perPatch) {
          int first = columns.firstTap(q);
          int end = columns.endTap(q, width);
          for (int c = 0; c < channels; c++) {
            for (int i = firstRow; i < endRow; i++) {
              int to = tap(patch, c, i);
              int from = xAt + place(c, p, i, q);
              for (int j = first; j < end; j++) {
                patches[to + j] = x[from + j * columns.dilation()];
              }
            }
          }
        }
      }
    }

    private void addPatches(float[] gx, int gxAt) {
      int patch = 0;
      for (int p = 0; p < output.extent(1); p++) {
        int firstRow = rows.firstTap(p);
        int endRow = rows.endTap(p, height);
        for (int q = 0; q < output.extent(2); q++, patch += perPatch) {
          int first = columns.firstTap(q);
          int end = columns.endTap(q, width);
          for (int c = 0; c < channels; c++) {
            for (int i = firstRow; i < endRow; i++) {
              int from = tap(patch, c, i);
              int to = gxAt + place(c, p, i, q);
              for (int j = first; j < end; j++) {
                gx[to + j * columns.dilation()] += patches[from + j];
              }
            }
          }
        }
      }
    }

    /** Index in {@link #patches} of the first tap of row i of channel c in a patch. */
    private int tap(int patch, int c, int i) {
      return patch + (c * rows.kernel() + i) * columns.kernel();
    }

    /** The place in the image that the first tap of row i sees at (p, q): of padding, perhaps. */
    private int place(int c, int p, int i, int q) {
      return (c * height + rows.at(p, i)) * width + columns.at(q, 0);
    }

    private void gatherResults(float[] gy, int gyAt) {
      for (int p = 0; p < places; p++) {
        for (int c = 0; c < output.extent(0); c++) {
          results[p * output.extent(0) + c] = gy[gyAt + c * places + p];
        }
      }
    }
  }

  private final class ConvolutionStage implements Stage {

    private final Values from;
    private final Values to;
    private final Worker worker;

    ConvolutionStage(Values from, Block block) {
      this.from = from;
      this.to = new Values(output.size(), block.samples(), block.steps(), from.constant());
      this.worker = worker(block.product());
    }

    @Override
    public Values output() {
      return to;
    }

    @Override
    public void forward(int samples) {
      for (int b = 0; b < samples; b++) {
        Rows x = from.rows(b);
        Rows y = to.rows(b);
        for (int t = 0; t < from.rowsPerSample(); t++) {
          worker.forward(x.data(), x.at(t), y.data(), y.at(t));
        }
      }
    }

    @Override
    public void backward(int samples, GradientSums sums) {
      for (int b = 0; b < samples; b++) {
        Rows x = from.rows(b);
        Rows gy = to.gradient(b);
        for (int t = 0; t < from.rowsPerSample(); t++) {
          worker.gradient(x.data(), x.at(t), gy.data(), gy.at(t), sums);
          if (from.hasGradient()) {
            Rows gx = from.gradient(b);
            worker.backward(gy.data(), gy.at(t), gx.data(), gx.at(t));
          }
        }
      }
    }
  }
}
