package org.spikelane.connection;

import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.spikelane.kernels.KernelProvider;
import org.spikelane.kernels.ProductKernels;
import org.spikelane.kernels.RowKernels;
import org.spikelane.kernels.Rows;
import org.spikelane.kernels.SpikeRows;
import org.spikelane.layer.GradientSums;
import org.spikelane.layer.Parameter;
import org.spikelane.layer.ProductChoice;
import org.spikelane.layer.Shape;

/**
 * The weights of a convolution, a {@link DenseWeights} for each group of channels. One group's parameters are the
 * layer's own; more have copies of their parts of the layer's parameters.
 */
final class GroupedWeights {

  private final List<DenseWeights> groups = new ArrayList<>();
  private final Parameter weight;
  private final Parameter bias;

  /**
   * Weights as PyTorch initialises them.
   *
   * @param shape of the weight: [out, in/groups, …], out being a multiple of groups
   */
  GroupedWeights(String prefix, Shape shape, int count, boolean withBias, boolean trainable, RandomGenerator random) {
    int[] part = shape.extents();
    part[0] /= count;
    for (int g = 0; g < count; g++) {
      groups.add(new DenseWeights(prefix, Shape.of(part), withBias, trainable, random));
    }
    if (count == 1) {
      this.weight = groups.getFirst().weight();
      this.bias = groups.getFirst().bias();
    } else {
      this.weight = whole(groups.stream().map(DenseWeights::weight).toList(), shape);
      this.bias = withBias ? whole(groups.stream().map(DenseWeights::bias).toList(), Shape.of(shape.extent(0))) : null;
    }
  }

  private static Parameter whole(List<Parameter> parts, Shape shape) {
    float[] values = new float[shape.size()];
    int at = 0;
    for (Parameter part : parts) {
      System.arraycopy(part.values(), 0, values, at, part.values().length);
      at += part.values().length;
    }
    return new Parameter(parts.getFirst().name(), shape, values, parts.getFirst().trainable());
  }

  List<Parameter> parameters() {
    return bias == null ? List.of(weight) : List.of(weight, bias);
  }

  boolean hasBias() {
    return bias != null;
  }

  /** The weights of each group, channels ascending. */
  List<DenseWeights> groups() {
    return groups;
  }

  void refresh() {
    for (int g = 0; g < groups.size(); g++) {
      DenseWeights group = groups.get(g);
      if (groups.size() > 1) {
        copyPart(weight, g, group.weight());
        if (bias != null) {
          copyPart(bias, g, group.bias());
        }
      }
      group.refresh();
    }
  }

  private static void copyPart(Parameter whole, int group, Parameter part) {
    int size = part.values().length;
    System.arraycopy(whole.values(), group * size, part.values(), 0, size);
  }

  /** Adds gradients, with the scratch memory of one stage. */
  final class Gradient {

    private final RowKernels kernels = KernelProvider.current().rows();
    private final List<DenseGradient> gradients;
    private final List<GradientSums> ofGroups =
        groups.stream().map(group -> new GradientSums(group.parameters())).toList();
    private final ProductKernels products = KernelProvider.current().products();

    private final SpikeRows[] spikes = new SpikeRows[1];
    private final Rows[] gradientOfSpikes = new Rows[1];

    /** For sums over at most {@code rows} rows of spikes at once. */
    Gradient(ProductChoice choice, int rows) {
      this.gradients = groups.stream().map(group -> new DenseGradient(group, choice, rows)).toList();
    }

    /** {@code gW += gy[r]·x[r]ᵀ, gBias += gy[r]} of one group. */
    void add(int group, Rows x, Rows gy, int count, GradientSums sums) {
      gradients.get(group).add(x, gy, count, begin(group, sums));
      end(group, sums);
    }

    /** {@code gW += gy[r]·spk[r]ᵀ, gBias += gy[r]} of one group, a spike counting {@code value}. */
    void add(int group, SpikeRows spk, float value, Rows gy, int count, GradientSums sums) {
      spikes[0] = spk;
      gradientOfSpikes[0] = gy;
      gradients.get(group).add(spikes, value, gradientOfSpikes, 0, 1, 0, count, begin(group, sums));
      end(group, sums);
    }

    /** Where the gradient of a group is added: to the layer's, if it is its only one. */
    private GradientSums begin(int group, GradientSums sums) {
      if (groups.size() == 1) {
        return sums;
      }
      ofGroups.get(group).clear();
      return ofGroups.get(group);
    }

    private void end(int group, GradientSums sums) {
      if (groups.size() == 1) {
        return;
      }
      GradientSums own = ofGroups.get(group);
      addPart(group, groups.get(group).weight(), own, sums.of(weight));
      if (bias != null) {
        addPart(group, groups.get(group).bias(), own, sums.of(bias));
      }
    }

    private void addPart(int group, Parameter ofGroup, GradientSums own, float[] whole) {
      int size = ofGroup.values().length;
      kernels.add(own.gradient(ofGroup, products), 0, whole, group * size, 0, size);
    }
  }
}
