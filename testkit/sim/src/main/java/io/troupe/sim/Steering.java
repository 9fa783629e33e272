package io.troupe.sim;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.pekko.actor.ExtendedActorSystem;
import org.apache.pekko.actor.InternalActorRef;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.jspecify.annotations.Nullable;

/**
 * Takes a run's schedule out of the seed's hands: what happens next is chosen from {@link #choices()}, one thing at a
 * time. Messages between two nodes keep their order; apart from that a message may take any time at all, and so may
 * whatever a node's clock has scheduled: that clock moves only when the node's own next timer is chosen. After each choice
 * the actors of the node that it concerns run until they rest, in one fixed order.
 *
 * <p>With it {@link Simulation#runFor} and its like must not be used.
 */
public final class Steering {

    private record Lane(String from, String to, boolean isCopy) {
        static final Comparator<Lane> ORDER =
                Comparator.comparing(Lane::from).thenComparing(Lane::to).thenComparing(Lane::isCopy);

        boolean carries(Cause.Arrival arrival) {
            return arrival.from().equals(from)
                    && arrival.to().name().equals(to)
                    && arrival.isCopy() == isCopy
                    && !arrival.to().isDead();
        }
    }

    private final Simulation simulation;
    private final World world;
    private final Map<String, Long> clocks = new HashMap<>();
    private final Map<String, Long> histories = new TreeMap<>();
    private boolean keepsHistories = true;
    private int taken;

    Steering(Simulation simulation, World world) {
        this.simulation = simulation;
        this.world = world;
        world.trace().clock(() -> taken * 1_000_000L);
    }

    /** Lets what the test has done so far sink in: started nodes recover from their disks. Sends nothing. */
    public void settle() {
        steer(() -> {
            world.execution().rest();
            for (var disk = diskDone(); disk != null; disk = diskDone()) {
                world.execution().happen(disk, disk.dueNanos);
                world.execution().rest();
            }
        });
    }

    /** Puts a message on its way from somewhere outside ({@code from} is any name) to an actor of a node. */
    public <T> void send(String from, Node<?> node, ActorRef<T> actor, T message) {
        var host = world.host(node.name()).orElseThrow(() -> new IllegalStateException(node + " is not up"));
        var receiver = Adapter.toClassic(actor);
        var flight = world.trace().sent(world.nowNanos(), from, node.name(), receiver, message);
        Runnable again = () -> send(from, node, actor, message);
        world.at(
                world.nowNanos(),
                world.outside(),
                new Cause.Arrival(from, host, receiver, message, false, flight, again),
                () -> {
                    if (flight != null) {
                        flight.arrived(world.trace().time(world.nowNanos()));
                    }
                    actor.tell(message);
                });
    }

    /** Everything that may happen next, always in the same order: without faults first. */
    public List<Choice> choices() {
        List<Choice> choices = new ArrayList<>();
        var lanes = lanes();
        add(choices, Choice.Kind.DELIVER, lanes.keySet());
        for (String node : next().keySet()) {
            choices.add(Choice.local(node));
        }
        if (scripted() != null) {
            choices.add(new Choice(Choice.Kind.SCRIPTED, "", "", 0));
        }
        add(choices, Choice.Kind.LOSE, lanes.keySet());
        add(
                choices,
                Choice.Kind.DUPLICATE,
                lanes.keySet().stream().filter(lane -> !lane.isCopy()).toList());
        for (var node : simulation.nodes()) {
            if (node.isUp()) {
                for (int surviving = 0; surviving <= node.disk().unsynced(); surviving++) {
                    choices.add(new Choice(Choice.Kind.CRASH, "", node.name(), surviving));
                }
            } else {
                choices.add(Choice.restart(node.name()));
            }
        }
        return choices;
    }

    private static void add(List<Choice> choices, Choice.Kind kind, Iterable<Lane> lanes) {
        for (var lane : lanes) {
            choices.add(new Choice(kind, lane.from(), lane.to(), lane.isCopy() ? 1 : 0));
        }
    }

    /** What the choice would be, for a reader: {@code "Prepare[ballot=1] p1 → a2"}. */
    public String describe(Choice choice) {
        return switch (choice.kind()) {
            case DELIVER -> choice.from() + " → " + choice.node() + again(choice) + ": " + message(choice);
            case LOSE -> choice.from() + " → " + choice.node() + again(choice) + " LOST: " + message(choice);
            case DUPLICATE -> choice.from() + " → " + choice.node() + " DOUBLED: " + message(choice);
            case LOCAL -> choice.node() + ": " + text(next().get(choice.node()));
            case SCRIPTED -> "the test's next step";
            case CRASH ->
                choice.node() + " CRASHES"
                        + (choice.part() == 0 ? "" : ", after " + choice.part() + " unsynced writes reached its disk");
            case RESTART -> choice.node() + " RESTARTS";
        };
    }

