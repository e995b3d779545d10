package org.spikelane.data;

import com.google.gson.JsonObject;
import org.spikelane.format.JsonFields;

/**
 * Pixels as a current that is the same at every step: {@code pixel / divisor}, one float32 division.
 *
 * @param divisor what a pixel from 0 to 255 is divided by
 * @param steps number of steps that the current lasts
 * @param features number of pixels of an image
 */
public record PixelCurrent(float divisor, int steps, int features) implements InputEncoding {

  static final String KIND = "pixel-current";
  /** Brings pixels to 0..1. */
  static final float BRIGHTEST = 255;

  /** @throws IllegalArgumentException if a value is not positive */
  public PixelCurrent {
    if (!(divisor > 0 && divisor < Float.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException("divisor: expected a positive number, got " + divisor);
    }
    SampleShape.check(steps, "features", features);
  }

  @Override
  public boolean constant() {
    return true;
  }

  @Override
  public JsonObject toJson() {
    JsonObject json = new JsonObject();
    json.addProperty("kind", KIND);
    json.addProperty("divisor", divisor);
    json.addProperty("steps", steps);
    json.addProperty("features", features);
    return json;
  }

  static PixelCurrent from(JsonFields fields) {
    return new PixelCurrent(fields.float32("divisor"), fields.integer("steps"), fields.integer("features"));
  }

  void encode(Grid images, int i, float[] values, int offset) {
    for (int k = 0; k < features; k++) {
      values[offset + k] = images.value(i, k) / divisor;
    }
  }
}
