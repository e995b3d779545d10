package org.spikelane.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class FetchCostsTest {

  private static final int CALLS = 2000;

  private static final int TURNS = 8;
  private static final int TRIED = 127;

  /** Two tries in each begun row of so many calls. */
  private static final int TRIES = 2 * (CALLS / TRIED + 1);

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

  /** Asserts that of {@link #CALLS} calls at least one and at most so many go the dearer way. */
  private static void assertWrong(int most, FetchCosts costs, double fetching, double visiting) {
    int fetched = fetched(costs, CALLS, fetching, visiting);
    int wrong = fetching < visiting ? CALLS - fetched : fetched;
    assertTrue(wrong > 0 && wrong <= most, wrong + " calls the dearer way");
  }

  @Test
  void goesTheCheaperWayAndTriesTheOtherRarely() {
    for (double fetching : new double[] {2, 3}) {
      double visiting = 5 - fetching;
      FetchCosts costs = new FetchCosts();
      fetched(costs, TURNS, fetching, visiting);
      assertWrong(TRIES, costs, fetching, visiting);
    }
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
    assertWrong(TRIES + TRIED, costs, 2, 3);
  }

  /** Of the way that is not gone only a try can tell; of the other each call. */
  @Test
  void followsAMachineThatChanges() {
    FetchCosts costs = new FetchCosts();
    fetched(costs, CALLS, 3, 2);
    assertWrong(TRIES + TRIED, costs, 1, 2);
    assertWrong(TRIES + TRIED, costs, 9, 2);
  }

  @Test
  void anInterruptionIsNotBelieved() {
    FetchCosts costs = new FetchCosts();
    fetched(costs, CALLS, 2, 3);
    fetched(costs, 1, 1000, 1000);
    assertWrong(TRIES, costs, 2, 3);
  }
}
