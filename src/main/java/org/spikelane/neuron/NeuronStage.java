package org.spikelane.neuron;

import java.util.Arrays;
import org.spikelane.connection.Recurrence;
import org.spikelane.kernels.KernelProvider;
import org.spikelane.kernels.ResetMechanism;
import org.spikelane.kernels.RowKernels;
import org.spikelane.kernels.Rows;
import org.spikelane.kernels.SpikeRows;
import org.spikelane.kernels.SurrogateDerivative;
import org.spikelane.layer.Block;
import org.spikelane.layer.GradientSums;
import org.spikelane.layer.NeuronParameter;
import org.spikelane.layer.Signal;
import org.spikelane.layer.Spikes;
import org.spikelane.layer.Stage;
import org.spikelane.layer.Values;

/**
 * A neuron layer at work on one block.
 *
 * <p>Without recurrence a sample runs through all its steps in one kernel call; with it, time is the outer loop, as every
 * step needs the spikes of the one before. Two combinations need the step in halves, with a pass over the row between
 * them: quantisation, which sits between the delayed reset and the threshold, and inhibition with immediate reset, where
 * the winner must be known before it is reset.
 *
 * <p>When it records, the membrane of step t is written over the input of step t, and in the backward pass the input's
 * gradient over the membrane. A next layer that reads the membrane reads a copy, as it may write over that in turn.
 */
public abstract sealed class NeuronStage implements Stage permits FirstOrderStage, SecondOrderStage {

  // A near cache of 32 KiB in eight ways puts values that lie a multiple of 4 KiB apart into the same eight places, and eight
  // rows side by side then drive out each other's values and those that were fetched ahead. With five cache lines more from row
  // to row, the four lines of each row that kernels take at a time have places of their own.
  private static final int VALUES_OF_PAGE = 1024;
  private static final int FIVE_LINES = 80;

  private final RowKernels kernels = KernelProvider.current().rows();
  private final Neuron neuron;
  private final Values input;
  private final Spikes spikes;
  /** What the next layer reads where that is the membrane, else null. */
  private final Values membranes;
  private final boolean record;
  private final NeuronState state;
  private final int first;
  private final Recurrence.Worker recurrence;
  private final boolean learnsRecurrence;

  /** By sample: the membrane of step t in row t+1; without a record, one row that is the state itself. */
  private final Rows[] mem;
  /** By sample: with immediate reset, the membrane that fired at step t in row t. */
  private final Rows[] fired;
  /** By sample: with immediate reset, the reset gates of step t in row t. */
  private final SpikeRows[] gates;
  /** Row b: the recurrent current of sample b at the present step. */
  private final Rows recurrent;
  /** By sample: the same as one row for every step, as the neuron kernels take it. */
  private final Rows[] recurrentOf;

  /** Whether the backward pass goes step by step for all samples: spikes have a gradient that the steps after make. */
  private final boolean stepwise;
  private final BackwardRanges ranges;
  /** Of the spikes, on the way backward; null without a record. */
  private final SpikeDerivatives derivatives;
  /** By range of steps and of neurons: dL/d(spikes) times what a spike is worth; empty of neurons without a graded factor. */
  private final Rows[][] scaled;
  /**
   * Row b, if stepwise: dL/d(spikes of sample b) that later tapes carry to the last step, and the first to those before it;
   * between them that of the step at hand where it cannot be summed in place.
   */
  private final Rows gSpikes;
  /** By sample: the same as one row for every step. */
  private final Rows[] gSpikesOf;
  /** By sample: dL/d(current) of step t in row t, which is where the membrane of step t was. */
  private final Rows[] gCurrent;
  /** By step: the same with row b for sample b. */
  private final Rows[] gCurrentAt;
  /** By sample: dL/d(membrane of step t), from outside, in row t; null where nothing is given. */
  private final Rows[] gMem;
  /** By sample: the same with what the next layer wrote, if it reads the membrane; null where nothing is given. */
  private final Rows[] gBoth;
  /** By sample: a gradient of zero for spikes that the next layer does not read. */
  private final Rows[] nothing;
  /** The gradient of a membrane of which nothing is given. */
  private final Rows noGradient;
  /** [samples][N]: gradient carried to the membrane before the step at hand. */
  private final float[][] carriedMem;

