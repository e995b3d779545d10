/** Measurements of the kernels, family by family, and of the machine that bounds them. */
package org.spikelane.kernels;
