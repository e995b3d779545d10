package org.spikelane.training;

import java.util.List;
import org.spikelane.layer.Parameter;

/** Changes parameters by their gradients. Keeps its moments by position, so it serves one list of parameters. */
public interface Optimizer {

  /**
   * One update, in place.
   *
   * @param parameters always the same, in the same order
   * @param gradients of the parameters, each in its parameter's shape
   */
  void step(List<Parameter> parameters, List<float[]> gradients);
}
