package org.spikelane.connection;

import java.util.Arrays;
import org.spikelane.kernels.Rows;
import org.spikelane.kernels.SpikeRows;
import org.spikelane.layer.Block;
import org.spikelane.layer.GradientSums;
import org.spikelane.layer.Shape;
import org.spikelane.layer.Spikes;
import org.spikelane.layer.Stage;

/**
 * {@link MaxPool2d} of spikes, which stay bits: the largest of a window is a spike if any of its neurons fired. Where
 * spikes count less than nothing (a {@code graded_spikes_factor} may become negative), that holds for silence instead.
 *
 * <p>The rows of a row of windows are or-ed, then the places of each window.
 */
final class MaxPoolOfSpikes implements Stage {

  /** Places of a row of a window, which lie in a word. */
  static final int MOST_KERNEL = Long.SIZE;

  private final Spikes input;
  private final Spikes output;
  private final int inputHeight;
  private final int inputWidth;
  private final int channels;
  private final int height;
  private final int width;
  private final int kernel;
  /** Windows of a word. */
  private final int together;
  /** The first place of each of them. */
  private final long corners;

  /** Windows of at most {@link #MOST_KERNEL} by as many places. */
  MaxPoolOfSpikes(Spikes input, Shape inputShape, Shape outputShape, int kernel, Block block) {
    this.input = input;
    this.output = new Spikes(outputShape.size(), block.samples(), block.steps());
    this.inputHeight = inputShape.extent(1);
    this.inputWidth = inputShape.extent(2);
    this.channels = outputShape.extent(0);
    this.height = outputShape.extent(1);
    this.width = outputShape.extent(2);
    this.kernel = kernel;
    this.together = Long.SIZE / kernel;
    long starts = 0;
    for (int i = 0; i < together; i++) {
      starts |= 1L << (i * kernel);
    }
    this.corners = starts;
  }

  @Override
  public Spikes output() {
    return output;
  }

  /** What turns the bits that count most into ones: nothing, or, where a spike counts less than silence, all bits. */
  private long flip() {
    return input.value() < 0 ? -1 : 0;
  }

  @Override
  public void forward(int samples) {
    output.value(input.value());
    for (int b = 0; b < samples; b++) {
      SpikeRows from = input.rows(b);
      SpikeRows to = output.rows(b);
      for (int t = 0; t < input.steps(); t++) {
        Arrays.fill(to.words(), to.at(t), to.at(t) + SpikeRows.words(output.size()), 0);
        pool(from.words(), from.at(t), to.words(), to.at(t), flip());
      }
    }
  }

  private void pool(long[] from, int fromAt, long[] to, int toAt, long flip) {
    int o = 0;
    for (int c = 0; c < channels; c++) {
      for (int y = 0; y < height; y++) {
        for (int x = 0; x < width; x += together) {
          int count = Math.min(together, width - x);
          long places = 0;
          for (int i = 0; i < kernel; i++) {
            places |= bits(from, fromAt, corner(c, y, x) + i * inputWidth, count * kernel) ^ flip;
          }
          long any = places;
          for (int j = 1; j < kernel; j++) {
            any |= places >>> j;
          }
          put((Long.compress(any, corners) ^ flip) & lowest(count), count, to, toAt, o);
          o += count;
        }
      }
    }
  }

  private int corner(int c, int y, int x) {
    return (c * inputHeight + y * kernel) * inputWidth + x * kernel;
  }

  /** {@code count} bits of a row, 1 to 64, from bit {@code first} on. */
  private static long bits(long[] words, int at, int first, int count) {
    int word = at + (first >>> 6);
    long bits = words[word] >>> first;
    if ((first & 63) + count > Long.SIZE) {
      bits |= words[word + 1] << -first;
    }
    return bits & lowest(count);
  }

  /** Sets those of {@code count} bits of a row that are in {@code bits}. */
  private static void put(long bits, int count, long[] words, int at, int first) {
    int word = at + (first >>> 6);
    words[word] |= bits << first;
    if ((first & 63) + count > Long.SIZE) {
      words[word + 1] |= bits >>> -first;
    }
  }

  /** The lowest {@code count} bits, 1 to 64. */
  private static long lowest(int count) {
    return -1L >>> -count;
  }

  @Override
  public void backward(int samples, GradientSums sums) {
    if (!input.hasGradient()) {
      return;
    }
    for (int b = 0; b < samples; b++) {
      SpikeRows spk = input.rows(b);
      Rows gx = input.gradient(b);
      Rows gy = output.gradient(b);
      for (int t = 0; t < input.steps(); t++) {
        Arrays.fill(gx.data(), gx.at(t), gx.at(t) + input.size(), 0f);
        int o = gy.at(t);
        for (int c = 0; c < channels; c++) {
          for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
              gx.data()[gx.at(t) + winner(spk.words(), spk.at(t), corner(c, y, x))] = gy.data()[o++];
            }
          }
        }
      }
    }
  }

  /** The first place of a window whose value is the largest. */
  private int winner(long[] words, int at, int corner) {
    if (input.value() == 0) {
      // All are equal.
      return corner;
    }
    for (int i = 0; i < kernel; i++) {
      int row = corner + i * inputWidth;
      long most = bits(words, at, row, kernel) ^ (flip() & lowest(kernel));
      if (most != 0) {
        return row + Long.numberOfTrailingZeros(most);
      }
    }
    return corner;
  }
}
