package org.spikelane.kernels;

import java.util.function.Supplier;

/**
 * One implementation of every kernel family, chosen once per JVM.
 *
 * <p>The Vector API provider is taken when the module {@code jdk.incubator.vector} is in the boot layer, the JVM compiles with
 * C2, and the CPU has vectors of the wanted width and an instruction that multiplies and adds (FMA); otherwise the scalar one,
 * which computes the same bits. The choice and its reason are logged once, by {@link System.Logger} {@code org.spikelane.kernels}:
 * at level DEBUG if it is the one that was asked for, at WARNING if vectors were wanted and cannot be had.
 *
 * <p>That there is no C2, the JVM tells with {@code -Xint} and {@code -XX:TieredStopAtLevel=1}. With levels 0, 2 and 3, which
 * serve those who work on the JVM, it does not: vectors are taken, and are slower than scalar kernels would be.
 *
 * <p>System property {@code spikelane.kernels}, read once: {@code preferred} (default; the CPU's preferred width),
 * {@code scalar}, or a width in bits: {@code 128}, {@code 256}, {@code 512}.
 */
public final class KernelProvider {

  /** Name of the system property that forces a provider. */
  public static final String PROPERTY = "spikelane.kernels";

  private static final KernelProvider SCALAR = new KernelProvider(0, "scalar kernels were asked for by name",
      new ScalarSynapticKernels(), new ScalarLeakyKernels(), new ScalarSurrogateKernels(), new ScalarRowKernels(),
      ScalarProductKernels::new);

  private final int width;
  private final String reason;
  private final SynapticKernels synaptic;
  private final LeakyKernels leaky;
  private final SurrogateKernels surrogate;
  private final RowKernels rows;
  private final Supplier<ProductKernels> products;

  private KernelProvider(int width, String reason, SynapticKernels synaptic, LeakyKernels leaky,
      SurrogateKernels surrogate, RowKernels rows, Supplier<ProductKernels> products) {
    this.width = width;
    this.reason = reason;
    this.synaptic = synaptic;
    this.leaky = leaky;
    this.surrogate = surrogate;
    this.rows = rows;
    this.products = products;
  }

  /** The provider of this JVM. */
  public static KernelProvider current() {
    return Holder.CURRENT;
  }

  /** The scalar reference, whatever {@link #current()} is. */
  public static KernelProvider scalar() {
    return SCALAR;
  }

  /** Second-order neurons. */
  public SynapticKernels synaptic() {
    return synaptic;
  }

  /** First-order neurons. */
  public LeakyKernels leaky() {
    return leaky;
  }

  /** Surrogate derivatives. */
  public SurrogateKernels surrogate() {
    return surrogate;
  }

  /** Passes over rows. */
  public RowKernels rows() {
    return rows;
  }

  /** Weights: new ones with scratch memory of their own, for one thread. */
  public ProductKernels products() {
    return products.get();
  }

  /** Vector width in bits: 128, 256, 512, or 0 for scalar. */
  public int width() {
    return width;
  }

  /** {@code "scalar"}, or the width as in {@code "512-bit vectors"}. */
  public String name() {
    return width == 0 ? "scalar" : width + "-bit vectors";
  }

  /** Why this provider was chosen, one clause without a full stop. */
  public String reason() {
    return reason;
  }

  @Override
  public String toString() {
    return name() + " (" + reason + ")";
  }

  private static KernelProvider withReason(String reason) {
    return new KernelProvider(0, reason, SCALAR.synaptic, SCALAR.leaky, SCALAR.surrogate, SCALAR.rows, SCALAR.products);
  }

  /** Delays the choice, and the log line, until somebody asks. */
  private static final class Holder {
    static final KernelProvider CURRENT = choose(System.getProperty(PROPERTY, "preferred"));

    private static KernelProvider choose(String wanted) {
      System.Logger log = System.getLogger(KernelProvider.class.getPackageName());
      if (wanted.equals("scalar")) {
        KernelProvider scalar = withReason("property " + PROPERTY + " is scalar");
        log.log(System.Logger.Level.DEBUG, "kernels: {0}", scalar);
        return scalar;
      }
      String obstacle = obstacle(wanted);
      if (obstacle == null) {
        KernelProvider vector = vector(wanted);
        log.log(System.Logger.Level.DEBUG, "kernels: {0}", vector);
        return vector;
      }
      KernelProvider scalar = withReason(obstacle);
      log.log(System.Logger.Level.WARNING, "kernels: {0}", scalar);
      return scalar;
    }

    /**
     * Why there can be no vectors as wanted, or null. Touches no class of the Vector API unless its module is there.
     */
    private static String obstacle(String wanted) {
      if (!wanted.matches("preferred|128|256|512")) {
        return "property " + PROPERTY + ": expected preferred, scalar, 128, 256 or 512, got \"" + wanted + "\"";
      }
      if (ModuleLayer.boot().findModule("jdk.incubator.vector").isEmpty()) {
        return "module jdk.incubator.vector is absent; start java with --add-modules=jdk.incubator.vector";
      }
      String mode = System.getProperty("java.vm.info", "");
      if (mode.contains("interpreted") || mode.contains("emulated-client")) {
        return "this JVM compiles without C2, where vectors are 500 times slower (" + mode + ")";
      }
      if (!Fma.IN_HARDWARE) {
        return "this CPU, perhaps a virtual machine's, has no instruction that multiplies and adds (FMA)";
      }
      int widest = VectorShapes.widest();
      if (widest < 128) {
        return "this CPU offers the JVM no float vectors of 128 bits or more";
      }
      if (!wanted.equals("preferred") && Integer.parseInt(wanted) > widest) {
        return wanted + "-bit vectors were asked for, this CPU offers the JVM at most " + widest + " bits";
      }
      return null;
    }

    private static KernelProvider vector(String wanted) {
      return new KernelProvider(VectorShapes.WIDTH,
          wanted.equals("preferred") ? "the CPU's preferred width" : "property " + PROPERTY + " is " + wanted,
          new VectorSynapticKernels(), new VectorLeakyKernels(), new VectorSurrogateKernels(), new VectorRowKernels(),
          VectorProductKernels::new);
    }
  }
}
