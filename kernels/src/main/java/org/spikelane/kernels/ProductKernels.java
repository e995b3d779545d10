package org.spikelane.kernels;

/**
 * Products of rows with weights. Weights {@code w} are [K][N], presynaptic neuron first, so that the weights of one
 * spike are contiguous; products take them as {@link PackedWeights}, gradients are plain row-major arrays.
 *
 * <p>Every product adds over k (forward) or over rows r (gradient) in ascending order, starting from 0 where it does not
 * say otherwise, with fused multiply and add: for inputs that are 0 or 1 and finite weights the event-driven and the dense
 * method give the same bits (gradients too, unless -0.0 was there before, to which the dense method adds zeros). Results
 * do not depend on the provider or its width.
 *
 * <p>Has scratch memory of its own, which grows to what the largest call needs: one object for each thread. Remembers what
 * products of large weights took, by which it chooses how to read them the next time; that is in vain where weights of
 * several sizes take turns, so one object for each layer is best.
 */
public interface ProductKernels {

  /**
   * Room for weights [K][N], all zero, packed as {@link #events} and the dense products walk them: of this object and of any
   * other of the same provider. Those of another provider would be multiplied in a wrong order.
   *
   * @throws IllegalArgumentException if k or n is below 0, or their panels take more than 2^31 - 9 values
   */
  PackedWeights weights(int k, int n);

  /**
   * Room for the gradient of weights [K][N], all zero, packed as {@link #startEventsGradient} adds to it: that of this object
   * and of any other of the same provider.
   *
   * @throws IllegalArgumentException if k or n is below 0, or its groups take more than 2^31 - 9 values
   */
  PackedGradient gradient(int k, int n);

  /**
   * Event-driven product: {@code y[r][n] = (sum over k with spk[r][k] set, ascending, of w[k][n]) + bias[n]}.
   *
   * @param spk spikes, rows r, K neurons
   * @param w weights [K][N], from {@link #weights}
   * @param bias [N]; zeros where there is none
   * @param y result, rows r, [N]; no overlap with the operands
   */
  void events(SpikeRows spk, PackedWeights w, float[] bias, Rows y, int r0, int r1);

  /**
   * Dense product: {@code y[r][n] = (sum over k ascending of x[r][k]*w[k][n]) + bias[n]}.
   *
   * @param x rows r, [K]
   * @param w weights [K][N], from {@link #weights}
   * @param bias [N]; zeros where there is none
   * @param y result, rows r, [N]; no overlap with the operands
   */
  void dense(Rows x, PackedWeights w, float[] bias, Rows y, int r0, int r1);

  /**
   * Dense product that is added to what is there: {@code y[r][n] = y[r][n] + sum over k ascending of x[r][k]*w[k][n]}, each
   * sum starting from y.
   *
   * @param x rows r, [K]
   * @param w weights [K][N], from {@link #weights}
   * @param y rows r, [N], added to; no overlap with the operands
   */
  void addDense(Rows x, PackedWeights w, Rows y, int r0, int r1);

  /**
   * Dense product of spikes: {@code y[r][n] = (sum over k ascending of s*w[k][n]) + bias[n]}, s = {@code value} where
   * {@code spk[r]} has bit k, else 0. The bits of {@link #dense(Rows, PackedWeights, float[], Rows, int, int)} with
   * spikes as floats.
   *
   * @param spk spikes, rows r, K neurons
   * @param value what a spike counts
   * @param w weights [K][N], from {@link #weights}
   * @param bias [N]; zeros where there is none
   * @param y result, rows r, [N]; no overlap with the operands
   */
  void dense(SpikeRows spk, float value, PackedWeights w, float[] bias, Rows y, int r0, int r1);

  /**
   * Event-driven weight gradient: {@code gw[k][n] += g[r][n]} for every spike k of row r, r ascending.
   *
   * @param spk spikes, rows r, K neurons
   * @param g gradient of the product's result, rows r, [N]
   * @param gw gradient of the weights, row-major [K][N], added to
   */
  void eventsGradient(SpikeRows spk, Rows g, float[] gw, int r0, int r1, int k, int n);

