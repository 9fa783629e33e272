@NullMarked
package io.troupe.persistence.query.javadsl;

import org.jspecify.annotations.NullMarked;
