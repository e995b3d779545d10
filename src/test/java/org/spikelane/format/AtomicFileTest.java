package org.spikelane.format;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class AtomicFileTest {

  @TempDir
  private Path folder;

  @Test
  void replacesWhatWasThereAndLeavesNothingBeside() throws IOException {
    Path file = folder.resolve("model");
    AtomicFile.write(file, out -> out.write(new byte[] {1, 2, 3}));
    AtomicFile.write(file, out -> out.write(new byte[] {4}));

    assertEquals(4, Files.readAllBytes(file)[0]);
    assertEquals(1, Files.size(file));
    assertEquals(List.of(file), entries());
  }

  @Test
  void keepsTheOldFileWhenWritingFails() throws IOException {
    Path file = folder.resolve("model");
    Files.writeString(file, "old");

    IOException thrown = assertThrows(IOException.class, () -> AtomicFile.write(file, out -> {
      out.write(new byte[100_000]);
      throw new IOException("disk full");
    }));

    assertEquals("disk full", thrown.getMessage());
    assertEquals("old", Files.readString(file));
    assertEquals(List.of(file), entries());
  }

  @Test
  void writesThroughLinks() throws IOException {
    Path file = Files.writeString(Files.createDirectory(folder.resolve("elsewhere")).resolve("model"), "old");
    Path link = Files.createSymbolicLink(folder.resolve("link"), Path.of("elsewhere", "model"));
    AtomicFile.write(link, out -> out.write('n'));
    assertTrue(Files.isSymbolicLink(link));
    assertEquals("n", Files.readString(file));
  }

  @Test
  void writesThroughLinksToAFileThatIsNotThereYet() throws IOException {
    Path file = Files.createDirectory(folder.resolve("elsewhere")).resolve("model");
    Path link = Files.createSymbolicLink(folder.resolve("link"), Path.of("elsewhere", "model"));
    Path second = Files.createSymbolicLink(folder.resolve("second"), link);
    AtomicFile.write(second, out -> out.write('n'));
    assertTrue(Files.isSymbolicLink(link) && Files.isSymbolicLink(second));
    assertEquals("n", Files.readString(file));
    Path circle = Files.createSymbolicLink(folder.resolve("circle"), folder.resolve("circle"));
    assertThrows(IOException.class, () -> AtomicFile.write(circle, out -> out.write('n')));
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void keepsPermissions() throws IOException {
    Path file = Files.writeString(folder.resolve("model"), "old");
    for (String permissions : List.of("rw-------", "rw-rw-rw-")) {
      Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions));
      AtomicFile.write(file, out -> {
        out.write('n');
        for (Path beside : entries()) {
          assertEquals(permissions, PosixFilePermissions.toString(Files.getPosixFilePermissions(beside)));
        }
      });
      assertEquals(permissions, PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
    }
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void refusesAFileThatMayNotBeWrittenTo() throws IOException {
    Path file = Files.writeString(folder.resolve("model"), "old");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("r--r--r--"));
    assumeFalse(Files.isWritable(file), "root writes to every file");
    IOException thrown = assertThrows(IOException.class, () -> AtomicFile.write(file, out -> out.write('n')));
    assertEquals("the file that is there may not be written to", FileProblem.inWords(thrown));
    assertEquals("old", Files.readString(file));
    assertEquals(List.of(file), entries());
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void refusesWhatIsNoFile() {
    IOException thrown = assertThrows(IOException.class,
        () -> AtomicFile.write(Path.of("/dev/null"), out -> {
          throw new IOException("written to");
        }));
    assertEquals("/dev/null: expected the name of a file, got a device or pipe", thrown.getMessage());
  }

  @Test
  void refusesFoldersAndPlacesThatDoNotExist() throws IOException {
    Path inNowhere = folder.resolve("nowhere").resolve("model");
    assertThrows(NoSuchFileException.class, () -> AtomicFile.write(inNowhere, out -> out.write(1)));
    assertThrows(IOException.class, () -> AtomicFile.write(folder, out -> out.write(1)));
    assertEquals(List.of(), entries());
  }

  private List<Path> entries() throws IOException {
    try (Stream<Path> entries = Files.list(folder)) {
      return entries.toList();
    }
  }
}
