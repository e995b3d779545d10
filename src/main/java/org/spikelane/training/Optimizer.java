package org.spikelane.training;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntConsumer;
import org.spikelane.layer.Parameter;

/** Changes parameters by their gradients. One that keeps moments serves the parameters that it began with. */
@FunctionalInterface
public interface Optimizer {

  /**
   * One update, in place.
   *
   * @param parameters always the same, in the same order
   * @param gradients of the parameters, each in its parameter's shape
   * @throws IllegalArgumentException if it keeps moments, and these are other parameters, or gradients of others
   */
  void step(List<Parameter> parameters, List<float[]> gradients);

  /**
   * The same update in pieces, for threads to share. Without a way of its own, an optimiser has one piece: {@link #step}.
   *
   * @param parameters always the same, in the same order
   * @param gradients of the parameters, each in its parameter's shape
   * @throws IllegalArgumentException if it keeps moments, and these are other parameters, or gradients of others
   */
  default Update update(List<Parameter> parameters, List<float[]> gradients) {
    return new Update(1, piece -> step(parameters, gradients));
  }

  /**
   * An update that is complete when every piece has run once, in any order, on any threads.
   *
   * @param pieces their number
   * @param run runs the piece of the number given
   */
  record Update(int pieces, IntConsumer run) {

    private static final int VALUES_OF_A_PIECE = 1 << 16;

    /** What changes some values of one parameter. */
    @FunctionalInterface
    interface OfValues {

      /** Changes values {@code [from, to)} of parameter number {@code parameter}, and no others. */
      void change(int parameter, int from, int to);
    }

    /** An update that changes each value by itself. */
    static Update of(List<Parameter> parameters, OfValues values) {
      List<Runnable> pieces = new ArrayList<>();
      for (int i = 0; i < parameters.size(); i++) {
        int parameter = i;
        int size = parameters.get(i).values().length;
        for (int at = 0; at < size; at += VALUES_OF_A_PIECE) {
          int from = at;
          pieces.add(() -> values.change(parameter, from, Math.min(from + VALUES_OF_A_PIECE, size)));
        }
      }
      return new Update(pieces.size(), piece -> pieces.get(piece).run());
    }

    /** Runs all pieces. */
    void runAll() {
      for (int piece = 0; piece < pieces; piece++) {
        run.accept(piece);
      }
    }
  }
}