    private static String again(Choice choice) {
        return choice.part() == 0 ? "" : " (second copy)";
    }

    /**
     * Lets it happen, and the node rest again.
     *
     * @throws SimulationFailure when an invariant ({@link Simulation#afterEveryStep}) does not hold then
     * @throws IllegalArgumentException when it is not one of {@link #choices()}
     */
    public void take(Choice choice) {
        repeat(choice);
        simulation.check();
    }

    /** As {@link #take}, of a schedule that is known to keep the invariants: they are not checked. */
    public void repeat(Choice choice) {
        taken++;
        if (keepsHistories) {
            remember(choice);
        }
        steer(() -> {
            switch (choice.kind()) {
                case DELIVER -> {
                    var timer = head(choice);
                    world.execution().happen(timer, clock(choice.node()));
                }
                case LOCAL -> {
                    var timer = next().get(choice.node());
                    if (timer == null) {
                        throw impossible(choice);
                    }
                    clocks.merge(choice.node(), timer.dueNanos, Math::max);
                    world.execution().happen(timer, clock(choice.node()));
                }
                case SCRIPTED -> {
                    var timer = scripted();
                    if (timer == null) {
                        throw impossible(choice);
                    }
                    world.execution().happen(timer, world.nowNanos());
                }
                case LOSE -> lose(head(choice));
                case DUPLICATE -> ((Cause.Arrival) head(choice).cause).again().run();
                case CRASH -> simulation.node(choice.node()).crash(choice.part());
                case RESTART -> {
                    world.execution().setClock(clock(choice.node()));
                    simulation.node(choice.node()).restart();
                }
            }
            world.execution().rest();
        });
    }

    private void lose(Timers.Timer timer) {
        world.execution().drop(timer);
        var flight = ((Cause.Arrival) timer.cause).flight();
        if (flight != null) {
            flight.lost(world.trace().time(world.nowNanos()));
        }
    }

    /** For {@link #state} with a local state of the caller's: saves time. */
    public void forgetHistories() {
        keepsHistories = false;
    }

    private void remember(Choice choice) {
        if (choice.kind() != Choice.Kind.LOSE && choice.kind() != Choice.Kind.DUPLICATE) {
            String what = choice + (choice.kind() == Choice.Kind.DELIVER ? message(choice) : "");
            histories.merge(
                    choice.node(),
                    RandomStreams.mix(what.hashCode()),
                    (before, now) -> RandomStreams.mix(before * 31 + now));
        }
    }

    /** What each node has reported with {@link NodeContext#state}, of nodes that are up. */
    public Map<String, Map<String, Object>> reported() {
        Map<String, Map<String, Object>> all = new TreeMap<>();
        for (var node : simulation.nodes()) {
            world.host(node.name()).ifPresent(host -> all.put(node.name(), host.reported()));
        }
        return all;
    }

    /**
     * The present state in words: two moments with the same words have the same future.
     *
     * @param local what tells the state of the actors; null: all that each node has handled so far, in order, which
     *     tells it without help, but never makes two different pasts the same state
     */
    public String state(@Nullable String local) {
        var text = new StringBuilder();
        for (var node : simulation.nodes()) {
            text.append(node.name()).append(node.isUp() ? " up" : " down");
            if (local == null) {
                text.append(' ').append(histories.getOrDefault(node.name(), 0L));
            } else {
                node.disk().describe(text);
            }
            text.append('\n');
        }
        if (local != null) {
            text.append(text(local)).append('\n');
        }
        lanes().forEach((lane, timers) -> {
            text.append(lane.from()).append("->").append(lane.to()).append(lane.isCopy() ? " copies" : "");
            timers.forEach(timer -> text.append("\n  ").append(message(timer)));
            text.append('\n');
        });
        for (var timer : world.execution().pending()) {
            if (timer.cause instanceof Cause.Timeout || timer.cause instanceof Cause.DiskDone) {
                var host = hostOf(timer);
                if (host != null) {
                    text.append(host).append(" in ").append(timer.dueNanos - clock(host.name()));
                    text.append(' ').append(text(timer)).append('\n');
                }
            }
        }
        return text.toString();
    }

