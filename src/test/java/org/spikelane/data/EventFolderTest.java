package org.spikelane.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.spikelane.data.RawFiles.FSDD;
import static org.spikelane.data.RawFiles.assertRefused;

import io.jhdf.HdfFile;
import io.jhdf.WritableHdfFile;
import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.spikelane.format.FormatException;
import org.spikelane.format.HostileHdf5;

class EventFolderTest {

  @TempDir
  private Path folder;

  @Test
  void readsTheSpokenDigitsAsH5pyDoes() throws IOException {
    DataFolder data = DataFolder.open(FSDD);
    assertEquals(DataFolder.Kind.EVENTS, data.kind());
    assertEquals(new EventBins(0.01, 70, 40), data.defaultEncoding());

    // Numbers of events by h5py 3.16; 20 s hold all of them.
    InputEncoding everything = new EventBins(20, 1, 40);
    assertEquals(389_003, sum(data.train(everything)));
    assertEquals(41_719, sum(data.test(everything)));

    Dataset train = data.train(data.defaultEncoding());
    Dataset test = data.test(data.defaultEncoding());
    assertEquals(2700, train.size());
    assertEquals(300, test.size());
    for (Dataset part : new Dataset[] {train, test}) {
      assertEquals(70, part.steps());
      assertEquals(40, part.features());
      assertEquals(10, part.classes());
      assertFalse(part.constant());
      assertEquals("zero", part.className(0));
      assertEquals("nine", part.className(9));
      assertArrayEquals(new int[] {0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 2},
          IntStream.range(0, 13).map(part::label).toArray());
      assertEquals(9, part.label(part.size() - 1));
    }
    // First event of three samples: unit 1 in step 4, unit 4 in step 3, unit 32 in step 24.
    assertEquals(4 * 40 + 1, firstEvent(RawFiles.sample(train, 0)));
    assertEquals(3 * 40 + 4, firstEvent(RawFiles.sample(train, 1)));
    assertEquals(24 * 40 + 32, firstEvent(RawFiles.sample(train, 2)));
    assertEquals(199, sum(train.range(0, 1)));
    assertEquals(242, sum(train.range(2699, 2700)));
    assertEquals(388_836, sum(train));
  }

  @Test
  void binsEveryEventAsTheReferenceTrainingsDo() throws IOException, NoSuchAlgorithmException {
    // SHA-256 of the arrays [samples][70][40] that the reference trainings feed to snnTorch, as little-endian float32:
    // h5py 3.16, numpy 2.4.6, floor(float32 time / float32(0.01)), later events dropped.
    DataFolder data = DataFolder.open(FSDD);
    assertEquals("64ce01ce7d198a34344187bd7e383dc7a9aac89ab07282d1b0cb19e1799478c0",
        digest(data.train(data.defaultEncoding())));
    assertEquals("b4ce77c210c60c24beeba36b218ce827fa673056d22c0fc6662822304d1814a9",
        digest(data.test(data.defaultEncoding())));
  }

  @Test
  void countsEventsAndDropsLateOnes() {
    Events events = new Events(new int[] {0, 0, 6}, new float[] {0f, 0.5f, 0.99f, 1f, 2.5f, 1e30f},
        new char[] {0, 1, 1, 1, 0, 0});
    float[] values = new float[6];
    Arrays.fill(values, 9);
    new EventBins(1, 2, 2).encode(events, 1, values, 1);
    assertArrayEquals(new float[] {9, 1, 2, 0, 1, 9}, values);
    new EventBins(1, 2, 2).encode(events, 0, values, 1);
    assertArrayEquals(new float[] {9, 0, 0, 0, 0, 9}, values);
  }

  /** numpy: float32(0.7) / float32(0.1) is 7, in float64 6.9999998. */
  @Test
  void dividesInFloat32() {
    float[] values = new float[8];
    new EventBins(0.1, 8, 1).encode(new Events(new int[] {0, 1}, new float[] {0.7f}, new char[1]), 0, values, 0);
    assertArrayEquals(new float[] {0, 0, 0, 0, 0, 0, 0, 1}, values);
  }

