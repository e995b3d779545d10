package org.spikelane.cli;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** The constants of an enum by the names that users type, which are theirs in lower case. */
final class Choice {

  private Choice() {}

  /** The name that users type. */
  static String name(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }

  /**
   * The constant of that name.
   *
   * @throws IllegalArgumentException if there is none; the message lists those that there are
   */
  static <E extends Enum<E>> E parse(Class<E> type, String text) {
    List<E> constants = Arrays.asList(type.getEnumConstants());
    return constants.stream().filter(constant -> name(constant).equals(text)).findFirst()
        .orElseThrow(() -> new IllegalArgumentException(
            constants.stream().map(Choice::name).collect(Collectors.joining(", ", "expected one of ", ", got '"))
                + text + "'"));
  }
}
