package org.spikelane.exchange;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import org.spikelane.format.NirArray;
import org.spikelane.layer.Setting;
import org.spikelane.layer.Shape;

/**
 * What our own export noted of a node beside what NIR can say of it. Shapes, missing biases and the kind of recurrence count
 * only where the node's numbers bear them out.
 *
 * @param json as the metadata have it, or null where they have none
 */
record NirNote(JsonObject json) {

  /** Nothing noted. */
  static final NirNote NONE = new NirNote(null);

  boolean exists() {
    return json != null;
  }

  /** Whether a Scale node's weight learns, which it does unless noted otherwise. */
  boolean learns() {
    return json == null || !isFalse(json.get("learn"));
  }

  /** Whether a bias of zeros stands for none, which NIR's convolutions cannot say. */
  boolean withoutBias(NirArray bias) {
    return withoutBias(json, bias);
  }

  /** The same of the convolution through which spikes come back. */
  boolean withoutRecurrentBias(NirArray bias) {
    return withoutBias(recurrent(), bias);
  }

  /** Whether the layer's recurrence is of this kind. */
  boolean isRecurrent(String kind) {
    return recurrent() != null && new JsonPrimitive(kind).equals(recurrent().get("kind"));
  }

  /**
   * A parameter in the shape that the note gives it, if its values are the same over that; else in its own.
   *
   * @param data shape of the data that the layer sees
   * @param own shape of the values, which broadcasts over that
   */
  Setting setting(String parameter, Shape data, Shape own, double[] values) {
    Setting plain = new Setting(own, NirArrays.floats(values));
    int[] extents = extents(parameter, data);
    if (extents == null) {
      return plain;
    }
    Shape wanted = Shape.of(extents);
    float[] reduced = new float[wanted.size()];
    boolean[] set = new boolean[reduced.length];
    for (int n = 0; n < data.size(); n++) {
      float value = plain.values()[data.source(own.extents(), n)];
      int to = data.source(extents, n);
      if (set[to] && reduced[to] != value) {
        return plain;
      }
      set[to] = true;
      reduced[to] = value;
    }
    return new Setting(wanted, reduced);
  }

  /** The noted extents of a parameter, each 1 or that of the data; null if there are none, or they are others. */
  private int[] extents(String parameter, Shape data) {
    if (json == null || !(json.get("shapes") instanceof JsonObject shapes)
        || !(shapes.get(parameter) instanceof JsonArray noted) || noted.size() > data.rank()) {
      return null;
    }
    int[] extents = new int[noted.size()];
    for (int i = 0; i < extents.length; i++) {
      int whole = data.extent(data.rank() - extents.length + i);
      JsonElement extent = noted.get(i);
      boolean one = extent.isJsonPrimitive() && extent.getAsString().equals("1");
      boolean all = extent.isJsonPrimitive() && extent.getAsString().equals(Integer.toString(whole));
      if (!one && !all) {
        return null;
      }
      extents[i] = one ? 1 : whole;
    }
    return extents;
  }

  private JsonObject recurrent() {
    return json != null && json.get("recurrent") instanceof JsonObject recurrent ? recurrent : null;
  }

  private static boolean withoutBias(JsonObject note, NirArray bias) {
    return note != null && isFalse(note.get("bias")) && NirArrays.all(bias.values(), 0);
  }

  private static boolean isFalse(JsonElement noted) {
    return new JsonPrimitive(false).equals(noted);
  }
}
