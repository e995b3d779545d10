package org.spikelane.kernels;

import java.util.Arrays;

/**
 * Lists of what fired, of each of some rows or of each neuron that fired in them: list i has {@link #fired}, ascending, from
 * {@code starts()[i]} to {@code starts()[i + 1]}. Whatever lists anew may put other arrays in place of these.
 */
final class SpikeLists {

  private static final int LISTED_TOGETHER = 4;

  private int[] fired = {};
  private int[] starts = {};
  private int[] neurons = {};
  private long[] bits = {};
  private int lists;

  SpikeLists() {}

  int[] fired() {
    return fired;
  }

  int[] starts() {
    return starts;
  }

  /** Of which neuron a list is, after {@link #ofNeurons}. */
  int[] neurons() {
    return neurons;
  }

  /** How many lists there are. */
  int count() {
    return lists;
  }

  /** Lists the neurons that fired in each of {@code count} rows. */
  void ofRows(long[] words, int at, int stride, int wordsOfRow, int count) {
    begin(count);
    roomForFired(count * wordsOfRow * Long.SIZE);
    int end = 0;
    for (int i = 0; i < count; i++) {
      for (int word = 0; word < wordsOfRow; word++) {
        end = list(words[at + i * stride + word], word << 6, fired, end);
      }
      starts[i + 1] = end;
    }
    lists = count;
  }

  /**
   * Lists for each of {@code k} neurons that fired those of {@code count} rows in which it did.
   *
   * @param rowsAt index in {@code words} of each row, from the {@code first} on
   */
  void ofNeurons(long[] words, int[] rowsAt, int first, int count, int k) {
    int padded = Math.ceilDiv(count, Long.SIZE) * Long.SIZE;
    begin(k);
    if (bits.length < padded) {
      bits = new long[padded];
    }
    int found = 0;
    int end = 0;
    for (int word = 0; word < SpikeRows.words(k); word++) {
      long any = 0;
      for (int i = 0; i < count; i++) {
        bits[i] = words[rowsAt[first + i] + word];
        any |= bits[i];
      }
      if (any == 0) {
        continue;
      }
      Arrays.fill(bits, count, padded, 0);
      for (int block = 0; block < padded; block += Long.SIZE) {
        SpikeRows.transpose(bits, block);
      }
      roomForFired(end + Long.SIZE * count);
      for (; any != 0; any &= any - 1) {
        int i = Long.numberOfTrailingZeros(any);
        neurons[found++] = word * Long.SIZE + i;
        for (int block = 0; block < padded; block += Long.SIZE) {
          end = list(bits[block + i], block, fired, end);
        }
        starts[found] = end;
      }
    }
    lists = found;
  }

  /** Adds a list, said to be of neuron 0, that has one number so many times. */
  void addRepeated(int number, int times) {
    int at = starts[lists];
    roomForFired(at + times);
    Arrays.fill(fired, at, at + times, number);
    neurons[lists++] = 0;
    starts[lists] = at + times;
  }

  /** Makes room for so many lists and one more. */
  private void begin(int most) {
    if (neurons.length <= most) {
      starts = new int[most + 2];
      neurons = new int[most + 1];
    }
  }

  private void roomForFired(int most) {
    if (fired.length < most + LISTED_TOGETHER) {
      fired = Arrays.copyOf(fired, Math.max(most + LISTED_TOGETHER, 2 * fired.length));
    }
  }

  /**
   * Appends {@code base} plus the index of each bit. Writes some entries beyond the end, and goes through its loop once even
   * if there are none: of sparse rows, some words have bits and some do not, which no processor can tell beforehand.
   */
  private static int list(long word, int base, int[] to, int at) {
    int end = at + Long.bitCount(word);
    long bits = word;
    int i = at;
    do {
      bits = listTwo(bits, base, to, i);
      bits = listTwo(bits, base, to, i + 2);
      i += LISTED_TOGETHER;
    } while (i < end);
    return end;
  }

  /** Puts the two lowest bits into the list; returns the others. */
  private static long listTwo(long bits, int base, int[] to, int at) {
    to[at] = base + Long.numberOfTrailingZeros(bits);
    long others = bits & (bits - 1);
    to[at + 1] = base + Long.numberOfTrailingZeros(others);
    return others & (others - 1);
  }
}
