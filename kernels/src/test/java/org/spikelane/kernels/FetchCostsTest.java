package org.spikelane.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class FetchCostsTest {

  private static final int CALLS = 2000;

  /** The first calls take turns, which is half of them that go the wrong way; later, two of 127. */
  private static final int WRONG = 4 + 2 * (CALLS / 127 + 1);

  private static final int TURNS = 8;

  /** Counts calls that fetched. */
  private static int fetched(FetchCosts costs, int calls, double fetching, double visiting) {
    int fetched = 0;
    for (int i = 0; i < calls; i++) {
      boolean fetches = costs.fetches();
      costs.took(fetches ? fetching : visiting);
      fetched += fetches ? 1 : 0;
    }
    return fetched;
  }

  @Test
  void goesTheCheaperWayAndTriesTheOtherRarely() {
    int wrong = CALLS - fetched(new FetchCosts(), CALLS, 2, 3);
    assertTrue(wrong > 4 && wrong <= WRONG, wrong + " visits");
    wrong = fetched(new FetchCosts(), CALLS, 3, 2);
    assertTrue(wrong > 4 && wrong <= WRONG, wrong + " fetches");
  }

  @Test
  void firstCallsTakeTurns() {
    assertEquals(TURNS / 2, fetched(new FetchCosts(), TURNS, 1, 100));
  }

  /** No compiled code yet: whatever that took is forgotten, of the dearer way at its next try. */
  @Test
  void slowFirstCallsAreForgotten() {
    FetchCosts costs = new FetchCosts();
    fetched(costs, TURNS, 500, 100);
    int wrong = CALLS - fetched(costs, CALLS, 2, 3);
    assertTrue(wrong <= WRONG + 127, wrong + " visits");
  }

  /** Of the way that is not gone only a try can tell; of the other each call. */
  @Test
  void followsAMachineThatChanges() {
    FetchCosts costs = new FetchCosts();
    fetched(costs, CALLS, 3, 2);
    int wrong = CALLS - fetched(costs, CALLS, 1, 2);
    assertTrue(wrong <= WRONG + 127, wrong + " visits");
    wrong = fetched(costs, CALLS, 9, 2);
    assertTrue(wrong <= WRONG + 127, wrong + " fetches");
  }

  @Test
  void anInterruptionIsNotBelieved() {
    FetchCosts costs = new FetchCosts();
    fetched(costs, CALLS, 2, 3);
    fetched(costs, 1, 1000, 1000);
    int wrong = CALLS - fetched(costs, CALLS, 2, 3);
    assertTrue(wrong <= WRONG, wrong + " visits");
  }
}
