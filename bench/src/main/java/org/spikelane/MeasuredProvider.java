package org.spikelane;

import org.spikelane.kernels.KernelProvider;

/** Keeps a benchmark from measuring other kernels than those that its command line names. */
public final class MeasuredProvider {

  private MeasuredProvider() {}

  /**
   * The provider of this JVM, if it is what the property {@code spikelane.kernels} asks for: vectors unless it says
   * {@code scalar}.
   *
   * @throws IllegalStateException if the kernels fell back to scalar
   */
  public static KernelProvider required() {
    KernelProvider provider = KernelProvider.current();
    String wanted = System.getProperty(KernelProvider.PROPERTY, "preferred");
    boolean given = switch (wanted) {
      case "preferred" -> provider.width() >= 128;
      case "scalar" -> provider.width() == 0;
      default -> wanted.equals(Integer.toString(provider.width()));
    };
    if (!given) {
      throw new IllegalStateException("provider: expected " + wanted + " kernels, got " + provider);
    }
    return provider;
  }
}
