package org.spikelane.kernels;

import static org.spikelane.kernels.VectorShapes.FLOATS;
import static org.spikelane.kernels.VectorShapes.LANES;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/**
 * {@link SurrogateKernels} in whole vectors; each loop is that of its twin in {@link ScalarSurrogateKernels}, which
 * also takes the tail.
 *
 * <p>No method shares its lanes with a helper, and the exponential is a pass of its own over {@code out}: whether C2
 * inlines a helper depends on profiles and on which of the two it compiled first (JDK 25), and one that it does not
 * inline boxes its vectors. Only the methods of the Vector API itself are always inlined.
 */
final class VectorSurrogateKernels implements SurrogateKernels {

  private final ScalarSurrogateKernels tail = new ScalarSurrogateKernels();

  VectorSurrogateKernels() {}

  @Override
  public void atan(float[] mem, int memAt, float[] theta, float alpha, float[] out, int outAt, int from, int to) {
    int bound = from + FLOATS.loopBound(to - from);
    float steepness = ScalarSurrogateKernels.steepness(alpha);
    FloatVector peak = FloatVector.broadcast(FLOATS, alpha / 2f);
    for (int n = from; n < bound; n += LANES) {
      FloatVector z = FloatVector.fromArray(FLOATS, mem, memAt + n).sub(FloatVector.fromArray(FLOATS, theta, n));
      FloatVector y = z.mul(steepness);
      peak.div(y.mul(y).add(1f)).intoArray(out, outAt + n);
    }
    tail.atan(mem, memAt, theta, alpha, out, outAt, bound, to);
  }

  @Override
  public void fastSigmoid(float[] mem, int memAt, float[] theta, float slope, float[] out, int outAt, int from,
      int to) {
    int bound = from + FLOATS.loopBound(to - from);
    FloatVector one = FloatVector.broadcast(FLOATS, 1f);
    for (int n = from; n < bound; n += LANES) {
      FloatVector z = FloatVector.fromArray(FLOATS, mem, memAt + n).sub(FloatVector.fromArray(FLOATS, theta, n));
      FloatVector y = z.abs().mul(slope).add(1f);
      one.div(y.mul(y)).intoArray(out, outAt + n);
    }
    tail.fastSigmoid(mem, memAt, theta, slope, out, outAt, bound, to);
  }

  @Override
  public void sigmoid(float[] mem, int memAt, float[] theta, float slope, float[] out, int outAt, int from, int to) {
    int bound = from + FLOATS.loopBound(to - from);
    for (int n = from; n < bound; n += LANES) {
      FloatVector z = FloatVector.fromArray(FLOATS, mem, memAt + n).sub(FloatVector.fromArray(FLOATS, theta, n));
      z.abs().mul(-slope).intoArray(out, outAt + n);
    }
    Exp.Lanewise.exp(out, outAt + from, outAt + bound);
    for (int n = from; n < bound; n += LANES) {
      FloatVector e = FloatVector.fromArray(FLOATS, out, outAt + n);
      FloatVector y = e.add(1f);
      e.mul(slope).div(y.mul(y)).intoArray(out, outAt + n);
    }
    tail.sigmoid(mem, memAt, theta, slope, out, outAt, bound, to);
  }

  @Override
  public void triangular(float[] mem, int memAt, float[] theta, float height, float[] out, int outAt, int from,
      int to) {
    int bound = from + FLOATS.loopBound(to - from);
    FloatVector otherwise = FloatVector.broadcast(FLOATS, height);
    for (int n = from; n < bound; n += LANES) {
      FloatVector z = FloatVector.fromArray(FLOATS, mem, memAt + n).sub(FloatVector.fromArray(FLOATS, theta, n));
      otherwise.blend(-height, z.compare(VectorOperators.GE, 0f)).intoArray(out, outAt + n);
    }
    tail.triangular(mem, memAt, theta, height, out, outAt, bound, to);
  }

  @Override
  public void spikeRateEscape(float[] mem, int memAt, float[] theta, float beta, float slope, float[] out, int outAt,
      int from, int to) {
    int bound = from + FLOATS.loopBound(to - from);
    for (int n = from; n < bound; n += LANES) {
      FloatVector z = FloatVector.fromArray(FLOATS, mem, memAt + n).sub(FloatVector.fromArray(FLOATS, theta, n));
      z.sub(1f).abs().mul(-beta).intoArray(out, outAt + n);
    }
    Exp.Lanewise.exp(out, outAt + from, outAt + bound);
    for (int n = from; n < bound; n += LANES) {
      FloatVector.fromArray(FLOATS, out, outAt + n).mul(slope).intoArray(out, outAt + n);
    }
    tail.spikeRateEscape(mem, memAt, theta, beta, slope, out, outAt, bound, to);
  }

  @Override
  public void sparseFastSigmoid(float[] mem, int memAt, float[] theta, float slope, float bound, float[] out, int outAt,
      int from, int to) {
    int end = from + FLOATS.loopBound(to - from);
    FloatVector one = FloatVector.broadcast(FLOATS, 1f);
    for (int n = from; n < end; n += LANES) {
      FloatVector z = FloatVector.fromArray(FLOATS, mem, memAt + n).sub(FloatVector.fromArray(FLOATS, theta, n));
      FloatVector y = z.abs().mul(slope).add(1f);
      one.div(y.mul(y)).blend(0f, z.compare(VectorOperators.LE, bound)).intoArray(out, outAt + n);
    }
    tail.sparseFastSigmoid(mem, memAt, theta, slope, bound, out, outAt, end, to);
  }

  @Override
  public void step(float[] mem, int memAt, float[] theta, float above, float below, float[] out, int outAt, int from,
      int to) {
    int bound = from + FLOATS.loopBound(to - from);
    FloatVector otherwise = FloatVector.broadcast(FLOATS, below);
    for (int n = from; n < bound; n += LANES) {
      FloatVector z = FloatVector.fromArray(FLOATS, mem, memAt + n).sub(FloatVector.fromArray(FLOATS, theta, n));
      otherwise.blend(above, z.compare(VectorOperators.GT, 0f)).intoArray(out, outAt + n);
    }
    tail.step(mem, memAt, theta, above, below, out, outAt, bound, to);
  }
}
