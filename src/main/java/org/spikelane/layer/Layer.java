package org.spikelane.layer;

import java.util.List;

/** One layer of a network: its parameters, and how a block of samples runs through it. */
public interface Layer {

  /** The name of its class in PyTorch or snnTorch: {@code Linear}, {@code RLeaky}, …. */
  String type();

  /** Shape of one sample at one step, coming in. */
  Shape inputShape();

  /** Shape of one sample at one step, going out. */
  Shape outputShape();

  /** The parameters in the order of PyTorch's state dict. */
  List<Parameter> parameters();

  /** Recomputes what is derived from the parameters, after their values were changed. Nothing may be running. */
  void refresh();

  /**
   * A part of {@link #refresh()}: all {@code parts}, each once, in any order or at the same time, are the whole. Where that
   * is little work, one part does it all.
   *
   * @param part number of the part, 0 to {@code parts - 1}
   */
  default void refresh(int part, int parts) {
    if (part == 0) {
      refresh();
    }
  }

  /** Whether the layer takes spikes as bits; otherwise they are expanded to values before it. */
  boolean takesSpikes();

  /**
   * The buffers and the work of this layer for one block.
   *
   * @param input what the layer below writes; of this layer's input size
   * @param block extents, and whether to record for a backward pass
   */
  Stage stage(Signal input, Block block);
}