  NeuronStage(Neuron neuron, Values input, Block block, NeuronState state, int first) {
    int size = neuron.size();
    this.neuron = neuron;
    this.input = input;
    this.record = block.record();
    this.state = state;
    this.first = first;
    this.spikes = new Spikes(size, block.samples(), block.steps());
    this.membranes = neuron.output() == Neuron.Output.MEMBRANE
        ? new Values(size, block.samples(), block.steps(), false)
        : null;
    this.stepwise = neuron.recurrence() != null;
    this.learnsRecurrence = neuron.learnsRecurrence();
    this.mem = membraneRows(block);
    if (neuron.resetDelay()) {
      this.fired = null;
      this.gates = null;
    } else {
      int rows = record ? block.steps() : 1;
      int words = SpikeRows.words(size);
      this.fired = rows(new float[block.samples() * rows * size], block.samples(), rows * size, 0, record ? size : 0);
      long[] gateWords = new long[block.samples() * rows * words];
      this.gates = new SpikeRows[block.samples()];
      for (int b = 0; b < gates.length; b++) {
        gates[b] = new SpikeRows(gateWords, b * rows * words, record ? words : 0);
      }
    }
    if (neuron.recurrence() == null) {
      this.recurrence = null;
      this.recurrent = Rows.NONE;
    } else {
      this.recurrence = neuron.recurrence().worker(spikes, block);
      this.recurrent = new Rows(new float[block.samples() * size], 0, size);
    }
    this.recurrentOf = new Rows[block.samples()];
    for (int b = 0; b < recurrentOf.length; b++) {
      recurrentOf[b] = recurrence == null ? recurrent : new Rows(recurrent.data(), recurrent.at(b), 0);
    }
    int recorded = record ? block.samples() : 0;
    SurrogateDerivative inKernels = record ? SpikeDerivatives.inKernels(neuron) : null;
    this.ranges = BackwardRanges.of(neuron, block, inKernels != null);
    this.derivatives = record ? new SpikeDerivatives(neuron, ranges, inKernels) : null;
    this.scaled = record && neuron.graded() ? ranges.room() : new Rows[0][];
    this.gSpikes = new Rows(new float[stepwise ? recorded * size : 0], 0, size);
    this.gSpikesOf = rows(gSpikes.data(), stepwise ? recorded : 0, size, 0, 0);
    this.gCurrent = new Rows[recorded];
    this.gMem = new Rows[recorded];
    this.gBoth = new Rows[membranes == null ? 0 : recorded];
    this.nothing = new Rows[recorded];
    this.noGradient = noGradient(neuron);
    this.carriedMem = new float[recorded][size];
    if (record) {
      spikes.needGradient();
      Arrays.fill(nothing, Rows.constant(new float[size]));
      if (membranes != null) {
        spikes.gradientFrom(nothing);
      }
      for (int b = 0; b < gCurrent.length; b++) {
        gCurrent[b] = new Rows(mem[b].data(), mem[b].at(1), mem[b].stride());
      }
      if (input.readOnly() && input.hasGradient() && !input.constant()) {
        input.gradientFrom(gCurrent);
      }
    }
    this.gCurrentAt = byStep(gCurrent, block.steps());
  }

  /** What kernels take for the gradient of a state of which nothing is given. */
  static Rows noGradient(Neuron neuron) {
    return neuron.resetDelay() ? Rows.NONE : Rows.constant(new float[neuron.size()]);
  }

  private Rows[] membraneRows(Block block) {
    int size = neuron.size();
    if (!record) {
      return rows(state.membrane(), block.samples(), size, first * size, 0);
    }
    if (!input.constant() && !input.readOnly()) {
      input.gradientInPlace();
      return rows(input.array(), block.samples(), (1 + block.steps()) * size, 0, size);
    }
    if (stepwise) {
      // What is worked on together, a step of all samples, lies together.
      float[] own = new float[Signal.lengthOf(block.samples(), block.steps(), size, size)];
      return rows(own, block.samples(), size, 0, block.samples() * size);
    }
    return recordRows(block, size);
  }

  /** Room for a row of so many values before the first step of each sample and after each step. */
  static Rows[] recordRows(Block block, int size) {
    int apart = apart(size);
    float[] data = new float[Signal.lengthOf(block.samples(), block.steps(), size, apart)];
    return rows(data, block.samples(), (1 + block.steps()) * apart, 0, apart);
  }

