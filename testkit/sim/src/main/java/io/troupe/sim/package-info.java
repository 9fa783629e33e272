@NullMarked
package io.troupe.sim;

import org.jspecify.annotations.NullMarked;
