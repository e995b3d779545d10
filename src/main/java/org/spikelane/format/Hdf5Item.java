package org.spikelane.format;

import java.util.Map;

/**
 * What stands under a name in an HDF5 file: a group of further names, numbers, texts, or something that is not read.
 */
sealed interface Hdf5Item {

  /** Further items by name, in the order of the file. */
  record Group(Map<String, Hdf5Item> children) implements Hdf5Item {}

  /** Integers or floating-point numbers. */
  record Numbers(NirArray array) implements Hdf5Item {}

  /** Texts, row-major in the shape of the data set, which is empty for a single one. */
  record Texts(int[] shape, String[] values) implements Hdf5Item {}

  /** Anything else, said in words. */
  record Other(String kind) implements Hdf5Item {}
}
