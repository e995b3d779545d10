package org.spikelane.reference;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.spikelane.connection.AllToAll;
import org.spikelane.connection.Convolutional;
import org.spikelane.connection.OneToOne;
import org.spikelane.kernels.ResetMechanism;
import org.spikelane.layer.Parameter;
import org.spikelane.layer.Shape;
import org.spikelane.neuron.Leaky;
import org.spikelane.neuron.Neuron;

/**
 * A neuron layer by the book, forward and backward through time, in double: each equation of the four neurons on its own,
 * every intermediate result kept. It takes configuration and parameters from a layer, and nothing else.
 *
 * <p>Written from how snnTorch 1.0.0 behaves. One departure, as in the layer: RSynaptic's immediate reset is that of
 * Synaptic. All arrays are {@code [samples][N]} a step, and {@code [steps][samples][N]} over time.
 */
public final class NaiveNeuron {

  private final Neuron neuron;
  private final int size;
  private final boolean secondOrder;
  private final boolean carriedZero;
  private final double[] levels;
  private final Map<String, Shape> shapes = new LinkedHashMap<>();
  private final Map<String, double[]> values = new LinkedHashMap<>();

  /** With copies of the layer's parameters. */
  public NaiveNeuron(Neuron neuron) {
    this.neuron = neuron;
    this.size = neuron.size();
    this.secondOrder = neuron.alpha() != null;
    this.carriedZero = neuron instanceof Leaky && neuron.resetMechanism() == ResetMechanism.ZERO;
    this.levels = neuron.stateQuant() == null ? null : Agreement.doubles(neuron.stateQuant().levels());
    for (Parameter parameter : neuron.parameters()) {
      shapes.put(parameter.name(), parameter.shape());
      values.put(parameter.name(), Agreement.doubles(parameter.values()));
    }
  }

  /** The values of a parameter, to be changed at will. */
  public double[] parameter(String name) {
    return values.get(name);
  }

  /** Names of the parameters. */
  public List<String> parameters() {
    return List.copyOf(values.keySet());
  }

  /** Which value of the parameter neuron n takes: extents are matched from the right, those of 1 repeat. */
  private int source(String name, int n) {
    Shape layer = neuron.inputShape();
    Shape shape = shapes.get(name);
    int[] place = new int[layer.rank()];
    int rest = n;
    for (int axis = layer.rank() - 1; axis >= 0; axis--) {
      place[axis] = rest % layer.extent(axis);
      rest /= layer.extent(axis);
    }
    int index = 0;
    for (int axis = 0; axis < shape.rank(); axis++) {
      int extent = shape.extent(axis);
      index = index * extent + (extent == 1 ? 0 : place[layer.rank() - shape.rank() + axis]);
    }
    return index;
  }

  private double at(String name, int n) {
    return values.get(name)[source(name, n)];
  }

  private double clipped(String name, int n) {
    return Math.min(1, Math.max(0, at(name, n)));
  }

  /** What a spike is worth; inhibited ones are not graded. */
  private double factor() {
    return graded() ? values.get("graded_spikes_factor")[0] : 1;
  }

  private boolean graded() {
    return values.containsKey("graded_spikes_factor") && !neuron.inhibition();
  }

  private double nearestLevel(double value) {
    if (levels == null) {
      return value;
    }
    double best = levels[0];
    for (double level : levels) {
      if (Math.abs(level - value) < Math.abs(best - value)) {
        best = level;
      }
    }
    return best;
  }

  // ------------------------------------------------------------------ recurrence

  private NaiveConvolution allToAll() {
    double[] weight = values.get("recurrent.weight");
    double[] bias = values.get("recurrent.bias");
    if (neuron.recurrence() instanceof AllToAll) {
      return NaiveConvolution.linear(size, size, weight, bias);
    }
    Shape layer = neuron.inputShape();
    Shape kernel = shapes.get("recurrent.weight");
    return new NaiveConvolution(layer.extent(0), layer.extent(1), layer.extent(2), layer.extent(0),
        NaiveConvolution.Axis.padded(kernel.extent(2), kernel.extent(2) / 2),
        NaiveConvolution.Axis.padded(kernel.extent(3), kernel.extent(3) / 2), 1, weight, bias);
  }

