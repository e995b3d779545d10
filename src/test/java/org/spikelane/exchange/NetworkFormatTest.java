package org.spikelane.exchange;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.spikelane.format.FormatException;
import org.spikelane.format.Safetensors;
import org.spikelane.format.Tensor;

class NetworkFormatTest {

  @TempDir
  private Path folder;

  /** The length of a safetensors header may look like the beginning of an archive or a pickle. */
  @Test
  void tellsSafetensorsOfAnyHeader() throws IOException {
    Map<String, Tensor> one = Map.of("a", new Tensor(new int[] {1}, new float[1]));
    for (int length : new int[] {0x280, 0x4b50}) {
      Path file = folder.resolve(length + ".safetensors");
      Safetensors.write(file, one, Map.of("k", ""));
      int missing = length - (int) (Files.size(file) - 8 - 4);
      Safetensors.write(file, one, Map.of("k", "x".repeat(missing)));
      assertEquals(length & 0xff, Files.readAllBytes(file)[0] & 0xff);
      assertEquals(NetworkFormat.SAFETENSORS, NetworkFormat.of(file));
      assertEquals(one, StateDict.read(file).tensors());
    }
  }

  @Test
  void tellsTheOthers() throws IOException {
    Path file = folder.resolve("file");
    Files.write(file, new byte[] {(byte) 0x89, 'H', 'D', 'F', '\r', '\n', 0x1a, '\n', 0});
    assertEquals(NetworkFormat.NIR, NetworkFormat.of(file));
    assertTrue(assertThrows(FormatException.class, () -> StateDict.read(file)).getMessage().endsWith("got a NIR graph"));
    Files.write(file, new byte[] {'P', 'K', 3, 4, 0, 0, 8, 8, 0});
    assertEquals(NetworkFormat.PYTORCH, NetworkFormat.of(file));
    Files.write(file, new byte[] {(byte) 0x80, 2, (byte) 0x8a, 0x0a, 'l'});
    assertTrue(assertThrows(FormatException.class, () -> StateDict.read(file)).getMessage().contains("before 1.6"));
    for (byte[] bytes : new byte[][] {{}, {'P', 'K'}, new byte[20]}) {
      Files.write(file, bytes);
      assertTrue(assertThrows(FormatException.class, () -> NetworkFormat.of(file)).getMessage()
          .contains("expected a NIR graph (HDF5), a file of torch.save (ZIP) or safetensors, got something else"));
    }
  }

  @Test
  void tellsNames() {
    assertEquals(Optional.of(NetworkFormat.PYTORCH), NetworkFormat.named(Path.of("a.b/Net.PTH")));
    assertEquals(Optional.of(NetworkFormat.NIR), NetworkFormat.named(Path.of("net.nir")));
    assertEquals(Optional.empty(), NetworkFormat.named(Path.of("net.npy")));
  }
}
