package org.spikelane.training;

import java.util.List;
import org.spikelane.layer.GradientSums;
import org.spikelane.layer.Parameter;

/**
 * The gradients of a batch: those of its shards added in their order, whichever thread has them when, so that the sum does
 * not depend on the number of threads. Takes memory for one sum more than there are threads.
 */
final class ShardSums {

  private final GradientSums total;
  private int next;
  private boolean broken;

  /** Zero. */
  ShardSums(List<Parameter> parameters) {
    total = new GradientSums(parameters);
  }

  /** Before the first shard of a batch. */
  void begin() {
    next = 0;
    broken = false;
  }

  /** The sum of all shards so far. */
  GradientSums total() {
    return total;
  }

  /**
   * Lets {@code work} compute a shard and adds what it gives, as soon as the shards before it are there.
   *
   * @param own memory of the calling thread
   */
  void shard(int shard, GradientSums own, Work work) {
    GradientSums sums = shard == 0 ? total : own;
    boolean done = false;
    try {
      sums.clear();
      work.into(sums);
      done = true;
    } finally {
      add(shard, sums, done);
    }
  }

  private synchronized void add(int shard, GradientSums sums, boolean done) {
    broken |= !done;
    boolean interrupted = false;
    while (!broken && next != shard) {
      try {
        wait();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (!broken && shard > 0) {
      total.add(sums);
    }
    next = shard + 1;
    notifyAll();
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** What computes the gradients of a shard. */
  @FunctionalInterface
  interface Work {

    /** Adds them to {@code sums}. */
    void into(GradientSums sums);
  }
}
