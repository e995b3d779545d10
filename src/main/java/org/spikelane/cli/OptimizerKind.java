package org.spikelane.cli;

/** The optimisers to choose from. */
enum OptimizerKind {
  ADAM, SGD
}
