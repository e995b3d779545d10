package org.spikelane.kernels;

/** What the kernels assert about their operands: all methods return true, or an assertion of theirs says what is wrong. */
final class Spans {

  private Spans() {}

  /** Of {@link LeakyKernels#forwardDelayed}. */
  static boolean leakyForward(Rows x, Rows rec, Rows mem, float[] beta, float[] theta, SpikeRows spk, int t0, int t1,
      int from, int to) {
    return words(from) && parameters(to, beta, theta) && rows(x, t0, t1, to) && optional(rec, t0, t1, to)
        && states(mem, t0, t1, to) && spikes(spk, t0, t1, to) && ofEachStep(spk, t0, t1) && apart(mem, x, t0, t1, from, to)
        && apart(mem, rec, t0, t1, from, to);
  }

  /** Of {@link LeakyKernels#forwardImmediate}. */
  static boolean leakyForwardImmediate(Rows x, Rows rec, Rows mem, float[] beta, float[] theta, Rows q, SpikeRows spk,
      SpikeRows rst, int t0, int t1, int from, int to) {
    return words(from) && parameters(to, beta, theta) && rows(x, t0, t1, to) && optional(rec, t0, t1, to)
        && states(mem, t0, t1, to) && rows(q, t0, t1, to) && spikes(spk, t0, t1, to) && spikes(rst, t0, t1, to);
  }

  /** Of {@link LeakyKernels#backwardDelayed}. */
  static boolean leakyBackward(Rows gSpk, Rows gMem, SurrogateDerivative sg, Rows mem, float[] cMem, float[] beta,
      float[] theta, boolean learn, float[] gBeta, float[] gTheta, Rows gx, int t0, int t1, int from, int to) {
    return parameters(to, beta, theta, cMem) && rows(gSpk, t0, t1, from, to) && optional(gMem, t0, t1, to)
        && derivative(sg, t0, t1, from, to) && states(mem, t0, t1, to) && rows(gx, t0, t1, to)
        && (!learn || parameters(to, gBeta, gTheta));
  }

  /** Of {@link LeakyKernels#backwardImmediate}. */
  static boolean leakyBackwardImmediate(Rows gSpk, Rows gMem, SurrogateDerivative sg, Rows mem, Rows q, SpikeRows spk,
      SpikeRows rst, float[] cMem, float[] beta, float[] theta, boolean learn, float[] gBeta, float[] gTheta, Rows gx,
      int t0, int t1, int from, int to) {
    return words(from) && parameters(to, beta, theta, cMem) && rows(gSpk, t0, t1, from, to) && rows(gMem, t0, t1, to)
        && derivative(sg, t0, t1, from, to) && rows(q, t0, t1, to) && spikes(spk, t0, t1, to)
        && spikes(rst, t0, t1, to) && rows(gx, t0, t1, to)
        && (!learn || (parameters(to, gBeta, gTheta) && rows(mem, t0, t1, to)));
  }

  /** Of {@link SynapticKernels#forwardDelayed}. */
  static boolean synapticForward(Rows x, Rows rec, Rows syn, Rows mem, float[] alpha, float[] beta, float[] theta,
      ResetMechanism reset, SpikeRows spk, int t0, int t1, int from, int to) {
    return ofSecondOrder(reset) && leakyForward(x, rec, mem, beta, theta, spk, t0, t1, from, to) && parameter(to, alpha)
        && states(syn, t0, t1, to) && apart(syn, x, t0, t1, from, to) && apart(syn, rec, t0, t1, from, to);
  }

  /** Of {@link SynapticKernels#forwardImmediate}. */
  static boolean synapticForwardImmediate(Rows x, Rows rec, Rows syn, Rows mem, float[] alpha, float[] beta, float[] theta,
      ResetMechanism reset, Rows q, SpikeRows spk, SpikeRows rst, int t0, int t1, int from, int to) {
    return ofSecondOrder(reset)
        && leakyForwardImmediate(x, rec, mem, beta, theta, q, spk, rst, t0, t1, from, to) && parameter(to, alpha)
        && states(syn, t0, t1, to);
  }

  /** Of {@link SynapticKernels#backwardDelayed}. */
  static boolean synapticBackward(Rows gSpk, Rows gSyn, Rows gMem, SurrogateDerivative sg, Rows syn, Rows mem, float[] cSyn,
      float[] cMem, float[] alpha, float[] beta, float[] theta, ResetMechanism reset, boolean learn, float[] gAlpha,
      float[] gBeta, float[] gTheta, Rows gx, int t0, int t1, int from, int to) {
    return ofSecondOrder(reset)
        && leakyBackward(gSpk, gMem, sg, mem, cMem, beta, theta, learn, gBeta, gTheta, gx, t0, t1, from, to)
        && parameters(to, alpha, cSyn) && optional(gSyn, t0, t1, to)
        && (!learn || (parameter(to, gAlpha) && summedAfterwards(gx, syn, t0, t1, from, to)));
  }

