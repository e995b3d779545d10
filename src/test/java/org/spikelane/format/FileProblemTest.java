package org.spikelane.format;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import org.junit.jupiter.api.Test;

class FileProblemTest {

  @Test
  void usesNoNamesOfClassesOrFiles() {
    assertEquals("permission denied", FileProblem.inWords(new AccessDeniedException("/a/.b.tmp")));
    assertEquals("no such file or folder", FileProblem.inWords(new NoSuchFileException("/a/.b.tmp")));
    assertEquals("no space left on device",
        FileProblem.inWords(new FileSystemException("/a/.b.tmp", null, "No space left on device")));
    assertEquals("the file system refuses", FileProblem.inWords(new FileSystemException("/a/.b.tmp")));
    assertEquals("it is a folder", FileProblem.inWords(new IOException("Is a directory")));
    assertEquals("it ends too early (cut short?)", FileProblem.inWords(new EOFException()));
    assertEquals("it is no text in UTF-8", FileProblem.inWords(new MalformedInputException(1)));
    assertEquals("disk full", FileProblem.inWords(new IOException("disk full")));
  }
}
