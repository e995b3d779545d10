package org.spikelane.kernels;

import static org.spikelane.kernels.PackedWeights.bytes;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/**
 * The equations of {@link ProductKernels}, one row of weights after the other: the reference
 * of {@link VectorProductKernels}.
 */
final class ScalarProductKernels implements ProductKernels {

  ScalarProductKernels() {}

  /** One panel of all columns: plain row-major. */
  @Override
  public PackedWeights weights(int k, int n) {
    return new PackedWeights(k, n, n, 0);
  }

  /** One group of all columns: plain row-major. */
  @Override
  public PackedGradient gradient(int k, int n) {
    return new PackedGradient(k, n, n, new ScalarRowKernels());
  }

  @Override
  public void events(SpikeRows spk, PackedWeights w, float[] bias, Rows y, int r0, int r1) {
    assert Spans.product(spk, w, w.n(), bias, y, r0, r1);
    int k = w.k();
    int n = w.n();
    for (int r = r0; r < r1; r++) {
      Arrays.fill(y.data(), y.at(r), y.at(r) + n, 0f);
      for (int i = 0; i < k; i++) {
        if (spk.fired(r, i)) {
          addWeights(1f, w, i, y.data(), y.at(r));
        }
      }
      add(bias, 0, y.data(), y.at(r), n);
    }
  }

  @Override
  public void dense(Rows x, PackedWeights w, float[] bias, Rows y, int r0, int r1) {
    assert Spans.product(x, w, w.n(), bias, y, r0, r1);
    for (int r = r0; r < r1; r++) {
      Arrays.fill(y.data(), y.at(r), y.at(r) + w.n(), 0f);
    }
    addDense(x, w, y, r0, r1);
    for (int r = r0; r < r1; r++) {
      add(bias, 0, y.data(), y.at(r), w.n());
    }
  }

  @Override
  public void addDense(Rows x, PackedWeights w, Rows y, int r0, int r1) {
    assert Spans.addedProduct(x, w, w.n(), y, r0, r1);
    int k = w.k();
    for (int r = r0; r < r1; r++) {
      for (int i = 0; i < k; i++) {
        addWeights(x.data()[x.at(r) + i], w, i, y.data(), y.at(r));
      }
    }
  }

  @Override
  public void dense(SpikeRows spk, float value, PackedWeights w, float[] bias, Rows y, int r0, int r1) {
    assert Spans.product(spk, w, w.n(), bias, y, r0, r1);
    int k = w.k();
    int n = w.n();
    for (int r = r0; r < r1; r++) {
      Arrays.fill(y.data(), y.at(r), y.at(r) + n, 0f);
      for (int i = 0; i < k; i++) {
        addWeights(spk.fired(r, i) ? value : 0f, w, i, y.data(), y.at(r));
      }
      add(bias, 0, y.data(), y.at(r), n);
    }
  }

  @Override
  public void eventsGradient(SpikeRows spk, Rows g, float[] gw, int r0, int r1, int k, int n) {
    assert Spans.gradient(spk, g, gw, r0, r1, k, n);
    for (int r = r0; r < r1; r++) {
      for (int i = 0; i < k; i++) {
        if (spk.fired(r, i)) {
          add(g.data(), g.at(r), gw, i * n, n);
        }
      }
    }
  }

  @Override
  public void eventsGradient(SpikeRows[] spk, Rows[] g, int b0, int b1, float[] gw, float[] gBias, int r0, int r1, int k,
      int n) {
    assert Spans.gradient(spk, g, b0, b1, gw, gBias, r0, r1, k, n);
    for (int b = b0; b < b1; b++) {
      eventsGradient(spk[b], g[b], gw, r0, r1, k, n);
      addRows(g[b], gBias, r0, r1, n);
    }
  }

  @Override
  public void startEventsGradient(SpikeRows[] spk, Rows[] g, int b0, int b1, PackedGradient gw, float[] gBias, int r0,
      int r1) {
    int n = gw.n();
    assert Spans.startedGradient(spk, g, b0, b1, gw, n, gBias, r0, r1);
    for (int b = b0; b < b1; b++) {
      MemorySegment sums = gw.sums();
      for (int r = r0; r < r1; r++) {
        for (int i = 0; i < gw.k(); i++) {
          if (spk[b].fired(r, i)) {
            add(g[b].data(), g[b].at(r), sums, bytes(i * n), n);
          }
        }
      }
      addRows(g[b], gBias, r0, r1, n);
    }
  }

  @Override
  public void finishEventsGradient() {
    // All was done at the start.
  }

  @Override
  public void dropEventsGradient() {
    // All was done at the start.
  }

  @Override
  public void denseGradient(Rows x, Rows g, float[] gw, int gwAt, int r0, int r1, int k, int n) {
    assert Spans.gradient(x, g, gw, gwAt, r0, r1, k, n);
    for (int r = r0; r < r1; r++) {
      for (int i = 0; i < k; i++) {
        addScaled(x.data()[x.at(r) + i], g.data(), g.at(r), gw, gwAt + i * n, n);
      }
    }
  }

  @Override
  public void setDenseGradient(Rows x, Rows g, float[] gw, int gwAt, int r0, int r1, int k, int n) {
    assert Spans.gradient(x, g, gw, gwAt, r0, r1, k, n);
    Arrays.fill(gw, gwAt, gwAt + k * n, 0f);
    denseGradient(x, g, gw, gwAt, r0, r1, k, n);
  }

  @Override
  public void transposedGradient(SpikeRows spk, float value, Rows g, float[] gw, int r0, int r1, int k, int n) {
    assert Spans.gradient(spk, g, gw, r0, r1, k, n);
    for (int r = r0; r < r1; r++) {
      for (int j = 0; j < n; j++) {
        float gradient = g.data()[g.at(r) + j];
        for (int i = 0; i < k; i++) {
          gw[j * k + i] = Fma.of(gradient, spk.fired(r, i) ? value : 0f, gw[j * k + i]);
        }
      }
    }
  }

  /** {@code y[j] += a*w[i][j]}, rounded once; with a = 1 the plain sum. */
  private static void addWeights(float a, PackedWeights w, int i, float[] y, int yAt) {
    MemorySegment data = w.data();
    int n = w.n();
    long at = bytes(w.at(0) + i * n);
    for (int j = 0; j < n; j++) {
      y[yAt + j] = Fma.of(a, data.get(ValueLayout.JAVA_FLOAT, at + bytes(j)), y[yAt + j]);
    }
  }

  /** {@code gBias += g's rows}, if there is one. */
  private static void addRows(Rows g, float[] gBias, int r0, int r1, int n) {
    for (int r = r0; gBias != null && r < r1; r++) {
      add(g.data(), g.at(r), gBias, 0, n);
    }
  }

  private static void add(float[] b, int bAt, MemorySegment c, long cAt, int n) {
    for (int j = 0; j < n; j++) {
      long at = cAt + bytes(j);
      c.set(ValueLayout.JAVA_FLOAT, at, c.get(ValueLayout.JAVA_FLOAT, at) + b[bAt + j]);
    }
  }

  private static void add(float[] b, int bAt, float[] c, int cAt, int n) {
    for (int j = 0; j < n; j++) {
      c[cAt + j] += b[bAt + j];
    }
  }

  private static void addScaled(float a, float[] b, int bAt, float[] c, int cAt, int n) {
    for (int j = 0; j < n; j++) {
      c[cAt + j] = Fma.of(a, b[bAt + j], c[cAt + j]);
    }
  }
}
