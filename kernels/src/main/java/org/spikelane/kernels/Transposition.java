package org.spikelane.kernels;

import static org.spikelane.kernels.VectorShapes.FLOATS;
import static org.spikelane.kernels.VectorShapes.LANES;
import static org.spikelane.kernels.VectorShapes.WIDTH;

import jdk.incubator.vector.FloatVector;

/**
 * Rows that become columns, in registers of 512 bits: {@code y[s][r] = x[r][s]}.
 *
 * <p>Of 2^k vectors that hold 2^k rows, the i-th of the first half and the i-th of the second become the two that hold their
 * lanes in turns, the first of one, the first of the other, and so on, and these the vectors 2i and 2i + 1. That is where
 * each value goes whose number, row before lane, is rotated by one bit: k times over, rows and lanes have changed places.
 */
final class Transposition {

  /** Rows that {@link #eightRows} takes. */
  static final int EIGHT = 8;

  /** Rows that {@link #sixteenRows} takes. */
  static final int SIXTEEN = 16;

  /** Where an instruction selects lanes of two vectors; elsewhere that takes several, and loads and stores are as fast. */
  static final boolean IN_REGISTERS = WIDTH == 512;

  private static final FloatVector LOW = inTurns(0);
  private static final FloatVector HIGH = inTurns(LANES / 2);

  private Transposition() {}

  /** Which lanes of two vectors alternate, from lane {@code first} of both on. */
  private static FloatVector inTurns(int first) {
    float[] lanes = new float[LANES];
    for (int i = 0; i < LANES; i++) {
      lanes[i] = first + i / 2 + i % 2 * LANES;
    }
    return FloatVector.fromArray(FLOATS, lanes, 0);
  }

  /**
   * Eight rows, xRow apart, to [step][8], for as many of the steps as fill vectors.
   *
   * @return the first step that fills no vector
   */
  static int eightRows(float[] x, int xAt, int xRow, int steps, float[] y, int yAt) {
    int s = 0;
    for (; s <= steps - LANES; s += LANES) {
      int at = xAt + s;
      FloatVector a0 = FloatVector.fromArray(FLOATS, x, at);
      FloatVector a1 = FloatVector.fromArray(FLOATS, x, at + xRow);
      FloatVector a2 = FloatVector.fromArray(FLOATS, x, at + 2 * xRow);
      FloatVector a3 = FloatVector.fromArray(FLOATS, x, at + 3 * xRow);
      FloatVector a4 = FloatVector.fromArray(FLOATS, x, at + 4 * xRow);
      FloatVector a5 = FloatVector.fromArray(FLOATS, x, at + 5 * xRow);
      FloatVector a6 = FloatVector.fromArray(FLOATS, x, at + 6 * xRow);
      FloatVector a7 = FloatVector.fromArray(FLOATS, x, at + 7 * xRow);
      FloatVector b0 = LOW.selectFrom(a0, a4);
      FloatVector b1 = HIGH.selectFrom(a0, a4);
      FloatVector b2 = LOW.selectFrom(a1, a5);
      FloatVector b3 = HIGH.selectFrom(a1, a5);
      FloatVector b4 = LOW.selectFrom(a2, a6);
      FloatVector b5 = HIGH.selectFrom(a2, a6);
      FloatVector b6 = LOW.selectFrom(a3, a7);
      FloatVector b7 = HIGH.selectFrom(a3, a7);
      FloatVector c0 = LOW.selectFrom(b0, b4);
      FloatVector c1 = HIGH.selectFrom(b0, b4);
      FloatVector c2 = LOW.selectFrom(b1, b5);
      FloatVector c3 = HIGH.selectFrom(b1, b5);
      FloatVector c4 = LOW.selectFrom(b2, b6);
      FloatVector c5 = HIGH.selectFrom(b2, b6);
      FloatVector c6 = LOW.selectFrom(b3, b7);
      FloatVector c7 = HIGH.selectFrom(b3, b7);
      int to = yAt + s * EIGHT;
      LOW.selectFrom(c0, c4).intoArray(y, to);
      HIGH.selectFrom(c0, c4).intoArray(y, to + LANES);
      LOW.selectFrom(c1, c5).intoArray(y, to + 2 * LANES);
      HIGH.selectFrom(c1, c5).intoArray(y, to + 3 * LANES);
      LOW.selectFrom(c2, c6).intoArray(y, to + 4 * LANES);
      HIGH.selectFrom(c2, c6).intoArray(y, to + 5 * LANES);
      LOW.selectFrom(c3, c7).intoArray(y, to + 6 * LANES);
      HIGH.selectFrom(c3, c7).intoArray(y, to + 7 * LANES);
    }
    return s;
  }

