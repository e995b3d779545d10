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

/** The Java of the README: what it shows compiles, and what needs no files runs. */
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
    assertTrue(blocks.size() >= 5, "Java in README.md: " + blocks.size());
    List<Path> sources = new ArrayList<>();
    List<String> running = new ArrayList<>();
    for (String block : blocks) {
      Matcher program = PROGRAM.matcher(block);
      boolean whole = program.find();
      String name = whole ? program.group(1) : "Part" + sources.size();
      String source = whole ? block : FRAME.replace("NAME", name).replace("PART", block);
      sources.add(Files.writeString(folder.resolve(name + ".java"), source));
      if (!block.contains("Path.of(")) {
        running.add(name);
      }
    }
    compile(sources);
    try (URLClassLoader loader = new URLClassLoader(new URL[] {folder.toUri().toURL()}, getClass().getClassLoader())) {
      for (String name : running) {
        ((Runnable) loader.loadClass(name).getDeclaredConstructor().newInstance()).run();
      }
    }
    assertEquals(3, running.size(), "parts that run: " + running);
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
