/**
 * Labelled data, from a folder or the caller's array, and how it becomes the input of a network.
 *
 * <p>{@link org.spikelane.data.DataFolder} recognises what a folder holds by the content of its files: event recordings
 * (HDF5 as in the Spiking Heidelberg Digits), images (IDX as in MNIST), or trials (NPY). An {@link
 * org.spikelane.data.InputEncoding} turns raw samples into values for each step and input; it belongs to a trained model
 * and travels with it. Folder and encoding together give a {@link org.spikelane.data.Dataset}; {@link
 * org.spikelane.data.Dataset#ofSequences} makes one of an array.
 *
 * <p>Raw data stays as compact as it was (bytes, event lists) and is expanded sample by sample.
 */
package org.spikelane.data;
