@NullMarked
package io.troupe.persistence.query;

import org.jspecify.annotations.NullMarked;
