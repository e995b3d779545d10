package org.spikelane.format;

import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.util.Locale;

/** Why a file could not be read or written, in plain words: no names of classes, and none of files. */
public final class FileProblem {

  private FileProblem() {}

  /** The reason, for the end of a sentence. */
  public static String inWords(IOException problem) {
    return switch (problem) {
      case FileSystemException system when system.getReason() != null && !system.getReason().isEmpty() ->
          system.getReason().substring(0, 1).toLowerCase(Locale.ROOT) + system.getReason().substring(1);
      case AccessDeniedException denied -> "permission denied";
      case NoSuchFileException missing -> "no such file or folder";
      case NotDirectoryException noFolder -> "expected a folder, got a file";
      case FileAlreadyExistsException there -> "a file of that name is there already";
      case FileSystemException other -> "the file system refuses";
      case CharacterCodingException noText -> "it is no text in UTF-8";
      case EOFException end when end.getMessage() == null -> "it ends too early (cut short?)";
      case IOException other when other.getMessage() == null -> "reading or writing failed";
      case IOException other -> other.getMessage().equals("Is a directory") ? "it is a folder" : other.getMessage();
    };
  }
}
