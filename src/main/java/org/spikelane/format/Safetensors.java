package org.spikelane.format;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import java.io.IOException;
import java.io.StringReader;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * A safetensors file: named tensors and a map of strings.
 *
 * <p>Layout: the length of the header as 8 little-endian bytes; the header, a JSON object that gives each tensor's type,
 * shape and byte range, and the strings under {@code __metadata__}; the numbers, little-endian, without gaps.
 *
 * <p>Immutable, but for the values of its tensors, which are shared.
 */
public final class Safetensors {

  private static final String METADATA = "__metadata__";
  /** The limit of the format's own reader. */
  private static final int LONGEST_HEADER = 100_000_000;
  private static final int MOST_DIMENSIONS = 16;
  private static final Pattern INTEGER = Pattern.compile("[0-9]{1,18}");

  private final Map<String, Tensor> tensors;
  private final Map<String, String> metadata;

  private Safetensors(Map<String, Tensor> tensors, Map<String, String> metadata) {
    this.tensors = Collections.unmodifiableMap(tensors);
    this.metadata = Collections.unmodifiableMap(metadata);
  }

  /**
   * Whether a file that begins with these bytes, nine or more, may be one of safetensors. The length before the header may
   * look like the beginning of another file; where it ends, that would have other bytes.
   */
  public static boolean begins(byte[] first) {
    return first.length > Long.BYTES && first[Long.BYTES] == '{';
  }

  /** The tensors by name, in the order of the header; unmodifiable. */
  public Map<String, Tensor> tensors() {
    return tensors;
  }

  /** The strings of {@code __metadata__}, in the order of the header; empty if the file has none; unmodifiable. */
  public Map<String, String> metadata() {
    return metadata;
  }

  /**
   * Reads a file. Types {@link NumberType} are converted to float32, exactly where it can hold them, else to the nearest;
   * infinities and NaN are read as they are.
   *
   * @throws FormatException if the file cannot be read, is not whole, or breaks the format in any way: header length,
   *     JSON, types, shapes, ranges that overlap, leave gaps or end beyond or before the file
   */
  public static Safetensors read(Path file) throws FormatException {
    try (FileChannel channel = FileChannel.open(file)) {
      Header header = header(file, channel);
      Map<String, Tensor> tensors = new LinkedHashMap<>();
      for (Entry entry : header.entries()) {
        tensors.put(entry.name(), tensor(file, channel, header.end(), entry));
      }
      return new Safetensors(tensors, header.metadata());
    } catch (FormatException e) {
      throw e;
    } catch (IOException e) {
      throw FormatException.unreadable(file, e);
    }
  }

  /**
   * Reads the strings of {@code __metadata__} alone.
   *
   * @throws FormatException as {@link #read}
   */
  public static Map<String, String> readMetadata(Path file) throws FormatException {
    try (FileChannel channel = FileChannel.open(file)) {
      return Collections.unmodifiableMap(header(file, channel).metadata());
    } catch (FormatException e) {
      throw e;
    } catch (IOException e) {
      throw FormatException.unreadable(file, e);
    }
  }

  /**
   * Writes a file, whole or not at all ({@link AtomicFile}), each tensor as numbers of its type.
   *
   * @param tensors by name, written in the map's order
   * @param metadata strings to keep beside them; may be empty
   * @throws IllegalArgumentException if a tensor is called {@code __metadata__}, or its type does not hold its values
   * @throws IOException if writing fails; a file that was there before is then untouched
   */
  public static void write(Path file, Map<String, Tensor> tensors, Map<String, String> metadata) throws IOException {
    JsonObject header = new JsonObject();
    if (!metadata.isEmpty()) {
      JsonObject strings = new JsonObject();
      metadata.forEach(strings::addProperty);
      header.add(METADATA, strings);
    }
    long at = 0;
    for (Map.Entry<String, Tensor> entry : tensors.entrySet()) {
      if (entry.getKey().equals(METADATA)) {
        throw new IllegalArgumentException("tensors: expected names other than " + METADATA + ", got one");
      }
      JsonArray shape = new JsonArray();
      for (int dimension : entry.getValue().shape()) {
        shape.add(dimension);
      }
      JsonArray range = new JsonArray();
      range.add(at);
      at += (long) entry.getValue().type().bytes() * entry.getValue().values().length;
      range.add(at);
      JsonObject described = new JsonObject();
      described.addProperty("dtype", entry.getValue().type().name());
      described.add("shape", shape);
      described.add("data_offsets", range);
      header.add(entry.getKey(), described);
    }
    byte[] json = header.toString().getBytes(StandardCharsets.UTF_8);
    byte[] padded = Arrays.copyOf(json, (json.length + 7) & ~7);
    Arrays.fill(padded, json.length, padded.length, (byte) ' ');
    AtomicFile.write(file, out -> {
      out.write(ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(padded.length).array());
      out.write(padded);
      for (Tensor tensor : tensors.values()) {
        tensor.writeTo(out);
      }
    });
  }

