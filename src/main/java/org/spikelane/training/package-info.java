/**
 * Training: losses, optimisers, and the trainer that runs backpropagation through time over batches.
 *
 * <p>A batch is cut into shards, the shards into blocks of samples that stay in cache; a block runs forward, through the
 * loss and backward before the next one starts, so memory does not grow with the batch. Shards are shared over threads,
 * and their gradients summed in shard order: the result does not depend on the number of threads.
 */
package org.spikelane.training;
