package org.spikelane.kernels;

import static org.spikelane.kernels.RightPanels.PANEL;

import java.lang.foreign.MemorySegment;

/**
 * {@link ProductKernels} with results that stay in registers while a loop adds to them: {@link DenseProducts}, {@link
 * EventProducts}, {@link EventGradients}, and {@link NarrowProducts} of spikes with few columns; and {@link ShortProducts}
 * of few steps, whose weights stay there. Which of the dense ones runs follows from sizes, from what a spike counts, and
 * from whether factors are finite.
 *
 * <p>Each element of a result is one chain of additions, ascending, whatever the cuts: they do not show in the bits.
 */
final class VectorProductKernels implements ProductKernels {

  // With fewer neurons there is less to gain from a second copy of the weights than another kernel takes to compile.
  private static final int NEURONS_BY_COLUMN = 256;

  // What makes a slice becomes part of the code of a loop if C2, compiling that, has counted enough calls of it: some 1400 with
  // HotSpot's thresholds. Long lists have their loop compiled after 200 rows: C2 would call it, and slices be allocated from
  // there on. So it is called before, which takes 4 ms. After 4000 calls, slices were allocated in one of some dozens of JVMs,
  // probably because C1's code does not count calls while C2 has much to do.
  private static final int CALLS_TO_BE_KNOWN = 12_000;

  static {
    // While the JVM has but one class of segments, C2's code takes all of them for that one, and is thrown away once anything
    // in the process makes one of an array: a service that was warm then had the interpreter multiply, for a third of a second.
    // The Vector API itself makes one where the interpreter reinterprets a vector. So one is made before there is code.
    MemorySegment.ofArray(new byte[1]);
    MemorySegment segment = PackedWeights.aligned(1);
    for (int i = 0; i < CALLS_TO_BE_KNOWN; i++) {
      segment.asSlice(0, Float.BYTES);
    }
  }

  private final EventGradients gradients = new EventGradients();
  private final DenseProducts dense = new DenseProducts(gradients);
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
  public PackedGradient gradient(int k, int n) {
    return new PackedGradient(k, n, EventGradients.COLUMNS, new VectorRowKernels());
  }

  @Override
  public void events(SpikeRows spk, PackedWeights w, float[] bias, Rows y, int r0, int r1) {
    assert Spans.product(spk, w, PANEL, bias, y, r0, r1);
    events.forward(spk, w, bias, y, r0, r1);
  }

  @Override
  public void dense(Rows x, PackedWeights w, float[] bias, Rows y, int r0, int r1) {
    assert Spans.product(x, w, PANEL, bias, y, r0, r1);
    multiply(x, w, true, bias, y, r0, r1);
  }

  @Override
  public void addDense(Rows x, PackedWeights w, Rows y, int r0, int r1) {
    assert Spans.addedProduct(x, w, PANEL, y, r0, r1);
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
    assert Spans.product(spk, w, PANEL, bias, y, r0, r1);
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
    assert Spans.gradient(spk, g, gw, r0, r1, k, n);
    gradients.add(spk, g, gw, r0, r1, k, n);
  }

  @Override
  public void eventsGradient(SpikeRows[] spk, Rows[] g, int b0, int b1, float[] gw, float[] gBias, int r0, int r1, int k,
      int n) {
    assert Spans.gradient(spk, g, b0, b1, gw, gBias, r0, r1, k, n);
    gradients.finish();
    int b = b0;
    while (b < b1) {
      int end = EventGradients.endOfArrays(spk, g, b, b1);
      gradients.add(spk, g, b, end, gw, gBias, r0, r1, k, n);
      b = end;
    }
  }

  @Override
  public void startEventsGradient(SpikeRows[] spk, Rows[] g, int b0, int b1, PackedGradient gw, float[] gBias, int r0,
      int r1) {
    assert Spans.startedGradient(spk, g, b0, b1, gw, EventGradients.COLUMNS, gBias, r0, r1);
    gradients.finish();
    int b = b0;
    while (b < b1) {
      int end = EventGradients.endOfArrays(spk, g, b, b1);
      gradients.start(spk, g, b, end, gw, gBias, r0, r1);
      b = end;
    }
  }

  @Override
  public void finishEventsGradient() {
    gradients.finish();
  }

  @Override
  public void dropEventsGradient() {
    gradients.drop();
  }

  @Override
  public void denseGradient(Rows x, Rows g, float[] gw, int gwAt, int r0, int r1, int k, int n) {
    assert Spans.gradient(x, g, gw, gwAt, r0, r1, k, n);
    dense.gradient(x, g, false, gw, gwAt, r0, r1, k, n);
  }

  @Override
  public void setDenseGradient(Rows x, Rows g, float[] gw, int gwAt, int r0, int r1, int k, int n) {
    assert Spans.gradient(x, g, gw, gwAt, r0, r1, k, n);
    dense.gradient(x, g, true, gw, gwAt, r0, r1, k, n);
  }

  @Override
  public void transposedGradient(SpikeRows spk, float value, Rows g, float[] gw, int r0, int r1, int k, int n) {
    assert Spans.gradient(spk, g, gw, r0, r1, k, n);
    if (value == 1f && k >= NEURONS_BY_COLUMN && NarrowProducts.takesGradient(g, r0, r1, n)) {
      narrow.gradient(spk, g, gw, r0, r1, k, n);
    } else {
      dense.gradient(spk, value, g, gw, r0, r1, k, n);
    }
  }
}
