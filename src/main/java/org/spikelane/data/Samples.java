package org.spikelane.data;

/** Raw samples, as they were in the file. */
sealed interface Samples permits Events, Grid {

  /** Number of samples, at least 1. */
  int samples();
}
