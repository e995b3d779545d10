/** The surrogate gradients of snnTorch 1.0.0 as executed, and those of its that are broken there. */
package org.spikelane.surrogate;
