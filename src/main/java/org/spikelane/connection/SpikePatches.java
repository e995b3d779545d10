package org.spikelane.connection;

import java.util.Arrays;
import org.spikelane.kernels.SpikeRows;
import org.spikelane.layer.Shape;

/**
 * What a convolution's kernel sees of spikes: by group of channels and by place of the output a row of bits, one a tap, in
 * the order of the weight [in/groups, kh, kw]. Which bits a spike sets is worked out once, however windows lie.
 */
final class SpikePatches {

  private final int neurons;
  private final int places;
  private final int groups;
  private final int words;
  /** Where the bits of each neuron start in {@link #wordOf} and {@link #bitOf}; one more for the end. */
  private final int[] starts;
  /** By neuron: the bits that its spike sets, each by its word, of all rows one after another, and its number there. */
  private final int[] wordOf;
  private final byte[] bitOf;

  /** Of images of shape [C, H, W], in so many groups of channels. */
  SpikePatches(Shape input, Shape output, Window rows, Window columns, int groups) {
    int channels = input.extent(0) / groups;
    this.neurons = input.size();
    this.places = output.extent(1) * output.extent(2);
    this.groups = groups;
    this.words = SpikeRows.words(channels * rows.kernel() * columns.kernel());
    this.starts = new int[neurons + 1];
    // Once to count, once to fill in.
    visit(input, output, rows, columns, channels, (n, row, tap) -> starts[n + 1]++);
    for (int n = 0; n < neurons; n++) {
      starts[n + 1] += starts[n];
    }
    this.wordOf = new int[starts[neurons]];
    this.bitOf = new byte[starts[neurons]];
    int[] ends = starts.clone();
    visit(input, output, rows, columns, channels, (n, row, tap) -> {
      wordOf[ends[n]] = row * words + (tap >>> 6);
      bitOf[ends[n]++] = (byte) (tap & 63);
    });
  }

  private interface Seen {
    void by(int neuron, int row, int tap);
  }

  /** Visits all taps that see a neuron, rows of patches ascending. */
  private void visit(Shape input, Shape output, Window rows, Window columns, int channels, Seen seen) {
    int height = input.extent(1);
    int width = input.extent(2);
    for (int c = 0; c < input.extent(0); c++) {
      int tapOfChannel = c % channels * rows.kernel() * columns.kernel();
      for (int p = 0; p < output.extent(1); p++) {
        for (int q = 0; q < output.extent(2); q++) {
          int row = c / channels * places + p * output.extent(2) + q;
          for (int i = rows.firstTap(p); i < rows.endTap(p, height); i++) {
            for (int j = columns.firstTap(q); j < columns.endTap(q, width); j++) {
              int neuron = (c * height + rows.at(p, i)) * width + columns.at(q, j);
              seen.by(neuron, row, tapOfChannel + i * columns.kernel() + j);
            }
          }
        }
      }
    }
  }

  /** Room for the patches of one image. */
  Image image() {
    return new Image();
  }

  /** The patches of one image at a time. */
  final class Image {

    private final long[] patches = new long[groups * places * words];
    private final SpikeRows[] byGroup = new SpikeRows[groups];

    private Image() {
      for (int g = 0; g < groups; g++) {
        byGroup[g] = new SpikeRows(patches, g * places * words, words);
      }
    }

    /** The patches of a group's channels, row p for place p. */
    SpikeRows patches(int group) {
      return byGroup[group];
    }

    /** Takes the image in row t. */
    void gather(SpikeRows x, int t) {
      Arrays.fill(patches, 0L);
      int at = x.at(t);
      for (int word = 0; word < SpikeRows.words(neurons); word++) {
        for (long fired = x.words()[at + word]; fired != 0; fired &= fired - 1) {
          int n = word * Long.SIZE + Long.numberOfTrailingZeros(fired);
          for (int i = starts[n]; i < starts[n + 1]; i++) {
            patches[wordOf[i]] |= 1L << bitOf[i];
          }
        }
      }
    }
  }
}
