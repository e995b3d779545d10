package org.spikelane.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class LearnedChoiceTest {

  private static final int CALLS = 2000;

  private static final int TURNS = 8;
  private static final int TRIED = 127;

  /** Two tries in each begun row of so many calls. */
  private static final int TRIES = 2 * (CALLS / TRIED + 1);

  /** Counts calls that went the second way. */
  private static int wentSecond(LearnedChoice choice, int calls, double ofSecond, double ofFirst) {
    int wentSecond = 0;
    for (int i = 0; i < calls; i++) {
      boolean second = choice.second();
      choice.took(second, second ? ofSecond : ofFirst);
      wentSecond += second ? 1 : 0;
    }
    return wentSecond;
  }

  /** Asserts that of {@link #CALLS} calls at least one and at most so many go the dearer way. */
  private static void assertWrong(int most, LearnedChoice choice, double ofSecond, double ofFirst) {
    int wentSecond = wentSecond(choice, CALLS, ofSecond, ofFirst);
    int wrong = ofSecond < ofFirst ? CALLS - wentSecond : wentSecond;
    assertTrue(wrong > 0 && wrong <= most, wrong + " calls the dearer way");
  }

  @Test
  void goesTheCheaperWayAndTriesTheOtherRarely() {
    for (double ofSecond : new double[] {2, 3}) {
      double ofFirst = 5 - ofSecond;
      LearnedChoice choice = new LearnedChoice();
      wentSecond(choice, TURNS, ofSecond, ofFirst);
      assertWrong(TRIES, choice, ofSecond, ofFirst);
    }
  }

  @Test
  void firstCallsTakeTurns() {
    assertEquals(0, wentSecond(new LearnedChoice(), 2, 1, 100));
    assertEquals(TURNS / 2, wentSecond(new LearnedChoice(), TURNS, 1, 100));
  }

  /** No compiled code yet: whatever that took is forgotten, of the dearer way at its next try. */
  @Test
  void slowFirstCallsAreForgotten() {
    LearnedChoice choice = new LearnedChoice();
    wentSecond(choice, TURNS, 500, 100);
    assertWrong(TRIES + TRIED, choice, 2, 3);
  }

  /** Of the way that is not gone only a try can tell; of the other each call. */
  @Test
  void followsAMachineThatChanges() {
    LearnedChoice choice = new LearnedChoice();
    wentSecond(choice, CALLS, 3, 2);
    assertWrong(TRIES + TRIED, choice, 1, 2);
    assertWrong(TRIES + TRIED, choice, 9, 2);
  }

  @Test
  void anInterruptionIsNotBelieved() {
    LearnedChoice choice = new LearnedChoice();
    wentSecond(choice, CALLS, 2, 3);
    wentSecond(choice, 1, 1000, 1000);
    assertWrong(TRIES, choice, 2, 3);
  }
}
