package org.spikelane.cli;

import com.google.gson.JsonObject;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.spikelane.data.Dataset;
import org.spikelane.training.EpochReport;
import org.spikelane.training.Evaluation;
import org.spikelane.training.Trainer;

/** The epochs of a training: a line and a model file after each. */
final class Training {

  private static final int LAST_EPOCHS = 5;

  private final Trainer trainer;
  private final Model model;
  private final KeptModel kept;
  private final Surroundings surroundings;
  private final PrintWriter out;
  private final ProgressLine progress;
  private final List<Double> accuracies = new ArrayList<>();
  private Evaluation lastEvaluation;

  /** A training of {@code model}, whose JSON gets what each epoch came to. */
  Training(Trainer trainer, Model model, KeptModel kept, Surroundings surroundings) {
    this.trainer = trainer;
    this.model = model;
    this.kept = kept;
    this.surroundings = surroundings;
    this.out = surroundings.out();
    this.progress = new ProgressLine(out, surroundings.terminal());
  }

  /**
   * Runs the epochs; interrupted by the end of the JVM, it says what is kept.
   *
   * @throws UserError if the training diverges, the model cannot be written, or the output is closed
   */
  void run(Dataset train, Dataset test, int epochs) {
    Thread hook = new Thread(this::stop);
    Runtime.getRuntime().addShutdownHook(hook);
    try {
      printHeader();
      for (int epoch = 1; epoch <= epochs; epoch++) {
        epoch(train, test, epoch);
      }
    } finally {
      progress.clear();
      removeHook(hook);
    }
  }

  private static void removeHook(Thread hook) {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // The JVM is ending, and the hook already runs.
      System.getLogger(Training.class.getName()).log(System.Logger.Level.DEBUG, "stopped while ending", e);
    }
  }

  private void stop() {
    kept.close();
    surroundings.err().println((surroundings.terminal() ? "\n" : "") + "spikelane: stopped; " + kept.kept());
    surroundings.err().flush();
  }

  private void printHeader() {
    StringBuilder line = new StringBuilder("epoch      loss     train      test");
    model.network().neurons().keySet().forEach(name -> line.append(column(Printable.of(name) + " rate")));
    out.println(line.append("   seconds"));
  }

  private static String column(String text) {
    return String.format(Locale.ROOT, "%12s", text);
  }

  private void epoch(Dataset train, Dataset test, int epoch) {
    trainer.progress((done, total) -> progress.show(Integer.toString(epoch), done, total));
    EpochReport report = trainer.epoch(train);
    if (!Double.isFinite(report.loss())) {
      throw diverged(epoch, "the loss is " + report.loss(), null);
    }
    Evaluation evaluation = trainer.evaluate(test);
    JsonObject facts = model.training();
    facts.addProperty("epochs", epoch);
    facts.addProperty("trainingLoss", report.loss());
    facts.addProperty("testAccuracy", evaluation.accuracy());
    try {
      kept.replace(model, epoch);
    } catch (IllegalArgumentException e) {
      throw diverged(epoch, e.getMessage(), e);
    }
    accuracies.add(evaluation.accuracy());
    lastEvaluation = evaluation;
    progress.clear();
    StringBuilder line = new StringBuilder(String.format(Locale.ROOT, "%5d  %8.4f  %s  %s", epoch, report.loss(),
        ConfusionTable.percent(report.accuracy()), ConfusionTable.percent(evaluation.accuracy())));
    report.firingRates().values().forEach(rate -> line.append(column(String.format(Locale.ROOT, "%.4f", rate))));
    out.println(line.append(String.format(Locale.ROOT, "  %8.2f", report.seconds())));
    if (out.checkError()) {
      throw new UserError(Surroundings.LOST_OUTPUT + "; " + kept.kept());
    }
  }

  private UserError diverged(int epoch, String sign, Throwable cause) {
    return new UserError("the training diverged in epoch " + epoch + " (" + sign + "); " + kept.kept()
        + "; try a smaller --learning-rate, or --clip-norm 1", cause);
  }

  /** Prints what all epochs came to. */
  void printResult() {
    List<Double> last = accuracies.subList(Math.max(0, accuracies.size() - LAST_EPOCHS), accuracies.size());
    double mean = last.stream().mapToDouble(Double::doubleValue).average().orElseThrow();
    out.println();
    out.println("test accuracy  " + ConfusionTable.percent(lastEvaluation.accuracy()).strip() + ", mean of the last "
        + (last.size() == 1 ? "epoch" : last.size() + " epochs") + " " + ConfusionTable.percent(mean).strip());
    if (lastEvaluation.silentSamples() > 0) {
      out.println("silent         " + Descriptions.silent(lastEvaluation.silentSamples(),
          lastEvaluation.predicted().length, model.classes()));
    }
    out.println();
    new ConfusionTable(model.classes(), lastEvaluation.confusion()).print(out);
  }
}
