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

  private static final int PROCESSORS = Runtime.getRuntime().availableProcessors();

  /**
   * How long a thread looks for more to do, or for others to end, before it sleeps: some times what waking takes. Alone on
   * its processor it would keep others from what it looks for.
   */
  private static final long AWAKE_NANOS = PROCESSORS > 1 ? 200_000 : 0;

  private static final int IDLE_SECONDS = 10;
  private static final int MOST_THREADS = Math.max(1, PROCESSORS - 1);

  /** Threads beside the callers': as many as were wanted at once, ended when they had nothing to do for a while. */
  static final ThreadPoolExecutor THREADS = threads();

  /** Threads that the calls of this moment want. */
  private static final AtomicInteger WANTED = new AtomicInteger();

  private Pieces() {}

  private static ThreadPoolExecutor threads() {
    AtomicInteger number = new AtomicInteger();
    ThreadPoolExecutor threads = new ThreadPoolExecutor(1, MOST_THREADS, IDLE_SECONDS, TimeUnit.SECONDS, new Tasks(),
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
   * others as there are workers beside the first, and processors. Which worker gets which piece is left to chance, so a
   * piece's result may not depend on it. Returns when all are done. When a piece fails, no others are begun; throws what
   * the first one threw, once none runs.
   *
   * @throws IllegalArgumentException if there is no worker, or count is below 0
   */
  public static <W> void share(List<W> workers, int count, Task<W> task) {
    if (workers.isEmpty()) {
      throw new IllegalArgumentException("workers: expected at least 1, got none");
    }
    if (count < 0) {
      throw new IllegalArgumentException("count: expected 0 pieces or more, got " + count);
    }
    if (workers.size() == 1 || count <= 1) {
      for (int piece = 0; piece < count; piece++) {
        task.run(workers.getFirst(), piece);
      }
      return;
    }
    Share<W> share = new Share<>(workers, count, task);
    int invited = Math.min(Math.min(workers.size(), count) - 1, MOST_THREADS);
    try {
      makeRoom(WANTED.addAndGet(invited));
      for (int i = 0; i < invited; i++) {
        THREADS.execute(share);
      }
      share.runPieces();
    } finally {
      WANTED.addAndGet(-invited);
      int joined = share.close();
      // Threads busy elsewhere would find it closed, but keep it until then.
      boolean waiting = true;
      for (int i = joined; waiting && i < invited; i++) {
        waiting = THREADS.remove(share);
      }
      share.await();
    }
    share.throwFailure();
  }

  private static void makeRoom(int wanted) {
    int threads = Math.min(wanted, MOST_THREADS);
    if (threads > THREADS.getCorePoolSize()) {
      synchronized (THREADS) {
        THREADS.setCorePoolSize(Math.max(threads, THREADS.getCorePoolSize()));
      }
    }
  }

  /** Waking a thread takes longer than the pieces of a small request: it looks for tasks a while before it sleeps. */
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

    void runPieces() {
      W worker = workers.get(nextWorker.getAndIncrement());
      try {
        for (int piece = nextPiece.getAndIncrement(); piece < count; piece = nextPiece.getAndIncrement()) {
          task.run(worker, piece);
        }
      } catch (Throwable thrown) {
        // Of any class: languages without checked exceptions throw them through a task.
        failure.compareAndSet(null, thrown);
        nextPiece.set(count);
      }
    }

    /** Lets nobody join in any longer, and says how many did. */
    int close() {
      others.getAndAdd(CLOSED);
      return nextWorker.get() - 1;
    }

    /** Throws what a piece threw, whatever it was. */
    void throwFailure() {
      if (failure.get() != null) {
        Share.<RuntimeException>throwAs(failure.get());
      }
    }

    @SuppressWarnings("unchecked")
    private static <T extends Throwable> void throwAs(Throwable thrown) throws T {
      throw (T) thrown;
    }

    /** Waits for those who joined in. */
    void await() {
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