  /**
   * Event-driven weight gradient of several samples: {@code gw[k][n] += g[b][r][n]} for every spike k of row r of sample
   * b, samples b from {@code b0} to {@code b1 - 1}, and of each the rows r from {@code r0} to {@code r1 - 1}, ascending;
   * and that of a bias, {@code gBias[n] += g[b][r][n]} in every row: a bias is the weight of a neuron that always fires.
   * The bits of one call a sample, and of {@link RowKernels#addRows}, in less time where the spikes of all samples lie in
   * one array, and so do their g: a large gradient is then walked fewer times, and g is read once.
   *
   * @param spk by sample: spikes, rows r, K neurons
   * @param g by sample: gradient of the product's result, rows r, [N]
   * @param gw gradient of the weights, row-major [K][N], added to
   * @param gBias gradient of the bias, [N], added to; null where there is none
   */
  void eventsGradient(SpikeRows[] spk, Rows[] g, int b0, int b1, float[] gw, float[] gBias, int r0, int r1, int k, int n);

  /**
   * Starts {@link #eventsGradient(SpikeRows[], Rows[], int, int, float[], float[], int, int, int, int)}, its sums packed: dense
   * products of this object that follow, gradients among them, may do a part of it beside their own work, in units of the
   * processor that they leave idle, and {@link #finishEventsGradient} does the rest. So do {@code eventsGradient}, and the next
   * start, of this gradient or another. Until then, nothing may change the spikes and g, or read or write gw and
   * gBias: they may have a part of it or nothing. Then, gw and gBias have the bits of one call for each start.
   *
   * <p>Until then what the arrays {@code spk} and {@code g} refer to is used, not these arrays themselves.
   *
   * @param spk by sample: spikes, rows r, K neurons
   * @param g by sample: gradient of the product's result, rows r, [N]; no overlap with results of the products that follow
   * @param gw gradient of the weights [K][N], from {@link #gradient}, added to
   * @param gBias gradient of the bias, [N], added to; null where there is none
   */
  void startEventsGradient(SpikeRows[] spk, Rows[] g, int b0, int b1, PackedGradient gw, float[] gBias, int r0, int r1);

  /** Completes the gradient that was started last, if there is one. */
  void finishEventsGradient();

  /**
   * Forgets what was started and not finished, of which gw and gBias then have a part or nothing. To be called when an
   * error ends a pass, before any other product: that would go on with it. Does nothing if nothing was started.
   */
  void dropEventsGradient();

  /**
   * Dense weight gradient: {@code gw[k][n] += x[r][k]*g[r][n]}, fused, r ascending.
   *
   * @param x rows r, [K]
   * @param g gradient of the product's result, rows r, [N]
   * @param gw gradient of the weights, row-major [K][N] from {@code gwAt} on, added to
   */
  void denseGradient(Rows x, Rows g, float[] gw, int gwAt, int r0, int r1, int k, int n);

  /**
   * Dense weight gradient in place of what was there: {@code gw[k][n] = sum over r ascending of x[r][k]*g[r][n]}, fused, from
   * 0. The bits of {@link #denseGradient} added to zeros (+0); of no rows, these.
   *
   * @param x rows r, [K]
   * @param g gradient of the product's result, rows r, [N]
   * @param gw gradient of the weights, row-major [K][N] from {@code gwAt} on, written over; no overlap with the operands
   */
  void setDenseGradient(Rows x, Rows g, float[] gw, int gwAt, int r0, int r1, int k, int n);

  /**
   * Dense weight gradient of spikes, postsynaptic neuron first: {@code gw[n][k] += g[r][n]*s}, fused, r ascending, s =
   * {@code value} where {@code spk[r]} has bit k, else 0.
   *
   * <p>The bits of {@link #denseGradient} with spikes as floats, in the other order of memory: where N is small, its
   * rows fill vectors and those of [K][N] do not. Of -0.0 in {@code gw}, to which only zeros are added, it is not said
   * whether it stays or becomes 0.0; sums that start at 0.0 never hold it if value is 1.
   *
   * @param spk spikes, rows r, K neurons
   * @param value what a spike counts
   * @param g gradient of the product's result, rows r, [N]
   * @param gw gradient of the weights, row-major [N][K], added to
   */
  void transposedGradient(SpikeRows spk, float value, Rows g, float[] gw, int r0, int r1, int k, int n);
}
