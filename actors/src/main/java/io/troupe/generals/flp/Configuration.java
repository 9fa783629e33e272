package io.troupe.generals.flp;

import io.troupe.generals.benor.BenOr.Command;
import io.troupe.generals.benor.BenOr.Proposal;
import io.troupe.generals.benor.BenOr.Report;
import io.troupe.generals.benor.BenOrProcess;
import io.troupe.generals.benor.BenOrProcess.Phase;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.IntSupplier;

/**
 * "A configuration of the system consists of the internal state of each process, together with the contents of the message
 * buffer" (§2).
 *
 * @param links what is under way from process p to process q at {@code p * n + q}, oldest first
 */
public record Configuration(List<BenOrProcess> processes, List<List<Command>> links) {

    /** e = (p, m): process {@code to} receives the oldest message under way from {@code from}. */
    public record Event(int from, int to) {
        @Override
        public String toString() {
            return "p" + from + " → p" + to;
        }
    }

    /** All processes have begun. One may crash. */
    public static Configuration initial(List<Integer> inputs) {
        int n = inputs.size();
        List<BenOrProcess> processes = new ArrayList<>();
        List<List<Command>> links = new ArrayList<>();
        for (int p = 0; p < n; p++) {
            var step = BenOrProcess.start(p, n, (n - 1) / 2, inputs.get(p));
            processes.add(step.process());
            for (int q = 0; q < n; q++) {
                links.add(p == q ? List.of() : List.copyOf(step.broadcast()));
            }
        }
        return new Configuration(List.copyOf(processes), List.copyOf(links));
    }

    public int n() {
        return processes.size();
    }

    /** What may happen next; in a fixed order. */
    public List<Event> events() {
        List<Event> events = new ArrayList<>();
        for (int link = 0; link < links.size(); link++) {
            if (!links.get(link).isEmpty()) {
                events.add(new Event(link / n(), link % n()));
            }
        }
        return events;
    }

    /** e(C). */
    public Configuration after(Event event, IntSupplier coin) {
        int link = event.from() * n() + event.to();
        var waiting = links.get(link);
        var step = processes.get(event.to()).receive(waiting.get(0), coin);
        List<BenOrProcess> newProcesses = new ArrayList<>(processes);
        newProcesses.set(event.to(), step.process());
        List<List<Command>> newLinks = new ArrayList<>(links);
        newLinks.set(link, waiting.subList(1, waiting.size()));
        if (!step.broadcast().isEmpty()) {
            for (int q = 0; q < n(); q++) {
                if (q != event.to()) {
                    int out = event.to() * n() + q;
                    List<Command> longer = new ArrayList<>(newLinks.get(out));
                    longer.addAll(step.broadcast());
                    newLinks.set(out, longer);
                }
            }
        }
        return new Configuration(newProcesses, newLinks);
    }

    /** The oldest message under way over that link. */
    public Optional<Command> message(Event event) {
        return links.get(event.from() * n() + event.to()).stream().findFirst();
    }

    /** Whether the message does nothing: it is of a step that its receiver has behind it. */
    public boolean isStale(Event event) {
        return message(event).filter(processes.get(event.to())::isStale).isPresent();
    }

    /** As if all that would do nothing had been delivered. What is stale on a link is at its beginning. */
    public Configuration settled() {
        List<List<Command>> left = new ArrayList<>();
        for (int link = 0; link < links.size(); link++) {
            var to = processes.get(link % n());
            left.add(links.get(link).stream()
                    .filter(message -> !to.isStale(message))
                    .toList());
        }
        return new Configuration(processes, left);
    }

    /** The values that processes have decided. */
    public Set<Integer> decisions() {
        Set<Integer> decisions = new TreeSet<>();
        for (var process : processes) {
            if (process.hasDecided()) {
                decisions.add(process.decision());
            }
        }
        return decisions;
    }

    public int round() {
        return processes.stream().mapToInt(BenOrProcess::round).max().orElse(0);
    }

    /**
     * Two {@link #settled} configurations with the same key have the same future: only how rounds compare matters.
     */
    public String key() {
        int base = processes.stream()
                .filter(process -> !process.hasDecided())
                .mapToInt(BenOrProcess::round)
                .min()
                .orElse(0);
        var key = new StringBuilder();
        for (var process : processes) {
            if (process.hasDecided()) {
                key.append((char) (10 + process.decision()));
            } else {
                key.append((char) (20 + 2 * (process.round() - base) + (process.phase() == Phase.PROPOSING ? 1 : 0)));
                key.append((char) ('0' + process.x()));
                process.kept().forEach(message -> append(key, message, base));
            }
            key.append('/');
        }
        for (var link : settled().links()) {
            link.forEach(message -> append(key, message, base));
            key.append('|');
        }
        return key.toString();
    }

    private static void append(StringBuilder key, Command message, int base) {
        int value = BenOrProcess.valueOf(message) + 1;
        if (message instanceof Report report) {
            key.append((char) (0x100 + 8 * (report.round() - base) + value)).append((char) report.from());
        } else if (message instanceof Proposal proposal) {
            key.append((char) (0x104 + 8 * (proposal.round() - base) + value)).append((char) proposal.from());
        } else {
            key.append((char) (0x80 + value));
        }
    }
}
