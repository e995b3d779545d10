package org.spikelane.peers;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.gson.Gson;
import com.google.gson.reflect.TypeToken;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.spikelane.network.Gradients;
import org.spikelane.network.Input;
import org.spikelane.network.Network;
import org.spikelane.network.Outputs;

/**
 * Runs the workloads on weights and inputs that snnTorch ran on, and compares what they give: the work that is timed on
 * both sides is the same. {@code bench/src/test/python/record_snntorch.py} made {@code snntorch.json}.
 */
class PeerReferenceTest {

  /** A small case of an item, and what snnTorch gave. Arrays are row-major; x and spikes are [T][B][N]. */
  private record Case(String item, String neuron, String net, int n, int inputs, int hidden, int outputs, int batch,
      int steps, float[] x, int[] y, Map<String, float[]> parameters, float[] spikes, Map<String, float[]> gradients,
      double rate, double loss, int[] predicted, Map<String, float[]> after) {

    @Override
    public String toString() {
      return item + " " + (net == null ? neuron : net);
    }
  }

  private static List<Case> cases() throws IOException {
    try (Reader reader = new InputStreamReader(PeerReferenceTest.class.getResourceAsStream("snntorch.json"),
        StandardCharsets.UTF_8)) {
      return new Gson().fromJson(reader, new TypeToken<List<Case>>() {}.getType());
    }
  }

  @TestFactory
  Stream<DynamicTest> givesWhatSnnTorchGives() throws IOException {
    List<Case> cases = cases();
    assertEquals(List.of("onm synaptic", "onm rleaky", "elem synaptic", "rleaky rleaky", "train mnist", "train shd"),
        cases.stream().map(Case::toString).toList());
    return cases.stream().map(c -> DynamicTest.dynamicTest(c.toString(), () -> check(c)));
  }

  private static void check(Case c) {
    if (c.item().equals("train")) {
      checkTraining(c);
      checkServing(c);
    } else {
      checkLayer(c);
    }
  }

  private static Network withParameters(Network network, Map<String, float[]> parameters) {
    parameters.forEach((name, values) ->
        System.arraycopy(values, 0, network.parameter(name).values(), 0, network.parameter(name).values().length));
    network.refresh();
    return network;
  }

  private static void checkLayer(Case c) {
    Network network = withParameters(
        switch (c.item()) {
          case "onm" -> LayerWorkload.onmNetwork(
              c.neuron().equals("synaptic") ? NeuronKind.SYNAPTIC : NeuronKind.RLEAKY, c.n());
          case "elem" -> LayerWorkload.synaptic(c.n());
          default -> LayerWorkload.rLeaky(c.n());
        }, c.parameters());
    Input input = Input.sequence(c.x(), c.steps(), c.batch());

    LayerWorkload infer = new LayerWorkload(network, input, 1, false, false);
    infer.repeat();
    assertArrayEquals(c.spikes(), ((Outputs) infer.result()).output(), "spikes");
    double sum = 0;
    for (float spike : c.spikes()) {
      sum += spike;
    }
    assertEquals(sum / c.spikes().length, infer.rate(), 1e-12, "rate");

    LayerWorkload train = new LayerWorkload(network, input, 1, true, c.gradients().containsKey("input"));
    train.repeat();
    Gradients gradients = (Gradients) train.result();
    c.gradients().forEach((name, expected) ->
        assertClose(name, expected, name.equals("input") ? gradients.input() : gradients.parameter(name)));
    long values = c.gradients().entrySet().stream().filter(gradient -> !gradient.getKey().equals("input"))
        .mapToLong(gradient -> gradient.getValue().length).sum();
    assertEquals(values * Float.BYTES, train.resultBytes());
    long decays = network.parameters().values().stream().filter(parameter -> !parameter.trainable())
        .mapToLong(parameter -> parameter.values().length).sum();
    assertEquals((c.x().length + values + decays) * Float.BYTES, train.givenBytes());
  }

  private static Network classifier(Case c) {
    return withParameters(ClassifierNetwork.of(c.net()).build(c.inputs(), c.hidden(), c.outputs()), c.parameters());
  }

  private static LabelledBatch batch(Case c) {
    return new LabelledBatch(c.x(), c.net().equals("mnist"), c.steps(), c.inputs(), c.y(), c.outputs());
  }

  /** One iteration: the trainer shows the batch in an order of its own, and sums in float32 differ by that. */
  private static void checkTraining(Case c) {
    Network network = classifier(c);
    TrainingWorkload train = new TrainingWorkload(network, batch(c), 1, 1);
    for (int repetition = 0; repetition < 2; repetition++) {
      assertEquals(1, train.repeat().size());
      assertEquals(c.loss(), train.report().loss(), 1e-5 * c.loss(), "loss, as every repetition starts anew");
    }
    assertEquals(c.rate(), train.rate(), 1e-6);
    c.after().forEach((name, expected) ->
        assertArrayEquals(expected, network.parameter(name).values(), 2e-6f, name + " after Adam's step of 5e-4"));
  }

  private static void checkServing(Case c) {
    ServingWorkload serve = new ServingWorkload(classifier(c), batch(c).input(), 1);
    serve.repeat();
    assertArrayEquals(c.predicted(), serve.predicted());
  }

  /** The bound that gradients of layers and networks are held to. */
  private static void assertClose(String name, float[] expected, float[] actual) {
    assertEquals(expected.length, actual.length, name);
    double max = 0;
    for (float value : expected) {
      max = Math.max(max, Math.abs(value));
    }
    double bound = 5e-5 * (1 + max);
    for (int i = 0; i < expected.length; i++) {
      assertEquals(expected[i], actual[i], bound, name + "[" + i + "] of " + Arrays.toString(actual));
    }
  }
}
