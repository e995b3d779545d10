package org.spikelane.golden;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.spikelane.format.Tensor;
import org.spikelane.layer.ProductChoice;
import org.spikelane.network.Input;
import org.spikelane.network.Network;
import org.spikelane.network.Session;
import org.spikelane.network.Tape;

/** Networks trained with snnTorch give every spike that was recorded there, as a sequence and step by step. */
class StoredNetworkTest {

  private static final Path FOLDER = Golden.folder("spikelane.networks", "networks");
  private static final AtomicInteger RUN = new AtomicInteger();

  @TestFactory
  Stream<DynamicTest> networks() throws IOException {
    List<String> names;
    try (Stream<Path> files = Files.list(FOLDER)) {
      names = files.map(f -> f.getFileName().toString()).filter(f -> f.endsWith(".io.safetensors"))
          .map(f -> f.substring(0, f.length() - ".io.safetensors".length()))
          .filter(n -> Files.exists(FOLDER.resolve(n + ".json")) && Files.exists(FOLDER.resolve(n + ".safetensors")))
          .sorted().toList();
    }
    assertTrue(!names.isEmpty(), "no networks in " + FOLDER);
    return names.stream().map(name -> DynamicTest.dynamicTest(name, () -> {
      check(name);
      RUN.incrementAndGet();
    }));
  }

  @AfterAll
  static void count() {
    System.out.println("stored: " + RUN + " networks passed");
  }

  private static void check(String name) {
    JsonObject entry = Golden.json(FOLDER.resolve(name + ".json"));
    Map<String, Tensor> recorded = Golden.tensors(FOLDER.resolve(name + ".io.safetensors"));
    boolean constant = entry.get("static_input").getAsBoolean();
    int[] shape = recorded.get("input").shape();
    int batch = shape[0];
    int steps = entry.get("steps").getAsInt();
    int features = shape[shape.length - 1];
    Network network =
        Golden.network(entry, Golden.tensors(FOLDER.resolve(name + ".safetensors")), new int[] {features});
    float[] values = recorded.get("input").values();
    float[] timeFirst = constant ? values : timeFirst(values, batch, steps, features);
    Input input = constant ? Input.constant(values, steps, batch) : Input.sequence(timeFirst, steps, batch);

    for (ProductChoice product : ProductChoice.values()) {
      Tape tape = network.record(input, true, network.states(batch), product);
      int layer = 0;
      for (String lif : network.neurons().keySet()) {
        layer++;
        Compare.spikes(lif + " spk", recorded.get("spk" + layer), tape.spikes(lif));
        Compare.near(lif + " mem", recorded.get("mem" + layer), tape.membrane(lif), 1e-5, 0);
        if (recorded.containsKey("syn" + layer)) {
          Compare.near(lif + " syn", recorded.get("syn" + layer), tape.current(lif), 1e-5, 0);
        }
      }
      checkSession(network, recorded, timeFirst, constant, steps, batch, features, product);
    }
  }

  /** The same, one step at a time, with the states kept by a session. */
  private static void checkSession(Network network, Map<String, Tensor> recorded, float[] timeFirst, boolean constant,
      int steps, int batch, int features, ProductChoice product) {
    Session session = network.session(batch, product);
    float[] x = new float[batch * features];
    Tensor want = recorded.get("spk" + network.neurons().size());
    float[] got = new float[want.values().length];
    for (int t = 0; t < steps; t++) {
      System.arraycopy(timeFirst, constant ? 0 : t * x.length, x, 0, x.length);
      float[] spikes = session.step(x).output();
      System.arraycopy(spikes, 0, got, t * spikes.length, spikes.length);
    }
    Compare.spikes("session spk", want, got);
  }

  static float[] timeFirst(float[] sampleFirst, int batch, int steps, int features) {
    float[] values = new float[sampleFirst.length];
    for (int b = 0; b < batch; b++) {
      for (int t = 0; t < steps; t++) {
        System.arraycopy(sampleFirst, (b * steps + t) * features, values, (t * batch + b) * features, features);
      }
    }
    return values;
  }
}
