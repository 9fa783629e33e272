@NullMarked
package io.troupe.persistence.journal;

import org.jspecify.annotations.NullMarked;
