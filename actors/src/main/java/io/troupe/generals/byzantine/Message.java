package io.troupe.generals.byzantine;

import io.troupe.wire.Wire;

/** What one general says to another. */
public sealed interface Message extends Wire permits OralMessage, SignedMessage {}
