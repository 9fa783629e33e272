package io.troupe.sim;

import org.apache.pekko.actor.typed.internal.AdaptMessage;
import org.apache.pekko.actor.typed.internal.AdaptWithRegisteredMessageAdapter;

/**
 * Message adapters of typed actors run at the receiver, but the sender's call wraps the message. Over a network only
 * what is inside would travel.
 */
final class TypedWrapping {

    private TypedWrapping() {}

    static Object payload(Object message) {
        if (message instanceof AdaptWithRegisteredMessageAdapter<?> wrapped) {
            return wrapped.msg();
        }
        if (message instanceof AdaptMessage<?, ?> wrapped) {
            return wrapped.message();
        }
        return message;
    }

    /** {@code payload} wrapped as {@code original} was. */
    @SuppressWarnings("unchecked")
    static Object wrap(Object original, Object payload) {
        if (original instanceof AdaptWithRegisteredMessageAdapter<?>) {
            return new AdaptWithRegisteredMessageAdapter<>(payload);
        }
        if (original instanceof AdaptMessage<?, ?> wrapped) {
            var adapter = ((AdaptMessage<Object, Object>) wrapped).adapter();
            return new AdaptMessage<>(payload, adapter);
        }
        return payload;
    }
}
