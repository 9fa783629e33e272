@NullMarked
package io.troupe.raft;

import org.jspecify.annotations.NullMarked;
