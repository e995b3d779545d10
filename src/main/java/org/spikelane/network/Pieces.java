package org.spikelane.network;

import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;

/** Shares numbered pieces of work among workers, each with buffers of its own. */
public final class Pieces {

  /** How long a thread looks for more to do, or for others to end, before it sleeps: some times what waking takes. */
  private static final long AWAKE_NANOS = 200_000;

  private static final int IDLE_SECONDS = 10;

  /** Threads beside the callers', started when they are needed, ended when they no longer are. */
  private static final ThreadPoolExecutor THREADS = threads(Runtime.getRuntime().availableProcessors());

  private Pieces() {}

  private static ThreadPoolExecutor threads(int processors) {
    int beside = Math.max(1, processors - 1);
    AtomicInteger number = new AtomicInteger();
    ThreadPoolExecutor threads = new ThreadPoolExecutor(beside, beside, IDLE_SECONDS, TimeUnit.SECONDS, new Tasks(),
        task -> Thread.ofPlatform().daemon().inheritInheritableThreadLocals(false)
            .name("spikelane-" + number.incrementAndGet()).unstarted(task));
    threads.allowCoreThreadTimeOut(true);
    return threads;
  }

  /** What a worker does with a piece. */
  @FunctionalInterface
  public interface Task<W> {

    /** Does piece number {@code piece}. */
    void run(W worker, int piece);
  }

  /**
   * Runs pieces {@code 0 … count-1}, each once, in ascending order of their beginnings, on the calling thread and as many
   * others as there are workers and processors. Which worker gets which piece is left to chance, so a piece's result may
   * not depend on it. Returns when all are done. When a piece fails, no others are begun; throws what the first one threw,
   * once none runs.
   */
  public static <W> void share(List<W> workers, int count, Task<W> task) {
    if (workers.size() == 1 || count == 1) {
      for (int piece = 0; piece < count; piece++) {
        task.run(workers.getFirst(), piece);
      }
      return;
    }
    Share<W> share = new Share<>(workers, count, task);
    for (int i = 1; i < Math.min(workers.size(), count); i++) {
      THREADS.execute(share);
    }
    share.runAndAwait();
  }

  /** Waking a thread takes longer than the pieces of a small request: threads look for tasks a while before they sleep. */
  private static final class Tasks extends LinkedBlockingQueue<Runnable> {

    private static final long serialVersionUID = 1;

    @Override
    public Runnable poll(long timeout, TimeUnit unit) throws InterruptedException {
      long begin = System.nanoTime();
      while (isEmpty() && System.nanoTime() - begin < AWAKE_NANOS) {
        Thread.onSpinWait();
      }
      return super.poll(timeout, unit);
    }
  }

  /** The pieces of one call; what a thread runs that joins in. */
  private static final class Share<W> implements Runnable {

    /** Added to {@link #others} when nobody may join in any longer. */
    private static final int CLOSED = Integer.MIN_VALUE;

    private final List<W> workers;
    private final int count;
    private final Task<W> task;
    private final Thread caller = Thread.currentThread();
    private final AtomicInteger nextWorker = new AtomicInteger();
    private final AtomicInteger nextPiece = new AtomicInteger();
    /** Threads that have joined in and have not left. */
    private final AtomicInteger others = new AtomicInteger();
    private final AtomicReference<Throwable> failure = new AtomicReference<>();

    Share(List<W> workers, int count, Task<W> task) {
      this.workers = workers;
      this.count = count;
      this.task = task;
    }

    @Override
    public void run() {
      int present = others.get();
      while (present >= 0 && !others.compareAndSet(present, present + 1)) {
        present = others.get();
      }
      if (present < 0) {
        return;
      }
      try {
        runPieces();
      } finally {
        if (others.decrementAndGet() == CLOSED) {
          LockSupport.unpark(caller);
        }
      }
    }

    private void runPieces() {
      W worker = workers.get(nextWorker.getAndIncrement());
      try {
        for (int piece = nextPiece.getAndIncrement(); piece < count; piece = nextPiece.getAndIncrement()) {
          task.run(worker, piece);
        }
      } catch (RuntimeException | Error thrown) {
        failure.compareAndSet(null, thrown);
        nextPiece.set(count);
      }
    }

    void runAndAwait() {
      runPieces();
      others.getAndAdd(CLOSED);
      await();
      switch (failure.get()) {
        case null -> {}
        case RuntimeException thrown -> throw thrown;
        case Error thrown -> throw thrown;
        case Throwable thrown -> throw new IllegalStateException(thrown);
      }
    }

    private void await() {
      boolean interrupted = false;
      long begin = System.nanoTime();
      while (others.get() != CLOSED) {
        if (System.nanoTime() - begin < AWAKE_NANOS) {
          Thread.onSpinWait();
        } else {
          LockSupport.park(this);
          interrupted |= Thread.interrupted();
        }
      }
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
