package org.spikelane.cli;

import java.io.Console;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.spikelane.format.FileProblem;
import org.spikelane.format.FormatException;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;
import picocli.CommandLine.UnmatchedArgumentException;

/** The command line. */
@Command(name = "spikelane", mixinStandardHelpOptions = true, versionProvider = Spikelane.Version.class,
    scope = ScopeType.INHERIT, usageHelpWidth = 100, sortOptions = false,
    description = "Trains and runs networks of spiking neurons.",
    footer = {
        "",
        "Examples:",
        "  spikelane train                       train on the spoken digits that come with spikelane",
        "  spikelane eval spikelane-model.safetensors",
        "  spikelane predict spikelane-model.safetensors --sample 7",
        "  spikelane info                        version, JVM, kernels, data",
        "  spikelane inspect network.nir         a network of another framework",
        "  spikelane run network.nir --input x.npy --output y.npy",
        "",
        "See 'spikelane COMMAND --help' for the options of a command."
    })
public final class Spikelane implements Runnable {

  private static final int FAILED = 1;
  private static final int WRONG_USE = 2;
  /** As shells see a program that a closed pipe's signal ends: {@code | head} has what it wanted, and nothing is said. */
  private static final int READER_GONE = 128 + 13;
  /** Looked for before anything is parsed, so that it holds for every failure. */
  private static final String DEBUG = "--debug";

  private static final Map<Class<?>, Long> MOST = Map.of(int.class, (long) Integer.MAX_VALUE, Integer.class,
      (long) Integer.MAX_VALUE, long.class, Long.MAX_VALUE, Long.class, Long.MAX_VALUE);
  private static final Set<Class<?>> FRACTIONS = Set.of(float.class, Float.class, double.class, Double.class);

  @Spec
  private CommandSpec spec;

  private Spikelane() {}

  /** Starts the command line of this JVM, and ends the JVM with its exit code. */
  public static void main(String[] args) {
    boolean terminal = Optional.ofNullable(System.console()).map(Console::isTerminal).orElse(false);
    PrintWriter out = new StandardOutput(new FileOutputStream(FileDescriptor.out), System.out.charset());
    PrintWriter err = new PrintWriter(new FileOutputStream(FileDescriptor.err), true, System.err.charset());
    System.exit(run(Surroundings.ofThisJvm(out, err, terminal), args));
  }

  /**
   * Runs a command in this JVM.
   *
   * @param out where results go
   * @param err where failures go
   * @param args a command and its options
   * @return 0 if it did what it was asked for, 2 if it was asked for something impossible or {@code out} cannot be written,
   *     1 if it failed
   */
  public static int run(PrintWriter out, PrintWriter err, String... args) {
    return run(Surroundings.ofThisJvm(out, err, false), args);
  }

  static int run(Surroundings surroundings, String... args) {
    PrintWriter err = surroundings.err();
    boolean debug = Arrays.asList(args).contains(DEBUG);
    try {
      Map<String, Supplier<Object>> commands = commands(surroundings);
      String[] words = asOption(commands.keySet(), args);
      int code = commandLine(surroundings, debug, commands, words.length == 0 ? "" : words[0]).execute(words);
      if (code == 0 && surroundings.out() instanceof StandardOutput pipe && pipe.readerHasGone()) {
        return READER_GONE;
      }
      if (code == 0 && surroundings.outputIsLost()) {
        throw new UserError(Surroundings.LOST_OUTPUT);
      }
      return code;
    } catch (UserError e) {
      return fail(err, e, debug, WRONG_USE, e.getMessage());
    } catch (OutOfMemoryError e) {
      String heap = Runtime.getRuntime().maxMemory() / (1 << 20) + " MiB";
      return fail(err, e, debug, FAILED, "out of memory with a heap of " + heap
          + "; choose fewer steps or neurons, or allow more memory, as in SPIKELANE_OPTS=-Xmx8g");
    } catch (StackOverflowError | LinkageError | AssertionError e) {
      return fail(err, e, debug, FAILED, internal(e));
    } finally {
      surroundings.out().flush();
      err.flush();
    }
  }

  /** {@code help COMMAND} as {@code COMMAND --help}; of what begins with no command only that, as help would hide it. */
  private static String[] asOption(Set<String> commands, String... args) {
    if (args.length == 0 || commands.contains(args[0]) || args[0].startsWith("-")) {
      return args;
    }
    if (!args[0].equals("help")) {
      return new String[] {args[0]};
    }
    if (args.length > 2) {
      throw new UserError("help: expected one command, got " + String.join(" ", Arrays.asList(args).subList(1, args.length))
          + "; see spikelane --help");
    }
    if (args.length == 1) {
      return new String[] {"--help"};
    }
    return commands.contains(args[1]) ? new String[] {args[1], "--help"} : new String[] {args[1]};
  }

