package org.spikelane.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.spikelane.data.RawFiles.assertRefused;
import static org.spikelane.data.RawFiles.gzip;
import static org.spikelane.data.RawFiles.idx;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImageFolderTest {

  private static final String TRAIN = "train3-images-idx3-ubyte.gz";
  private static final String TRAIN_LABELS = "train3-labels-idx1-ubyte.gz";
  private static final String TEST = "t10k-images-idx3-ubyte";
  private static final String TEST_LABELS = "t10k-labels-idx1-ubyte";

  @TempDir
  private Path folder;

  @BeforeEach
  void writeSmallImages() throws IOException {
    put(TRAIN, gzip(idx(new int[] {3, 1, 2}, 0, 1, 127, 128, 254, 255)));
    put(TRAIN_LABELS, gzip(idx(new int[] {3}, 0, 4, 1)));
    put(TEST, idx(new int[] {2, 1, 2}, 9, 8, 7, 6));
    put(TEST_LABELS, idx(new int[] {2}, 4, 3));
    put("README.md", new byte[] {'#'});
    put("empty", new byte[0]);
  }

  @Test
  void readsImagesAsConstantCurrent() throws IOException {
    DataFolder data = DataFolder.open(folder);
    assertEquals(DataFolder.Kind.IMAGES, data.kind());
    InputEncoding encoding = data.defaultEncoding(EncodingOptions.NONE.withSteps(7));
    assertEquals(new PixelCurrent(255, 7, 2), encoding);

    Dataset train = data.train(encoding);
    assertEquals(3, train.size());
    assertEquals(7, train.steps());
    assertEquals(2, train.features());
    assertEquals(2, train.sampleLength());
    assertTrue(train.constant());
    assertEquals(5, train.classes());
    assertEquals(4, train.label(1));
    assertEquals("4", train.className(4));
    assertArrayEquals(new float[] {0, 1 / 255f}, RawFiles.sample(train, 0));
    assertArrayEquals(new float[] {127 / 255f, 128 / 255f}, RawFiles.sample(train, 1));
    assertArrayEquals(new float[] {254 / 255f, 1}, RawFiles.sample(train, 2));

    Dataset test = data.test(encoding);
    assertEquals(2, test.size());
    assertEquals(5, test.classes());
    assertArrayEquals(new float[] {7 / 255f, 6 / 255f}, RawFiles.sample(test, 1));
  }

  @Test
  void writesWithinTheRoomItIsGivenOnly() throws IOException {
    DataFolder data = DataFolder.open(folder);
    Dataset train = data.train(data.defaultEncoding());
    float[] values = {9, 9, 9, 9};
    train.copyTo(2, values, 1);
    assertArrayEquals(new float[] {9, 254 / 255f, 1, 9}, values);
    for (int offset : new int[] {-1, 3, Integer.MAX_VALUE}) {
      assertThrows(IllegalArgumentException.class, () -> train.copyTo(0, values, offset));
    }
    for (int i : new int[] {-1, 3}) {
      assertThrows(IllegalArgumentException.class, () -> train.copyTo(i, values, 0));
      assertThrows(IllegalArgumentException.class, () -> train.label(i));
    }
    assertThrows(IllegalArgumentException.class, () -> train.className(5));
    assertThrows(IllegalArgumentException.class, () -> train.className(-1));
  }

  @Test
  void rangesAreViewsOfTheirSamples() throws IOException {
    DataFolder data = DataFolder.open(folder);
    Dataset last = data.train(data.defaultEncoding()).range(1, 3);
    assertEquals(2, last.size());
    assertEquals(5, last.classes());
    assertEquals(1, last.label(1));
    assertArrayEquals(new float[] {254 / 255f, 1}, RawFiles.sample(last, 1));
    assertThrows(IllegalArgumentException.class, () -> last.label(2));
    assertThrows(IllegalArgumentException.class, () -> last.copyTo(-1, new float[2], 0));
    assertThrows(IllegalArgumentException.class, () -> last.range(0, 0));
    assertThrows(IllegalArgumentException.class, () -> last.range(0, 3));
  }

  @Test
  void tellsFilesByShapeAndSizeWhenNamesDoNotHelp() throws IOException {
    Files.move(folder.resolve(TRAIN), folder.resolve("d"));
    Files.move(folder.resolve(TRAIN_LABELS), folder.resolve("c"));
    Files.move(folder.resolve(TEST), folder.resolve("b"));
    Files.move(folder.resolve(TEST_LABELS), folder.resolve("a"));
    DataFolder data = DataFolder.open(folder);
    assertEquals(3, data.train(data.defaultEncoding()).size());

    put("d", idx(new int[] {2, 1, 2}, 1, 2, 3, 4));
    assertRefused(folder, "array of images for training and one for the test", "b, d");
  }

  @Test
  void refusesEncodingsOfOtherShapes() throws IOException {
    DataFolder data = DataFolder.open(folder);
    IllegalArgumentException e =
        assertThrows(IllegalArgumentException.class, () -> data.test(new PixelCurrent(255, 25, 784)));
    assertEquals("encoding: is for samples of 784 pixels, but " + folder + " holds 1x2 unsigned bytes", e.getMessage());
    assertThrows(IllegalArgumentException.class, () -> data.train(new EventBins(0.01, 70, 2)));
    assertThrows(
        IllegalArgumentException.class, () -> data.defaultEncoding(EncodingOptions.NONE.withBinSeconds(0.1)));
    assertThrows(IllegalArgumentException.class, () -> data.defaultEncoding(EncodingOptions.NONE.withUnits(2)));
    assertThrows(IllegalArgumentException.class, () -> data.defaultEncoding(EncodingOptions.NONE.withSteps(0)));
  }

  @Test
  void refusesWhatIsNoFolderOrHoldsNoData() throws IOException {
    assertRefused(folder.resolve("nowhere"), "no such folder");
    assertRefused(folder.resolve("README.md"), "expected a folder, got a file");
    for (String name : new String[] {TRAIN, TRAIN_LABELS, TEST, TEST_LABELS}) {
      Files.delete(folder.resolve(name));
    }
    assertRefused(folder, "expected files of one format", "README.md, empty");
    put("x.npy", RawFiles.npy("|u1", "1, 1, 1", new byte[1]));
    put("y.idx", idx(new int[] {1}, 1));
    assertRefused(folder, "expected files of one format", "[IDX, NPY]");
  }

  @Test
  void refusesMissingAndSurplusFiles() throws IOException {
    byte[] labels = Files.readAllBytes(folder.resolve(TEST_LABELS));
    Files.delete(folder.resolve(TEST_LABELS));
    assertRefused(folder, "array of labels (one dimension) for training and one for the test", "only " + TRAIN_LABELS);
    put(TEST_LABELS, labels);
    put("train-again", idx(new int[] {3, 1, 2}, 1, 2, 3, 4, 5, 6));
    assertRefused(folder, "array of images", "train-again", TRAIN, TEST);
  }

  @Test
  void refusesCountsAndLabelsThatDoNotFit() throws IOException {
    put(TEST_LABELS, idx(new int[] {3}, 4, 3, 2));
    assertRefused(folder, TEST_LABELS, "labels: expected 2", TEST, "got 3");
    put(TEST_LABELS, idx(new int[] {2}, 4, 5));
    assertRefused(folder, TEST_LABELS, "label 1: expected 0 to 4, got 5");
    put(TEST_LABELS, idx(new int[] {2}, 4, 4));
    put(TEST, idx(new int[] {2, 2, 1}, 9, 8, 7, 6));
    assertRefused(folder, TEST, "expected 1x2 unsigned bytes", "got 2x1");
  }

  @Test
  void refusesDamagedFiles() throws IOException {
    byte[] packed = gzip(idx(new int[] {3, 1, 2}, 0, 1, 127, 128, 254, 255));
    put(TRAIN, Arrays.copyOf(packed, packed.length - 9));
    assertRefused(folder, TRAIN, "cannot be read");
    put(TRAIN, Arrays.copyOf(packed, 12));
    assertRefused(folder, "expected one array of images for training and one for the test, got only " + TEST);
    packed[packed.length - 8] ^= 1;
    put(TRAIN, packed);
    assertRefused(folder, TRAIN, "cannot be read");

    byte[] plain = idx(new int[] {3, 1, 2}, 0, 1, 127, 128, 254, 255);
    put(TRAIN, Arrays.copyOf(plain, plain.length - 1));
    assertRefused(folder, TRAIN, "data: expected 6 bytes", "got 5");
    put(TRAIN, Arrays.copyOf(plain, plain.length + 1));
    assertRefused(folder, TRAIN, "data: expected 6 bytes", "got more");
    put(TRAIN, Arrays.copyOf(plain, 10));
    assertRefused(folder, TRAIN, "header: expected 12 more bytes, got 6");
    put(TRAIN, idx(new int[] {0, 1, 2}));
    assertRefused(folder, TRAIN, "empty array [0, 1, 2]");
    byte[] ofFloats = plain.clone();
    ofFloats[2] = 0x0d;
    put(TRAIN, ofFloats);
    assertRefused(folder, TRAIN, "type at byte 2: expected 0x08", "0x0d");
    byte[] unknown = plain.clone();
    unknown[0] = 1;
    put(TRAIN, unknown);
    assertRefused(folder, "array of images", "only " + TEST);
  }

  @Test
  void takesNoMemoryThatAHeaderPromises() throws IOException {
    put(TRAIN, ByteBuffer.allocate(16).putInt(0x0803).putInt(100_000).putInt(100).putInt(100).array());
    assertRefused(folder, TRAIN, "got");
    put(TRAIN, ByteBuffer.allocate(16).putInt(0x0803).putInt(Integer.MAX_VALUE).putInt(Integer.MAX_VALUE)
        .putInt(Integer.MAX_VALUE).array());
    assertRefused(folder, TRAIN, "quarter of this JVM's memory");
    put(TRAIN, ByteBuffer.allocate(16).putInt(0x0803).putInt(-1).putInt(1).putInt(1).array());
    assertRefused(folder, TRAIN, "dimension 0: expected fewer than 2^31, got 4294967295");
  }

  private void put(String name, byte[] content) throws IOException {
    Files.write(folder.resolve(name), content);
  }
}
