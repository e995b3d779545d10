package org.spikelane.connection;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class ProductCostsTest {

  private static final int NEURONS = 512;
  private static final int ROWS = 16;
  private static final int CALLS = 5000;

  /** Nanoseconds of a row, events or dense, after so many calls that way. */
  private interface Machine {
    double row(boolean events, int callsBefore);
  }

  /** Counts calls by events, of {@code calls} of so many rows. */
  private static int byEvents(ProductCosts costs, double spikesPerRow, int rows, int calls, Machine machine) {
    int byEvents = 0;
    for (int i = 0; i < calls; i++) {
      boolean events = costs.byEvents(spikesPerRow);
      if (costs.timed()) {
        costs.took(events, spikesPerRow, rows, (long) (machine.row(events, events ? byEvents : i - byEvents) * rows));
      }
      byEvents += events ? 1 : 0;
    }
    return byEvents;
  }

  /** The same on a machine on which a spike costs {@code perSpike} and a dense row {@code perRow}. */
  private static int byEvents(ProductCosts costs, double spikesPerRow, double perSpike, double perRow) {
    return byEvents(costs, spikesPerRow, ROWS, CALLS, (events, before) -> events ? perSpike * spikesPerRow : perRow);
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
    int byEvents = byEvents(costs, 200, ROWS, 100, (events, before) -> events ? 2000 : 1000);
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
    int dense = CALLS - byEvents(costs, 300, 25, CALLS, (events, before) -> events ? 500 : before < 600 ? 40_000 : 160);
    assertTrue(dense > CALLS * 17 / 20, dense + " densely");
  }

  /** The mirror of it: dense by the prior, and events, by far the cheaper, are compiled after three hundred calls. */
  @Test
  void letsEventsBeCompiledWhereThePriorIsDense() {
    ProductCosts costs = new ProductCosts(128, 10, 32, 256);
    int events = byEvents(costs, 20, 1, CALLS, (byEvents, before) -> !byEvents ? 1300 : before < 300 ? 10_000 : 70);
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
    int byEvents = byEvents(costs, 200, ROWS, 200, (events, before) -> events ? 2000 : 1000);
    // As above, and once more at 64 + 64*2.
    assertEquals(1 + 2 + 2 + 2, byEvents);
    costs.byEvents(200);
    assertTrue(costs.timed());
  }

  @Test
  void timesOneCallInMany() {
    ProductCosts costs = new ProductCosts(NEURONS, NEURONS, 16, 128);
    byEvents(costs, 200, 10, 1000);
    int timed = 0;
    for (int i = 0; i < CALLS; i++) {
      costs.byEvents(200);
      timed += costs.timed() ? 1 : 0;
    }
    // One in 16, and tries of two calls, one in 128 and more.
    assertTrue(timed >= CALLS / 16 && timed < CALLS / 16 + CALLS / 64, timed + " of " + CALLS);
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