  private static CommandLine commandLine(Surroundings surroundings, boolean debug, Map<String, Supplier<Object>> commands,
      String first) {
    CommandLine line = new CommandLine(new Spikelane());
    line.getCommandSpec().addOption(OptionSpec.builder(DEBUG).type(boolean.class).scopeType(ScopeType.INHERIT)
        .description("Show the stack trace of a failure.").build());
    // Describing a command takes milliseconds of reflection: where the first word is one, nobody sees the others.
    if (commands.containsKey(first)) {
      commands.keySet().retainAll(Set.of(first));
    }
    commands.values().forEach(command -> line.addSubcommand(command.get()));
    convert(line, NeuronKind.class);
    convert(line, LossKind.class);
    convert(line, SurrogateKind.class);
    convert(line, OptimizerKind.class);
    convert(line, ResetKind.class);
    line.registerConverter(Path.class, Spikelane::path);
    line.setExpandAtFiles(false);
    line.setOut(surroundings.out());
    line.setErr(surroundings.err());
    line.setColorScheme(CommandLine.Help.defaultColorScheme(surroundings.terminal() ? Ansi.AUTO : Ansi.OFF));
    line.setParameterExceptionHandler((e, args) -> fail(surroundings.err(), e, debug, WRONG_USE,
        problem(e) + "; see " + e.getCommandLine().getCommandSpec().qualifiedName() + " --help"));
    line.setExecutionExceptionHandler((e, command, parsed) -> switch (e) {
      case UserError wrong -> fail(surroundings.err(), e, debug, WRONG_USE, wrong.getMessage());
      case FormatException wrong -> fail(surroundings.err(), e, debug, WRONG_USE, wrong.getMessage());
      case IOException io -> fail(surroundings.err(), e, debug, WRONG_USE, FileProblem.inWords(io));
      default -> fail(surroundings.err(), e, debug, FAILED, internal(e));
    });
    return line;
  }

  /** In the order in which the help lists them. */
  private static Map<String, Supplier<Object>> commands(Surroundings surroundings) {
    Map<String, Supplier<Object>> commands = new LinkedHashMap<>();
    commands.put("train", () -> new TrainCommand(surroundings));
    commands.put("eval", () -> new EvalCommand(surroundings));
    commands.put("predict", () -> new PredictCommand(surroundings));
    commands.put("info", () -> new InfoCommand(surroundings));
    commands.put("inspect", () -> new InspectCommand(surroundings));
    commands.put("convert", () -> new ConvertCommand(surroundings));
    commands.put("run", () -> new RunCommand(surroundings));
    return commands;
  }

  private static String problem(ParameterException e) {
    if (e instanceof UnmatchedArgumentException unmatched) {
      List<String> near = unmatched.getSuggestions();
      return (unmatched.isUnknownOption() ? "unknown option '" : "unexpected argument '")
          + unmatched.getUnmatched().getFirst() + "'"
          + (near.isEmpty() ? "" : ", did you mean " + near.getFirst() + "?");
    }
    if (e instanceof MissingParameterException missing) {
      return "expected " + missing.getMissing().stream().map(Spikelane::spelled).collect(Collectors.joining(", "));
    }
    if (e.getArgSpec() != null && e.getCause() instanceof TypeConversionException wrong) {
      String name = e.getArgSpec() instanceof OptionSpec option ? option.longestName() : e.getArgSpec().paramLabel();
      return name + ": " + expected(e.getArgSpec().auxiliaryTypes()[0], e.getValue(), wrong.getMessage());
    }
    return e.getMessage();
  }

  private static String expected(Class<?> type, String value, String otherwise) {
    if (FRACTIONS.contains(type)) {
      return "expected a number, got '" + value + "'";
    }
    if (MOST.containsKey(type)) {
      String most = value.matches("\\d+") ? " up to " + MOST.get(type) : "";
      return "expected a whole number" + most + ", got '" + value + "'";
    }
    return otherwise;
  }

  private static String spelled(ArgSpec missing) {
    return missing instanceof OptionSpec option ? option.longestName() + "=" + option.paramLabel() : missing.paramLabel();
  }

  private static Path path(String text) {
    if (text.isEmpty()) { // Java takes it for the current folder.
      throw new TypeConversionException("expected the name of a file or folder, got ''");
    }
    try {
      return Path.of(text);
    } catch (InvalidPathException e) {
      throw new TypeConversionException("expected a name that the locale has the characters for, got '" + text + "'");
    }
  }

  private static <E extends Enum<E>> void convert(CommandLine line, Class<E> type) {
    line.registerConverter(type, text -> {
      try {
        return Choice.parse(type, text);
      } catch (IllegalArgumentException e) {
        throw new TypeConversionException(e.getMessage());
      }
    });
  }

  private static String internal(Throwable e) {
    return "internal error: " + e + "; run again with --debug for the trace";
  }

  private static int fail(PrintWriter err, Throwable e, boolean debug, int code, String message) {
    err.println("spikelane: " + Printable.of(message));
    if (debug) {
      e.printStackTrace(err);
    }
    return code;
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "expected a command: train, eval, predict, info, inspect,"
        + " convert or run");
  }

  /** The version in the jar's manifest. */
  static final class Version implements CommandLine.IVersionProvider {

    static String text() {
      return Objects.requireNonNullElse(Spikelane.class.getPackage().getImplementationVersion(), "not packaged");
    }

    @Override
    public String[] getVersion() {
      return new String[] {"spikelane " + text()};
    }
  }
}
