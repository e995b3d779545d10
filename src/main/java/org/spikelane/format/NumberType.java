package org.spikelane.format;

import java.nio.ByteBuffer;

/** The types of numbers that files hold, and their conversion to {@code float}. */
public enum NumberType {
  /** One byte, 0 for false; anything else reads as 1. */
  BOOL(1, true),
  /** Unsigned 8-bit integer. */
  U8(1, true),
  /** Signed 8-bit integer. */
  I8(1, true),
  /** Unsigned 16-bit integer. */
  U16(2, true),
  /** Signed 16-bit integer. */
  I16(2, true),
  /** Unsigned 32-bit integer. */
  U32(4, true),
  /** Signed 32-bit integer. */
  I32(4, true),
  /** Unsigned 64-bit integer. */
  U64(8, true),
  /** Signed 64-bit integer. */
  I64(8, true),
  /** IEEE 754 half precision. */
  F16(2, false),
  /** The upper half of an {@link #F32}. */
  BF16(2, false),
  /** IEEE 754 single precision. */
  F32(4, false),
  /** IEEE 754 double precision. */
  F64(8, false);

  private final int bytes;
  private final boolean integral;

  NumberType(int bytes, boolean integral) {
    this.bytes = bytes;
    this.integral = integral;
  }

  /** Bytes that one number takes. */
  public int bytes() {
    return bytes;
  }

  /** Whether {@link #longAt} may be called. */
  public boolean integral() {
    return integral;
  }

  /**
   * The number at byte {@code at}, exact where a {@code float} holds it, else rounded to the nearest.
   *
   * @param buffer in the byte order of the file
   * @param at absolute position in bytes
   */
  public float floatAt(ByteBuffer buffer, int at) {
    return switch (this) {
      case F16 -> Float.float16ToFloat(buffer.getShort(at));
      case BF16 -> Float.intBitsToFloat(buffer.getShort(at) << 16);
      case F32 -> buffer.getFloat(at);
      case F64 -> (float) buffer.getDouble(at);
      case U64 -> unsigned(buffer.getLong(at));
      default -> (float) longAt(buffer, at);
    };
  }

  /**
   * The number at byte {@code at}, exact but for integers beyond 2^53, which are rounded to the nearest.
   *
   * @param buffer in the byte order of the file
   * @param at absolute position in bytes
   */
  public double doubleAt(ByteBuffer buffer, int at) {
    return switch (this) {
      case F16, BF16, F32 -> floatAt(buffer, at);
      case F64 -> buffer.getDouble(at);
      case U64 -> {
        long bits = buffer.getLong(at);
        // Halving keeps the lowest bit, so that the conversion rounds as if it had seen all 64.
        yield bits >= 0 ? (double) bits : (double) ((bits >>> 1) | (bits & 1)) * 2;
      }
      default -> (double) longAt(buffer, at);
    };
  }

  /**
   * The integer at byte {@code at}; a {@link #U64} of 2^63 or more comes out negative.
   *
   * @param buffer in the byte order of the file
   * @param at absolute position in bytes
   * @throws IllegalStateException if this is not an integral type
   */
  public long longAt(ByteBuffer buffer, int at) {
    return switch (this) {
      case BOOL -> buffer.get(at) == 0 ? 0 : 1;
      case U8 -> buffer.get(at) & 0xff;
      case I8 -> buffer.get(at);
      case U16 -> buffer.getShort(at) & 0xffff;
      case I16 -> buffer.getShort(at);
      case U32 -> buffer.getInt(at) & 0xffff_ffffL;
      case I32 -> buffer.getInt(at);
      case U64, I64 -> buffer.getLong(at);
      case F16, BF16, F32, F64 -> throw new IllegalStateException(this + " is no integer type");
    };
  }

  /**
   * Writes a number at byte {@code at}: rounded to the nearest that the type holds, ties to even.
   *
   * @param buffer in the byte order of the file
   * @param at absolute position in bytes
   * @throws IllegalArgumentException if an integer type does not hold the value exactly
   */
  public void put(ByteBuffer buffer, int at, float value) {
    if (integral && !holds(value)) {
      throw new IllegalArgumentException("expected a value of " + this + ", got " + value);
    }
    switch (this) {
      case BOOL, U8, I8 -> buffer.put(at, (byte) (int) value);
      case U16, I16 -> buffer.putShort(at, (short) (int) value);
      case U32, I32 -> buffer.putInt(at, (int) (long) value);
      // From 2^63 on, a float has no bits below the lowest of the half.
      case U64 -> buffer.putLong(at, value < 0x1p63f ? (long) value : (long) (value / 2) << 1);
      case I64 -> buffer.putLong(at, (long) value);
      case F16 -> buffer.putShort(at, Float.floatToFloat16(value));
      case BF16 -> buffer.putShort(at, upperHalf(value));
      case F32 -> buffer.putFloat(at, value);
      case F64 -> buffer.putDouble(at, value);
    }
  }

  private boolean holds(float value) {
    double bits = 8.0 * bytes;
    return value == Math.rint(value) && switch (this) {
      case BOOL -> value == 0 || value == 1;
      case U8, U16, U32, U64 -> value >= 0 && value < Math.pow(2, bits);
      default -> value >= -Math.pow(2, bits - 1) && value < Math.pow(2, bits - 1);
    };
  }

  private static short upperHalf(float value) {
    int bits = Float.floatToRawIntBits(value);
    // Rounding could turn a NaN into an infinity.
    int rounded = Float.isNaN(value) ? bits | 1 << 22 : bits + 0x7fff + (bits >>> 16 & 1);
    return (short) (rounded >>> 16);
  }

  private static float unsigned(long value) {
    // Halving keeps the lowest bit, so that the conversion rounds as if it had seen all 64.
    return value >= 0 ? (float) value : (float) ((value >>> 1) | (value & 1)) * 2f;
  }
}
