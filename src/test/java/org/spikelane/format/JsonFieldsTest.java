package org.spikelane.format;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonParser;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class JsonFieldsTest {

  private static JsonFields of(String json) {
    return new JsonFields(JsonParser.parseString(json).getAsJsonObject(), "place");
  }

  private static void assertRefused(String message, String value, Consumer<JsonFields> read) {
    JsonFields fields = of("{\"a\": " + value + "}");
    assertEquals(message, assertThrows(IllegalArgumentException.class, () -> read.accept(fields)).getMessage());
  }

  @Test
  void readsEveryKind() {
    JsonFields fields = of("""
        {"text": "x", "texts": ["x", ""], "flag": true, "number": 1.5, "integer": 3e2, "integers": [1, -2.0], "null": null,
        "whole": 9007199254740993, "floats": [0.1, 1e39], "object": {"a": -7}, "one": 4, "two": [4, 5]}""");
    assertEquals("x", fields.text("text"));
    assertTrue(fields.says("text", "x"));
    assertFalse(fields.says("flag", "true"));
    assertFalse(fields.says("none", "x"));
    assertEquals(List.of("x", ""), fields.texts("texts"));
    assertTrue(fields.flag("flag") && fields.flag("null", true) && fields.flag("none", true));
    assertEquals(1.5, fields.number("number"));
    assertEquals(300, fields.integer("integer"));
    assertEquals(5, fields.integer("none", 5));
    assertArrayEquals(new int[] {1, -2}, fields.integers("integers"));
    assertArrayEquals(new int[] {4}, fields.oneOrMore("one"));
    assertArrayEquals(new int[] {4, 4}, fields.pair("one"));
    assertArrayEquals(new int[] {4, 5}, fields.pair("two", 6));
    assertArrayEquals(new int[] {6, 6}, fields.pair("none", 6));
    assertEquals(9007199254740993L, fields.whole("whole"));
    assertArrayEquals(new float[] {0.1f, Float.POSITIVE_INFINITY}, fields.floats("floats"));
    assertEquals(-7, fields.object("object").integer("a"));
    assertTrue(fields.has("text"));
    assertFalse(fields.has("null") || fields.has("none"));
  }

  /** Half an ulp above 1, and a trifle more, which a double does not hold. */
  @Test
  void roundsToFloatOnce() {
    assertEquals(Math.nextUp(1f), of("{\"a\": 1.000000059604644775390625000000001}").float32("a"));
  }

  @Test
  void namesThePlaceAndWhatCame() {
    assertRefused("place.a: expected a string, got 3", "3", fields -> fields.text("a"));
    assertRefused("place.b: expected a string, got null", "3", fields -> fields.text("b"));
    assertRefused("place.a: expected an array of strings, got [\"x\",3]", "[\"x\", 3]", fields -> fields.texts("a"));
    assertRefused("place.a: expected true or false, got \"true\"", "\"true\"", fields -> fields.flag("a"));
    assertRefused("place.a: expected a number, got \"3\"", "\"3\"", fields -> fields.number("a"));
    assertRefused("place.a: expected a number, got null", "null", fields -> fields.float32("a"));
    assertRefused("place.a[1]: expected a number, got true", "[1, true]", fields -> fields.floats("a"));
    assertRefused("place.a: expected an array of whole numbers, got [1,2.5]", "[1, 2.5]", fields -> fields.integers("a"));
    assertRefused("place.a: expected one or two whole numbers, got []", "[]", fields -> fields.pair("a"));
    assertRefused("place.a: expected an array, got {}", "{}", fields -> fields.array("a"));
    assertRefused("place.a: expected an object, got []", "[]", fields -> fields.object("a"));
    assertRefused("place.a.b: expected a number, got null", "{}", fields -> fields.object("a").integer("b"));
    assertRefused("place.a: expected a number, got \"" + "x".repeat(79) + "...", "\"" + "x".repeat(100) + "\"",
        fields -> fields.number("a"));
  }

  @Test
  void takesWholeNumbersThatFitAlone() {
    for (String number : List.of("1.5", "2147483648", "-2147483649", "1e99", "1e-99", "1e999999999999")) {
      assertRefused("place.a: expected a whole number, got " + number, number, fields -> fields.integer("a"));
    }
    for (String number : List.of("1.5", "9007199254740993.5", "9223372036854775808", "1e99", "1e-99999", "1e999999999")) {
      assertRefused("place.a: expected a whole number, got " + number, number, fields -> fields.whole("a"));
    }
    assertEquals(Integer.MIN_VALUE, of("{\"a\": -2147483648}").integer("a"));
    assertEquals(Long.MIN_VALUE, of("{\"a\": -9223372036854775808}").whole("a"));
  }

  @Test
  void refusesWhatNobodyAskedFor() {
    JsonFields fields = new JsonFields(JsonParser.parseString("{\"a\": 1, \"b\": 2}").getAsJsonObject());
    fields.integer("a");
    assertEquals("b: expected no such field",
        assertThrows(IllegalArgumentException.class, fields::requireAllRead).getMessage());
    fields.integer("b");
    fields.requireAllRead();
  }
}
