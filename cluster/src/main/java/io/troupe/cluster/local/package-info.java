@NullMarked
package io.troupe.cluster.local;

import org.jspecify.annotations.NullMarked;
