package org.spikelane.kernels;

/**
 * The equations of {@link SurrogateKernels}, one neuron after the other: the reference
 * of {@link VectorSurrogateKernels}.
 */
final class ScalarSurrogateKernels implements SurrogateKernels {

  ScalarSurrogateKernels() {}

  @Override
  public void atan(float[] mem, int memAt, float[] theta, float alpha, float[] out, int outAt, int from, int to) {
    float peak = alpha / 2f;
    float steepness = steepness(alpha);
    for (int n = from; n < to; n++) {
      float z = mem[memAt + n] - theta[n];
      float y = steepness * z;
      out[outAt + n] = peak / (1f + y * y);
    }
  }

  @Override
  public void fastSigmoid(float[] mem, int memAt, float[] theta, float slope, float[] out, int outAt, int from,
      int to) {
    for (int n = from; n < to; n++) {
      float z = mem[memAt + n] - theta[n];
      float y = slope * Math.abs(z) + 1f;
      out[outAt + n] = 1f / (y * y);
    }
  }

  @Override
  public void sigmoid(float[] mem, int memAt, float[] theta, float slope, float[] out, int outAt, int from, int to) {
    for (int n = from; n < to; n++) {
      float z = mem[memAt + n] - theta[n];
      float e = Exp.exp(-slope * Math.abs(z));
      float y = 1f + e;
      out[outAt + n] = (slope * e) / (y * y);
    }
  }

  @Override
  public void triangular(float[] mem, int memAt, float[] theta, float height, float[] out, int outAt, int from,
      int to) {
    for (int n = from; n < to; n++) {
      float z = mem[memAt + n] - theta[n];
      out[outAt + n] = z >= 0f ? -height : height;
    }
  }

  @Override
  public void spikeRateEscape(float[] mem, int memAt, float[] theta, float beta, float slope, float[] out, int outAt,
      int from, int to) {
    for (int n = from; n < to; n++) {
      float z = mem[memAt + n] - theta[n];
      out[outAt + n] = slope * Exp.exp(-beta * Math.abs(z - 1f));
    }
  }

  @Override
  public void sparseFastSigmoid(float[] mem, int memAt, float[] theta, float slope, float bound, float[] out, int outAt,
      int from, int to) {
    for (int n = from; n < to; n++) {
      float z = mem[memAt + n] - theta[n];
      float y = slope * Math.abs(z) + 1f;
      out[outAt + n] = z <= bound ? 0f : 1f / (y * y);
    }
  }

  @Override
  public void step(float[] mem, int memAt, float[] theta, float above, float below, float[] out, int outAt, int from,
      int to) {
    for (int n = from; n < to; n++) {
      float z = mem[memAt + n] - theta[n];
      out[outAt + n] = z > 0f ? above : below;
    }
  }

  /** The factor (pi/2)*alpha of {@link #atan}: a double in Python, rounded when it meets the tensor. */
  static float steepness(float alpha) {
    return (float) (Math.PI / 2 * alpha);
  }
}
