package io.troupe.persistence.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** What was asked of a log and what it acknowledged, and so what must and what may be found in it. */
final class Ledger {

    private static final class Account {
        long highestAcknowledged;
        long highestAttempted;
        long deletedAcknowledged;
        long deletedAttempted;
        /** By sequence number, what may be found there: once one attempt is acknowledged, that one alone. */
        final Map<Long, Set<String>> possible = new TreeMap<>();
    }

    private final Map<String, Account> accounts = new TreeMap<>();
    private int attempts;
    private int version;

    private Account account(String stream) {
        return accounts.computeIfAbsent(stream, name -> new Account());
    }

    /** The next events of {@code stream}, as an actor would write them that has seen what was acknowledged. */
    LogRecord attempt(String stream, int events) {
        version++;
        Account account = account(stream);
        long first = account.highestAcknowledged + 1;
        long last = first + events - 1;
        String text = stream + " " + first + ".." + last + " attempt " + ++attempts + " " + "x".repeat(attempts % 90);
        account.highestAttempted = Math.max(account.highestAttempted, last);
        for (long nr = first; nr <= last; nr++) {
            account.possible.computeIfAbsent(nr, any -> new HashSet<>()).add(text);
        }
        return LogRecord.events(stream, first, last, text.getBytes(StandardCharsets.UTF_8));
    }

    /** Changes whenever something is acknowledged or attempted. */
    int version() {
        return version;
    }

    void acknowledged(LogRecord record) {
        version++;
        Account account = account(record.streamName());
        account.highestAcknowledged = record.last();
        for (long nr = record.first(); nr <= record.last(); nr++) {
            account.possible.put(nr, Set.of(new String(record.payload(), StandardCharsets.UTF_8)));
        }
    }

    long highest(String stream) {
        return account(stream).highestAcknowledged;
    }

    void deletionAttempted(String stream, long upTo) {
        version++;
        account(stream).deletedAttempted = Math.max(account(stream).deletedAttempted, upTo);
    }

    void deletionAcknowledged(String stream, long upTo) {
        version++;
        account(stream).deletedAcknowledged = Math.max(account(stream).deletedAcknowledged, upTo);
    }

    /** After a crash: everything acknowledged, nothing that was not attempted, whole records in order. */
    void checkRecovered(SegmentedLog log) throws IOException {
        for (Map.Entry<String, Account> entry : accounts.entrySet()) {
            Account account = entry.getValue();
            String stream = entry.getKey();
            assertThat(log.highest(stream))
                    .as("highest of " + stream)
                    .isBetween(account.highestAcknowledged, account.highestAttempted);
            assertThat(log.deletedTo(stream))
                    .as("deleted of " + stream)
                    .isBetween(account.deletedAcknowledged, account.deletedAttempted);
            checkEvents(log, stream, account);
        }
        assertThat(accounts.keySet()).containsAll(log.streams(0, Integer.MAX_VALUE));
    }

    /** While it is open: exactly what was acknowledged. */
    void checkLiving(SegmentedLog log) throws IOException {
        for (Map.Entry<String, Account> entry : accounts.entrySet()) {
            assertThat(log.highest(entry.getKey())).isEqualTo(entry.getValue().highestAcknowledged);
            assertThat(log.deletedTo(entry.getKey())).isEqualTo(entry.getValue().deletedAcknowledged);
            checkEvents(log, entry.getKey(), entry.getValue());
        }
    }

    private static void checkEvents(SegmentedLog log, String stream, Account account) throws IOException {
        long deletedTo = log.deletedTo(stream);
        long[] next = {deletedTo + 1};
        log.read(stream, 1, Long.MAX_VALUE, (first, last, payload) -> {
            boolean follows = first == next[0] || first <= deletedTo && next[0] == deletedTo + 1;
            assertThat(follows)
                    .as("%s: %d..%d where %d comes next", stream, first, last, next[0])
                    .isTrue();
            String text = text(payload);
            for (long nr = first; nr <= last; nr++) {
                assertThat(account.possible.getOrDefault(nr, Set.of()))
                        .as("%s %d", stream, nr)
                        .contains(text);
            }
            next[0] = last + 1;
            return true;
        });
        assertThat(next[0])
                .as("events of %s up to %d", stream, log.highest(stream))
                .isEqualTo(log.highest(stream) + 1);
    }

    private static String text(ByteBuffer payload) {
        byte[] bytes = new byte[payload.remaining()];
        payload.get(bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
