package org.spikelane.connection;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.function.LongFunction;
import org.spikelane.layer.Layer;
import org.spikelane.layer.Parameter;

/** PyTorch's initialisation: weight and bias uniform in ±1/√fan_in, by the seed. */
final class InitialWeights {

  private InitialWeights() {}

  static void check(LongFunction<Layer> layer, int fanIn) {
    List<Parameter> parameters = layer.apply(1).parameters();
    double bound = 1 / Math.sqrt(fanIn);
    for (int i = 0; i < parameters.size(); i++) {
      float[] values = parameters.get(i).values();
      double squares = 0;
      for (float value : values) {
        assertTrue(Math.abs(value) <= bound, parameters.get(i) + ": " + value);
        squares += value * value;
      }
      // A uniform distribution's variance is bound^2/3.
      assertEquals(1, squares / values.length / (bound * bound / 3), 0.25, parameters.get(i).name());
      assertArrayEquals(values, layer.apply(1).parameters().get(i).values());
      assertTrue(!Arrays.equals(values, layer.apply(2).parameters().get(i).values()));
    }
  }
}
