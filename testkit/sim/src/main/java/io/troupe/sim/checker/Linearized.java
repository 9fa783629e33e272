package io.troupe.sim.checker;

import java.util.Arrays;
import java.util.BitSet;

/**
 * The set of operations already put into the order. Answered operations are put in nearly by invocation, so the set is
 * a full prefix and a few more: a key copies only the words past the prefix, which keeps long histories linear in
 * memory. Operations that stay open would hold the prefix back for ever, so they have a set of their own.
 */
final class Linearized {

    record Key(int prefixWords, long[] answered, long[] open) {
        @Override
        public boolean equals(Object other) {
            return other instanceof Key key
                    && prefixWords == key.prefixWords
                    && Arrays.equals(answered, key.answered)
                    && Arrays.equals(open, key.open);
        }

        @Override
        public int hashCode() {
            return 31 * (31 * prefixWords + mix(answered)) + mix(open);
        }

        private static int mix(long[] words) {
            long hash = 1;
            for (long word : words) {
                hash = (hash ^ word) * 0x9E3779B97F4A7C15L;
                hash ^= hash >>> 29;
            }
            return Long.hashCode(hash);
        }
    }

    private long[] answered = new long[4];
    private int wordsInUse;
    private int prefixWords;
    private final BitSet open;

    Linearized(int openCount) {
        this.open = new BitSet(openCount);
    }

    void add(int number, boolean isOpen) {
        if (isOpen) {
            open.set(number);
            return;
        }
        int word = number >>> 6;
        if (word >= answered.length) {
            answered = Arrays.copyOf(answered, Math.max(word + 1, answered.length * 2));
        }
        answered[word] |= 1L << number;
        wordsInUse = Math.max(wordsInUse, word + 1);
        while (prefixWords < wordsInUse && answered[prefixWords] == -1L) {
            prefixWords++;
        }
    }

    void remove(int number, boolean isOpen) {
        if (isOpen) {
            open.clear(number);
            return;
        }
        int word = number >>> 6;
        answered[word] &= ~(1L << number);
        prefixWords = Math.min(prefixWords, word);
        while (wordsInUse > 0 && answered[wordsInUse - 1] == 0) {
            wordsInUse--;
        }
    }

    Key key() {
        return new Key(
                prefixWords,
                Arrays.copyOfRange(answered, prefixWords, Math.max(wordsInUse, prefixWords)),
                open.toLongArray());
    }
}
