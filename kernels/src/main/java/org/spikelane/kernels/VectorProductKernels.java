package org.spikelane.kernels;

import static org.spikelane.kernels.RightPanels.PANEL;

/**
 * {@link ProductKernels} with results that stay in registers while a loop adds to them: {@link DenseProducts}, {@link
 * EventProducts}, and {@link NarrowProducts} of spikes with few columns; and {@link ShortProducts} of few steps, whose weights
 * stay there. Which of the dense ones runs follows from sizes, from what a spike counts, and from whether factors are finite.
 *
 * <p>Each element of a result is one chain of additions, ascending, whatever the cuts: they do not show in the bits.
 */
final class VectorProductKernels implements ProductKernels {

  // With fewer neurons there is less to gain from a second copy of the weights than another kernel takes to compile.
  private static final int NEURONS_BY_COLUMN = 256;

  private final DenseProducts dense = new DenseProducts();
  private final ShortProducts shortProducts = new ShortProducts();
  private final EventProducts events;
  private final NarrowProducts narrow = new NarrowProducts();

  VectorProductKernels() {
    this(EventProducts.FAR_WEIGHTS);
  }

  /** @param farWeights as {@link EventProducts} takes it */
  VectorProductKernels(long farWeights) {
    this.events = new EventProducts(farWeights);
  }

  @Override
  public PackedWeights weights(int k, int n) {
    boolean byColumn = n <= PANEL && k >= NEURONS_BY_COLUMN;
    return new PackedWeights(k, n, PANEL, !byColumn ? 0 : NarrowProducts.suits(n) ? NarrowProducts.COLUMNS : 1);
  }

  @Override
  public void events(SpikeRows spk, PackedWeights w, float[] bias, Rows y, int r0, int r1) {
    events.forward(spk, w, bias, y, r0, r1);
  }

  @Override
  public void dense(Rows x, PackedWeights w, float[] bias, Rows y, int r0, int r1) {
    multiply(x, w, true, bias, y, r0, r1);
  }

  @Override
  public void addDense(Rows x, PackedWeights w, Rows y, int r0, int r1) {
    multiply(x, w, false, null, y, r0, r1);
  }

  private void multiply(Rows x, PackedWeights w, boolean fresh, float[] bias, Rows y, int r0, int r1) {
    if (ShortProducts.takes(w, r1 - r0)) {
      shortProducts.forward(x, w, fresh, bias, y, r0, r1);
    } else {
      dense.forward(x, w, fresh, bias, y, r0, r1);
    }
  }

  @Override
  public void dense(SpikeRows spk, float value, PackedWeights w, float[] bias, Rows y, int r0, int r1) {
    assert spk.holds(r0, r1, w.k()) && y.holds(r0, r1, w.n());
    for (int r = r0; r < r1; r += DenseProducts.FEW_ROWS) {
      int count = Math.min(DenseProducts.FEW_ROWS, r1 - r);
      if (value == 1f && NarrowProducts.takes(w, count)) {
        narrow.forward(spk, w, bias, y, r, count);
      } else {
        dense.forward(spk, value, w, bias, y, r, count);
      }
    }
  }

  @Override
  public void eventsGradient(SpikeRows spk, Rows g, float[] gw, int r0, int r1, int k, int n) {
    events.gradient(spk, g, gw, r0, r1, k, n);
  }

  @Override
  public void eventsGradient(SpikeRows[] spk, Rows[] g, int b0, int b1, float[] gw, float[] gBias, int r0, int r1, int k,
      int n) {
    int b = b0;
    while (b < b1) {
      int end = EventProducts.endOfArrays(spk, g, b, b1);
      events.gradient(spk, g, b, end, gw, gBias, r0, r1, k, n);
      b = end;
    }
  }

  @Override
  public void denseGradient(Rows x, Rows g, float[] gw, int gwAt, int r0, int r1, int k, int n) {
    dense.gradient(x, g, false, gw, gwAt, r0, r1, k, n);
  }

  @Override
  public void setDenseGradient(Rows x, Rows g, float[] gw, int gwAt, int r0, int r1, int k, int n) {
    dense.gradient(x, g, true, gw, gwAt, r0, r1, k, n);
  }

  @Override
  public void transposedGradient(SpikeRows spk, float value, Rows g, float[] gw, int r0, int r1, int k, int n) {
    assert spk.holds(r0, r1, k) && g.holds(r0, r1, n);
    if (value == 1f && k >= NEURONS_BY_COLUMN && NarrowProducts.takesGradient(g, r0, r1, n)) {
      narrow.gradient(spk, g, gw, r0, r1, k, n);
    } else {
      dense.gradient(spk, value, g, gw, r0, r1, k, n);
    }
  }
}
