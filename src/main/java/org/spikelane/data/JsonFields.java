package org.spikelane.data;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.util.HashSet;
import java.util.Set;

/** The fields of a JSON object, each checked as it is read; what is wrong is an {@link IllegalArgumentException}. */
final class JsonFields {

  private final JsonObject json;
  private final Set<String> read = new HashSet<>();

  JsonFields(JsonObject json) {
    this.json = json;
  }

  static JsonArray array(float[] values) {
    JsonArray array = new JsonArray(values.length);
    for (float value : values) {
      array.add(value);
    }
    return array;
  }

  String string(String name) {
    JsonElement value = value(name);
    if (!value.isJsonPrimitive() || !value.getAsJsonPrimitive().isString()) {
      throw expected(name, "a string", value);
    }
    return value.getAsString();
  }

  int integer(String name) {
    JsonElement value = value(name);
    double number = number(name, value);
    if (number != Math.rint(number) || Math.abs(number) > Integer.MAX_VALUE) {
      throw expected(name, "an integer", value);
    }
    return (int) number;
  }

  double number(String name) {
    return number(name, value(name));
  }

  float float32(String name) {
    return float32(name, value(name));
  }

  float[] floats(String name) {
    JsonElement value = value(name);
    if (!value.isJsonArray()) {
      throw expected(name, "an array of numbers", value);
    }
    JsonArray array = value.getAsJsonArray();
    float[] floats = new float[array.size()];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = float32(name + "[" + i + "]", array.get(i));
    }
    return floats;
  }

  /** An object may not have fields that nobody asked for: their meaning would be lost. */
  void checkAllRead() {
    for (String name : json.keySet()) {
      if (!read.contains(name)) {
        throw new IllegalArgumentException(name + ": expected no such field");
      }
    }
  }

  private JsonElement value(String name) {
    JsonElement value = json.get(name);
    if (value == null) {
      throw new IllegalArgumentException(name + ": expected this field, got none");
    }
    read.add(name);
    return value;
  }

  private static float float32(String place, JsonElement value) {
    number(place, value);
    // From the decimal digits straight to float: by way of a double it would be rounded twice.
    return Float.parseFloat(value.getAsString());
  }

  private static double number(String place, JsonElement value) {
    if (!value.isJsonPrimitive() || !value.getAsJsonPrimitive().isNumber()) {
      throw expected(place, "a number", value);
    }
    try {
      return Double.parseDouble(value.getAsString());
    } catch (NumberFormatException e) {
      throw expected(place, "a number", value);
    }
  }

  private static IllegalArgumentException expected(String place, String what, JsonElement got) {
    String text = got.toString();
    return new IllegalArgumentException(
        place + ": expected " + what + ", got " + (text.length() > 80 ? text.substring(0, 80) + "..." : text));
  }
}
