package org.spikelane.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The provider is the one that the build asked for, and what cannot be had falls back with a word. */
class KernelProviderTest {

  @Test
  void isTheOneThatTheBuildAskedFor() {
    String wanted = System.getProperty("spikelane.test.kernels", "preferred");
    KernelProvider provider = KernelProvider.current();
    int width = provider.width();
    switch (wanted) {
      case "scalar" -> {
        assertEquals(0, width, provider.toString());
        assertTrue(provider.reason().contains("jdk.incubator.vector is absent"), provider.reason());
      }
      case "preferred" -> assertTrue(width >= 128, provider.toString());
      default -> {
        int bits = Integer.parseInt(wanted);
        int widest = VectorShapes.widest();
        if (bits > widest) {
          System.out.println("kernels: this CPU has no " + bits + "-bit vectors; tested the fallback in their place");
        }
        assertEquals(bits > widest ? 0 : bits, width, provider.toString());
      }
    }
    System.out.println("kernels: " + provider);
  }

  /** The run that is to be as without AVX-512 is. */
  @Test
  void hasAsFewRegistersAsTheBuildMeant() {
    assumeTrue(Boolean.getBoolean("spikelane.test.avx2"), "another run");
    assumeTrue(System.getProperty("os.arch").matches("amd64|x86_64"), "no x86 CPU");
    assertTrue(VectorShapes.WIDTH <= 256, VectorShapes.WIDTH + " bits");
    assertFalse(VectorShapes.MANY_REGISTERS);
  }

  @Test
  void handsOutKernelsOfItsOwnAndProductsForEachThread() {
    for (KernelProvider provider : List.of(KernelProvider.current(), KernelProvider.scalar())) {
      String prefix = provider.width() == 0 ? "Scalar" : "Vector";
      for (Object kernels : List.of(provider.synaptic(), provider.leaky(), provider.surrogate(), provider.rows(),
          provider.products())) {
        assertTrue(kernels.getClass().getSimpleName().startsWith(prefix), kernels + " of " + provider);
      }
      assertNotSame(provider.products(), provider.products());
    }
    assertEquals("scalar (scalar kernels were asked for by name)", KernelProvider.scalar().toString());
  }

  @Test
  void fallsBackToScalarWithAReason() throws Exception {
    List<String> module = List.of("--add-modules=jdk.incubator.vector");
    assertChoice("scalar (module jdk.incubator.vector is absent", List.of());
    assertChoice("scalar (this JVM compiles without C2", List.of(module.getFirst(), "-XX:TieredStopAtLevel=1"));
    assertChoice("scalar (this JVM compiles without C2", List.of(module.getFirst(), "-Xint"));
    assertChoice("scalar (this CPU, perhaps a virtual machine's, has no instruction that multiplies and adds (FMA)",
        List.of(module.getFirst(), "-XX:-UseFMA"));
    assertChoice("scalar (property spikelane.kernels is scalar", List.of(module.getFirst(), "-Dspikelane.kernels=scalar"));
    assertChoice("scalar (property spikelane.kernels: expected preferred, scalar, 128, 256 or 512, got \"1024\"",
        List.of(module.getFirst(), "-Dspikelane.kernels=1024"));
    assertChoice("scalar (512-bit vectors were asked for, this CPU offers the JVM at most ",
        List.of(module.getFirst(), "-Dspikelane.kernels=512", "-XX:UseAVX=1"));
  }

  /** Starts a JVM with the given options and compares the provider it prints; no exception may show. */
  private static void assertChoice(String expected, List<String> options) throws IOException, InterruptedException {
    String printed = ChildJvm.run(PrintProvider.class, options);
    assertTrue(printed.contains(expected), printed);
    assertFalse(printed.contains("Exception"), printed);
    long warnings = printed.lines().filter(line -> line.contains("WARNING: kernels:")).count();
    assertEquals(options.contains("-Dspikelane.kernels=scalar") ? 0 : 1, warnings, printed);
  }

  /** Prints the provider of its JVM. */
  static final class PrintProvider {

    private PrintProvider() {}

    public static void main(String[] arguments) {
      System.out.println(KernelProvider.current());
      System.out.println(KernelProvider.current());
    }
  }
}