    /**
     * What one node is, in words: up or down, what it has reported, its disk, and what its clock has in store. It is all
     * of {@link #state} that lies at this node.
     */
    public String local(String node) {
        var text = new StringBuilder(simulation.node(node).isUp() ? "up" : "down");
        simulation.node(node).disk().describe(text);
        world.host(node).ifPresent(host -> text.append(' ').append(text(host.reported())));
        for (var timer : world.execution().pending()) {
            var host = hostOf(timer);
            if (host != null && host.name().equals(node)) {
                text.append("\n in ").append(timer.dueNanos - clock(node));
                text.append(' ').append(text(timer));
            }
        }
        return text.toString();
    }

    /** What is under way, in words, oldest first, by the choice that lets the oldest arrive. */
    public Map<Choice, List<String>> underWay() {
        Map<Choice, List<String>> all = new LinkedHashMap<>();
        lanes().forEach((lane, timers) -> all.put(
                new Choice(Choice.Kind.DELIVER, lane.from(), lane.to(), lane.isCopy() ? 1 : 0),
                timers.stream().map(this::message).toList()));
        return all;
    }

    // ---- what is pending

    private Map<Lane, List<Timers.Timer>> lanes() {
        Map<Lane, List<Timers.Timer>> lanes = new TreeMap<>(Lane.ORDER);
        for (var timer : world.execution().pending()) {
            if (timer.cause instanceof Cause.Arrival arrival && !arrival.to().isDead()) {
                var lane = new Lane(arrival.from(), arrival.to().name(), arrival.isCopy());
                lanes.computeIfAbsent(lane, any -> new ArrayList<>()).add(timer);
            }
        }
        return lanes;
    }

    /** The next on each node's own clock. */
    private Map<String, Timers.Timer> next() {
        Map<String, Timers.Timer> next = new TreeMap<>();
        for (var timer : world.execution().pending()) {
            var host = hostOf(timer);
            if (host != null) {
                next.merge(host.name(), timer, (a, b) -> b.dueNanos < a.dueNanos ? b : a);
            }
        }
        return next;
    }

    private @Nullable Host hostOf(Timers.Timer timer) {
        Host host = null;
        if (timer.cause instanceof Cause.Timeout timeout) {
            host = timeout.host();
        } else if (timer.cause instanceof Cause.DiskDone disk) {
            host = disk.host();
        }
        return host == null || host.isDead() || host == world.outside() ? null : host;
    }

    private Timers.@Nullable Timer scripted() {
        return world.execution().pending(Cause.Scripted.class::isInstance);
    }

    private Timers.@Nullable Timer diskDone() {
        return world.execution().pending(Cause.DiskDone.class::isInstance);
    }

    private Timers.Timer head(Choice choice) {
        var lane = new Lane(choice.from(), choice.node(), choice.part() == 1);
        var head = world.execution().pending(cause -> cause instanceof Cause.Arrival arrival && lane.carries(arrival));
        if (head == null) {
            throw impossible(choice);
        }
        return head;
    }

    private IllegalArgumentException impossible(Choice choice) {
        return new IllegalArgumentException("'" + choice + "' is not possible now; possible are " + choices());
    }

    private long clock(String node) {
        return clocks.getOrDefault(node, 0L);
    }

    // ---- words

    private String message(Choice choice) {
        return message(head(choice));
    }

    private String message(Timers.Timer timer) {
        var arrival = (Cause.Arrival) timer.cause;
        var path = new ArrayList<String>();
        arrival.receiver().path().getElements().forEach(path::add);
        String inside = String.join("/", path.subList(Math.min(2, path.size()), path.size()));
        return text(TypedWrapping.payload(arrival.message())) + (inside.isEmpty() ? "" : " for " + inside);
    }

    private String text(Timers.@Nullable Timer timer) {
        if (timer != null && timer.cause instanceof Cause.Timeout timeout) {
            return text(ContentText.ofTimer(timeout.work()));
        }
        return "disk done";
    }

    private String text(Object what) {
        return ContentText.of(what, this::isAlive);
    }

    private boolean isAlive(String reference) {
        var provider = ((ExtendedActorSystem) world.system()).provider();
        return provider.resolveActorRef(reference) instanceof InternalActorRef actor && !actor.isTerminated();
    }

    private void steer(Runnable work) {
        simulation.steered(work);
    }
}
