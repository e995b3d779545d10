/** Measurements of networks. */
package org.spikelane.network;
