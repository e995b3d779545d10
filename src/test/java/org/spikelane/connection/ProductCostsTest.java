package org.spikelane.connection;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class ProductCostsTest {

  private static final int NEURONS = 512;
  private static final int ROWS = 16;
  private static final int CALLS = 5000;

  /** A machine on which a spike costs {@code perSpike} and a dense row {@code perRow}; counts calls by events. */
  private static int byEvents(ProductCosts costs, double spikesPerRow, double perSpike, double perRow) {
    int byEvents = 0;
    for (int i = 0; i < CALLS; i++) {
      boolean events = costs.byEvents(spikesPerRow);
      byEvents += events ? 1 : 0;
      if (costs.timed(spikesPerRow)) {
        double row = events ? perSpike * spikesPerRow : perRow;
        costs.took(events, spikesPerRow, ROWS, (long) (row * ROWS));
      }
    }
    return byEvents;
  }

  @Test
  void fewSpikesGoByEventsWithoutAnyMeasurement() {
    ProductCosts costs = new ProductCosts(NEURONS, NEURONS, 16, 128);
    assertEquals(CALLS, byEvents(costs, 80, 1e6, 1));
  }

  @Test
  void learnsWhichIsCheaperAndTriesTheOtherRarely() {
    assertTrue(byEvents(new ProductCosts(NEURONS, NEURONS, 16, 128), 200, 10, 1000) < CALLS / 20, "dense at 40 %");
    assertTrue(byEvents(new ProductCosts(NEURONS, NEURONS, 16, 128), 200, 10, 4000) > CALLS * 49 / 50, "events at 40 %");
    assertTrue(byEvents(new ProductCosts(NEURONS, NEURONS, 16, 128), 512, 10, 9000) > CALLS * 9 / 10, "events at 100 %");
  }

  @Test
  void followsAMachineThatChanges() {
    ProductCosts costs = new ProductCosts(NEURONS, NEURONS, 16, 128);
    byEvents(costs, 300, 10, 500);
    byEvents(costs, 300, 10, 20_000);
    assertTrue(byEvents(costs, 300, 10, 20_000) > CALLS * 9 / 10);
  }

  /** Calls of milliseconds are few: also those of which few are timed must not stay with the wrong way for long. */
  @Test
  void learnsFromTheFirstCalls() {
    ProductCosts costs = new ProductCosts(NEURONS, NEURONS, 32, 256);
    int byEvents = 0;
    for (int i = 0; i < 100; i++) {
      boolean events = costs.byEvents(200);
      byEvents += events ? 1 : 0;
      if (costs.timed(200)) {
        costs.took(events, 200, ROWS, ROWS * (events ? 2000L : 1000L));
      }
    }
    // In turn at first; then densely, but for tries, twice in a row: at 8 and, as events cost twice as much, at 9 + 9*3*2.
    assertEquals(1 + 2 + 2, byEvents);
  }

  /**
   * A way that seems dear is tried so seldom that it would never be compiled: what the first calls took must not count.
   * Here it takes six hundred calls to compile the dense product, which then is by far the cheaper.
   */
  @Test
  void doesNotLearnFromCodeThatIsNotCompiledYet() {
    ProductCosts costs = new ProductCosts(1000, 10, 32, 256);
    int dense = 0;
    for (int i = 0; i < CALLS; i++) {
      boolean events = costs.byEvents(300);
      dense += events ? 0 : 1;
      if (costs.timed(300)) {
        costs.took(events, 300, 25, 25 * (events ? 500L : dense < 600 ? 40_000L : 160L));
      }
    }
    assertTrue(dense > CALLS * 17 / 20, dense + " densely");
  }

  /** The mirror of it: dense by the prior, and events, by far the cheaper, are compiled after three hundred calls. */
  @Test
  void letsEventsBeCompiledWhereThePriorIsDense() {
    ProductCosts costs = new ProductCosts(128, 10, 32, 256);
    int events = 0;
    for (int i = 0; i < CALLS; i++) {
      boolean byEvents = costs.byEvents(20);
      events += byEvents ? 1 : 0;
      if (costs.timed(20)) {
        costs.took(byEvents, 20, 1, byEvents ? (events < 300 ? 10_000 : 70) : 1300);
      }
    }
    assertTrue(events > CALLS * 9 / 10, events + " by events");
  }

  /** Where nothing is ever compiled, the prior decides in the end. */
  @Test
  void goesByThePriorWhereNoTimeIsCredible() {
    for (int spikes : new int[] {200, 300}) {
      ProductCosts costs = new ProductCosts(NEURONS, NEURONS, 16, 128);
      for (int i = 0; i < 4; i++) {
        byEvents(costs, spikes, 1e5, 1e7);
      }
      int byEvents = byEvents(costs, spikes, 1e5, 1e7);
      assertTrue(spikes < NEURONS / 2 ? byEvents > CALLS * 9 / 10 : byEvents < CALLS / 10, byEvents + " by events");
    }
  }

  /** Of calls that are few and long, each is timed: a few are enough. */
  @Test
  void learnsFromFewCallsWhereEachIsTimed() {
    ProductCosts costs = new ProductCosts(NEURONS, NEURONS, 1, 64);
    int byEvents = 0;
    for (int i = 0; i < 200; i++) {
      boolean events = costs.byEvents(200);
      byEvents += events ? 1 : 0;
      assertTrue(costs.timed(200));
      costs.took(events, 200, ROWS, ROWS * (events ? 2000L : 1000L));
    }
    // As above, and once more at 64 + 64*2.
    assertEquals(1 + 2 + 2 + 2, byEvents);
  }

  @Test
  void triesWhatIsDearSeldom() {
    assertTrue(byEvents(new ProductCosts(NEURONS, NEURONS, 16, 128), 100, 10, 20_000) > CALLS - 10, "dense 20 times as dear");
  }

  @Test
  void oneInterruptionChangesNothing() {
    ProductCosts costs = new ProductCosts(NEURONS, NEURONS, 16, 128);
    byEvents(costs, 300, 10, 2000);
    costs.took(false, 300, ROWS, 1_000_000_000L);
    assertFalse(costs.byEvents(300));
  }
}
