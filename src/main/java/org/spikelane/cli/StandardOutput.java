package org.spikelane.cli;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.Charset;

/**
 * Standard output, past {@code System.out}: that, and any {@link PrintWriter}, keeps to itself that its reader has gone, as
 * {@code head} does.
 */
final class StandardOutput extends PrintWriter {

  private final Pipe pipe;

  /** Prints to a stream, line by line. */
  StandardOutput(OutputStream to, Charset charset) {
    this(new Pipe(to), charset);
  }

  private StandardOutput(Pipe pipe, Charset charset) {
    super(new OutputStreamWriter(pipe, charset), true);
    this.pipe = pipe;
  }

  /** Whether something could not be printed as nobody reads any more. */
  boolean readerHasGone() {
    return checkError() && pipe.broken;
  }

  private static final class Pipe extends FilterOutputStream {

    private boolean broken;

    Pipe(OutputStream to) {
      super(to);
    }

    @Override
    public void write(int b) throws IOException {
      write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int from, int length) throws IOException {
      try {
        out.write(bytes, from, length);
      } catch (IOException e) {
        broken = "Broken pipe".equals(e.getMessage());
        throw e;
      }
    }
  }
}
