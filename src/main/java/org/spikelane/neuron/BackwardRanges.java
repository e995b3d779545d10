package org.spikelane.neuron;

import org.spikelane.kernels.Rows;
import org.spikelane.layer.Block;

/**
 * Which steps of a sample go backward together, the last first, and which neurons: all of them where kernels need nothing
 * but the record, else so few that what is computed before, or carried from step to step in memory, stays near. With
 * recurrence it is one step, and as with inhibition all neurons.
 *
 * @param size neurons
 * @param length steps of the block
 * @param steps most steps of a range
 * @param columns most neurons of a range
 */
record BackwardRanges(int size, int length, int steps, int columns) {

  /**
   * Steps that go backward together where something is computed for the kernels before, or is carried from step to step in
   * memory (immediate reset): so few that it stays near.
   */
  private static final int STEPS = 8;

  /** Neurons that go backward together then, a multiple of 64: their surrogate derivatives take 35 KiB. */
  private static final int COLUMNS = 1024;

  /**
   * Those of a neuron layer.
   *
   * @param inKernels whether kernels compute the surrogate derivatives
   */
  static BackwardRanges of(Neuron neuron, Block block, boolean inKernels) {
    boolean stepwise = neuron.recurrence() != null;
    boolean near = !inKernels || neuron.graded() || !neuron.resetDelay();
    int steps = stepwise ? 1 : near ? Math.min(block.steps(), STEPS) : block.steps();
    // The winner of a row is found among all its neurons.
    int columns = stepwise || !near || neuron.inhibition() ? neuron.size() : Math.min(neuron.size(), COLUMNS);
    return new BackwardRanges(neuron.size(), block.steps(), steps, columns);
  }

  /** How many ranges of steps there are; range i, counted from the last step, is [{@link #start}, {@link #end}). */
  int stepRanges() {
    return Math.ceilDiv(length, steps);
  }

  int start(int i) {
    return Math.max(0, length - (i + 1) * steps);
  }

  int end(int i) {
    return length - i * steps;
  }

  /** How many ranges of neurons there are; range j is [{@link #from}, {@link #to}). */
  int neuronRanges() {
    return Math.ceilDiv(size, columns);
  }

  int from(int j) {
    return j * columns;
  }

  int to(int j) {
    return Math.min(from(j) + columns, size);
  }

  /** Room for one range, by range of steps and by range of neurons: row t for step t, at the place of each neuron. */
  Rows[][] room() {
    int apart = NeuronStage.apart(columns);
    float[] data = new float[steps * apart];
    Rows[][] rows = new Rows[stepRanges()][neuronRanges()];
    for (int i = 0; i < rows.length; i++) {
      for (int j = 0; j < rows[i].length; j++) {
        rows[i][j] = new Rows(data, -start(i) * apart - from(j), apart);
      }
    }
    return rows;
  }
}
