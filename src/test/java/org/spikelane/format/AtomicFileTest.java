package org.spikelane.format;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
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
