package org.spikelane.network;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** Shares numbered pieces of work among workers, each with buffers of its own. */
public final class Pieces {

  private Pieces() {}

  /** What a worker does with a piece. */
  @FunctionalInterface
  public interface Task<W> {

    /** Does piece number {@code piece}. */
    void run(W worker, int piece);
  }

  /**
   * Runs pieces {@code 0 … count-1}, each once, on as many threads as there are workers and the common pool has. Which
   * worker gets which piece is left to chance, so a piece's result may not depend on it. Returns when all are done; throws
   * what a failing piece threw, possibly while others still run.
   */
  public static <W> void share(List<W> workers, int count, Task<W> task) {
    if (workers.size() == 1 || count == 1) {
      for (int piece = 0; piece < count; piece++) {
        task.run(workers.getFirst(), piece);
      }
      return;
    }
    AtomicInteger next = new AtomicInteger();
    workers.parallelStream().forEach(worker -> {
      for (int piece = next.getAndIncrement(); piece < count; piece = next.getAndIncrement()) {
        task.run(worker, piece);
      }
    });
  }
}
