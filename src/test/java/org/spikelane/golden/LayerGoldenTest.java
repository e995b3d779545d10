package org.spikelane.golden;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.spikelane.format.Tensor;
import org.spikelane.layer.ProductChoice;
import org.spikelane.network.Gradients;
import org.spikelane.network.Input;
import org.spikelane.network.Network;
import org.spikelane.network.States;
import org.spikelane.network.Tape;
import org.spikelane.network.Upstream;

/** Every recorded layer case of snnTorch: spikes, states and gradients, within the tolerances of the set's README. */
class LayerGoldenTest {

  private static final Path FOLDER = Golden.folder("spikelane.golden", "golden");
  private static final AtomicInteger RUN = new AtomicInteger();
  private static final List<String> ALL =
      List.of("alpha", "beta", "threshold", "graded_spikes_factor");

  @TestFactory
  Stream<DynamicTest> layers() {
    List<JsonObject> cases = Golden.objects(Golden.json(FOLDER.resolve("manifest.json")).getAsJsonArray("cases"));
    assertTrue(!cases.isEmpty(), "no layer cases in " + FOLDER);
    if (System.getProperty("spikelane.golden") == null) {
      assertEquals(253, cases.size(), "layer cases that come with the project");
    }
    return cases.stream().map(spec -> DynamicTest.dynamicTest(spec.get("id").getAsString(), () -> {
      Map<String, Tensor> tensors = Golden.tensors(FOLDER.resolve(spec.get("file").getAsString()));
      for (ProductChoice product : ProductChoice.values()) {
        check(spec, tensors, product);
      }
      RUN.incrementAndGet();
    }));
  }

  @AfterAll
  static void count() {
    System.out.println("golden: " + RUN + " layer cases passed");
  }

  private static void check(JsonObject spec, Map<String, Tensor> tensors, ProductChoice product) {
    int[] shape = spec.getAsJsonArray("shape").asList().stream().mapToInt(e -> e.getAsInt()).toArray();
    int[] perSample = Arrays.copyOfRange(shape, 1, shape.length);
    Network network = Network.input(perSample).neuron("lif", Golden.neuron(spec, tensors, ALL)).build(0);
    for (String weight : List.of("recurrent.weight", "recurrent.bias")) {
      if (tensors.containsKey(weight)) {
        float[] values = network.parameter("lif." + weight).values();
        System.arraycopy(tensors.get(weight).values(), 0, values, 0, values.length);
      }
    }
    network.refresh();

    States states = network.states(shape[0]);
    if (tensors.containsKey("spk0")) {
      states.of("lif").spikes(tensors.get("spk0").values());
    }
    if (tensors.containsKey("syn0")) {
      copy(tensors.get("syn0"), states.of("lif").current());
    }
    copy(tensors.get("mem0"), states.of("lif").membrane());

    Input input = Input.sequence(tensors.get("input").values(), spec.get("steps").getAsInt(), shape[0]).withGradient();
    Tape tape = network.record(input, true, states, product);
    boolean dense = tensors.containsKey("recurrent.weight");
    Compare.spikes("spk", tensors.get("spk"), tape.spikes("lif"));
    checkState("mem", tensors, tape.membrane("lif"), dense);
    if (tensors.containsKey("syn")) {
      checkState("syn", tensors, tape.current("lif"), dense);
    }

    Upstream upstream = new Upstream().spikes("lif", tensors.get("g_spk").values())
        .membrane("lif", tensors.get("g_mem").values());
    if (tensors.containsKey("g_syn")) {
      upstream.current("lif", tensors.get("g_syn").values());
    }
    Gradients gradients = tape.backward(upstream);
    JsonObject noise = spec.getAsJsonObject("float32_noise");
    for (String name : tensors.keySet()) {
      if (name.startsWith("d_")) {
        double slack = noise.has(name) ? 8 * noise.get(name).getAsDouble() : 0;
        Compare.near(name, tensors.get(name), gradient(gradients, name.substring(2)), 1e-5, slack);
      }
    }
  }

  private static void copy(Tensor from, float[] to) {
    System.arraycopy(from.values(), 0, to, 0, to.length);
  }

  private static void checkState(String name, Map<String, Tensor> tensors, float[] got, boolean dense) {
    if (dense) {
      Compare.near(name, tensors.get(name), got, 5e-6, 0);
    } else {
      Compare.bits(name, tensors.get(name), got);
    }
  }

  private static float[] gradient(Gradients gradients, String name) {
    return switch (name) {
      case "input" -> gradients.input();
      case "mem0" -> gradients.initialMembrane("lif");
      case "syn0" -> gradients.initialCurrent("lif");
      case "spk0" -> gradients.initialSpikes("lif");
      default -> gradients.parameter("lif." + name);
    };
  }
}
