package org.spikelane.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.spikelane.data.EventBins;
import org.spikelane.format.Safetensors;
import org.spikelane.format.Tensor;
import org.spikelane.network.Network;

class KeptModelTest {

  @TempDir
  private Path folder;

  private Path path;
  private KeptModel kept;
  private final Network network = Network.input(3).linear("fc", 2).leaky("lif", n -> n.beta(0.5f)).build(1);
  private final Model model = new Model(network, new EventBins(0.01, 5, 3), List.of("a", "b"), new JsonObject());

  @BeforeEach
  void open() throws IOException {
    path = folder.resolve("model");
    kept = new KeptModel(path);
  }

  @Test
  void writesNothingBeforeTheFirstEpoch() {
    assertFalse(Files.exists(path));
    assertEquals("no epoch was finished, so " + path + " was not written", kept.kept());
  }

  @Test
  void keepsTheLastModelWhoseWeightsAreFinite() throws IOException {
    kept.replace(model, 1);
    byte[] good = Files.readAllBytes(path);
    network.parameter("fc.weight").values()[2] = Float.POSITIVE_INFINITY;
    assertThrows(IllegalArgumentException.class, () -> kept.replace(model, 2));
    assertArrayEquals(good, Files.readAllBytes(path));
    assertEquals("the model of epoch 1 is in " + path, kept.kept());
  }

  @Test
  void saysWhatIsThereWhenWritingFails() throws IOException {
    kept.replace(model, 1);
    Files.delete(path);
    Files.delete(folder);
    String message = assertThrows(UserError.class, () -> kept.replace(model, 2)).getMessage();
    assertEquals("the model of epoch 2 cannot be written to " + path, message.substring(0, message.indexOf(": ")));
    Files.createDirectory(folder);
  }

  @Test
  void writesNothingMoreOnceClosed() {
    kept.close();
    kept.replace(model, 1);
    assertFalse(Files.exists(path));
  }

  @Test
  void replacesAnEmptyFileAndAModelOnly() throws IOException {
    Path file = Files.createFile(folder.resolve("file"));
    new KeptModel(file).replace(model, 1);
    new KeptModel(file).replace(model, 1);
    Files.writeString(file, "something else");
    assertThrows(UserError.class, () -> new KeptModel(file));
    Safetensors.write(file, Map.of("weight", new Tensor(new int[] {1}, new float[] {1})), Map.of("format", "pt"));
    byte[] foreign = Files.readAllBytes(file);
    assertThrows(UserError.class, () -> new KeptModel(file));
    assertArrayEquals(foreign, Files.readAllBytes(file));
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void saysOfAModelThatMayNotBeReadThatItMayNot() throws IOException {
    kept.replace(model, 1);
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("-w-------"));
    assumeFalse(Files.isReadable(path), "root reads every file");
    String message = assertThrows(UserError.class, () -> new KeptModel(path)).getMessage();
    assertTrue(message.endsWith("got " + path + ", which may not"), message);
  }

  @Test
  void writesTheFileThatALinkLeadsTo() throws IOException {
    Path link = Files.createSymbolicLink(folder.resolve("link"), path);
    new KeptModel(link).replace(model, 1);
    assertTrue(Files.isSymbolicLink(link));
    assertTrue(Files.isRegularFile(path));
  }

  @Test
  void followsALink() throws IOException {
    Path link = Files.createSymbolicLink(folder.resolve("link"), path);
    kept.replace(model, 1);
    Files.write(path, new byte[0]);
    new KeptModel(link).replace(model, 2);
    assertTrue(Files.isSymbolicLink(link));
    assertTrue(Files.size(path) > 0);
  }
}
