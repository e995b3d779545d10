package org.spikelane.golden;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.spikelane.exchange.StateDict;
import org.spikelane.format.Tensor;
import org.spikelane.network.Input;
import org.spikelane.network.Network;
import org.spikelane.network.Tape;

/** State dicts of networks trained with snnTorch, with descriptions as short as can be, give every recorded spike. */
class StoredStateDictTest {

  private static final Path FOLDER = Golden.folder("spikelane.networks", "networks");
  private static final String DELAYED = layers("");
  private static final String AT_ONCE = layers(", \"reset_delay\": false");

  @TempDir
  private Path folder;

  private static String layers(String neuron) {
    return "{\"layers\": [{\"name\": \"fc1\"}, {\"name\": \"lif1\"" + neuron + "}, {\"name\": \"fc2\"}, {\"name\": \"lif2\""
        + neuron + "}]}";
  }

  private static StateDict.Imported imported(StateDict dict, String description) {
    return dict.network(JsonParser.parseString(description).getAsJsonObject());
  }

  @ParameterizedTest
  @CsvSource({"mnist-synaptic.pt, mnist-synaptic, true", "mnist-synaptic.safetensors, mnist-synaptic, true",
      "braille-rleaky.pt, braille-rleaky, false", "braille-rleaky.safetensors, braille-rleaky, false"})
  void networksOfThisProject(String file, String recording, boolean constant) throws IOException {
    StateDict.Imported imported = imported(StateDict.read(FOLDER.resolve(file)), DELAYED);
    check(imported.network(), recording, constant);
    assertEquals(List.of(
        "surrogate atan(2), which matters in training alone, as neither state dict nor description says otherwise: lif1, lif2",
        "reset one step after the spike, as neither state dict nor description says otherwise: lif1, lif2"),
        imported.notes());
  }

  @ParameterizedTest
  @CsvSource({"bias_ref_zero, bias_zero", "noBias_ref_subtract, noBias_subtract"})
  void networksThatWerePublished(String model, String recording) throws IOException {
    StateDict dict = StateDict.read(FOLDER.resolve("nir-paper/model_noDelay_" + model + ".pt"));
    Network network = imported(dict, AT_ONCE).network();
    check(network, "nir-paper/braille_noDelay_" + recording, false);
    Path pt = folder.resolve("again.pt");
    Path safetensors = folder.resolve("again.safetensors");
    StateDict.of(network).writePyTorch(pt);
    StateDict.of(network).writeSafetensors(safetensors, Map.of());
    assertEquals(Map.copyOf(dict.tensors()), StateDict.read(pt).tensors());
    assertEquals(Map.copyOf(dict.tensors()), StateDict.read(safetensors).tensors());
  }

  /** The parameters that the authors published beside the weights are those in the file. */
  @Test
  void parametersThatWerePublished() throws IOException {
    for (String model : List.of("noDelay_bias_ref_zero", "noDelay_noBias_ref_subtract")) {
      Map<String, Tensor> dict = StateDict.read(FOLDER.resolve("nir-paper/model_" + model + ".pt")).tensors();
      var parameters = Golden.json(FOLDER.resolve("nir-paper/parameters_" + model + ".json"));
      assertEquals(parameters.get("alpha_r").getAsFloat(), dict.get("lif1.alpha").values()[0]);
      assertEquals(parameters.get("beta_r").getAsFloat(), dict.get("lif1.beta").values()[0]);
      assertEquals(parameters.get("alpha_out").getAsFloat(), dict.get("lif2.alpha").values()[0]);
      assertEquals(parameters.get("beta_out").getAsFloat(), dict.get("lif2.beta").values()[0]);
    }
  }

  private static void check(Network network, String recording, boolean constant) {
    Map<String, Tensor> recorded = Golden.tensors(FOLDER.resolve(recording + ".io.safetensors"));
    int[] record = recorded.get("spk1").shape();
    float[] values = recorded.get("input").values();
    int features = network.inputShape().size();
    Input input = constant
        ? Input.constant(values, record[0], record[1])
        : Input.sequence(StoredNetworkTest.timeFirst(values, record[1], record[0], features), record[0], record[1]);
    Tape tape = network.record(input, true);
    int layer = 0;
    for (String lif : network.neurons().keySet()) {
      layer++;
      Compare.spikes(lif + " spk", recorded.get("spk" + layer), tape.spikes(lif));
      Compare.near(lif + " mem", recorded.get("mem" + layer), tape.membrane(lif), 1e-5, 0);
      if (recorded.containsKey("syn" + layer)) {
        Compare.near(lif + " syn", recorded.get("syn" + layer), tape.current(lif), 1e-5, 0);
      }
    }
    assertEquals(2, layer);
  }
}
