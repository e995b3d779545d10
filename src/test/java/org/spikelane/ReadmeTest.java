package org.spikelane;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.StringWriter;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The Java of the README: what it shows compiles, and all but what reads networks from elsewhere runs. */
class ReadmeTest {

  private static final Pattern BLOCK = Pattern.compile("(?ms)^```java\n(.*?)^```$");
  private static final Pattern PROGRAM = Pattern.compile("public class (\\w+)");

  /** Where parts of a program stand: what the text around them says is there already. */
  private static final String FRAME = """
      import com.google.gson.*;
      import java.nio.file.*;
      import java.util.*;
      import org.spikelane.data.*;
      import org.spikelane.exchange.*;
      import org.spikelane.kernels.*;
      import org.spikelane.layer.*;
      import org.spikelane.network.*;
      import org.spikelane.training.*;

      public class NAME implements Runnable {
        final int steps = 70;
        final int samples = 16;
        final float[] x = new float[steps * samples * 40];
        final float[] chunk = new float[steps * 40];
        final Network net = Network.input(40).linear("fc1", 128).rLeaky("lif1", n -> n.beta(0.9f).allToAll())
            .linear("fc2", 10).rLeaky("lif2", n -> n.beta(0.95f).oneToOne(new float[10])).build(1);
        final Session ear = net.session();

        @Override
        public void run() {
          try {
            part();
          } catch (Exception e) {
            throw new AssertionError(e);
          }
        }

        void part() throws Exception {
      PART
        }
      }
      """;

  @TempDir
  Path folder;

  @Test
  void javaCompilesAndRuns() throws Exception {
    List<String> blocks = blocks();
    List<Path> sources = new ArrayList<>();
    List<String> programs = new ArrayList<>();
    List<String> parts = new ArrayList<>();
    for (String block : blocks) {
      Matcher program = PROGRAM.matcher(block);
      if (program.find()) {
        programs.add(program.group(1));
        sources.add(Files.writeString(folder.resolve(programs.getLast() + ".java"), shortened(block)));
      } else {
        String name = "Part" + sources.size();
        sources.add(Files.writeString(folder.resolve(name + ".java"), FRAME.replace("NAME", name).replace("PART", block)));
        if (!block.contains("Path.of(")) {
          parts.add(name);
        }
      }
    }
    compile(sources);
    try (URLClassLoader loader = new URLClassLoader(new URL[] {folder.toUri().toURL()}, getClass().getClassLoader())) {
      for (String name : programs) {
        loader.loadClass(name).getMethod("main", String[].class).invoke(null, (Object) new String[0]);
      }
      for (String name : parts) {
        ((Runnable) loader.loadClass(name).getDeclaredConstructor().newInstance()).run();
      }
    }
    assertEquals(1, programs.size(), "programs: " + programs);
    assertEquals(3, parts.size(), "parts that run: " + parts);
    assertTrue(Files.size(folder.resolve("digits.safetensors")) > 0);
  }

  /** A program that trains for one epoch and writes into the folder of this test. */
  private String shortened(String program) throws IOException {
    Path data = Path.of("src", "main", "data", "fsdd-spikes");
    Path here = Files.exists(data) ? data : Path.of("main", "data", "fsdd-spikes");
    String changed = program.replace(", 15, epoch", ", 1, epoch").replace("Path.of(\"digits", "Path.of(\"" + folder + "/digits")
        .replace("src/main/data/fsdd-spikes", here.toRealPath().toString());
    assertEquals(List.of(0, 2, 1), List.of(", 15,", folder.toString(), here.toRealPath().toString()).stream()
        .map(text -> changed.split(Pattern.quote(text), -1).length - 1).toList(), changed);
    return changed;
  }

  private static List<String> blocks() throws IOException {
    Path readme = Path.of("README.md");
    return BLOCK.matcher(Files.readString(Files.exists(readme) ? readme : Path.of("..").resolve(readme))).results()
        .map((MatchResult block) -> block.group(1)).toList();
  }

  private void compile(List<Path> sources) throws IOException {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    StringWriter errors = new StringWriter();
    String classPath = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
      boolean compiled = compiler.getTask(errors, files, null,
          List.of("-d", folder.toString(), "-cp", classPath, "-proc:none", "-nowarn"), null,
          files.getJavaFileObjectsFromPaths(sources)).call();
      assertTrue(compiled, () -> "README.md: " + errors);
    }
  }
}
