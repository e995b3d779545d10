package org.spikelane.format;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Pipe;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class LentFileTest {

  /** More than a pipe takes before somebody reads from it. */
  private static final int BYTES = 1 << 20;

  @TempDir
  private Path folder;

  @Test
  @Timeout(60)
  void takesBackWhatNativeCodeHeldAtFirst() throws IOException, InterruptedException, ExecutionException {
    Path file = Files.write(folder.resolve("file"), new byte[BYTES]);
    Pipe pipe = Pipe.open();
    try (LentFile lent = LentFile.open(file); Pipe.SourceChannel source = pipe.source();
        Pipe.SinkChannel sink = pipe.sink()) {
      FutureTask<Integer> holder = new FutureTask<>(() -> sink.write(lent.bytes().duplicate()));
      Thread.ofPlatform().daemon().start(holder);
      ByteBuffer read = ByteBuffer.allocate(BYTES);
      source.read(read.limit(1));
      lent.allow(Long.MIN_VALUE / 2);
      while (!lent.takenBack()) {
        Thread.sleep(1);
      }
      // Time for a look or two that end in vain.
      Thread.sleep(20);
      assertEquals(0, lent.bytes().get(0));
      read.limit(BYTES);
      while (read.hasRemaining()) {
        source.read(read);
      }
      assertEquals(BYTES, holder.get());
      while (isReadable(lent)) {
        Thread.sleep(1);
      }
    }
  }

  @Test
  void freesItWhenItIsClosed() throws IOException {
    LentFile lent = LentFile.open(Files.write(folder.resolve("file"), new byte[] {1, 2, 3}));
    assertEquals(3, lent.size());
    assertEquals(2, lent.bytes().get(1));
    lent.close();
    assertThrows(IllegalStateException.class, () -> lent.bytes().get(1));
    lent.close();
  }

  private static boolean isReadable(LentFile lent) {
    try {
      lent.bytes().get(0);
      return true;
    } catch (IllegalStateException e) {
      return false;
    }
  }
}
