/** The file abstraction of the log: an interface small enough for a simulated disk, and the real ones over NIO. */
@NullMarked
package io.troupe.persistence.files;

import org.jspecify.annotations.NullMarked;
