package org.spikelane.connection;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import org.junit.jupiter.api.Test;
import org.spikelane.layer.Shape;
import org.spikelane.network.Input;
import org.spikelane.network.Network;

/**
 * What torch 2.15 gave for small whole numbers, which are exact in every order of addition: {@code ((torch.arange(n)*7) %
 * 11 - 5).float()} as input, weight and bias.
 */
class PyTorchImageLayersTest {

  private static float[] numbers(int size) {
    float[] values = new float[size];
    for (int i = 0; i < size; i++) {
      values[i] = i * 7 % 11 - 5;
    }
    return values;
  }

  private static float[] run(Network network) {
    network.parameters().values().forEach(parameter ->
        System.arraycopy(numbers(parameter.values().length), 0, parameter.values(), 0, parameter.values().length));
    network.refresh();
    return network.run(Input.sequence(numbers(network.inputShape().size()), 1, 1)).output();
  }

  /** {@code nn.Conv2d(4, 4, (3, 2), stride=(2, 1), padding=(1, 2), dilation=(1, 2), groups=2)} of [4, 5, 4]. */
  @Test
  void conv2d() {
    assertArrayEquals(new float[] {-14, -14, -46, 33, 22, -20, -12, 35, -57, 18, 0, -16, -1, 14, -32, -33, -10, -26, -6, 3,
        14, -10, -40, 48, 6, -27, 10, 46, -32, -7, -6, 29, -9, 19, 3, -4, 7, -8, -12, 15, -17, 25, -19, -11, -43, 42, 13,
        -31, -11, 44, -49, -14, 19, -1, 34, -16, 9, -23, 6, 24, 33, -6, -7, 28, -29, 45, 3, -10, 23, 43, -37, -4},
        run(Network.input(4, 5, 4).conv2d("conv", c -> c.outChannels(4).kernelSize(3, 2).stride(2, 1).padding(1, 2)
            .dilation(1, 2).groups(2)).build(1)));
  }

  /** {@code nn.Conv1d(2, 3, 4, padding='same')} of [2, 6]. */
  @Test
  void conv1dThatKeepsTheLength() {
    assertArrayEquals(new float[] {-41, 41, 0, -19, -36, -2, -17, -4, 0, 15, -29, -3, -26, 39, -33, 16, 22, -15},
        run(Network.input(2, 6).conv1d("conv", c -> c.outChannels(3).kernelSize(4).paddingSame()).build(1)));
  }

  /** {@code nn.Conv1d(2, 2, 4, padding='same', dilation=3, groups=2, bias=False)} of [2, 6]. */
  @Test
  void dilatedConv1dOfSingleChannels() {
    assertArrayEquals(new float[] {-11, -20, 2, 2, 35, -8, -16, 0, -4, -8, -5, 3}, run(Network.input(2, 6).conv1d("conv",
        c -> c.outChannels(2).kernelSize(4).paddingSame().dilation(3).groups(2).bias(false)).build(1)));
  }

  /** {@code nn.AvgPool2d((2, 4), (1, 3), (1, 2))} of [1, 3, 5], and the sums that it divides by 8. */
  @Test
  void avgPool2d() {
    float[] want = {-0.375f, 0.75f, -0.25f, 1.125f, -0.625f, 0.375f, -0.75f, 0};
    Window rows = Window.of(2, 1, 1);
    Window columns = Window.of(4, 3, 2);
    assertArrayEquals(want, run(Network.input(1, 3, 5).avgPool2d("pool", rows, columns).build(1)));
    float[] sums = run(Network.input(1, 3, 5).sumPool2d("pool", rows, columns).build(1));
    for (int i = 0; i < want.length; i++) {
      want[i] *= 8;
    }
    assertArrayEquals(want, sums);
    assertArrayEquals(Shape.of(1, 4, 2).extents(),
        new AvgPool2d(Shape.of(1, 3, 5), rows, columns).outputShape().extents());
  }
}
