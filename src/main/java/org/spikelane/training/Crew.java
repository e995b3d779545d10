package org.spikelane.training;

import java.util.ArrayList;
import java.util.List;
import org.spikelane.data.Dataset;
import org.spikelane.network.Network;

/**
 * The workers of a trainer, one a thread, with all the memory that they need: kept from epoch to epoch, as long as the task
 * is the same.
 */
final class Crew {

  /** Has no workers and suits no task. */
  static final Crew NONE = new Crew(null, List.of(), null);

  private final Task task;
  private final List<BlockWorker> workers;
  private final BatchCurrents currents;

  /**
   * What workers are for.
   *
   * @param batch most samples of a batch to learn from; 0 to learn nothing
   */
  private record Task(int steps, boolean constant, Loss loss, int threads, int batch) {}

  private Crew(Task task, List<BlockWorker> workers, BatchCurrents currents) {
    this.task = task;
    this.workers = workers;
    this.currents = currents;
  }

  /** This crew if it learns from such batches, else a new one. */
  Crew learning(Network network, Dataset data, Loss loss, int threads, int batch) {
    Task wanted = new Task(data.steps(), data.constant(), loss, threads, batch);
    if (wanted.equals(task)) {
      return this;
    }
    BatchCurrents shared = network.runsConstantLayersApart(data.constant())
        ? new BatchCurrents(network, data.steps(), batch, threads)
        : null;
    return of(wanted, network, data, true, shared);
  }

  /** This crew if it evaluates such data, else a new one. */
  Crew evaluating(Network network, Dataset data, Loss loss, int threads) {
    Task wanted = new Task(data.steps(), data.constant(), loss, threads, 0);
    return wanted.equals(task) ? this : of(wanted, network, data, false, null);
  }

  private static Crew of(Task task, Network network, Dataset data, boolean learning, BatchCurrents currents) {
    List<BlockWorker> workers = new ArrayList<>();
    for (int i = 0; i < task.threads(); i++) {
      workers.add(new BlockWorker(network, data, task.loss(), learning, currents));
    }
    return new Crew(task, workers, currents);
  }

  /** One for each thread. */
  List<BlockWorker> workers() {
    return workers;
  }

  /** What the first layers make of a batch, if the workers share that; else null. */
  BatchCurrents currents() {
    return currents;
  }
}
