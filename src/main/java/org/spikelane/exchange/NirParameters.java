package org.spikelane.exchange;

import java.util.Arrays;
import org.spikelane.format.NirArray;
import org.spikelane.layer.Shape;

/** What the nodes of one graph must have as parameters: what does not fit is noted as a problem. */
final class NirParameters {

  /**
   * Neurons of all layers whose parameters the file has no numbers for, one standing for many: they take memory too.
   */
  private static final int MOST_UNBACKED = 1 << 22;

  private static final int MOST_SHOWN = 8;

  private final Problems problems;
  private long unbacked;

  NirParameters(Problems problems) {
    this.problems = problems;
  }

  /** The shape that parameters have together, or null if they do not fit the layer. */
  Shape within(String path, Shape layer, NirArray... parameters) {
    Shape own = NirArrays.within(path, layer, problems, parameters);
    return own != null && backed(path, layer, own) ? own : null;
  }

  /** Whether parameters of their own shape may stand for all that the layer has; those that they stand for are counted. */
  boolean backed(String path, Shape layer, Shape own) {
    unbacked += layer.size() - own.size();
    if (unbacked > MOST_UNBACKED) {
      problems.add(path, "expected parameters of shape " + layer
          + ", as there is too much to be taken on trust, got " + own);
      return false;
    }
    return true;
  }

  /** Integers, one for all or one for each of {@code count} dimensions; null if they are not. */
  int[] integers(String path, String parameter, NirArray array, int count, int least) {
    double[] given = array.values();
    int[] integers = new int[count];
    boolean fits = given.length == 1 || given.length == count;
    for (int i = 0; fits && i < count; i++) {
      double value = given[given.length == 1 ? 0 : i];
      integers[i] = (int) value;
      fits = integers[i] == value && integers[i] >= least;
    }
    if (!fits) {
      problems.add(path, parameter + ": expected " + count + " integers of at least " + least + ", got "
          + shown(given));
      return null;
    }
    return integers;
  }

  /** Whether a weight has so many dimensions, outputs first, its bias as many values as that has outputs, and all are finite. */
  boolean weights(String path, NirArray weight, int rank, NirArray bias) {
    int before = problems.count();
    if (weight.rank() != rank || weight.size() == 0) {
      problems.add(path, "weight: expected " + rank + " dimensions, got shape " + Arrays.toString(weight.shape()));
    } else if (bias != null && bias.size() != weight.shape()[0]) {
      problems.add(path, "bias: expected " + weight.shape()[0] + " values, as many as outputs, got shape "
          + Arrays.toString(bias.shape()));
    }
    if (!NirArrays.finite(weight) || (bias != null && !NirArrays.finite(bias))) {
      problems.add(path, "expected weights that float32 holds, got others");
    }
    return problems.count() == before;
  }

  /** The values, or the first of them, as a message shows them. */
  static String shown(double[] values) {
    return Arrays.toString(Arrays.copyOf(values, Math.min(values.length, MOST_SHOWN)));
  }
}
