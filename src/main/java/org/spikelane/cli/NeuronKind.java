package org.spikelane.cli;

import org.spikelane.neuron.Leaky;
import org.spikelane.neuron.Neuron;
import org.spikelane.neuron.RLeaky;
import org.spikelane.neuron.RSynaptic;
import org.spikelane.neuron.Synaptic;

/** The classes of neurons that a layer can be made of. */
enum NeuronKind {
  SYNAPTIC, RLEAKY, LEAKY, RSYNAPTIC;

  /** Whether there is a synaptic current, and so an alpha. */
  boolean secondOrder() {
    return this == SYNAPTIC || this == RSYNAPTIC;
  }

  /** The arguments of a hidden layer; recurrence, where there is one, goes from all neurons to all. */
  Neuron.Builder<?> hidden(float alpha) {
    return switch (this) {
      case SYNAPTIC -> Synaptic.builder().alpha(alpha);
      case RLEAKY -> RLeaky.builder().allToAll();
      case LEAKY -> Leaky.builder();
      case RSYNAPTIC -> RSynaptic.builder().alpha(alpha).allToAll();
    };
  }

  /** The arguments of an output layer; recurrence, where there is one, goes from each neuron to itself, from 0 on. */
  Neuron.Builder<?> output(float alpha, int neurons) {
    return switch (this) {
      case SYNAPTIC -> Synaptic.builder().alpha(alpha);
      case RLEAKY -> RLeaky.builder().oneToOne(new float[neurons]);
      case LEAKY -> Leaky.builder();
      case RSYNAPTIC -> RSynaptic.builder().alpha(alpha).oneToOne(new float[neurons]);
    };
  }
}
