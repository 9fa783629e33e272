/**
 * An embedded durable journal, snapshot store and read journal for Pekko Persistence: usable by any actor system that
 * has the jar. Start with {@link io.troupe.persistence.journal} for the plugin, {@link io.troupe.persistence.log} for the
 * log below it and the formats on disk; {@link io.troupe.persistence.replicated} is the same on a consensus group.
 *
 * <pre>
 * persistent actor → TroupeJournal → EventCodec → GroupCommit → one write, one sync → acknowledged
 *                 ← replay dispatcher ← LogReader
 * </pre>
 */
@NullMarked
package io.troupe.persistence;

import org.jspecify.annotations.NullMarked;
