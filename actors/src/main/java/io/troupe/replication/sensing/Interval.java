package io.troupe.replication.sensing;

/**
 * What a sensor says: the value is in here, ends included. A sensor that is not faulty is right about that, however wide
 * (Marzullo, <em>Tolerating Failures of Continuous-Valued Sensors</em>, ACM TOCS 1990, §2: an abstract sensor).
 */
public record Interval(double lower, double upper) {

    public Interval {
        if (!Double.isFinite(lower) || !Double.isFinite(upper) || lower > upper) {
            throw new IllegalArgumentException("the interval is from " + lower + " to " + upper
                    + "; both must be finite, the first not above the second");
        }
    }

    public static Interval around(double value, double error) {
        return new Interval(value - error, value + error);
    }

    public boolean contains(double value) {
        return lower <= value && value <= upper;
    }

    public boolean contains(Interval other) {
        return lower <= other.lower && other.upper <= upper;
    }

    public double width() {
        return upper - lower;
    }
}
