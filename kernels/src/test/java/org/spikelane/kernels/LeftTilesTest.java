package org.spikelane.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.junit.jupiter.api.Test;

class LeftTilesTest {

  private static final int LINE = 16;

  /** Else a step of many tiles, written one after the other, would fall into few sets of a first-level cache. */
  @Test
  void tilesAreAnOddNumberOfCacheLinesApart() {
    assumeTrue(Cases.hasVectors(), "the class has masks");
    LeftTiles tiles = new LeftTiles();
    for (int steps = 0; steps <= 1030; steps++) {
      tiles.resize(LeftTiles.ROWS, steps);
      int apart = tiles.at(LeftTiles.ROWS);
      assertEquals(0, apart % LINE, "values beyond whole lines, " + steps + " steps");
      assertEquals(1, apart / LINE % 2, "odd, " + steps + " steps");
    }
  }
}
