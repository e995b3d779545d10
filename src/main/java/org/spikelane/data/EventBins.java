package org.spikelane.data;

import com.google.gson.JsonObject;
import java.util.Arrays;
import org.spikelane.format.JsonFields;

/**
 * Events counted in bins of time: step {@code t}, input {@code u} gets the number of events of unit {@code u} with {@code
 * floor(time / binSeconds) = t}, the division in float32. Events after the last step are dropped.
 *
 * @param binSeconds length of a step in seconds
 * @param steps number of bins
 * @param units number of units, which are the inputs
 */
public record EventBins(double binSeconds, int steps, int units) implements InputEncoding {

  static final String KIND = "event-bins";

  /** @throws IllegalArgumentException if a value is not positive, or not within float32 */
  public EventBins {
    if (!((float) binSeconds > 0 && (float) binSeconds < Float.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException("binSeconds: expected a positive number of seconds, got " + binSeconds);
    }
    SampleShape.check(steps, "units", units);
  }

  @Override
  public int features() {
    return units;
  }

  @Override
  public boolean constant() {
    return false;
  }

  @Override
  public JsonObject toJson() {
    JsonObject json = new JsonObject();
    json.addProperty("kind", KIND);
    json.addProperty("binSeconds", binSeconds);
    json.addProperty("steps", steps);
    json.addProperty("units", units);
    return json;
  }

  static EventBins from(JsonFields fields) {
    return new EventBins(fields.number("binSeconds"), fields.integer("steps"), fields.integer("units"));
  }

  void encode(Events events, int i, float[] values, int offset) {
    Arrays.fill(values, offset, offset + steps * units, 0f);
    float width = (float) binSeconds;
    for (int e = events.start(i); e < events.start(i + 1); e++) {
      double bin = Math.floor(events.time(e) / width);
      if (bin < steps) {
        int t = (int) bin;
        values[offset + t * units + events.unit(e)]++;
      }
    }
  }
}
