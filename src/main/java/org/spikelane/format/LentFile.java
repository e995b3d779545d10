package org.spikelane.format;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The content of a file, lent to a library that reads it, and taken back when the library takes too long or too much
 * memory.
 *
 * <p>Structures of a file may point at each other so that following them lasts for years or fills the heap, though the
 * file is small and every address in it is sound. The library cannot be told to stop; but the memory that it reads can
 * be freed under it, and its next access then throws. Lent to the thread that opened it, and to that thread alone.
 */
final class LentFile implements AutoCloseable {

  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  /** For objects of the library: sound files take a small part of that. */
  private static final long BYTES_ALLOWED = 64L << 20;
  private static final long BYTES_ALLOWED_PER_BYTE = 64;
  private static final long NANOSECONDS_ALLOWED = TimeUnit.SECONDS.toNanos(20);
  private static final long NANOSECONDS_ALLOWED_PER_BYTE = 1000;
  private static final long MILLISECONDS_BETWEEN_LOOKS = 5;

  private final Arena arena;
  private final ByteBuffer bytes;
  private boolean freed;
  private final Thread watch;
  private final AtomicLong allowed;
  private volatile boolean takenBack;

  private LentFile(Arena arena, ByteBuffer bytes) {
    this.arena = arena;
    this.bytes = bytes;
    this.allowed = new AtomicLong(BYTES_ALLOWED + BYTES_ALLOWED_PER_BYTE * bytes.limit());
    long reader = Thread.currentThread().threadId();
    this.watch = Thread.ofPlatform().daemon().name("lent file").unstarted(() -> watch(reader));
  }

  /**
   * Reads a file and lends it.
   *
   * @throws FormatException if it cannot be read, or has 2 GiB or more
   */
  @SuppressWarnings("MustBeClosedChecker") // Closed with the lent file, or by the watch before that.
  static LentFile open(Path file) throws FormatException {
    Arena arena = Arena.ofShared();
    try (FileChannel channel = FileChannel.open(file)) {
      long size = channel.size();
      if (size > Integer.MAX_VALUE - 8) {
        throw new FormatException(file, "expected a file of less than 2 GiB, got " + size + " bytes");
      }
      ByteBuffer bytes = arena.allocate(Math.max(size, 1)).asByteBuffer().limit((int) size);
      while (bytes.hasRemaining()) {
        if (channel.read(bytes) < 0) {
          throw new FormatException(file, "expected " + size + " bytes, got " + bytes.position());
        }
      }
      return lent(arena, bytes.flip());
    } catch (IOException e) {
      arena.close();
      throw e instanceof FormatException known ? known : FormatException.unreadable(file, e);
    }
  }

  /** Lends a copy of a content. */
  @SuppressWarnings("MustBeClosedChecker") // As above.
  static LentFile of(byte[] content) {
    Arena arena = Arena.ofShared();
    ByteBuffer bytes = arena.allocate(Math.max(content.length, 1)).asByteBuffer().limit(content.length);
    return lent(arena, bytes.put(content).flip());
  }

  private static LentFile lent(Arena arena, ByteBuffer bytes) {
    LentFile lent = new LentFile(arena, bytes);
    lent.watch.start();
    return lent;
  }

  /** The content; it fails when it was taken back. */
  ByteBuffer bytes() {
    return bytes;
  }

  /** Number of bytes. */
  int size() {
    return bytes.capacity();
  }

  /** Lets the reading thread take so many bytes more, of which somebody else has made sure. */
  void allow(long more) {
    allowed.addAndGet(more);
  }

  /** Whether the content was taken back. */
  boolean takenBack() {
    return takenBack;
  }

  private void watch(long reader) {
    long began = System.nanoTime();
    long patience = NANOSECONDS_ALLOWED + NANOSECONDS_ALLOWED_PER_BYTE * bytes.capacity();
    long before = THREADS.getThreadAllocatedBytes(reader);
    try {
      do {
        Thread.sleep(MILLISECONDS_BETWEEN_LOOKS);
        long taken = THREADS.getThreadAllocatedBytes(reader) - before;
        takenBack |= taken > allowed.get() || System.nanoTime() - began > patience;
      } while (!takenBack || !isFreed());
    } catch (InterruptedException e) {
      // The file was closed, which ends the watch.
    }
  }

  /** Frees the memory, unless it is held at the moment, as native code does while it reads there. */
  private boolean isFreed() {
    try {
      free();
      return true;
    } catch (IllegalStateException e) {
      return false;
    }
  }

  private synchronized void free() {
    if (!freed) {
      arena.close();
      freed = true;
    }
  }

  @Override
  public void close() {
    watch.interrupt();
    free();
  }
}
