package org.spikelane.connection;

import java.util.List;
import org.spikelane.layer.Block;
import org.spikelane.layer.GradientSums;
import org.spikelane.layer.Layer;
import org.spikelane.layer.Parameter;
import org.spikelane.layer.Shape;
import org.spikelane.layer.Signal;
import org.spikelane.layer.Stage;

/** {@code [C, H, W]} as {@code [C*H*W]}: PyTorch's {@code nn.Flatten}. Rows are row-major already, so nothing moves. */
public record Flatten(Shape inputShape) implements Layer {

  @Override
  public String type() {
    return "Flatten";
  }

  @Override
  public Shape outputShape() {
    return Shape.of(inputShape.size());
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
