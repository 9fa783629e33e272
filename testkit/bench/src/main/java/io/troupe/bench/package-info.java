@NullMarked
package io.troupe.bench;

import org.jspecify.annotations.NullMarked;
