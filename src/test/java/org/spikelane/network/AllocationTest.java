package org.spikelane.network;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.spikelane.layer.Block;
import org.spikelane.layer.GradientSums;
import org.spikelane.layer.ProductChoice;
import org.spikelane.neuron.Neuron;
import org.spikelane.neuron.NeuronState;

/**
 * No garbage once warm: nothing is allocated by a step of a session or of a neuron, or by training's block of samples
 * forward and backward, in any mode. All modes are warmed before the first is measured, so that profiles are those of a
 * program that uses them all.
 */
class AllocationTest {

  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  private static final int WARM = 150;
  private static final int MEASURED = 20;
  private static final int MOST_ATTEMPTS = 500;
  private static final int MOST_REPORTED = 5;
  private static final int SAMPLED = 2000;
  private static final List<Mode> MODES = new ArrayList<>();

  private record Mode(String name, Runnable work) {}

  @BeforeAll
  static void warm() {
    List<Networks.Named> networks = new ArrayList<>(Networks.all());
    networks.addAll(Networks.ofLayers());
    for (Networks.Named named : networks) {
      Network network = named.network();
      float[] x = Networks.input(1, 2 * network.inputShape().size());
      for (ProductChoice product : ProductChoice.values()) {
        Session session = network.session(2, product);
        MODES.add(new Mode("session, " + product + ", " + named, () -> session.step(x).output()));
      }
      Neuron neuron = network.neuron("lif1");
      NeuronState state = neuron.state(2);
      float[] current = Networks.input(2, 2 * neuron.size());
      MODES.add(new Mode("neuron, " + named, () -> neuron.step(current, state)));
      MODES.add(new Mode("training, " + named, training(network, false, false)));
      MODES.add(new Mode("training, constant input, " + named, training(network, true, false)));
    }
    Network wide = Network.input(300).linear("fc", 40).leaky("lif", n -> n.beta(0.5f)).build(1);
    MODES.add(new Mode("training, many inputs", training(wide, false, false)));
    MODES.add(new Mode("training, many inputs, a sample without spikes", training(wide, false, true)));
    for (int round = 0; round < WARM; round++) {
      for (Mode mode : MODES) {
        mode.work.run();
      }
    }
  }

  private static Runnable training(Network network, boolean constant, boolean silentSample) {
    States states = network.states(4);
    Chain chain = network.chain(new Block(4, 5, true, false, ProductChoice.AUTO), constant, states);
    GradientSums sums = new GradientSums(List.copyOf(network.parameters().values()));
    float[] x = Networks.input(3, chain.input().array().length);
    if (silentSample) {
      // No spikes are events, too.
      Arrays.fill(x, 0, x.length / 4, 0f);
    }
    float[] g = Networks.input(4, chain.output().gradientArray().length);
    return () -> {
      states.reset();
      System.arraycopy(x, 0, chain.input().array(), 0, x.length);
      chain.forward(4);
      System.arraycopy(g, 0, chain.output().gradientArray(), 0, g.length);
      sums.clear();
      chain.backward(4, sums, 0);
    };
  }

  @Test
  void nothingIsAllocatedOnceWarm() {
    List<String> allocating = new ArrayList<>();
    for (Mode mode : MODES) {
      long bytes = Long.MAX_VALUE;
      // The compiler may not have come to a kernel yet, or throw code away; what allocates by itself does so every time.
      for (int attempt = 0; attempt < MOST_ATTEMPTS && bytes > 0; attempt++) {
        long before = THREADS.getCurrentThreadAllocatedBytes();
        for (int i = 0; i < MEASURED; i++) {
          mode.work.run();
        }
        bytes = Math.min(bytes, THREADS.getCurrentThreadAllocatedBytes() - before);
      }
      if (bytes > 0) {
        allocating.add(mode.name + ": " + bytes / (double) MEASURED + " bytes a call"
            + (allocating.size() < MOST_REPORTED ? ", " + whatAndWhere(mode) : ""));
      }
    }
    assertEquals(List.of(), allocating.subList(0, Math.min(allocating.size(), MOST_REPORTED)),
        () -> allocating.size() + " of " + MODES.size() + " modes allocate");
  }

  /** What a mode allocates, and in which methods of ours: a vector that the compiler boxes now and then is else hard to find. */
  private static String whatAndWhere(Mode mode) {
    Map<String, Integer> sites = new TreeMap<>();
    try (Recording recording = new Recording()) {
      recording.enable("jdk.ObjectAllocationSample").with("throttle", "10000/s").withStackTrace();
      recording.start();
      for (int i = 0; i < SAMPLED; i++) {
        mode.work.run();
      }
      recording.stop();
      Path file = Files.createTempFile("allocation", ".jfr");
      recording.dump(file);
      for (RecordedEvent event : RecordingFile.readAllEvents(file)) {
        if (event.getEventType().getName().equals("jdk.ObjectAllocationSample") && event.getStackTrace() != null) {
          sites.merge(site(event), 1, Integer::sum);
        }
      }
      Files.delete(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return sites.toString();
  }

  /** The class, the frame that made an instance, and the nearest frames of ours. */
  private static String site(RecordedEvent event) {
    List<String> frames = event.getStackTrace().getFrames().stream()
        .map(frame -> frame.getMethod().getType().getName() + "." + frame.getMethod().getName() + ":"
            + frame.getLineNumber()).toList();
    return event.getClass("objectClass").getName() + " by " + frames.getFirst() + " in "
        + frames.stream().filter(frame -> frame.startsWith("org.spikelane")).limit(2).toList();
  }
}