  @Test
  void usesTheOptionsThatEventsHave() throws IOException {
    DataFolder data = DataFolder.open(FSDD);
    assertEquals(new EventBins(0.02, 35, 64),
        data.defaultEncoding(EncodingOptions.NONE.withBinSeconds(0.02).withSteps(35).withUnits(64)));
    assertThrows(IllegalArgumentException.class, () -> data.defaultEncoding(EncodingOptions.NONE.withBinSeconds(0)));
  }

  @Test
  void refusesUnitsThatTheEncodingDoesNotKnow() throws IOException {
    DataFolder data = DataFolder.open(FSDD);
    FormatException e = assertThrows(FormatException.class, () -> data.test(new EventBins(0.01, 70, 39)));
    assertTrue(e.getMessage().matches(
        ".*fsdd_test.h5: sample \\d+, event \\d+: expected a unit from 0 to 38, got 39"), e.getMessage());
  }

  @Test
  void refusesEncodingsOfOtherKinds() throws IOException {
    DataFolder data = DataFolder.open(FSDD);
    IllegalArgumentException e =
        assertThrows(IllegalArgumentException.class, () -> data.train(new PixelCurrent(255, 25, 784)));
    assertEquals("encoding: is for images, but " + FSDD + " holds recordings of events", e.getMessage());
    assertThrows(IllegalArgumentException.class, () -> data.train(
        new Standardized(Standardized.Reading.VALUE, 70, new float[40], filled(40))));
  }

  @Test
  void tellsTheHalvesByNameAndElseBySize() throws IOException {
    copy("fsdd_train.h5", "a.h5");
    copy("fsdd_test.h5", "b.h5");
    assertEquals(2700, opened().size());
    Files.move(folder.resolve("a.h5"), folder.resolve("VALIDATION.hdf5"));
    assertEquals(300, opened().size());
    Files.move(folder.resolve("b.h5"), folder.resolve("SHD_Train"));
    assertEquals(300, opened().size());
    Files.move(folder.resolve("SHD_Train"), folder.resolve("my_test"));
    assertRefused(folder, "one HDF5 file for training and one for the test", "VALIDATION.hdf5, my_test");
    Files.delete(folder.resolve("my_test"));
    assertRefused(folder, "one HDF5 file for training and one for the test", "only VALIDATION.hdf5");
  }

  @Test
  void readsNoTrainingSamplesForTheTest() throws IOException, NoSuchAlgorithmException {
    copy("fsdd_test.h5", "test.h5");
    byte[] damaged = Files.readAllBytes(FSDD.resolve("fsdd_test.h5"));
    damaged[find(damaged, "3f25c3254626") + 3] = 0x7e;
    Files.write(folder.resolve("train.h5"), damaged);
    assertRefused(folder, "train.h5: spikes/times, sample 0, event 1: expected seconds from 0 on, got NaN");

    DataFolder data = DataFolder.openTest(folder);
    EventBins encoding = new EventBins(0.01, 70, 40);
    Dataset test = data.test(encoding);
    assertEquals(digest(DataFolder.open(FSDD).test(encoding)), digest(test));
    assertEquals("nine", test.className(9));
    assertThrows(IllegalStateException.class, () -> data.train(encoding));
    assertThrows(IllegalStateException.class, data::defaultEncoding);
  }

  @Test
  void readsPackedFiles() throws IOException {
    Files.write(folder.resolve("train.h5.gz"), RawFiles.gzip(Files.readAllBytes(FSDD.resolve("fsdd_test.h5"))));
    copy("fsdd_test.h5", "test.h5");
    assertEquals(300, opened().size());
  }

  @Test
  void readsLargeFilesBlockByBlock() throws IOException, NoSuchAlgorithmException {
    // Larger by what lies behind its end, so that 300 samples are too many for one block.
    byte[] whole = Files.readAllBytes(FSDD.resolve("fsdd_test.h5"));
    Files.write(folder.resolve("test.h5"), Arrays.copyOf(whole, 20 << 20));
    copy("fsdd_train.h5", "train.h5");
    EventBins encoding = new EventBins(0.01, 70, 40);
    assertEquals(digest(DataFolder.open(FSDD).test(encoding)), digest(DataFolder.open(folder).test(encoding)));
  }

