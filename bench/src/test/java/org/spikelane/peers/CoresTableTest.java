package org.spikelane.peers;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.spikelane.RefusedArguments;

class CoresTableTest {

  @ParameterizedTest
  @ValueSource(strings = {"abc", "0", "-1", "2.5", "", "1025"})
  void refusesWhatIsNoNumberOfThreads(String argument) {
    RefusedArguments.assertRefused(new CoresTable(),
        "THREADS: expected a whole number from 1 to 1024, got '" + argument + "'; see --help", argument);
  }

  @Test
  void refusesMoreThanOneArgument() {
    RefusedArguments.assertRefused(new CoresTable(), "Unmatched argument at index 1: '3'; see --help", "2", "3");
  }
}
