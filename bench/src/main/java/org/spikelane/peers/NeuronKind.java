package org.spikelane.peers;

/** The neurons that item {@code onm} may be measured with. */
enum NeuronKind {
  /** {@code snn.Synaptic}. */
  SYNAPTIC,
  /** {@code snn.RLeaky}, dense. */
  RLEAKY;

  /** As on the command line. */
  @Override
  public String toString() {
    return name().toLowerCase(java.util.Locale.ROOT);
  }
}
