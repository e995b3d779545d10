package org.spikelane.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.spikelane.data.RawFiles.assertRefused;
import static org.spikelane.data.RawFiles.bytes;
import static org.spikelane.data.RawFiles.floats;
import static org.spikelane.data.RawFiles.npy;

import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TrialFolderTest {

  @TempDir
  private Path folder;

  /** Two training trials of 2 steps and 3 channels, one test trial. */
  @BeforeEach
  void writeSmallTrials() throws IOException {
    put("x_train.npy", npy("|u1", "2, 2, 3", bytes(255, 0, 7, 255, 51, 7, 204, 102, 7, 255, 255, 7)));
    put("y_train.npy", npy("|u1", "2,", bytes(1, 0)));
    put("x_test.npy", npy("|u1", "1, 2, 3", bytes(0, 1, 2, 3, 4, 255)));
    put("y_test.npy", npy("<i8", "1,", new byte[8]));
  }

  @Test
  void standardisesBytesByTheTrainingTrials() throws IOException {
    DataFolder data = DataFolder.open(folder);
    assertEquals(DataFolder.Kind.TRIALS, data.kind());
    Standardized encoding = (Standardized) data.defaultEncoding();
    assertEquals(Standardized.Reading.DEFLECTION, encoding.reading());
    // Channel 0 is deflected by 0, 0, 0.2 and 0; channel 1 by 1, 0.8, 0.6 and 0; channel 2 never moves.
    assertArrayEquals(new float[] {0.05f, 0.6f, 1 - 7 / 255f}, encoding.mean(), 1e-7f);
    assertArrayEquals(new float[] {0.001f + (float) Math.sqrt(0.0075), 0.001f + (float) Math.sqrt(0.14), 0.001f},
        encoding.deviation(), 1e-7f);

    Dataset test = data.test(encoding);
    assertEquals(1, test.size());
    assertEquals(2, test.steps());
    assertEquals(3, test.features());
    assertEquals(2, test.classes());
    assertFalse(test.constant());
    float[] mean = encoding.mean();
    float[] deviation = encoding.deviation();
    int[] raw = {0, 1, 2, 3, 4, 255};
    float[] expected = new float[6];
    for (int k = 0; k < 6; k++) {
      float deflection = 1 - raw[k] / 255f;
      expected[k] = (deflection - mean[k % 3]) / deviation[k % 3];
    }
    assertArrayEquals(expected, RawFiles.sample(test, 0));
  }

  @Test
  void readsOtherNumbersAsTheyAre() throws IOException {
    put("x_train.npy", npy(">f4", "2, 1, 1", floats(ByteOrder.BIG_ENDIAN, -3, 5)));
    put("x_test.npy", npy("<f4", "1, 1, 1", floats(ByteOrder.LITTLE_ENDIAN, 2.5f)));
    DataFolder data = DataFolder.open(folder);
    Standardized encoding = (Standardized) data.defaultEncoding();
    assertEquals(new Standardized(Standardized.Reading.VALUE, 1, new float[] {1}, new float[] {4.001f}), encoding);
    assertArrayEquals(new float[] {1.5f / 4.001f}, RawFiles.sample(data.test(encoding), 0));
  }

  @Test
  void readsAllVersionsOfTheFormatAndPackedFiles() throws IOException {
    String header = "{'shape':(1,2,3),'fortran_order':False,'descr':'|u1'}";
    for (int version = 1; version <= 3; version++) {
      put("x_test.npy", npy(version, header, bytes(0, 1, 2, 3, 4, 5)));
      assertEquals(1, opened().size());
    }
    put("x_test.npy", RawFiles.gzip(npy(2, header, bytes(0, 1, 2, 3, 4, 5))));
    assertEquals(1, opened().size());
  }

  @ParameterizedTest
  @CsvSource({"|b1, 01, 1", "|i1, ff, -1", "<u2, ffff, 65535", ">i2, fffe, -2", "<u4, 01000000, 1", ">i4, 00000003, 3",
    "<u8, 0400000000000000, 4", "<i8, feffffffffffffff, -2", "<f2, 00c0, -2", ">f2, c000, -2", "<f8, 000000000000e03f, 0.5"})
  void readsEveryType(String descr, String hex, float expected) throws IOException {
    byte[] data = HexFormat.of().parseHex(hex);
    put("x_test.npy", npy(descr, "1, 1, 1", data));
    put("x_train.npy", npy("<f4", "2, 1, 1", floats(ByteOrder.LITTLE_ENDIAN, 0, 0)));
    Standardized plain = new Standardized(Standardized.Reading.VALUE, 1, new float[] {0}, new float[] {1});
    assertEquals(expected, RawFiles.sample(DataFolder.open(folder).test(plain), 0)[0]);
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
    "expected a Python dict|hello",
    "expected 'descr' with a simple type|{'descr': [('a', '<i4')], 'fortran_order': False, 'shape': (1, 2, 3), }",
    "expected 'descr' with a simple type once|{'descr': '<u1', 'descr': '<u1', 'fortran_order': False, 'shape': (1, 2, 3)}",
    "descr: expected one of|{'descr': '<c8', 'fortran_order': False, 'shape': (1, 2, 3), }",
    "descr: expected one of|{'descr': '<U5', 'fortran_order': False, 'shape': (1, 2, 3), }",
    "descr: expected one of|{'descr': '', 'fortran_order': False, 'shape': (1, 2, 3), }",
    "fortran_order: expected False|{'descr': '<u1', 'fortran_order': True, 'shape': (1, 2, 3), }",
    "expected 'shape'|{'descr': '<u1', 'fortran_order': False}",
    "shape: expected sizes|{'descr': '<u1', 'fortran_order': False, 'shape': (1, -2, 3), }",
    "shape: expected sizes|{'descr': '<u1', 'fortran_order': False, 'shape': (1, 2147483648, 3), }",
    "shape: expected sizes|{'descr': '<u1', 'fortran_order': False, 'shape': (1,,3), }",
    "shape: expected [samples, steps, channels]|{'descr': '<u1', 'fortran_order': False, 'shape': (2, 3), }",
    "shape: expected [samples, steps, channels]|{'descr': '<u1', 'fortran_order': False, 'shape': (), }",
    "quarter of this JVM's memory|{'descr': '<u1', 'fortran_order': False, 'shape': (2000000000, 2000000000, 2000000000), }",
    "empty array|{'descr': '<u1', 'fortran_order': False, 'shape': (1, 0, 3), }",
    "data: expected 9 bytes|{'descr': '<u1', 'fortran_order': False, 'shape': (1, 3, 3), }",
    "data: expected 3 bytes|{'descr': '<u1', 'fortran_order': False, 'shape': (1, 1, 3), }",
    "expected 2x3 unsigned bytes|{'descr': '<u1', 'fortran_order': False, 'shape': (1, 3, 2), }",
    "expected 2x3 unsigned bytes|{'descr': '<i1', 'fortran_order': False, 'shape': (1, 2, 3), }"
  })
  void refusesWhatBreaksTheFormat(String expected, String header) throws IOException {
    put("x_test.npy", npy(1, header, bytes(0, 1, 2, 3, 4, 5)));
    assertRefused(folder, "x_test.npy", expected);
  }

  @Test
  void refusesVersionsAndHeadersItDoesNotKnow() throws IOException {
    put("x_test.npy", npy(4, "{}", new byte[0]));
    assertRefused(folder, "x_test.npy: version at byte 6: expected 1 to 3, got 4");
    put("x_test.npy", bytes(0x93, 'N', 'U', 'M', 'P', 'Y', 2, 0, 0xff, 0xff, 0xff, 0xff));
    assertRefused(folder, "x_test.npy: header length at byte 8");
    put("x_test.npy", bytes(0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0, 0xff, 0xff));
    assertRefused(folder, "x_test.npy: header: expected 65535 more bytes, got 0");
    put("x_test.npy", bytes(0x93, 'N', 'U', 'M', 'P', 'Y'));
    assertRefused(folder, "x_test.npy: header: expected 8 more bytes, got 6");
  }

  @Test
  void refusesLabelsThatAreNone() throws IOException {
    put("y_test.npy", npy("<f4", "1,", new byte[4]));
    assertRefused(folder, "y_test.npy: labels: expected integers, got F32");
    put("y_test.npy", npy("|i1", "1,", bytes(-1)));
    assertRefused(folder, "y_test.npy: label 0: expected 0 to", "got -1");
    put("y_test.npy", npy("<i4", "1,", bytes(0, 0, 0, 0x7f)));
    assertRefused(folder, "y_test.npy: label 0: expected 0 to");
    put("y_test.npy", npy("|u1", "2,", bytes(0, 0)));
    assertRefused(folder, "y_test.npy: labels: expected 1", "got 2");
    put("y_test.npy", npy("|u1", "1,", bytes(2)));
    assertRefused(folder, "y_test.npy: label 0: expected 0 to 1, got 2");
  }

  @Test
  void refusesLabelsWithAbsurdGaps() throws IOException {
    put("y_train.npy", npy("<u2", "2,", bytes(0, 0, 0x60, 0xea)));
    assertRefused(folder,
        "y_train.npy: labels up to 60000, but only 2 different ones in 2 samples; expected classes 0 to 1");
  }

  @Test
  void takesGapsUpToLabel1000() throws IOException {
    put("y_train.npy", npy("<u2", "2,", bytes(0, 0, 0xe8, 3)));
    assertEquals(1001, opened().classes());
    put("y_train.npy", npy("<u2", "2,", bytes(0, 0, 0xe9, 3)));
    assertRefused(folder, "y_train.npy: labels up to 1001");
  }

  @Test
  void ignoresFilesThatCannotBeUnpacked() throws IOException {
    put("notes.gz", bytes(0x1f, 0x8b));
    assertEquals(1, opened().size());
    put("notes.gz", bytes(0x1f, 0x8b, 'n', 'o', 't', 'e', 's', ' ', 'o', 'n', ' ', 't', 'h', 'i', 's'));
    assertEquals(1, opened().size());
    put("notes.gz", Arrays.copyOf(RawFiles.gzip(new byte[100]), 12));
    assertEquals(1, opened().size());
  }

  @ParameterizedTest
  @CsvSource({"NaN", "Infinity", "-Infinity"})
  void refusesNumbersThatAreNotFinite(float value) throws IOException {
    put("x_train.npy", npy("<f4", "2, 1, 2", floats(ByteOrder.LITTLE_ENDIAN, 0, 0, 0, value)));
    assertRefused(folder, "x_train.npy: sample 1, number 1: expected a finite float32");
  }

  @Test
  void refusesEncodingsOfOtherShapes() throws IOException {
    DataFolder data = DataFolder.open(folder);
    IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> data.test(
        new Standardized(Standardized.Reading.VALUE, 2, new float[3], new float[] {1, 1, 1})));
    assertTrue(e.getMessage().contains("is for samples of 2x3 numbers, but"), e.getMessage());
    assertThrows(IllegalArgumentException.class, () -> data.test(
        new Standardized(Standardized.Reading.DEFLECTION, 3, new float[3], new float[] {1, 1, 1})));
    assertThrows(IllegalArgumentException.class, () -> data.test(
        new Standardized(Standardized.Reading.DEFLECTION, 2, new float[1], new float[] {1})));
    assertEquals(data.defaultEncoding(), data.defaultEncoding(EncodingOptions.NONE.withSteps(2)));
    assertThrows(IllegalArgumentException.class, () -> data.defaultEncoding(EncodingOptions.NONE.withSteps(3)));
  }

  private Dataset opened() throws IOException {
    DataFolder data = DataFolder.open(folder);
    return data.test(data.defaultEncoding());
  }

  private void put(String name, byte[] content) throws IOException {
    Files.write(folder.resolve(name), content);
  }
}