  private double[] recurrent(double[] spikes) {
    double[] current = new double[spikes.length];
    switch (neuron.recurrence()) {
      case null -> {}
      case OneToOne oneToOne -> {
        for (int k = 0; k < spikes.length; k++) {
          current[k] = spikes[k] * at("V", k % size);
        }
      }
      case AllToAll dense -> bySample(spikes, (b, row) -> put(allToAll().forward(row), current, b));
      case Convolutional conv -> bySample(spikes, (b, row) -> put(allToAll().forward(row), current, b));
    }
    return current;
  }

  /** dL/dspikes from dL/dcurrent; adds the gradients of the recurrent parameters. */
  private double[] recurrentBackward(double[] spikes, double[] g, Map<String, double[]> gradients) {
    double[] gSpikes = new double[spikes.length];
    if (neuron.recurrence() instanceof OneToOne) {
      for (int k = 0; k < spikes.length; k++) {
        gradients.get("V")[source("V", k % size)] += g[k] * spikes[k];
        gSpikes[k] = g[k] * at("V", k % size);
      }
    } else if (neuron.recurrence() != null) {
      bySample(spikes, (b, row) -> {
        double[] gRow = new double[size];
        System.arraycopy(g, b * size, gRow, 0, size);
        put(allToAll().backward(row, gRow, gradients.get("recurrent.weight"), gradients.get("recurrent.bias")),
            gSpikes, b);
      });
    }
    return gSpikes;
  }

  private interface OfSample {
    void row(int b, double[] row);
  }

  private void bySample(double[] all, OfSample work) {
    for (int b = 0; b < all.length / size; b++) {
      double[] row = new double[size];
      System.arraycopy(all, b * size, row, 0, size);
      work.row(b, row);
    }
  }

  private void put(double[] row, double[] all, int b) {
    System.arraycopy(row, 0, all, b * size, size);
  }

  // ------------------------------------------------------------------ forward

  /** What one step computed, by the letters of the equations. */
  private static final class Step {
    double[] spkBefore;
    double[] synBefore;
    double[] memBefore;
    /** Reset gate, from the carried membrane. */
    double[] r;
    /** Membrane that the spike is decided on. */
    double[] q;
    double[] z;
    /** 1 for the winner of a row, and everywhere without inhibition. */
    double[] wins;
    double[] spk;
    double[] syn;
    double[] mem;
    /** What the immediate reset multiplies: {@code spk/f - r}. */
    double[] d;
    /** {@code (1 - r)*mem} where zero clears the carried membrane, else the carried membrane. */
    double[] decays;

    Step(int length) {
      r = new double[length];
      q = new double[length];
      z = new double[length];
      wins = new double[length];
      spk = new double[length];
      syn = new double[length];
      mem = new double[length];
      d = new double[length];
      decays = new double[length];
    }
  }

  /** Runs a sequence. */
  public Run run(double[] x, int steps, double[] spk, double[] syn, double[] mem) {
    Run run = new Run(steps, mem.length);
    double[] carriedSpk = spk;
    double[] carriedSyn = syn;
    double[] carriedMem = mem;
    for (int t = 0; t < steps; t++) {
      Step step = new Step(mem.length);
      step.spkBefore = carriedSpk;
      step.synBefore = carriedSyn;
      step.memBefore = carriedMem;
      run.steps.add(step);
      forward(step, x, t * mem.length, run);
      carriedSpk = step.spk;
      carriedSyn = step.syn;
      carriedMem = step.mem;
      System.arraycopy(step.spk, 0, run.spikes, t * mem.length, mem.length);
      System.arraycopy(step.syn, 0, run.currents, t * mem.length, mem.length);
      System.arraycopy(step.mem, 0, run.membranes, t * mem.length, mem.length);
    }
    return run;
  }

