package org.spikelane.connection;

import java.util.Arrays;
import java.util.List;
import org.spikelane.kernels.Rows;
import org.spikelane.layer.Block;
import org.spikelane.layer.GradientSums;
import org.spikelane.layer.Layer;
import org.spikelane.layer.Parameter;
import org.spikelane.layer.Shape;
import org.spikelane.layer.Signal;
import org.spikelane.layer.Stage;
import org.spikelane.layer.Values;

/**
 * The sum of every window of every channel, divided by a constant: {@code y = (sum over the window of x)/divisor},
 * padded with zeros, added in row-major order. Rows and columns that fill no window are left out.
 */
public abstract sealed class LinearPool2d implements Layer permits SumPool2d, AvgPool2d {

  private final Shape inputShape;
  private final Shape outputShape;
  private final Window rows;
  private final Window columns;
  private final float divisor;

  LinearPool2d(Shape inputShape, Window rows, Window columns, float divisor) {
    if (inputShape.rank() != 3) {
      throw new IllegalArgumentException(type() + ": expected an input of shape [C, H, W], got " + inputShape);
    }
    if (!rows.isPlain() || !columns.isPlain()) {
      throw new IllegalArgumentException(type() + ": expected the same padding on both sides and no dilation, got "
          + rows + " and " + columns);
    }
    this.inputShape = inputShape;
    this.outputShape = Window.over(inputShape, inputShape.extent(0), rows, columns);
    this.rows = rows;
    this.columns = columns;
    this.divisor = divisor;
  }

  @Override
  public final Shape inputShape() {
    return inputShape;
  }

  @Override
  public final Shape outputShape() {
    return outputShape;
  }

  /** The windows from top to bottom. */
  public final Window rows() {
    return rows;
  }

  /** The windows from left to right. */
  public final Window columns() {
    return columns;
  }

  @Override
  public final List<Parameter> parameters() {
    return List.of();
  }

  @Override
  public final void refresh() {}

  @Override
  public final boolean takesSpikes() {
    return false;
  }

  @Override
  public final Stage stage(Signal input, Block block) {
    return new PoolStage((Values) input, block);
  }

  private final class PoolStage implements Stage {

    private final Values input;
    private final Values output;
    /** By window of a row: its first tap that sees a place, and the end of those that do. */
    private final int[] firstColumn = new int[outputShape.extent(2)];
    private final int[] endColumn = new int[outputShape.extent(2)];

    PoolStage(Values input, Block block) {
      this.input = input;
      this.output = new Values(outputShape.size(), block.samples(), block.steps(), input.constant());
      for (int q = 0; q < firstColumn.length; q++) {
        firstColumn[q] = columns.firstTap(q);
        endColumn[q] = columns.endTap(q, inputShape.extent(2));
      }
    }

    @Override
    public Values output() {
      return output;
    }

    @Override
    public void forward(int samples) {
      for (int b = 0; b < samples; b++) {
        Rows x = input.rows(b);
        Rows y = output.rows(b);
        for (int t = 0; t < input.rowsPerSample(); t++) {
          pool(x.data(), x.at(t), y.data(), y.at(t));
        }
      }
    }

    private void pool(float[] x, int xAt, float[] y, int yAt) {
      int height = inputShape.extent(1);
      int width = inputShape.extent(2);
      int o = yAt;
      for (int c = 0; c < inputShape.extent(0); c++) {
        for (int p = 0; p < outputShape.extent(1); p++) {
          int firstRow = rows.firstTap(p);
          int endRow = rows.endTap(p, height);
          for (int q = 0; q < outputShape.extent(2); q++) {
            float sum = 0;
            for (int i = firstRow; i < endRow; i++) {
              int row = xAt + (c * height + rows.at(p, i)) * width;
              for (int j = firstColumn[q]; j < endColumn[q]; j++) {
                sum += x[row + columns.at(q, j)];
              }
            }
            y[o++] = sum / divisor;
          }
        }
      }
    }

    @Override
    public void backward(int samples, GradientSums sums) {
      if (!input.hasGradient()) {
        return;
      }
      for (int b = 0; b < samples; b++) {
        Rows gx = input.gradient(b);
        Rows gy = output.gradient(b);
        for (int t = 0; t < input.rowsPerSample(); t++) {
          spread(gy.data(), gy.at(t), gx.data(), gx.at(t));
        }
      }
    }

    private void spread(float[] gy, int gyAt, float[] gx, int gxAt) {
      int height = inputShape.extent(1);
      int width = inputShape.extent(2);
      Arrays.fill(gx, gxAt, gxAt + inputShape.size(), 0f);
      int o = gyAt;
      for (int c = 0; c < inputShape.extent(0); c++) {
        for (int p = 0; p < outputShape.extent(1); p++) {
          int firstRow = rows.firstTap(p);
          int endRow = rows.endTap(p, height);
          for (int q = 0; q < outputShape.extent(2); q++) {
            float share = gy[o++] / divisor;
            for (int i = firstRow; i < endRow; i++) {
              int row = gxAt + (c * height + rows.at(p, i)) * width;
              for (int j = firstColumn[q]; j < endColumn[q]; j++) {
                gx[row + columns.at(q, j)] += share;
              }
            }
          }
        }
      }
    }
  }
}
