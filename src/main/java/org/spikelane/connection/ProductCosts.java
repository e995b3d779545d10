package org.spikelane.connection;

import org.spikelane.kernels.LearnedCost;

/**
 * What the two products of spikes cost on this machine, for the shape of one worker: time per spike by events, time per
 * row densely, learned from its own calls. The choice that follows from it changes the time, never the result.
 *
 * <p>Measuring while working needs no warm-up of its own, and sees caches, compilers and neighbours as they are. Only
 * where the prior leaves a doubt is there anything to learn: there one call in many goes the other way, and the fewer
 * do the dearer it is known to be.
 */
final class ProductCosts {

  /** Where the two products cross before anything is known, as a share of the neurons, and the doubt about it. */
  private static final double PRIOR = 0.5;
  private static final double DOUBT = 3;

  /** Outputs below which a spike costs more than adding up its weights. */
  private static final double NARROW = 64;

  /** What a row costs by events beyond its spikes, in spikes. */
  private static final double ROW_IN_SPIKES = 4;

  /**
   * Nanoseconds that an addition, or a multiplication and an addition, takes in no compiled code, and what a call may take
   * besides. Of what is believed to be dear there are too few calls for it to be compiled ever, so the first times must not
   * make it dear.
   */
  private static final double UNCOMPILED = 1;
  private static final double CALL = 300;

  /** Until both costs are known the two ways take turns, and so are compiled both, but for no more than so many calls. */
  private static final int TURNS = 20_000;

  /** What a spike or neuron costs beside its weights, in weights. */
  private static final double SPIKE_IN_WEIGHTS = 4;

  /** A try is of so many calls in a row: the first runs in caches, and at a clock rate, that the other way left behind. */
  private static final int CALLS_OF_TRY = 2;

  /**
   * The first try comes soon, as calls may be long and few, and tells little where code is not compiled yet: the next
   * ones come after so many times as many calls, until they are rare.
   */
  private static final int FIRST_TRY = 8;
  private static final int GROWTH = 4;

  private final double crossing;
  private final double neurons;
  private final double credibleSpike;
  private final LearnedCost perSpike = new LearnedCost();
  private final LearnedCost perRow = new LearnedCost();
  private final int timedEvery;
  private final int tried;
  private long calls;
  private long nextTimed;
  private long nextTry = FIRST_TRY;
  private int tries;
  private boolean timed;

  /**
   * Of products of {@code neurons} spiking neurons with weights to {@code outputs}.
   *
   * @param timedEvery of so many calls one is timed, as asking the clock costs as much as a small call, and every try
   * @param tried of so many calls one goes the way that seems to cost more, if it costs as much
   */
  ProductCosts(int neurons, int outputs, int timedEvery, int tried) {
    this.timedEvery = timedEvery;
    this.tried = tried;
    this.neurons = neurons;
    this.credibleSpike = UNCOMPILED * (outputs + SPIKE_IN_WEIGHTS);
    this.crossing = PRIOR * neurons * Math.min(1, outputs / NARROW);
  }

  /** Whether to go by events, now; {@link #timed} then tells whether to time it. */
  boolean byEvents(double spikesPerRow) {
    if (surelyByEvents(spikesPerRow)) { // First of all: such calls may be so short that more questions would show in their time.
      timed = false;
      return true;
    }
    calls++;
    if (calls <= TURNS && !(perSpike.known() && perRow.known())) {
      timed = true;
      return calls % 2 == 0;
    }
    double events = (spikesPerRow + ROW_IN_SPIKES) * spikeCost();
    double dense = rowCost();
    boolean trying = calls >= nextTry;
    if (trying) {
      tries++;
      double dearness = Math.max(events, dense) / Math.min(events, dense);
      long seldom = (long) Math.ceil(Math.min(tried, calls * (GROWTH - 1)) * dearness);
      nextTry = calls + (tries % CALLS_OF_TRY != 0 ? 1 : seldom);
    }
    boolean due = calls >= nextTimed && !trying;
    if (due) {
      nextTimed = calls + timedEvery;
    }
    timed = trying || due;
    return events < dense ^ trying;
  }

  /** Whether so few fire that there is no doubt: {@link #byEvents} is then true, whatever was learned. */
  boolean surelyByEvents(double spikesPerRow) {
    return spikesPerRow * DOUBT <= crossing;
  }

  /** Whether the call for which {@link #byEvents} was just asked should be timed. */
  boolean timed() {
    return timed;
  }

  /** Learns what a timed call took, if it ran compiled code. */
  void took(boolean byEvents, double spikesPerRow, int rows, long nanos) {
    double perCallRow = (double) nanos / rows;
    double spikes = byEvents ? spikesPerRow + ROW_IN_SPIKES : neurons;
    if (nanos > CALL + rows * spikes * credibleSpike) {
      return;
    }
    if (byEvents) {
      perSpike.learn(perCallRow / spikes);
    } else {
      perRow.learn(perCallRow);
    }
  }

  private double spikeCost() {
    return perSpike.known() ? perSpike.value() : perRow.known() ? perRow.value() / crossing : 1;
  }

  private double rowCost() {
    return perRow.known() ? perRow.value() : spikeCost() * crossing;
  }
}