  private void forward(Step step, double[] x, int at, Run run) {
    double[] v = recurrent(step.spkBefore);
    for (int k = 0; k < v.length; k++) {
      int n = k % size;
      double theta = at("threshold", n);
      run.thresholdGap(step.memBefore[k] - theta);
      step.r[k] = step.memBefore[k] - theta > 0 ? 1 : 0;
      step.decays[k] = carriedZero ? (1 - step.r[k]) * step.memBefore[k] : step.memBefore[k];
      double i = x[at + k] + v[k];
      if (secondOrder) {
        i += clipped("alpha", n) * step.synBefore[k];
        step.syn[k] = nearestLevel(i);
        run.levelGap(i);
      }
      double u = clipped("beta", n) * step.decays[k] + i;
      double p = switch (neuron.resetMechanism()) {
        case SUBTRACT -> u - step.r[k] * theta;
        case ZERO -> carriedZero ? u : (1 - step.r[k]) * u;
        default -> u;
      };
      run.levelGap(p);
      step.q[k] = nearestLevel(p);
      step.z[k] = step.q[k] - theta;
      run.thresholdGap(step.z[k]);
      run.jumpGap(step.z[k]);
      step.wins[k] = 1;
    }
    if (neuron.inhibition()) {
      keepWinners(step, run);
    }
    for (int k = 0; k < v.length; k++) {
      double fired = step.z[k] > 0 ? step.wins[k] : 0;
      step.spk[k] = fired * factor();
      step.d[k] = fired - step.r[k];
      step.mem[k] = step.q[k];
      if (!neuron.resetDelay()) {
        step.mem[k] -= switch (neuron.resetMechanism()) {
          case SUBTRACT -> step.d[k] * at("threshold", k % size);
          case ZERO -> step.d[k] * step.q[k];
          default -> 0;
        };
      }
    }
  }

  private void keepWinners(Step step, Run run) {
    for (int row = 0; row < step.z.length; row += size) {
      int winner = row;
      for (int k = row; k < row + size; k++) {
        if (step.z[k] > step.z[winner]) {
          winner = k;
        }
      }
      for (int k = row; k < row + size; k++) {
        if (k != winner) {
          run.winnerGap(step.z[winner] - step.z[k]);
          step.wins[k] = 0;
        }
      }
    }
  }

  // ------------------------------------------------------------------ the record of a run, and backward

  /** One run, to be compared and to be run backward. */
  public final class Run {

    /** Below it a float32 rounding error could make another spike, or the surrogate jump. */
    private static final double SAFE = 1e-4;
    /** The same of a quantiser's ties, where errors are smaller as they do not add up over time. */
    private static final double SAFE_LEVEL = 2e-5;

    private final List<Step> steps = new ArrayList<>();
    private final double[] spikes;
    private final double[] currents;
    private final double[] membranes;
    private boolean clear = true;

    private Run(int stepCount, int length) {
      spikes = new double[stepCount * length];
      currents = new double[stepCount * length];
      membranes = new double[stepCount * length];
    }

    private void thresholdGap(double z) {
      clear &= Math.abs(z) > SAFE;
    }

    private void jumpGap(double z) {
      clear &= NaiveSurrogate.distanceToJump(neuron.surrogate(), z) > SAFE;
    }

    /** Equal values, zeros and levels, are equal in float32 too. */
    private void winnerGap(double difference) {
      clear &= difference == 0 || difference > SAFE;
    }

    /** Zero is exact, so its ties are too. */
    private void levelGap(double value) {
      for (int k = 1; levels != null && value != 0 && k < levels.length; k++) {
        clear &= levels[k] == levels[k - 1] || Math.abs(value - (levels[k] + levels[k - 1]) / 2) > SAFE_LEVEL;
      }
    }

    /** Whether every decision was clear enough for float32 to decide the same. */
    public boolean clear() {
      return clear;
    }

    /** Spikes, times the graded factor. */
    public double[] spikes() {
      return spikes;
    }

    /** Synaptic currents; zeros in first-order neurons. */
    public double[] currents() {
      return currents;
    }

