/**
 * Files: reading them without trusting them, and writing them whole or not at all.
 *
 * <p>A reader takes nothing in a file as given: every length, offset, shape and type is checked against what the file
 * really holds before memory is reserved for it. What is wrong is said by a {@link org.spikelane.format.FormatException},
 * in one line that names the file, the place and what was expected there.
 *
 * <p>A writer goes through {@link org.spikelane.format.AtomicFile}: after a crash there is either the old file or the new
 * one, never half of one.
 */
package org.spikelane.format;
