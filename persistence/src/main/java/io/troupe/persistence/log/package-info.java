@NullMarked
package io.troupe.persistence.log;

import org.jspecify.annotations.NullMarked;
