package org.spikelane.data;

import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.spikelane.format.FormatException;

/** A damaged file gives a data set that can be read or a {@link FormatException}, and nothing else. */
class DamagedFolderTest {

  private static final int PLACES = 200;

  @TempDir
  private Path folder;

  @Test
  void eventFiles() throws IOException {
    byte[] whole = Files.readAllBytes(RawFiles.FSDD.resolve("fsdd_test.h5"));
    Files.write(folder.resolve("train.h5"), whole);
    damage("test.h5", whole, 11);
  }

  @Test
  void imageFiles() throws IOException {
    int[] pixels = new SplittableRandom(1).ints(20 * 16, 0, 256).toArray();
    byte[] images = RawFiles.idx(new int[] {20, 4, 4}, pixels);
    byte[] labels = RawFiles.idx(new int[] {20}, new SplittableRandom(2).ints(20, 0, 10).toArray());
    Files.write(folder.resolve("train-images"), images);
    Files.write(folder.resolve("train-labels"), labels);
    Files.write(folder.resolve("test-labels"), labels);
    damage("test-images", images, 12);
    damage("test-images", RawFiles.gzip(images), 13);
    Files.write(folder.resolve("test-images"), images);
    damage("test-labels", labels, 14);
  }

  @Test
  void trialFiles() throws IOException {
    byte[] trials = RawFiles.npy("<f4", "4, 5, 2", new byte[160]);
    byte[] labels = RawFiles.npy("<i8", "4,", new byte[32]);
    Files.write(folder.resolve("x_train.npy"), trials);
    Files.write(folder.resolve("y_train.npy"), labels);
    Files.write(folder.resolve("y_test.npy"), labels);
    damage("x_test.npy", trials, 15);
    Files.write(folder.resolve("x_test.npy"), trials);
    damage("y_test.npy", labels, 16);
  }

  private void damage(String name, byte[] whole, long seed) throws IOException {
    System.out.println(name + ", seed " + seed);
    SplittableRandom random = new SplittableRandom(seed);
    int refused = 0;
    for (int n = 0; n < PLACES; n++) {
      boolean cut = n % 4 == 0;
      // Half of the places in the first kilobyte, where the structure is densest.
      int place = random.nextInt(n % 2 == 0 ? whole.length : Math.min(whole.length, 1024));
      byte[] damaged = Arrays.copyOf(whole, cut ? place : whole.length);
      if (!cut) {
        damaged[place] ^= (byte) random.nextInt(1, 256);
      }
      Files.write(folder.resolve(name), damaged);
      String damage = name + " " + (cut ? "cut" : "changed") + " at " + place + ", seed " + seed;
      if (!assertTimeoutPreemptively(Duration.ofSeconds(20), this::opens, damage)) {
        refused++;
      }
    }
    assertTrue(refused > 0, "nothing refused, seed " + seed);
    Files.write(folder.resolve(name), whole);
    assertTrue(opens());
  }

  /** Whether the folder opens; then all of it must be readable. */
  private boolean opens() {
    try {
      DataFolder data = DataFolder.open(folder);
      InputEncoding encoding = data.defaultEncoding();
      for (Dataset part : new Dataset[] {data.train(encoding), data.test(encoding)}) {
        float[] values = new float[part.sampleLength()];
        for (int i = 0; i < part.size(); i++) {
          part.copyTo(i, values, 0);
          assertTrue(part.label(i) >= 0 && part.label(i) < part.classes());
        }
      }
      return true;
    } catch (FormatException e) {
      assertTrue(e.getMessage().startsWith(folder.toString()), e.getMessage());
      return false;
    }
  }
}
