package org.spikelane.network;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What {@link Pieces} says about pieces, workers and failures, on any number of processors. */
@Timeout(60)
class PiecesTest {

  private static List<AtomicInteger> workers(int count) {
    return IntStream.range(0, count).mapToObj(i -> new AtomicInteger()).toList();
  }

  @Test
  void runsEveryPieceOnceWhateverTheWorkers() {
    for (int workers : new int[] {1, 2, 3, 9}) {
      for (int count : new int[] {0, 1, 2, 7, 100}) {
        AtomicIntegerArray runs = new AtomicIntegerArray(count);
        Pieces.share(workers(workers), count, (worker, piece) -> runs.incrementAndGet(piece));
        for (int piece = 0; piece < count; piece++) {
          assertEquals(1, runs.get(piece), workers + " workers, piece " + piece + " of " + count);
        }
      }
    }
  }

  @Test
  void givesAWorkerToOneThreadAtATime() {
    List<AtomicInteger> inUse = workers(4);
    AtomicInteger clashes = new AtomicInteger();
    for (int call = 0; call < 500; call++) {
      Pieces.share(inUse, 20, (worker, piece) -> {
        clashes.addAndGet(worker.getAndIncrement());
        LockSupport.parkNanos(1_000);
        worker.decrementAndGet();
      });
    }
    assertEquals(0, clashes.get());
  }

  @Test
  void shareIsSeenByTheCallerWhenItReturns() {
    int[] plain = new int[64];
    for (int call = 1; call <= 2000; call++) {
      int value = call;
      Pieces.share(workers(3), plain.length, (worker, piece) -> plain[piece] = value);
      int[] expected = new int[plain.length];
      Arrays.fill(expected, value);
      assertArrayEquals(expected, plain);
    }
  }

  /** Two pieces that wait for each other end only if two threads have them. */
  @Test
  void runsOnMoreThreadsThanTheCaller() {
    runTwoPiecesThatMeet();
  }

  private static void runTwoPiecesThatMeet() {
    CountDownLatch both = new CountDownLatch(2);
    Pieces.share(workers(2), 2, (worker, piece) -> {
      both.countDown();
      await(both);
    });
    assertEquals(0, both.getCount());
  }

  /** Threads that found nothing to do for long enough sleep, and wake up. */
  @Test
  void wakesThreadsThatSleep() throws InterruptedException {
    runTwoPiecesThatMeet();
    Thread.sleep(50);
    runTwoPiecesThatMeet();
  }

  @Test
  void beginsPiecesInAscendingOrder() {
    AtomicInteger begun = new AtomicInteger();
    AtomicInteger early = new AtomicInteger();
    AtomicIntegerArray done = new AtomicIntegerArray(200);
    Pieces.share(workers(2), 200, (worker, piece) -> {
      begun.incrementAndGet();
      // Of two threads, the other one is at one piece at most: all but one of those before are done.
      int missing = 0;
      for (int before = 0; before < piece; before++) {
        missing += 1 - done.get(before);
      }
      early.addAndGet(missing > 1 ? 1 : 0);
      done.set(piece, 1);
    });
    assertEquals(200, begun.get());
    assertEquals(0, early.get());
  }

  @Test
  void throwsWhatAPieceThrewOnceNoneRuns() {
    for (int failing : new int[] {0, 1, 5}) {
      IllegalArgumentException thrown = new IllegalArgumentException("piece " + failing);
      AtomicInteger running = new AtomicInteger();
      AtomicInteger last = new AtomicInteger();
      RuntimeException caught = assertThrows(IllegalArgumentException.class, () ->
          Pieces.share(workers(2), 10_000, (worker, piece) -> {
            running.incrementAndGet();
            try {
              if (piece == failing) {
                throw thrown;
              }
              last.accumulateAndGet(piece, Math::max);
              LockSupport.parkNanos(1_000);
            } finally {
              running.decrementAndGet();
            }
          }));
      assertSame(thrown, caught);
      assertEquals(0, running.get());
      assertTrue(last.get() < 9_999, "no pieces are begun after a failure");
    }
    StackOverflowError error = new StackOverflowError();
    assertSame(error, assertThrows(StackOverflowError.class, () -> Pieces.share(workers(2), 2, (worker, piece) -> {
      throw error;
    })));
  }

