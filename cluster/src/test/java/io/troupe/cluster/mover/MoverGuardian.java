package io.troupe.cluster.mover;

import io.troupe.cluster.Endpoint;
import io.troupe.cluster.NodeContext;
import io.troupe.cluster.SystemGuardian;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.AskPattern;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.cluster.typed.ClusterSingleton;
import org.apache.pekko.cluster.typed.SingletonActor;
import org.apache.pekko.stream.javadsl.Flow;
import org.apache.pekko.stream.javadsl.Framing;
import org.apache.pekko.stream.javadsl.FramingTruncation;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Tcp;
import org.apache.pekko.util.ByteString;

/** Answers each line with where the counter is and all names, or with {@code failed}. */
final class MoverGuardian {

    private static final Duration PATIENCE = Duration.ofSeconds(3);

    private MoverGuardian() {}

    static Behavior<SystemGuardian.Command> create(NodeContext node, Endpoint endpoint) {
        return Behaviors.setup(context -> {
            ActorRef<Counter.Increment> counter = ClusterSingleton.get(context.getSystem())
                    .init(SingletonActor.of(new Counter(node.nodeId()), "counter"));
            var lines = lines(counter, context.getSystem());
            Tcp.get(context.getSystem())
                    .bind(endpoint.host(), endpoint.port())
                    .to(Sink.foreach(connection -> connection.handleWith(lines, context.getSystem())))
                    .run(context.getSystem());
            return Behaviors.receive(SystemGuardian.Command.class)
                    .onMessage(SystemGuardian.GetHealth.class, get -> {
                        get.replyTo().tell(new SystemGuardian.Health(true, "counting", List.of(endpoint)));
                        return Behaviors.same();
                    })
                    .onMessage(SystemGuardian.Leave.class, leave -> {
                        leave.replyTo().tell(Done.getInstance());
                        return Behaviors.same();
                    })
                    .build();
        });
    }

    private static Flow<ByteString, ByteString, ?> lines(ActorRef<Counter.Increment> counter, ActorSystem<?> system) {
        return Flow.of(ByteString.class)
                .via(Framing.delimiter(ByteString.fromString("\n"), 100, FramingTruncation.DISALLOW))
                .mapAsync(1, line -> answer(counter, line.utf8String(), system))
                .map(answer -> ByteString.fromString(answer + "\n"));
    }

    private static CompletionStage<String> answer(
            ActorRef<Counter.Increment> counter, String name, ActorSystem<?> system) {
        CompletionStage<Counter.Counted> counted = AskPattern.ask(
                counter,
                (ActorRef<Counter.Counted> replyTo) -> new Counter.Increment(name, replyTo),
                PATIENCE,
                system.scheduler());
        return counted.handle((reply, failure) -> failure == null ? reply.node() + " " + reply.names() : "failed");
    }
}
