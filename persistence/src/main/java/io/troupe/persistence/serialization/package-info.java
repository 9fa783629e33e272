/** How objects become bytes: by the serializer that Pekko's configuration names for them. */
@NullMarked
package io.troupe.persistence.serialization;

import org.jspecify.annotations.NullMarked;
