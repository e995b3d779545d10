package org.spikelane.golden;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.spikelane.exchange.Nir;
import org.spikelane.exchange.NirOptions;
import org.spikelane.format.NirFile;
import org.spikelane.format.Tensor;
import org.spikelane.kernels.ResetMechanism;
import org.spikelane.network.Input;
import org.spikelane.network.Network;
import org.spikelane.network.Session;
import org.spikelane.network.Tape;
import org.spikelane.reference.NaiveNir;

/** NIR files of snnTorch and of the NIR paper do what was recorded of them. */
class NirNetworkTest {

  private static final Path FOLDER = Golden.folder("spikelane.networks", "networks");
  private static final double DT = 1e-4;

  /** Ours, which reset by subtraction and late: that is not in the file. */
  @ParameterizedTest
  @CsvSource({"mnist-synaptic", "braille-rleaky"})
  void snnTorchsNetworksGiveEverySpike(String name) throws IOException {
    JsonObject entry = Golden.json(FOLDER.resolve(name + ".json"));
    NirOptions options = NirOptions.NONE.withReset(ResetMechanism.SUBTRACT, true);
    compare(Nir.read(FOLDER.resolve(name + ".nir"), options), Golden.tensors(FOLDER.resolve(name + ".io.safetensors")),
        entry.get("steps").getAsInt(), entry.get("static_input").getAsBoolean());
  }

  /** Those of the paper's notebooks, which reset at once, in the way that the file's name says. */
  @ParameterizedTest
  @CsvSource({"braille_noDelay_bias_zero, ZERO", "braille_noDelay_noBias_subtract, SUBTRACT"})
  void thePapersNetworksGiveEverySpike(String name, ResetMechanism mechanism) throws IOException {
    Path folder = FOLDER.resolve("nir-paper");
    Map<String, Tensor> recorded = Golden.tensors(folder.resolve(name + ".io.safetensors"));
    Network network =
        Nir.read(folder.resolve(name + ".nir"), NirOptions.NONE.withDt(DT).withReset(mechanism, false));
    assertEquals(List.of("fc1", "lif1", "fc2", "lif2"), network.layers().stream().map(l -> l.name()).toList());
    compare(network, recorded, recorded.get("input").shape()[1], false);
  }

  private static void compare(Network network, Map<String, Tensor> recorded, int steps, boolean constant) {
    int[] shape = recorded.get("input").shape();
    float[] values = recorded.get("input").values();
    Input input = constant
        ? Input.constant(values, steps, shape[0])
        : Input.sequence(timeFirst(values, shape[0], steps, shape[2]), steps, shape[0]);
    Tape tape = network.record(input, true);
    int layer = 0;
    for (String name : network.neurons().keySet()) {
      layer++;
      Compare.spikes(name + " spk", recorded.get("spk" + layer), tape.spikes(name));
      Compare.near(name + " mem", recorded.get("mem" + layer), tape.membrane(name), 1e-5, 0);
      if (recorded.containsKey("syn" + layer)) {
        Compare.near(name + " syn", recorded.get("syn" + layer), tape.current(name), 1e-5, 0);
      }
    }
    assertTrue(!recorded.containsKey("spk" + (layer + 1)));
  }

  private static float[] timeFirst(float[] sampleFirst, int batch, int steps, int features) {
    float[] values = new float[sampleFirst.length];
    for (int b = 0; b < batch; b++) {
      for (int t = 0; t < steps; t++) {
        System.arraycopy(sampleFirst, (b * steps + t) * features, values, (t * batch + b) * features, features);
      }
    }
    return values;
  }

  /** Columns of the trace: input, membrane after the reset, spike. */
  private static List<float[]> trace() throws IOException {
    List<float[]> rows = new ArrayList<>();
    for (String line : Files.readAllLines(FOLDER.resolve("nir-paper/lif_norse.csv"))) {
      String[] cells = line.split(",", -1);
      rows.add(new float[] {Float.parseFloat(cells[0]), Float.parseFloat(cells[1]), Float.parseFloat(cells[2])});
    }
    return rows;
  }

  @Test
  void norsesNeuronFollowsItsTrace() throws IOException {
    Network network = Nir.read(FOLDER.resolve("nir-paper/lif_norse.nir"));
    Session session = network.session();
    List<Integer> spikes = new ArrayList<>();
    List<float[]> rows = trace();
    for (int t = 0; t < rows.size(); t++) {
      session.step(new float[] {rows.get(t)[0]});
      assertEquals(rows.get(t)[2], session.output()[0], "spike at step " + t);
      assertEquals(rows.get(t)[1], session.state("1").membrane()[0], 1e-6, "membrane at step " + t);
      if (session.fired(0)) {
        spikes.add(t);
      }
    }
    assertEquals(List.of(460, 510, 710, 760), spikes);
  }

  /** The shape of its Output is wrong; on Norse's input it fires at the steps that the paper shows for Rockpool. */
  @Test
  void rockpoolsNeuronRunsOnTheSameInput() throws IOException {
    Network network = Nir.read(FOLDER.resolve("nir-paper/lif_rockpool.nir"));
    Session session = network.session();
    NaiveNir naive = new NaiveNir(NirFile.read(FOLDER.resolve("nir-paper/lif_rockpool.nir")), DT);
    int spikes = 0;
    for (float[] row : trace()) {
      double[] want = naive.step(new double[] {row[0]});
      session.step(new float[] {row[0]});
      assertEquals(want[0], session.output()[0]);
      assertEquals(naive.membrane("1_LIFNeuronTorch")[0], session.state("1_LIFNeuronTorch").membrane()[0], 1e-6);
      spikes += session.fired(0) ? 1 : 0;
    }
    assertTrue(naive.closest() > 1e-6, () -> "closest " + naive.closest());
    assertTrue(spikes > 0);
  }

  @Test
  void sinabsConvolutionalNetworkAgreesWithItsEquations() throws IOException {
    Path file = FOLDER.resolve("nir-paper/cnn_sinabs.nir");
    Network network = Nir.read(file);
    assertEquals(13, network.layers().size());
    NaiveNir naive = new NaiveNir(NirFile.read(file), DT);
    Session session = network.session();
    SplittableRandom random = new SplittableRandom(20261123);
    double fired = 0;
    for (int t = 0; t < 12; t++) {
      float[] x = new float[network.inputShape().size()];
      for (int i = 0; i < x.length; i++) {
        x[i] = random.nextInt(16) == 0 ? 1 : 0;
      }
      double[] events = new double[x.length];
      for (int i = 0; i < x.length; i++) {
        events[i] = x[i];
      }
      naive.step(events);
      session.step(x);
      for (String layer : network.neurons().keySet()) {
        float[] spikes = session.state(layer).spikes();
        double[] want = naive.output(layer);
        for (int i = 0; i < want.length; i++) {
          assertEquals(want[i], spikes[i], layer + " neuron " + i + " at step " + t + ", closest " + naive.closest());
          assertEquals(naive.membrane(layer)[i], session.state(layer).membrane()[i], 1e-4, layer + " at step " + t);
        }
        fired += Arrays.stream(want).sum();
      }
    }
    assertTrue(fired > 1000, "events: " + fired);
    assertArrayEquals(new int[] {10}, network.outputShape().extents());
  }
}
