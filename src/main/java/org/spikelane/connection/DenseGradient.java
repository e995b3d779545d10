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

  private final ProductKernels kernels;
  private final RowKernels rowKernels = KernelProvider.current().rows();
  private final DenseWeights weights;
  private final ProductChoice choice;
  private final ProductCosts costs;
  private final int rows;
  /** Spikes as floats, made when first needed. */
  private Rows expanded;

  /** For sums over at most {@code rows} rows of spikes at once. */
  DenseGradient(DenseWeights weights, ProductChoice choice, int rows) {
    this(weights, choice, rows, KernelProvider.current().products());
  }

  /** The same by kernels that others use too: what {@link #start} leaves open is done beside their products. */
  DenseGradient(DenseWeights weights, ProductChoice choice, int rows, ProductKernels kernels) {
    this.kernels = kernels;
    this.weights = weights;
    this.choice = choice;
    this.costs = new ProductCosts(weights.inputs(), weights.outputs(), TIMED, TRIED);
    this.rows = rows;
  }

  /**
   * {@code gW += gy[r]·spk[r]ᵀ, gBias += gy[r]} over rows [r0, r1) of each of the samples (or steps) [begin, end), a spike
   * counting {@code value}.
   */
  void add(SpikeRows[] spk, float value, Rows[] gy, int begin, int end, int r0, int r1, GradientSums sums) {
    if (weights.narrow()) {
      for (int b = begin; b < end; b++) {
        kernels.transposedGradient(spk[b], value, gy[b], sums.of(weights.weight()), r0, r1, weights.inputs(),
            weights.outputs());
      }
      addBias(gy, begin, end, r0, r1, sums);
    } else if (value != 1f || choice == ProductChoice.DENSE) {
      addDensely(spk, value, gy, begin, end, r0, r1, sums);
    } else if (choice == ProductChoice.AUTO) {
      addByCosts(spk, gy, begin, end, r0, r1, sums);
    } else {
      addByEvents(spk, gy, begin, end, r0, r1, sums);
    }
  }

  /**
   * Whether the gradient of these spikes, which count 1, is added by events for certain, and so may be {@link #start started}:
   * a question of the choice and the spikes alone, not of what anything took.
   */
  boolean surelyByEvents(SpikeRows[] spk, int begin, int end, int r0, int r1) {
    return switch (choice) {
      case AUTO -> !weights.narrow() && costs.surelyByEvents(spikesPerRow(spk, begin, end, r0, r1));
      case EVENTS -> !weights.narrow();
      case DENSE, EJML -> false;
    };
  }

  /**
   * The same as {@link #add(SpikeRows[], float, Rows[], int, int, int, int, GradientSums)} by events, in packed sums, of which
   * the next dense products of the kernels may do a part beside their own work; {@link #finish} does the rest.
   */
  void start(SpikeRows[] spk, Rows[] gy, int begin, int end, int r0, int r1, GradientSums sums) {
    kernels.startEventsGradient(spk, gy, begin, end, sums.packed(weights.weight()), biasSums(sums), r0, r1);
  }

  /** Forgets what was started and not completed. */
  void drop() {
    kernels.dropEventsGradient();
  }

  /** Completes what was started. */
  void finish() {
    kernels.finishEventsGradient();
  }

  private double spikesPerRow(SpikeRows[] spk, int begin, int end, int r0, int r1) {
    double spikesPerRow = 0;
    for (int b = begin; b < end; b++) {
      spikesPerRow += KernelProduct.spikesPerRow(spk[b], weights.inputs(), r0, r1) / (end - begin);
    }
    return spikesPerRow;
  }

  private void addByCosts(SpikeRows[] spk, Rows[] gy, int begin, int end, int r0, int r1, GradientSums sums) {
    double spikesPerRow = spikesPerRow(spk, begin, end, r0, r1);
    boolean byEvents = costs.byEvents(spikesPerRow);
    boolean timed = costs.timed();
    long start = timed ? System.nanoTime() : 0;
    if (byEvents) {
      addByEvents(spk, gy, begin, end, r0, r1, sums);
    } else {
      addDensely(spk, 1f, gy, begin, end, r0, r1, sums);
    }
    if (timed) {
      costs.took(byEvents, spikesPerRow, (r1 - r0) * (end - begin), System.nanoTime() - start);
    }
  }

  private void addByEvents(SpikeRows[] spk, Rows[] gy, int begin, int end, int r0, int r1, GradientSums sums) {
    kernels.eventsGradient(spk, gy, begin, end, sums.byInput(weights.weight()), biasSums(sums), r0, r1, weights.inputs(),
        weights.outputs());
  }

  private float[] biasSums(GradientSums sums) {
    return weights.bias() == null ? null : sums.of(weights.bias());
  }

  private void addDensely(SpikeRows[] spk, float value, Rows[] gy, int begin, int end, int r0, int r1, GradientSums sums) {
    float[] gw = sums.byInput(weights.weight());
    for (int b = begin; b < end; b++) {
      addDensely(spk[b], value, gy[b], r0, r1, gw);
    }
    addBias(gy, begin, end, r0, r1, sums);
  }

  private void addDensely(SpikeRows spk, float value, Rows gy, int r0, int r1, float[] gw) {
    if (expanded == null) {
      expanded = new Rows(new float[rows * weights.inputs()], 0, weights.inputs());
    }
    for (int r = r0; r < r1; r++) {
      rowKernels.expand(spk.words(), spk.at(r), value, expanded.data(), expanded.at(r), 0, weights.inputs());
    }
    kernels.denseGradient(expanded, gy, gw, 0, r0, r1, weights.inputs(), weights.outputs());
  }

  /** {@code gW += gy[r]·x[r]ᵀ, gBias += gy[r]}. */
  void add(Rows x, Rows gy, int count, GradientSums sums) {
    // Both factors count alike: either order of memory gets the same bits.
    if (weights.valuesByInput()) {
      kernels.denseGradient(x, gy, sums.byInput(weights.weight()), 0, 0, count, weights.inputs(), weights.outputs());
    } else {
      kernels.denseGradient(gy, x, sums.of(weights.weight()), 0, 0, count, weights.outputs(), weights.inputs());
    }
    addBias(gy, 0, count, sums);
  }

  /** The same of one row a sample, which is multiplied together with those of other blocks. */
  void addProducts(Rows x, Rows gy, int count, GradientSums sums) {
    sums.addProducts(weights.weight(), gy, x, count);
    addBias(gy, 0, count, sums);
  }

  private void addBias(Rows[] gy, int begin, int end, int r0, int r1, GradientSums sums) {
    for (int b = begin; b < end; b++) {
      addBias(gy[b], r0, r1, sums);
    }
  }

  private void addBias(Rows gy, int r0, int r1, GradientSums sums) {
    if (weights.bias() != null) {
      float[] gBias = sums.of(weights.bias());
      rowKernels.addRows(gy, r0, r1, gBias, 0, 0, weights.outputs());
    }
  }
}
