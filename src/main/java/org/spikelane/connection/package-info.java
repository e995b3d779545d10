/**
 * What carries values between layers ({@link org.spikelane.connection.Linear}, {@link org.spikelane.connection.Conv2d},
 * {@link org.spikelane.connection.Scale}, pools, {@link org.spikelane.connection.Flatten}) and from a layer's spikes
 * back to itself ({@link org.spikelane.connection.Recurrence}: all-to-all, one-to-one, convolutional).
 *
 * <p>Weights have PyTorch's names and layout, {@code [out, in]} and {@code [out, in, h, w]}, and its default
 * initialisation: weight and bias uniform in ±1/√fan_in. Packed copies serve the products,
 * one the forward ones, one the gradients of the input, made when first asked for.
 */
package org.spikelane.connection;
