package io.troupe.wire;

/**
 * Marks what may cross between nodes or be persisted: bound to Troupe's Kryo serializer by
 * {@code reference.conf}. A concrete {@code Wire} type must be registered by its module's {@link
 * WireTypes}; an unregistered one is an error at the sender.
 */
public interface Wire {}
