package org.spikelane.data;

import java.util.OptionalDouble;
import java.util.OptionalInt;

/**
 * Wishes for {@link DataFolder#defaultEncoding(EncodingOptions)}; what is empty follows from the data.
 *
 * @param steps number of steps, for events and images; trials have their own
 * @param binSeconds length of a step in seconds, for events
 * @param units number of units, for events; by default the largest unit of the folder + 1
 */
public record EncodingOptions(OptionalInt steps, OptionalDouble binSeconds, OptionalInt units) {

  /** No wishes. */
  public static final EncodingOptions NONE =
      new EncodingOptions(OptionalInt.empty(), OptionalDouble.empty(), OptionalInt.empty());

  /** The same with a number of steps. */
  public EncodingOptions withSteps(int value) {
    return new EncodingOptions(OptionalInt.of(value), binSeconds, units);
  }

  /** The same with a length of a step, in seconds. */
  public EncodingOptions withBinSeconds(double value) {
    return new EncodingOptions(steps, OptionalDouble.of(value), units);
  }

  /** The same with a number of units. */
  public EncodingOptions withUnits(int value) {
    return new EncodingOptions(steps, binSeconds, OptionalInt.of(value));
  }
}
