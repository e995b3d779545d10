package org.spikelane.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Products that C2 has compiled stay compiled when anything in the process makes a segment of an array. */
class CompiledProductsTest {

  private static final String MARK = "a segment of an array";

  /** Of what the JVM prints: code of C2, of kernels. */
  private static final String COMPILED = " 4 +org\\.spikelane\\.kernels\\.";

  @Test
  void stayWhenSegmentsOfArraysAppear() throws Exception {
    int width = KernelProvider.current().width();
    assumeTrue(width > 0, "scalar kernels know no segments");
    List<String> options = new ArrayList<>(List.of("--add-modules=jdk.incubator.vector", "-Dspikelane.kernels=" + width,
        "-Xbatch", "-XX:+PrintCompilation"));
    if (Boolean.getBoolean("spikelane.test.avx2")) {
      options.addAll(List.of("-XX:+IgnoreUnrecognizedVMOptions", "-XX:UseAVX=2"));
    }
    String printed = ChildJvm.run(MultiplyThenMakeSegment.class, options);
    int mark = printed.indexOf(MARK);
    String before = printed.substring(0, mark);
    for (String loop : List.of("RegisterTiles::tile", "EventProducts::sum")) {
      assertTrue(Pattern.compile(COMPILED + loop).matcher(before).find(), loop + "\n" + before);
    }
    Pattern compiled = Pattern.compile(COMPILED);
    List<String> thrownAway = printed.substring(mark).lines()
        .filter(line -> compiled.matcher(line).find() && line.contains("made not entrant")).toList();
    assertEquals(List.of(), thrownAway);
  }

  /** Has products compiled, prints the mark, and makes a segment of an array. */
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
      System.out.println(MemorySegment.ofArray(new float[1]).byteSize());
    }
  }
}