  /** {@code end} is where the numbers begin. */
  private record Header(List<Entry> entries, Map<String, String> metadata, long end) {}

  private record Entry(String name, NumberType type, List<Integer> shape, int size, long begin, long end) {}

  private static Header header(Path file, FileChannel channel) throws IOException {
    long size = channel.size();
    if (size < 8) {
      throw new FormatException(file, "header length: expected 8 bytes, got a file of " + size);
    }
    long length = bytes(file, channel, 0, 8).getLong(0);
    long longest = Math.min(size - 8, LONGEST_HEADER);
    if (length < 2 || length > longest) {
      throw new FormatException(file, "header length: expected 2 to " + longest + ", got " + Long.toUnsignedString(length)
          + "; the file is cut off, or no safetensors");
    }
    Header header = header(file, bytes(file, channel, 8, (int) length));
    checkRanges(file, header.entries(), size - header.end());
    return header;
  }

  private static Header header(Path file, ByteBuffer bytes) throws FormatException {
    long end = 8L + bytes.remaining();
    String text;
    try {
      text = StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
    } catch (CharacterCodingException e) {
      throw new FormatException(file, "header: expected UTF-8, got other bytes", e);
    }
    if (!text.startsWith("{")) {
      throw new FormatException(file, "header: expected a JSON object, got something else");
    }
    Map<String, Entry> entries = new LinkedHashMap<>();
    Map<String, String> metadata = null;
    try (JsonReader json = new JsonReader(new StringReader(text))) {
      json.setStrictness(Strictness.STRICT);
      json.beginObject();
      while (json.hasNext()) {
        String name = json.nextName();
        if (name.equals(METADATA)) {
          if (metadata != null) {
            throw new FormatException(file, "header: " + METADATA + " stands there twice");
          }
          metadata = strings(file, json);
        } else if (entries.put(name, entry(file, name, json)) != null) {
          throw new FormatException(file, "header: tensor '" + name + "' stands there twice");
        }
      }
      json.endObject();
      if (json.peek() != JsonToken.END_DOCUMENT) {
        throw new FormatException(file, "header: expected nothing after the JSON object, got more");
      }
    } catch (FormatException e) {
      throw e;
    } catch (IOException | IllegalStateException | NumberFormatException e) {
      // The first line; what follows is where the JSON reader's own help is.
      String got = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
      throw new FormatException(file, "header: expected JSON of tensors, got " + got, e);
    }
    return new Header(List.copyOf(entries.values()), metadata == null ? Map.of() : metadata, end);
  }

  private static Map<String, String> strings(Path file, JsonReader json) throws IOException {
    Map<String, String> strings = new LinkedHashMap<>();
    json.beginObject();
    while (json.hasNext()) {
      String key = json.nextName();
      if (json.peek() != JsonToken.STRING) {
        throw new FormatException(file, "header: " + METADATA + " '" + key + "': expected a string, got " + json.peek());
      }
      if (strings.put(key, json.nextString()) != null) {
        throw new FormatException(file, "header: " + METADATA + " '" + key + "' stands there twice");
      }
    }
    json.endObject();
    return strings;
  }

