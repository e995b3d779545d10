package org.spikelane.connection;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.spikelane.RefusedArguments;

class ProductChoiceTableTest {

  @ParameterizedTest
  @ValueSource(strings = {"abc", "0", "-3"})
  void refusesWhatIsNoNumberOfNeurons(String argument) {
    RefusedArguments.assertRefused(new ProductChoiceTable(),
        "N: expected a whole number from 1 to 16384, got '" + argument + "'; see --help", argument);
  }
}
