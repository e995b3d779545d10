/** Benchmarks of {@link org.spikelane.connection}'s products. */
package org.spikelane.connection;