  /** How far rows of so many values lie apart that are worked on side by side. */
  static int apart(int size) {
    return size % VALUES_OF_PAGE == 0 ? size + FIVE_LINES : size;
  }

  /** By step: row b is row t of sample b; the samples lie equally far apart in one array. */
  private static Rows[] byStep(Rows[] bySample, int steps) {
    Rows[] rows = new Rows[bySample.length == 0 ? 0 : steps];
    int stride = bySample.length > 1 ? bySample[1].at(0) - bySample[0].at(0) : 0;
    for (int t = 0; t < rows.length; t++) {
      rows[t] = new Rows(bySample[0].data(), bySample[0].at(t), stride);
    }
    return rows;
  }

  /** Row 0 of sample b at {@code offset + b*perSample}. */
  static Rows[] rows(float[] data, int samples, int perSample, int offset, int stride) {
    Rows[] rows = new Rows[samples];
    for (int b = 0; b < samples; b++) {
      rows[b] = new Rows(data, offset + b * perSample, stride);
    }
    return rows;
  }

  // ------------------------------------------------------------------ what the two orders of neurons do their own way

  /** Steps [t0, t1) of a sample with delayed reset, all neurons. */
  abstract void forwardDelayed(int b, Rows x, Rows rec, Rows membrane, boolean inhibition, int t0, int t1);

  /** Steps [t0, t1) of a sample with immediate reset, all neurons. */
  abstract void forwardImmediate(int b, Rows x, Rows rec, Rows membrane, Rows q, SpikeRows rst, int t0, int t1);

  /** Steps [t0, t1) of neurons [from, to) of a sample backward; the gradient of step t's current goes to row t of {@code gx}. */
  abstract void backwardDelayed(int b, Rows gSpk, Rows gMembrane, SurrogateDerivative sg, Rows membrane, float[] carried,
      Rows gx, int t0, int t1, int from, int to, GradientSums sums);

  /** Steps [t0, t1) of neurons [from, to) of a sample backward, with immediate reset. */
  abstract void backwardImmediate(int b, Rows gSpk, Rows gMembrane, SurrogateDerivative sg, Rows membrane, Rows q,
      SpikeRows rst, float[] carried, Rows gx, int t0, int t1, int from, int to, GradientSums sums);

  /** Brings the synaptic current of a sample from the state to where the kernels start, or does nothing. */
  abstract void loadCurrent(int b);

  /** Brings the synaptic current of a sample from where the kernels ended to the state, or does nothing. */
  abstract void storeCurrent(int b);

  /** Rounds the synaptic current that step t of a sample left, or does nothing. */
  abstract void quantizeCurrent(int b, int t);

  /** Makes what was given for the synaptic current zero again, or does nothing. */
  abstract void clearGivenCurrent();

  /** Makes the carried gradient of a sample's synaptic current zero, or does nothing. */
  abstract void clearCarriedCurrent(int b);

  // ------------------------------------------------------------------ forward

  @Override
  public final void forward(int samples) {
    for (int b = 0; b < samples; b++) {
      load(b);
    }
    spikes.value(neuron.spikeValue());
    if (recurrence == null && !inHalves() && keepsEveryMembrane()) {
      for (int b = 0; b < samples; b++) {
        steps(b, 0, spikes.steps());
        deliver(b, 0, spikes.steps());
      }
    } else {
      for (int t = 0; t < spikes.steps(); t++) {
        if (recurrence != null) {
          recurrence.current(t, samples, recurrent);
        }
        for (int b = 0; b < samples; b++) {
          if (inHalves()) {
            stepInHalves(b, t);
          } else {
            steps(b, t, t + 1);
          }
          deliver(b, t, t + 1);
        }
      }
    }
    for (int b = 0; b < samples; b++) {
      store(b);
    }
  }

  /** Without a record a step writes over the membrane of the one before, which has to be delivered first. */
  private boolean keepsEveryMembrane() {
    return record || membranes == null;
  }

  /**
   * Copies the membranes of steps [t0, t1) to where the next layer reads them, if it does: the record must outlive what
   * that layer writes over its input.
   */
  private void deliver(int b, int t0, int t1) {
    if (membranes != null) {
      Rows to = membranes.rows(b);
      for (int t = t0; t < t1; t++) {
        System.arraycopy(mem[b].data(), mem[b].at(t + 1), to.data(), to.at(t), neuron.size());
      }
    }
  }

