/**
 * Spiking-neuron kernels: {@code float[]} in, {@code float[]} out (the exponentials of losses are {@code double[]}).
 *
 * <h2>Where to start</h2>
 *
 * {@link org.spikelane.kernels.KernelProvider#current()} hands out one implementation of each family, chosen once per
 * JVM: {@link org.spikelane.kernels.SynapticKernels} and {@link org.spikelane.kernels.LeakyKernels} (neurons),
 * {@link org.spikelane.kernels.SurrogateKernels} (derivatives of the spike, where neuron kernels do not compute them: see
 * {@link org.spikelane.kernels.SurrogateDerivative}), {@link org.spikelane.kernels.ProductKernels} (weights) and {@link
 * org.spikelane.kernels.RowKernels} (everything else that walks rows). {@code Scalar…} classes are the plainly written
 * reference, the fallback and the tail of the {@code Vector…} classes; the twins differ in the prefix only, and those of the
 * neurons have their loops in {@code …Forward} and {@code …Backward}.
 *
 * <h2>Shapes</h2>
 *
 * A <em>row</em> holds the values of N neurons of one sample at one time step. {@link org.spikelane.kernels.Rows} says
 * where the rows of a sequence lie in a {@code float[]}: row {@code t} starts at {@code offset + t * stride}. The
 * stride is free, so the same kernel serves sample-major {@code [B][T][N]} (stride N), time-major {@code [T][B][N]}
 * (stride B·N), and with stride 0 one row that stands for every step: an input that is constant over time, or a state
 * that is updated in place. {@link org.spikelane.kernels.SpikeRows} does the same for spikes, one bit a neuron, neuron
 * {@code n} in bit {@code n & 63} of word {@code n >>> 6} of its row.
 *
 * <p>States have one row more than there are steps: step {@code t} reads row {@code t} and writes row {@code t + 1}.
 * With stride 0 that is a state in place; with stride N it is a recording. The backward pass needs that of the membrane;
 * with immediate reset also the spikes, the gates and the membrane before its reset; for the gradient of {@code alpha}
 * that of the synaptic current. Inputs and spikes of step {@code t} are in row {@code t}.
 *
 * <p>Every method works on steps {@code [t0, t1)} and neurons {@code [from, to)}. Where spikes are read or written, {@code
 * from} is a multiple of 64 and words are written whole: bits at and above {@code to} in the last word become 0. With delayed
 * reset, spikes of several steps need a row for each.
 *
 * <h2>Parameters</h2>
 *
 * {@code alpha, beta, theta} are per-neuron arrays indexed by {@code n}, already expanded and clipped by the caller.
 * All quantities are dimensionless, decay rates per step.
 *
 * <h2>Aliasing</h2>
 *
 * A kernel reads every operand of neuron {@code n} at step {@code t} before it writes a result of that neuron and step.
 * So an output row may be exactly an input row of the same step (the membrane of step {@code t} recorded over the input
 * of step {@code t}; the input gradient of step {@code t} written over the membrane that it returned, which is row {@code
 * t + 1}), but rows that overlap in part may not. A state in place shares no memory with an input of several steps: which of
 * them find it written is up to the kernel. Nor does the input gradient with the synaptic current where parameters learn.
 *
 * <h2>Rounding</h2>
 *
 * Neuron updates are plain float32 multiplications and additions in the order that the method's equation shows, never
 * fused: scalar and vector providers of every width agree bit for bit with each other and with snnTorch 1.0.0. A reset
 * gate {@code r} is 0 or 1 and multiplies, as in snnTorch, so infinities behave the same; {@code r = mem > theta} is
 * strict and false for NaN. Products fuse multiply and add, over ascending k; for factors of 0 and 1 that is exact in
 * the same places as separate operations, so every way to compute a product of spikes agrees bit for bit, as long as
 * weights are finite (0 times infinity is NaN, and events leave it out) and gradients are added to sums that started at
 * 0.0 (where only zeros are added, -0.0 may stay or not). {@code exp}, of floats in surrogates and of doubles in {@link
 * org.spikelane.kernels.RowKernels#exp}, is one polynomial for all providers.
 *
 * <h2>Names</h2>
 *
 * {@code x} input current, {@code rec} recurrent current, {@code syn} synaptic current, {@code mem} membrane potential,
 * {@code spk} spike, {@code theta} threshold, {@code r} reset gate, {@code sg} surrogate derivative; the prefix {@code
 * g} is dL/d of what follows ({@code gMem} = dL/dmem). Suffix {@code Delayed}: a spike resets the membrane within the
 * next step ({@code reset_delay=True}, snnTorch's default); {@code Immediate}: within its own.
 *
 * <h2>Checks</h2>
 *
 * Kernels only {@code assert}; shapes are checked where data enters the library. Once C2 has compiled it (vectors are
 * objects before), no method allocates, and all may be called from several threads at once. They keep no state but what calls
 * took, by which some choose the way of the next, never its result ({@link org.spikelane.kernels.LearnedChoice}). Those of {@link
 * org.spikelane.kernels.ProductKernels} are the exception: they serve one thread each, have scratch memory, which they
 * allocate when a product is larger than any before, and hold the gradient that was started. {@link
 * org.spikelane.kernels.PackedWeights#packTransposed}, not called in a step, allocates a block of weights, and what takes sums
 * out of a {@link org.spikelane.kernels.PackedGradient}, or adds others, a block of these.
 */
package org.spikelane.kernels;
