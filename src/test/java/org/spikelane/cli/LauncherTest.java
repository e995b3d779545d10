package org.spikelane.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The shell script, with scripts in the place of java that print how they were called. */
@DisabledOnOs(OS.WINDOWS)
class LauncherTest {

  @TempDir
  private Path folder;

  private Path home;
  private Path launcher;

  private record Result(int code, String output) {}

  @BeforeEach
  void install() throws IOException {
    home = folder.toRealPath().resolve("a folder");
    Files.createDirectories(home.resolve("lib"));
    launcher = Files.createDirectories(home.resolve("bin")).resolve("spikelane");
    Files.copy(Path.of("main", "bin", "spikelane"), launcher, StandardCopyOption.COPY_ATTRIBUTES);
  }

  /** A JDK whose java prints its arguments and ends with 7. */
  private Path jdk(String name, String version, boolean release) throws IOException {
    Path bin = Files.createDirectories(folder.resolve(name).resolve("bin"));
    if (release) {
      Files.writeString(bin.resolveSibling("release"), "IMPLEMENTOR=\"X\"\nJAVA_VERSION=\"" + version + "\"\n");
    }
    Path java = Files.writeString(bin.resolve("java"), "#!/bin/sh\n"
        + "if [ \"$1\" = -version ]; then echo 'openjdk version \"" + version + "\" 2026-01-01' >&2; exit; fi\n"
        + "echo " + name + "; echo LC_ALL=${LC_ALL:-}; for word in \"$@\"; do echo \"[$word]\"; done; exit 7\n");
    assertTrue(java.toFile().setExecutable(true));
    return java;
  }

  private Result start(Map<String, String> environment, Path command, String... args)
      throws IOException, InterruptedException {
    ProcessBuilder builder = new ProcessBuilder(
        Stream.concat(Stream.of(command.toString()), Stream.of(args)).toList());
    builder.environment().keySet().removeAll(
        List.of("JAVA_HOME", "SPIKELANE_JAVA", "SPIKELANE_OPTS", "LC_ALL", "LC_CTYPE", "LANG"));
    builder.environment().putAll(environment);
    Process process = builder.directory(folder.toFile()).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Result(process.waitFor(), output);
  }

  @Test
  void passesArgumentsAndExitCodeOn() throws IOException, InterruptedException {
    String java = jdk("new", "25.0.1", true).toString();
    Result result = start(Map.of("SPIKELANE_JAVA", java, "SPIKELANE_OPTS", "-Xmx1g -Done=two"), launcher, "train",
        "a b", "", "*");
    assertEquals(7, result.code());
    for (String line : List.of("new", "[--add-modules=jdk.incubator.vector]", "[-Xmx1g]", "[-Done=two]",
        "[-Dspikelane.home=" + home + "]", "[" + home + "/lib/*]", "[a b]", "[]", "[*]")) {
      assertTrue(result.output().lines().anyMatch(line::equals), () -> line + " in " + result.output());
    }
  }

  @Test
  void keepsItsCollectorUnlessAnotherIsChosen() throws IOException, InterruptedException {
    String java = jdk("new", "25", true).toString();
    Map<String, Boolean> cases = Map.of("-Xmx1g", true, "-XX:+UseTransparentHugePages -XX:MaxGCPauseMillis=50", true,
        "-XX:+UseGCOverheadLimit", true, "-Xmx1g -XX:+UseZGC", false, "-XX:+UseSerialGC -Xmx1g", false);
    for (Map.Entry<String, Boolean> options : cases.entrySet()) {
      String output = start(Map.of("SPIKELANE_JAVA", java, "SPIKELANE_OPTS", options.getKey()), launcher, "info").output();
      assertEquals(options.getValue(), output.contains("[-XX:+UseParallelGC]"), options.getKey());
    }
  }

  @Test
  void followsLinksToItself() throws IOException, InterruptedException {
    String java = jdk("new", "25", true).toString();
    Path first = Files.createSymbolicLink(home.resolve("link"), Path.of("bin/spikelane"));
    Path second = Files.createSymbolicLink(folder.resolve("spikelane"), first);
    Result result = start(Map.of("SPIKELANE_JAVA", java), second);
    assertTrue(result.output().contains("[-Dspikelane.home=" + home + "]"), result.output());
  }

  @Test
  void startsWithTheArchiveThatTheBuildMade() throws IOException, InterruptedException {
    Map<String, String> environment = Map.of("SPIKELANE_JAVA", jdk("new", "25", true).toString());
    assertFalse(start(environment, launcher, "info").output().contains("Archive"));
    Path archive = Files.createFile(home.resolve("lib").resolve("spikelane.jsa"));
    String output = start(environment, launcher, "info").output();
    assertTrue(output.contains("[-XX:SharedArchiveFile=" + archive + "]\n"), output);
    assertTrue(output.contains("[org.spikelane.cli.Spikelane]\n[info]\n"), output);
  }

  @Test
  void waitsForTheCompilerOnOneProcessorOnly() throws IOException, InterruptedException {
    String java = jdk("new", "25", true).toString();
    Path programs = Files.createDirectories(folder.resolve("programs"));
    for (String processors : List.of("1", "2")) {
      Path nproc = Files.writeString(programs.resolve("nproc"), "#!/bin/sh\necho " + processors + "\n");
      assertTrue(nproc.toFile().setExecutable(true));
      Map<String, String> environment =
          Map.of("SPIKELANE_JAVA", java, "PATH", programs + ":" + System.getenv("PATH"));
      for (String command : List.of("train", "eval", "run", "predict", "info", "--help")) {
        boolean waits = processors.equals("1") && List.of("train", "eval", "run").contains(command);
        assertEquals(waits, start(environment, launcher, command).output().contains("[-Xbatch]"), command);
      }
    }
  }

