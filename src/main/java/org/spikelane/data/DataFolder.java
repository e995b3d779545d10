package org.spikelane.data;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.spikelane.format.FormatException;

/**
 * A folder with labelled training and test data, read whole or without the training samples, kept as raw as it was.
 *
 * <p>What it holds is told by the content of its files, whatever their names, gzip-packed or not; other files are
 * ignored:
 *
 * <ul>
 *   <li>{@link Kind#EVENTS}: two HDF5 files in the layout of the Spiking Heidelberg Digits;
 *   <li>{@link Kind#IMAGES}: four IDX files of unsigned bytes, images and labels;
 *   <li>{@link Kind#TRIALS}: four NPY files, trials {@code [samples, steps, channels]} of any numbers and labels of
 *       integers.
 * </ul>
 *
 * <p>An array of one dimension is taken for labels. A file whose name contains {@code train} is for training, one with
 * {@code test}, {@code t10k} or {@code val} for the test; of two files without such names the larger is for training.
 *
 * <p>Immutable; may be used from any thread.
 */
public final class DataFolder {

  /** What the samples of a folder are. */
  public enum Kind {
    /** Recordings of events: a time and a unit each. */
    EVENTS("recordings of events"),
    /** Pixels from 0 to 255. */
    IMAGES("images"),
    /** Recordings of channels at regular steps. */
    TRIALS("trials of channels over time");

    private final String description;

    Kind(String description) {
      this.description = description;
    }

    /** What they are, for people. */
    public String description() {
      return description;
    }
  }

  /** What an {@link EventBins} is made of by default: 0.7 s in steps of 10 ms. */
  private static final double DEFAULT_BIN_SECONDS = 0.01;
  private static final int DEFAULT_BINS = 70;
  private static final int DEFAULT_CURRENT_STEPS = 25;

  private final Path path;
  private final Kind kind;
  private final Part train;
  private final Part test;
  private final int classes;
  private final List<String> classNames;

  private DataFolder(Path path, Kind kind, Part train, Part test) throws FormatException {
    this.path = path;
    this.kind = kind;
    this.train = train;
    this.test = test;
    this.classNames = train.classNames();
    this.classes = classNames.isEmpty() ? train.classes() : classNames.size();
    if (classNames.isEmpty()) {
      train.checkGaps();
    }
    train.check(classes);
    test.check(classes);
    if (!test.classNames().isEmpty() && !test.classNames().equals(classNames)) {
      throw new FormatException(test.file(), "class names: expected those of " + train.file().getFileName() + ", "
          + classNames + ", got " + test.classNames());
    }
  }

  /**
   * Reads a folder.
   *
   * @throws FormatException if the folder or a file cannot be read, if files are missing, ambiguous, damaged or do not
   *     fit each other
   */
  public static DataFolder open(Path folder) throws FormatException {
    return read(folder, true);
  }

  /**
   * Reads a folder but for its training samples, of which only the labels are read: {@link #train} and {@link
   * #defaultEncoding} are then not available.
   *
   * @throws FormatException as {@link #open}, but for the training samples
   */
  public static DataFolder openTest(Path folder) throws FormatException {
    return read(folder, false);
  }

  private static DataFolder read(Path folder, boolean trainingSamples) throws FormatException {
    if (!Files.isDirectory(folder)) {
      throw new FormatException(folder, Files.exists(folder) ? "expected a folder, got a file" : "no such folder");
    }
    List<Path> paths = regularFiles(folder);
    Map<DataFile.Format, List<DataFile>> files = new EnumMap<>(DataFile.Format.class);
    for (Path path : paths) {
      Optional<DataFile> file = DataFile.recognise(path);
      if (file.isPresent()) {
        files.computeIfAbsent(file.get().format(), format -> new ArrayList<>()).add(file.get());
      }
    }
    if (files.size() != 1) {
      throw new FormatException(folder, "expected files of one format, for training and for the test: two of HDF5"
          + " (events), four of IDX (images and their labels) or four of NPY (trials and their labels); got "
          + (files.isEmpty() ? names(paths) : files.keySet().toString()));
    }
    DataFile.Format format = files.keySet().iterator().next();
    List<DataFile> found = files.get(format);
    return switch (format) {
      case HDF5 -> {
        Halves halves = Halves.of(folder, "HDF5 file", found);
        Part train = trainingSamples ? EventFile.read(halves.train()) : EventFile.readLabels(halves.train());
        yield new DataFolder(folder, Kind.EVENTS, train, EventFile.read(halves.test()));
      }
      case IDX -> arrays(folder, Kind.IMAGES, found, trainingSamples);
      case NPY -> arrays(folder, Kind.TRIALS, found, trainingSamples);
    };
  }

