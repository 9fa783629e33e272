package io.troupe.wire;

import com.esotericsoftware.kryo.Serializer;

/**
 * One module's registrations for the wire and the journal, found by {@link
 * java.util.ServiceLoader}. Ids are explicit, unique over the whole project and never reused: a
 * removed type leaves its id behind.
 *
 * <p>Ranges: 10–999 JDK and Pekko types, 1000–1999 {@code actors}, 2000–2999 {@code persistence},
 * 3000–3999 {@code cluster}, from 10000 a thousand per system ({@code etcd} 10000–10999).
 */
public interface WireTypes {

    /** The module's name, used in error messages, such as {@code "actors"}. */
    String module();

    /**
     * Whether whoever sends these may lie: then each component is looked at, and what is not of the type that it declares is
     * refused. That takes time; where nodes crash but do not lie, nobody sends such a thing.
     */
    default boolean sendersMayLie() {
        return false;
    }

    /** Declares every type of the module that crosses nodes or is persisted. */
    void register(Registry registry);

    /** Where a module declares its types. A second registration of an id or a class is refused. */
    interface Registry {

        /** A message between nodes, never persisted; records are (de)serialized by their components. */
        void message(int id, Class<?> type);

        /** A message with a serializer of its own, for what is hot. */
        <T> void message(int id, Class<T> type, Serializer<T> serializer);

        /**
         * A persisted event or snapshot. {@code version} goes into the manifest; a changed shape takes a
         * new id and keeps the old class (or an upcaster to the new one) readable for ever.
         */
        void event(int id, int version, Class<?> type);

        /** A persisted event with a serializer of its own. */
        <T> void event(int id, int version, Class<T> type, Serializer<T> serializer);
    }
}
