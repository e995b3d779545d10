package org.spikelane.peers;

import java.util.List;
import java.util.Map;

/** One case of the peers' benchmark, ready to run. Belongs to one thread. */
sealed interface Workload permits LayerWorkload, TrainingWorkload, ServingWorkload {

  /**
   * Runs the case, once or a few times.
   *
   * @return for each repetition its phases and their durations, seconds
   */
  List<Map<String, Double>> repeat();

  /** Spikes per neuron and step of the first layer of neurons. */
  double rate();

  /** Neurons times samples times steps of a repetition: what memory is counted by. */
  long neuronSteps();

  /** Bytes that inputs and parameters take. */
  long givenBytes();

  /**
   * Bytes that a repetition's results take: outputs, or gradients of the parameters. Those of the input are read where a
   * tape has its record, and take no other memory.
   */
  long resultBytes();

  /** Seconds from a {@link System#nanoTime} to another. */
  static double seconds(long from, long to) {
    return (to - from) * 1e-9;
  }
}
