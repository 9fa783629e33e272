package io.troupe.sim.cluster;

import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.util.Map;
import org.apache.pekko.actor.ActorRef;
import org.apache.pekko.actor.ActorRefProvider;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.actor.ActorSystemImpl;
import org.apache.pekko.actor.DynamicAccess;
import org.apache.pekko.actor.InternalActorRef;
import org.apache.pekko.actor.Props;
import org.apache.pekko.actor.ProviderSelection;
import org.apache.pekko.cluster.Cluster;
import org.apache.pekko.cluster.ClusterActorRefProvider;
import org.apache.pekko.dispatch.Dispatchers$;
import org.apache.pekko.event.EventStream;
import org.apache.pekko.remote.RemoteActorRefProvider;
import org.apache.pekko.remote.RemoteSystemDaemon;
import org.apache.pekko.remote.RemoteTransport;
import org.apache.pekko.remote.serialization.ActorRefResolveThreadLocalCache;
import org.jspecify.annotations.Nullable;
import scala.Some;

/**
 * Pekko's own cluster provider with {@link SimulatedTransport} below it. {@link #init} does what {@link
 * RemoteActorRefProvider#init} does, except that it makes another transport; the fields that it must set are private, and
 * are set by reflection.
 */
public final class SimulatedClusterProvider extends ClusterActorRefProvider {

    private @Nullable SimulatedTransport transport;

    /** Called by Pekko. */
    public SimulatedClusterProvider(
            String name, ActorSystem.Settings settings, EventStream events, DynamicAccess access) {
        super(name, asCluster(settings), events, access);
    }

    /**
     * Pekko takes a provider that is named by its class for one without cluster: its receptionist stays local then, and
     * death watch does not reach other nodes.
     */
    private static ActorSystem.Settings asCluster(ActorSystem.Settings settings) {
        set(ActorSystem.Settings.class, settings, "ProviderSelectionType", ProviderSelection.cluster());
        set(ActorSystem.Settings.class, settings, "HasCluster", true);
        return settings;
    }

    @Override
    @SuppressWarnings("NullAway") // Pekko asks early, and expects null then.
    public RemoteTransport transport() {
        return transport;
    }

    @Override
    public void init(ActorSystemImpl system) {
        local().init(system);
        set("actorRefResolveThreadLocalCache", ActorRefResolveThreadLocalCache.get(system));
        var terminator = system.systemActorOf(
                remoteSettings()
                        .configureDispatcher(Props.create(inside("RemotingTerminator"), local().systemGuardian())),
                "remoting-terminator");
        set("remotingTerminator", terminator);
        var daemon = new RemoteSystemDaemon(
                system,
                local().rootPath().$div("remote"),
                rootGuardian(),
                terminator,
                local().log(),
                remoteSettings().untrustedMode());
        local().registerExtraNames(extraNames(daemon));
        var simulated = new SimulatedTransport(system, this);
        transport = simulated;
        var internals = internals(simulated, daemon);
        set("_internals", internals);
        terminator.tell(internals, ActorRef.noSender());
        simulated.start();
        set("_addressString", simulated.defaultAddress().toString());
        set("_remoteWatcher", Some.apply(createRemoteWatcher(system)));
        set("remoteDeploymentWatcher", Some.apply(createRemoteDeploymentWatcher(system)));
        Cluster.get(system);
    }

    @Override
    public ActorRef createRemoteWatcher(ActorSystemImpl system) {
        Cluster.get(system);
        var settings = remoteSettings();
        return system.systemActorOf(
                Props.create(
                                SimulatedRemoteWatcher.class,
                                createRemoteWatcherFailureDetector(system),
                                settings.WatchHeartBeatInterval(),
                                settings.WatchUnreachableReaperInterval(),
                                settings.WatchHeartbeatExpectedResponseAfter())
                        .withDispatcher(Dispatchers$.MODULE$.InternalDispatcherId()),
                "remote-watcher");
    }

    @SuppressWarnings("unchecked")
    private static scala.collection.immutable.Map<String, InternalActorRef> extraNames(InternalActorRef daemon) {
        return (scala.collection.immutable.Map<String, InternalActorRef>) (Object) scala.collection.immutable.Map.from(
                scala.jdk.javaapi.CollectionConverters.asScala(Map.of("remote", daemon)));
    }

    private static Object internals(RemoteTransport transport, InternalActorRef daemon) {
        try {
            Constructor<?> constructor =
                    inside("Internals").getDeclaredConstructor(RemoteTransport.class, InternalActorRef.class);
            constructor.setAccessible(true);
            return constructor.newInstance(transport, daemon);
        } catch (ReflectiveOperationException e) {
            throw otherPekko(e);
        }
    }

    private static Class<?> inside(String name) {
        try {
            return Class.forName(RemoteActorRefProvider.class.getName() + "$" + name);
        } catch (ClassNotFoundException e) {
            throw otherPekko(e);
        }
    }

    private void set(String name, Object value) {
        set(RemoteActorRefProvider.class, this, name, value);
    }

    private static void set(Class<?> owner, Object object, String name, Object value) {
        try {
            Field field = owner.getDeclaredField(name);
            field.setAccessible(true);
            field.set(object, value);
        } catch (ReflectiveOperationException e) {
            throw otherPekko(e);
        }
    }

    private static IllegalStateException otherPekko(ReflectiveOperationException e) {
        return new IllegalStateException(
                "the cluster stage fits Pekko 1.7; " + ActorRefProvider.class.getPackage() + " is built differently: "
                        + e.getMessage(),
                e);
    }
}
