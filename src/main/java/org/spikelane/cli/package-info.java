/**
 * The command line: {@code spikelane train | eval | predict | info | inspect | convert | run}.
 *
 * <p>Results go to standard output. A failure is one line on standard error, its exit code 2 where the user can mend it
 * and 1 where not; {@code --debug} adds the stack trace.
 */
package org.spikelane.cli;
