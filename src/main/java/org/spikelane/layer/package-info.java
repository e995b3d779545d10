/**
 * What every layer is: {@link org.spikelane.layer.Parameter}s, and a {@link org.spikelane.layer.Stage} for each block of
 * samples that is sent through it.
 *
 * <p>A network runs layer by layer over all time steps of a block of samples small enough to stay in cache. What travels
 * from one layer to the next is a {@link org.spikelane.layer.Signal}: {@link org.spikelane.layer.Values} (floats) or
 * {@link org.spikelane.layer.Spikes} (bits), sample-major, {@code [samples][1 + steps][size]}. The row before the first
 * step holds the state that a layer starts from, so that "the step before" needs no special case.
 *
 * <p>A stage may write over its input values once it has read them, as it is their only reader: neurons record their
 * membrane over their input current, and in the backward pass write the gradient of the current over the membrane. That
 * keeps the tape at four bytes and a bit per neuron and step, up to 8 % more where a layer moves its own rows apart.
 *
 * <p>A layer that carries something from one step to the next is a {@link org.spikelane.layer.StatefulLayer}, and what
 * it carries a {@link org.spikelane.layer.State}, kept by whoever runs it.
 */
package org.spikelane.layer;
