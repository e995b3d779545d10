/** Quantisation of hidden states, as snnTorch's {@code functional.quant}. */
package org.spikelane.quant;
