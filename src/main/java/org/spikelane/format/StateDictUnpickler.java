package org.spikelane.format;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import net.razorvine.pickle.Opcodes;
import net.razorvine.pickle.PickleUtils;
import net.razorvine.pickle.Unpickler;

/**
 * Reads the pickle in a file of PyTorch: dictionaries, numbers, text, and tensors as {@link StorageView}s.
 *
 * <p>Nothing is executed. Of the opcodes those are taken that {@code torch.save} writes for a checkpoint of state dicts
 * (pickle protocol 2); of the classes {@code OrderedDict}, the storages and the two functions that rebuild tensors and
 * parameters. Everything else is refused by name before it is looked at. What lists hold is dropped, as no tensor of a
 * state dict lies in one.
 */
final class StateDictUnpickler extends Unpickler {

  /** More than the 1,000 pairs that Python's pickler leaves there at once, a level. */
  private static final int DEEPEST_STACK = 1 << 14;

  /** Of what a dictionary holds, in characters. */
  static final int LONGEST_NAME = 512;

  private static final int MOST_DICTIONARIES = 1 << 16;
  private static final int MOST_DIMENSIONS = 16;
  private static final Object[] EMPTY_TUPLE = {};

  /** What the library reads as it should. */
  private static final Set<Short> LEFT_TO_THE_LIBRARY = Set.of(Opcodes.PROTO, Opcodes.MARK, Opcodes.NONE, Opcodes.NEWTRUE,
      Opcodes.NEWFALSE, Opcodes.BININT, Opcodes.BININT1, Opcodes.BININT2, Opcodes.LONG1, Opcodes.BINFLOAT,
      Opcodes.BINPUT, Opcodes.LONG_BINPUT, Opcodes.BINGET, Opcodes.LONG_BINGET, Opcodes.TUPLE, Opcodes.TUPLE1,
      Opcodes.TUPLE2, Opcodes.TUPLE3, Opcodes.BINPERSID);

  /** What a pickle may call. */
  private enum Callable {
    ORDERED_DICT,
    REBUILD_TENSOR,
    REBUILD_PARAMETER
  }

  private static final Map<String, Object> GLOBALS = globals();

  private final Path file;
  private final byte[] pickle;
  private int dictionaries;

  private StateDictUnpickler(Path file, byte[] pickle) {
    this.file = file;
    this.pickle = pickle;
  }

  /** What a pickle may name: storages, each as the type of its numbers, and what it may call. */
  private static Map<String, Object> globals() {
    Map<String, Object> globals = new HashMap<>();
    StateDictPickler.STORAGES.forEach((type, storage) -> globals.put(storage.toString(), type));
    globals.put(StateDictPickler.ORDERED_DICT.toString(), Callable.ORDERED_DICT);
    globals.put(StateDictPickler.REBUILD_TENSOR.toString(), Callable.REBUILD_TENSOR);
    globals.put("torch._utils._rebuild_parameter", Callable.REBUILD_PARAMETER);
    return Map.copyOf(globals);
  }

  /**
   * What was pickled: a map for a dictionary, in its order; {@link StorageView} for a tensor.
   *
   * @param file for messages
   * @throws FormatException if the pickle is malformed, or holds anything but what a state dict needs
   */
  static Object read(Path file, byte[] pickle) throws FormatException {
    StateDictUnpickler unpickler = new StateDictUnpickler(file, pickle);
    try {
      return unpickler.load(new ByteArrayInputStream(pickle));
    } catch (FormatException e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      // The library takes stack and memo as the pickle leaves them, and throws what comes of it.
      throw new FormatException(file, unpickler.place() + "expected the pickle of a state dict, got a malformed one", e);
    }
  }

  private String place() {
    return "data.pkl, byte " + at() + ": ";
  }

  private int at() {
    return pickle.length - available();
  }

  private int available() {
    return ((ByteArrayInputStream) input).available();
  }

  private FormatException wrong(String problem) {
    return new FormatException(file, place() + problem);
  }

  @Override
  protected Object dispatch(short key) throws IOException {
    if (key == Opcodes.STOP) {
      return super.dispatch(key);
    }
    switch (key) {
      case Opcodes.GLOBAL -> stack.add(global());
      case Opcodes.REDUCE -> reduce();
      case Opcodes.BUILD -> build();
      case Opcodes.BINUNICODE -> stack.add(text());
      case Opcodes.EMPTY_TUPLE -> stack.add(EMPTY_TUPLE);
      case Opcodes.EMPTY_DICT -> stack.add(dictionary());
      case Opcodes.SETITEM -> {
        Object value = stack.pop();
        Object name = stack.pop();
        set(Arrays.asList(name, value));
      }
      case Opcodes.SETITEMS -> set(stack.pop_all_since_marker());
      case Opcodes.EMPTY_LIST -> stack.add(new ArrayList<>(0));
      case Opcodes.APPEND -> stack.pop();
      case Opcodes.APPENDS -> stack.pop_all_since_marker();
      default -> {
        if (!LEFT_TO_THE_LIBRARY.contains(key)) {
          throw wrong("opcode " + (key < 0 ? "missing (cut short?)" : String.format("0x%02x", key))
              + ": expected one that torch.save writes for tensors and dictionaries (pickle protocol 2, its default)");
        }
        super.dispatch(key);
      }
    }
    if (stack.size() > DEEPEST_STACK) {
      throw wrong("expected at most " + DEEPEST_STACK + " values at once, got more");
    }
    return NO_RETURN_VALUE;
  }

