package org.spikelane.kernels;

/**
 * The order in which a product walks the panels of its right operand.
 *
 * <p>Each walk of weights turns round: where they are larger than a cache, the panels that the last walk left in it are the
 * first to be used again. (Weights that are walked in parts gain less.) What a gradient walks is at most 8 MiB that it has
 * just packed: it ascends.
 */
final class Walk {

  private boolean descending;

  Walk() {}

  /** Starts a walk in the other direction than the last. */
  void turn() {
    descending = !descending;
  }

  /** Starts a walk from the first panel to the last. */
  void ascend() {
    descending = false;
  }

  /** The i-th of {@code count} parts of this walk. */
  int part(int i, int count) {
    return descending ? count - 1 - i : i;
  }
}