  /** Plain and packed, by the structures that the library would follow for years. */
  @Test
  void refusesFilesThatMeanHarm() throws IOException {
    String problem = "cannot be read as HDF5: following its structures takes more time or memory than a file of "
        + HostileHdf5.manyWays().length + " bytes should";
    Files.write(folder.resolve("train.h5"), HostileHdf5.manyWays());
    copy("fsdd_test.h5", "test.h5");
    assertRefused(folder, "train.h5: " + problem);
    Files.delete(folder.resolve("train.h5"));
    Files.write(folder.resolve("train.h5.gz"), RawFiles.gzip(HostileHdf5.manyWays()));
    assertRefused(folder, "train.h5.gz: " + problem);
  }

  @Test
  void refusesFilesCutShort() throws IOException {
    copy("fsdd_train.h5", "train.h5");
    byte[] whole = Files.readAllBytes(FSDD.resolve("fsdd_test.h5"));
    for (int length : new int[] {8, 60, 96, 800, 5000, whole.length / 2, whole.length - 1}) {
      Files.write(folder.resolve("test.h5"), Arrays.copyOf(whole, length));
      assertRefused(folder, "test.h5");
    }
  }

  @Test
  void refusesTimesAndLabelsThatAreNone() throws IOException {
    copy("fsdd_train.h5", "train.h5");
    byte[] whole = Files.readAllBytes(FSDD.resolve("fsdd_test.h5"));
    // The first times of sample 0, 0.0205, 0.0225 and 0.0245 s as float16, and the first
    // labels as 16-bit integers.
    int times = find(whole, "3f25c3254626");
    int labels = find(whole, "0000".repeat(6) + "0100".repeat(6) + "0200".repeat(6));
    assertPatchRefused(whole, times + 3, 0x7e, "spikes/times, sample 0, event 1: expected seconds from 0 on, got NaN");
    assertPatchRefused(whole, times + 3, 0xa5, "spikes/times, sample 0, event 1: expected seconds from 0 on, got -0.02");
    byte[] round = whole.clone();
    round[times + 2] = 0;
    assertPatchRefused(round, times + 3, 0x7c, "spikes/times, sample 0, event 1: expected seconds from 0 on, got Infinity");
    assertPatchRefused(whole, labels + 2, 10, "label 1: expected 0 to 9, got 10");
  }

  private void assertPatchRefused(byte[] whole, int at, int value, String message) throws IOException {
    byte[] patched = whole.clone();
    patched[at] = (byte) value;
    Files.write(folder.resolve("test.h5"), patched);
    assertRefused(folder, "test.h5: " + message);
  }

  private static int find(byte[] bytes, String hex) {
    byte[] wanted = HexFormat.of().parseHex(hex);
    return IntStream.rangeClosed(0, bytes.length - wanted.length)
        .filter(at -> Arrays.equals(bytes, at, at + wanted.length, wanted, 0, wanted.length))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void refusesHdf5OfAnotherLayout() throws IOException {
    for (String half : new String[] {"train.h5", "test.h5"}) {
      try (WritableHdfFile file = HdfFile.write(folder.resolve(half))) {
        file.putDataset("labels", new int[] {0, 1});
        file.putDataset("pixels", new float[] {1, 2});
      }
    }
    assertRefused(folder, "train.h5: spikes/times: expected this data set (SHD layout), got none");
  }

  private Dataset opened() throws FormatException {
    DataFolder data = DataFolder.open(folder);
    return data.train(data.defaultEncoding());
  }

  private void copy(String from, String to) throws IOException {
    Files.copy(FSDD.resolve(from), folder.resolve(to));
  }

  private static float[] filled(int length) {
    float[] ones = new float[length];
    Arrays.fill(ones, 1);
    return ones;
  }

  private static long sum(Dataset dataset) {
    double sum = 0;
    for (int i = 0; i < dataset.size(); i++) {
      for (float value : RawFiles.sample(dataset, i)) {
        sum += value;
      }
    }
    return Math.round(sum);
  }

  private static int firstEvent(float[] sample) {
    return IntStream.range(0, sample.length).filter(k -> sample[k] > 0).findFirst().orElseThrow();
  }

  private static String digest(Dataset dataset) throws NoSuchAlgorithmException {
    MessageDigest digest = MessageDigest.getInstance("SHA-256");
    for (int i = 0; i < dataset.size(); i++) {
      digest.update(RawFiles.floats(ByteOrder.LITTLE_ENDIAN, RawFiles.sample(dataset, i)));
    }
    return HexFormat.of().formatHex(digest.digest());
  }
}