  private static List<Path> regularFiles(Path folder) throws FormatException {
    try (Stream<Path> entries = Files.list(folder)) {
      return entries.filter(Files::isRegularFile).sorted().toList();
    } catch (IOException e) {
      throw FormatException.unreadable(folder, e);
    } catch (UncheckedIOException e) {
      throw FormatException.unreadable(folder, e.getCause());
    }
  }

  private static DataFolder arrays(Path folder, Kind kind, List<DataFile> files, boolean trainingSamples)
      throws FormatException {
    Map<DataFile, ArrayFile> arrays = new HashMap<>();
    List<DataFile> samples = new ArrayList<>();
    List<DataFile> labels = new ArrayList<>();
    for (DataFile file : files) {
      ArrayFile array = ArrayFile.open(file);
      arrays.put(file, array);
      (array.isRow() ? labels : samples).add(file);
    }
    Halves sampleFiles = Halves.of(folder, "array of " + (kind == Kind.IMAGES ? "images" : "trials"), samples);
    Halves labelFiles = Halves.of(folder, "array of labels (one dimension)", labels);
    ArrayFile trainLabels = arrays.get(labelFiles.train());
    Part test = part(kind, arrays.get(sampleFiles.test()), arrays.get(labelFiles.test()));
    if (!trainingSamples) {
      Path trainFile = sampleFiles.train().path();
      return new DataFolder(folder, kind,
          new Part(trainFile, trainLabels.file().path(), null, trainLabels.labels(), List.of()), test);
    }
    Part train = part(kind, arrays.get(sampleFiles.train()), trainLabels);
    Grid ofTrain = (Grid) train.samples();
    Grid ofTest = (Grid) test.samples();
    if (!ofTest.sampleShape().equals(ofTrain.sampleShape()) || ofTest.bytes() != ofTrain.bytes()) {
      throw new FormatException(test.file(), "samples: expected " + describe(ofTrain) + ", as in "
          + train.file().getFileName() + ", got " + describe(ofTest));
    }
    return new DataFolder(folder, kind, train, test);
  }

  private static Part part(Kind kind, ArrayFile samples, ArrayFile labels) throws FormatException {
    boolean trials = kind == Kind.TRIALS;
    if (trials && samples.shape().length != 3) {
      throw samples.file().wrong("shape: expected [samples, steps, channels], got " + samples.describe());
    }
    return new Part(
        samples.file().path(), labels.file().path(), samples.grid(trials), labels.labels(), List.of());
  }

  private static String describe(Grid grid) {
    return grid.sampleShape() + (grid.bytes() ? " unsigned bytes" : " numbers");
  }

  private static String names(List<Path> paths) {
    String first = paths.stream().limit(8).map(path -> path.getFileName().toString()).collect(Collectors.joining(", "));
    return paths.isEmpty() ? "no files" : paths.size() <= 8 ? first : first + " and " + (paths.size() - 8) + " more";
  }

  /** Which of some files is for training and which for the test. */
  private record Halves(DataFile train, DataFile test) {

    static Halves of(Path folder, String what, List<DataFile> files) throws FormatException {
      String expected = "expected one " + what + " for training and one for the test, got ";
      if (files.size() < 2) {
        throw new FormatException(folder, expected + (files.isEmpty() ? "none" : "only " + name(files.getFirst())));
      }
      List<DataFile> train = files.stream().filter(file -> named(file, "train")).toList();
      List<DataFile> test = files.stream().filter(file -> named(file, "test", "t10k", "val")).toList();
      List<DataFile> open = files.stream().filter(file -> !train.contains(file) && !test.contains(file)).toList();
      if (train.size() == 1 && test.size() == 1 && !train.equals(test)) {
        return new Halves(train.getFirst(), test.getFirst());
      }
      if (files.size() == 2 && open.size() == 1 && train.size() + test.size() == 1) {
        return train.isEmpty()
            ? new Halves(open.getFirst(), test.getFirst())
            : new Halves(train.getFirst(), open.getFirst());
      }
      if (open.size() == 2 && files.size() == 2) {
        List<DataFile> bySize = open.stream().sorted(Comparator.comparingLong(DataFile::size)).toList();
        if (bySize.getFirst().size() != bySize.getLast().size()) {
          return new Halves(bySize.getLast(), bySize.getFirst());
        }
      }
      throw new FormatException(
          folder, expected + names(files.stream().map(DataFile::path).toList()) + ", whose names or sizes do not decide");
    }

    private static boolean named(DataFile file, String... parts) {
      String name = name(file).toLowerCase(Locale.ROOT);
      return Stream.of(parts).anyMatch(name::contains);
    }

    private static String name(DataFile file) {
      return file.path().getFileName().toString();
    }
  }

  /** What the samples are. */
  public Kind kind() {
    return kind;
  }

