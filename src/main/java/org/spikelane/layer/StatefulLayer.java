package org.spikelane.layer;

/** A layer that carries something from one step to the next. */
public interface StatefulLayer extends Layer {

  /** What it carries, for {@code samples} samples: zero. */
  State state(int samples);

  /** A stage with states of its own. */
  @Override
  default Stage stage(Signal input, Block block) {
    return stage(input, block, state(block.samples()), 0);
  }

  /**
   * A stage that starts from, and leaves behind, the states of samples {@code first …} of {@code state}.
   *
   * @param state made by {@link #state} of this layer
   */
  Stage stage(Signal input, Block block, State state, int first);
}
