package org.spikelane.cli;

/** Something that the user can mend. The message is one line: what was expected, what came, what to do. */
final class UserError extends RuntimeException {

  private static final long serialVersionUID = 1L;

  UserError(String message) {
    super(message);
  }

  UserError(String message, Throwable cause) {
    super(message, cause);
  }
}
