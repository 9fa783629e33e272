@NullMarked
package io.troupe.cluster.cli;

import org.jspecify.annotations.NullMarked;
