package org.spikelane.format;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** HDF5 files that mean harm, byte by byte. */
public final class HostileHdf5 {

  private HostileHdf5() {}

  /** A tree of names in which every node has the next one down twice: 2^60 ways through four kilobytes. */
  public static byte[] manyWays() {
    int levels = 60;
    int tree = 200;
    int nodeBytes = 24 + 5 * 8;
    ByteBuffer file = ByteBuffer.allocate(tree + (levels + 2) * nodeBytes).order(ByteOrder.LITTLE_ENDIAN);
    file.put(new byte[] {(byte) 0x89, 'H', 'D', 'F', '\r', '\n', 0x1a, '\n'});
    // Versions, sizes of offsets and lengths, nodes per leaf and inside; base, free space, end, driver; the root's
    // entry.
    file.put(new byte[] {0, 0, 0, 0, 0, 8, 8, 0}).putShort((short) 4).putShort((short) 16).putInt(0);
    file.putLong(0).putLong(-1).putLong(file.capacity()).putLong(-1);
    file.putLong(0).putLong(100).putInt(1).putInt(0).putLong(tree).putLong(180);
    // The root's header: one message, a symbol table.
    file.position(100).put((byte) 1).put((byte) 0).putShort((short) 1).putInt(1).putInt(24).putInt(0);
    file.putShort((short) 0x11).putShort((short) 16).putInt(0).putLong(tree).putLong(160);
    file.position(160).put(new byte[] {'H', 'E', 'A', 'P', 0, 0, 0, 0}).putLong(8).putLong(-1).putLong(192);
    for (int level = levels; level >= 0; level--) {
      int at = tree + (levels - level) * nodeBytes;
      file.position(at).put(new byte[] {'T', 'R', 'E', 'E', 0, (byte) level}).putShort((short) 2).putLong(-1)
          .putLong(-1);
      for (int i = 0; i < 2; i++) {
        file.putLong(0).putLong(level == 0 ? 0 : at + nodeBytes);
      }
      file.putLong(0);
    }
    return file.array();
  }
}
