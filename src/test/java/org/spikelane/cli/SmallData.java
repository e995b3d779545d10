package org.spikelane.cli;

import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.spikelane.data.RawFiles;

/** Data folders small enough to train on within a test. */
final class SmallData {

  private SmallData() {}

  /** Images of 2 by 3 pixels in 3 classes: the class lights its column. */
  static Path images(Path folder) throws IOException {
    Files.createDirectories(folder);
    imagePart(folder, "train", 48);
    imagePart(folder, "t10k", 24);
    return folder;
  }

  private static void imagePart(Path folder, String name, int count) throws IOException {
    Random random = new Random(count);
    int[] pixels = new int[count * 6];
    int[] labels = new int[count];
    for (int i = 0; i < count; i++) {
      labels[i] = i % 3;
      for (int k = 0; k < 6; k++) {
        pixels[i * 6 + k] = k % 3 == labels[i] ? 200 + random.nextInt(56) : random.nextInt(60);
      }
    }
    Files.write(folder.resolve(name + "-images"), RawFiles.idx(new int[] {count, 2, 3}, pixels));
    Files.write(folder.resolve(name + "-labels"), RawFiles.idx(new int[] {count}, labels));
  }

  /** Trials of 5 steps and 2 channels in 2 classes: the class is the louder channel. */
  static Path trials(Path folder) throws IOException {
    Files.createDirectories(folder);
    trialPart(folder, "train", 40);
    trialPart(folder, "test", 10);
    return folder;
  }

  private static void trialPart(Path folder, String name, int count) throws IOException {
    Random random = new Random(count);
    float[] values = new float[count * 10];
    int[] labels = new int[count];
    for (int i = 0; i < count; i++) {
      labels[i] = i % 2;
      for (int k = 0; k < 10; k++) {
        values[i * 10 + k] = random.nextFloat() + (k % 2 == labels[i] ? 1 : 0);
      }
    }
    Files.write(folder.resolve("x_" + name + ".npy"),
        RawFiles.npy("<f4", count + ", 5, 2", RawFiles.floats(ByteOrder.LITTLE_ENDIAN, values)));
    Files.write(folder.resolve("y_" + name + ".npy"), RawFiles.npy("|u1", count + ",", RawFiles.bytes(labels)));
  }
}
