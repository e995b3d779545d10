package org.spikelane.cli;

/** Text out of files and exceptions, made fit for one line of a terminal. */
final class Printable {

  private Printable() {}

  /** The text with every control character replaced by {@code ?}, line breaks by a space. */
  static String of(String text) {
    StringBuilder line = new StringBuilder(text.length());
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '\n' || c == '\r') {
        line.append(' ');
      } else {
        line.append(Character.isISOControl(c) || c == '\u2028' || c == '\u2029' ? '?' : c);
      }
    }
    return line.toString();
  }
}