  private Object global() throws IOException {
    String name = PickleUtils.readline(input) + "." + PickleUtils.readline(input);
    Object known = GLOBALS.get(name);
    if (known == null) {
      throw wrong("expected tensors and dictionaries alone, got the class or function " + name
          + ", which is not loaded; save the state dict: torch.save(net.state_dict(), path)");
    }
    return known;
  }

  private Map<Object, Object> dictionary() throws FormatException {
    if (++dictionaries > MOST_DICTIONARIES) {
      throw wrong("expected at most " + MOST_DICTIONARIES + " dictionaries, got more");
    }
    return new LinkedHashMap<>();
  }

  private String text() throws IOException {
    int length = PickleUtils.bytes_to_integer(PickleUtils.readbytes(input, 4));
    if (length < 0 || length > available()) {
      throw wrong("text: expected at most " + available() + " bytes, got " + Integer.toUnsignedString(length));
    }
    return new String(PickleUtils.readbytes(input, length), StandardCharsets.UTF_8);
  }

  private void reduce() throws FormatException {
    Object[] arguments = (Object[]) stack.pop();
    Object called = stack.pop();
    if (!(called instanceof Callable callable)) {
      throw wrong("expected a call of a class or function, got one of something else");
    }
    stack.add(switch (callable) {
      case ORDERED_DICT -> {
        require(arguments.length == 0, "OrderedDict: expected no arguments");
        yield dictionary();
      }
      case REBUILD_TENSOR -> tensor(arguments);
      case REBUILD_PARAMETER -> {
        require(arguments.length == 3 && arguments[0] instanceof StorageView, "_rebuild_parameter: expected a tensor");
        yield arguments[0];
      }
    });
  }

  /** Storage, offset, size, stride, requires_grad, hooks and maybe metadata. */
  private StorageView tensor(Object[] arguments) throws FormatException {
    require(arguments.length >= 6 && arguments.length <= 7 && arguments[0] instanceof StorageView.Storage,
        "_rebuild_tensor_v2: expected a storage, offset, size, stride, requires_grad and hooks");
    if (arguments.length > 6 && arguments[6] != null && !Map.of().equals(arguments[6])) {
      throw wrong("expected a tensor whose numbers stand as they are, got one with metadata " + arguments[6]
          + " (a view that negates or conjugates); save tensor.resolve_neg().resolve_conj()");
    }
    try {
      return new StorageView((StorageView.Storage) arguments[0], number(arguments[1], "storage offset"),
          numbers(arguments[2], "size"), numbers(arguments[3], "stride"));
    } catch (IllegalArgumentException e) {
      throw new FormatException(file, place() + e.getMessage(), e);
    }
  }

  private List<Integer> numbers(Object tuple, String what) throws FormatException {
    require(tuple instanceof Object[], what + ": expected a tuple");
    Object[] values = (Object[]) tuple;
    require(values.length <= MOST_DIMENSIONS, what + ": expected at most " + MOST_DIMENSIONS + " dimensions");
    List<Integer> numbers = new ArrayList<>(values.length);
    for (Object value : values) {
      numbers.add(number(value, what));
    }
    return numbers;
  }

  private int number(Object value, String what) throws FormatException {
    require(value instanceof Integer number && number >= 0, what + ": expected integers from 0 to 2^31 - 1");
    return (Integer) value;
  }

  private void require(boolean fits, String problem) throws FormatException {
    if (!fits) {
      throw wrong(problem + ", got something else");
    }
  }

  /** State that an object takes: {@code _metadata}, the versions of a state dict's modules. */
  private void build() throws FormatException {
    stack.pop();
    require(stack.peek() instanceof Map, "expected attributes of a dictionary");
  }

  private void set(List<Object> namesAndValues) throws FormatException {
    require(stack.peek() instanceof Map && namesAndValues.size() % 2 == 0, "expected items of a dictionary");
    @SuppressWarnings("unchecked")
    Map<Object, Object> dictionary = (Map<Object, Object>) stack.peek();
    for (int i = 0; i < namesAndValues.size(); i += 2) {
      Object name = namesAndValues.get(i);
      require(name instanceof String || name instanceof Number || name instanceof Boolean,
          "expected text or numbers as the names of a dictionary");
      if (name instanceof String text && text.length() > LONGEST_NAME) {
        throw wrong("expected names of at most " + LONGEST_NAME + " characters, got one of " + text.length());
      }
      if (dictionary.containsKey(name)) {
        throw wrong("the name '" + name + "' stands there twice");
      }
      dictionary.put(name, namesAndValues.get(i + 1));
    }
  }

  @Override
  protected Object persistentLoad(Object id) {
    // A method of the library that may not throw IOException: what does not fit here is malformed.
    if (id instanceof Object[] parts && parts.length >= 5 && "storage".equals(parts[0])
        && parts[1] instanceof NumberType type && parts[2] instanceof String key && parts[4] instanceof Integer count
        && count >= 0) {
      return new StorageView.Storage(type, key, count);
    }
    throw new IllegalArgumentException("persistent id: expected a storage");
  }
}
