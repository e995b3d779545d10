package org.spikelane.kernels;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;

/** {@code synaptic_step.cpp}, compiled by g++ where there is one. */
final class NativeStep implements AutoCloseable {

  private static final String NAME = "synaptic_step";
  private static final List<String> COMPILER = List.of("g++", "-O3", "-march=native", "-ffp-contract=off", "-o");

  private final Path folder;
  private final boolean compiled;

  /** Compiles it, or says on {@code System.out} why not. */
  NativeStep() throws IOException, InterruptedException {
    folder = Files.createTempDirectory(NAME);
    Path source = folder.resolve(NAME + ".cpp");
    try (InputStream in = NativeStep.class.getResourceAsStream("/" + NAME + ".cpp")) {
      Files.copy(in, source);
    }
    compiled = compile(source);
  }

  private boolean compile(Path source) throws InterruptedException {
    try {
      List<String> command = new ArrayList<>(COMPILER);
      command.add(folder.resolve(NAME).toString());
      command.add(source.toString());
      int status = new ProcessBuilder(command).inheritIO().start().waitFor();
      System.out.println(status == 0 ? String.join(" ", command) : "C++ skipped: g++ exited with " + status);
      return status == 0;
    } catch (IOException absent) {
      System.out.println("C++ skipped: no g++ here (" + absent.getMessage() + ")");
      return false;
    }
  }

  /** ns per neuron-step of a row of {@code size} neurons, measured now; empty without a compiler. */
  OptionalDouble measure(int size) throws IOException, InterruptedException {
    if (!compiled) {
      return OptionalDouble.empty();
    }
    Process process = new ProcessBuilder(folder.resolve(NAME).toString(), Integer.toString(size))
        .redirectError(ProcessBuilder.Redirect.INHERIT).start();
    String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new IOException(NAME + " " + size + " exited with " + process.exitValue());
    }
    return OptionalDouble.of(Double.parseDouble(printed.strip()));
  }

  @Override
  public void close() throws IOException {
    Files.deleteIfExists(folder.resolve(NAME));
    Files.deleteIfExists(folder.resolve(NAME + ".cpp"));
    Files.deleteIfExists(folder);
  }
}
