package org.spikelane.format;

import java.util.List;

/**
 * A tensor as a pickle of PyTorch describes it: where its numbers lie in a storage.
 *
 * @param storage whose numbers they are
 * @param offset of the first, in numbers
 * @param size of each dimension
 * @param stride from one index of a dimension to the next, in numbers; none negative
 */
record StorageView(Storage storage, int offset, List<Integer> size, List<Integer> stride) {

  /**
   * Numbers in a row, an entry of the archive.
   *
   * @param type of the numbers
   * @param key last part of the entry's name, {@code data/KEY}
   * @param count of numbers
   */
  record Storage(NumberType type, String key, int count) {}

  /**
   * @throws IllegalArgumentException if the view does not lie within its storage, or would not fit an array
   */
  StorageView {
    size = List.copyOf(size);
    stride = List.copyOf(stride);
    if (size.size() != stride.size()) {
      throw new IllegalArgumentException("strides: expected as many as sizes, " + size + ", got " + stride);
    }
    long values = 1;
    long last = offset;
    for (int d = 0; d < size.size(); d++) {
      // Both factors are below 2^31, and no more than 2^31 is carried on.
      values = Math.min(values * size.get(d), Integer.MAX_VALUE);
      last = Math.min(last + (size.get(d) - 1L) * stride.get(d), Integer.MAX_VALUE);
    }
    if (values > Integer.MAX_VALUE - 8) {
      throw new IllegalArgumentException("sizes: expected fewer than 2^31 numbers, got " + size);
    }
    if (values > 0 && last >= storage.count()) {
      throw new IllegalArgumentException("a view from number " + offset + " on, of sizes " + size + " and strides " + stride
          + ": expected it within the " + storage.count() + " numbers of storage " + storage.key() + ", got none there");
    }
  }

  /** Number of values. */
  int values() {
    return size.stream().reduce(1, (a, b) -> a * b);
  }

  /** Where each value lies in the storage, row-major: {@code offset + sum(index[d]*stride[d])}. */
  int[] places() {
    int[] places = new int[values()];
    int[] index = new int[size.size()];
    int place = offset;
    for (int i = 0; i < places.length; i++) {
      places[i] = place;
      for (int d = index.length - 1; d >= 0; d--) {
        place += stride.get(d);
        if (++index[d] < size.get(d)) {
          break;
        }
        place -= size.get(d) * stride.get(d);
        index[d] = 0;
      }
    }
    return places;
  }
}
