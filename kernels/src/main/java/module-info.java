/** Spiking-neuron kernels over float arrays; the only module of Spikelane that knows the Vector API. */
module org.spikelane.kernels {
  requires jdk.incubator.vector;

  exports org.spikelane.kernels;
}
