package org.spikelane.connection;

import java.util.List;
import org.spikelane.layer.Block;
import org.spikelane.layer.GradientSums;
import org.spikelane.layer.Layer;
import org.spikelane.layer.Parameter;
import org.spikelane.layer.Shape;
import org.spikelane.layer.Signal;
import org.spikelane.layer.Stage;

/**
 * Axes {@code startDim … endDim} of a sample as one: {@code [C, H, W]} as {@code [C*H*W]}, or with 1 and 2 as {@code
 * [C, H*W]}. Rows are row-major already, so nothing moves.
 *
 * <p>PyTorch's {@code nn.Flatten(start_dim, end_dim)} and NIR's {@code Flatten}, but for the count of axes: samples
 * have no batch axis here, so torch's {@code start_dim} 1 is 0.
 *
 * @param startDim first axis that is merged, from 0
 * @param endDim last axis that is merged, from 0
 */
public record Flatten(Shape inputShape, int startDim, int endDim) implements Layer {

  /**
   * Negative axes count from the end, -1 being the last.
   *
   * @throws IllegalArgumentException if there is no such axis, or the first lies behind the last
   */
  public Flatten {
    int rank = inputShape.rank();
    int start = startDim < 0 ? startDim + rank : startDim;
    int end = endDim < 0 ? endDim + rank : endDim;
    if (start < 0 || start > end || end >= rank) {
      throw new IllegalArgumentException("Flatten: expected startDim and endDim in ascending order among the " + rank
          + " axes of " + inputShape + ", got " + startDim + " and " + endDim);
    }
    startDim = start;
    endDim = end;
  }

  /** All axes as one. */
  public Flatten(Shape inputShape) {
    this(inputShape, 0, -1);
  }

  @Override
  public String type() {
    return "Flatten";
  }

  @Override
  public Shape outputShape() {
    int[] in = inputShape.extents();
    int[] out = new int[in.length - (endDim - startDim)];
    for (int axis = 0, to = 0; axis < in.length; axis++) {
      boolean merged = axis > startDim && axis <= endDim;
      to += axis == 0 || merged ? 0 : 1;
      out[to] = merged ? out[to] * in[axis] : in[axis];
    }
    return Shape.of(out);
  }

  @Override
  public List<Parameter> parameters() {
    return List.of();
  }

  @Override
  public void refresh() {}

  @Override
  public boolean takesSpikes() {
    return true;
  }

  @Override
  public Stage stage(Signal input, Block block) {
    return new Stage() {
      @Override
      public Signal output() {
        return input;
      }

      @Override
      public void forward(int samples) {}

      @Override
      public void backward(int samples, GradientSums sums) {}
    };
  }
}
