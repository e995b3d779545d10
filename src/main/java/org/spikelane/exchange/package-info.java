/**
 * Networks from elsewhere, and back: what other frameworks wrote, as networks of ours that give the same spikes, and
 * ours in a form that they read.
 *
 * <p>{@link org.spikelane.format} knows the files; here is what they mean. Nothing that a file says is dropped or
 * approximated in silence: what cannot be kept is refused, and everything that stands in the way is named at once.
 */
package org.spikelane.exchange;