    /** Membranes as the steps returned them. */
    public double[] membranes() {
      return membranes;
    }

    /**
     * Gradients of {@code sum(gSpk*spk + gSyn*syn + gMem*mem)} by name: those of the parameters, {@code input}, {@code
     * spk0}, {@code syn0}, {@code mem0}. Spikes differentiate as the surrogate, quantisers as the identity, the reset gate
     * not at all.
     */
    public Map<String, double[]> backward(double[] gSpk, double[] gSyn, double[] gMem) {
      int length = spikes.length / steps.size();
      Map<String, double[]> gradients = new LinkedHashMap<>();
      values.forEach((name, value) -> gradients.put(name, new double[value.length]));
      double[] gInput = new double[spikes.length];
      double[] carriedSpk = new double[length];
      double[] carriedSyn = new double[length];
      double[] carriedMem = new double[length];
      for (int t = steps.size() - 1; t >= 0; t--) {
        double[] gDrive = new double[length];
        for (int k = 0; k < length; k++) {
          int at = t * length + k;
          gDrive[k] = backward(steps.get(t), k, gSpk[at] + carriedSpk[k], gSyn[at], gMem[at], carriedSyn, carriedMem,
              gradients);
          gInput[at] = gDrive[k];
        }
        carriedSpk = recurrentBackward(steps.get(t).spkBefore, gDrive, gradients);
      }
      for (String name : List.of("alpha", "beta")) {
        for (int i = 0; gradients.containsKey(name) && i < gradients.get(name).length; i++) {
          double value = values.get(name)[i];
          gradients.get(name)[i] *= value > 0 && value < 1 ? 1 : 0;
        }
      }
      gradients.put("input", gInput);
      gradients.put("spk0", carriedSpk);
      gradients.put("syn0", carriedSyn);
      gradients.put("mem0", carriedMem);
      return gradients;
    }

    /** One neuron at one step; returns dL/d(what drives it). */
    private double backward(Step step, int k, double gSpkIn, double gSynIn, double gMemIn, double[] carriedSyn,
        double[] carriedMem, Map<String, double[]> gradients) {
      int n = k % size;
      double theta = at("threshold", n);
      double gM = gMemIn + carriedMem[k];
      double gTheta = 0;
      double gQ = gM;
      // Gradient of the spike as 0 or 1, before the graded factor.
      double gFired = gSpkIn * factor();
      if (graded()) {
        gradients.get("graded_spikes_factor")[0] += gSpkIn * step.spk[k] / factor();
      }
      if (!neuron.resetDelay() && neuron.resetMechanism() == ResetMechanism.SUBTRACT) {
        gFired -= theta * gM;
        gTheta -= step.d[k] * gM;
      } else if (!neuron.resetDelay() && neuron.resetMechanism() == ResetMechanism.ZERO) {
        gFired -= step.q[k] * gM;
        gQ = (1 - step.d[k]) * gM;
      }
      double slope = neuron.surrogateDisabled() ? 0 : NaiveSurrogate.derivative(neuron.surrogate(), step.z[k]);
      double gZ = gFired * step.wins[k] * slope;
      gTheta -= gZ;
      double gP = gQ + gZ;
      double gU = gP;
      double passes = clipped("beta", n);
      if (neuron.resetMechanism() == ResetMechanism.SUBTRACT) {
        gTheta -= step.r[k] * gP;
      } else if (carriedZero) {
        passes *= 1 - step.r[k];
      } else if (neuron.resetMechanism() == ResetMechanism.ZERO) {
        gU *= 1 - step.r[k];
      }
      gradients.get("threshold")[source("threshold", n)] += gTheta;
      gradients.get("beta")[source("beta", n)] += gU * step.decays[k];
      carriedMem[k] = passes * gU;
      if (!secondOrder) {
        return gU;
      }
      double gI = gSynIn + carriedSyn[k] + gU;
      gradients.get("alpha")[source("alpha", n)] += gI * step.synBefore[k];
      carriedSyn[k] = clipped("alpha", n) * gI;
      return gI;
    }
  }
}
