package io.troupe.sim;

import java.io.Serializable;

/** Messages and events of the tests: they travel as Java serialization, which these tests alone allow. */
public interface Sent extends Serializable {}
