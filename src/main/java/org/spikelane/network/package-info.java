/**
 * Networks: layers in a row with their parameters ({@link org.spikelane.network.Network}), the states of a stream ({@link
 * org.spikelane.network.Session}), and the record that backpropagation through time needs ({@link
 * org.spikelane.network.Tape}).
 *
 * <p>At this interface, sequences are time first as in snnTorch, {@code [T][B][N]} flat; states are {@code [B][N]}.
 */
package org.spikelane.network;
