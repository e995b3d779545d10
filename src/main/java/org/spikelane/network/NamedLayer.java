package org.spikelane.network;

import org.spikelane.layer.Layer;

/** A layer and the name it goes by in its network, as in {@code fc1} or {@code lif1}. */
public record NamedLayer(String name, Layer layer) {}