  private static Entry entry(Path file, String name, JsonReader json) throws IOException {
    String place = "tensor '" + name + "': ";
    NumberType type = null;
    List<Long> shape = null;
    List<Long> range = null;
    json.beginObject();
    while (json.hasNext()) {
      String field = json.nextName();
      boolean twice = switch (field) {
        case "dtype" -> type != null;
        case "shape" -> shape != null;
        case "data_offsets" -> range != null;
        default -> throw new FormatException(file, place + "expected dtype, shape and data_offsets, got '" + field + "'");
      };
      if (twice) {
        throw new FormatException(file, place + field + " stands there twice");
      }
      switch (field) {
        case "dtype" -> type = type(file, place, json.nextString());
        case "shape" -> shape = integers(file, place + field, json);
        default -> range = integers(file, place + field, json);
      }
    }
    json.endObject();
    if (type == null || shape == null || range == null) {
      throw new FormatException(file, place + "expected dtype, shape and data_offsets, got not all of them");
    }
    long size = 1;
    List<Integer> dimensions = new ArrayList<>(shape.size());
    for (long dimension : shape) {
      // Below 2^31 each, so the product of two of them cannot overflow.
      size = dimension > Integer.MAX_VALUE || size > Integer.MAX_VALUE ? Long.MAX_VALUE : size * dimension;
      dimensions.add((int) Math.min(dimension, Integer.MAX_VALUE));
    }
    if (size > Integer.MAX_VALUE - 8) {
      throw new FormatException(file, place + "shape: expected fewer than 2^31 numbers, got " + shape);
    }
    if (range.size() != 2 || range.get(0) > range.get(1) || range.get(1) - range.get(0) != size * type.bytes()) {
      throw new FormatException(file, place + "data_offsets: expected " + size * type.bytes() + " bytes for shape " + shape
          + " of " + type + ", got " + range);
    }
    return new Entry(name, type, dimensions, (int) size, range.get(0), range.get(1));
  }

  private static NumberType type(Path file, String place, String name) throws FormatException {
    for (NumberType type : NumberType.values()) {
      if (type.name().equals(name)) {
        return type;
      }
    }
    throw new FormatException(
        file, place + "dtype: expected one of " + Arrays.toString(NumberType.values()) + ", got " + name);
  }

  /** A JSON array of integers from 0 on. */
  private static List<Long> integers(Path file, String place, JsonReader json) throws IOException {
    List<Long> values = new ArrayList<>();
    json.beginArray();
    while (json.hasNext()) {
      String text = json.peek() == JsonToken.NUMBER ? json.nextString() : "no number";
      if (!INTEGER.matcher(text).matches()) {
        throw new FormatException(file, place + ": expected integers from 0 on, got " + text);
      }
      if (values.size() == MOST_DIMENSIONS) {
        throw new FormatException(file, place + ": expected at most " + MOST_DIMENSIONS + " numbers, got more");
      }
      values.add(Long.parseLong(text));
    }
    json.endArray();
    return values;
  }

  /** The ranges must fill the {@code size} bytes of data, one after the other. */
  private static void checkRanges(Path file, List<Entry> entries, long size) throws FormatException {
    List<Entry> sorted = new ArrayList<>(entries);
    sorted.sort(Comparator.comparingLong(Entry::begin).thenComparingLong(Entry::end));
    long at = 0;
    for (Entry entry : sorted) {
      if (entry.begin() != at) {
        throw new FormatException(file, "tensor '" + entry.name() + "': data_offsets: expected to begin at " + at
            + ", where the tensor before ends, got " + entry.begin());
      }
      at = entry.end();
    }
    if (at != size) {
      throw new FormatException(file, "data: expected " + at + " bytes, as the header says, got " + size);
    }
  }

  private static Tensor tensor(Path file, FileChannel channel, long start, Entry entry) throws IOException {
    float[] values = new float[entry.size()];
    int width = entry.type().bytes();
    int blockSize = 1 << 14;
    for (int from = 0; from < values.length; from += blockSize) {
      int count = Math.min(blockSize, values.length - from);
      ByteBuffer block = bytes(file, channel, start + entry.begin() + (long) from * width, count * width);
      for (int i = 0; i < count; i++) {
        values[from + i] = entry.type().floatAt(block, i * width);
      }
    }
    return new Tensor(entry.type(), entry.shape().stream().mapToInt(Integer::intValue).toArray(), values);
  }

  private static ByteBuffer bytes(Path file, FileChannel channel, long at, int count) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(count).order(ByteOrder.LITTLE_ENDIAN);
    while (buffer.hasRemaining()) {
      if (channel.read(buffer, at + buffer.position()) < 0) {
        throw new FormatException(file, "byte " + at + ": expected " + count + " bytes, got " + buffer.position());
      }
    }
    return buffer.flip();
  }
}
