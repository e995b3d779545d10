package org.spikelane.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class FetchCostsTest {

  private static final int CALLS = 1000;

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
    assertTrue(fetched(new FetchCosts(), CALLS, 2, 3) > CALLS * 97 / 100);
    assertTrue(fetched(new FetchCosts(), CALLS, 3, 2) < CALLS * 3 / 100);
  }

  @Test
  void firstCallsTakeTurns() {
    assertEquals(8, fetched(new FetchCosts(), 16, 1, 100));
  }

  /** No compiled code yet: whatever that took is forgotten with the first call that is faster. */
  @Test
  void slowFirstCallsAreForgotten() {
    FetchCosts costs = new FetchCosts();
    fetched(costs, 10, 500, 100);
    assertTrue(fetched(costs, CALLS, 2, 3) > CALLS * 97 / 100);
  }

  @Test
  void followsAMachineThatChanges() {
    FetchCosts costs = new FetchCosts();
    fetched(costs, CALLS, 2, 3);
    fetched(costs, CALLS, 9, 3);
    assertTrue(fetched(costs, CALLS, 9, 3) < CALLS * 3 / 100);
  }

  @Test
  void anInterruptionIsNotBelieved() {
    FetchCosts costs = new FetchCosts();
    fetched(costs, CALLS, 2, 3);
    fetched(costs, 1, 1000, 1000);
    assertTrue(fetched(costs, CALLS, 2, 3) > CALLS * 97 / 100);
  }
}
