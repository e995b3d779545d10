package org.spikelane.exchange;

import java.io.IOException;
import java.nio.file.Path;
import org.spikelane.format.FormatException;
import org.spikelane.format.NirFile;
import org.spikelane.format.NirNode;
import org.spikelane.network.Network;

/**
 * Networks as NIR graphs, the Neuromorphic Intermediate Representation that snnTorch, Norse, Sinabs, Rockpool, Lava and
 * others write and read.
 *
 * <p>NIR gives neurons as differential equations; a network of ours steps them by forward Euler. With {@code a =
 * dt/tau_syn} and {@code b = dt/tau_mem}:
 *
 * <pre>
 * LIF        v = (1-b)*v + b*(v_leak + r*x)                                              Leaky, RLeaky
 * CubaLIF    I = (1-a)*I + a*w_in*x        v = (1-b)*v + b*(v_leak + r*I)                Synaptic, RSynaptic
 * IF         v = v + r*x                                                                 Leaky, RLeaky with beta 1
 * all        z = v &gt; v_threshold           v = v_reset where z, in the same step
 * </pre>
 *
 * Decays and gains are computed in double and rounded once. Where a gain is not 1 or an offset not 0, a {@code Scale}
 * goes before the neurons, and recurrent weights take the gain in, so that membranes have the file's units. A gain
 * within 2^-22 of 1, all that float32 leaves of {@code tau/dt * dt/tau}, is 1. With a {@code v_reset} other than 0 the
 * membrane is counted from there: it is v - v_reset, fires above v_threshold - v_reset, and starts at 0, which is
 * v_reset. The current of Synaptic is r*dt/tau_mem times that of CubaLIF. An IF takes what arrives in a step as
 * impulses, whose integral is r*x for any dt.
 *
 * <p>dt, the reset mechanism and its delay are not in a file; see {@link NirOptions}.
 */
public final class Nir {

  private Nir() {}

  /**
   * A network with what had to be assumed of it, as neither metadata nor options say it.
   *
   * @param dt seconds of a step with which it was read
   * @param dtAssumed whether that is {@link NirOptions#DEFAULT_DT} for want of another
   * @param mechanismAssumed whether some neurons reset to zero because NIR's do
   * @param delayAssumed whether some neurons reset at once because NIR's do
   */
  public record Imported(Network network, double dt, boolean dtAssumed, boolean mechanismAssumed,
      boolean delayAssumed) {}

  /** Reads a file as NIR means it: {@link #read(Path, NirOptions)} with nothing chosen. */
  public static Network read(Path file) throws FormatException {
    return read(file, NirOptions.NONE);
  }

  /**
   * Reads a file.
   *
   * @param options what is not in the file
   * @throws FormatException if the file is malformed, or cannot be turned into a network; everything that stands in the
   *     way is named with its path in the graph
   */
  public static Network read(Path file, NirOptions options) throws FormatException {
    return imported(file, options).network();
  }

  /** The same with what had to be assumed. */
  public static Imported imported(Path file, NirOptions options) throws FormatException {
    NirNode.Graph graph = NirFile.read(file);
    try {
      return new NirImport(graph, options).imported();
    } catch (IllegalArgumentException e) {
      throw new FormatException(file, e.getMessage(), e);
    }
  }

  /**
   * The network that a graph describes, its layers named as the nodes, with dots as underscores; what stands before the
   * last dot is enough for neurons with a recurrence, {@code 1} for {@code 1.lif} and {@code 1.w_rec}.
   *
   * @throws IllegalArgumentException naming everything that stands in the way, each with its path
   */
  public static Network toNetwork(NirNode.Graph graph, NirOptions options) {
    return new NirImport(graph, options).network();
  }

  /**
   * Writes a file that Python's {@code nir} reads, whole or not at all: {@link #toGraph} with dt 1e-4, which snnTorch
   * takes.
   *
   * @throws IllegalArgumentException naming everything that NIR has no words for
   * @throws IOException if writing fails; a file that was there before is then untouched
   */
  public static void write(Path file, Network network) throws IOException {
    write(file, network, NirOptions.DEFAULT_DT);
  }

  /** The same with another length of a step, in seconds. */
  public static void write(Path file, Network network, double dt) throws IOException {
    NirFile.write(file, toGraph(network, dt));
  }

  /**
   * The graph of a network, flat as snnTorch writes it: {@code lif1.lif} and {@code lif1.w_rec} with edges both ways
   * for recurrent neurons. {@code tau = dt/(1-beta)}, {@code r = tau/dt}, {@code w_in = tau_syn/dt}, so that inputs
   * count in full.
   *
   * <p>What NIR leaves open (resets, surrogate, what learns) goes to the graph's metadata, from which {@link
   * #toNetwork} takes it back; other readers reset at once and to 0.
   *
   * @param dt seconds of a step
   * @throws IllegalArgumentException naming everything that NIR has no words for: {@code MaxPool2d}, inhibition,
   *     quantised states, a beta of 1 beside others or an alpha of 1, whose time constants are infinite
   */
  public static NirNode.Graph toGraph(Network network, double dt) {
    NirOptions.requireStep(dt);
    return new NirExport(network, dt).graph();
  }
}