  /** The encoding for a folder like this, without wishes: {@link #defaultEncoding(EncodingOptions)}. */
  public InputEncoding defaultEncoding() {
    return defaultEncoding(EncodingOptions.NONE);
  }

  /**
   * The encoding for a folder like this: {@link EventBins} of 70 steps of 0.01 s and as many units as the folder has,
   * {@link PixelCurrent} over 25 steps with pixels brought to 0..1, or {@link Standardized} by the training trials.
   *
   * @throws IllegalArgumentException if {@code options} wish for something that this kind of data has no choice of, or for
   *     a number that is not possible
   * @throws IllegalStateException if the training samples were not read
   */
  public InputEncoding defaultEncoding(EncodingOptions options) {
    requireTrainingSamples();
    if (kind != Kind.EVENTS) {
      refuse("binSeconds", options.binSeconds().isPresent());
      refuse("units", options.units().isPresent());
    }
    return switch (kind) {
      case EVENTS -> {
        int units = Math.max(((Events) train.samples()).units(), ((Events) test.samples()).units());
        yield new EventBins(options.binSeconds().orElse(DEFAULT_BIN_SECONDS), options.steps().orElse(DEFAULT_BINS),
            options.units().orElse(Math.max(1, units)));
      }
      case IMAGES -> new PixelCurrent(PixelCurrent.BRIGHTEST, options.steps().orElse(DEFAULT_CURRENT_STEPS),
          ((Grid) train.samples()).sampleLength());
      case TRIALS -> {
        Grid trials = (Grid) train.samples();
        OptionalInt steps = options.steps();
        if (steps.isPresent() && steps.getAsInt() != trials.rows()) {
          throw new IllegalArgumentException(
              "steps: expected " + trials.rows() + ", the length of the trials, got " + steps.getAsInt());
        }
        yield Standardized.of(trials);
      }
    };
  }

  private void requireTrainingSamples() {
    if (train.samples() == null) {
      throw new IllegalStateException("the training samples of " + path + " were not read");
    }
  }

  private void refuse(String option, boolean present) {
    if (present) {
      throw new IllegalArgumentException(option + ": expected none for " + kind.description + ", got one");
    }
  }

  /**
   * The training samples, encoded.
   *
   * @throws IllegalArgumentException if the encoding is for another kind or another shape of data
   * @throws FormatException if a unit of the data lies beyond the units of the encoding
   * @throws IllegalStateException if the training samples were not read
   */
  public Dataset train(InputEncoding encoding) throws FormatException {
    requireTrainingSamples();
    return encoded(train, encoding);
  }

  /**
   * The test samples, encoded; their classes are those of the training samples.
   *
   * @throws IllegalArgumentException if the encoding is for another kind or another shape of data
   * @throws FormatException if a unit of the data lies beyond the units of the encoding
   */
  public Dataset test(InputEncoding encoding) throws FormatException {
    return encoded(test, encoding);
  }

  private Dataset encoded(Part part, InputEncoding encoding) throws FormatException {
    switch (encoding) {
      case EventBins bins -> {
        checkKind(Kind.EVENTS);
        checkUnits(part, (Events) part.samples(), bins.units());
      }
      case PixelCurrent current -> {
        checkKind(Kind.IMAGES);
        Grid images = (Grid) part.samples();
        checkShape(images, images.sampleLength() == current.features(), current.features() + " pixels");
      }
      case Standardized standardized -> {
        checkKind(Kind.TRIALS);
        Grid trials = (Grid) part.samples();
        boolean deflection = standardized.reading() == Standardized.Reading.DEFLECTION;
        checkShape(trials, trials.rows() == standardized.steps() && trials.columns() == standardized.features()
            && trials.bytes() == deflection,
            standardized.steps() + "x" + standardized.features() + (deflection ? " unsigned bytes" : " numbers"));
      }
    }
    return new EncodedDataset(part, encoding, classes, classNames);
  }

  private void checkKind(Kind expected) {
    if (kind != expected) {
      throw new IllegalArgumentException(
          "encoding: is for " + expected.description + ", but " + path + " holds " + kind.description);
    }
  }

  private void checkShape(Grid samples, boolean fits, String expected) {
    if (!fits) {
      throw new IllegalArgumentException(
          "encoding: is for samples of " + expected + ", but " + path + " holds " + describe(samples));
    }
  }

  private static void checkUnits(Part part, Events events, int units) throws FormatException {
    for (int i = 0; i < events.samples(); i++) {
      for (int e = events.start(i); e < events.start(i + 1); e++) {
        if (events.unit(e) >= units) {
          throw new FormatException(part.file(), "sample " + i + ", event " + (e - events.start(i))
              + ": expected a unit from 0 to " + (units - 1) + ", got " + events.unit(e));
        }
      }
    }
  }
}
