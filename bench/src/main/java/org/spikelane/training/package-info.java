/** Measurements of training. */
package org.spikelane.training;
