@NullMarked
package io.troupe.persistence.query.scaladsl;

import org.jspecify.annotations.NullMarked;