  /** Of {@link SynapticKernels#backwardImmediate}. */
  static boolean synapticBackwardImmediate(Rows gSpk, Rows gSyn, Rows gMem, SurrogateDerivative sg, Rows syn, Rows mem,
      Rows q, SpikeRows spk, SpikeRows rst, float[] cSyn, float[] cMem, float[] alpha, float[] beta, float[] theta,
      ResetMechanism reset, boolean learn, float[] gAlpha, float[] gBeta, float[] gTheta, Rows gx, int t0, int t1, int from,
      int to) {
    return ofSecondOrder(reset)
        && leakyBackwardImmediate(gSpk, gMem, sg, mem, q, spk, rst, cMem, beta, theta, learn, gBeta, gTheta, gx, t0, t1, from,
            to)
        && parameters(to, alpha, cSyn) && rows(gSyn, t0, t1, to)
        && (!learn || (parameter(to, gAlpha) && rows(syn, t0, t1, to)));
  }

  /** Of {@link ProductKernels#events} and of {@code dense} of spikes. */
  static boolean product(SpikeRows spk, PackedWeights w, int panel, float[] bias, Rows y, int r0, int r1) {
    return factor(spk, r0, r1, w.k()) && weights(w, panel) && values("bias", bias, w.n()) && rows("y: ", y, r0, r1, w.n());
  }

  /** Of {@code dense} of rows of floats. */
  static boolean product(Rows x, PackedWeights w, int panel, float[] bias, Rows y, int r0, int r1) {
    return addedProduct(x, w, panel, y, r0, r1) && values("bias", bias, w.n());
  }

  /** Of {@link ProductKernels#addDense}. */
  static boolean addedProduct(Rows x, PackedWeights w, int panel, Rows y, int r0, int r1) {
    return rows("x: ", x, r0, r1, w.k()) && weights(w, panel) && rows("y: ", y, r0, r1, w.n());
  }

  /** Of {@link ProductKernels#denseGradient} and {@link ProductKernels#setDenseGradient}. */
  static boolean gradient(Rows x, Rows g, float[] gw, int gwAt, int r0, int r1, int k, int n) {
    return rows("x: ", x, r0, r1, k) && rows("g: ", g, r0, r1, n) && gradient(gw, gwAt, k, n);
  }

  /** Of {@link ProductKernels#eventsGradient(SpikeRows, Rows, float[], int, int, int, int)} and of {@code transposedGradient}. */
  static boolean gradient(SpikeRows spk, Rows g, float[] gw, int r0, int r1, int k, int n) {
    return factor(spk, r0, r1, k) && rows("g: ", g, r0, r1, n) && gradient(gw, 0, k, n);
  }

  /** Of {@code eventsGradient} of several samples. */
  static boolean gradient(SpikeRows[] spk, Rows[] g, int b0, int b1, float[] gw, float[] gBias, int r0, int r1, int k,
      int n) {
    return samples(spk, g, b0, b1, gBias, r0, r1, k, n) && gradient(gw, 0, k, n);
  }

  /** Of {@link ProductKernels#startEventsGradient}; {@code columns} are those of this provider's groups. */
  static boolean startedGradient(SpikeRows[] spk, Rows[] g, int b0, int b1, PackedGradient gw, int columns, float[] gBias,
      int r0, int r1) {
    assert gw.columns() == columns : "gw: expected a gradient of this provider, in groups of " + columns
        + " columns, got " + gw;
    return samples(spk, g, b0, b1, gBias, r0, r1, gw.k(), gw.n());
  }

  private static boolean samples(SpikeRows[] spk, Rows[] g, int b0, int b1, float[] gBias, int r0, int r1, int k, int n) {
    assert b1 <= spk.length && b1 <= g.length : "samples " + b0 + " to " + b1 + ": expected as many spk and g, got "
        + spk.length + " and " + g.length;
    for (int b = b0; b < b1; b++) {
      assert factor(spk[b], r0, r1, k) && rows("g: ", g[b], r0, r1, n);
    }
    return gBias == null || values("gBias", gBias, n);
  }

  private static boolean gradient(float[] gw, int gwAt, int k, int n) {
    assert gwAt >= 0 && gwAt + (long) k * n <= gw.length : "gw: expected " + k + " times " + n + " values from " + gwAt
        + " on, got " + gw.length + " in all";
    return true;
  }

  /** Spikes that are multiplied: a bit beyond them would stand for weights that there are not. */
  private static boolean factor(SpikeRows spk, int r0, int r1, int k) {
    assert spikes(spk, r0, r1, k);
    assert spk.endAt(k, r0, r1) : "spk: expected no bit set beyond " + k + " neurons in rows " + r0 + " to " + r1;
    return true;
  }

