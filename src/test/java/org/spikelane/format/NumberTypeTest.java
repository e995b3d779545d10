package org.spikelane.format;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NumberTypeTest {

  private final ByteBuffer buffer = ByteBuffer.allocate(8);

  /** Rounded, the first would be an infinity and the second -0. */
  @ParameterizedTest
  @ValueSource(ints = {0x7f800001, 0x7fffffff, 0xff800001})
  void aNanStaysOneInHalfItsBits(int bits) {
    NumberType.BF16.put(buffer, 0, Float.intBitsToFloat(bits));
    assertTrue(Float.isNaN(NumberType.BF16.floatAt(buffer, 0)));
  }

  @ParameterizedTest
  @ValueSource(floats = {0x1p63f, 0x1.8p63f, 0x1.fffffep63f})
  void putsUnsignedNumbersThatALongDoesNotHold(float value) {
    NumberType.U64.put(buffer, 0, value);
    assertEquals(value, new BigInteger(1, buffer.array()).floatValue());
  }

  /** Next to the middle between two doubles, where all bits count. */
  @ParameterizedTest
  @ValueSource(strings = {"8000000000000400", "8000000000000401", "8000000000000bff", "8000000000000c00"})
  void roundsUnsignedNumbersToTheNearestDouble(String hex) {
    buffer.putLong(0, Long.parseUnsignedLong(hex, 16));
    assertEquals(new BigInteger(hex, 16).doubleValue(), NumberType.U64.doubleAt(buffer, 0));
  }
}
