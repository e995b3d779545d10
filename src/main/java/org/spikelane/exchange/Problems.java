package org.spikelane.exchange;

import java.util.ArrayList;
import java.util.List;

/** What stands in the way of a conversion, collected so that all of it is said at once. */
final class Problems {

  /** More would not fit into the line that a user reads. */
  private static final int MOST_SHOWN = 6;

  private final List<String> problems = new ArrayList<>();

  void add(String place, String problem) {
    problems.add(place + ": " + problem);
  }

  int count() {
    return problems.size();
  }

  /** @throws IllegalArgumentException naming them, if there are any */
  void throwIfAny() {
    if (problems.isEmpty()) {
      return;
    }
    List<String> shown = new ArrayList<>(problems.subList(0, Math.min(MOST_SHOWN, problems.size())));
    if (problems.size() > MOST_SHOWN) {
      shown.add("and " + (problems.size() - MOST_SHOWN) + " more");
    }
    throw new IllegalArgumentException(String.join("; ", shown));
  }
}
