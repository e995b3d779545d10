package org.spikelane.quant;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * Rounds states to one of {@code 2^numBits} levels: snnTorch's {@code functional.quant.state_quant}, with all its
 * arguments.
 *
 * <p>The nearest level wins, the first one on a tie; values outside the range saturate; NaN and +inf become the first
 * level. The backward pass is the identity. With {@code T = threshold} of the quantiser (it has nothing to do with the
 * neuron's), the range is {@code lo = -(T + T*lowerLimit)} to {@code hi = T + T*upperLimit}. Uniform levels are {@code
 * linspace(lo, hi, n)} as torch computes it; exponential levels crowd around T ({@code thrCentered}) or 0, each step
 * {@code multiplier} times the one before it. Levels ascend, but for what rounding does around 0, where many exponential ones
 * may lie closer than the sums that they come from are exact. A quantiser whose top level is the neuron's threshold keeps it
 * from firing. Source: snnTorch 1.0.0, {@code functional/quant.py}, level for level.
 */
public final class StateQuantization {

  private static final MathContext DIGITS = new MathContext(50);

  private static final double[] MULTIPLIERS = {0.05, 0.1, 0.3, 0.5, 0.7, 0.9, 0.925, 0.95};

  private final int numBits;
  private final boolean uniform;
  private final boolean thrCentered;
  private final double threshold;
  private final double lowerLimit;
  private final double upperLimit;
  private final Double multiplier;
  private final float[] levels;
  /** The levels in ascending order, and the number that each has among {@link #levels}. */
  private final float[] ascending;
  private final int[] numbers;

  private StateQuantization(Builder builder) {
    numBits = builder.numBits;
    uniform = builder.uniform;
    thrCentered = builder.thrCentered;
    threshold = builder.threshold;
    lowerLimit = builder.lowerLimit;
    upperLimit = builder.upperLimit;
    multiplier = builder.multiplier;
    double lo = -(threshold + threshold * lowerLimit);
    double hi = threshold + threshold * upperLimit;
    levels = uniform ? uniformLevels(lo, hi, 1 << numBits) : exponentialLevels(lo, hi, 1 << numBits);
    double rounding = levels.length * Math.ulp(hi - lo); // Of the sums of exponential levels, each of up to as many terms.
    for (int k = 0; k < levels.length; k++) {
      if (!Float.isFinite(levels[k]) || (k > 0 && !(levels[k - 1] <= levels[k] + rounding))) {
        throw new IllegalArgumentException("stateQuant: these arguments give levels that are not finite and ascending: "
            + Arrays.toString(Arrays.copyOf(levels, Math.min(levels.length, 8))));
      }
    }
    numbers = IntStream.range(0, levels.length).boxed().sorted(Comparator.comparingDouble(k -> levels[k]))
        .mapToInt(Integer::intValue).toArray();
    ascending = new float[levels.length];
    for (int i = 0; i < ascending.length; i++) {
      ascending[i] = levels[numbers[i]];
    }
  }

  /** A quantiser with snnTorch's defaults: 8 bits, uniform, centred on the threshold 1, limits 0 and 0.2. */
  public static Builder builder() {
    return new Builder();
  }

  private static float[] uniformLevels(double lo, double hi, int n) {
    float[] levels = new float[n];
    float low = (float) lo;
    float high = (float) hi;
    float step = (high - low) / (n - 1);
    for (int k = 0; k < n; k++) {
      levels[k] = k < n / 2 ? Math.fma(step, k, low) : Math.fma(-step, n - 1 - k, high);
    }
    return levels;
  }

  private float[] exponentialLevels(double lo, double hi, int n) {
    double centre = thrCentered ? threshold : 0;
    if (!(lo <= centre && centre <= hi)) {
      throw new IllegalArgumentException("stateQuant: expected limits around " + centre
          + ", where exponential levels crowd, got a range of " + lo + " to " + hi);
    }
    double r = multiplier != null ? multiplier : MULTIPLIERS[Math.min(numBits, MULTIPLIERS.length) - 1];
    int lower = (int) Math.floor(n * ((centre - lo) / (hi - lo)));
    int upper = n - lower;
    float[] levels = new float[n];
    double[] down = increments(r, lower, centre - lo);
    double level = lo;
    for (int j = 0; j < lower; j++) {
      levels[j] = (float) level;
      level += down[j];
    }
    double[] up = increments(r, upper, hi - centre);
    level = centre;
    for (int j = 0; j < upper; j++) {
      level += up[upper - 1 - j];
      levels[lower + j] = (float) level;
    }
    return levels;
  }

  /** {@code r^k} for k below count, scaled so that they sum to the range; the sum is taken from the last on, as there. */
  private static double[] increments(double r, int count, double range) {
    double[] powers = powers(r, count);
    double sum = 0;
    for (int k = count - 1; k >= 0; k--) {
      sum += powers[k];
    }
    double[] increments = new double[count];
    for (int k = 0; k < count; k++) {
      increments[k] = powers[k] / (sum / range);
    }
    return increments;
  }

