package org.spikelane.kernels;

import java.util.Objects;

/**
 * Where the spikes of a sequence lie: the row of step {@code t} starts at {@code words[offset + t*stride]}, neuron
 * {@code n} is bit {@code n & 63} of word {@code n >>> 6} of the row.
 *
 * <p>A description, not a copy; the array is shared. Bits of a row's last word that stand for no neuron are 0: whatever fills
 * rows sees to it, and those who count, list or multiply spikes by the word rely on it.
 *
 * @param words the spikes, one bit a neuron
 * @param offset index of the first word of row 0
 * @param stride distance from a row to the next, in words
 */
public record SpikeRows(long[] words, int offset, int stride) {

  /** @throws IllegalArgumentException if {@code offset} is negative or beyond the array */
  public SpikeRows {
    Objects.requireNonNull(words, "words");
    if (offset < 0 || offset > words.length) {
      throw new IllegalArgumentException(
          "offset: expected 0 to " + words.length + " (the length of words), got " + offset);
    }
  }

  /** Words that a row of {@code size} neurons takes: {@code ceil(size / 64)}. */
  public static int words(int size) {
    return (size + 63) >>> 6;
  }

  /** Index in {@link #words} of the first word of row {@code t}. */
  public int at(int t) {
    return offset + t * stride;
  }

  /** Whether neuron {@code n} spiked at step {@code t}. */
  public boolean fired(int t, int n) {
    return (words[at(t) + (n >>> 6)] >>> n & 1) != 0;
  }

  /** Number of spikes at step {@code t} of a row of {@code size} neurons. */
  public int count(int t, int size) {
    int start = at(t);
    int count = 0;
    for (int w = start; w < start + words(size); w++) {
      count += Long.bitCount(words[w]);
    }
    return count;
  }

  /**
   * Adds {@code value} to {@code sums[sumsAt + n]} for every spike of a neuron n in steps [t0, t1), step by step; rows are of
   * {@code size} neurons.
   *
   * @return number of these spikes
   */
  public int addTo(float[] sums, int sumsAt, float value, int t0, int t1, int size) {
    int count = 0;
    for (int t = t0; t < t1; t++) {
      int start = at(t);
      for (int w = 0; w < words(size); w++) {
        long word = words[start + w];
        count += Long.bitCount(word);
        for (; word != 0; word &= word - 1) {
          sums[sumsAt + w * Long.SIZE + Long.numberOfTrailingZeros(word)] += value;
        }
      }
    }
    return count;
  }

  /** Clears every spike of step {@code t}, of a row of {@code size} neurons, but that of neuron {@code winner}. */
  public void keepOnly(int t, int winner, int size) {
    int start = at(t);
    for (int w = 0; w < words(size); w++) {
      words[start + w] &= w == winner >>> 6 ? 1L << winner : 0;
    }
  }

  /** Whether rows {@code [t0, t1)} of {@code size} neurons lie within the array. */
  boolean holds(int t0, int t1, int size) {
    return t0 >= t1 || (inside(t0, size) && inside(t1 - 1, size));
  }

  /** Whether no row of {@code [t0, t1)} has a bit set, in its last word, that stands for none of {@code size} neurons. */
  boolean endAt(int size, int t0, int t1) {
    long beyond = (size & 63) == 0 ? 0 : -1L << size;
    for (int t = t0; beyond != 0 && t < t1; t++) {
      if ((words[at(t) + (size >>> 6)] & beyond) != 0) {
        return false;
      }
    }
    return true;
  }

  private boolean inside(int t, int size) {
    long start = offset + (long) t * stride;
    return start >= 0 && start + words(size) <= words.length;
  }

  /** Bit c of word r becomes bit r of word c, of 64 words: quarters change places, then quarters of quarters. */
  static void transpose(long[] bits, int at) {
    long mask = 0xFFFF_FFFFL;
    for (int size = 32; size > 0; size >>= 1) {
      for (int top = at; top < at + 64; top += 2 * size) {
        for (int i = top; i < top + size; i++) {
          long change = (bits[i] >>> size ^ bits[i + size]) & mask;
          bits[i] ^= change << size;
          bits[i + size] ^= change;
        }
      }
      mask ^= mask << (size >> 1);
    }
  }
}
