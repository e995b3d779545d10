package org.spikelane.connection;

import org.spikelane.kernels.KernelProvider;
import org.spikelane.kernels.ProductKernels;
import org.spikelane.kernels.RowKernels;
import org.spikelane.kernels.Rows;
import org.spikelane.kernels.SpikeRows;
import org.spikelane.layer.GradientSums;
import org.spikelane.layer.ProductChoice;

/** Adds the gradients of one {@link DenseWeights} over rows, in ascending order of the rows. */
final class DenseGradient {

  /** A call takes all steps of samples, or all places of an image: every one is worth a look at the clock. */
  private static final int TIMED = 1;
  private static final int TRIED = 64;

  private final ProductKernels kernels = KernelProvider.current().products();
  private final RowKernels rowKernels = KernelProvider.current().rows();
  private final DenseWeights weights;
  private final ProductChoice choice;
  private final ProductCosts costs;
  private final int rows;
  /** Spikes as floats, made when first needed. */
  private Rows expanded;

  /** For sums over at most {@code rows} rows of spikes at once. */
  DenseGradient(DenseWeights weights, ProductChoice choice, int rows) {
    this.weights = weights;
    this.choice = choice;
    this.costs = new ProductCosts(weights.inputs(), weights.outputs(), TIMED, TRIED);
    this.rows = rows;
  }

  /**
   * {@code gW += gy[r]·spk[r]ᵀ, gBias += gy[r]} over the first {@code count} rows of each of the samples (or steps)
   * [begin, end), a spike counting {@code value}.
   */
  void add(SpikeRows[] spk, float value, Rows[] gy, int begin, int end, int count, GradientSums sums) {
    if (weights.narrow()) {
      for (int b = begin; b < end; b++) {
        kernels.transposedGradient(spk[b], value, gy[b], sums.of(weights.weight()), 0, count, weights.inputs(),
            weights.outputs());
      }
      addBias(gy, begin, end, count, sums);
    } else if (value != 1f || choice == ProductChoice.DENSE) {
      addDensely(spk, value, gy, begin, end, count, sums);
    } else if (choice == ProductChoice.AUTO) {
      addByCosts(spk, gy, begin, end, count, sums);
    } else {
      addByEvents(spk, gy, begin, end, count, sums);
    }
  }

  private void addByCosts(SpikeRows[] spk, Rows[] gy, int begin, int end, int count, GradientSums sums) {
    double spikesPerRow = 0;
    for (int b = begin; b < end; b++) {
      spikesPerRow += KernelProduct.spikesPerRow(spk[b], weights.inputs(), count) / (end - begin);
    }
    boolean byEvents = costs.byEvents(spikesPerRow);
    boolean timed = costs.timed();
    long start = timed ? System.nanoTime() : 0;
    if (byEvents) {
      addByEvents(spk, gy, begin, end, count, sums);
    } else {
      addDensely(spk, 1f, gy, begin, end, count, sums);
    }
    if (timed) {
      costs.took(byEvents, spikesPerRow, count * (end - begin), System.nanoTime() - start);
    }
  }

  private void addByEvents(SpikeRows[] spk, Rows[] gy, int begin, int end, int count, GradientSums sums) {
    kernels.eventsGradient(spk, gy, begin, end, sums.byInput(weights.weight()),
        weights.bias() == null ? null : sums.of(weights.bias()), 0, count, weights.inputs(), weights.outputs());
  }

  private void addDensely(SpikeRows[] spk, float value, Rows[] gy, int begin, int end, int count, GradientSums sums) {
    float[] gw = sums.byInput(weights.weight());
    for (int b = begin; b < end; b++) {
      addDensely(spk[b], value, gy[b], count, gw);
    }
    addBias(gy, begin, end, count, sums);
  }

  private void addDensely(SpikeRows spk, float value, Rows gy, int count, float[] gw) {
    if (expanded == null) {
      expanded = new Rows(new float[rows * weights.inputs()], 0, weights.inputs());
    }
    for (int r = 0; r < count; r++) {
      rowKernels.expand(spk.words(), spk.at(r), value, expanded.data(), expanded.at(r), 0, weights.inputs());
    }
    kernels.denseGradient(expanded, gy, gw, 0, 0, count, weights.inputs(), weights.outputs());
  }

  /** {@code gW += gy[r]·x[r]ᵀ, gBias += gy[r]}. */
  void add(Rows x, Rows gy, int count, GradientSums sums) {
    // Both factors count alike: either order of memory gets the same bits.
    if (weights.valuesByInput()) {
      kernels.denseGradient(x, gy, sums.byInput(weights.weight()), 0, 0, count, weights.inputs(), weights.outputs());
    } else {
      kernels.denseGradient(gy, x, sums.of(weights.weight()), 0, 0, count, weights.outputs(), weights.inputs());
    }
    addBias(gy, count, sums);
  }

  /** The same of one row a sample, which is multiplied together with those of other blocks. */
  void addProducts(Rows x, Rows gy, int count, GradientSums sums) {
    sums.addProducts(weights.weight(), gy, x, count);
    addBias(gy, count, sums);
  }

  private void addBias(Rows[] gy, int begin, int end, int count, GradientSums sums) {
    for (int b = begin; b < end; b++) {
      addBias(gy[b], count, sums);
    }
  }

  private void addBias(Rows gy, int count, GradientSums sums) {
    if (weights.bias() != null) {
      float[] gBias = sums.of(weights.bias());
      rowKernels.addRows(gy, 0, count, gBias, 0, 0, weights.outputs());
    }
  }
}
