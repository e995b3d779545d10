package org.spikelane.training;

import java.util.Arrays;
import java.util.Map;

/** How a network does on a data set. */
public final class Evaluation {

  private final double loss;
  private final int[] predicted;
  private final boolean[] silent;
  private final int[][] confusion;
  private final Map<String, Double> firingRates;
  private final double seconds;

  Evaluation(double loss, Outcome outcome, int[][] confusion, Map<String, Double> firingRates, double seconds) {
    this.loss = loss;
    this.predicted = outcome.predicted;
    this.silent = outcome.silent;
    this.confusion = confusion;
    this.firingRates = firingRates;
    this.seconds = seconds;
  }

  /** Mean loss of the samples. */
  public double loss() {
    return loss;
  }

  /** Share of the samples whose class spiked most; of classes that spiked equally often the first counts. */
  public double accuracy() {
    int right = 0;
    for (int c = 0; c < confusion.length; c++) {
      right += confusion[c][c];
    }
    return (double) right / predicted.length;
  }

  /** The predicted class of every sample. */
  public int[] predicted() {
    return predicted.clone();
  }

  /**
   * Number of samples for which no output neuron fired: a tie of no spikes, whose prediction is class 0, as of snnTorch's
   * {@code accuracy_rate}, and says nothing.
   */
  public int silentSamples() {
    int count = 0;
    for (boolean one : silent) {
      count += one ? 1 : 0;
    }
    return count;
  }

  /** Number of samples by class (row) and prediction (column). */
  public int[][] confusion() {
    return Arrays.stream(confusion).map(int[]::clone).toArray(int[][]::new);
  }

  /** Spikes per neuron and step, by neuron layer. */
  public Map<String, Double> firingRates() {
    return firingRates;
  }

  /** Wall-clock time. */
  public double seconds() {
    return seconds;
  }
}
