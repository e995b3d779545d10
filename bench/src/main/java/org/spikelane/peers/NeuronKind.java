package org.spikelane.peers;

import java.util.Locale;

/** The neurons that item {@code onm} may be measured with. */
enum NeuronKind {
  /** {@code snn.Synaptic}. */
  SYNAPTIC,
  /** {@code snn.RLeaky}, dense. */
  RLEAKY;

  /** As on the command line. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
