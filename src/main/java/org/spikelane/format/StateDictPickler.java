package org.spikelane.format;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import net.razorvine.pickle.Opcodes;
import net.razorvine.pickle.Pickler;

/**
 * Writes the pickle of a state dict as {@code torch.save} does: an {@code OrderedDict} of calls of {@code
 * _rebuild_tensor_v2}, their storages persistent ids.
 */
final class StateDictPickler extends Pickler {

  /** The classes of storages that numbers of a type lie in. */
  static final Map<NumberType, Global> STORAGES = Map.of(
      NumberType.F64, new Global("torch", "DoubleStorage"), NumberType.F32, new Global("torch", "FloatStorage"),
      NumberType.F16, new Global("torch", "HalfStorage"), NumberType.BF16, new Global("torch", "BFloat16Storage"),
      NumberType.I64, new Global("torch", "LongStorage"), NumberType.I32, new Global("torch", "IntStorage"),
      NumberType.I16, new Global("torch", "ShortStorage"), NumberType.I8, new Global("torch", "CharStorage"),
      NumberType.U8, new Global("torch", "ByteStorage"), NumberType.BOOL, new Global("torch", "BoolStorage"));

  static final Global ORDERED_DICT = new Global("collections", "OrderedDict");
  static final Global REBUILD_TENSOR = new Global("torch._utils", "_rebuild_tensor_v2");

  /** A class or function of Python. */
  record Global(String module, String name) {

    @Override
    public String toString() {
      return module + "." + name;
    }
  }

  private StateDictPickler() {
    super(false);
  }

  /** Whether PyTorch has a storage of that type. */
  static boolean hasStorage(NumberType type) {
    return STORAGES.containsKey(type);
  }

  /** The pickle of a dictionary of tensors, in the map's order. */
  static byte[] write(Map<String, StorageView> tensors) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    new StateDictPickler().dump(tensors, bytes);
    return bytes.toByteArray();
  }

  @Override
  public void save(Object value) throws IOException {
    switch (value) {
      case Map<?, ?> dictionary -> {
        call(ORDERED_DICT);
        out.write(Opcodes.MARK);
        for (Map.Entry<?, ?> entry : dictionary.entrySet()) {
          save(entry.getKey());
          save(entry.getValue());
        }
        out.write(Opcodes.SETITEMS);
      }
      case StorageView view ->
          call(REBUILD_TENSOR, view.storage(), view.offset(), tuple(view.size()), tuple(view.stride()), false, Map.of());
      case StorageView.Storage storage -> {
        super.save(new Object[] {"storage", STORAGES.get(storage.type()), storage.key(), "cpu", storage.count()});
        out.write(Opcodes.BINPERSID);
      }
      case Global global -> {
        out.write(Opcodes.GLOBAL);
        out.write((global.module() + "\n" + global.name() + "\n").getBytes(StandardCharsets.US_ASCII));
      }
      default -> super.save(value);
    }
  }

  private void call(Global function, Object... arguments) throws IOException {
    save(function);
    super.save(arguments);
    out.write(Opcodes.REDUCE);
  }

  private static Object[] tuple(List<Integer> numbers) {
    return numbers.toArray();
  }
}