  private static boolean weights(PackedWeights w, int panel) {
    assert w.panelColumns() == panel : "w: expected weights of this provider, in panels of " + panel + " columns, got "
        + w;
    return true;
  }

  /** Resets that {@link SynapticKernels} know. */
  private static boolean ofSecondOrder(ResetMechanism reset) {
    assert reset != ResetMechanism.ZERO_CARRIED : "reset: expected one of second order, got " + reset;
    return true;
  }

  /** Rows of state are one more than steps. */
  private static boolean states(Rows state, int t0, int t1, int to) {
    return rows(state, t0, t0 < t1 ? t1 + 1 : t1, to);
  }

  /** Rows, or {@link Rows#NONE}. */
  private static boolean optional(Rows rows, int t0, int t1, int to) {
    return rows.isNone() || rows(rows, t0, t1, to);
  }

  private static boolean rows(Rows rows, int t0, int t1, int to) {
    return rows("", rows, t0, t1, to);
  }

  /** @param prefix of what is said of them */
  private static boolean rows(String prefix, Rows rows, int t0, int t1, int to) {
    assert rows.holds(t0, t1, to) : prefix + "rows " + t0 + " to " + t1 + " of " + to + " floats do not fit: "
        + rows.offset() + " + t*" + rows.stride() + " in " + rows.data().length;
    return true;
  }

  /** What is summed from rows of gx and syn after several steps, or one: no row is written over by another. */
  @SuppressWarnings("ReferenceEquality") // The same array, not equal ones.
  private static boolean summedAfterwards(Rows gx, Rows syn, int t0, int t1, int from, int to) {
    assert gx.stride() != 0 || t1 - t0 <= 1 : "gx: expected a row for each of steps " + t0 + " to " + t1
        + " where gradients of parameters are wanted, got one for all";
    assert rows(syn, t0, t1, to);
    for (int t = t0; t < t1 && gx.data() == syn.data(); t++) {
      for (int s = t0; s < t1; s++) {
        assert Math.abs(gx.at(t) - syn.at(s)) >= to - from : "gx: row " + t + ", at " + gx.at(t) + ", lies over row " + s
            + " of syn, at " + syn.at(s);
      }
    }
    return true;
  }

  /** Of rows of which only columns from {@code from} on need to exist. */
  static boolean rows(Rows rows, int t0, int t1, int from, int to) {
    assert rows.holds(t0, t1, from, to) : "columns " + from + " to " + to + " of rows " + t0 + " to " + t1
        + " do not fit: " + rows.offset() + " + t*" + rows.stride() + " in " + rows.data().length;
    return true;
  }

  /** A derivative that is computed needs no rows. */
  private static boolean derivative(SurrogateDerivative sg, int t0, int t1, int from, int to) {
    return sg.computed() || rows(sg.rows(), t0, t1, from, to);
  }

  /** A state in place is written after some of several steps, none of which may read it as an input. */
  @SuppressWarnings("ReferenceEquality") // The same array, not equal ones.
  private static boolean apart(Rows state, Rows input, int t0, int t1, int from, int to) {
    if (state.stride() == 0 && state.data() == input.data()) {
      for (int t = t0; t < t1 && t1 - t0 > 1; t++) {
        assert Math.abs(input.at(t) - state.offset()) >= to - from : "state in place: row " + t + " of an input, at "
            + input.at(t) + ", lies over it, at " + state.offset();
      }
    }
    return true;
  }

  private static boolean spikes(SpikeRows rows, int t0, int t1, int to) {
    assert rows.holds(t0, t1, to) : "spike rows " + t0 + " to " + t1 + " of " + to + " neurons do not fit: "
        + rows.offset() + " + t*" + rows.stride() + " in " + rows.words().length;
    return true;
  }

  /** Steps that go forward together add their spikes to words, which would become the union of all. */
  private static boolean ofEachStep(SpikeRows spk, int t0, int t1) {
    assert spk.stride() != 0 || t1 - t0 <= 1 : "spk: expected a row for each of steps " + t0 + " to " + t1
        + ", got one for all";
    return true;
  }

  private static boolean words(int from) {
    assert (from & 63) == 0 : "from: expected a multiple of 64, got " + from;
    return true;
  }

  private static boolean parameters(int to, float[] a, float[] b) {
    return parameter(to, a) && parameter(to, b);
  }

  private static boolean parameters(int to, float[] a, float[] b, float[] c) {
    return parameters(to, a, b) && parameter(to, c);
  }

  private static boolean parameter(int to, float[] value) {
    return values("parameter", value, to);
  }

  private static boolean values(String name, float[] values, int least) {
    assert values != null && values.length >= least : name + ": expected " + least + " values, got "
        + (values == null ? "none" : values.length);
    return true;
  }
}
