package org.spikelane.format;

import java.io.IOException;
import java.nio.file.Path;

/**
 * A file that is malformed or cannot be read.
 *
 * <p>The message is one line fit to show to a user: the file, the place in it, what was expected and what came. Names
 * that come out of a file are untrusted, so control characters are replaced by {@code ?} and very long messages are cut.
 */
public final class FormatException extends IOException {

  private static final long serialVersionUID = 1L;
  private static final int LONGEST = 600;

  /**
   * @param file the file (or folder) that is at fault
   * @param problem the place, what was expected there, and what came
   */
  public FormatException(Path file, String problem) {
    super(line(file + ": " + problem));
  }

  /**
   * @param file the file (or folder) that is at fault
   * @param problem the place, what was expected there, and what came
   * @param cause what went wrong underneath; its text is not part of the message
   */
  public FormatException(Path file, String problem, Throwable cause) {
    super(line(file + ": " + problem), cause);
  }

  /** A file (or folder) that cannot be read; the message says why in plain words. */
  public static FormatException unreadable(Path file, IOException cause) {
    return new FormatException(file, "cannot be read: " + FileProblem.inWords(cause), cause);
  }

  private static String line(String message) {
    StringBuilder line = new StringBuilder(Math.min(message.length(), LONGEST) + 3);
    for (int i = 0; i < message.length() && i < LONGEST; i++) {
      char c = message.charAt(i);
      line.append(Character.isISOControl(c) || c == '\u2028' || c == '\u2029' ? '?' : c);
    }
    return message.length() > LONGEST ? line.append("...").toString() : line.toString();
  }
}
