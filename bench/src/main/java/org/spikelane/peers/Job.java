package org.spikelane.peers;

import com.google.gson.Gson;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import java.util.List;

/**
 * What the peers' benchmark asks for, its one JSON argument.
 *
 * @param item {@code onm}, {@code elem}, {@code rleaky}, {@code train} or {@code serve}
 * @param impl the name that it gave this program, to be repeated in every record
 * @param params the cases, to be repeated as they came
 * @param threads threads to use
 * @param reps repetitions of a case at least, within the budget
 * @param budget seconds that the repetitions of a case may take; three are made in any case
 */
record Job(String item, String impl, List<JsonObject> params, int threads, int reps, double budget) {

  /**
   * Reads the argument.
   *
   * @throws IllegalArgumentException if it is not JSON, or a field is missing or out of range
   */
  static Job of(String json) {
    Job job;
    try {
      job = new Gson().fromJson(json, Job.class);
    } catch (JsonParseException e) {
      throw new IllegalArgumentException("job: expected a JSON object, " + e.getMessage(), e);
    }
    if (job == null || job.item == null || job.impl == null || job.params == null || job.params.contains(null)) {
      throw new IllegalArgumentException("job: expected the fields item, impl and params, got \"" + json + "\"");
    }
    if (job.threads < 1 || job.reps < 1 || !(job.budget > 0)) {
      throw new IllegalArgumentException("job: expected threads and reps of at least 1 and a budget above 0, got "
          + job.threads + ", " + job.reps + " and " + job.budget);
    }
    return job;
  }

  /** A whole number of a case, {@code n}, {@code batch} or {@code steps}. */
  static int number(JsonObject params, String name) {
    return required(params, name).getAsInt();
  }

  /** A word of a case, {@code mode} or {@code net}. */
  static String word(JsonObject params, String name) {
    return required(params, name).getAsString();
  }

  private static JsonElement required(JsonObject params, String name) {
    JsonElement value = params.get(name);
    if (value == null || !value.isJsonPrimitive()) {
      throw new IllegalArgumentException("params: expected a value of " + name + ", got " + params);
    }
    return value;
  }
}