  @Test
  void manyCallersAndPiecesThatShareAgain() throws InterruptedException {
    AtomicInteger right = new AtomicInteger();
    List<Thread> callers = new ArrayList<>();
    for (int caller = 0; caller < 4; caller++) {
      callers.add(Thread.ofPlatform().start(() -> {
        for (int call = 0; call < 200; call++) {
          AtomicInteger sum = new AtomicInteger();
          Pieces.share(workers(3), 5, (worker, piece) ->
              Pieces.share(workers(2), 4, (inner, part) -> sum.addAndGet(piece * 4 + part)));
          right.addAndGet(sum.get() == 190 ? 1 : 0);
        }
      }));
    }
    for (Thread caller : callers) {
      caller.join();
    }
    assertEquals(800, right.get());
  }

  /** Of any class, on any thread: both pieces run at once, and one of them fails. */
  @Test
  void throwsWhatIsNeitherRuntimeExceptionNorError() {
    for (int failing : new int[] {0, 1}) {
      IOException thrown = new IOException("piece " + failing);
      CountDownLatch both = new CountDownLatch(2);
      AtomicInteger done = new AtomicInteger();
      assertSame(thrown, assertThrows(IOException.class, () -> Pieces.share(workers(2), 2, (worker, piece) -> {
        both.countDown();
        await(both);
        if (piece == failing) {
          PiecesTest.<RuntimeException>throwUnchecked(thrown);
        }
        LockSupport.parkNanos(1_000_000);
        done.incrementAndGet();
      })));
      assertEquals(1, done.get());
    }
  }

  @SuppressWarnings("unchecked")
  private static <T extends Throwable> void throwUnchecked(Throwable thrown) throws T {
    throw (T) thrown;
  }

  @Test
  void refusesNoWorkersAndNegativeCounts() {
    assertEquals("workers: expected at least 1, got none",
        assertThrows(IllegalArgumentException.class, () -> Pieces.share(List.of(), 2, (worker, piece) -> {})).getMessage());
    assertEquals("count: expected 0 pieces or more, got -1",
        assertThrows(IllegalArgumentException.class, () -> Pieces.share(workers(2), -1, (worker, piece) -> {})).getMessage());
  }

  /** Calls that ended while all threads were busy with another leave nothing behind. */
  @Test
  void callsThatNobodyJoinedLeaveNothingBehind() throws InterruptedException {
    int threads = Math.max(2, Runtime.getRuntime().availableProcessors());
    CountDownLatch busy = new CountDownLatch(threads);
    CountDownLatch end = new CountDownLatch(1);
    Thread other = Thread.ofPlatform().start(() -> Pieces.share(workers(threads), threads, (worker, piece) -> {
      busy.countDown();
      await(end);
    }));
    await(busy);
    AtomicInteger sum = new AtomicInteger();
    for (int call = 0; call < 1000; call++) {
      Pieces.share(workers(threads), 4, (worker, piece) -> sum.addAndGet(piece));
    }
    int left = Pieces.THREADS.getQueue().size();
    end.countDown();
    other.join();
    assertEquals(6000, sum.get());
    assertEquals(0, left);
  }

  /** An interrupt neither loses pieces nor is lost. */
  @Test
  void interruptedCallersWaitForThePieces() {
    AtomicInteger done = new AtomicInteger();
    CountDownLatch both = new CountDownLatch(2);
    Thread.currentThread().interrupt();
    Pieces.share(workers(2), 2, (worker, piece) -> {
      boolean interrupted = Thread.interrupted();
      both.countDown();
      await(both);
      if (interrupted) {
        Thread.currentThread().interrupt();
      } else {
        pause();
      }
      done.incrementAndGet();
    });
    assertEquals(2, done.get());
    assertTrue(Thread.interrupted());
    assertFalse(Thread.interrupted());
  }

  private static void pause() {
    try {
      Thread.sleep(20);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
