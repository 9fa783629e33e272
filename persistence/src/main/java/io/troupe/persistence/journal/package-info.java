/**
 * The journal plugin {@code troupe.persistence.journal} over {@link io.troupe.persistence.log}.
 *
 * <pre>
 * Persistence extension
 * └ TroupeJournal (actor, own thread)   serializes, hands over to the log's writer, answers when it is durable
 * Journals (extension)                  the directories this system has open, closed after its termination
 * └ OpenJournal                         log, writer, upkeep; shared by the plugin and the queries
 * StoppedJournal                        the events in a directory that no system has open
 * </pre>
 */
@NullMarked
package io.troupe.persistence.journal;

import org.jspecify.annotations.NullMarked;
