package org.spikelane;

import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** The command lines of what the benchmarks' jar has besides JMH: what is wrong is said in one line, exit code 2. */
public final class Program {

  /** A matrix of so many neurons to as many others takes 1 GiB. */
  public static final int MOST_NEURONS = 1 << 14;

  private Program() {}

  /**
   * The command line of an annotated program.
   *
   * <p>Its exit code is 2 for arguments that cannot be used and 1 for a JVM that it cannot measure in, each with one
   * line.
   */
  public static CommandLine of(Callable<Integer> program) {
    CommandLine line = new CommandLine(program);
    // So that a number below 0 is taken for a number, and refused as one.
    line.setUnmatchedOptionsArePositionalParams(true);
    line.setParameterExceptionHandler((e, args) -> fail(e.getCommandLine(), 2, e.getMessage() + "; see --help"));
    line.setExecutionExceptionHandler((e, command, parsed) -> {
      if (e instanceof IllegalStateException) {
        return fail(command, 1, e.getMessage());
      }
      throw e;
    });
    return line;
  }

  private static int fail(CommandLine line, int code, String message) {
    line.getErr().println(oneLine(message));
    return code;
  }

  /** A message without the line breaks of what it repeats. */
  public static String oneLine(String message) {
    return message.strip().replaceAll("\\s*\\R\\s*", " ");
  }

  /**
   * The whole number that an argument says.
   *
   * @param name what the help calls the argument
   * @throws ParameterException if it is none, or not one from 1 to {@code most}
   */
  public static int wholeNumber(CommandSpec spec, String name, String text, int most) {
    try {
      int value = Integer.parseInt(text);
      if (value >= 1 && value <= most) {
        return value;
      }
      throw refusal(spec, name, text, most, null);
    } catch (NumberFormatException e) {
      throw refusal(spec, name, text, most, e);
    }
  }

  private static ParameterException refusal(CommandSpec spec, String name, String text, int most, Throwable cause) {
    return new ParameterException(spec.commandLine(),
        name + ": expected a whole number from 1 to " + most + ", got '" + text + "'", cause);
  }
}
