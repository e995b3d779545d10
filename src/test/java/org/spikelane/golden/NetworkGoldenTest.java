package org.spikelane.golden;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.spikelane.format.Tensor;
import org.spikelane.kernels.Rows;
import org.spikelane.layer.Parameter;
import org.spikelane.network.Gradients;
import org.spikelane.network.Input;
import org.spikelane.network.Network;
import org.spikelane.network.Tape;
import org.spikelane.network.Upstream;
import org.spikelane.training.Adam;
import org.spikelane.training.Loss;
import org.spikelane.training.Losses;
import org.spikelane.training.Optimizer;
import org.spikelane.training.Sgd;

/** Every recorded network of snnTorch: activity, loss, gradients, and ten updates of Adam and of SGD. */
class NetworkGoldenTest {

  private static final Path FOLDER = Golden.folder("spikelane.golden", "golden");
  private static final AtomicInteger RUN = new AtomicInteger();

  @TestFactory
  Stream<DynamicTest> networks() {
    List<JsonObject> entries = Golden.objects(Golden.json(FOLDER.resolve("manifest.json")).getAsJsonArray("networks"));
    assertTrue(!entries.isEmpty(), "no networks in " + FOLDER);
    return entries.stream().map(entry -> DynamicTest.dynamicTest(entry.get("id").getAsString(), () -> {
      new Case(entry, Golden.tensors(FOLDER.resolve(entry.get("file").getAsString()))).check();
      RUN.incrementAndGet();
    }));
  }

  @AfterAll
  static void count() {
    System.out.println("golden: " + RUN + " networks passed");
  }

  private static final class Case {

    final JsonObject entry;
    final Map<String, Tensor> tensors;
    final Input input;
    final int[] inputShape;
    final int steps;
    final int batch;
    final Loss loss;
    final String last;

    Case(JsonObject entry, Map<String, Tensor> tensors) {
      this.entry = entry;
      this.tensors = tensors;
      this.steps = entry.get("steps").getAsInt();
      this.batch = entry.get("batch").getAsInt();
      boolean constant = entry.get("static_input").getAsBoolean();
      int[] shape = tensors.get("input").shape();
      this.inputShape = Arrays.copyOfRange(shape, constant ? 1 : 2, shape.length);
      this.input = constant
          ? Input.constant(tensors.get("input").values(), steps, batch).withGradient()
          : Input.sequence(tensors.get("input").values(), steps, batch).withGradient();
      this.loss = loss(entry.getAsJsonObject("loss"));
      this.last = entry.getAsJsonArray("layers").asList().getLast().getAsJsonObject().get("name").getAsString();
      assertEquals(entry.get("loss_on").getAsString().equals("mem") ? Loss.Of.MEMBRANE : Loss.Of.SPIKES, loss.of());
    }

    static Loss loss(JsonObject json) {
      JsonObject args = json.getAsJsonObject("args");
      return switch (json.get("name").getAsString()) {
        case "ce_rate_loss" -> Losses.ceRate();
        case "ce_count_loss" -> Losses.ceCount();
        case "ce_max_membrane_loss" -> Losses.ceMaxMembrane();
        case "mse_count_loss" -> Losses.mseCount(number(args, "correct_rate", 1), number(args, "incorrect_rate", 0));
        case "mse_membrane_loss" -> Losses.mseMembrane(number(args, "on_target", 1), number(args, "off_target", 0));
        default -> throw new IllegalArgumentException("loss: " + json);
      };
    }

    static double number(JsonObject args, String name, double otherwise) {
      return args.has(name) ? args.get(name).getAsDouble() : otherwise;
    }

    Network network() {
      Map<String, Tensor> parameters = new LinkedHashMap<>();
      tensors.forEach((name, tensor) -> {
        if (name.startsWith("param.")) {
          parameters.put(name.substring("param.".length()), tensor);
        }
      });
      return Golden.network(entry, parameters, inputShape);
    }

    void check() {
      Network network = network();
      assertEquals(entry.getAsJsonArray("trainable").asList().stream().map(e -> e.getAsString()).sorted().toList(),
          network.parameters().keySet().stream().filter(n -> network.parameter(n).trainable()).sorted().toList());
      Tape tape = network.record(input);
      for (String layer : network.neurons().keySet()) {
        Compare.spikes("spk." + layer, tensors.get("spk." + layer), tape.spikes(layer));
        Compare.near("mem." + layer, tensors.get("mem." + layer), tape.membrane(layer), 1e-5, 0);
      }
      Upstream upstream = new Upstream();
      double value = lossAndGradient(tape, upstream);
      float recorded = tensors.get("loss").values()[0];
      assertEquals(recorded, value, 1e-5 * (1 + recorded), "loss");
      Gradients gradients = tape.backward(upstream);
      Compare.near("grad.input", tensors.get("grad.input"), gradients.input(), 5e-5, 0);
      gradients.parameters().forEach((name, got) ->
          Compare.near("grad." + name, tensors.get("grad." + name), got, 5e-5, 0));
      train("adam", new Adam(0.01f, 0.9f, 0.999f, 1e-8f));
      train("sgd", new Sgd(0.05f, 0.9f));
    }

    double lossAndGradient(Tape tape, Upstream upstream) {
      float[] output = loss.of() == Loss.Of.SPIKES ? tape.spikes(last) : tape.membrane(last);
      int classes = output.length / (steps * batch);
      float[] gradient = new float[output.length];
      double sum = 0;
      for (int b = 0; b < batch; b++) {
        int target = (int) tensors.get("targets").values()[b];
        sum += loss.sample(new Rows(output, b * classes, batch * classes), steps, classes, target, 1.0 / batch,
            new Rows(gradient, b * classes, batch * classes));
      }
      if (loss.of() == Loss.Of.SPIKES) {
        upstream.spikes(last, gradient);
      } else {
        upstream.membrane(last, gradient);
      }
      return sum / batch;
    }

    void train(String name, Optimizer optimizer) {
      Network network = network();
      List<Parameter> trainable = new ArrayList<>();
      network.parameters().values().stream().filter(Parameter::trainable).forEach(trainable::add);
      Tensor losses = tensors.get(name + ".loss");
      for (int step = 0; step < losses.values().length; step++) {
        Tape tape = network.record(input);
        Upstream upstream = new Upstream();
        double value = lossAndGradient(tape, upstream);
        float recorded = losses.values()[step];
        assertEquals(recorded, value, 1e-4 * (1 + recorded), name + ".loss[" + step + "]");
        optimizer.step(trainable, List.copyOf(tape.backward(upstream).parameters().values()));
        network.refresh();
      }
      network.parameters().forEach((parameter, got) -> {
        if (got.trainable()) {
          String recorded = name + ".param." + parameter;
          Compare.near(recorded, tensors.get(recorded), got.values(), 2e-4, 0);
        }
      });
    }
  }
}
