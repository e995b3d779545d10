package org.spikelane;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.spikelane.kernels.KernelProvider;

/** Both runs of this module's tests would pass with one provider; this makes sure that there are two. */
class ExpectedProviderTest {

  @Test
  void runsWithTheProviderThatTheBuildMeant() {
    String expected = System.getProperty("spikelane.test.kernels");
    assertNotNull(expected, "spikelane.test.kernels is set by the build, see pom.xml");
    KernelProvider provider = KernelProvider.current();
    if (expected.equals("scalar")) {
      assertEquals(0, provider.width(), provider.toString());
    } else {
      assertEquals("preferred", expected);
      assertTrue(provider.width() >= 128, provider.toString());
    }
  }
}
