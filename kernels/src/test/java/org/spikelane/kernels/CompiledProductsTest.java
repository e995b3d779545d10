package org.spikelane.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.SplittableRandom;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Products that C2 has compiled stay compiled, whatever else runs in the process. */
class CompiledProductsTest {

  private static final String MARK = "a segment of an array";

  @Test
  void stayWhenAnotherClassOfSegmentsAppears() throws IOException, InterruptedException {
    assumeTrue(Cases.hasVectors(), "scalar kernels know no segments");
    String printed = ChildJvm.run(MultiplyThenMakeSegment.class, List.of("--add-modules=jdk.incubator.vector",
        "-Dspikelane.kernels=" + VectorShapes.WIDTH, "-Xbatch", "-XX:+PrintCompilation"));
    int mark = printed.indexOf(MARK);
    String before = printed.substring(0, mark);
    for (String loop : List.of("RegisterTiles::tile", "EventProducts::sum")) {
      assertTrue(Pattern.compile(" 4 +org\\.spikelane\\.kernels\\." + loop).matcher(before).find(), loop + "\n" + before);
    }
    List<String> thrownAway = printed.substring(mark).lines().filter(line -> line.contains("marked for deoptimization"))
        .toList();
    assertEquals(List.of(), thrownAway);
  }

  /** Has products compiled, then prints the mark and makes the segment. */
  static final class MultiplyThenMakeSegment {

    private static final int SIZE = 64;
    private static final int CALLS = 2000;

    private MultiplyThenMakeSegment() {}

    public static void main(String[] arguments) {
      SplittableRandom random = new SplittableRandom(1);
      ProductKernels products = KernelProvider.current().products();
      PackedWeights w = products.weights(SIZE, SIZE);
      w.pack(Cases.uniform(random, SIZE * SIZE, -1, 1));
      Rows x = new Rows(Cases.uniform(random, SIZE * SIZE, -1, 1), 0, SIZE);
      SpikeRows spk = new SpikeRows(Cases.spikes(random, SIZE, SIZE, 0.3), 0, SpikeRows.words(SIZE));
      Rows y = new Rows(new float[SIZE * SIZE], 0, SIZE);
      float[] bias = new float[SIZE];
      for (int i = 0; i < CALLS; i++) {
        products.dense(x, w, bias, y, 0, SIZE);
        products.events(spk, w, bias, y, 0, SIZE);
      }
      System.out.println(MARK);
      System.out.println(MemorySegment.ofArray(new byte[1]));
    }
  }
}
