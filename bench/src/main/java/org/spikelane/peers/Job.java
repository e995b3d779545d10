package org.spikelane.peers;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import java.math.BigDecimal;
import java.util.ArrayList;
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

  private static final List<String> ITEMS = List.of("onm", "elem", "rleaky", "train", "serve");

  /** So much of a wrong value is repeated. */
  private static final int LONGEST = 80;

  /**
   * Reads the argument.
   *
   * @throws IllegalArgumentException if it is not JSON, or a field is missing, of another type or out of range
   */
  static Job of(String json) {
    JsonElement read;
    try {
      read = JsonParser.parseString(json);
    } catch (JsonParseException e) {
      throw new IllegalArgumentException("job: expected a JSON object, got " + shortened(json), e);
    }
    if (!read.isJsonObject()) {
      throw new IllegalArgumentException("job: expected a JSON object, got " + shortened(json));
    }
    JsonObject fields = read.getAsJsonObject();
    String item = name(fields, "item", "one of " + String.join(", ", ITEMS));
    if (!ITEMS.contains(item)) {
      throw wrong("item", "one of " + String.join(", ", ITEMS), fields.get("item"));
    }
    double budget = amount(fields, "budget", "a number of seconds above 0").doubleValue();
    if (!(budget > 0)) {
      throw wrong("budget", "a number of seconds above 0", fields.get("budget"));
    }
    return new Job(item, name(fields, "impl", "a name"), cases(fields), atLeastOne(fields, "threads"),
        atLeastOne(fields, "reps"), budget);
  }

  private static String name(JsonObject fields, String name, String expected) {
    if (fields.get(name) instanceof JsonPrimitive value && value.isString()) {
      return value.getAsString();
    }
    throw wrong(name, expected, fields.get(name));
  }

  private static BigDecimal amount(JsonObject fields, String name, String expected) {
    if (fields.get(name) instanceof JsonPrimitive value && value.isNumber()) {
      try {
        return value.getAsBigDecimal();
      } catch (NumberFormatException e) {
        throw new IllegalArgumentException(wrong(name, expected, value).getMessage(), e);
      }
    }
    throw wrong(name, expected, fields.get(name));
  }

  private static int atLeastOne(JsonObject fields, String name) {
    String expected = "a whole number of at least 1";
    BigDecimal value = amount(fields, name, expected);
    if (value.compareTo(BigDecimal.ONE) < 0 || !isInt(value)) {
      throw wrong(name, expected, fields.get(name));
    }
    return value.intValueExact();
  }

  private static List<JsonObject> cases(JsonObject fields) {
    String expected = "an array of objects, one for each case";
    if (!(fields.get("params") instanceof JsonArray params)) {
      throw wrong("params", expected, fields.get("params"));
    }
    List<JsonObject> cases = new ArrayList<>();
    for (JsonElement element : params) {
      if (!element.isJsonObject()) {
        throw wrong("params", expected, params);
      }
      cases.add(element.getAsJsonObject());
    }
    return cases;
  }

  private static boolean isInt(BigDecimal value) {
    // By its size first: 1e999999999 has as many digits.
    return value.abs().compareTo(BigDecimal.valueOf(Integer.MAX_VALUE)) <= 0
        && value.compareTo(BigDecimal.valueOf(value.intValue())) == 0;
  }

  private static IllegalArgumentException wrong(String field, String expected, JsonElement got) {
    return new IllegalArgumentException("job: expected " + field + " to be " + expected + ", got "
        + (got == null ? "none" : shortened(got.toString())));
  }

  private static String shortened(String text) {
    return text.isBlank() ? "nothing" : text.length() <= LONGEST ? text : text.substring(0, LONGEST) + "…";
  }

  /** A whole number of a case, {@code n}, {@code batch} or {@code steps}. */
  static int number(JsonObject params, String name) {
    if (required(params, name) instanceof JsonPrimitive value && value.isNumber()
        && isInt(amount(params, name, "a number"))) {
      return value.getAsBigDecimal().intValueExact();
    }
    throw new IllegalArgumentException("params: expected a whole number as " + name + ", got " + params);
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
