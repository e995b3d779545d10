/**
 * Measurements. Packages mirror the code that they measure; the class comment of each benchmark says how to run it.
 * {@link org.spikelane.peers} measures the whole beside other frameworks.
 *
 * <p>{@code mvn -q -DskipTests package} makes {@code bench/target/benchmarks.jar}. Every benchmark forks three JVMs
 * with the Vector API; another provider, or other flags, come from the command line:
 *
 * <pre>
 * java -jar bench/target/benchmarks.jar SynapticBenchmark -prof gc
 * java -jar bench/target/benchmarks.jar SynapticBenchmark -jvmArgsAppend "-Dspikelane.kernels=scalar"
 * java -jar bench/target/benchmarks.jar SynapticBenchmark \
 *     -jvmArgsAppend "-Dspikelane.kernels=scalar -XX:+UseCMoveUnconditionally -XX:+UseVectorCmov"
 * </pre>
 *
 * {@link org.spikelane.kernels.ElementwiseTable} runs the roofline, a C++ loop and the element-wise kernels in one go
 * and prints each row's share of the limit and whether it reaches its goal. It takes some twenty minutes, and options
 * of JMH and a regular expression for some rows only:
 *
 * <pre>
 * taskset -c 0 java -cp bench/target/benchmarks.jar org.spikelane.kernels.ElementwiseTable -f 1 'LayerBenchmark.step'
 * </pre>
 *
 * With {@code -prof gc} the column {@code gc.alloc.rate.norm} is bytes per operation: nothing for every kernel. (JMH
 * itself allocates some KB an iteration, which shows where an operation takes milliseconds.) Report CPU, JDK and flags
 * with a figure, and {@link org.spikelane.kernels.RooflineBenchmark} of the same machine and day.
 */
package org.spikelane;