  private boolean inHalves() {
    return neuron.stateQuant() != null || (neuron.inhibition() && !neuron.resetDelay());
  }

  private void steps(int b, int t0, int t1) {
    if (neuron.resetDelay()) {
      forwardDelayed(b, input.rows(b), recurrentOf[b], mem[b], neuron.inhibition(), t0, t1);
    } else {
      forwardImmediate(b, input.rows(b), recurrentOf[b], mem[b], fired[b], gates[b], t0, t1);
    }
  }

  /** Integrate, quantise, fire, inhibit, reset, each a pass over the row. */
  private void stepInHalves(int b, int t) {
    int size = neuron.size();
    float[] theta = neuron.threshold().perNeuron();
    float[] row = mem[b].data();
    int rowAt = mem[b].at(t + 1);
    SpikeRows spk = spikes.rows(b);
    if (!neuron.resetDelay()) {
      kernels.fire(row, mem[b].at(t), theta, gates[b].words(), gates[b].at(t), 0, size);
    }
    forwardDelayed(b, input.rows(b), recurrentOf[b], mem[b], false, t, t + 1);
    if (neuron.stateQuant() != null) {
      neuron.stateQuant().quantize(row, rowAt, rowAt + size);
      quantizeCurrent(b, t);
    }
    kernels.fire(row, rowAt, theta, spk.words(), spk.at(t), 0, size);
    if (neuron.inhibition()) {
      spk.keepOnly(t, kernels.winner(row, rowAt, theta, 0, size), size);
    }
    if (!neuron.resetDelay()) {
      System.arraycopy(row, rowAt, fired[b].data(), fired[b].at(t), size);
      kernels.resetImmediate(row, rowAt, theta, neuron.kernelReset(), spk.words(), spk.at(t), gates[b].words(),
          gates[b].at(t), 0, size);
    }
  }

  private void load(int b) {
    int words = SpikeRows.words(neuron.size());
    SpikeRows spk = spikes.rows(b);
    SpikeRows last = state.spikeRows();
    System.arraycopy(last.words(), last.at(first + b), spk.words(), spk.at(-1), words);
    if (record) {
      System.arraycopy(state.membrane(), (first + b) * neuron.size(), mem[b].data(), mem[b].at(0), neuron.size());
    }
    loadCurrent(b);
  }

  private void store(int b) {
    int words = SpikeRows.words(neuron.size());
    SpikeRows spk = spikes.rows(b);
    SpikeRows last = state.spikeRows();
    System.arraycopy(spk.words(), spk.at(spikes.steps() - 1), last.words(), last.at(first + b), words);
    if (record) {
      System.arraycopy(mem[b].data(), mem[b].at(spikes.steps()), state.membrane(), (first + b) * neuron.size(),
          neuron.size());
    }
    storeCurrent(b);
  }

  // ------------------------------------------------------------------ backward

  /**
   * Numbers the draws of random surrogates in the next backward pass, which needs a record: step t of sample b has {@code first
   * + b*perSample + t}.
   */
  public final void drawFrom(long first, long perSample) {
    derivatives.drawFrom(first, perSample);
  }

  /** Makes the gradients that come from after the last step zero; call before they are added to. */
  public final void clearCarried() {
    Arrays.fill(gSpikes.data(), 0f);
    for (int b = 0; b < carriedMem.length; b++) {
      Arrays.fill(carriedMem[b], 0f);
      clearCarriedCurrent(b);
    }
  }

  /** Makes what was given for membrane and current zero again, and for spikes that the next layer does not read. */
  public final void clearGiven() {
    Arrays.fill(gMem, null);
    clearGivenCurrent();
    if (membranes != null) {
      spikes.gradientFrom(nothing);
    }
  }

  @Override
  public final void backward(int samples, GradientSums sums) {
    for (int b = 0; membranes != null && b < samples; b++) {
      addGivenToMembraneGradient(b);
    }
    if (stepwise) {
      backwardStepwise(samples, sums);
    }
    for (int b = 0; b < samples; b++) {
      if (!stepwise) {
        backwardInRanges(b, sums);
      }
      if (input.constant() && input.hasGradient()) {
        sumOverSteps(b); // Without recurrence, a near cache still holds the sample's gradients.
      }
    }
  }

