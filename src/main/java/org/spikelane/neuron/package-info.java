/**
 * The four neurons of snnTorch 1.0.0 that share one step: {@link org.spikelane.neuron.Synaptic}, {@link
 * org.spikelane.neuron.RLeaky}, {@link org.spikelane.neuron.Leaky}, {@link org.spikelane.neuron.RSynaptic}.
 *
 * <p>A neuron layer is its configuration and its parameters, both with snnTorch's names and defaults; states are kept
 * apart, in {@link org.spikelane.neuron.NeuronState}. {@code Leaky} and {@code RLeaky} run on the first-order kernels,
 * {@code Synaptic} and {@code RSynaptic} on the second-order ones; the recurrence is one more row of current.
 */
package org.spikelane.neuron;