  /** Rounded from many more digits, so that all machines have the same; {@code Math.pow} need not. */
  private static double[] powers(double r, int count) {
    double[] powers = new double[count];
    BigDecimal base = new BigDecimal(r);
    BigDecimal power = BigDecimal.ONE;
    for (int k = 0; k < count; k++) {
      powers[k] = power.doubleValue();
      power = power.multiply(base, DIGITS);
    }
    return powers;
  }

  /** Rounds {@code values[from … to)} in place. */
  public void quantize(float[] values, int from, int to) {
    for (int i = from; i < to; i++) {
      values[i] = nearest(values[i]);
    }
  }

  private float nearest(float value) {
    // torch takes the arg-min over |level - value|, where NaN and inf leave the first entry.
    if (Float.isNaN(value) || value == Float.POSITIVE_INFINITY) {
      return levels[0];
    }
    int found = Arrays.binarySearch(ascending, value);
    int near = Math.min(found >= 0 ? found : -found - 1, ascending.length - 1);
    if (near > 0 && distance(near - 1, value) <= distance(near, value)) {
      near--;
    }
    // Distances are float32, so far outside the range many levels are equally near; the first of the nearest wins.
    float least = distance(near, value);
    int first = numbers[near];
    for (int i = near - 1; i >= 0 && distance(i, value) == least; i--) {
      first = Math.min(first, numbers[i]);
    }
    for (int i = near + 1; i < ascending.length && distance(i, value) == least; i++) {
      first = Math.min(first, numbers[i]);
    }
    return levels[first];
  }

  private float distance(int i, float value) {
    return Math.abs(ascending[i] - value);
  }

  /** The levels in snnTorch's order, a copy. */
  public float[] levels() {
    return levels.clone();
  }

  /** Bits of a state. */
  public int numBits() {
    return numBits;
  }

  /** Whether levels are equally far apart. */
  public boolean uniform() {
    return uniform;
  }

  /** Whether exponential levels crowd around the threshold instead of 0. */
  public boolean thrCentered() {
    return thrCentered;
  }

  /** The quantiser's own threshold. */
  public double threshold() {
    return threshold;
  }

  /** How far the range goes below -threshold, as a share of it. */
  public double lowerLimit() {
    return lowerLimit;
  }

  /** How far the range goes above the threshold, as a share of it. */
  public double upperLimit() {
    return upperLimit;
  }

  /** The base of exponential steps, or null for the default of the number of bits. */
  public Double multiplier() {
    return multiplier;
  }

  /** The arguments of {@code state_quant}. */
  public static final class Builder {

    private int numBits = 8;
    private boolean uniform = true;
    private boolean thrCentered = true;
    private double threshold = 1;
    private double lowerLimit = 0;
    private double upperLimit = 0.2;
    private Double multiplier;

    private Builder() {}

    /** Bits of a state, 1 to 16; default 8. */
    public Builder numBits(int numBits) {
      this.numBits = numBits;
      return this;
    }

    /** Equal steps (default) or exponential ones. */
    public Builder uniform(boolean uniform) {
      this.uniform = uniform;
      return this;
    }

    /** Exponential steps are smallest around the threshold (default) or around 0. */
    public Builder thrCentered(boolean thrCentered) {
      this.thrCentered = thrCentered;
      return this;
    }

    /** The quantiser's own threshold; default 1. */
    public Builder threshold(double threshold) {
      this.threshold = threshold;
      return this;
    }

    /** Share of the threshold by which the range goes below its negative; default 0. */
    public Builder lowerLimit(double lowerLimit) {
      this.lowerLimit = lowerLimit;
      return this;
    }

    /** Share of the threshold by which the range goes above it; default 0.2. */
    public Builder upperLimit(double upperLimit) {
      this.upperLimit = upperLimit;
      return this;
    }

    /** The base of exponential steps; default by the number of bits. */
    public Builder multiplier(double multiplier) {
      this.multiplier = multiplier;
      return this;
    }

    /**
     * The quantiser.
     *
     * @throws IllegalArgumentException if numBits is outside 1..16, or the levels would not be finite and ascending, but for rounding
     */
    public StateQuantization build() {
      if (numBits < 1 || numBits > 16) {
        throw new IllegalArgumentException("numBits: expected 1 to 16, got " + numBits);
      }
      if (!(threshold > 0) || !Double.isFinite(threshold)) {
        throw new IllegalArgumentException("threshold: expected a number above 0, got " + threshold);
      }
      if (!Double.isFinite(lowerLimit) || !Double.isFinite(upperLimit)) {
        throw new IllegalArgumentException(
            "lowerLimit, upperLimit: expected finite numbers, got " + lowerLimit + " and " + upperLimit);
      }
      if (multiplier != null && !Double.isFinite(multiplier)) {
        throw new IllegalArgumentException("multiplier: expected a finite number, got " + multiplier);
      }
      return new StateQuantization(this);
    }
  }
}
