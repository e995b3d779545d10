package org.spikelane.exchange;

import java.util.Arrays;
import java.util.stream.Collectors;
import org.spikelane.format.NirArray;
import org.spikelane.layer.Shape;

/** Arrays of a graph as parameters of a layer: broadcast from the right, as in torch, and rounded. */
final class NirArrays {

  private NirArrays() {}

  /**
   * The smallest shape that all the arrays broadcast to, if it broadcasts over the layer's and all values are finite.
   * Leading dimensions of 1 beyond those of the layer, which stand for a batch in some files, are left out.
   *
   * @return null, with a problem noted, if they do not fit
   */
  static Shape within(String path, Shape layer, Problems problems, NirArray... arrays) {
    int rank = layer.rank();
    int[] common = new int[rank];
    Arrays.fill(common, 1);
    int used = 0;
    boolean fits = true;
    for (NirArray array : arrays) {
      int[] shape = array.shape();
      fits &= layer.takes(shape);
      int own = Math.min(rank, shape.length);
      for (int i = 1; i <= own; i++) {
        common[rank - i] = Math.max(common[rank - i], shape[shape.length - i]);
      }
      used = Math.max(used, own);
      if (!finite(array)) {
        problems.add(path, "expected parameters that float32 holds, got others");
        return null;
      }
    }
    if (!fits) {
      problems.add(path, "expected parameters of shape " + layer + ", which the data have, got "
          + Arrays.stream(arrays).map(a -> Arrays.toString(a.shape())).distinct().collect(Collectors.joining(" and ")));
      return null;
    }
    return Shape.of(Arrays.copyOfRange(common, rank - used, rank));
  }

  /** Whether every value is finite, as float32 too. */
  static boolean finite(NirArray array) {
    return Arrays.stream(array.values()).allMatch(v -> Math.abs(v) <= Float.MAX_VALUE);
  }

  /** The values of an array over a shape that it broadcasts to. */
  static double[] over(Shape shape, NirArray array) {
    return over(shape, array.shape(), array.values());
  }

  /** Values of one shape over another that it broadcasts to. */
  static double[] over(Shape shape, int[] from, double[] values) {
    double[] wide = new double[shape.size()];
    for (int n = 0; n < wide.length; n++) {
      wide[n] = values[shape.source(from, n)];
    }
    return wide;
  }

  static float[] floats(double[] values) {
    float[] floats = new float[values.length];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = (float) values[i];
    }
    return floats;
  }

  static double[] doubles(float[] values) {
    double[] doubles = new double[values.length];
    for (int i = 0; i < doubles.length; i++) {
      doubles[i] = values[i];
    }
    return doubles;
  }

  static boolean all(double[] values, double value) {
    return Arrays.stream(values).allMatch(v -> v == value);
  }
}
