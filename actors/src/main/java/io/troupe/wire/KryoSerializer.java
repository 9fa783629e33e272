package io.troupe.wire;

import java.io.NotSerializableException;
import java.lang.ref.WeakReference;
import java.nio.ByteBuffer;
import java.util.Collections;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.function.Function;
import org.apache.pekko.actor.ExtendedActorSystem;
import org.apache.pekko.actor.typed.ActorRefResolver;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.apache.pekko.serialization.ByteBufferSerializer;
import org.apache.pekko.serialization.SerializerWithStringManifest;
import org.jspecify.annotations.Nullable;

/**
 * Pekko's serializer for everything {@link Wire}: Kryo with registration required. The manifest is
 * the registered id, with the version after a dot for a persisted event; the bytes hold the
 * components alone. Bound to {@link Wire} by this module's {@code reference.conf}.
 *
 * <p>What cannot be read is a {@link NotSerializableException}, which Artery logs and drops without
 * closing the connection, and which a journal reports as a failed recovery.
 */
public final class KryoSerializer extends SerializerWithStringManifest implements ByteBufferSerializer {

    /** Pekko's id of this serializer; it is in every persisted event and must never change. */
    public static final int IDENTIFIER = 1_952_543; // above Pekko's reserved 0–40

    private final ExtendedActorSystem system;
    private final Registrations registrations;
    /**
     * One for each thread, for as long as both that and this serializer last. A thread itself holds on to its codec weakly:
     * by the codec it would keep the actor system, which it may outlive.
     */
    private final Map<Thread, Codec> codecs = Collections.synchronizedMap(new WeakHashMap<>());

    private final ThreadLocal<WeakReference<@Nullable Codec>> ofThisThread =
            ThreadLocal.withInitial(() -> new WeakReference<>(null));

    /** @throws IllegalStateException when two modules register the same id or class */
    public KryoSerializer(ExtendedActorSystem system) {
        this(system, Registrations.load(system.dynamicAccess().classLoader()));
    }

    KryoSerializer(ExtendedActorSystem system, Registrations registrations) {
        this.system = system;
        this.registrations = registrations;
    }

    private Codec codec() {
        Codec known = ofThisThread.get().get();
        if (known != null) {
            return known;
        }
        Codec made = new Codec(registrations.again(), ActorRefResolver.get(Adapter.toTyped(system)));
        codecs.put(Thread.currentThread(), made);
        ofThisThread.set(new WeakReference<>(made));
        return made;
    }

    @Override
    public int identifier() {
        return IDENTIFIER;
    }

    @Override
    public String manifest(Object message) {
        return entryOf(message).manifest();
    }

    @Override
    public byte[] toBinary(Object message) {
        entryOf(message);
        return codec().write(message);
    }

    @Override
    public void toBinary(Object message, ByteBuffer into) {
        entryOf(message);
        codec().write(message, into);
    }

    @Override
    public Object fromBinary(byte[] bytes, String manifest) throws NotSerializableException {
        return read(manifest, bytes.length, type -> codec().read(bytes, bytes.length, type));
    }

    @Override
    public Object fromBinary(ByteBuffer bytes, String manifest) throws NotSerializableException {
        return read(manifest, bytes.remaining(), type -> codec().read(bytes, type));
    }

    private Registrations.Entry entryOf(Object message) {
        Registrations.Entry entry = registrations.byClass(message.getClass());
        if (entry == null && message instanceof Enum<?> constant) {
            entry = registrations.byClass(constant.getDeclaringClass());
        }
        if (entry == null) {
            throw new IllegalArgumentException(registrations.unregistered(message.getClass()));
        }
        return entry;
    }

    private Object read(String manifest, int count, Function<Class<?>, ?> read) throws NotSerializableException {
        Registrations.Entry entry = registrations.byManifest(manifest);
        if (entry == null) {
            throw unknown(manifest);
        }
        try {
            return read.apply(entry.type());
        } catch (RuntimeException e) { // What damaged bytes, or those of a liar, are met with is anything.
            throw unreadable(
                    count + " bytes are no " + entry.type().getName() + " (manifest '" + manifest + "'): "
                            + e.getMessage(),
                    e);
        }
    }

    private NotSerializableException unknown(String manifest) {
        int dot = manifest.indexOf('.');
        Registrations.Entry entry;
        try {
            entry = registrations.byId(Integer.parseInt(dot < 0 ? manifest : manifest.substring(0, dot)));
        } catch (NumberFormatException e) {
            return unreadable("Manifest '" + manifest + "' is not of the form id or id.version", e);
        }
        return unreadable(
                entry == null
                        ? "Manifest '" + manifest + "' names no type registered on this node: the sender runs a newer"
                                + " Troupe, or its module is not on this node's class path"
                        : "Manifest '" + manifest + "' does not match "
                                + entry.type().getName() + ", which is '" + entry.manifest() + "' on this node",
                null);
    }

    private static NotSerializableException unreadable(String message, @Nullable Throwable cause) {
        NotSerializableException exception = new NotSerializableException(message);
        if (cause != null) {
            exception.initCause(cause);
        }
        return exception;
    }
}
