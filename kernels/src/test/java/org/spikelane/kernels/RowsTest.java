package org.spikelane.kernels;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** The views of rows: where they begin, what they hold, what they refuse. */
class RowsTest {

  @Test
  void rowsBeginAtOffsetPlusStride() {
    Rows rows = new Rows(new float[100], 7, 10);
    assertEquals(7, rows.at(0));
    assertEquals(37, rows.at(3));
    assertTrue(rows.holds(0, 9, 10));
    assertFalse(rows.holds(0, 10, 10));
    assertTrue(new Rows(new float[10], 0, 0).holds(0, 1000, 10));
    assertFalse(new Rows(new float[10], 0, -1).holds(0, 2, 5));
    assertTrue(Rows.NONE.isNone());
    assertFalse(rows.isNone());
  }

  /** Ascending, descending, and over what an int holds. */
  @Test
  void rowsAreHeldFromTheFirstToTheLast() {
    float[] data = new float[30];
    assertTrue(new Rows(data, 0, 10).holds(0, 3, 10));
    assertFalse(new Rows(data, 0, 10).holds(0, 3, 11));
    assertFalse(new Rows(data, 1, 10).holds(0, 3, 10));
    assertTrue(new Rows(data, 20, -10).holds(0, 3, 10));
    assertFalse(new Rows(data, 19, -10).holds(0, 3, 10));
    assertFalse(new Rows(data, 21, -10).holds(0, 3, 10));
    assertTrue(new Rows(data, -4, 10).holds(0, 3, 4, 14));
    assertFalse(new Rows(data, -5, 10).holds(0, 3, 4, 14));
    assertFalse(new Rows(data, -3, 10).holds(0, 3, 4, 14));
    assertTrue(new Rows(data, 30, 10).holds(2, 2, 10));
    assertFalse(new Rows(data, 0, 1 << 20).holds(0, 4097, 10));
    long[] words = new long[6];
    assertTrue(new SpikeRows(words, 0, 2).holds(0, 3, 128));
    assertFalse(new SpikeRows(words, 0, 2).holds(0, 3, 129));
    assertFalse(new SpikeRows(words, 1, 2).holds(0, 3, 65));
    assertTrue(new SpikeRows(words, 4, -2).holds(0, 3, 128));
    assertFalse(new SpikeRows(words, 3, -2).holds(0, 3, 64));
    assertFalse(new SpikeRows(words, 5, -2).holds(0, 3, 65));
    assertTrue(new SpikeRows(words, 6, 2).holds(2, 2, 64));
    assertFalse(new SpikeRows(words, 0, 1 << 20).holds(0, 4097, 64));
  }

  @Test
  void offsetsOutsideTheArrayAreRefused() {
    assertEquals("offset: expected at most 3 (the length of data), got 4",
        assertThrows(IllegalArgumentException.class, () -> new Rows(new float[3], 4, 1)).getMessage());
    assertEquals("offset: expected 0 to 3 (the length of words), got -1",
        assertThrows(IllegalArgumentException.class, () -> new SpikeRows(new long[3], -1, 1)).getMessage());
  }

  @Test
  void spikesAreBits() {
    SpikeRows spikes = new SpikeRows(new long[] {0, 1L << 5, 1L << 2}, 1, 2);
    assertTrue(spikes.fired(0, 5));
    assertTrue(spikes.fired(0, 66));
    assertFalse(spikes.fired(0, 4));
    assertEquals(2, spikes.count(0, 67));
    float[] sums = new float[70];
    assertEquals(2, spikes.addTo(sums, 1, 0.5f, 0, 1, 67));
    float[] expected = new float[70];
    expected[6] = 0.5f;
    expected[67] = 0.5f;
    assertArrayEquals(expected, sums);
    spikes.keepOnly(0, 66, 67);
    assertEquals(1, spikes.count(0, 67));
    assertTrue(spikes.fired(0, 66));
  }

  /** Two steps of 65 neurons, the last of each alone in its word, and a word that is of neither. */
  @Test
  void spikesOfSeveralStepsAreAddedAndKept() {
    SpikeRows spikes = new SpikeRows(new long[] {3, 1, -1, 1, 1}, 0, 3);
    assertTrue(spikes.fired(1, 0));
    assertFalse(spikes.fired(1, 1));
    float[] sums = new float[67];
    assertEquals(5, spikes.addTo(sums, 2, 0.5f, 0, 2, 65));
    float[] expected = new float[67];
    expected[2] = 1f;
    expected[3] = 0.5f;
    expected[66] = 1f;
    assertArrayEquals(expected, sums);
    spikes.keepOnly(0, 1, 65);
    spikes.keepOnly(1, 7, 65);
    assertArrayEquals(new long[] {2, 0, -1, 0, 0}, spikes.words());
  }
}