  /**
   * Sixteen rows, xRow apart, to rows of which they are 16 columns, yRow apart, for as many of the steps as fill vectors.
   *
   * @return the first step that fills no vector
   */
  static int sixteenRows(float[] x, int xAt, int xRow, int steps, float[] y, int yAt, int yRow) {
    int s = 0;
    for (; s <= steps - LANES; s += LANES) {
      int at = xAt + s;
      FloatVector a0 = FloatVector.fromArray(FLOATS, x, at);
      FloatVector a1 = FloatVector.fromArray(FLOATS, x, at + xRow);
      FloatVector a2 = FloatVector.fromArray(FLOATS, x, at + 2 * xRow);
      FloatVector a3 = FloatVector.fromArray(FLOATS, x, at + 3 * xRow);
      FloatVector a4 = FloatVector.fromArray(FLOATS, x, at + 4 * xRow);
      FloatVector a5 = FloatVector.fromArray(FLOATS, x, at + 5 * xRow);
      FloatVector a6 = FloatVector.fromArray(FLOATS, x, at + 6 * xRow);
      FloatVector a7 = FloatVector.fromArray(FLOATS, x, at + 7 * xRow);
      FloatVector a8 = FloatVector.fromArray(FLOATS, x, at + 8 * xRow);
      FloatVector a9 = FloatVector.fromArray(FLOATS, x, at + 9 * xRow);
      FloatVector a10 = FloatVector.fromArray(FLOATS, x, at + 10 * xRow);
      FloatVector a11 = FloatVector.fromArray(FLOATS, x, at + 11 * xRow);
      FloatVector a12 = FloatVector.fromArray(FLOATS, x, at + 12 * xRow);
      FloatVector a13 = FloatVector.fromArray(FLOATS, x, at + 13 * xRow);
      FloatVector a14 = FloatVector.fromArray(FLOATS, x, at + 14 * xRow);
      FloatVector a15 = FloatVector.fromArray(FLOATS, x, at + 15 * xRow);
      FloatVector b0 = LOW.selectFrom(a0, a8);
      FloatVector b1 = HIGH.selectFrom(a0, a8);
      FloatVector b2 = LOW.selectFrom(a1, a9);
      FloatVector b3 = HIGH.selectFrom(a1, a9);
      FloatVector b4 = LOW.selectFrom(a2, a10);
      FloatVector b5 = HIGH.selectFrom(a2, a10);
      FloatVector b6 = LOW.selectFrom(a3, a11);
      FloatVector b7 = HIGH.selectFrom(a3, a11);
      FloatVector b8 = LOW.selectFrom(a4, a12);
      FloatVector b9 = HIGH.selectFrom(a4, a12);
      FloatVector b10 = LOW.selectFrom(a5, a13);
      FloatVector b11 = HIGH.selectFrom(a5, a13);
      FloatVector b12 = LOW.selectFrom(a6, a14);
      FloatVector b13 = HIGH.selectFrom(a6, a14);
      FloatVector b14 = LOW.selectFrom(a7, a15);
      FloatVector b15 = HIGH.selectFrom(a7, a15);
      FloatVector c0 = LOW.selectFrom(b0, b8);
      FloatVector c1 = HIGH.selectFrom(b0, b8);
      FloatVector c2 = LOW.selectFrom(b1, b9);
      FloatVector c3 = HIGH.selectFrom(b1, b9);
      FloatVector c4 = LOW.selectFrom(b2, b10);
      FloatVector c5 = HIGH.selectFrom(b2, b10);
      FloatVector c6 = LOW.selectFrom(b3, b11);
      FloatVector c7 = HIGH.selectFrom(b3, b11);
      FloatVector c8 = LOW.selectFrom(b4, b12);
      FloatVector c9 = HIGH.selectFrom(b4, b12);
      FloatVector c10 = LOW.selectFrom(b5, b13);
      FloatVector c11 = HIGH.selectFrom(b5, b13);
      FloatVector c12 = LOW.selectFrom(b6, b14);
      FloatVector c13 = HIGH.selectFrom(b6, b14);
      FloatVector c14 = LOW.selectFrom(b7, b15);
      FloatVector c15 = HIGH.selectFrom(b7, b15);
      FloatVector d0 = LOW.selectFrom(c0, c8);
      FloatVector d1 = HIGH.selectFrom(c0, c8);
      FloatVector d2 = LOW.selectFrom(c1, c9);
      FloatVector d3 = HIGH.selectFrom(c1, c9);
      FloatVector d4 = LOW.selectFrom(c2, c10);
      FloatVector d5 = HIGH.selectFrom(c2, c10);
      FloatVector d6 = LOW.selectFrom(c3, c11);
      FloatVector d7 = HIGH.selectFrom(c3, c11);
      FloatVector d8 = LOW.selectFrom(c4, c12);
      FloatVector d9 = HIGH.selectFrom(c4, c12);
      FloatVector d10 = LOW.selectFrom(c5, c13);
      FloatVector d11 = HIGH.selectFrom(c5, c13);
      FloatVector d12 = LOW.selectFrom(c6, c14);
      FloatVector d13 = HIGH.selectFrom(c6, c14);
      FloatVector d14 = LOW.selectFrom(c7, c15);
      FloatVector d15 = HIGH.selectFrom(c7, c15);
      int to = yAt + s * yRow;
      LOW.selectFrom(d0, d8).intoArray(y, to);
      HIGH.selectFrom(d0, d8).intoArray(y, to + yRow);
      LOW.selectFrom(d1, d9).intoArray(y, to + 2 * yRow);
      HIGH.selectFrom(d1, d9).intoArray(y, to + 3 * yRow);
      LOW.selectFrom(d2, d10).intoArray(y, to + 4 * yRow);
      HIGH.selectFrom(d2, d10).intoArray(y, to + 5 * yRow);
      LOW.selectFrom(d3, d11).intoArray(y, to + 6 * yRow);
      HIGH.selectFrom(d3, d11).intoArray(y, to + 7 * yRow);
      LOW.selectFrom(d4, d12).intoArray(y, to + 8 * yRow);
      HIGH.selectFrom(d4, d12).intoArray(y, to + 9 * yRow);
      LOW.selectFrom(d5, d13).intoArray(y, to + 10 * yRow);
      HIGH.selectFrom(d5, d13).intoArray(y, to + 11 * yRow);
      LOW.selectFrom(d6, d14).intoArray(y, to + 12 * yRow);
      HIGH.selectFrom(d6, d14).intoArray(y, to + 13 * yRow);
      LOW.selectFrom(d7, d15).intoArray(y, to + 14 * yRow);
      HIGH.selectFrom(d7, d15).intoArray(y, to + 15 * yRow);
    }
    return s;
  }
}
