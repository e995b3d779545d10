package org.spikelane.data;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.util.Arrays;
import java.util.Objects;
import org.spikelane.format.JsonFields;

/**
 * Trials with each channel shifted and scaled: {@code (a - mean) / deviation} in float32, where {@code a} is what {@link
 * Reading} says.
 *
 * @param reading how a raw number becomes {@code a}
 * @param steps number of steps of a trial
 * @param mean subtracted from each channel
 * @param deviation what each channel is divided by
 */
public record Standardized(Reading reading, int steps, float[] mean, float[] deviation) implements InputEncoding {

  static final String KIND = "standardized";
  /** Added to the standard deviation, so that a channel that never moves is not divided by 0. */
  private static final float SMALLEST_DEVIATION = 1e-3f;

  /** How a raw number of a trial is read. */
  public enum Reading {
    /** An unsigned byte of a sensor that rests at 255: {@code 1 - raw / 255}. */
    DEFLECTION,
    /** The number itself. */
    VALUE;

    private String inJson() {
      return this == DEFLECTION ? "deflection" : "value";
    }
  }

  /**
   * @throws IllegalArgumentException if {@code steps} is not positive, the arrays are empty or differ in length, a mean is
   *     not finite or a deviation not finite and positive
   */
  public Standardized {
    Objects.requireNonNull(reading, "reading");
    mean = mean.clone();
    deviation = deviation.clone();
    SampleShape.check(steps, "mean", mean.length);
    if (deviation.length != mean.length) {
      throw new IllegalArgumentException(
          "deviation: expected length " + mean.length + ", that of mean, got " + deviation.length);
    }
    for (int c = 0; c < mean.length; c++) {
      if (!Float.isFinite(mean[c])) {
        throw new IllegalArgumentException("mean[" + c + "]: expected a finite number, got " + mean[c]);
      }
      if (!(deviation[c] > 0 && deviation[c] < Float.POSITIVE_INFINITY)) {
        throw new IllegalArgumentException("deviation[" + c + "]: expected a positive number, got " + deviation[c]);
      }
    }
  }

  /**
   * The encoding that gives each channel of {@code trials} mean 0 and deviation 1 (almost, as 1e-3 is added to the
   * deviation): mean and population deviation over all trials and steps, summed in double, rounded to float32.
   */
  static Standardized of(Grid trials) {
    Reading reading = trials.bytes() ? Reading.DEFLECTION : Reading.VALUE;
    int channels = trials.columns();
    double rows = (double) trials.samples() * trials.rows();
    double[] mean = new double[channels];
    double[] square = new double[channels];
    for (int i = 0; i < trials.samples(); i++) {
      for (int k = 0; k < trials.sampleLength(); k++) {
        mean[k % channels] += read(reading, trials.value(i, k));
      }
    }
    for (int c = 0; c < channels; c++) {
      mean[c] /= rows;
    }
    for (int i = 0; i < trials.samples(); i++) {
      for (int k = 0; k < trials.sampleLength(); k++) {
        double distance = read(reading, trials.value(i, k)) - mean[k % channels];
        square[k % channels] += distance * distance;
      }
    }
    float[] means = new float[channels];
    float[] deviations = new float[channels];
    for (int c = 0; c < channels; c++) {
      means[c] = (float) mean[c];
      deviations[c] = (float) Math.sqrt(square[c] / rows) + SMALLEST_DEVIATION;
    }
    return new Standardized(reading, trials.rows(), means, deviations);
  }

  /** Subtracted from each channel; a copy. */
  @Override
  public float[] mean() {
    return mean.clone();
  }

  /** What each channel is divided by; a copy. */
  @Override
  public float[] deviation() {
    return deviation.clone();
  }

  @Override
  public int features() {
    return mean.length;
  }

  @Override
  public boolean constant() {
    return false;
  }

  @Override
  public JsonObject toJson() {
    JsonObject json = new JsonObject();
    json.addProperty("kind", KIND);
    json.addProperty("reading", reading.inJson());
    json.addProperty("steps", steps);
    json.add("mean", array(mean));
    json.add("deviation", array(deviation));
    return json;
  }

  private static JsonArray array(float[] values) {
    JsonArray array = new JsonArray(values.length);
    for (float value : values) {
      array.add(value);
    }
    return array;
  }

  static Standardized from(JsonFields fields) {
    String reading = fields.text("reading");
    for (Reading known : Reading.values()) {
      if (known.inJson().equals(reading)) {
        return new Standardized(known, fields.integer("steps"), fields.floats("mean"), fields.floats("deviation"));
      }
    }
    throw new IllegalArgumentException("reading: expected deflection or value, got '" + reading + "'");
  }

  void encode(Grid trials, int i, float[] values, int offset) {
    for (int k = 0, c = 0; k < trials.sampleLength(); k++, c = c + 1 == mean.length ? 0 : c + 1) {
      values[offset + k] = (read(reading, trials.value(i, k)) - mean[c]) / deviation[c];
    }
  }

  private static float read(Reading reading, float raw) {
    return reading == Reading.DEFLECTION ? 1 - raw / 255 : raw;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Standardized that && reading == that.reading && steps == that.steps
        && Arrays.equals(mean, that.mean) && Arrays.equals(deviation, that.deviation);
  }

  @Override
  public int hashCode() {
    return Objects.hash(reading, steps, Arrays.hashCode(mean), Arrays.hashCode(deviation));
  }

  @Override
  public String toString() {
    return "Standardized[reading=" + reading + ", steps=" + steps + ", features=" + mean.length + "]";
  }
}
