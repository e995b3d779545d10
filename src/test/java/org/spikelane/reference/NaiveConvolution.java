package org.spikelane.reference;

/**
 * A cross-correlation of one image with zero padding, stride 1 and bias, in double: six loops and a bounds check. An image
 * of one place with a kernel of one is a matrix product, so this is the reference of linear layers too.
 *
 * @param weight [out][in][kernelHeight][kernelWidth], live
 * @param bias [out], live
 */
public record NaiveConvolution(int in, int height, int width, int out, int kernelHeight, int kernelWidth,
    int paddingHeight, int paddingWidth, double[] weight, double[] bias) {

  /** A matrix product with bias: weight [out][in]. */
  public static NaiveConvolution linear(int in, int out, double[] weight, double[] bias) {
    return new NaiveConvolution(in, 1, 1, out, 1, 1, 0, 0, weight, bias);
  }

  /** Height of the output. */
  public int outHeight() {
    return height + 2 * paddingHeight - kernelHeight + 1;
  }

  /** Width of the output. */
  public int outWidth() {
    return width + 2 * paddingWidth - kernelWidth + 1;
  }

  private interface Tap {
    void at(int y, int w, int x);
  }

  /** Calls for every product that the sum over the kernel has: index of the output, the weight, the input. */
  private void taps(Tap tap) {
    for (int o = 0; o < out; o++) {
      for (int row = 0; row < outHeight(); row++) {
        for (int column = 0; column < outWidth(); column++) {
          for (int c = 0; c < in; c++) {
            for (int i = 0; i < kernelHeight; i++) {
              for (int j = 0; j < kernelWidth; j++) {
                int r = row + i - paddingHeight;
                int k = column + j - paddingWidth;
                if (r >= 0 && r < height && k >= 0 && k < width) {
                  tap.at((o * outHeight() + row) * outWidth() + column,
                      ((o * in + c) * kernelHeight + i) * kernelWidth + j, (c * height + r) * width + k);
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
