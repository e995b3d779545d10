package org.spikelane.data;

import com.google.gson.JsonObject;
import org.spikelane.format.JsonFields;

/**
 * How raw samples become the input of a network. A model is trained with one and needs the same one ever after, so an
 * encoding can be written to JSON and read back; {@link DataFolder#train} and {@link DataFolder#test} apply it.
 */
public sealed interface InputEncoding permits EventBins, PixelCurrent, Standardized {

  /**
   * Most values of a sample, all steps together, as input or as activity of a layer. Eight samples of them, which is
   * what runs together at least, are 512 MiB as float32.
   */
  int MOST_VALUES = 1 << 24;

  /** Number of steps that a sample lasts. */
  int steps();

  /** Number of inputs at a step. */
  int features();

  /** Whether the input is the same at every step. */
  boolean constant();

  /** This encoding as a JSON object; {@link #fromJson} gives an equal one. */
  JsonObject toJson();

  /**
   * Reads what {@link #toJson} wrote.
   *
   * @throws IllegalArgumentException naming the field, if one is missing, unknown, of another type or out of range
   */
  static InputEncoding fromJson(JsonObject json) {
    JsonFields fields = new JsonFields(json);
    String kind = fields.text("kind");
    InputEncoding encoding = switch (kind) {
      case EventBins.KIND -> EventBins.from(fields);
      case PixelCurrent.KIND -> PixelCurrent.from(fields);
      case Standardized.KIND -> Standardized.from(fields);
      default -> throw new IllegalArgumentException("kind: expected " + EventBins.KIND + ", " + PixelCurrent.KIND + " or "
          + Standardized.KIND + ", got '" + kind + "'");
    };
    fields.requireAllRead();
    return encoding;
  }
}
