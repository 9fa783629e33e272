@NullMarked
package io.troupe.persistence.snapshot;

import org.jspecify.annotations.NullMarked;
