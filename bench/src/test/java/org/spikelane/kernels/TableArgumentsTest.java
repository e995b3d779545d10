package org.spikelane.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.openjdk.jmh.annotations.Benchmark;
import org.spikelane.RefusedArguments;

class TableArgumentsTest {

  @ParameterizedTest
  @ValueSource(strings = {"abc", "0", "-3", "1.5", "99999999999", "20000", "--fast"})
  void productTableRefusesWhatIsNoNumberOfNeurons(String argument) {
    String line = "N: expected a whole number from 1 to 16384, got '" + argument + "'; see --help";
    RefusedArguments.assertRefused(new ProductTable(), line, argument);
    RefusedArguments.assertRefused(new ProductTable(), line, "128", argument);
  }

  @Test
  void headsStandAboveTheirColumns() {
    List<String> head = ProductTable.HEAD.lines().toList();
    String heads = head.getLast();
    String row = ProductTable.row("events gradient", 2048, 128, "30 %", 1234, 56.7, "GB/s", 113.4).stripTrailing();
    for (String column : List.of("N:2048", "rows:128", "firing:30 %", "us/product:1.23", "speed:56.7", "limit:113.4",
        "share:50.0 %")) {
      String[] parts = column.split(":", -1);
      assertEquals(heads.indexOf(" " + parts[0]) + 1 + parts[0].length(), row.indexOf(" " + parts[1]) + 1
          + parts[1].length(), () -> column + "\n" + heads + "\n" + row);
    }
    assertEquals(heads.indexOf("unit"), row.indexOf("GB/s"));
  }

  /** A row without a benchmark would end the table after all the others were measured. */
  @Test
  void everyElementwiseBenchmarkHasARowAndEveryRowABenchmark() {
    Set<String> benchmarks = new TreeSet<>();
    for (Class<?> type : List.of(LayerBenchmark.class, SurrogateBenchmark.class, RowBenchmark.class)) {
      for (Method method : type.getDeclaredMethods()) {
        if (method.isAnnotationPresent(Benchmark.class)) {
          benchmarks.add(type.getSimpleName() + "." + method.getName());
        }
      }
    }
    assertEquals(benchmarks, new TreeSet<>(ElementwiseTable.benchmarks()));
  }

  @ParameterizedTest
  @ValueSource(strings = {"-h", "--help"})
  void elementwiseTableHasHelp(String argument) throws Exception {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (PrintStream errors = new PrintStream(bytes, true, StandardCharsets.UTF_8)) {
      assertEquals(0, ElementwiseTable.run(errors, argument));
    }
    assertEquals("", bytes.toString(StandardCharsets.UTF_8));
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', textBlock = """
      -f abc | abc
      -f -5  | -5
      [      | Unclosed character class
      conv   | got conv, which no row matches
      """)
  void elementwiseTableRefusesInOneLine(String arguments, String part) throws Exception {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    int code;
    try (PrintStream errors = new PrintStream(bytes, true, StandardCharsets.UTF_8)) {
      code = ElementwiseTable.run(errors, arguments.split(" ", -1));
    }
    String text = bytes.toString(StandardCharsets.UTF_8);
    assertEquals(2, code);
    assertEquals(1, text.lines().count(), text);
    assertTrue(text.startsWith("ElementwiseTable: expected ") && text.contains(part), text);
  }
}
