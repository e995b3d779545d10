package org.spikelane.reference;

/**
 * A cross-correlation of one image with zero padding and bias, in double: six loops and a bounds check. An image of one
 * place with a kernel of one is a matrix product, so this is the reference of linear layers too.
 *
 * @param groups of channels that do not mix
 * @param weight [out][in/groups][kernel of rows][kernel of columns], live
 * @param bias [out], live
 */
public record NaiveConvolution(int in, int height, int width, int out, Axis rows, Axis columns, int groups,
    double[] weight, double[] bias) {

  /** How the kernel moves along one axis: tap i of place p sees {@code p*stride + i*dilation - before}. */
  public record Axis(int kernel, int stride, int before, int after, int dilation) {

    /** Stride 1, no dilation, padding that is the same on both sides. */
    public static Axis padded(int kernel, int padding) {
      return new Axis(kernel, 1, padding, padding, 1);
    }

    int places(int extent) {
      int places = 0;
      for (int last = dilation * (kernel - 1) - before; last < extent + after; last += stride) {
        places++;
      }
      return places;
    }
  }

  /** A matrix product with bias: weight [out][in]. */
  public static NaiveConvolution linear(int in, int out, double[] weight, double[] bias) {
    return new NaiveConvolution(in, 1, 1, out, Axis.padded(1, 0), Axis.padded(1, 0), 1, weight, bias);
  }

  /** Height of the output. */
  public int outHeight() {
    return rows.places(height);
  }

  /** Width of the output. */
  public int outWidth() {
    return columns.places(width);
  }

  private interface Tap {
    void at(int y, int w, int x);
  }

  /** Calls for every product that the sum over the kernel has: index of the output, the weight, the input. */
  private void taps(Tap tap) {
    int outHeight = outHeight();
    int outWidth = outWidth();
    int perGroup = in / groups;
    for (int o = 0; o < out; o++) {
      int firstChannel = o / (out / groups) * perGroup;
      for (int row = 0; row < outHeight; row++) {
        for (int column = 0; column < outWidth; column++) {
          for (int c = 0; c < perGroup; c++) {
            for (int i = 0; i < rows.kernel; i++) {
              for (int j = 0; j < columns.kernel; j++) {
                int r = row * rows.stride + i * rows.dilation - rows.before;
                int k = column * columns.stride + j * columns.dilation - columns.before;
                if (r >= 0 && r < height && k >= 0 && k < width) {
                  tap.at((o * outHeight + row) * outWidth + column,
                      ((o * perGroup + c) * rows.kernel + i) * columns.kernel + j,
                      ((firstChannel + c) * height + r) * width + k);
                }
              }
            }
          }
        }
      }
    }
  }

  /** {@code W * x + bias}. */
  public double[] forward(double[] x) {
    int places = outHeight() * outWidth();
    double[] y = new double[out * places];
    for (int i = 0; i < y.length; i++) {
      y[i] = bias[i / places];
    }
    taps((o, w, i) -> y[o] += weight[w] * x[i]);
    return y;
  }

  /** dL/dx from dL/dy; adds dL/dW and dL/dbias to the arrays given. */
  public double[] backward(double[] x, double[] gy, double[] gWeight, double[] gBias) {
    double[] gx = new double[in * height * width];
    taps((o, w, i) -> {
      gWeight[w] += gy[o] * x[i];
      gx[i] += gy[o] * weight[w];
    });
    int places = outHeight() * outWidth();
    for (int i = 0; i < gy.length; i++) {
      gBias[i / places] += gy[i];
    }
    return gx;
  }
}
