package org.spikelane.format;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The fields of a JSON object, each required where it is asked for and checked as it is read. What is wrong is an {@link
 * IllegalArgumentException} that names its place, what was expected there and what came.
 */
public final class JsonFields {

  private static final int LONGEST_SHOWN = 80;

  private final JsonObject json;
  private final String prefix;
  private final Set<String> read = new HashSet<>();

  /** The fields of an object that stands alone. */
  public JsonFields(JsonObject json) {
    this.json = json;
    this.prefix = "";
  }

  /** The fields of an object that stands at {@code place}, as messages say. */
  public JsonFields(JsonObject json, String place) {
    this.json = json;
    this.prefix = place + ".";
  }

  /** Whether there is such a field, and it is not null. */
  public boolean has(String field) {
    return json.has(field) && !json.get(field).isJsonNull();
  }

  /** Whether there is such a field, and it is this text. */
  public boolean says(String field, String text) {
    return isText(json.get(field)) && text(field).equals(text);
  }

  /** A text. */
  public String text(String field) {
    JsonElement value = get(field);
    return require(field, isText(value), "a string", value).getAsString();
  }

  /** The texts of an array. */
  public List<String> texts(String field) {
    List<String> texts = new ArrayList<>();
    for (JsonElement element : array(field)) {
      require(field, isText(element), "an array of strings", get(field));
      texts.add(element.getAsString());
    }
    return texts;
  }

  /** True or false. */
  public boolean flag(String field) {
    JsonElement value = get(field);
    boolean fits = value != null && value.isJsonPrimitive() && value.getAsJsonPrimitive().isBoolean();
    return require(field, fits, "true or false", value).getAsBoolean();
  }

  /** The same, or another where there is none. */
  public boolean flag(String field, boolean otherwise) {
    return has(field) ? flag(field) : otherwise;
  }

  /** A number. */
  public double number(String field) {
    JsonElement value = get(field);
    return require(field, isNumber(value), "a number", value).getAsDouble();
  }

  /** A number, rounded once, from its decimal digits. */
  public float float32(String field) {
    return float32(field, get(field));
  }

  /** The numbers of an array, as {@link #float32}. */
  public float[] floats(String field) {
    JsonArray array = array(field);
    float[] floats = new float[array.size()];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = float32(field + "[" + i + "]", array.get(i));
    }
    return floats;
  }

  private float float32(String field, JsonElement value) {
    // By way of a double it would be rounded twice.
    return Float.parseFloat(require(field, isNumber(value), "a number", value).getAsString());
  }

  /** A whole number of 64 bits. */
  public long whole(String field) {
    number(field);
    JsonElement value = get(field);
    return require(field, isWhole(value), "a whole number", value).getAsBigDecimal().longValue();
  }

  /** A whole number of 32 bits. */
  public int integer(String field) {
    number(field);
    JsonElement value = get(field);
    return (int) require(field, isInteger(value), "a whole number", value).getAsDouble();
  }

  /** The same, or another where there is none. */
  public int integer(String field, int otherwise) {
    return has(field) ? integer(field) : otherwise;
  }

  /** The whole numbers of an array, of 32 bits each. */
  public int[] integers(String field) {
    JsonArray array = array(field);
    int[] integers = new int[array.size()];
    for (int i = 0; i < integers.length; i++) {
      require(field, isInteger(array.get(i)), "an array of whole numbers", array);
      integers[i] = (int) array.get(i).getAsDouble();
    }
    return integers;
  }

  /** As {@link #integers}; a number is an array of one. */
  public int[] oneOrMore(String field) {
    return isNumber(get(field)) ? new int[] {integer(field)} : integers(field);
  }

  /** Two whole numbers; one stands for both. */
  public int[] pair(String field) {
    int[] pair = oneOrMore(field);
    require(field, pair.length == 2 || isNumber(get(field)), "one or two whole numbers", get(field));
    return new int[] {pair[0], pair[pair.length - 1]};
  }

  /** The same, or another number twice where there is none. */
  public int[] pair(String field, int otherwise) {
    return has(field) ? pair(field) : new int[] {otherwise, otherwise};
  }

  /** An array. */
  public JsonArray array(String field) {
    JsonElement value = get(field);
    return require(field, value != null && value.isJsonArray(), "an array", value).getAsJsonArray();
  }

  /** The fields of an object in this one. */
  public JsonFields object(String field) {
    JsonElement value = get(field);
    return new JsonFields(require(field, value != null && value.isJsonObject(), "an object", value).getAsJsonObject(),
        prefix + field);
  }

  /** Refuses fields that nobody asked for: their meaning would be lost. */
  public void requireAllRead() {
    for (String field : json.keySet()) {
      if (!read.contains(field)) {
        throw new IllegalArgumentException(prefix + field + ": expected no such field");
      }
    }
  }

  private JsonElement get(String field) {
    read.add(field);
    return json.get(field);
  }

  private JsonElement require(String field, boolean fits, String expected, JsonElement got) {
    if (!fits) {
      String text = String.valueOf(got);
      throw new IllegalArgumentException(prefix + field + ": expected " + expected + ", got "
          + (text.length() > LONGEST_SHOWN ? text.substring(0, LONGEST_SHOWN) + "..." : text));
    }
    return got;
  }

  private static boolean isText(JsonElement value) {
    return value != null && value.isJsonPrimitive() && value.getAsJsonPrimitive().isString();
  }

  private static boolean isNumber(JsonElement value) {
    return value != null && value.isJsonPrimitive() && value.getAsJsonPrimitive().isNumber();
  }

  private static boolean isInteger(JsonElement value) {
    return isNumber(value) && value.getAsDouble() == (int) value.getAsDouble();
  }

  /** Whether all 64 bits are there: a double of them may be rounded. */
  private static boolean isWhole(JsonElement value) {
    try {
      value.getAsBigDecimal().longValueExact();
      return true;
    } catch (ArithmeticException | NumberFormatException e) {
      return false;
    }
  }
}
