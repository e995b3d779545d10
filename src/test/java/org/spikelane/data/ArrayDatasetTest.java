package org.spikelane.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

class ArrayDatasetTest {

  private static final float[] TWELVE = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11};

  @Test
  void hasSequencesOneAfterTheOther() {
    Dataset data = Dataset.ofSequences(TWELVE, 3, new int[] {1, 0}, 4);
    assertEquals(2, data.size());
    assertEquals(4, data.classes());
    assertEquals(3, data.steps());
    assertEquals(2, data.features());
    assertFalse(data.constant());
    assertEquals(1, data.label(0));
    assertEquals(0, data.label(1));
    assertEquals("3", data.className(3));
    float[] sample = new float[8];
    data.copyTo(1, sample, 1);
    assertArrayEquals(new float[] {0, 6, 7, 8, 9, 10, 11, 0}, sample);
    Dataset second = data.range(1, 2);
    second.copyTo(0, sample, 2);
    assertArrayEquals(new float[] {0, 6, 6, 7, 8, 9, 10, 11}, sample);
    assertEquals(0, second.label(0));
  }

  @Test
  void hasOneRowOfWhatStaysTheSame() {
    Dataset data = Dataset.ofConstants(TWELVE, 25, new int[] {2, 1, 0}, 3);
    assertEquals(3, data.size());
    assertEquals(25, data.steps());
    assertEquals(4, data.features());
    assertTrue(data.constant());
    float[] sample = new float[4];
    data.copyTo(2, sample, 0);
    assertArrayEquals(new float[] {8, 9, 10, 11}, sample);
  }

  @Test
  void refusesWhatDoesNotFit() {
    int[] labels = {0, 1};
    refused("values: expected a multiple of 10 (2 samples of 5 steps), got length 12",
        () -> Dataset.ofSequences(TWELVE, 5, labels, 2));
    refused("values: expected a multiple of 2 (2 samples), got length 0",
        () -> Dataset.ofConstants(new float[0], 5, labels, 2));
    refused("values: expected a multiple of 33554432 (2 samples of 16777216 steps), got length 12",
        () -> Dataset.ofSequences(TWELVE, 1 << 24, labels, 2));
    refused("steps: expected 1 to 16777216, got 16777217", () -> Dataset.ofSequences(TWELVE, (1 << 24) + 1, labels, 2));
    refused("steps: expected 1 to 16777216, got 0", () -> Dataset.ofConstants(TWELVE, 0, labels, 2));
    refused("features: expected 1 to 3, got 6", () -> Dataset.ofConstants(TWELVE, 5_000_000, labels, 2));
    refused("classes: expected at least 1, got 0", () -> Dataset.ofConstants(TWELVE, 5, labels, 0));
    refused("labels: expected at least 1 sample, got none", () -> Dataset.ofSequences(TWELVE, 3, new int[0], 2));
    refused("labels: expected 0 to 0 for 1 classes, got 1 at sample 1", () -> Dataset.ofSequences(TWELVE, 3, labels, 1));
    refused("labels: expected 0 to 1 for 2 classes, got -1 at sample 0",
        () -> Dataset.ofSequences(TWELVE, 3, new int[] {-1, 0}, 2));
    float[] broken = TWELVE.clone();
    broken[7] = Float.NaN;
    refused("values: expected finite numbers, got NaN in sample 1", () -> Dataset.ofSequences(broken, 3, labels, 2));
    refused("values: expected finite numbers, got NaN in sample 1", () -> Dataset.ofConstants(broken, 3, labels, 2));
    Dataset data = Dataset.ofSequences(TWELVE, 3, labels, 2);
    refused("i: expected 0 to 1, got 2", () -> data.label(2));
    refused("i: expected 0 to 1, got -1", () -> data.copyTo(-1, new float[6], 0));
    refused("values: expected room for 6 from offset 1 on, got length 6", () -> data.copyTo(0, new float[6], 1));
  }

  private static void refused(String message, Executable what) {
    assertEquals(message, assertThrows(IllegalArgumentException.class, what).getMessage());
  }
}
