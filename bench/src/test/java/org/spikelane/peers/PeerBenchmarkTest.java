package org.spikelane.peers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

/** The protocol: what a job asks for, what is printed, what is refused. */
class PeerBenchmarkTest {

  private record Run(int exitCode, List<JsonObject> records, String errors) {

    static Run of(String... args) {
      StringWriter out = new StringWriter();
      StringWriter errors = new StringWriter();
      CommandLine command = PeerBenchmark.commandLine(Duration.ZERO)
          .setOut(new PrintWriter(out)).setErr(new PrintWriter(errors));
      int exitCode = command.execute(args);
      List<JsonObject> records = new ArrayList<>();
      for (String line : out.toString().lines().toList()) {
        assertTrue(line.startsWith("@@"), line);
        records.add(JsonParser.parseString(line.substring(2)).getAsJsonObject());
      }
      return new Run(exitCode, records, errors.toString());
    }
  }

  private static String job(String item, String params) {
    return """
        {"item": "%s", "impl": "ours", "runtime": "external", "params": [%s], "threads": 1, "reps": 3,
         "budget": 1e-9, "chunk": 10, "profile": false, "autogroup_nice": null}""".formatted(item, params);
  }

  private static JsonObject only(Run run) {
    assertEquals(0, run.exitCode(), run.errors());
    assertEquals(1, run.records().size());
    return run.records().getFirst();
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', textBlock = """
      onm    | {"n":20,"batch":3,"steps":7}                  | synaptic | forward,backward,total | 420
      onm    | {"n":20,"batch":3,"steps":7}                  | RLEAKY   | forward,backward,total | 420
      elem   | {"n":70,"batch":1,"steps":9,"mode":"infer"}   | synaptic | forward                | 630
      elem   | {"n":70,"batch":1,"steps":9,"mode":"train"}   | synaptic | forward,backward,total | 630
      rleaky | {"n":20,"batch":3,"steps":7,"mode":"infer"}   | synaptic | forward                | 420
      rleaky | {"n":20,"batch":3,"steps":7,"mode":"train"}   | synaptic | forward,backward,total | 420
      train  | {"net":"mnist","batch":4,"steps":5}           | synaptic | iteration              | 20200
      train  | {"net":"shd","batch":4,"steps":5}             | synaptic | iteration              | 5520
      """)
  void measuresEveryItem(String item, String params, String neuron, String phases, long neuronSteps) throws Exception {
    JsonObject record = only(Run.of("--neuron", neuron, job(item, params)));
    assertFalse(record.has("error"), record.toString());
    assertEquals(item, record.get("item").getAsString());
    assertEquals("ours", record.get("impl").getAsString());
    assertEquals(1, record.get("threads").getAsInt());
    assertEquals(JsonParser.parseString(params), record.get("params"));
    List<String> expected = List.of(phases.split(",", -1));
    for (String phase : expected) {
      JsonObject seconds = record.getAsJsonObject(phase);
      double min = seconds.get("min").getAsDouble();
      double median = seconds.get("median").getAsDouble();
      assertTrue(0 < min && min <= median && median <= seconds.get("max").getAsDouble(), seconds.toString());
      assertEquals(item.equals("train") ? TrainingWorkload.ITERATIONS : 3,
          record.getAsJsonObject("samples").get(phase).getAsInt());
      assertTrue(record.getAsJsonObject("first_s").get(phase).getAsDouble() > 0);
    }
    assertEquals(Set.copyOf(expected), record.getAsJsonObject("samples").keySet());
    double rate = record.get("rate").getAsDouble();
    // So few input spikes as shd has drive nothing over its threshold in five steps.
    assertTrue((rate > 0 || params.contains("shd")) && rate < 1, "rate " + rate);
    // Of some milliseconds a clock of CPU time may see nothing.
    assertTrue(record.get("cpu_share").getAsDouble() >= 0);
    assertEquals(neuronSteps, record.get("neuron_steps").getAsLong());
    assertTrue(record.get("allocated_bytes").getAsLong() > 0, record.toString());
    long needed = record.get("given_bytes").getAsLong() + record.get("result_bytes").getAsLong();
    assertTrue(record.get("held_bytes").getAsLong() >= needed, record.toString());
    assertTrue(record.getAsJsonObject("versions").get("kernels").getAsString().length() > 3);
    if (Files.exists(Path.of("/proc/self/status"))) {
      assertTrue(record.get("rss_peak_mb").getAsLong() >= record.get("rss_base_mb").getAsLong() / 2, record.toString());
    }
  }

  @Test
  void measuresLatency() {
    Run run = Run.of(job("serve", """
        {"net":"mnist","batch":1,"steps":3}, {"net":"shd","batch":2,"steps":3}"""));
    assertEquals(0, run.exitCode(), run.errors());
    assertEquals(2, run.records().size());
    for (JsonObject record : run.records()) {
      JsonObject latency = record.getAsJsonObject("latency");
      double p50 = latency.get("p50").getAsDouble();
      assertTrue(0 < p50 && p50 <= latency.get("p99").getAsDouble(), latency.toString());
      int batch = record.getAsJsonObject("params").get("batch").getAsInt();
      assertEquals(batch / latency.get("median").getAsDouble(), latency.get("samples_per_s").getAsDouble(), 1e-3);
      // The budget is used up after one repetition, and three are made in any case.
      assertEquals(3, record.getAsJsonObject("samples").get("latency").getAsInt());
    }
  }

  @Test
  void rateOfElementwiseLayerIsThatOfTheCurrentGiven() {
    JsonObject record = only(Run.of(job("elem", "{\"n\":4096,\"batch\":1,\"steps\":100,\"mode\":\"infer\"}")));
    assertEquals(0.726, record.get("rate").getAsDouble(), 0.005);
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', textBlock = """
      elem | {"n":70,"steps":9,"mode":"infer"}              | batch
      elem | {"n":70,"batch":1,"steps":9,"mode":"learn"}    | expected infer or train, got learn
      elem | {"n":-1,"batch":1,"steps":9,"mode":"infer"}    | at least 1
      serve | {"net":"dvs","batch":1,"steps":9}             | expected mnist or shd, got dvs
      elem | {"n":{},"batch":1,"steps":9,"mode":"infer"}    | expected a value of n
      elem | {"n":"x","batch":1,"steps":9,"mode":"infer"}   | expected a whole number as n
      elem | {"n":7.5,"batch":1,"steps":9,"mode":"infer"}   | expected a whole number as n
      elem | {"n":1e99,"batch":1,"steps":9,"mode":"infer"}  | expected a whole number as n
      """)
  void caseThatCannotRunIsARecordWithItsError(String item, String params, String message) {
    Run run = Run.of(job(item, params + ",{\"n\":8,\"net\":\"shd\",\"batch\":1,\"steps\":9,\"mode\":\"infer\"}"));
    assertEquals(0, run.exitCode(), run.errors());
    assertTrue(run.records().getFirst().get("error").getAsString().contains(message), run.records().toString());
    assertFalse(run.records().get(1).has("error"), run.records().toString());
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', textBlock = """
      ''        | a JSON object, got nothing
      []        | a JSON object, got []
      {         | a JSON object, got {
      7         | a JSON object, got 7
      null      | a JSON object, got null
      {"impl":"a","params":[],"threads":1,"reps":1,"budget":1}                | item to be one of onm, elem, rleaky, train, serve, got none
      {"item":7,"impl":"a","params":[],"threads":1,"reps":1,"budget":1}       | item to be one of onm, elem, rleaky, train, serve, got 7
      {"item":"conv","impl":"a","params":[],"threads":1,"reps":1,"budget":1}  | item to be one of onm, elem, rleaky, train, serve, got "conv"
      {"item":"elem","params":[],"threads":1,"reps":1,"budget":1}             | impl to be a name, got none
      {"item":"elem","impl":"a","threads":1,"reps":1,"budget":1}              | params to be an array of objects, one for each case, got none
      {"item":"elem","impl":"a","params":{},"threads":1,"reps":1,"budget":1}  | params to be an array of objects, one for each case, got {}
      {"item":"elem","impl":"a","params":[null],"threads":1,"reps":1,"budget":1} | params to be an array of objects, one for each case, got [null]
      {"item":"elem","impl":"a","params":[],"threads":0,"reps":1,"budget":1}  | threads to be a whole number of at least 1, got 0
      {"item":"elem","impl":"a","params":[],"threads":"two","reps":1,"budget":1} | threads to be a whole number of at least 1, got "two"
      {"item":"elem","impl":"a","params":[],"threads":1.5,"reps":1,"budget":1} | threads to be a whole number of at least 1, got 1.5
      {"item":"elem","impl":"a","params":[],"threads":1,"reps":-1,"budget":1} | reps to be a whole number of at least 1, got -1
      {"item":"elem","impl":"a","params":[],"threads":1,"reps":1,"budget":0}  | budget to be a number of seconds above 0, got 0
      {"item":"elem","impl":"a","params":[],"threads":1,"reps":1,"budget":true} | budget to be a number of seconds above 0, got true
      """)
  void jobThatCannotBeReadIsRefused(String job, String message) {
    Run run = Run.of(job);
    assertEquals(2, run.exitCode());
    assertEquals(List.of(), run.records());
    assertEquals("job: expected " + message + "; see --help", run.errors().strip());
  }

  @Test
  void refusesInOneLine() {
    for (String[] args : new String[][] {{}, {"--neuron", "lif", "{}"}, {"{", "}"}, {"{\n\n"}}) {
      Run run = Run.of(args);
      assertEquals(2, run.exitCode());
      assertEquals(1, run.errors().lines().count(), run.errors());
    }
  }
}
