package io.troupe.sim.checker.input;

import java.math.BigInteger;

/** Clojure's exact fraction, in lowest terms; equal to no decimal number, as in Clojure. */
record Ratio(BigInteger numerator, BigInteger denominator) {

    /** The value of {@code "2/6"}: a ratio, or a whole number where it is one. */
    static Object of(String words) {
        int slash = words.indexOf('/');
        var above = new BigInteger(words.substring(words.startsWith("+") ? 1 : 0, slash));
        var below = new BigInteger(words.substring(slash + 1));
        if (below.signum() == 0) {
            throw new NumberFormatException("'" + words + "' divides by zero");
        }
        var common = above.gcd(below);
        var whole = above.divide(below);
        if (!below.equals(common)) {
            return new Ratio(above.divide(common), below.divide(common));
        }
        return whole.bitLength() < Long.SIZE ? (Object) whole.longValue() : whole;
    }

    @Override
    public String toString() {
        return numerator + "/" + denominator;
    }
}
