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

  /** Has no workers and is for no task. */
  static final Crew NONE = new Crew(null, List.of(), null, null);

  private final Task task;
  private final List<BlockWorker> workers;
  private final BatchCurrents currents;
  private final ShardSums sums;

  /**
   * What workers are for.
   *
   * @param batch most samples of a batch to learn from; 0 to evaluate
   */
  record Task(int steps, boolean constant, Loss loss, int threads, int batch) {

    static Task learning(Dataset data, Loss loss, int threads, int batch) {
      return new Task(data.steps(), data.constant(), loss, threads, batch);
    }

    static Task evaluating(Dataset data, Loss loss, int threads) {
      return new Task(data.steps(), data.constant(), loss, threads, 0);
    }
  }

  private Crew(Task task, List<BlockWorker> workers, BatchCurrents currents, ShardSums sums) {
    this.task = task;
    this.workers = workers;
    this.currents = currents;
    this.sums = sums;
  }

  /** New workers; {@code data} is such as the task says. */
  static Crew of(Task task, Network network, Dataset data) {
    boolean learning = task.batch() > 0;
    BatchCurrents currents = learning && network.runsConstantLayersApart(task.constant())
        ? new BatchCurrents(network, task.steps(), task.batch(), task.threads())
        : null;
    List<BlockWorker> workers = new ArrayList<>();
    for (int i = 0; i < task.threads(); i++) {
      workers.add(new BlockWorker(network, data, task.loss(), learning, currents));
    }
    return new Crew(task, workers, currents, learning ? new ShardSums(List.copyOf(network.parameters().values())) : null);
  }

  /** Whether these workers are for that task. */
  boolean isFor(Task wanted) {
    return wanted.equals(task);
  }

  /** One for each thread. */
  List<BlockWorker> workers() {
    return workers;
  }

  /** What the first layers make of a batch, if the workers share that; else null. */
  BatchCurrents currents() {
    return currents;
  }

  /** Where the gradients of a batch are summed; null if these workers do not learn. */
  ShardSums sums() {
    return sums;
  }
}
