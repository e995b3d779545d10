/**
 * The workloads of a benchmark of other frameworks, on the API that users call, in the form in which that benchmark
 * runs another program beside its own ({@code bench_peers.py --external NAME=CMD}).
 *
 * <p>{@link org.spikelane.peers.PeerBenchmark} is the program; {@code bench/src/main/python/compare_peers.py} runs both
 * sides in turns and prints the table of ratios.
 */
package org.spikelane.peers;
