package org.spikelane.neuron;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.SplittableRandom;
import org.junit.jupiter.api.function.Executable;
import org.spikelane.layer.Shape;

/** Layers that must not be built, and what is said about them. */
final class Messages {

  private Messages() {}

  /** Building a layer of {@code [extents]} fails with exactly this message. */
  static void refused(String message, Neuron.Builder<?> builder, int... extents) {
    refused(message, () -> builder.build(Shape.of(extents), new SplittableRandom(1)));
  }

  static void refused(String message, Executable work) {
    assertEquals(message, assertThrows(IllegalArgumentException.class, work).getMessage());
  }
}