  /**
   * dL/d(spikes) of a step comes from above and from the step after, by the recurrence: added to what came from above where
   * that lies in an array of its own, else to a copy of it.
   */
  private void backwardStepwise(int samples, GradientSums sums) {
    boolean inPlace = spikes.hasGradientByStep();
    int last = spikes.steps() - 1;
    for (int b = 0; b < samples; b++) {
      Rows above = spikes.gradient(b);
      if (inPlace) {
        kernels.add(gSpikes.data(), gSpikes.at(b), above.data(), above.at(last), 0, neuron.size());
      } else {
        kernels.add(above.data(), above.at(last), gSpikes.data(), gSpikes.at(b), 0, neuron.size());
      }
    }
    try {
      for (int t = last; t >= 0; t--) {
        backwardStep(t, samples, inPlace, sums);
      }
    } catch (RuntimeException | Error e) {
      recurrence.drop(); // Else the next pass would go on with the gradient of this one.
      throw e;
    }
  }

  private void backwardStep(int t, int samples, boolean inPlace, GradientSums sums) {
    for (int b = 0; b < samples; b++) {
      backward(b, inPlace ? spikes.gradient(b) : gSpikesOf[b], spikes.steps() - 1 - t, 0, sums);
    }
    recurrence.backward(samples, gCurrentAt[t], gradientOfStepBefore(t, samples, inPlace));
    if (learnsRecurrence) {
      recurrence.gradient(t, samples, gCurrent, sums);
    }
  }

  /** Where dL/d(spikes) of step t - 1 is summed, what came from above being there already. */
  private Rows gradientOfStepBefore(int t, int samples, boolean inPlace) {
    if (inPlace && t > 0) {
      return spikes.gradientAtStep(t - 1);
    }
    int size = neuron.size();
    for (int b = 0; b < samples; b++) {
      if (t == 0) {
        Arrays.fill(gSpikes.data(), gSpikes.at(b), gSpikes.at(b + 1), 0f);
      } else {
        Rows above = spikes.gradient(b);
        System.arraycopy(above.data(), above.at(t - 1), gSpikes.data(), gSpikes.at(b), size);
      }
    }
    return gSpikes;
  }

  /** Time descends; columns ascend, as hardware prefetchers follow them. */
  private void backwardInRanges(int b, GradientSums sums) {
    Rows above = spikes.gradient(b);
    if (neuron.graded() && neuron.gradedSpikesFactor().parameter().trainable()) {
      addGradientOfFactor(b, above, sums);
    }
    for (int j = 0; j < ranges.neuronRanges(); j++) {
      for (int i = 0; i < ranges.stepRanges(); i++) {
        backward(b, spikes.value() == 1f ? above : scale(above, i, j), i, j, sums);
      }
    }
  }

  /** The graded factor only scales what leaves the layer: its gradient, and that of the spikes behind it. */
  private void addGradientOfFactor(int b, Rows above, GradientSums sums) {
    SpikeRows spk = spikes.rows(b);
    float[] sum = sums.of(neuron.gradedSpikesFactor().parameter());
    for (int t = spikes.steps() - 1; t >= 0; t--) {
      kernels.addWhereFired(above.data(), above.at(t), spk.words(), spk.at(t), sum, 0, neuron.size());
    }
  }

  private Rows scale(Rows above, int i, int j) {
    Rows to = scaled[i][j];
    for (int t = ranges.start(i); t < ranges.end(i); t++) {
      Arrays.fill(to.data(), to.at(t) + ranges.from(j), to.at(t) + ranges.to(j), 0f);
      kernels.addScaled(spikes.value(), above.data(), above.at(t), to.data(), to.at(t), ranges.from(j), ranges.to(j));
    }
    return to;
  }

  private void addGivenToMembraneGradient(int b) {
    if (gMem[b] != null) {
      Rows above = membranes.gradient(b);
      Rows both = gBoth[b];
      for (int t = 0; t < spikes.steps(); t++) {
        System.arraycopy(above.data(), above.at(t), both.data(), both.at(t), neuron.size());
        kernels.add(gMem[b].data(), gMem[b].at(t), both.data(), both.at(t), 0, neuron.size());
      }
    }
  }