  @Test
  void compilesKernelsEarlyAndLoopsLateWhereThereIsTimeToWin() throws IOException, InterruptedException {
    Map<String, String> environment =
        Map.of("SPIKELANE_JAVA", jdk("new", "25", true).toString(), "SPIKELANE_OPTS", "-Dlast=word");
    for (String command : List.of("train", "eval", "run", "predict", "info", "--help")) {
      String output = start(environment, launcher, command).output();
      boolean early = output.contains("""
          [-XX:CompileCommand=quiet]
          [-XX:CompileCommand=CompileThresholdScaling,org.spikelane.kernels.*::*,0.2]
          """);
      assertEquals(List.of("train", "eval", "run").contains(command), early, output);
      boolean training = output.contains("""
          [-XX:Tier4BackEdgeThreshold=1000000]
          [-XX:FreqInlineSize=125]
          """);
      assertEquals(List.of("train", "eval").contains(command), training, output);
      // The JVM takes the last of two options that differ: the user's.
      assertTrue(output.lastIndexOf("[-XX:") < output.indexOf("[-Dlast=word]"), output);
    }
  }

  @Test
  void readsTheVersionBehindALink() throws IOException, InterruptedException {
    Path java = jdk("old", "17.0.15", true);
    // It would call itself recent if it were asked.
    Files.writeString(java, Files.readString(java).replace("17.0.15", "25"));
    Path link = Files.createSymbolicLink(folder.resolve("java"), java);
    Result result = start(Map.of("SPIKELANE_JAVA", link.toString()), launcher);
    assertEquals(2, result.code());
    assertTrue(result.output().contains("expected java 25 or later, got 17 at " + link), result.output());
  }

  @Test
  void takesTheFirstThatIsRecentEnough() throws IOException, InterruptedException {
    Path old = jdk("old", "24.0.2", true);
    Path recent = jdk("recent", "26-ea", false);
    String path = recent.getParent() + ":" + System.getenv("PATH");
    Result result = start(Map.of("JAVA_HOME", folder.resolve("old").toString(), "PATH", path), launcher);
    assertTrue(result.output().startsWith("recent\n"), result.output());
    Result preferred = start(Map.of("JAVA_HOME", folder.resolve("recent").toString(),
        "PATH", old.getParent() + ":" + System.getenv("PATH")), launcher);
    assertTrue(preferred.output().startsWith("recent\n"), preferred.output());
  }

  @Test
  void refusesAJavaOfTheUsersThatIsTooOld() throws IOException, InterruptedException {
    String java = jdk("old", "1.8.0_402", true).toString();
    Result result = start(Map.of("SPIKELANE_JAVA", java), launcher);
    assertEquals(2, result.code());
    assertEquals("spikelane: SPIKELANE_JAVA: expected java 25 or later, got 1 at " + java + "\n", result.output());
    Result none = start(Map.of("SPIKELANE_JAVA", java + "x"), launcher);
    assertEquals(2, none.code());
    assertTrue(none.output().contains("expected the path of a java"), none.output());
  }

  @Test
  void letsTheJvmNameEveryFile() throws IOException, InterruptedException {
    String java = jdk("new", "25", true).toString();
    Map<Map<String, String>, String> cases = Map.of(
        Map.of(), "C.UTF-8",
        Map.of("LANG", "C"), "C.UTF-8",
        Map.of("LANG", "C.UTF-8", "LC_ALL", "POSIX"), "C.UTF-8",
        Map.of("LANG", "C.UTF-8", "LC_CTYPE", "none_NONE.UTF-8"), "C.UTF-8",
        Map.of("LANG", "C.UTF-8"), "");
    for (Map.Entry<Map<String, String>, String> given : cases.entrySet()) {
      Map<String, String> environment = new HashMap<>(given.getKey());
      environment.put("SPIKELANE_JAVA", java);
      String output = start(environment, launcher, "info").output();
      assertTrue(output.contains("\nLC_ALL=" + given.getValue() + "\n"), () -> given + ", got " + output);
    }
  }

  /** What other locales are set to is the user's choice. */
  @Test
  void leavesOtherCharactersAlone() throws IOException, InterruptedException {
    Path programs = Files.createDirectories(folder.resolve("programs"));
    Path locale = programs.resolve("locale");
    Map<String, String> environment = Map.of("SPIKELANE_JAVA", jdk("new", "25", true).toString(),
        "PATH", programs + ":" + System.getenv("PATH"));
    Map<String, String> cases = Map.of("echo ISO-8859-15", "", "echo US-ASCII", "C.UTF-8", "exit 127", "C.UTF-8");
    for (Map.Entry<String, String> given : cases.entrySet()) {
      Files.writeString(locale, "#!/bin/sh\n" + given.getKey() + "\n");
      assertTrue(locale.toFile().setExecutable(true));
      String output = start(environment, launcher, "info").output();
      assertTrue(output.contains("\nLC_ALL=" + given.getValue() + "\n"), () -> given + ", got " + output);
    }
  }

  @Test
  void refusesAFolderWithAColon() throws IOException, InterruptedException {
    Path other = home.resolveSibling("a:folder");
    Files.move(home, other);
    Result result = start(Map.of(), other.resolve("bin").resolve("spikelane"));
    assertEquals(2, result.code());
    assertEquals("spikelane: expected a folder without a colon in its path, as java splits lists of folders there, got "
        + other + "\n", result.output());
  }

  @Test
  void saysWhenItIsNotPackaged() throws IOException, InterruptedException {
    Files.delete(home.resolve("lib"));
    Result result = start(Map.of(), launcher);
    assertEquals(2, result.code());
    assertTrue(result.output().contains("mvn package"), result.output());
  }
}
