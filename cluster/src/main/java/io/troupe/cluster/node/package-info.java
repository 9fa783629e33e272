@NullMarked
package io.troupe.cluster.node;

import org.jspecify.annotations.NullMarked;