  private Rows membraneGradient(int b) {
    if (membranes == null) {
      return gMem[b] == null ? noGradient : gMem[b];
    }
    return gMem[b] == null ? membranes.gradient(b) : gBoth[b];
  }

  /** Range i of the steps and range j of the neurons of a sample. */
  private void backward(int b, Rows gSpk, int i, int j, GradientSums sums) {
    // A row of gCurrent is still the membrane of its step.
    SurrogateDerivative sg = derivatives.of(b, neuron.resetDelay() ? gCurrent[b] : fired[b], i, j);
    Rows gMembrane = membraneGradient(b);
    int t0 = ranges.start(i);
    int t1 = ranges.end(i);
    int from = ranges.from(j);
    int to = ranges.to(j);
    if (neuron.resetDelay()) {
      backwardDelayed(b, gSpk, gMembrane, sg, mem[b], carriedMem[b], gCurrent[b], t0, t1, from, to, sums);
    } else {
      backwardImmediate(b, gSpk, gMembrane, sg, mem[b], fired[b], gates[b], carriedMem[b], gCurrent[b], t0, t1, from, to,
          sums);
    }
  }

  private void sumOverSteps(int b) {
    Rows gx = input.gradient(b);
    Rows g = gCurrent[b];
    Arrays.fill(gx.data(), gx.at(0), gx.at(0) + neuron.size(), 0f);
    kernels.addRows(g, 0, spikes.steps(), gx.data(), gx.at(0), 0, neuron.size());
  }

  // ------------------------------------------------------------------ what others see

  /** The neuron layer. */
  public final Neuron neuron() {
    return neuron;
  }

  final Values input() {
    return input;
  }

  @Override
  public final Signal output() {
    return membranes == null ? spikes : membranes;
  }

  /** What fired, whether or not the next layer reads it. */
  public final Spikes spikes() {
    return spikes;
  }

  /**
   * The recorded membrane of a sample: row 0 before the first step, row t+1 as step t returned it. Gone after {@link
   * #backward}.
   */
  public final Rows membrane(int b) {
    return mem[b];
  }

  /**
   * The recorded synaptic current of a sample, as {@link #membrane}; null in first-order neurons.
   *
   * @throws IllegalStateException if the block was not built to record it
   */
  public abstract Rows current(int b);

  /** Sets dL/d(mem) of a sample, row t for the membrane that step t returned; zero until set. */
  public final void membraneGradient(int b, Rows gradient) {
    gMem[b] = gradient;
    if (membranes != null && gBoth[b] == null) {
      gBoth[b] = new Rows(new float[spikes.steps() * neuron.size()], 0, neuron.size());
    }
  }

  /**
   * Sets dL/d(syn) of a sample, row t for the current that step t returned; zero until set.
   *
   * @throws IllegalArgumentException if these neurons are of first order, and have no such current
   */
  public abstract void currentGradient(int b, Rows gradient);

  /** [N] of a sample: before {@link #backward} dL/d(last membrane) by later steps, after it dL/d(initial membrane). */
  public final float[] carriedMembrane(int b) {
    return carriedMem[b];
  }

  /** [N] of a sample: the same of the synaptic current; null in first-order neurons. */
  public abstract float[] carriedCurrent(int b);

  /**
   * The gradient of the spikes, [samples][N] from its row of sample {@code b} on: before {@link #backward} dL/d(last
   * spikes) by later steps, after it dL/d(spikes before the first step). Empty where no step's spikes reach the next.
   */
  public final Rows carriedSpikes() {
    return gSpikes;
  }

  /** Spikes of the first {@code samples} samples in the last run, over all steps and neurons. */
  public final long spikeCount(int samples) {
    long count = 0;
    for (int b = 0; b < samples; b++) {
      for (int t = 0; t < spikes.steps(); t++) {
        count += spikes.rows(b).count(t, neuron.size());
      }
    }
    return count;
  }

  final SpikeRows spikes(int b) {
    return spikes.rows(b);
  }

  final ResetMechanism reset() {
    return neuron.kernelReset();
  }

  final int first() {
    return first;
  }

  final NeuronState state() {
    return state;
  }

  /** The sums of a parameter's gradient. */
  static float[] sums(GradientSums sums, NeuronParameter parameter) {
    return sums.of(parameter.parameter());
  }
}
