package org.spikelane.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.api.Test;

class GradientClippingTest {

  private final float[] first = {3, 0};
  private final float[] second = {-4};

  @Test
  void byNormScalesAllGradientsTogether() {
    GradientClipping.byNorm(2.5).clip(List.of(first, second));
    assertArrayEquals(new float[] {1.5f, 0}, first, 1e-6f);
    assertArrayEquals(new float[] {-2}, second, 1e-6f);
  }

  @Test
  void byNormLeavesSmallGradientsAlone() {
    GradientClipping.byNorm(5.001).clip(List.of(first, second));
    assertArrayEquals(new float[] {3, 0}, first);
    assertArrayEquals(new float[] {-4}, second);
  }

  /** As torch's: a gradient that is lost takes the others with it, unclipped as they would be. */
  @Test
  void byNormOfNaNIsNaN() {
    second[0] = Float.NaN;
    GradientClipping.byNorm(2.5).clip(List.of(first, second));
    assertArrayEquals(new float[] {Float.NaN, Float.NaN}, first);
  }

  @Test
  void byValueCutsEachGradient() {
    GradientClipping.byValue(3.5f).clip(List.of(first, second));
    assertArrayEquals(new float[] {3, 0}, first);
    assertArrayEquals(new float[] {-3.5f}, second);
  }

  @Test
  void noneDoesNothing() {
    GradientClipping.none().clip(List.of(first, second));
    assertArrayEquals(new float[] {3, 0}, first);
    assertArrayEquals(new float[] {-4}, second);
  }

  @Test
  void refusesLimitsThatAreNotPositive() {
    assertThrows(IllegalArgumentException.class, () -> GradientClipping.byNorm(0));
    assertThrows(IllegalArgumentException.class, () -> GradientClipping.byNorm(Double.NaN));
    assertThrows(IllegalArgumentException.class, () -> GradientClipping.byValue(-1));
  }
}
